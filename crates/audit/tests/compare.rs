//! The paired comparison on planted pairs: three outcomes, each planted. No file is read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use candor_audit::Settings;
use candor_audit::compare::{Comparison, DIFFERENCE, FailIf, Side, compare};
use candor_stats::paired::margin::Decision;
use candor_stats::{Mark, Seed};
use candor_trace::{Event, Trace, Trial};
use candor_verify::{Outcome, Verdict};

/// Questions, and whether each is right.
type Rights = Vec<(usize, bool)>;

fn side(rights: &[(usize, bool)]) -> Side {
    let mut side = Side::default();
    for (unit, right) in rights {
        let outcome = if *right { Outcome::Correct } else { Outcome::Wrong };
        side.see(&Trace {
            trial: Trial { unit: format!("q{unit}"), ..Trial::default() },
            events: vec![Event::Verdict {
                verifier: "exact".to_owned(),
                verdict: Verdict { outcome, extracted: None, why: String::new() },
            }],
            ..Trace::default()
        });
    }
    side
}

/// Questions that are right before with rate .7; afterwards a share `lost` of the right ones is wrong.
fn planted(questions: usize, lost: f64, seed: u64) -> (Rights, Rights) {
    let mut stream = Seed(seed).stream("planted");
    (0..questions)
        .map(|unit| {
            let before = stream.chance(0.7);
            ((unit, before), (unit, before && !stream.chance(lost)))
        })
        .unzip()
}

fn decided(before: &[(usize, bool)], after: &[(usize, bool)]) -> Comparison {
    let fail_if = FailIf::parse("accuracy drops by more than 2 points").unwrap();
    compare(&side(before), &side(after), Some(fail_if), &Settings::default()).unwrap()
}

#[test]
fn no_change_on_many_questions_passes_and_names_the_bound() {
    let (before, after) = planted(2_000, 0.0, 1);
    let found = decided(&before, &after);
    let decision = found.decision.unwrap();
    assert_eq!(decision.decision, Decision::Pass);
    assert!(decision.sentence.starts_with("no drop beyond 2 points (upper bound of the drop"), "{}", decision.sentence);
    let difference = found.claims.iter().find(|claim| claim.name() == DIFFERENCE).unwrap();
    assert_eq!(difference.mark(), Some(Mark::EvidenceBacked));
}

#[test]
fn a_planted_drop_fails() {
    let (before, after) = planted(2_000, 0.15, 2);
    let found = decided(&before, &after);
    assert_eq!(found.decision.unwrap().decision, Decision::Fail);
    assert_eq!(found.gained_lost.0, 0);
    assert!(found.claims.iter().any(|claim| claim.name() == DIFFERENCE && claim.negated()));
}

#[test]
fn too_little_is_neither_and_says_how_much_would_do() {
    let (before, after) = planted(140, 0.03, 3);
    let Decision::CannotTell { have, needed } = decided(&before, &after).decision.unwrap().decision else {
        panic!("too little was decided")
    };
    assert_eq!(have, 140);
    assert!(needed.unwrap() > 140);
}

#[test]
fn questions_without_a_partner_are_counted_and_cost_the_mark() {
    let (before, after) = planted(2_000, 0.0, 4);
    let found = decided(&before, &after[..1_000]);
    assert_eq!((found.questions, found.unmatched), (1_000, (1_000, 0)));
    assert!(found.claims.iter().all(|claim| claim.mark() != Some(Mark::EvidenceBacked)));
    assert!(compare(&side(&before), &Side::default(), None, &Settings::default()).is_err());
}

#[test]
fn several_samples_of_a_question_are_one_unit() {
    let (before, after) = planted(200, 0.0, 5);
    let five = |side: &[(usize, bool)]| side.iter().flat_map(|one| [*one; 5]).collect::<Vec<_>>();
    let found = decided(&five(&before), &five(&after));
    let size = found.claims[2].estimate().unwrap().size().unwrap();
    assert_eq!((size.units, size.samples), (200, 2_000));
}

#[test]
fn five_questions_never_decide() {
    let before: Rights = (0..5).map(|unit| (unit, true)).collect();
    let after: Rights = (0..5).map(|unit| (unit, false)).collect();
    let decided = decided(&before, &after).decision.unwrap();
    assert!(matches!(decided.decision, Decision::CannotTell { have: 5, needed: Some(10) }), "{decided:?}");
}

#[test]
fn what_is_needed_is_never_less_than_there_is() {
    for seed in 0..20 {
        let (before, after) = planted(600, 0.03, 100 + seed);
        if let Decision::CannotTell { have, needed: Some(needed) } = decided(&before, &after).decision.unwrap().decision
        {
            assert!(needed > have, "{needed} of {have}");
        }
    }
}
