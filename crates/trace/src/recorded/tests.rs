//! Traces into parts and back, the chain of thought apart, and what was erased left open.

use candor_llm::{Conversation, Message, Part, Provenance, Reasoning, Role};
use candor_verify::Verdict;

use super::*;
use crate::{Document, Label, LabelValue, Labeller, Money, Trace, TraceId, Trial};

fn trace() -> Trace {
    let thought = Part::Reasoning(Reasoning::raw("SECRET earlier thought"));
    let sealed = Part::Sealed { protocol: candor_llm::Protocol::Messages, json: r#"{"signature":"SECRET"}"#.into() };
    let request = Conversation {
        messages: vec![
            Message::text(Role::User, "What is 2+2?"),
            Message { role: Role::Assistant, parts: vec![thought, sealed, Part::Text { text: "four".into() }] },
            Message::text(Role::User, "Sure?"),
        ],
    };
    Trace {
        recorded_id: Some(TraceId([9; 16])),
        trial: Trial { unit: "jane@example.org/7".into(), ..Trial::default() },
        model: Some("pebble".into()),
        at_ms: Some(1_764_144_000_000),
        cost: Some(Money(1_200)),
        events: vec![
            Event::Request(request),
            Event::Retrieval {
                query: "sums".into(),
                documents: vec![Document { id: "d1".into(), text: "2+2=4".into() }],
            },
            Event::ToolCall { id: "t1".into(), name: "calculator".into(), arguments: "2+2".into() },
            Event::Reasoning(Reasoning::raw("SECRET I add the numbers")),
            Event::ToolResult { id: "t1".into(), content: "4".into(), exit_code: Some(0), is_error: None },
            Event::Output { text: "Answer: 4".into(), answer: Some("4".into()), finish: None },
            Event::Verdict { verifier: "exact".into(), verdict: Verdict::of(true, "4", "same") },
            Event::Score { name: "reward".into(), value: 0.25 },
            Event::Label(Label {
                name: "depth".into(),
                value: LabelValue::Number(2.5),
                by: Labeller::Human,
                who: None,
                note: None,
            }),
        ],
        ..Trace::default()
    }
}

fn found(trace: &Trace) -> Vec<(String, Found)> {
    split(trace).unwrap().into_iter().map(|piece| (piece.name.to_owned(), Found::Content(piece.content))).collect()
}

#[test]
fn parts_are_the_trace_again() {
    let trace = trace();
    let names: Vec<_> = split(&trace).unwrap().iter().map(|piece| piece.name).collect();
    assert_eq!(names, PARTS);
    assert_eq!(join(TraceId([9; 16]), &found(&trace)).unwrap(), trace);
}

#[test]
fn the_chain_of_thought_is_in_one_part_alone_and_nothing_of_content_in_the_leaf() {
    let trace = trace();
    for piece in split(&trace).unwrap() {
        let holds = String::from_utf8_lossy(&piece.content).contains("SECRET");
        assert_eq!(holds, piece.name == REASONING, "{}", piece.name);
    }
    let said = serde_json::to_string(&about(&trace, 0)).unwrap();
    let expected = r#"{"called_ms":1764144000000,"cost_micro":1200,"model":"pebble","reasoning":"raw","sample":0,"verdicts":[{"outcome":"correct","verifier":"exact"}]}"#;
    assert_eq!(said, expected);
    candor_record::canonical::to_vec(&about(&trace, 3)).unwrap();
}

#[test]
fn an_erased_chain_reads_as_redacted_and_is_never_silent() {
    let trace = trace();
    let mut parts = found(&trace);
    for (name, found) in &mut parts {
        if name == REASONING {
            *found = Found::Erased { at_ms: 5, basis: "asked for".into() };
        }
    }
    let joined = join(TraceId([9; 16]), &parts).unwrap();
    assert_eq!(joined.provenance(), Provenance::Redacted);
    assert_eq!(joined.events.last(), Some(&Event::Erasure { at_ms: 5, basis: "asked for".into() }));
    assert_eq!(joined.output(), Some("Answer: 4"));
    assert!(!serde_json::to_string(&joined).unwrap().contains("SECRET"));
}

#[test]
fn an_erased_request_leaves_the_rest_and_an_erased_rest_leaves_nothing_to_count() {
    let trace = trace();
    let erase = |erased: &str| {
        let mut parts = found(&trace);
        for (name, found) in &mut parts {
            if name == erased {
                *found = Found::Erased { at_ms: 5, basis: "asked for".into() };
            }
        }
        join(TraceId([9; 16]), &parts)
    };
    let joined = erase("request").unwrap();
    assert_eq!(joined.output(), Some("Answer: 4"));
    assert!(!serde_json::to_string(&joined).unwrap().contains("2+2?"));
    assert!(matches!(erase(REST), Err(Unjoined::Erased)));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let trace = trace();
    let mut twice = found(&trace);
    twice.push(twice[1].clone());
    assert!(matches!(join(TraceId([9; 16]), &twice), Err(Unjoined::Misplaced { at: 0, .. })));
    let mut other = found(&trace);
    other[4].1 = Found::Content(br#"[{"at":0,"within":[9,0,{"type":"text","text":""}]}]"#.to_vec());
    assert!(matches!(join(TraceId([9; 16]), &other), Err(Unjoined::Misplaced { at: 0, .. })));
    other[4].1 = Found::Content(b"[]x".to_vec());
    assert!(matches!(join(TraceId([9; 16]), &other), Err(Unjoined::Misread { .. })));
}
