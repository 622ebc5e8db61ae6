//! A record as a whole: what is acknowledged is found, what is erased is gone everywhere and told, holds bar, crashes between any two steps.

use std::fs;

use serde_json::Map;

use super::examine::examine;
use super::*;
use crate::act::{Hold, Release, Selection};
use crate::leaf::{PartName, VERSION};
use crate::log::VerifierKey;

fn head(trace: &str, subject: &str) -> Head {
    Head {
        version: VERSION,
        kind: "trace".into(),
        at_ms: 1_000,
        trace: Some(trace.into()),
        subject: Some(subject.into()),
        parts: Vec::new(),
        about: Map::new(),
    }
}

fn parts(leaf: u64) -> Vec<(Part, String)> {
    let part = |name: &str, content: String, class: &str| {
        let salt = u128::from(leaf).to_le_bytes();
        (Part::new(salt, PartName::new(name).unwrap(), content.into_bytes()), class.to_owned())
    };
    vec![
        part("output", format!("the answer of {leaf}"), "standard"),
        part("reasoning", format!("THOUGHT {leaf}"), "chain"),
    ]
}

fn made(folder: &Path, leaves: u64) -> Record {
    Record::create(folder, "example.org/log").unwrap();
    let record = Record::open(folder, Settings::default()).unwrap();
    for leaf in 0..leaves {
        let receipt = record.append(head(&format!("t{leaf}"), &format!("s{}", leaf % 3)), &parts(leaf)).unwrap();
        assert_eq!(receipt.leaf, leaf);
    }
    record
}

fn states(folder: &Path) -> Vec<(u64, String, &'static str)> {
    let mut reader = Reader::open(folder).unwrap();
    let mut out = Vec::new();
    for leaf in 0..reader.size() {
        let told = reader.leaf(leaf).unwrap();
        for (part, digest) in told.parts() {
            let state = match reader.part(leaf, part, digest).unwrap() {
                State::There(found) => {
                    assert_eq!(found.digest(), *digest);
                    "there"
                }
                State::Erased { .. } => "erased",
                State::Missing => "missing",
                State::Damaged(_) => "damaged",
            };
            out.push((leaf, part.name.to_string(), state));
        }
    }
    out
}

fn on_disk(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return on_disk(&path, needle);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[test]
fn what_is_acknowledged_is_in_the_log_with_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 300);
    assert_eq!(record.size(), 0);
    assert_eq!(record.close(2_000).unwrap(), 300);
    let states = states(folder);
    assert_eq!(states.len(), 600);
    assert!(states.iter().all(|(.., state)| *state == "there"));
}

#[test]
fn what_was_acknowledged_and_not_integrated_is_integrated_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    // As after a kill: nothing is integrated, only the journal is there.
    drop(made(folder, 20));
    assert_eq!(Record::open(folder, Settings::default()).unwrap().size(), 20);
    assert_eq!(states(folder).len(), 40);
}

#[test]
fn erased_content_is_nowhere_on_the_disk_and_a_leaf_tells_so() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 30);
    record.integrate(2_000).unwrap();
    assert!(on_disk(folder, b"THOUGHT 4"));
    let erased = record.erase(&Selection::Subject("s1".into()), "request of 2026-11-26", 3_000).unwrap();
    assert_eq!((erased.told.as_slice(), erased.leaves.len(), erased.parts), ([30].as_slice(), 10, 20));
    assert!(!on_disk(folder, b"THOUGHT 4"), "also not in the journal");
    assert!(on_disk(folder, b"THOUGHT 5"));
    // A second time there is nothing left.
    assert!(matches!(record.erase(&Selection::Subject("s1".into()), "again", 3_000), Err(RecordError::Nothing { .. })));
    record.erase(&Selection::Retention { class: "chain".into(), before_ms: 1_001 }, "retention", 4_000).unwrap();
    record.close(5_000).unwrap();
    for (leaf, part, state) in states(folder) {
        let gone = leaf % 3 == 1 || part == "reasoning";
        assert_eq!(state, if gone { "erased" } else { "there" }, "{leaf} {part}");
    }
}

#[test]
fn a_hold_bars_an_erasure_as_a_whole_until_it_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 9);
    let hold = Hold { hold: "matter 7".into(), reason: "court".into(), chosen: Selection::Trace("t4".into()) };
    assert_eq!(record.hold(hold, 2_000).unwrap(), 9);
    let refused = record.erase(&Selection::Subject("s1".into()), "asked for", 3_000).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "leaf 4 (matter 7): under a hold: nothing was erased\nhint: candor record hold --release NAME lifts one"
    );
    assert!(states(folder).iter().all(|(.., state)| *state == "there"));
    record.release(Release { hold: "matter 7".into(), reason: "over".into() }, 4_000).unwrap();
    assert!(record.release(Release { hold: "matter 7".into(), reason: "over".into() }, 4_000).is_err());
    assert_eq!(record.erase(&Selection::Subject("s1".into()), "asked for", 5_000).unwrap().leaves, [1, 4, 7]);
}

#[test]
fn an_erasure_that_a_crash_interrupted_behind_its_leaf_is_finished_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 10);
    record.integrate(2_000).unwrap();
    // The leaf alone, as if the machine had stopped before anything was removed.
    let gone = vec![crate::act::Gone { from: 2, to: 3, parts: vec![PartName::new("reasoning").unwrap()] }];
    let act = crate::act::Act::Erasure(crate::act::Erasure {
        basis: "asked for".into(),
        chosen: Selection::Everything,
        gone,
    });
    record.append(act.to_head(3_000).unwrap(), &[]).unwrap();
    record.close(4_000).unwrap();
    assert!(on_disk(folder, b"THOUGHT 3"));
    drop(Record::open(folder, Settings::default()).unwrap());
    assert!(!on_disk(folder, b"THOUGHT 3"));
    let erased: Vec<_> = states(folder).into_iter().filter(|(.., state)| *state == "erased").collect();
    assert_eq!(erased, [(2, "reasoning".into(), "erased"), (3, "reasoning".into(), "erased")]);
}

#[test]
fn a_second_writer_and_an_older_copy_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 3);
    assert!(matches!(Record::open(folder, Settings::default()), Err(RecordError::Journal(_))));
    assert!(Record::create(folder, "example.org/log").is_err());
    record.close(2_000).unwrap();
    let old = fs::read(folder.join("content/end")).unwrap();
    let record = Record::open(folder, Settings::default()).unwrap();
    record.append(head("t", "s"), &parts(3)).unwrap();
    record.close(3_000).unwrap();
    fs::write(folder.join("content/end"), old).unwrap();
    assert!(matches!(Record::open(folder, Settings::default()), Err(RecordError::Content(_))));
}

#[test]
fn content_that_is_gone_without_a_leaf_is_missing_and_changed_content_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    made(folder, 3).close(2_000).unwrap();
    let pack = folder.join("content/0000000000000000.pack");
    let mut bytes = fs::read(&pack).unwrap();
    let at = bytes.windows(9).position(|window| window == b"THOUGHT 1").unwrap();
    bytes[at] ^= 1;
    fs::write(&pack, &bytes).unwrap();
    assert_eq!(states(folder)[3], (1, "reasoning".into(), "damaged"));
    fs::remove_file(&pack).unwrap();
    assert!(states(folder).iter().all(|(.., state)| *state == "missing"));
}

#[test]
fn what_lies_behind_a_damaged_frame_is_one_finding() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    made(folder, 300).close(2_000).unwrap();
    let key = VerifierKey::read(&folder.join("log/vkey")).unwrap();
    assert!(examine(folder, &key).unwrap().holds());
    let pack = folder.join("content/0000000000000000.pack");
    let whole = fs::read(&pack).unwrap();
    // The frame behind this content begins with its length: nothing says where the next one would.
    let behind = whole.windows(10).position(|window| window == b"THOUGHT 17").unwrap() + 10;
    let mut bytes = whole.clone();
    bytes[behind] ^= 1;
    fs::write(&pack, &bytes).unwrap();
    let found = examine(folder, &key).unwrap();
    let lines: Vec<String> = found.lines().collect();
    assert!((1..=2).contains(&found.count()), "{lines:?}");
    assert!(lines.concat().contains("more parts of leaves up to 299"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("0000000000000000.pack")), "{lines:?}");
}
