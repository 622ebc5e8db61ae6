//! Witnesses before honest logs and before ones that were rewritten or rolled back.

use super::*;
use crate::leaf::{Head, VERSION};
use crate::log::key::Algorithm;
use crate::log::note::Signature;
use crate::log::{self, Log, SigningKey};
use crate::record::examine::examine as examine_record;
use crate::record::{Places, Settings};

fn key() -> SigningKey {
    SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap()
}

fn witness(seed: u8) -> SigningKey {
    SigningKey::from_seed(&format!("witness.example/{seed}"), Algorithm::CosignatureV1, [seed; 32]).unwrap()
}

fn head(number: i64) -> Head {
    let about = serde_json::Map::from_iter([("number".to_owned(), number.into())]);
    Head { version: VERSION, kind: "run".into(), at_ms: number, trace: None, subject: None, parts: Vec::new(), about }
}

/// A record with those leaves.
fn made(folder: &Path, numbers: impl IntoIterator<Item = i64>) -> Record {
    if !folder.exists() {
        fs::create_dir_all(folder).unwrap();
        key().create(&Places::of(folder).key()).unwrap();
        Log::create(&Places::of(folder).log(), key(), log::Settings::default()).unwrap();
    }
    let record = Record::open(folder, Settings::default()).unwrap();
    for number in numbers {
        record.append(head(number), &[]).unwrap();
    }
    record.checkpoint(1_000).unwrap();
    record
}

fn cosign(checkpoint: &SignedCheckpoint, by: &SigningKey, seconds: u64) -> SignedCheckpoint {
    let mut cosigned = checkpoint.clone();
    cosigned.add(cosignature::sign(checkpoint, by, seconds).unwrap()).unwrap();
    cosigned
}

fn examined(folder: &Path) -> (Vec<Cosigned>, Vec<String>) {
    let examined = examine_record(folder, key().verifier()).unwrap();
    let lines = examined.lines().collect();
    (examined.cosigned, lines)
}

#[test]
fn lines_are_kept_beside_each_other_and_found_again_when_the_log_has_grown() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = made(folder, 0..3);
    let log = Places::of(folder).log();
    let (one, other) = (witness(2), witness(3));
    let first = cosign(&witnessed(&log, key().verifier(), None).unwrap(), &one, 50);
    record.append(head(3), &[]).unwrap();
    record.checkpoint(2_000).unwrap();
    // It arrives after the log has grown.
    let (kept, seconds, known) = record.keep_cosigned(first.to_string().as_bytes(), one.verifier()).unwrap();
    assert_eq!((kept.size, seconds, known), (3, 50, false));
    assert!(record.keep_cosigned(first.to_string().as_bytes(), one.verifier()).unwrap().2);
    let both = cosign(&first, &other, 60);
    record.keep_cosigned(both.to_string().as_bytes(), other.verifier()).unwrap();
    record.append(head(4), &[]).unwrap();
    record.close(3_000).unwrap();
    let (cosigned, findings) = examined(folder);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!((cosigned.len(), cosigned[0].size), (1, 3));
    let by = |witness: &SigningKey| cosigned[0].by(witness.verifier()).unwrap();
    assert_eq!((by(&one), by(&other), by(&witness(4))), (Some(50), Some(60), None));
}

#[test]
fn a_witness_refuses_a_log_that_was_rolled_back_or_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    made(&place("seen"), 0..300).close(1).unwrap();
    let seen = witnessed(&Places::of(&place("seen")).log(), key().verifier(), None).unwrap();
    for (name, numbers, fits) in [
        ("grown", (0..600).collect::<Vec<_>>(), true),
        ("same", (0..300).collect(), true),
        ("shorter", (0..299).collect(), false),
        ("other", (0..299).chain([7]).collect(), false),
        ("rewritten", std::iter::once(9).chain(1..600).collect(), false),
    ] {
        made(&place(name), numbers).close(1).unwrap();
        let found = witnessed(&Places::of(&place(name)).log(), key().verifier(), Some(&seen));
        assert_eq!(found.is_ok(), fits, "{name}: {found:?}");
    }
    let stranger = SigningKey::from_seed("example.org/other", Algorithm::Ed25519, [9; 32]).unwrap();
    assert!(witnessed(&Places::of(&place("same")).log(), stranger.verifier(), None).is_err());
}

#[test]
fn what_does_not_fit_is_not_kept_and_what_was_put_there_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, others) = (folder.path().join("mine"), folder.path().join("others"));
    let record = made(&mine, 0..5);
    let log = Places::of(&mine).log();
    made(&others, 10..14).close(1).unwrap();
    let by = witness(2);
    let now = witnessed(&log, key().verifier(), None).unwrap();
    // Of another tree under the same key, by nobody, with a line that does not fit.
    let foreign = cosign(&witnessed(&Places::of(&others).log(), key().verifier(), None).unwrap(), &by, 5);
    let mut forged = now.clone();
    forged.add(Signature::new(by.verifier(), vec![0; 72])).unwrap();
    for wrong in [&foreign, &now, &forged] {
        assert!(record.keep_cosigned(wrong.to_string().as_bytes(), by.verifier()).is_err());
    }
    assert!(names(&log).unwrap().is_empty());
    let good = cosign(&now, &by, 5);
    record.keep_cosigned(good.to_string().as_bytes(), by.verifier()).unwrap();
    record.close(1).unwrap();
    assert!(examined(&mine).1.is_empty());
    for (size, bytes, words) in [
        (4, foreign.to_string(), "cosigned/00000000000000000004: "),
        (4, good.to_string(), "expected 4, as in the name of the file"),
        (5, "no note".to_owned(), "cosigned/00000000000000000005: "),
        (6, good.to_string(), "found 5"),
    ] {
        let path = log.join(path_of(size));
        let before = fs::read(&path).ok();
        fs::write(&path, bytes).unwrap();
        let findings = examined(&mine).1;
        assert!(findings.len() == 1 && findings[0].contains(words), "{findings:?}");
        match before {
            Some(before) => fs::write(&path, before).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
    // A forged line is for whoever asks after that witness.
    fs::write(log.join(path_of(5)), forged.to_string()).unwrap();
    assert!(examined(&mine).0[0].by(by.verifier()).is_err());
}
