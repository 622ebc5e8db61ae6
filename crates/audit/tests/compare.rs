//! The paired comparison on planted pairs: three outcomes, each planted. No file is read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use candor_audit::Settings;
use candor_audit::compare::{Comparison, DIFFERENCE, FailIf, Only, Side, compare};
use candor_llm::Effort;
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
            model: Some("m".to_owned()),
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
    compare(&side(before), &side(after), Some(fail_if), &Only::default(), &Settings::default()).unwrap()
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

/// One side with so many samples of each question; `right` says of a question how many of them are right, `verifier` who says so.
fn sampled(model: Option<&str>, verifier: &str, samples: u32, right: &[u32]) -> Side {
    let mut side = Side::default();
    for (unit, right) in right.iter().enumerate() {
        for sample in 0..samples {
            let outcome = if sample < *right { Outcome::Correct } else { Outcome::Wrong };
            side.see(&Trace {
                trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
                model: model.map(str::to_owned),
                events: vec![Event::Verdict {
                    verifier: verifier.to_owned(),
                    verdict: Verdict { outcome, extracted: None, why: String::new() },
                }],
                ..Trace::default()
            });
        }
    }
    side
}

fn against(before: &Side, after: &Side) -> Comparison {
    let fail_if = FailIf::parse("accuracy drops by more than 2 points").unwrap();
    compare(before, after, Some(fail_if), &Only::default(), &Settings::default()).unwrap()
}

#[test]
fn rare_large_falls_that_were_hardly_seen_do_not_pass() {
    // All right before; 5.55 % of the questions fall, mostly by a quarter, some of them wholly: 2.01 points on average.
    let before = sampled(Some("m"), "exact", 4, &[4; 200]);
    let mut passed = 0;
    for world in 0..200 {
        let mut stream = Seed(world).stream("rare falls");
        let after: Vec<u32> = (0..200)
            .map(|_| match (stream.chance(0.0555), stream.chance(0.15)) {
                (false, _) => 4,
                (true, false) => 3,
                (true, true) => 0,
            })
            .collect();
        let found = against(&before, &sampled(Some("m"), "exact", 4, &after));
        passed += u32::from(found.decision.unwrap().decision == Decision::Pass);
    }
    assert!(passed <= 5, "{passed} of 200 pass though the drop is the margin: at most 2.5 % are promised");
}

#[test]
fn two_verifiers_two_unnamed_runs_and_one_rare_outcome_are_no_evidence() {
    let rights: Vec<u32> = (0..600).map(|unit| 4 - u32::from(unit % 5 == 0)).collect();
    let before = sampled(Some("m"), "exact", 4, &rights);
    let lenient = against(&before, &sampled(Some("m"), "llm_judge", 4, &[4; 600]));
    let decision = lenient.decision.unwrap();
    assert!(matches!(decision.decision, Decision::CannotTell { .. }), "{decision:?}");
    assert!(decision.sentence.contains("by exact before and by llm_judge after"), "{}", decision.sentence);

    let unnamed = against(&sampled(None, "exact", 4, &rights), &before);
    assert!(unnamed.claims.iter().all(|claim| claim.mark() == Some(Mark::Inferred)), "{:?}", unnamed.claims);
    assert!(unnamed.claims[0].why().join(" ").contains("the first run names no model"));

    let mut one_wrong = [4; 40];
    one_wrong[7] = 0;
    let found = against(&sampled(Some("m"), "exact", 4, &one_wrong), &sampled(Some("m"), "exact", 4, &one_wrong));
    let before = found.claims.iter().find(|claim| claim.name() == "compare.before").unwrap();
    assert_eq!(before.mark(), Some(Mark::Inferred), "{before:?}");
    assert!(before.why().join(" ").contains("rarer outcome"), "{before:?}");
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
    assert!(compare(&side(&before), &Side::default(), None, &Only::default(), &Settings::default()).is_err());
}

#[test]
fn questions_that_one_run_did_not_judge_are_said_to_lack_a_verdict() {
    let (before, after) = planted(300, 0.0, 4);
    let mut second = side(&after[..200]);
    for (unit, _) in &after[200..] {
        second.see(&Trace {
            trial: Trial { unit: format!("q{unit}"), ..Trial::default() },
            model: Some("m".to_owned()),
            ..Trace::default()
        });
    }
    let found = compare(&side(&before), &second, None, &Only::default(), &Settings::default()).unwrap();
    assert_eq!((found.questions, found.unmatched), (200, (100, 0)));
    assert!(
        found.notes.iter().any(|note| note.contains("(100 of them without a verdict in the other)")),
        "{:?}",
        found.notes
    );
    let why: Vec<String> = found.claims.iter().flat_map(|claim| claim.why().to_vec()).collect();
    assert!(why.iter().any(|why| why.contains("most without a verdict in one run")), "{why:?}");
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

/// An arm, an effort, and which questions are right under them.
type Condition = (&'static str, Option<Effort>, fn(usize) -> bool);

/// One sample of each of 300 questions under every condition.
fn under(conditions: &[Condition]) -> Side {
    let mut side = Side::default();
    for unit in 0..300 {
        for (arm, effort, right) in conditions {
            let outcome = if right(unit) { Outcome::Correct } else { Outcome::Wrong };
            side.see(&Trace {
                trial: Trial {
                    unit: format!("q{unit}"),
                    arm: (!arm.is_empty()).then(|| (*arm).to_owned()),
                    ..Trial::default()
                },
                effort: effort.clone(),
                events: vec![Event::Verdict {
                    verifier: "exact".to_owned(),
                    verdict: Verdict { outcome, extracted: None, why: String::new() },
                }],
                ..Trace::default()
            });
        }
    }
    side
}

fn under_sides(before: &Side, after: &Side, only: &Only) -> Comparison {
    let fail_if = FailIf::parse("accuracy drops by more than 5 points").unwrap();
    compare(before, after, Some(fail_if), only, &Settings::default()).unwrap()
}

fn most(unit: usize) -> bool {
    !unit.is_multiple_of(5)
}

fn few(unit: usize) -> bool {
    unit % 5 == 1
}

/// `most`, with a fifth of the questions changed either way.
fn as_many(unit: usize) -> bool {
    !(unit + 1).is_multiple_of(5)
}

#[test]
fn a_question_asked_in_two_arms_is_one_unit() {
    let before = under(&[("one", None, most), ("two", None, most)]);
    let after = under(&[("one", None, few), ("two", None, as_many)]);
    let found = under_sides(&before, &after, &Only::default());
    assert_eq!(found.questions, 300);
    for claim in &found.claims {
        assert_eq!(claim.estimate().unwrap().size().unwrap().units, 300, "{}", claim.name());
    }
    // -60 points in the one arm and 0 in the other, each with the same weight.
    assert!((found.claims[2].estimate().unwrap().value() + 0.3).abs() < 1e-12);
    let rows: Vec<(&str, f64)> =
        found.claims[3..].iter().map(|claim| (claim.name(), claim.estimate().unwrap().value())).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].0 == "compare.difference[arm=one]" && (rows[0].1 + 0.6).abs() < 1e-12, "{rows:?}");
    assert!(rows[1].0 == "compare.difference[arm=two]" && rows[1].1.abs() < 1e-12, "{rows:?}");
    assert!(found.claims.iter().all(|claim| claim.mark().is_some()));
}

#[test]
fn a_drop_under_a_cue_alone_does_not_fail_unless_it_is_asked_for() {
    let before = under(&[("uncued", None, most), ("cued", None, most), ("control", None, most)]);
    let after = under(&[("uncued", None, most), ("cued", None, few), ("control", None, few)]);
    let found = under_sides(&before, &after, &Only::default());
    assert_eq!(found.decision.unwrap().decision, Decision::Pass);
    assert_eq!((found.questions, found.claims.len()), (300, 3));
    assert!(found.notes.iter().any(|note| note.contains("left out")), "{:?}", found.notes);
    let cued = Only { arm: Some("cued".to_owned()), effort: None, ..Only::default() };
    assert_eq!(under_sides(&before, &after, &cued).decision.unwrap().decision, Decision::Fail);
}

#[test]
fn efforts_have_rows_of_their_own_at_their_share_of_the_level() {
    let level = |name: &str| Some(Effort::Level(name.to_owned()));
    let efforts = |right: fn(usize) -> bool| under(&[("", level("low"), most), ("", level("high"), right)]);
    let (before, after) = (efforts(most), efforts(few));
    let found = under_sides(&before, &after, &Only::default());
    assert_eq!((found.questions, found.claims.len()), (300, 5));
    let ends = |found: &Comparison, at: usize| *found.claims[at].estimate().unwrap().interval().unwrap();
    let high = Only { effort: Some("high".to_owned()), ..Only::default() };
    let alone = under_sides(&before, &after, &high);
    assert_eq!((alone.claims.len(), alone.questions), (3, 300));
    let at = found.claims.iter().position(|claim| claim.name() == "compare.difference[effort=high]").unwrap();
    assert!(ends(&alone, 2).inside(&ends(&found, at)) && ends(&found, at).width() > ends(&alone, 2).width());
    let unknown = Only { effort: Some("medium".to_owned()), ..Only::default() };
    let refused = compare(&before, &after, None, &unknown, &Settings::default()).unwrap_err().to_string();
    assert!(refused.contains("--effort") && refused.contains("high, low"), "{refused}");
}

/// The same questions, asked in an arm.
fn in_arm(rights: &[(usize, bool)], arm: Option<&str>, into: &mut Side) {
    for (unit, right) in rights {
        let outcome = if *right { Outcome::Correct } else { Outcome::Wrong };
        into.see(&Trace {
            trial: Trial { unit: format!("q{unit}"), arm: arm.map(str::to_owned), ..Trial::default() },
            model: Some("m".to_owned()),
            events: vec![Event::Verdict {
                verifier: "exact".to_owned(),
                verdict: Verdict { outcome, extracted: None, why: String::new() },
            }],
            ..Trace::default()
        });
    }
}

#[test]
fn a_run_without_arms_pairs_with_the_uncued_arm_of_another() {
    let (before, after) = planted(400, 0.15, 9);
    let plain = side(&before);
    let (mut uncued, mut hinted) = (Side::default(), Side::default());
    in_arm(&after, Some("uncued"), &mut uncued);
    in_arm(&after, Some("uncued"), &mut hinted);
    in_arm(&before, Some("cued"), &mut hinted);
    let settings = Settings::default();
    let wanted = compare(&plain, &side(&after), None, &Only::default(), &settings).unwrap();
    for other in [&uncued, &hinted] {
        for only in [Only::default(), Only { arm: Some("uncued".to_owned()), ..Only::default() }] {
            let found = compare(&plain, other, None, &only, &settings).unwrap();
            assert_eq!((found.questions, &found.claims), (400, &wanted.claims));
            assert!(found.notes.iter().any(|note| note.starts_with("the first run names no arm")), "{:?}", found.notes);
            let turned = compare(other, &plain, None, &only, &settings).unwrap();
            assert_eq!((turned.questions, turned.gained_lost.0), (400, found.gained_lost.1));
        }
    }
    // A side that has both means two arms by them.
    let mut both = uncued.clone();
    in_arm(&before, None, &mut both);
    let found = compare(&plain, &both, None, &Only::default(), &settings).unwrap();
    assert_eq!(found.gained_lost, (0, 0), "the unnamed arm is compared with the unnamed one");
    // Another arm is no plain one.
    let mut other = Side::default();
    in_arm(&after, Some("paraphrase"), &mut other);
    assert!(compare(&plain, &other, None, &Only::default(), &settings).is_err());
}

/// Questions whose right answer comes with a rate of their own, wrong ones spread over two others; `drop` is taken off every rate.
fn voters(questions: usize, samples: u32, drop: f64, seed: u64) -> Side {
    let mut rates = Seed(77).stream("rates");
    let mut stream = Seed(seed).stream("planted");
    let mut side = Side::default();
    for unit in 0..questions {
        let rate = 0.3 + 0.65 * rates.unit() - drop;
        for sample in 0..samples {
            let answer = if stream.chance(rate) { 0 } else { 1 + stream.below(2) };
            let outcome = if answer == 0 { Outcome::Correct } else { Outcome::Wrong };
            side.see(&Trace {
                trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
                events: vec![Event::Verdict {
                    verifier: "exact".to_owned(),
                    verdict: Verdict { outcome, extracted: Some(answer.to_string()), why: String::new() },
                }],
                ..Trace::default()
            });
        }
    }
    side
}

fn of_votes(before: &Side, after: &Side, paths: Option<u32>) -> Result<Comparison, candor_audit::Error> {
    let fail_if = FailIf::parse("accuracy drops by more than 2 points").unwrap();
    compare(before, after, Some(fail_if), &Only { paths, ..Only::default() }, &Settings::default())
}

fn value(found: &Comparison, name: &str) -> f64 {
    found.claims.iter().find(|claim| claim.name() == name).unwrap().estimate().unwrap().value()
}

#[test]
fn votes_are_compared_with_the_same_three_outcomes() {
    let before = voters(600, 8, 0.0, 1);
    for (after, wanted) in [(before.clone(), "pass"), (voters(600, 8, 0.12, 2), "fail"), (voters(600, 8, 0.0, 3), "")] {
        let found = of_votes(&before, &after, Some(5)).unwrap();
        match (wanted, found.decision.as_ref().unwrap().decision) {
            ("pass", decision) => assert_eq!(decision, Decision::Pass),
            ("fail", decision) => assert_eq!(decision, Decision::Fail),
            (_, decision) => assert_ne!(decision, Decision::Fail, "no drop was planted"),
        }
        assert!(found.notes[0].starts_with("accuracy of a majority vote over 5 samples (maj@5)"), "{:?}", found.notes);
    }
    let few = of_votes(&voters(40, 8, 0.0, 4), &voters(40, 8, 0.02, 5), Some(5)).unwrap();
    assert!(matches!(few.decision.unwrap().decision, Decision::CannotTell { have: 40, .. }));
}

#[test]
fn a_vote_of_one_is_one_draw_and_a_vote_of_five_is_better_than_it() {
    let (before, after) = (voters(300, 8, 0.0, 1), voters(300, 8, 0.05, 2));
    let draw = of_votes(&before, &after, None).unwrap();
    let one = of_votes(&before, &after, Some(1)).unwrap();
    for name in ["compare.before", "compare.after", DIFFERENCE] {
        assert!((value(&draw, name) - value(&one, name)).abs() < 1e-9, "{name}");
    }
    let five = of_votes(&before, &after, Some(5)).unwrap();
    assert!(value(&five, "compare.before") > value(&draw, "compare.before") + 0.03);
    // By the audit of the same samples: the mean of the exact maj@5 over the questions, here by counting subsets of one question.
    let mut alone = Side::default();
    for (sample, answer) in ["0", "0", "0", "1", "1", "2"].iter().enumerate() {
        let outcome = if *answer == "0" { Outcome::Correct } else { Outcome::Wrong };
        alone.see(&Trace {
            trial: Trial { unit: "q".to_owned(), sample: u32::try_from(sample).unwrap(), ..Trial::default() },
            events: vec![Event::Verdict {
                verifier: "exact".to_owned(),
                verdict: Verdict { outcome, extracted: Some((*answer).to_owned()), why: String::new() },
            }],
            ..Trace::default()
        });
    }
    // Of 20 draws of 3: one of 000; of 9 each with two 0 and a 1 or 2, all right; 0 1 1 wrong (3), 0 1 2 tied in three (6), 1 1 2 wrong.
    let found = of_votes(&alone, &alone, Some(3)).unwrap();
    assert!((value(&found, "compare.before") - (1.0 + 9.0 + 6.0 / 3.0) / 20.0).abs() < 1e-9);
}

#[test]
fn a_vote_that_the_samples_do_not_allow_is_refused_with_counts() {
    let (before, after) = (voters(100, 8, 0.0, 1), voters(100, 4, 0.0, 2));
    let refused = |paths| of_votes(&before, &after, Some(paths)).unwrap_err().to_string();
    assert!(refused(5).contains("5: 0 of 100 questions have so many; 4 would do"), "{}", refused(5));
    assert!(refused(0).contains("from 1 on"), "{}", refused(0));
    // Verdicts without answers cast no votes.
    let plain = side(&planted(50, 0.0, 1).0);
    let refused = of_votes(&plain, &plain, Some(1)).unwrap_err().to_string();
    assert!(refused.contains("called right without one"), "{refused}");
}

/// A run that has lost the questions that it would get wrong is no run that is as good.
#[test]
fn nothing_passes_where_questions_are_missing() {
    let before: Vec<(usize, bool)> = (0..2_000_usize).map(|unit| (unit, !unit.is_multiple_of(4))).collect();
    let decided = |after: &[(usize, bool)]| {
        let fail_if = FailIf::parse("accuracy drops by more than 2 points").unwrap();
        let found = compare(&side(&before), &side(after), Some(fail_if), &Only::default(), &Settings::default());
        found.unwrap().decision.unwrap()
    };
    let only_right: Vec<(usize, bool)> = before.iter().copied().filter(|(_, right)| *right).collect();
    let found = decided(&only_right);
    assert!(matches!(found.decision, Decision::CannotTell { needed: None, .. }), "{found:?}");
    assert!(found.sentence.starts_with("cannot tell: 25.0 % of the questions are left out"), "{}", found.sentence);
    // A few are lost by chance; and a drop on what is there stays one.
    assert_eq!(decided(&before[..1_950]).decision, Decision::Pass);
    let worse: Vec<(usize, bool)> =
        before[..1_000].iter().map(|(unit, right)| (*unit, *right && unit % 3 == 0)).collect();
    assert_eq!(decided(&worse).decision, Decision::Fail);
}
