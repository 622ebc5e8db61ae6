//! Writes the public part of a record with its addenda, for whoever wants to try a verifier: `example_log FOLDER [LEAVES]`. Planted entries, no model.
//!
//! The layout is the one at the head of interop/goverify/main.go. The key and the salts are drawn anew each time; everything else is the same.

#![allow(clippy::print_stdout, reason = "an example that says what it did")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use candor_record::leaf::{Head, Part, PartName, VERSION};
use candor_record::record::export::CONTENTS;
use candor_record::record::{Reader, Record, Settings};

/// Entries where no number is given.
const LEAVES: u64 = 10_000;

/// A checkpoint is kept after so many entries.
const KEPT: u64 = 1_700;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let target = PathBuf::from(arguments.next().ok_or("expected a folder to write")?);
    let leaves = match arguments.next() {
        Some(number) => number.to_string_lossy().parse()?,
        None => LEAVES,
    };
    if target.exists() {
        return Err(format!("{}: expected nothing there, found something", target.display()).into());
    }
    let beside = target.with_extension("record");
    Record::create(&beside, "example.org/planted")?;
    let record = Record::open(&beside, Settings::default())?;
    let mut waiting = Vec::new();
    for leaf in 0..leaves {
        waiting.push(record.submit(head(leaf), &parts(leaf)?)?);
        if (leaf + 1) % KEPT == 0 || waiting.len() == 1_000 {
            for ticket in waiting.drain(..) {
                ticket.wait()?;
            }
        }
        if (leaf + 1) % KEPT == 0 {
            record.checkpoint(at_ms(leaf))?;
        }
    }
    for ticket in waiting {
        ticket.wait()?;
    }
    record.close(at_ms(leaves))?;
    write(&beside, &target)?;
    fs::remove_dir_all(&beside)?;
    println!("{leaves} planted entries in {}", target.display());
    Ok(())
}

/// Entries are a second apart.
fn at_ms(leaf: u64) -> i64 {
    1_764_144_000_000 + i64::try_from(leaf).unwrap_or(0) * 1_000
}

fn head(leaf: u64) -> Head {
    let about = serde_json::json!({"planted": true, "tokens": {"input": 20, "output": leaf % 900}});
    Head {
        version: VERSION,
        kind: "trace".into(),
        at_ms: at_ms(leaf),
        trace: Some(format!("{leaf:032x}")),
        subject: None,
        parts: Vec::new(),
        about: about.as_object().cloned().unwrap_or_default(),
    }
}

fn parts(leaf: u64) -> Result<Vec<(Part, String)>, candor_record::Error> {
    let question = format!("[\"planted\",\"what is {leaf} + {leaf}?\"]");
    let chain = format!("[\"planted\",\"{}so {}\"]", "I add them. ".repeat((leaf % 7) as usize), 2 * leaf);
    let answer = format!("[\"planted\",\"{}\"]", 2 * leaf);
    let part = |name: &str, content: String, class: &str| {
        Ok((Part::fresh(PartName::new(name)?, content.into_bytes())?, class.to_owned()))
    };
    Ok(vec![
        part("request", question, "standard")?,
        part("reasoning", chain, "reasoning")?,
        part("output", answer, "standard")?,
    ])
}

/// The public part, every addendum and every proof of the first two hundred leaves.
fn write(record: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let mut reader = Reader::open(record)?;
    let all: Vec<u64> = (0..reader.size()).collect();
    let mut put = |name: &str, bytes: &[u8]| {
        // This is no choice of content, and thousands of proofs show nothing that two hundred do not.
        let number = name.strip_prefix("proofs/").and_then(|name| name.get(..10)?.parse::<u64>().ok());
        if name == CONTENTS || number.is_some_and(|leaf| leaf >= 200) {
            return Ok(());
        }
        let file = target.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, bytes)
    };
    reader.export(record, &all, &|_| true, &mut put)?;
    Ok(())
}
