//! The first page: what is shown, what is not, and nothing that a browser would run.

use candor_llm::{Conversation, Message, Reasoning, Role};
use candor_record::leaf::{Leaf, Part};
use candor_record::log::key::Algorithm;
use candor_record::log::{Checkpoint, SigningKey};
use candor_trace::recorded::{Circumstances, entry};
use candor_trace::{Event, Trace, TraceId, Verdict};

use super::*;
use crate::wellformed;

fn exported(fate_of_chain: impl FnOnce(&Part) -> Fate) -> Exported {
    let trace = Trace {
        recorded_id: Some(TraceId([7; 16])),
        model: Some("<b>model</b>".into()),
        events: vec![
            Event::Request(Conversation { messages: vec![Message::text(Role::User, "Is 91 a <prime>?")] }),
            Event::Reasoning(Reasoning::raw("7 times 13")),
            Event::Output { text: "No.\u{1b}[31m".into(), answer: Some("No".into()), finish: None },
            Event::Verdict { verifier: "exact".into(), verdict: Verdict::of(true, "No", "the same") },
        ],
        ..Trace::default()
    };
    let of = Circumstances { at_ms: 1_764_144_000_000, subject: None, class: "standard", redactions: 0 };
    let (head, parts) = entry(&trace, &of).unwrap();
    let told = Leaf::of(head, &parts).unwrap();
    let mut fate_of_chain = Some(fate_of_chain);
    let fates = told.head.parts.clone().into_iter().zip(&parts).map(|(told, (part, _))| {
        let fate = match told.name.as_str() {
            REASONING => fate_of_chain.take().unwrap()(part),
            _ => Fate::Shown(part.content().to_vec()),
        };
        (told, fate)
    });
    let parts = fates.collect();
    Exported { leaf: 812, told, parts }
}

fn shown(exported: &[Exported]) -> String {
    shown_beside(exported, &[])
}

fn shown_beside(exported: &[Exported], left_out: &[(u64, Leaf)]) -> String {
    let key = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
    let checkpoint = Checkpoint::new("example.org/log", 1280, candor_record::Digest::of(b"")).unwrap();
    let bundle = Bundle { exported: exported.to_vec(), left_out: left_out.to_vec() };
    first_page(&SignedCheckpoint::sign(checkpoint, &key).unwrap(), &bundle, 1_764_230_400_000)
}

#[test]
fn it_tells_what_was_asked_answered_and_decided_and_what_is_left_out() {
    let page = shown(&[exported(|_| Fate::NotChosen)]);
    let seen = wellformed::page(page.trim_end());
    assert_eq!(seen.count("script"), 0);
    for words in [
        "Made on 2025-11-27 from the record <strong>example.org/log</strong>, which held 1,280 entries then",
        "Entry 812",
        "Is 91 a &lt;prime&gt;?",
        "right.\nBy: the program `exact`.\nWhy: the same",
        "shares no code with the maker of this bundle",
        "The chain of thought of 1 entry",
        "Recorded with this entry and not in this bundle: reasoning (",
        "Whether what was recorded is true",
        "Whoever holds the signing key can write the whole record anew",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("7 times 13") && !page.contains('\u{1b}'));
}

#[test]
fn what_somebody_said_later_stands_under_its_leaf() {
    let label = candor_trace::Label {
        name: "tone".into(),
        value: candor_trace::LabelValue::Text("<wry>".into()),
        by: candor_trace::Labeller::Human,
        who: Some("rater-1".into()),
        note: Some("second line".into()),
    };
    let (head, parts) = candor_trace::recorded::label(TraceId([7; 16]), None, &label, 1_764_144_000_000).unwrap();
    let told = Leaf::of(head, &parts).unwrap();
    let fates = |fate: &dyn Fn(&Part) -> Fate| {
        let parts = told.head.parts.clone().into_iter().zip(&parts).map(|(told, (part, _))| (told, fate(part)));
        Exported { leaf: 813, told: told.clone(), parts: parts.collect() }
    };
    let page = shown(&[fates(&|part| Fate::Shown(part.content().to_vec()))]);
    assert!(page.contains("Entry 813: what somebody said of a call that is not in this bundle"), "{page}");
    assert!(page.contains("tone: &lt;wry&gt;\nSaid to be by a person, rater-1.\nsecond line"), "{page}");
    // Beside its call it stands under it.
    let both = [exported(|_| Fate::NotChosen), fates(&|part| Fate::Shown(part.content().to_vec()))];
    let page = shown(&both);
    assert!(page.contains("What somebody said of it later, on 2025-11-26 08:00:00 UTC (entry 813)"), "{page}");
    assert!(!page.contains("Entry 813"), "{page}");
    let page = shown(&[both[0].clone(), fates(&|_| Fate::NotChosen)]);
    assert!(page.contains("(entry 813)") && page.contains("It was taken back, or is not in this bundle."), "{page}");
    assert!(
        page.contains(
            "Beyond what is shown here the record has no entry of this call and none of what somebody said of it."
        ),
        "{page}"
    );
    // The list of what was chosen is not signed: what the log says of the call is told all the same.
    let page = shown_beside(&both[..1], &[(813, told.clone()), (814, told.clone())]);
    for entry in
        ["Entry 813, recorded 2025-11-26 08:00:00 UTC, is about this call too and is not in this bundle", "Entry 814, "]
    {
        assert!(page.contains(entry), "{page}");
    }
    // The last word of the same person counts, and the page says so.
    let again = Exported { leaf: 815, ..both[1].clone() };
    let page = shown(&[both[0].clone(), both[1].clone(), again]);
    assert!(page.contains("(entry 813); replaced by entry 815<") && page.contains("(entry 815)<"), "{page}");
    let page = shown(&[fates(&|_| Fate::NotChosen)]);
    assert!(page.contains("Its content is not in this bundle") && !page.contains("wry"), "{page}");
}

#[test]
fn a_chain_that_was_asked_for_is_shown_and_says_what_it_is_not() {
    let page = shown(&[exported(|part| Fate::Shown(part.content().to_vec()))]);
    assert!(page.contains("7 times 13") && page.contains("no evidence of what the model did"));
}

#[test]
fn an_erasure_is_told_with_its_stated_basis() {
    let page = shown(&[exported(|_| Fate::Erased { at_ms: 1_764_144_000_000, basis: "request <7>".into() })]);
    assert!(
        page.contains(
            "One part was erased at 2025-11-26; basis stated by the operator: request &lt;7&gt;; not examined."
        )
    );
}

#[test]
fn the_page_is_told_from_one_that_was_written_over() {
    let key = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
    let checkpoint = Checkpoint::new("example.org/log", 1280, candor_record::Digest::of(b"")).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, &key).unwrap();
    let exported = Bundle { exported: vec![exported(|_| Fate::NotChosen)], left_out: Vec::new() };
    // Made in the midst of a day: the page says no more than the day.
    let page = first_page(&signed, &exported, 1_764_230_400_000 + 45_296_789);
    assert_eq!(look_at(&page, &signed, &exported), Looked::Same);
    for (is, was) in
        [("right.", "wrong."), ("prime", "number"), ("2025-11-27", "2025-11-28"), ("1,280", "1,281"), ("</html>", "")]
    {
        assert!(page.contains(is), "{is}");
        let forged = page.replacen(is, was, 1);
        let looked = look_at(&forged, &signed, &exported);
        // Another day of making follows from nothing: it is what the page says of itself.
        assert_eq!(looked == Looked::Same, is == "2025-11-27", "{is}");
    }
    let other = page.replace(&format!("Made by candor {VERSION}."), "Made by candor 99.0.0.");
    assert_eq!(look_at(&other, &signed, &exported), Looked::ByVersion("99.0.0".to_owned()));
    assert_eq!(look_at("", &signed, &exported), Looked::Other);
}
