//! Leaves: written and read back, and what is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn head() -> Head {
    Head {
        version: VERSION,
        kind: "trace".into(),
        at_ms: 1_764_144_000_000,
        trace: Some("00112233445566778899aabbccddeeff".into()),
        subject: None,
        parts: Vec::new(),
        about: json!({"model": "pebble", "tokens": 12}).as_object().cloned().unwrap(),
    }
}

fn part(name: &str, content: &[u8]) -> (Part, String) {
    (Part::new([7; 16], PartName::new(name).unwrap(), content.to_vec()), "standard".into())
}

#[test]
fn the_layout_is_the_documented_one() {
    let leaf = Leaf::of(head(), &[part("request", b"2+2?"), part("output", b"4")]).unwrap();
    let entry = leaf.to_entry().unwrap();
    let json = String::from_utf8_lossy(&entry);
    assert!(json.starts_with(
        r#"{"about":{"model":"pebble","tokens":12},"at_ms":1764144000000,"kind":"trace","parts":[{"bytes":4,"name":"request","retention":"standard"},"#
    ));
    let start = entry.len() - 1 - 8 - 64;
    assert_eq!(entry[start - 1], b'}');
    assert_eq!(entry[entry.len() - 1], 2);
    assert_eq!(entry[entry.len() - 9..entry.len() - 5], u32::try_from(start).unwrap().to_be_bytes());
    let addendum = [&[7; 16][..], b"request\n2+2?"].concat();
    assert_eq!(part("request", b"2+2?").0.to_addendum(), addendum);
    assert_eq!(Digest::of(&addendum).as_bytes()[..], entry[start..start + 32]);
    assert_eq!(Leaf::from_entry(&entry).unwrap(), leaf);
}

#[test]
fn a_leaf_without_parts_ends_in_a_zero() {
    let entry = Leaf::of(head(), &[]).unwrap().to_entry().unwrap();
    assert_eq!(entry.last(), Some(&0));
    assert!(Leaf::from_entry(&entry).unwrap().digests.is_empty());
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut long = head();
    long.about.insert("note".into(), "x".repeat(MOST_ENTRY_BYTES).into());
    assert!(matches!(Leaf::of(long, &[]), Err(Error::TooLong { most: MOST_ENTRY_BYTES, .. })));
    let many: Vec<_> = (0..=MOST_PARTS).map(|_| part("output", b"")).collect();
    assert!(Leaf::of(head(), &many).is_err());
    let mut float = head();
    float.about.insert("score".into(), json!(0.5));
    assert!(Leaf::of(float, &[]).is_err());
    for name in ["", "Output", "1st", "a b", "a\n", &"a".repeat(33)] {
        assert!(PartName::new(name).is_err(), "{name:?}");
    }
}

#[test]
fn two_parts_never_share_an_addendum() {
    // Were the type written without an end, these two would be the same bytes.
    let (short, long) = (part("out", b"put\n4"), part("output", b"4"));
    assert_ne!(short.0.to_addendum(), long.0.to_addendum());
    assert_eq!(Part::from_addendum(&long.0.to_addendum()).unwrap(), long.0);
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Leaf::from_entry(&bytes);
        let _ = Part::from_addendum(&bytes);
    }

    #[test]
    fn a_changed_bit_is_another_leaf_or_none(at in 0_usize..2_000, bit in 0_u8..8) {
        let leaf = Leaf::of(head(), &[part("request", b"2+2?"), part("output", b"4")]).unwrap();
        let mut entry = leaf.to_entry().unwrap();
        let at = at % entry.len();
        entry[at] ^= 1 << bit;
        prop_assert_ne!(Leaf::from_entry(&entry).ok(), Some(leaf));
    }

    #[test]
    fn what_is_written_is_read(contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..20)) {
        let parts: Vec<_> = contents.iter().map(|content| part("tools", content)).collect();
        let leaf = Leaf::of(head(), &parts).unwrap();
        prop_assert_eq!(Leaf::from_entry(&leaf.to_entry().unwrap()).unwrap(), leaf);
    }
}
