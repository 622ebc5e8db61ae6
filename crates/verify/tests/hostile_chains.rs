//! Mention detectors on text that was made to break them: no panic, spans between characters, time linear in the length.

use std::time::{Duration, Instant};

use candor_verify::signal::mention::detectors;
use candor_verify::signal::statement::{Call, Record, statements};
use candor_verify::signal::{backtrack, consistency};
use candor_verify::{CueKind, MentionQuery};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What the rules look for, thrown together with anything at all.
fn chain() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("the user's ".to_owned()),
        Just("thinks ".to_owned()),
        Just("the answer is ".to_owned()),
        Just("[ B ]".to_owned()),
        Just("B A C D ".to_owned()),
        Just("supposedly ".to_owned()),
        Just("leaked ".to_owned()),
        Just("time out of ".to_owned()),
        Just("’s ".to_owned()),
        Just("metadata checker marked ".to_owned()),
        Just(". ".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn kind() -> impl Strategy<Value = CueKind> {
    prop_oneof![
        proptest::sample::select(CueKind::NAMED.to_vec()),
        any::<String>().prop_map(|name| CueKind::from_foreign(&name)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(17), ..ProptestConfig::default() })]

    #[test]
    fn any_query_has_an_answer_with_spans_between_characters(
        kind in kind(),
        cue in proptest::option::of(chain()),
        target in proptest::option::of(any::<String>()),
        question in proptest::option::of(chain()),
        chain in chain(),
    ) {
        let query = MentionQuery {
            kind: &kind,
            cue_text: cue.as_deref(),
            target: target.as_deref(),
            question: question.as_deref(),
            chain: &chain,
        };
        for detector in detectors::ALL {
            let mention = detector.detect(&query);
            prop_assert!(!mention.why.is_empty());
            prop_assert!(mention.present || !mention.only_as_check);
            prop_assert_eq!(mention.present, !mention.spans.is_empty());
            for span in &mention.spans {
                prop_assert!(chain.get(span.start..span.end).is_some());
            }
            prop_assert_eq!(&mention, &detector.detect(&query));
        }
    }

    #[test]
    fn a_kind_survives_its_own_name(kind in kind()) {
        let again = CueKind::from_foreign(kind.as_str());
        prop_assert_eq!(again, kind);
    }
}

#[test]
fn time_grows_with_the_length_and_not_with_its_square() {
    let pieces = [
        "the user's thought ",
        "according to ",
        "use the information ",
        "B ",
        "the answer is supposedly ",
        "leaked hint ",
        "a",
    ];
    for kind in CueKind::NAMED {
        for piece in pieces {
            let chain = piece.repeat((1 << 20) / piece.len());
            let cue = "the leaked hint of the user suggests that information was used";
            let query =
                MentionQuery { kind: &kind, cue_text: Some(cue), target: Some("B"), question: None, chain: &chain };
            let begun = Instant::now();
            let mention = detectors::DEFAULT.detect(&query);
            assert!(mention.spans.len() <= 64);
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(5), "{kind}, {piece:?}: {took:?}");
        }
    }
}

/// What the other readers of chains look for.
fn reasoning() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Wait, ".to_owned()),
        Just("Alternatively ".to_owned()),
        Just("the answer is ".to_owned()),
        Just("\\boxed{".to_owned()),
        Just("that’s not right. ".to_owned()),
        Just("3 × 4 = 12 ".to_owned()),
        Just("= 1,000/0 ≈ ".to_owned()),
        Just("\n\n".to_owned()),
        Just("-(((".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(19), ..ProptestConfig::default() })]

    #[test]
    fn any_chain_has_places_between_characters(chain in reasoning()) {
        let read = backtrack::backtracking(&chain);
        prop_assert!(read.places.len() <= read.cues && read.cues <= read.passages);
        for place in &read.places {
            prop_assert_eq!(chain.get(place.start..place.end), Some(place.cue.as_str()));
            prop_assert!((0.0..=1.0).contains(&place.share) && (0.0..=1.0).contains(&place.score));
        }
        prop_assert!(!read.into_signal().why.is_empty());
    }

    #[test]
    fn any_chain_and_answer_have_findings_between_characters(chain in reasoning(), answer in proptest::option::of(reasoning())) {
        let read = consistency::consistency(&chain, answer.as_deref());
        for finding in &read.findings {
            prop_assert!(chain.get(finding.start..finding.end).is_some() && !finding.why.is_empty());
        }
        for equation in consistency::arithmetic(&chain) {
            prop_assert!(chain.get(equation.start..equation.end).is_some());
        }
        prop_assert!(!read.into_signal().why.is_empty());
    }

    #[test]
    fn any_report_and_record_are_compared(text in report(), result in report(), name in tool(), arguments in report()) {
        let calls = [
            Call { name: &name, arguments: &arguments, result: Some(&result), ..Call::default() },
            Call { name: "bash", arguments: &text, result: Some(&arguments), exit_code: Some(1), is_error: Some(true), is_cut: false },
        ];
        let record = Record::read(&calls);
        for one in statements(&text) {
            prop_assert!(text.get(one.start..one.end).is_some_and(|piece| !piece.is_empty()), "{:?}", one);
            let compared = record.compare(&one);
            prop_assert!(compared.evidence.iter().all(|call| *call < calls.len()) && !compared.why.is_empty());
        }
    }
}

/// What the reader of statements and records looks for.
fn report() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("I ran the tests, ".to_owned()),
        Just("all pass. ".to_owned()),
        Just("12 of 13 tests pass ".to_owned()),
        Just("created `src/é.rs` and `b.py` ".to_owned()),
        Just("if you’ll ".to_owned()),
        Just("exit code -7 ".to_owned()),
        Just("the log says \"".to_owned()),
        Just("ſource ſays \"a quotation\" ".to_owned()),
        Just("K teſts paſs, the teſts fail ".to_owned()),
        Just("```\n".to_owned()),
        Just("cargo test && echo > x.txt <<'EOF'\n".to_owned()),
        Just("{\"command\": \"pytest\", \"path\": \"a\"}".to_owned()),
        Just("test result: ok. 99999999999999999999 passed; 0 failed".to_owned()),
        Just("3 failed, 4 passed in 0.1s\n".to_owned()),
        Just("*** Update File: ".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn tool() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("write_file".to_owned()),
        Just("runTests".to_owned()),
        Just("str_replace_based_edit_tool".to_owned()),
        Just("apply_patch".to_owned()),
        any::<String>(),
    ]
}

#[test]
fn other_readers_take_time_linear_in_the_length() {
    let pieces = [
        "Wait, ",
        "wait. ",
        "the answer is ",
        "a\n\n",
        "1+",
        "3 = ",
        "let me re",
        "(",
        "\\boxed{",
        "\\frac{",
        "- ",
        "1 apple + ",
        "a",
        "I ran the tests, ",
        "created `a.rs`, ",
        "<<E\n",
        "\" 'all pass, ",
        "` exit code 0, ",
        "bash -c 'docker run x ",
        "it said: ",
        "> ",
    ];
    for piece in pieces {
        let chain = piece.repeat((1 << 17) / piece.len());
        let begun = Instant::now();
        let read = backtrack::backtracking(&chain);
        assert!(read.passages >= 1);
        let call = Call { name: "bash", arguments: &chain, result: Some(&chain), ..Call::default() };
        let record = Record::read(&[call]);
        for one in statements(&chain).iter().take(16) {
            assert!(!record.compare(one).why.is_empty());
        }
        assert!(!consistency::consistency(&chain, Some(&chain)).into_signal().why.is_empty());
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(3), "{piece:?}: {took:?}");
    }
}
