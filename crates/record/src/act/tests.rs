//! Acts: told and read again, and what they cover.

use super::*;
use crate::leaf::{Leaf, Part, PartHead};

fn name(text: &str) -> PartName {
    PartName::new(text).unwrap()
}

fn trace(id: &str, subject: &str, at_ms: i64) -> Head {
    let head = Head {
        version: VERSION,
        kind: "trace".into(),
        at_ms,
        trace: Some(id.into()),
        subject: Some(subject.into()),
        parts: Vec::new(),
        about: serde_json::Map::new(),
    };
    let part = |name_: &str, class: &str| (Part::new([1; 16], name(name_), vec![]), class.to_owned());
    Leaf::of(head, &[part("output", "standard"), part("reasoning", "reasoning")]).unwrap().head
}

fn erasure(gone: Vec<Gone>) -> Act {
    Act::Erasure(Erasure { basis: "asked for".into(), chosen: Selection::Everything, gone })
}

fn gone(from: u64, to: u64, parts: &[&str]) -> Gone {
    Gone { from, to, parts: parts.iter().map(|part| name(part)).collect() }
}

#[test]
fn every_act_is_read_as_it_was_told() {
    let acts = [
        erasure(vec![gone(3, 9, &["reasoning"])]),
        Act::Hold(Hold { hold: "matter 7".into(), reason: "court".into(), chosen: Selection::Subject("p1".into()) }),
        Act::Release(Release { hold: "matter 7".into(), reason: "settled".into() }),
    ];
    for act in acts {
        let leaf = Leaf::of(act.to_head(5).unwrap(), &[]).unwrap();
        let read = Leaf::from_entry(&leaf.to_entry().unwrap()).unwrap();
        assert_eq!(Act::of_head(&read.head).unwrap(), Some(act));
    }
    assert_eq!(Act::of_head(&trace("t", "s", 0)).unwrap(), None);
    let mut odd = erasure(vec![]).to_head(5).unwrap();
    odd.about.remove("gone");
    assert!(Act::of_head(&odd).is_err());
}

#[test]
fn an_act_without_a_basis_is_refused() {
    for basis in ["", "  ", &"x".repeat(MOST_WORDS + 1)] {
        let act = Act::Erasure(Erasure { basis: basis.into(), chosen: Selection::Everything, gone: vec![] });
        assert!(act.to_head(0).is_err(), "{basis:?}");
    }
}

#[test]
fn an_erasure_covers_the_parts_of_its_runs_and_nothing_behind_itself() {
    let mut acts = Acts::default();
    for leaf in 0..20 {
        acts.fold(leaf, &trace("t", "s", 0)).unwrap();
    }
    acts.fold(20, &erasure(vec![gone(2, 12, &["reasoning"]), gone(5, 5, &[])]).to_head(1).unwrap()).unwrap();
    acts.fold(21, &erasure(vec![gone(5, 6, &["output"]), gone(19, 30, &[])]).to_head(2).unwrap()).unwrap();
    let by = |leaf, part: &str| acts.covered(leaf, &name(part)).map(|covered| covered.leaf);
    assert_eq!(by(1, "reasoning"), None);
    assert_eq!(by(2, "reasoning"), Some(20));
    assert_eq!(by(12, "reasoning"), Some(20));
    assert_eq!(by(13, "reasoning"), None);
    assert_eq!(by(4, "output"), None);
    assert_eq!(by(5, "output"), Some(20));
    assert_eq!(by(6, "output"), Some(21));
    // That run would reach behind its own leaf: it is not believed at all.
    assert_eq!(by(19, "output"), None);
    assert!(acts.touches(7) && !acts.touches(13));
}

#[test]
fn a_hold_stands_until_it_is_released() {
    let mut acts = Acts::default();
    let head = trace("t", "p1", 5);
    let hold = Hold { hold: "m".into(), reason: "court".into(), chosen: Selection::Subject("p1".into()) };
    acts.fold(0, &Act::Hold(hold).to_head(1).unwrap()).unwrap();
    assert!(acts.held(1, &head, &head.parts[0]).is_some());
    assert!(acts.held(1, &trace("t", "p2", 5), &head.parts[0]).is_none());
    acts.fold(1, &Act::Release(Release { hold: "m".into(), reason: "over".into() }).to_head(1).unwrap()).unwrap();
    assert!(acts.held(1, &head, &head.parts[0]).is_none());
}

#[test]
fn selections_choose_what_they_say() {
    let head = trace("t", "s", 100);
    let [output, reasoning]: [PartHead; 2] = head.parts.clone().try_into().unwrap();
    let old = Selection::Retention { class: "reasoning".into(), before_ms: 101 };
    assert!(old.holds(4, &head, &reasoning) && !old.holds(4, &head, &output));
    let young = Selection::Retention { class: "reasoning".into(), before_ms: 100 };
    assert!(!young.holds(4, &head, &reasoning));
    let leaf = Selection::Leaf { leaf: 4, parts: vec![name("output")] };
    assert!(leaf.holds(4, &head, &output) && !leaf.holds(4, &head, &reasoning) && !leaf.holds(5, &head, &output));
    assert!(Selection::Trace("t".into()).holds(4, &head, &output));
    assert!(!Selection::Trace("u".into()).holds(4, &head, &output));
}
