//! Thirteen kinds of tampering with an exported log are named, a bare removal of content too; an erasure that a leaf tells is accepted. The same list as
//! interop/goverify/mutate.sh goes through.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use candor_record::act::Selection;
use candor_record::leaf::{Head, Part, PartName, VERSION};
use candor_record::log::VerifierKey;
use candor_record::record::examine::{Examined, examine};
use candor_record::record::export::CONTENTS;
use candor_record::record::{Reader, Record, Settings};

const LEAVES: u64 = 1_300;

fn head(leaf: u64) -> Head {
    Head {
        version: VERSION,
        kind: "trace".into(),
        at_ms: 1_000,
        trace: Some(format!("{leaf:032x}")),
        subject: None,
        parts: Vec::new(),
        about: serde_json::Map::new(),
    }
}

fn made(folder: &Path) -> Record {
    Record::create(folder, "example.org/planted").unwrap();
    let record = Record::open(folder, Settings::default()).unwrap();
    for leaf in 0..LEAVES {
        let part = |name: &str| {
            let content = format!("{name} of {leaf}").into_bytes();
            (Part::fresh(PartName::new(name).unwrap(), content).unwrap(), "standard".to_owned())
        };
        drop(record.submit(head(leaf), &[part("output"), part("reasoning")]).unwrap());
        if leaf % 300 == 299 {
            record.rotate_and_checkpoint(leaf);
        }
    }
    record
}

trait Kept {
    fn rotate_and_checkpoint(&self, leaf: u64);
}

impl Kept for Record {
    fn rotate_and_checkpoint(&self, leaf: u64) {
        // What was handed in before is durable when this one is.
        self.append(head(1_000_000 + leaf), &[]).unwrap();
        self.checkpoint(i64::try_from(leaf).unwrap()).unwrap();
    }
}

fn export(record: &Path, target: &Path) {
    let mut reader = Reader::open(record).unwrap();
    let all: Vec<u64> = (0..reader.size()).collect();
    let mut put = |name: &str, bytes: &[u8]| {
        if name == CONTENTS || name.starts_with("proofs/") && !name.starts_with("proofs/000000000") {
            return Ok(());
        }
        let file = target.join(name);
        fs::create_dir_all(file.parent().unwrap())?;
        fs::write(file, bytes)
    };
    reader.export(record, &all, &|_| true, &mut put).unwrap();
}

fn flip(file: &Path, at: i64) {
    let mut bytes = fs::read(file).unwrap();
    let at = if at < 0 { bytes.len() - usize::try_from(-at).unwrap() } else { usize::try_from(at).unwrap() };
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn first(folder: &Path) -> PathBuf {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let path = paths.remove(0);
    if path.is_dir() { first(&path) } else { path }
}

/// Undoes a change of one file when dropped, so that the log need not be copied for each.
struct Saved(PathBuf, Option<Vec<u8>>);

impl Saved {
    fn of(path: &Path) -> Self {
        Self(path.to_owned(), fs::read(path).ok())
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        if let Some(bytes) = &self.1 {
            fs::write(&self.0, bytes).unwrap();
        }
    }
}

fn look(log: &Path) -> Examined {
    let key = VerifierKey::read(&log.join("vkey")).unwrap();
    examine(log, &key).unwrap()
}

#[test]
fn every_mutation_is_named_and_a_told_erasure_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let (record, log) = (folder.path().join("record"), folder.path().join("log"));
    made(&record).close(5_000_000).unwrap();
    export(&record, &log);
    let sound = look(&log);
    assert!(sound.holds(), "{:?}", sound.lines().collect::<Vec<_>>());
    assert_eq!((sound.there, sound.verification.counts.checkpoints), (2 * LEAVES, 5));

    let tile = |path: &str| log.join("tile").join(path);
    let swap = |file: &Path| {
        let bytes = fs::read(file).unwrap();
        let n = 2 + usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        let m = n + 2 + usize::from(u16::from_be_bytes([bytes[n], bytes[n + 1]]));
        fs::write(file, [&bytes[n..m], &bytes[..n], &bytes[m..]].concat()).unwrap();
    };
    let cut = |file: &Path| {
        let length = fs::metadata(file).unwrap().len();
        OpenOptions::new().write(true).open(file).unwrap().set_len(length - 1).unwrap();
    };
    let resize = |file: &Path| {
        let text = fs::read_to_string(file).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines[1] = "999";
        fs::write(file, lines.join("\n") + "\n").unwrap();
    };
    let line_less = |file: &Path| {
        let text = fs::read_to_string(file).unwrap();
        fs::write(file, text.lines().skip(1).map(|line| line.to_owned() + "\n").collect::<String>()).unwrap();
    };
    let underscored = |file: &Path| {
        let mut lines: Vec<_> = fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
        lines[2].replace_range(..1, "_");
        fs::write(file, lines.join("\n") + "\n").unwrap();
    };
    let checkpoint = log.join("checkpoint");
    let old = first(&log.join("checkpoints"));
    let addendum = first(&log.join("addenda"));
    let level_one = first(&tile("1"));
    let proof = first(&log.join("proofs"));
    let consistency = first(&log.join("consistency"));
    type Change<'a> = (&'a str, PathBuf, Box<dyn Fn(&Path) + 'a>, &'a str);
    let changes: Vec<Change<'_>> = vec![
        ("bit flip in an entry", tile("entries/000"), Box::new(|file| flip(file, 40)), "tile/entries/000"),
        ("bit flip in a level-0 tile", tile("0/001"), Box::new(|file| flip(file, 100)), "tile/0/001"),
        ("bit flip in a level-1 tile", level_one, Box::new(|file| flip(file, 10)), "tile/1/"),
        ("entry bundle cut short", tile("entries/002"), Box::new(cut), "tile/entries/002"),
        ("entry bundle lost", tile("entries/003"), Box::new(|file| fs::remove_file(file).unwrap()), "tile/entries/003"),
        ("hash tile lost", tile("0/004"), Box::new(|file| fs::remove_file(file).unwrap()), "tile/0/004"),
        ("checkpoint signature changed", checkpoint.clone(), Box::new(|file| flip(file, -10)), "checkpoint"),
        ("checkpoint size changed", checkpoint.clone(), Box::new(resize), "checkpoint"),
        ("rollback", checkpoint, Box::new(|file| fs::copy(&old, file).map(drop).unwrap()), "ROLLBACK"),
        ("inclusion proof changed", proof, Box::new(underscored), "proofs/"),
        ("consistency proof changed", consistency, Box::new(line_less), "consistency/"),
        ("two entries swapped", tile("entries/000"), Box::new(swap), "tile/entries/000"),
        ("addendum content changed", addendum.clone(), Box::new(|file| flip(file, 3)), "addenda/"),
        ("addendum removed, no leaf tells it", addendum, Box::new(|file| fs::remove_file(file).unwrap()), "leaf "),
    ];
    for (what, file, change, named) in changes {
        let saved = Saved::of(&file);
        change(&file);
        let found: Vec<_> = look(&log).lines().collect();
        drop(saved);
        assert!(found.iter().any(|line| line.contains(named)), "{what}: {found:#?}");
        assert!(found.len() < 30, "{what}: {} findings", found.len());
    }
    assert!(look(&log).holds());

    // What `record erase` does is accepted, with its stated basis.
    let writer = Record::open(&record, Settings::default()).unwrap();
    writer.erase(&Selection::Trace(format!("{:032x}", 7)), "request of 2026-11-26", 6_000_000).unwrap();
    writer.close(6_000_000).unwrap();
    let after = folder.path().join("after");
    export(&record, &after);
    for examined in [look(&after), {
        let key = VerifierKey::read(&after.join("vkey")).unwrap();
        examine(&record, &key).unwrap()
    }] {
        assert!(examined.holds(), "{:?}", examined.lines().collect::<Vec<_>>());
        assert_eq!(examined.erased.len(), 1);
        assert_eq!((examined.erased[0].parts, examined.erased[0].basis.as_str()), (2, "request of 2026-11-26"));
    }
}

#[test]
fn a_record_whose_packs_were_changed_names_leaf_and_pack() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    made(&record).close(5_000_000).unwrap();
    let key = VerifierKey::read(&record.join("log/vkey")).unwrap();
    let pack = first(&record.join("content"));
    assert!(examine(&record, &key).unwrap().holds());
    let whole = fs::read(&pack).unwrap();
    let needle = b"output of 1234";
    let at = whole.windows(needle.len()).position(|window| window == needle).unwrap();
    let mut changed = whole.clone();
    changed[at + 3] ^= 1;
    fs::write(&pack, &changed).unwrap();
    let found: Vec<_> = examine(&record, &key).unwrap().lines().collect();
    assert!(found.iter().any(|line| line.contains("leaf 1238") && line.contains("other content")), "{found:?}");
    // All content removed without a word.
    File::create(&pack).unwrap();
    assert!(!examine(&record, &key).unwrap().holds());
    fs::write(&pack, whole).unwrap();
    // Content that is there although a leaf tells its erasure: as if it had been put back.
    let writer = Record::open(&record, Settings::default()).unwrap();
    let before = fs::read(&pack).unwrap();
    writer.erase(&Selection::Leaf { leaf: 5, parts: vec![] }, "asked for", 6_000_000).unwrap();
    writer.close(6_000_000).unwrap();
    fs::write(&pack, before).unwrap();
    let found: Vec<_> = examine(&record, &key).unwrap().lines().collect();
    assert!(found.iter().any(|line| line.starts_with("leaf 5: expected its part output to be gone")), "{found:?}");
}
