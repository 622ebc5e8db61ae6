//! What an examination finds in logs that somebody changed: the mutations of `interop/goverify/mutate.sh` once more against our own verifier, and further ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

mod planted;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use candor_record::Digest;
use candor_record::log::key::Algorithm;
use candor_record::log::verify::{Absences, Addendum, Counts, Judge, Kind, Options, State, Uncovered, Unexplained};
use candor_record::log::{Checkpoint, Log, Settings, SignedCheckpoint, SigningKey, Verification, merkle, verify};
use proptest::prelude::*;

const PLANTED: planted::Planted = planted::Planted { leaves: 1500, every: 150 };

fn key() -> SigningKey {
    SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap()
}

fn example() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    PLANTED.write(folder.path(), key()).unwrap();
    folder
}

/// Knows the entries of the example: an absence is explained by a later `erase <digest>`.
#[derive(Default)]
struct Erasures {
    absent: Vec<(u64, Digest)>,
    erased: BTreeSet<Digest>,
}

impl Judge for Erasures {
    fn entry(&mut self, leaf: u64, entry: &[u8], addenda: &[Addendum]) -> Result<(), String> {
        self.absent.extend(addenda.iter().filter(|one| one.state == State::Absent).map(|one| (leaf, one.digest)));
        if let Some(rest) = entry.strip_prefix(b"erase ") {
            let digits = rest.get(..64).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default();
            self.erased.insert(digits.parse().map_err(|error| format!("{error}"))?);
        }
        Ok(())
    }

    fn uncovered(&mut self) -> Vec<Uncovered> {
        let uncovered = self.absent.iter().filter(|(_, digest)| !self.erased.contains(digest));
        uncovered
            .map(|(leaf, digest)| Uncovered { leaf: *leaf, digest: *digest, why: "no erasure names it".to_owned() })
            .collect()
    }
}

fn look(log: &Path) -> Verification {
    verify(log, key().verifier(), &Options { addenda: true, ..Options::default() }, &mut Erasures::default())
}

fn shown(verification: &Verification) -> Vec<String> {
    verification.findings.iter().map(ToString::to_string).collect()
}

fn flip(path: PathBuf, at: i64) {
    let mut bytes = fs::read(&path).unwrap();
    let at = if at < 0 { bytes.len() - usize::try_from(-at).unwrap() } else { usize::try_from(at).unwrap() };
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn first_file(folder: &Path) -> PathBuf {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    if all[0].is_dir() { first_file(&all[0]) } else { all[0].clone() }
}

#[test]
fn an_unchanged_log_holds_and_everything_was_looked_at() {
    let log = example();
    let found = look(log.path());
    assert!(found.holds(), "{:?}", shown(&found));
    let counts = found.counts;
    assert_eq!((counts.entries, counts.checkpoints, counts.consistency_proofs), (PLANTED.leaves, 7, 6));
    assert_eq!(counts.inclusion_proofs, PLANTED.leaves.div_ceil(97));
    // Each 150th leaf has two; one was erased, and a leaf says so.
    assert_eq!((counts.addenda, counts.absent, counts.unexplained), (19, 1, 0));
    // Five full ones of leaf hashes and a partial one, and one above them.
    assert_eq!(counts.tiles, 7);
    assert_eq!((counts.beyond, counts.strangers), (0, 0));
    assert_eq!(found.checkpoint.unwrap().checkpoint().size(), PLANTED.leaves);
}

/// What changes a copy of the log, what kind of finding that must give, and what the finding must name.
type Mutation = (&'static str, fn(&Path), Kind, &'static str);

const MUTATIONS: [Mutation; 13] = [
    (
        "bit flip in an entry",
        |log| flip(log.join("tile/entries/000"), 40),
        Kind::Entry,
        "leaf 0: tile/entries/000: expected the entries that were signed",
    ),
    (
        "bit flip in a level-0 tile",
        |log| flip(log.join("tile/0/001"), 100),
        Kind::Tile,
        "leaf 259: tile/0/001: expected the hashes of the signed entries",
    ),
    (
        "bit flip in a level-1 tile",
        |log| flip(first_file(&log.join("tile/1")), 10),
        Kind::Tile,
        "leaves 0 to 255: tile/1/000.p/",
    ),
    (
        "entry bundle cut short",
        |log| {
            let path = log.join("tile/entries/002");
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
        },
        Kind::Entry,
        "leaves 512 to 767: tile/entries/002: byte ",
    ),
    (
        "entry bundle lost",
        |log| fs::remove_file(log.join("tile/entries/003")).unwrap(),
        Kind::Entry,
        "leaves 768 to 1023: tile/entries/003: expected 256 entries, found no such file",
    ),
    (
        "hash tile lost",
        |log| fs::remove_file(log.join("tile/0/004")).unwrap(),
        Kind::Tile,
        "leaves 1024 to 1279: tile/0/004: expected 256 hashes, found no such file",
    ),
    ("checkpoint signature changed", |log| flip(log.join("checkpoint"), -10), Kind::Checkpoint, "checkpoint: "),
    (
        "checkpoint size changed",
        |log| {
            let path = log.join("checkpoint");
            let text = fs::read_to_string(&path).unwrap().replace("\n1500\n", "\n999\n");
            fs::write(path, text).unwrap();
        },
        Kind::Checkpoint,
        "checkpoint: note: the signature by example.org/log+8f13f9e4 does not fit the text",
    ),
    (
        "rollback: current replaced by old",
        |log| {
            fs::copy(log.join("checkpoints/00000000000000001071"), log.join("checkpoint")).unwrap();
        },
        Kind::Rollback,
        "leaves 1071 to 1499: checkpoint: ROLLBACK: size 1500 was signed before, as checkpoints/00000000000000001500 shows",
    ),
    (
        "writer inclusion proof changed",
        |log| {
            let path = log.join("proofs/194.tlog-proof");
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            lines[2].replace_range(..1, "_");
            fs::write(path, lines.join("\n")).unwrap();
        },
        Kind::Inclusion,
        "proofs/194.tlog-proof: line 3: expected a hash in base64",
    ),
    (
        "writer consistency proof changed",
        |log| {
            let path = log.join("consistency/214-1500");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.split_once('\n').unwrap().1).unwrap();
        },
        Kind::Consistency,
        "consistency/214-1500: consistency proof: expected",
    ),
    (
        "two entries swapped",
        |log| {
            let path = log.join("tile/entries/000");
            let bytes = fs::read(&path).unwrap();
            let end = |at: usize| at + 2 + usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
            let (first, second) = (end(0), end(end(0)));
            let swapped = [&bytes[first..second], &bytes[..first], &bytes[second..]].concat();
            fs::write(path, swapped).unwrap();
        },
        Kind::Entry,
        "leaves 0 to 1: tile/entries/000: expected the entries that were signed",
    ),
    (
        "addendum content changed",
        |log| flip(first_file(&log.join("addenda")), 3),
        Kind::Addendum,
        "expected content with this digest, found other content",
    ),
];

#[test]
fn every_mutation_is_found_and_named() {
    for (name, mutate, kind, named) in MUTATIONS {
        let log = example();
        mutate(log.path());
        let found = look(log.path());
        let shown = shown(&found);
        let hit = found.findings.iter().any(|finding| finding.kind == kind && finding.to_string().contains(named));
        assert!(hit, "{name}: expected {kind:?} {named}\nfound {shown:#?}");
        // One change is one finding, or one for each of what depends on it; nothing else is accused.
        let others: Vec<&String> = shown.iter().filter(|shown| !shown.contains(named)).collect();
        let allowed = match kind {
            Kind::Entry if name.contains("entry bundle") => {
                // The lost bundle held the leaf that explains an erasure.
                others.iter().all(|other| other.contains("no erasure names it"))
            }
            Kind::Entry => others.iter().all(|other| other.contains("addenda")),
            _ => others.is_empty(),
        };
        assert!(allowed, "{name}: {shown:#?}");
    }
}

#[test]
fn an_erasure_is_accepted_where_a_leaf_explains_it_and_a_bare_removal_is_not() {
    let log = example();
    let options = Options { addenda: true, ..Options::default() };
    // Leaf 0 lost its first addendum, and leaf 900 says so.
    let strict = verify(log.path(), key().verifier(), &options, &mut Unexplained::default());
    assert_eq!(shown(&strict).len(), 1);
    let erased = planted::digest(PLANTED.erased_by(900).unwrap(), 1);
    assert!(
        shown(&strict)[0].ends_with(&format!("{erased}: expected the addendum, found no such file")),
        "{:?}",
        shown(&strict)
    );

    let other = planted::digest(150, 2);
    fs::remove_file(log.path().join(candor_record::log::addenda::path(&other))).unwrap();
    let found = look(log.path());
    let digits = other.to_string();
    let path = format!("addenda/{}/{}/{digits}", &digits[..2], &digits[2..4]);
    assert_eq!(shown(&found), [format!("leaf 150: {path}: no erasure names it")]);
    assert_eq!((found.counts.absent, found.counts.unexplained), (2, 1));
    // Who cannot read the entries counts it.
    let counted = verify(log.path(), key().verifier(), &options, &mut Absences);
    assert!(counted.holds());
    assert_eq!(counted.counts.absent, 2);
}

#[test]
fn content_that_nothing_indicates_and_a_missing_marker_are_found() {
    let log = example();
    let path = candor_record::log::addenda::path(&Digest::of(b"never logged"));
    fs::create_dir_all(log.path().join(&path).parent().unwrap()).unwrap();
    fs::write(log.path().join(&path), b"never logged").unwrap();
    assert_eq!(
        shown(&look(log.path())),
        [format!("{path}: expected content that an entry indicates, found none that does")]
    );
    fs::remove_file(log.path().join(&path)).unwrap();
    fs::remove_file(log.path().join("addenda.v1")).unwrap();
    assert_eq!(shown(&look(log.path())), ["addenda.v1: expected an empty file, found no such file"]);
}

/// A log of other entries, signed by the same key.
fn rewritten(kept: &[&str]) -> (tempfile::TempDir, tempfile::TempDir) {
    let before = example();
    let after = tempfile::tempdir().unwrap();
    let mut log =
        Log::create(after.path(), key(), Settings { keep_every: u64::MAX, durable: false, ..Settings::default() })
            .unwrap();
    let mut entries: Vec<Vec<u8>> = (0..PLANTED.leaves + 10).map(|leaf| PLANTED.entry(leaf).unwrap()).collect();
    entries[3] = b"another one\0".to_vec();
    log.integrate(&entries).unwrap();
    log.publish(0).unwrap();
    for name in kept {
        fs::copy(before.path().join(name), after.path().join(name)).unwrap();
    }
    (before, after)
}

#[test]
fn a_rewritten_log_is_found_by_an_older_checkpoint_and_only_by_one() {
    let (_, after) = rewritten(&[]);
    assert!(
        verify(after.path(), key().verifier(), &Options::default(), &mut Absences).holds(),
        "nothing here shows it"
    );
    let (_, after) = rewritten(&["checkpoints/00000000000000000857"]);
    let found = verify(after.path(), key().verifier(), &Options::default(), &mut Absences);
    assert_eq!(found.findings.len(), 1, "{:?}", shown(&found));
    assert_eq!(found.findings[0].kind, Kind::NotAPrefix);
    assert!(
        shown(&found)[0].starts_with("leaves 0 to 856: checkpoints/00000000000000000857: not a prefix"),
        "{:?}",
        shown(&found)
    );

    let log = example();
    let other =
        SignedCheckpoint::sign(Checkpoint::new("example.org/log", PLANTED.leaves, merkle::leaf(b"")).unwrap(), &key())
            .unwrap();
    fs::write(log.path().join("checkpoints/from a customer"), other.to_string()).unwrap();
    let found = look(log.path());
    assert_eq!(found.findings[0].kind, Kind::Fork);
    assert!(
        shown(&found)[0].starts_with("checkpoints/from a customer: FORK: two roots are signed for size 1500"),
        "{:?}",
        shown(&found)
    );
}

#[test]
fn another_key_opens_nothing() {
    let log = example();
    let other = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [2; 32]).unwrap();
    let found = verify(log.path(), other.verifier(), &Options::default(), &mut Absences);
    assert_eq!(found.findings[0].kind, Kind::Key);
    assert!(found.checkpoint.is_none());
    let empty = tempfile::tempdir().unwrap();
    let found = verify(&empty.path().join("none"), key().verifier(), &Options::default(), &mut Absences);
    assert_eq!(shown(&found), ["checkpoint: expected a signed checkpoint, found no such file"]);
}

#[test]
fn a_log_without_entries_holds() {
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), key(), Settings { durable: false, ..Settings::default() }).unwrap();
    let found = look(folder.path());
    assert!(found.holds(), "{:?}", shown(&found));
    assert_eq!(found.counts, Counts::default());
}

/// Every file below a directory.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn a_changed_bit_anywhere_is_found_and_so_is_a_lost_file_that_something_calls_for() {
    let log = example();
    let all = files(log.path());
    assert!(all.len() > 60, "{}", all.len());
    for path in &all {
        let name = path.strip_prefix(log.path()).unwrap().to_str().unwrap();
        let bytes = fs::read(path).unwrap();
        for at in [0, bytes.len() / 3, bytes.len().saturating_sub(2)] {
            let Some(byte) = bytes.get(at) else { continue };
            let mut changed = bytes.clone();
            changed[at] = byte ^ 1 << (at % 8);
            fs::write(path, changed).unwrap();
            let found = look(log.path());
            assert!(
                found.findings.iter().any(|finding| finding.file.as_deref().is_some_and(|file| name.starts_with(file))),
                "{name}, byte {at}: {:?}",
                shown(&found)
            );
        }
        fs::write(path, [&bytes[..], b"\n"].concat()).unwrap();
        let appended = look(log.path());
        // White space behind a key is not part of it.
        assert_eq!(appended.holds(), name == "vkey", "{name} with a byte more: {:?}", shown(&appended));
        fs::remove_file(path).unwrap();
        let lost = look(log.path());
        // Files that only make it possible to check more can be left out of a copy, but a consistency proof calls for its checkpoints.
        let optional = ["vkey", "checkpoints/", "proofs/", "consistency/"].iter().any(|start| name.starts_with(start));
        let called_for =
            shown(&lost).iter().any(|shown| !(name.starts_with("checkpoints/") && shown.starts_with("consistency/")));
        assert_eq!(called_for, !optional, "{name} lost: {:?}", shown(&lost));
        fs::write(path, bytes).unwrap();
    }
    assert!(look(log.path()).holds());
}

#[cfg(unix)]
#[test]
fn links_pipes_and_directories_in_the_place_of_files_are_named_and_not_followed() {
    let elsewhere = tempfile::tempdir().unwrap();
    let log = example();
    for name in [
        "checkpoint",
        "tile/entries/001",
        "tile/0/002",
        "checkpoints/00000000000000000857",
        "proofs/97.tlog-proof",
        "addenda.v1",
    ] {
        let path = log.path().join(name);
        let moved = elsewhere.path().join("moved");
        fs::rename(&path, &moved).unwrap();
        std::os::unix::fs::symlink(&moved, &path).unwrap();
        let found = look(log.path());
        assert!(
            shown(&found).iter().any(|shown| shown.contains(name) && shown.contains("not followed")),
            "{name}: {:?}",
            shown(&found)
        );
        fs::remove_file(&path).unwrap();
        // Opening a pipe would wait for ever.
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(!look(log.path()).holds(), "{name}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(!look(log.path()).holds(), "{name}");
        fs::remove_dir(&path).unwrap();
        fs::rename(&moved, &path).unwrap();
    }
    assert!(look(log.path()).holds());
}

#[test]
fn sizes_beyond_everything_end_soon_and_long_files_are_not_read() {
    let log = example();
    let huge =
        SignedCheckpoint::sign(Checkpoint::new("example.org/log", u64::MAX >> 1, merkle::leaf(b"")).unwrap(), &key())
            .unwrap();
    fs::write(log.path().join("checkpoint"), huge.to_string()).unwrap();
    let found = look(log.path());
    assert!(
        found.more > 0 || found.findings.iter().any(|finding| finding.kind == Kind::Stopped),
        "{}",
        found.findings.len()
    );
    assert!(found.time.as_secs() < 20, "{:?}", found.time);

    let log = example();
    for name in ["checkpoint", "vkey", "tile/entries/002", "tile/0/001", "proofs/97.tlog-proof", "consistency/214-1500"]
    {
        let file = fs::OpenOptions::new().write(true).open(log.path().join(name)).unwrap();
        file.set_len(1 << 40).unwrap();
    }
    let found = look(log.path());
    let long = shown(&found).iter().filter(|shown| shown.contains("found 1099511627776 bytes")).count();
    assert_eq!(long, 6, "{:?}", shown(&found));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn files_of_random_bytes_never_panic(seed in any::<[u8; 32]>(), which in proptest::collection::vec(any::<prop::sample::Index>(), 1..6), length in 0_usize..9000, mode in 0_u8..3) {
        let log = example_few();
        let all = files(log.path());
        for (number, index) in which.iter().enumerate() {
            let path = index.get(&all);
            let mut bytes = fs::read(path).unwrap();
            match mode {
                0 => bytes = (0..length).map(|at| Digest::of(&[&seed[..], &at.to_be_bytes()].concat()).as_bytes()[number % 32]).collect(),
                1 => bytes.truncate(length % (bytes.len() + 1)),
                _ => for at in 0..3 {
                    let length = bytes.len().max(1);
                    if let Some(byte) = bytes.get_mut((usize::from(seed[at]) << 8 | usize::from(seed[at + 8])) % length) {
                        *byte = seed[at + 16];
                    }
                },
            }
            fs::write(path, bytes).unwrap();
        }
        let found = look(log.path());
        let _ = shown(&found);
        let _ = Log::open(log.path(), key(), Settings::default());
    }
}

fn example_few() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    planted::Planted { leaves: 300, every: 100 }.write(folder.path(), key()).unwrap();
    folder
}

#[test]
fn a_log_that_is_older_than_a_checkpoint_a_customer_holds_is_a_rollback() {
    let old = example_few();
    let newer = example();
    fs::copy(newer.path().join("checkpoint"), old.path().join("checkpoints/from a customer")).unwrap();
    let found = look(old.path());
    assert_eq!(found.checkpoint.as_ref().unwrap().checkpoint().size(), 300);
    assert_eq!(
        shown(&found),
        ["leaves 300 to 1499: checkpoints/from a customer: ROLLBACK: size 1500 was signed before, the log has 300"]
    );
}
