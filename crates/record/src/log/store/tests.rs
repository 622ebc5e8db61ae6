//! What a log writes, and what becomes of it when the machine stops at any moment of an integration.

use std::fs;
use std::io;

use super::*;
use crate::log::disk::Files;
use crate::log::key::Algorithm;
use crate::log::verify::{Absences, Options, verify};
use crate::log::{merkle, proof};

const FAST: Settings = Settings { keep_every: 0, addenda: false, durable: false };

fn key() -> SigningKey {
    SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap()
}

fn entries(range: Range<u64>) -> Vec<Vec<u8>> {
    range.map(|leaf| format!("entry {leaf}").into_bytes()).collect()
}

/// Every file below a directory, with its content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                into.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(folder, folder, &mut all);
    all.sort();
    all
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_layout_is_the_one_of_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::create(folder.path(), key(), Settings { addenda: true, ..FAST }).unwrap();
    assert_eq!(names(folder.path()), ["addenda.v1", "checkpoint", "vkey"]);
    assert_eq!(log.integrate(&entries(0..3)).unwrap(), 0..3);
    log.publish(1).unwrap();
    assert_eq!(
        names(folder.path()),
        [
            "addenda.v1",
            "checkpoint",
            "checkpoints/00000000000000000003",
            "tile/0/000.p/3",
            "tile/entries/000.p/3",
            "vkey"
        ]
    );
    assert_eq!(
        fs::read(folder.path().join("tile/entries/000.p/3")).unwrap(),
        b"\0\x07entry 0\0\x07entry 1\0\x07entry 2"
    );
    assert_eq!(log.integrate(&entries(3..70_000)).unwrap(), 3..70_000);
    log.publish(2).unwrap();
    let all = names(folder.path());
    // 273 full tiles and one partial of entries and at level 0; one full and one partial at level 1; one partial at level 2.
    assert_eq!(all.iter().filter(|name| name.starts_with("tile/")).count(), 274 + 274 + 2 + 1);
    for name in [
        "tile/entries/272",
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ] {
        assert!(all.contains(&name.to_owned()), "{name}");
    }
    assert!(!folder.path().join("tile/0/000.p").exists(), "the full tile took the place of the partial one");
    let checkpoint = fs::read_to_string(folder.path().join("checkpoint")).unwrap();
    assert!(checkpoint.starts_with("example.org/log\n70000\n"), "{checkpoint}");
}

#[test]
fn proofs_from_tiles_lead_to_the_signed_root_also_of_sizes_whose_partial_tiles_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::create(folder.path(), key(), FAST).unwrap();
    let mut signed = Vec::new();
    for (start, end) in [(0, 1), (1, 200), (200, 256), (256, 257), (257, 600), (600, 66_000)] {
        log.integrate(&entries(start..end)).unwrap();
        signed.push(log.publish(end).unwrap().checkpoint().clone());
    }
    let whole = signed.last().unwrap().clone();
    let mut tiles = log.tiles();
    for old in &signed {
        let path = tiles.consistency(old.size()).unwrap();
        proof::check_consistency(&path, old.size(), old.root(), whole.size(), whole.root()).unwrap();
        let mut then = Tiles::new(folder.path(), old.size());
        let leaf = old.size() - 1;
        let path = then.inclusion(leaf).unwrap();
        let entry = then.entry(leaf).unwrap();
        assert_eq!(entry, format!("entry {leaf}").into_bytes());
        proof::check_inclusion(&path, leaf, &merkle::leaf(&entry), old.size(), old.root()).unwrap();
        assert!(then.entry(old.size()).is_err());
        assert!(then.inclusion(old.size()).is_err());
    }
    assert!(tiles.root(66_001).is_err());
}

#[test]
fn a_log_goes_on_where_it_was_signed_and_ends_in_the_same_bytes() {
    let whole = tempfile::tempdir().unwrap();
    let mut log = Log::create(whole.path(), key(), FAST).unwrap();
    log.integrate(&entries(0..700)).unwrap();
    log.publish(0).unwrap();
    let pieces = tempfile::tempdir().unwrap();
    drop(Log::create(pieces.path(), key(), FAST).unwrap());
    for end in [1, 255, 256, 257, 511, 700] {
        let mut log = Log::open(pieces.path(), key(), FAST).unwrap();
        let start = log.size();
        assert_eq!(log.integrate(&entries(start..end)).unwrap(), start..end);
        log.publish(0).unwrap();
    }
    let pieces = files(pieces.path());
    for file in files(whole.path()) {
        assert!(pieces.contains(&file), "{}", file.0);
    }
    // Beyond that there are only the partial tiles and the checkpoints that were signed on the way.
    let names: Vec<String> =
        pieces.into_iter().map(|(name, _)| name).filter(|name| !names(whole.path()).contains(name)).collect();
    assert!(names.iter().all(|name| name.contains(".p/") || name.starts_with("checkpoints/")), "{names:?}");
}

#[test]
fn what_does_not_fit_the_signed_checkpoint_is_refused_before_anything_is_signed() {
    type Damage = fn(&Path);
    let flip: fn(&Path, &str) = |folder, name| {
        let path = folder.join(name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let other: [(&str, Damage); 8] = [
        ("checkpoints/00000000000000000280: rollback: size 280 was signed before, the checkpoint says 200", |folder| {
            fs::copy(folder.join("checkpoints/00000000000000000200"), folder.join("checkpoint")).unwrap();
            fs::remove_file(folder.join("checkpoints/00000000000000000300")).unwrap();
        }),
        ("checkpoint: expected a file, found no such file", |folder| {
            fs::remove_file(folder.join("checkpoint")).unwrap();
        }),
        ("tile/0/001.p/44: expected 44 hashes, found no such file", |folder| {
            fs::remove_dir_all(folder.join("tile/0")).unwrap();
        }),
        ("tile/entries/001.p/44: expected 44 entries, found no such file", |folder| {
            fs::remove_dir_all(folder.join("tile/entries")).unwrap();
        }),
        ("tile/0/001.p/44: expected 1408 bytes, found 1407 bytes", |folder| {
            let path = folder.join("tile/0/001.p/44");
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[1..]).unwrap();
        }),
        ("vkey: expected the key example.org/log+", |folder| {
            let other = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [2; 32]).unwrap();
            fs::write(folder.join("vkey"), other.verifier().to_string()).unwrap();
        }),
        ("checkpoint: note: the signature by example.org/log+", |folder| {
            let path = folder.join("checkpoint");
            let text = fs::read_to_string(&path).unwrap().replace("\n300\n", "\n299\n");
            fs::write(path, text).unwrap();
        }),
        ("checkpoints/00000000000000000300: expected", |folder| {
            // A fork: another tree of the same size, signed by the same key.
            let checkpoint = Checkpoint::new("example.org/log", 300, merkle::leaf(b"other")).unwrap();
            fs::write(
                folder.join("checkpoints/00000000000000000300"),
                SignedCheckpoint::sign(checkpoint, &key()).unwrap().to_string(),
            )
            .unwrap();
        }),
    ];
    let made = || {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::create(folder.path(), key(), FAST).unwrap();
        let mut start = 0;
        for end in [200, 280, 300] {
            log.integrate(&entries(start..end)).unwrap();
            log.publish(end).unwrap();
            start = end;
        }
        folder
    };
    for name in ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"] {
        let folder = made();
        flip(folder.path(), name);
        let error = Log::open(folder.path(), key(), FAST).unwrap_err().to_string();
        let named =
            if name.contains("entries") { name } else { "tile: root of the 300 leaves whose hashes are on disk" };
        assert!(error.starts_with(named), "{name}: {error}");
    }
    for (message, damage) in other {
        let folder = made();
        damage(folder.path());
        let error = Log::open(folder.path(), key(), FAST).unwrap_err().to_string();
        assert!(error.starts_with(message), "expected {message}\nfound {error}");
    }
}

/// Ways to lose what was not settled that are tried at each moment.
const SEEDS: u64 = if cfg!(feature = "slow") { 20 } else { 1 };

/// A disk that stops at a given moment, and then forgets or tears what was placed but not settled, as a machine does that loses its power.
struct Stopping {
    files: Files,
    root: PathBuf,
    /// Steps that still succeed; the one at 0 is done or not, as `done` says, and fails.
    left: u64,
    done: bool,
    random: u64,
    unsettled: Vec<String>,
}

impl Stopping {
    fn step(&mut self, act: impl FnOnce(&mut Files) -> io::Result<()>) -> io::Result<()> {
        if self.left > 0 {
            self.left -= 1;
            return act(&mut self.files);
        }
        if self.done {
            act(&mut self.files)?;
        }
        self.done = false;
        self.tear();
        Err(io::Error::other("the power is gone"))
    }

    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }

    /// Each file that was not waited for is whole, empty, cut, filled with zeros, or not there.
    fn tear(&mut self) {
        for path in std::mem::take(&mut self.unsettled) {
            let path = self.root.join(path);
            let Ok(bytes) = fs::read(&path) else { continue };
            match self.next() % 5 {
                0 => {}
                1 => fs::write(path, b"").unwrap(),
                2 => fs::write(path, &bytes[..self.next() as usize % bytes.len().max(1)]).unwrap(),
                3 => fs::write(path, vec![0; bytes.len()]).unwrap(),
                _ => fs::remove_file(path).unwrap(),
            }
        }
    }
}

impl Disk for Stopping {
    fn place(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.unsettled.push(path.to_owned());
        self.step(|files| files.place(path, bytes))
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.step(|files| files.replace(path, bytes))
    }

    fn settle(&mut self) -> io::Result<()> {
        self.step(Disk::settle)?;
        self.unsettled.clear();
        Ok(())
    }

    fn remove_file(&mut self, path: &str) -> io::Result<()> {
        self.step(|files| files.remove_file(path))
    }

    fn remove_folder(&mut self, path: &str) -> io::Result<()> {
        self.step(|files| files.remove_folder(path))
    }
}

/// Integrates up to each size and signs it; the sizes that were signed.
fn run(log: &mut Log, sizes: &[u64]) -> Result<u64, Error> {
    for size in sizes.iter().filter(|size| **size > log.size()).copied().collect::<Vec<_>>() {
        log.integrate(&entries(log.size()..size))?;
        log.publish(size)?;
    }
    Ok(log.size())
}

#[test]
fn a_crash_at_any_moment_loses_nothing_that_was_signed_and_the_rest_comes_to_the_same_places() {
    const SIZES: [u64; 4] = [100, 256, 300, 700];
    let whole = tempfile::tempdir().unwrap();
    let mut log = Log::create(whole.path(), key(), FAST).unwrap();
    assert_eq!(run(&mut log, &SIZES).unwrap(), 700);
    let expected = files(whole.path());
    let mut crashes = 0;
    for left in 0.. {
        for (done, random) in (0..SEEDS).flat_map(|seed| [(false, 2 * seed), (true, 2 * seed + 1)]) {
            let folder = tempfile::tempdir().unwrap();
            drop(Log::create(folder.path(), key(), FAST).unwrap());
            let disk = Stopping {
                files: Files::new(folder.path(), false),
                root: folder.path().to_owned(),
                left,
                done,
                random: random + left,
                unsettled: Vec::new(),
            };
            let mut log = Log::open_on(Box::new(disk), folder.path(), key(), FAST).unwrap();
            if run(&mut log, &SIZES).is_ok() {
                // Every moment was tried.
                assert!(left > 25, "{left} steps");
                assert_eq!(crashes, left * SEEDS * 2);
                return;
            }
            crashes += 1;
            let signed = log.checkpoint().checkpoint().size();
            assert!(matches!(log.publish(0), Err(Error::Stopped)));
            assert!(matches!(log.integrate(&[b"x"]), Err(Error::Stopped)));
            let mut log = Log::open(folder.path(), key(), FAST).unwrap();
            // The step that failed may have been the last one of a checkpoint.
            let next = SIZES.into_iter().find(|size| *size > signed);
            assert!(
                log.size() == signed || (done && Some(log.size()) == next),
                "step {left}: {} after {signed}",
                log.size()
            );
            let found = verify(folder.path(), key().verifier(), &Options::default(), &mut Absences);
            assert!(found.holds(), "step {left}: {:?}", found.findings);
            assert_eq!(found.counts.entries, log.size());
            assert_eq!(run(&mut log, &SIZES).unwrap(), 700);
            let found = files(folder.path());
            for file in &expected {
                // Which checkpoints were kept depends on the time of opening.
                assert!(found.contains(file) || file.0.starts_with("checkpoints/"), "step {left}: {}", file.0);
            }
            let found = verify(folder.path(), key().verifier(), &Options::default(), &mut Absences);
            assert!(found.holds(), "step {left}: {:?}", found.findings);
        }
    }
}
