//! What an examination finds in logs that somebody changed: the mutations of `interop/goverify/mutate.sh` once more against our own verifier, and further ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

#[path = "../examples/log/planted.rs"]
mod planted;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use candor_record::Digest;
use candor_record::log::key::Algorithm;
use candor_record::log::tile::{Level, Tile};
use candor_record::log::verify::{Absences, Addendum, Judge, Kind, Options, State, Uncovered, Unexplained};
use candor_record::log::{SigningKey, Verification, VerifierKey, verify};

const PLANTED: planted::Planted = planted::Planted { leaves: 1500, every: 50 };

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
    // Each fiftieth leaf has two; one was erased, and a leaf says so.
    assert_eq!((counts.addenda, counts.absent, counts.unexplained), (59, 1, 0));
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
        "leaves 1071 to 1284: checkpoints/00000000000000001285: ROLLBACK: size 1285 was signed before, the log has 1071",
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
            Kind::Rollback => others.iter().all(|other| other.contains("ROLLBACK") || other.contains("consistency/")),
            Kind::Entry if name.contains("entry bundle") => others.iter().all(|other| other.contains("not indicated")),
            Kind::Entry => others.iter().all(|other| other.contains("addenda")),
            _ => others.is_empty(),
        };
        assert!(allowed, "{name}: {shown:#?}");
    }
}
