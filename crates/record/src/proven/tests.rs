//! Entries carried without their log: whole ones are accepted, and every changed bit, place and order is found.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::leaf::{Head, VERSION};
use crate::record::{Record, Settings};

fn carried() -> (Vec<Proven>, String, VerifierKey) {
    static CARRIED: LazyLock<(Vec<Proven>, String, VerifierKey)> = LazyLock::new(made);
    CARRIED.clone()
}

fn made() -> (Vec<Proven>, String, VerifierKey) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("record");
    Record::create(&folder, "example.org/log").unwrap();
    let record = Record::open(&folder, Settings::default()).unwrap();
    for number in 0..11 {
        let head = Head {
            version: VERSION,
            kind: "import".into(),
            at_ms: number,
            trace: None,
            subject: None,
            parts: Vec::new(),
            about: serde_json::Map::new(),
        };
        record.append(head, &[]).unwrap();
    }
    record.close(1).unwrap();
    let mut reader = Reader::open(&folder).unwrap();
    let proven = [0, 3, 10].map(|leaf| Proven::read(&mut reader, leaf).unwrap());
    let key = VerifierKey::read(&folder.join("log/vkey")).unwrap();
    (proven.to_vec(), reader.checkpoint().to_string(), key)
}

#[test]
fn what_is_carried_whole_holds() {
    let (proven, checkpoint, key) = carried();
    let proved = check(&proven, &checkpoint, &key);
    assert_eq!(proved.findings, []);
    assert_eq!(
        proved.leaves.iter().map(|(leaf, told)| (*leaf, told.head.at_ms)).collect::<Vec<_>>(),
        [(0, 0), (3, 3), (10, 10)]
    );
    assert_eq!(proved.signed.unwrap().size(), 11);
}

#[test]
fn what_was_moved_doubled_or_signed_by_another_is_named() {
    let (proven, checkpoint, key) = carried();
    let found = |proven: &[Proven]| check(proven, &checkpoint, &key).findings;
    let mut moved = proven.clone();
    moved[1].index = 4;
    assert_eq!(found(&moved)[0].leaf, Some(4));
    let mut turned = proven.clone();
    turned.reverse();
    assert!(found(&turned).iter().all(|finding| finding.what.contains("in the order of the log")));
    let twice = [proven[0].clone(), proven[0].clone()];
    assert_eq!(found(&twice).len(), 1);
    let mut beyond = proven.clone();
    beyond[2].index = u64::MAX;
    assert_eq!(found(&beyond).len(), 1);
    let other =
        crate::log::SigningKey::from_seed("example.org/log", crate::log::key::Algorithm::Ed25519, [7; 32]).unwrap();
    assert!(check(&proven, &checkpoint, other.verifier()).findings[0].what.starts_with("checkpoint: "));
    let many = vec![proven[0].clone(); MOST_PROVEN + 1];
    assert_eq!(found(&many).len(), 1);
    let mut long = proven;
    long[0].entry = "A".repeat(100_000);
    long[1].proof = vec![long[1].proof[0].clone(); 1000];
    assert_eq!(found(&long).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn every_changed_character_is_found(which in 0_usize..3, at in 0_usize..10_000, to in any::<char>()) {
        let (mut proven, checkpoint, key) = carried();
        let one = &mut proven[which];
        let mut texts: Vec<&mut String> = std::iter::once(&mut one.entry).chain(&mut one.proof).collect();
        let place = at % texts.len();
        let text: Vec<char> = texts[place].chars().collect();
        let mut changed = text.clone();
        changed[at % text.len()] = to;
        prop_assume!(changed != text);
        *texts[place] = changed.into_iter().collect();
        prop_assert!(!check(&proven, &checkpoint, &key).findings.is_empty());
    }
}
