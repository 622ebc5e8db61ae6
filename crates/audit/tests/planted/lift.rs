//! The lift audit on planted processes: an effort that helps, one that does nothing, one that hurts, and what it costs. No file is read.
use candor_audit::audits::lift::AUDIT;
use candor_audit::{Audit, Figure, Report, Settings};
use candor_llm::Effort;
use candor_stats::{Claim, Mark, Seed};
use candor_trace::{Event, Money, Trace, Trial};
use candor_verify::{Outcome, Verdict};

use super::reported::value;

fn call(model: &str, effort: &str, unit: usize, sample: u32, outcome: Outcome, cost: i64) -> Trace {
    let verdict = Verdict { outcome, extracted: None, why: String::new() };
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        model: Some(model.to_owned()),
        effort: Some(Effort::from_foreign(effort)),
        events: vec![Event::Verdict { verifier: "exact".to_owned(), verdict }],
        cost: Some(Money(cost)),
        ..Trace::default()
    }
}

/// 200 questions with rates of their own, 4 samples at each effort; `change` is added to the rate at that effort.
pub(crate) fn planted(model: &str, efforts: &[(&str, f64, i64)], seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..200 {
        let rate = 0.2 + 0.5 * stream.unit();
        for (effort, change, cost) in efforts {
            for sample in 0..4 {
                let right = stream.chance((rate + change).clamp(0.0, 1.0));
                let outcome = if right { Outcome::Correct } else { Outcome::Wrong };
                traces.push(call(model, effort, unit, sample, outcome, *cost));
            }
        }
    }
    traces
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

fn gain<'r>(report: &'r Report, model: &str, from: &str, to: &str) -> &'r Claim {
    let name = format!("lift.gain[model={model},from={from},to={to}]");
    report.claim(&name).unwrap_or_else(|| panic!("no claim {name}"))
}

#[test]
fn a_planted_gain_a_planted_null_and_a_planted_harm_are_told_apart() {
    let traces =
        planted("m", &[("high", 0.25, 4_000), ("off", 0.0, 1_000), ("low", 0.25, 2_000), ("max", 0.05, 9_000)], 3);
    let report = audit(&traces).unwrap();
    let first = gain(&report, "m", "off", "low");
    assert_eq!((first.mark(), first.negated()), (Some(Mark::EvidenceBacked), false), "{first:?}");
    assert!(first.estimate().unwrap().interval().unwrap().contains(0.25), "{first:?}");
    let none = gain(&report, "m", "low", "high");
    assert_eq!(none.mark(), Some(Mark::Inferred), "{none:?}");
    let harm = gain(&report, "m", "high", "max");
    assert_eq!((harm.mark(), harm.negated()), (Some(Mark::EvidenceBacked), true), "{harm:?}");
    assert!(report.findings[0].sentence.contains("effort max answers worse than high"), "{:?}", report.findings);
    // A thousandth of a dollar more per question for 25 points.
    let price = value(&report, "lift.cost_per_point[model=m,from=off,to=low]");
    assert!((price - 0.001 / (100.0 * first.estimate().unwrap().value())).abs() < 1e-12, "{price}");
    let (gained, lost) =
        (value(&report, "lift.gained[model=m,from=off,to=low]"), value(&report, "lift.lost[model=m,from=off,to=low]"));
    assert!(gained > lost && lost > 0.0, "more effort is not a superset: {gained} {lost}");
}

#[test]
fn among_many_models_without_an_effect_hardly_any_is_called_one() {
    let mut alarms = 0;
    for world in 0..20 {
        let traces: Vec<Trace> = (0..10)
            .flat_map(|model| planted(&format!("m{model}"), &[("off", 0.0, 1), ("high", 0.0, 1)], 100 * world + model))
            .collect();
        let report = audit(&traces).unwrap();
        let sure =
            |claim: &&Claim| claim.name().starts_with("lift.gain[") && claim.mark() == Some(Mark::EvidenceBacked);
        alarms += u32::from(report.claims.iter().any(|claim| sure(&claim)));
        assert!((value(&report, "lift.models") - 10.0).abs() < 1e-9);
    }
    // 5 % of 20 worlds is one; more than four has a probability of 0.3 %.
    assert!(alarms <= 4, "{alarms} of 20 worlds");
}

#[test]
fn only_questions_that_every_effort_has_are_compared_and_the_rest_is_counted() {
    let mut traces = planted("m", &[("off", 0.0, 1), ("high", 0.0, 1)], 5);
    traces.retain(|trace| trace.effort != Some(Effort::Off) || trace.trial.unit != "q0");
    traces.push(call("m", "off", 1, 0, Outcome::Correct, 1));
    traces.push(call("m", "off", 900, 0, Outcome::Error, 1));
    traces.push(call("alone", "off", 1, 0, Outcome::Correct, 1));
    let report = audit(&traces).unwrap();
    let size = gain(&report, "m", "off", "high").estimate().unwrap().size().unwrap();
    assert_eq!((size.units, size.samples), (199, 199 * 8));
    let arm = |name: &str| report.attrition.iter().find(|one| one.arm == name).unwrap();
    assert_eq!(arm("m · effort high").lost["question not asked at every effort"], 4);
    let off = arm("m · effort off");
    assert_eq!((off.lost["no verdict"], off.lost["the same sample stands twice"]), (1, 1));
    assert_eq!(off.seen, off.used + off.lost.values().sum::<u64>());
    assert!(report.notes.iter().any(|note| note.contains("1 model asked at one effort only")), "{:?}", report.notes);
}

#[test]
fn scores_stand_for_accuracy_only_in_their_range_and_are_never_evidence() {
    let scored = |effort: &str, unit: usize, value: f64| Trace {
        trial: Trial { unit: format!("q{unit}"), ..Trial::default() },
        model: Some("m".to_owned()),
        effort: Some(Effort::from_foreign(effort)),
        events: vec![Event::Score { name: "pass@1".to_owned(), value }],
        ..Trace::default()
    };
    let at = |unit: usize| unit as f64 / 100.0;
    let mut traces: Vec<Trace> =
        (0..60).flat_map(|unit| [scored("none", unit, at(unit)), scored("cot", unit, at(unit) + 0.3)]).collect();
    let report = audit(&traces).unwrap();
    let claim = gain(&report, "m", "off", "cot");
    assert!((claim.estimate().unwrap().value() - 0.3).abs() < 1e-12 && claim.mark() == Some(Mark::Inferred));
    let Figure::Table(table) = &report.figures[0] else { panic!("a table stands first") };
    assert!(table.columns.iter().all(|column| column.title != "$ / point"));
    traces.extend((60..70).flat_map(|unit| [scored("none", unit, 80.0), scored("cot", unit, 90.0)]));
    let report = audit(&traces).unwrap();
    assert!(report.attrition.iter().all(|arm| arm.lost.values().sum::<u64>() == 10), "{:?}", report.attrition);
}

#[test]
fn one_effort_or_none_is_nothing_to_report() {
    assert!(audit(&[call("m", "high", 0, 0, Outcome::Correct, 1)]).is_none());
    let mut bare = call("m", "high", 0, 0, Outcome::Correct, 1);
    bare.effort = None;
    assert!(audit(&[bare]).is_none());
}

/// The same with output tokens by effort.
fn with_tokens(mut traces: Vec<Trace>, tokens: &[(&str, u64)]) -> Vec<Trace> {
    for trace in &mut traces {
        trace.cost = None;
        let effort = trace.effort.as_ref().map(ToString::to_string).unwrap_or_default();
        trace.usage.output = tokens.iter().find(|(name, _)| *name == effort).map(|(_, tokens)| *tokens);
    }
    traces
}

#[test]
fn levels_whose_names_say_no_order_stand_by_what_they_spent_and_it_is_said() {
    let planted = || planted("m", &[("lean", 0.0, 1_000), ("deep", 0.25, 4_000)], 8);
    let said = |report: &Report, what: &str| {
        let Figure::Table(table) = &report.figures[0] else { panic!("{:?}", report.figures) };
        assert!(table.notes.iter().any(|note| note.contains(what)), "{what}: {:?}", table.notes);
    };
    for (traces, how) in [
        (with_tokens(planted(), &[("lean", 400), ("deep", 1_800)]), "mean output tokens a call (lean 400, deep 1,800)"),
        (planted(), "mean cost a call (lean $0.001, deep $0.004)"),
    ] {
        let report = audit(&traces).unwrap();
        let found = gain(&report, "m", "lean", "deep");
        assert_eq!((found.mark(), found.negated()), (Some(Mark::EvidenceBacked), false), "{found:?}");
        assert!(report.findings[0].sentence.contains("effort deep answers better than lean"), "{:?}", report.findings);
        said(&report, how);
    }
    // Nothing tells: compared all the same, and neither is called the higher.
    let report = audit(&with_tokens(planted(), &[])).unwrap();
    assert!(gain(&report, "m", "deep", "lean").negated() && report.findings.is_empty(), "{:?}", report.findings);
    assert!(value(&report, "lift.models") < 0.5);
    said(&report, "the order of the efforts deep, lean is not known");
    said(&report, "map = { deep = \"...\", lean = \"...\" }");
}
