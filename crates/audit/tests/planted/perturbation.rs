//! The perturbation audit on planted processes: asking again, a change that moves answers, one that only sharpens them, swaps, orderings, scalars.
//! No file is read.
use candor_audit::audits::perturbation::AUDIT;
use candor_audit::{Audit, Error, Figure, Report, Settings};
use candor_stats::{Claim, Flag, Mark, Seed};
use candor_trace::{Event, Inventory, Question, Trace, Trial};
use candor_verify::{Outcome, Verdict};

fn call(arm: &str, unit: usize, sample: u32, answer: &str, gold: &str) -> Trace {
    let outcome = if answer == gold { Outcome::Correct } else { Outcome::Wrong };
    let verdict = Verdict { outcome, extracted: Some(answer.to_owned()), why: String::new() };
    Trace {
        trial: Trial {
            unit: format!("q{unit}"),
            arm: (!arm.is_empty()).then(|| arm.to_owned()),
            sample,
            ..Trial::default()
        },
        model: Some("m".to_owned()),
        question: Question { gold: Some(gold.to_owned()), ..Question::default() },
        events: vec![Event::Verdict { verifier: "exact".to_owned(), verdict }],
        ..Trace::default()
    }
}

/// 60 questions, `samples` draws an arm: `right` with the arm's probability, else one of two wrong answers.
pub(crate) fn planted(arms: &[(&str, f64)], samples: u32, seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..60 {
        for (arm, right) in arms {
            for sample in 0..samples {
                let answer = if stream.chance(*right) { "right" } else { ["a", "b"][stream.index(2)] };
                traces.push(call(arm, unit, sample, answer, "right"));
            }
        }
    }
    traces
}

fn with(traces: &[Trace], change: impl FnOnce(&mut Settings)) -> Result<Option<Report>, Error> {
    let mut settings = Settings { resamples: 500, ..Settings::default() };
    change(&mut settings);
    let mut observer = AUDIT.start(&settings);
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report()
}

fn audit(traces: &[Trace]) -> Option<Report> {
    with(traces, |_| {}).unwrap()
}

fn claim<'r>(report: &'r Report, what: &str, arm: &str) -> &'r Claim {
    let name = format!("perturbation.{what}[model=m,arm={arm}]");
    report.claim(&name).unwrap_or_else(|| panic!("no claim {name}"))
}

fn value(claim: &Claim) -> f64 {
    claim.estimate().unwrap_or_else(|why| panic!("{}: {why}", claim.name())).value()
}

fn failing(claim: &Claim) -> Vec<Flag> {
    claim.flags().failing().into_iter().map(|(flag, ..)| flag).collect()
}

#[test]
fn a_change_that_moves_answers_is_found_and_one_that_does_nothing_is_not() {
    let report = audit(&planted(&[("original", 0.7), ("paraphrase", 0.7), ("irrelevant", 0.35)], 4, 3)).unwrap();
    let moved = claim(&report, "divergence", "irrelevant");
    assert_eq!((moved.mark(), moved.negated()), (Some(Mark::EvidenceBacked), false), "{moved:?}");
    let change = claim(&report, "change", "irrelevant");
    assert_eq!((change.mark(), change.negated()), (Some(Mark::EvidenceBacked), false), "{change:?}");
    assert!(change.estimate().unwrap().interval().unwrap().contains(-0.35));
    let none = claim(&report, "divergence", "paraphrase");
    assert_eq!(none.mark(), Some(Mark::Inferred), "{none:?}");
    let flips = value(claim(&report, "flipped", "paraphrase"));
    assert!(flips > 0.3, "asking again alone flips many answers: {flips}");
    let sentences: Vec<&str> = report.findings.iter().map(|finding| finding.sentence.as_str()).collect();
    assert!(sentences.iter().all(|sentence| sentence.contains("irrelevant")), "{sentences:?}");
    assert!(sentences.iter().any(|sentence| sentence.contains("beyond what asking again changes")), "{sentences:?}");
    assert!(report.findings.iter().any(|finding| finding.trace.is_some()));
    assert_eq!(failing(claim(&report, "flipped", "paraphrase")), []);
    let worst = report.claim("perturbation.worst_change[model=m]").unwrap();
    let mean = report.claim("perturbation.mean_change[model=m]").unwrap();
    assert!((value(worst) - value(change)).abs() < 1e-12 && value(worst) < value(mean), "{worst:?}");
}

#[test]
fn resampling_noise_alone_is_hardly_ever_called_a_change() {
    let mut alarms = 0;
    for world in 0..20 {
        let arms = [("", 0.6), ("paraphrase", 0.6), ("format", 0.6), ("rename", 0.6)];
        let report = audit(&planted(&arms, 3, 500 + world)).unwrap();
        let sure = |claim: &&Claim| {
            assert!(
                !claim.negated() || !claim.name().contains("divergence["),
                "a divergence is never below 0: {claim:?}"
            );
            (claim.name().contains("divergence[") || claim.name().contains("change["))
                && claim.mark() == Some(Mark::EvidenceBacked)
        };
        alarms += u32::from(report.claims.iter().any(|claim| sure(&claim)));
    }
    // Answers and accuracy are two families: at most 10 % of 20 worlds are expected; more than five has a probability of 1 %.
    assert!(alarms <= 5, "{alarms} of 20 worlds");
}

#[test]
fn a_change_that_only_sharpens_flips_fewer_answers_than_asking_again_and_is_said_to() {
    let report = audit(&planted(&[("original", 0.6), ("paraphrase", 1.0)], 4, 9)).unwrap();
    let (flips, again) =
        (value(claim(&report, "flipped", "paraphrase")), value(claim(&report, "again_before", "paraphrase")));
    assert!(flips < again, "the excess of flips is negative: {flips} {again}");
    let found = claim(&report, "divergence", "paraphrase");
    assert_eq!(found.mark(), Some(Mark::EvidenceBacked), "{found:?}");
    let finding = report.findings.iter().find(|finding| finding.claim == found.name()).unwrap();
    assert!(finding.sentence.contains("no more of them flip than when asked again"), "{}", finding.sentence);
    assert!(
        report.findings.iter().all(|finding| !finding.sentence.contains("less often right")),
        "{:?}",
        report.findings
    );
}

#[test]
fn one_sample_an_arm_shows_flips_and_tests_nothing() {
    let report = audit(&planted(&[("original", 0.7), ("paraphrase", 0.3)], 1, 4)).unwrap();
    let undefined = claim(&report, "divergence", "paraphrase");
    assert_eq!(undefined.mark(), Some(Mark::Hope));
    let why = undefined.estimate().unwrap_err().to_string();
    assert!(why.contains("samples of a question in each arm"), "{why}");
    let flips = claim(&report, "flipped", "paraphrase");
    assert!(value(flips) > 0.3 && flips.statement().contains("not tested, asking again not measured"), "{flips:?}");
    assert!(report.claim("perturbation.again_before[model=m,arm=paraphrase]").is_none());
    assert!(
        report
            .findings
            .iter()
            .all(|finding| !finding.claim.contains("divergence") && !finding.claim.contains("flipped"))
    );
    // Accuracy needs no second sample.
    assert!(claim(&report, "change", "paraphrase").estimate().unwrap().interval().unwrap().high() < 0.0);
}

#[test]
fn swapped_comparisons_must_flip_and_those_whose_right_answer_stays_are_left_out() {
    let mut stream = Seed(8).stream("swap");
    let mut traces = Vec::new();
    for unit in 0..60 {
        for sample in 0..2 {
            traces.push(call("", unit, sample, if stream.chance(0.95) { "yes" } else { "no" }, "yes"));
            // In a third of the questions the model says yes whichever side comes first.
            let flips = unit % 3 > 0;
            traces.push(call(
                "swap",
                unit,
                sample,
                if flips { "no" } else { "yes" },
                if unit < 50 { "no" } else { "yes" },
            ));
        }
    }
    let report = audit(&traces).unwrap();
    let flips = claim(&report, "flips", "swap");
    assert!((value(flips) - 0.65).abs() < 0.06, "{flips:?}");
    assert_eq!(flips.estimate().unwrap().size().unwrap().units, 50);
    let lost = |arm: &str| report.attrition.iter().find(|one| one.arm == arm).unwrap().lost["the right answer is the same in both arms"];
    assert_eq!((lost("m · swap · answers"), lost("m · original (for swap) · answers")), (20, 20));
    assert!(report.findings[0].sentence.contains("does not always flip"), "{:?}", report.findings);
    assert!(report.claim("perturbation.divergence[model=m,arm=swap]").is_none());
}

#[test]
fn orderings_spread_and_answers_by_label_are_not_compared() {
    let arms = [("original", 0.7), ("reorder:bacd", 0.7), ("reorder:dcba", 0.35)];
    let texts = planted(&arms, 4, 6);
    let report = audit(&texts).unwrap();
    let spread = report.claim("perturbation.spread[model=m,change=reorder]").unwrap();
    assert_eq!(spread.mark(), Some(Mark::EvidenceBacked), "{spread:?}");
    assert!(spread.estimate().unwrap().interval().unwrap().contains(0.35), "{spread:?}");
    assert!(value(report.claim("perturbation.spread_flips[model=m,change=reorder]").unwrap()) > 0.3);
    // The same by label: the right answer moves with its option.
    let labels: Vec<Trace> = texts
        .into_iter()
        .map(|mut trace| {
            let moved = trace.trial.arm.as_deref() == Some("reorder:dcba");
            trace.question.gold = Some(if moved { "D" } else { "A" }.to_owned());
            trace
        })
        .collect();
    let report = audit(&labels).unwrap();
    let undefined = claim(&report, "divergence", "reorder:dcba");
    assert!(undefined.estimate().unwrap_err().to_string().contains("another label"), "{undefined:?}");
    assert!(claim(&report, "divergence", "reorder:bacd").estimate().is_ok());
    assert!(claim(&report, "change", "reorder:dcba").estimate().unwrap().interval().unwrap().high() < 0.0);
}

#[test]
fn renumbered_questions_have_an_accuracy_and_no_answers_to_compare() {
    let mut traces = planted(&[("original", 0.8), ("renumber", 0.5)], 3, 2);
    for trace in traces.iter_mut().filter(|trace| trace.trial.arm.as_deref() == Some("renumber")) {
        trace.question.gold = Some("other".to_owned());
    }
    let report = audit(&traces).unwrap();
    assert!(claim(&report, "divergence", "renumber").estimate().unwrap_err().to_string().contains("computed anew"));
    assert_eq!(claim(&report, "change", "renumber").mark(), Some(Mark::EvidenceBacked));
}

#[test]
fn losses_are_counted_and_a_fall_that_does_not_survive_them_is_not_evidence() {
    let mut traces = planted(&[("original", 0.8), ("format", 0.6)], 4, 7);
    let mut stream = Seed(3).stream("lost");
    for trace in &mut traces {
        if trace.trial.arm.as_deref() == Some("format") && stream.chance(0.4) {
            trace.events.clear();
        }
    }
    let report = audit(&traces).unwrap();
    let change = claim(&report, "change", "format");
    assert_eq!((change.mark(), failing(change)), (Some(Mark::Inferred), vec![Flag::Attrition]), "{change:?}");
    for arm in &report.attrition {
        assert_eq!(arm.seen, arm.used + arm.lost.values().sum::<u64>(), "{arm:?}");
    }
    let answers = report.attrition.iter().find(|arm| arm.arm == "m · format · answers").unwrap();
    assert!(answers.lost["no answer recorded"] > 60, "{answers:?}");
}

/// Scores around a mean of the question's own, the arm's questions from `from` on, moved by `shift`.
fn scored(base: usize, arm: std::ops::Range<usize>, shift: f64) -> Vec<Trace> {
    let mut stream = Seed(8).stream("scored");
    let mut traces = Vec::new();
    for (name, units, shift) in [("original", 0..base, 0.0), ("paraphrase", arm, shift)] {
        for unit in units {
            // The first sixty questions are easy, the others hard.
            let own = if unit < 60 { 80.0 } else { 30.0 };
            let answer = format!("{:.2}", own + shift + 2.0 * (stream.unit() - 0.5));
            let mut trace = call(name, unit, 0, &answer, "");
            trace.question.gold = None;
            traces.push(trace);
        }
    }
    traces
}

#[test]
fn scalars_are_compared_on_the_questions_of_both_arms() {
    let numeric = |traces: &[Trace]| with(traces, |settings| settings.perturbation.numeric = true).unwrap().unwrap();
    // The arm has the easy questions alone, and does nothing: no shift, and what has no partner is lost.
    let report = numeric(&scored(200, 0..60, 0.0));
    let shift = claim(&report, "shift", "paraphrase");
    let ends = *shift.estimate().unwrap().interval().unwrap();
    assert!(ends.contains(0.0) && ends.half_width() < 1.0, "{shift:?}");
    assert!(report.findings.iter().all(|finding| finding.claim != shift.name()));
    let base =
        report.attrition.iter().find(|arm| arm.arm.contains("original") && arm.arm.ends_with("numbers")).unwrap();
    assert_eq!(base.lost["question without a number in the other arm"], 140, "{base:?}");
    assert_eq!(failing(shift), vec![Flag::Attrition]);
    // A small shift of every question is seen beside their large differences.
    let report = numeric(&scored(60, 0..60, 1.0));
    let shift = claim(&report, "shift", "paraphrase");
    assert_eq!((shift.mark(), shift.negated()), (Some(Mark::EvidenceBacked), false), "{shift:?}");
    assert_eq!(shift.estimate().unwrap().size().unwrap().units, 60);
    // Other questions in either arm say nothing of the change.
    let report = numeric(&scored(60, 60..120, 0.0));
    let shift = claim(&report, "shift", "paraphrase");
    assert!(failing(shift).contains(&Flag::Design), "{shift:?}");
}

#[test]
fn scalars_are_compared_by_their_mean_with_the_minimum_that_matters() {
    let mut stream = Seed(4).stream("scalar");
    let mut traces = Vec::new();
    for (arm, mean) in [("original", 50.0), ("irrelevant:a", 50.0), ("irrelevant:b", 58.0)] {
        for sample in 0..120 {
            let answer = format!("{:.1}", mean + 20.0 * (stream.unit() - 0.5));
            let mut trace = call(arm, 0, sample, &answer, "");
            trace.question.gold = None;
            traces.push(trace);
        }
    }
    let report = with(&traces, |settings| settings.perturbation.numeric = true).unwrap().unwrap();
    let (none, moved) = (claim(&report, "shift", "irrelevant:a"), claim(&report, "shift", "irrelevant:b"));
    assert!((value(moved) - 8.0).abs() < 2.0 && none.estimate().unwrap().interval().unwrap().contains(0.0));
    assert_eq!(moved.estimate().unwrap().size().unwrap().units, 240, "draws of one question are units");
    assert!(report.findings.iter().any(|finding| finding.claim == moved.name()));
    assert!(report.findings.iter().all(|finding| finding.claim != none.name()));
    let least = |minimum: f64| {
        let set = |settings: &mut Settings| {
            settings.perturbation.numeric = true;
            settings.perturbation.minimum_shift = Some(minimum);
        };
        let report = with(&traces, set).unwrap().unwrap();
        let (none, moved) = (claim(&report, "shift", "irrelevant:a"), claim(&report, "shift", "irrelevant:b"));
        (none.mark(), none.negated(), moved.mark(), moved.negated())
    };
    assert_eq!(least(3.0), (Some(Mark::EvidenceBacked), false, Some(Mark::EvidenceBacked), true));
    assert_eq!(least(15.0), (Some(Mark::EvidenceBacked), false, Some(Mark::EvidenceBacked), false));
    for trace in traces.iter_mut().filter(|trace| trace.trial.arm.as_deref() == Some("irrelevant:b")).step_by(5) {
        trace.events.clear();
    }
    let report = with(&traces, |settings| settings.perturbation.numeric = true).unwrap().unwrap();
    let moved = claim(&report, "shift", "irrelevant:b");
    assert_eq!((moved.mark(), failing(moved)), (Some(Mark::Inferred), vec![Flag::Attrition]), "{moved:?}");
    let lost = report.attrition.iter().find(|arm| arm.arm == "m · irrelevant:b · numbers").unwrap();
    assert_eq!((lost.seen, lost.used, lost.lost["no number"]), (120, 96, 24));
    let refused = with(&traces, |settings| settings.perturbation.minimum_shift = Some(-1.0));
    assert!(refused.unwrap_err().to_string().contains("minimum_shift"));
}

#[test]
fn arms_that_nobody_explained_are_left_out_unless_the_settings_do() {
    let traces = planted(&[("", 0.7), ("paraphrase", 0.7), ("verbose", 0.3), ("cued", 0.1)], 2, 1);
    let report = audit(&traces).unwrap();
    assert!(report.claim("perturbation.divergence[model=m,arm=verbose]").is_none());
    assert!(report.notes.iter().any(|note| note.contains("verbose") && !note.contains("cued")), "{:?}", report.notes);
    let report = with(&traces, |settings| settings.perturbation.same = vec!["verbose".to_owned()]).unwrap().unwrap();
    assert!(value(claim(&report, "divergence", "verbose")) > 0.05);
    assert!(report.claim("perturbation.divergence[model=m,arm=cued]").is_none());
    assert!(audit(&planted(&[("", 0.7), ("verbose", 0.3)], 2, 1)).is_none());
    assert!(audit(&planted(&[("paraphrase", 0.7)], 2, 1)).is_none(), "without a base there is nothing to compare");
}

#[test]
fn every_table_shows_claims_of_the_report() {
    let report =
        audit(&planted(&[("original", 0.7), ("reorder-1", 0.6), ("reorder-2", 0.6), ("swap", 0.5)], 2, 5)).unwrap();
    let mut named = 0;
    for figure in &report.figures {
        let Figure::Table(table) = figure else { panic!("only tables") };
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.name);
            for cell in &row.cells {
                if let candor_audit::Cell::Claim(name) | candor_audit::Cell::Mark(name) = cell {
                    assert!(report.claim(name).is_some(), "{name}");
                    named += 1;
                }
            }
        }
    }
    assert!(named > 10);
}

#[test]
fn readiness_asks_for_a_base_a_change_and_two_samples() {
    let says = |arms: &[(&str, f64)], samples: u32| {
        let mut holds = Inventory::default();
        planted(arms, samples, 1).iter().for_each(|trace| holds.see(trace));
        let one = AUDIT.readiness(&holds).remove(0);
        (one.ready, one.says)
    };
    assert_eq!(says(&[("", 0.5), ("swap", 0.5), ("reorder-2", 0.5)], 2), (true, "2 changed arms".to_owned()));
    let single = says(&[("original", 0.5), ("format", 0.5)], 1);
    assert!(single.0 && single.1.contains("flips are shown, not tested"), "{single:?}");
    assert!(!says(&[("paraphrase", 0.5)], 2).0);
    assert!(!says(&[("", 0.5), ("cued", 0.5)], 2).0);
}
