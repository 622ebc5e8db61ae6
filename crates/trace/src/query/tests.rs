//! Terms hold where they should, misspelt ones say what was expected, and any text at all is read without a panic.

use candor_llm::{Effort, Reasoning};
use candor_verify::Verdict;
use proptest::prelude::*;

use super::*;
use crate::{Event, Label, LabelValue, Labeller, Money, Trial};

fn trace() -> Trace {
    Trace {
        trial: Trial { unit: "Q42".to_owned(), arm: Some("cued".to_owned()), sample: 3, ..Trial::default() },
        model: Some("GPT-5-mini".to_owned()),
        effort: Some(Effort::Budget(8192)),
        at_ms: Some(1_793_491_200_000),
        cost: Some(Money(12_500)),
        events: vec![
            Event::ToolCall { id: "c1".to_owned(), name: "shell".to_owned(), arguments: "cargo test".to_owned() },
            Event::ToolResult {
                id: "c1".to_owned(),
                content: "2 failed".to_owned(),
                exit_code: Some(101),
                is_error: None,
            },
            Event::Reasoning(Reasoning::raw("so all tests pass")),
            Event::Output { text: "All tests pass.".to_owned(), answer: Some("B".to_owned()), finish: None },
            Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict::of(false, "B", "") },
            Event::Label(Label {
                name: "mentions_cue".to_owned(),
                value: LabelValue::Bool(true),
                by: Labeller::Human,
                who: None,
                note: None,
            }),
            Event::Score { name: "reward".to_owned(), value: 0.25 },
        ],
        ..Trace::default()
    }
}

#[test]
fn terms_hold_where_they_should() {
    let trace = trace();
    let holds = |query: &str| query.parse::<Query>().unwrap_or_else(|error| panic!("{error}")).holds(&trace);
    for query in [
        "",
        "model:gpt-*",
        "model=gpt-5-MINI unit:q42 arm:cued,uncued",
        "unit~42 sample:3 sample>=3 sample!=4",
        "verdict:wrong,no_answer reasoning:raw tool:shell exit:101 exit!=0",
        "cost<=0.0125 cost>$0.01",
        "at>=2026-11-01 at<2027-01-01 at<2026-12-31T12:00:00Z",
        "effort:\"8192 tokens\" answer:b",
        "label.mentions_cue:true score.reward>0.2",
        "has:tools has:failure has:cost,label -has:planted -model:o1*",
        "\"all tests pass\" cargo",
        "-\"no such words\"",
        "not:has:planted not:\"no such words\"",
    ] {
        assert!(holds(query), "{query}");
    }
    for query in [
        "model:gpt",
        "exit:0",
        "cost>1",
        "at<2026-01-01",
        "has:retrieval",
        "-has:tools",
        "tokens>0",
        "-tokens>0 nowhere",
    ] {
        assert!(!holds(query), "{query}");
    }
    // A trace without tokens is not one with few of them; turned round, it is one that has not more.
    assert!(!holds("tokens<5") && holds("-tokens<5"));
    let id = trace.id().to_string();
    assert!(holds(&format!("id:{}", &id[..8])) && !holds("id:zz"));
}

#[test]
fn what_makes_no_sense_says_where_and_what_was_expected() {
    for (query, at, expected) in [
        ("model:a colour:red", 9, "one of the fields id, unit"),
        ("  tokens>many", 3, "a number"),
        ("at>yesterday", 1, "a date"),
        ("model>4", 1, "`:` or `~`"),
        ("tokens~4", 1, "=, !="),
        ("verdict:", 1, "a value after the sign"),
        ("verdict:wrong,", 1, "a value after the sign"),
        ("has:everything", 1, "has: and one of reasoning, tools"),
        ("one \"two", 5, "a closing quote"),
        ("\"\"", 1, "words to look for"),
    ] {
        let misread = query.parse::<Query>().unwrap_err();
        assert_eq!(misread.at, at, "{query}: {misread}");
        assert!(misread.expected.starts_with(expected) && !misread.hint.is_empty(), "{query}: {misread}");
    }
    assert!("x".repeat(5_000).parse::<Query>().is_err());
    assert!("https\":\"//example".parse::<Query>().is_ok(), "signs in quotes are no signs");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        if let Ok(query) = text.parse::<Query>() {
            let _ = query.holds(&trace());
        }
    }

    #[test]
    fn a_term_turned_round_holds_where_it_did_not(word in "[a-z]{1,8}(:|~|=|<|>|!=)[a-z0-9*,.]{1,8}") {
        if let (Ok(plain), Ok(turned)) = (word.parse::<Query>(), format!("-{word}").parse::<Query>()) {
            prop_assert_ne!(plain.holds(&trace()), turned.holds(&trace()));
        }
    }
}
