//! `candor record status`: what is there, what stands, what is due, and whether a checkpoint ever left the house.

use std::collections::BTreeMap;

use candor_audit::foreign::clean;
use candor_record::act::Selection;
use candor_record::record::{Reader, now_ms};
use serde::Serialize;

use super::checkpoint::SENT;
use crate::Outcome;
use crate::config::Config;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::{Settings, program};
use crate::show::text;

/// Days after which a checkpoint that left the house is old.
const OLD_DAYS: i64 = 7;

const DAY_MS: i64 = 86_400_000;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What is said.
#[derive(Debug, Serialize)]
struct Status {
    folder: String,
    origin: String,
    leaves: u64,
    kinds: BTreeMap<String, u64>,
    root: String,
    erasures: usize,
    holds: Vec<String>,
    /// Parts older than their class allows, by class; a class without a rule is not among them.
    due: BTreeMap<String, u64>,
    /// The last checkpoint that left the house: its size, where it went, and days since.
    sent: Option<Sent>,
}

#[derive(Debug, Serialize)]
struct Sent {
    size: u64,
    to: String,
    days: i64,
}

/// Says it.
pub(crate) fn run(_: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    // Opened for writing once, so that what was acknowledged counts.
    recording::open(settings)?.close(now_ms()).map_err(|error| recording::problem(&error))?;
    let mut reader = recording::read(settings)?;
    let status = status(&mut reader, &Config::read(settings)?, settings)?;
    if settings.json {
        return output::json(&status).map(|()| Outcome::Done);
    }
    let mut out = format!("record {} in {}\n", status.origin, status.folder);
    let kinds: Vec<_> =
        status.kinds.iter().map(|(kind, count)| format!("{kind} {}", text::thousands(*count))).collect();
    out += &format!("  leaves   {} ({})\n", status.leaves, kinds.join(", "));
    out += &format!("  root     {}\n", status.root);
    out += &format!("  erasures {}   holds {}\n", status.erasures, status.holds.len());
    for (class, parts) in &status.due {
        out += &format!("  due      {} of retention class {class}\n", text::counted(*parts, "part"));
    }
    let (program, dir) = (program(), &settings.to_directory);
    if !status.due.is_empty() {
        out += &format!("           {program} record erase --due{dir}\n");
    }
    out += &match &status.sent {
        None if status.leaves == 0 => String::new(),
        None => format!(
            "\nNo checkpoint has left the house: whoever holds the key could still rewrite all of it unseen.\n  \
             {program} record checkpoint --sent WHERE{dir}   prints one, to be mailed or printed\n  \
             {program} record timestamp --request FILE{dir}   asks a time-stamping authority\n"
        ),
        Some(sent) => {
            let old = if sent.days >= OLD_DAYS { "; it is time for another" } else { "" };
            format!(
                "  left     checkpoint of {} {} ago, to {}{old}\n",
                text::counted(sent.size, "leaf"),
                text::counted(u64::try_from(sent.days).unwrap_or(0), "day"),
                sent.to
            )
        }
    };
    output::print(&clean(&out))?;
    Ok(Outcome::Done)
}

fn status(reader: &mut Reader, config: &Config, settings: &Settings) -> Result<Status, Problem> {
    let now = now_ms();
    let (mut kinds, mut due, mut sent) = (BTreeMap::new(), BTreeMap::new(), None);
    let size = reader.size();
    let rules: Vec<_> = config
        .record
        .retention
        .iter()
        .map(|(class, days)| {
            (class, Selection::Retention { class: class.clone(), before_ms: now - i64::from(*days) * DAY_MS })
        })
        .collect();
    for number in 0..size {
        let leaf = reader.leaf(number).map_err(|error| recording::problem(&error))?;
        *kinds.entry(leaf.head.kind.clone()).or_insert(0) += 1;
        for part in &leaf.head.parts {
            for (class, rule) in &rules {
                if rule.holds(number, &leaf.head, part) && reader.acts().covered(number, &part.name).is_none() {
                    *due.entry((*class).clone()).or_insert(0) += 1;
                }
            }
        }
        if leaf.head.kind == SENT {
            let about = |name: &str| leaf.head.about.get(name);
            let size = about("size").and_then(serde_json::Value::as_u64);
            let to = about("to").and_then(serde_json::Value::as_str);
            // A leaf that does not say both tells of no checkpoint that left.
            if let (Some(size), Some(to)) = (size, to) {
                let days = (now - leaf.head.at_ms).max(0) / DAY_MS;
                sent = Some(Sent { size, to: to.to_owned(), days });
            }
        }
    }
    let checkpoint = reader.checkpoint().checkpoint();
    Ok(Status {
        folder: recording::folder(settings).display().to_string(),
        origin: checkpoint.origin().to_owned(),
        leaves: size,
        kinds,
        root: checkpoint.root().to_string(),
        erasures: reader.acts().erasures(),
        holds: reader.acts().holds().map(|hold| hold.hold.clone()).collect(),
        due,
        sent,
    })
}
