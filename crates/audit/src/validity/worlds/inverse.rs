//! The inverse audit: falls along budgets that were asked for, their onset, and lengths that came about by themselves.

use candor_llm::{Effort, Reasoning};
use candor_stats::Stream;
use candor_trace::{Event, Trace};

use super::super::outcome::{Outcome, above, aside, called, family, of_claims, vouched};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::audits::inverse::AUDIT;
use crate::{Report, Settings};

pub(super) const ROWS: &[Row] = &[
    Row::new("inverse.accuracy", "accuracy at every budget, all at once", Kind::Conservative, &["inverse.accuracy"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new(
        "inverse.accuracy_worst_case",
        "the same of all samples, those that were lost among them",
        Kind::Conservative,
        &["inverse.accuracy_worst_case"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new("inverse.drop", "falls between any two budgets, all at once", Kind::Nominal, &["inverse.drop"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new(
        "inverse.drop.test",
        "a flat curve: some larger budget \"hurts\"",
        Kind::Test,
        &["inverse.drop", "inverse.largest_drop"],
    )
    .heavy(),
    Row::new("inverse.onset.test", "a flat curve has an onset", Kind::Test, &["inverse.onset"]).heavy(),
    Row::new("inverse.isotonic", "a flat curve falls by the isotonic test", Kind::Test, &[]).often(),
    Row::new("inverse.peak", "a flat curve has its peak before the end", Kind::Test, &[]).heavy(),
    Row::new(
        "inverse.lengths",
        "longest against shortest samples, and concordance, both at once",
        Kind::Nominal,
        &["inverse.longest", "inverse.concordance"],
    )
    .beyond(VERDICTS),
    Row::new(
        "inverse.length_lines",
        "slopes below and above a breakpoint of length, both at once",
        Kind::Nominal,
        &[
            "inverse.length_line_before",
            "inverse.length_line_after",
            "inverse.budget_line_before",
            "inverse.budget_line_after",
        ],
    )
    .beyond(VERDICTS),
    Row::new(
        "inverse.longest.test",
        "length and rightness are unrelated: called related",
        Kind::Test,
        &["inverse.longest"],
    ),
    Row::new(
        "inverse.hurts",
        "wrong answers take longer, length has no effect: said to \"hurt\"",
        Kind::Test,
        &["inverse.onset"],
    ),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "inverse, a fall",
        feeds: &[
            ("inverse.accuracy", Role::Promise),
            ("inverse.drop", Role::Promise),
            ("inverse.drop.test", Role::Power),
            ("inverse.onset.test", Role::Power),
            ("inverse.isotonic", Role::Power),
            ("inverse.peak", Role::Power),
            ("inverse.hurts", Role::Power),
        ],
        grid,
        prepare: |regime, point| budgets(regime, point, [0.9, 1.0, 0.85, 0.7], |outcomes| outcomes),
    },
    World {
        name: "inverse, samples lost",
        feeds: &[("inverse.accuracy_worst_case", Role::Promise)],
        grid,
        prepare: |regime, point| with_losses(regime, point, [0.9, 1.0, 0.85, 0.7]),
    },
    World {
        name: "inverse, flat",
        feeds: &[
            ("inverse.drop.test", Role::Promise),
            ("inverse.onset.test", Role::Promise),
            ("inverse.isotonic", Role::Promise),
            ("inverse.peak", Role::Promise),
        ],
        grid,
        prepare: |regime, point| {
            budgets(regime, point, [1.0; 4], |outcomes| outcomes.into_iter().skip(2).take(4).collect())
        },
    },
    World {
        name: "inverse, lengths unrelated",
        feeds: &[
            ("inverse.lengths", Role::Promise),
            ("inverse.length_lines", Role::Promise),
            ("inverse.longest.test", Role::Promise),
        ],
        grid: lengths,
        prepare: |regime, point| own_lengths(regime, point, 1.0),
    },
    World {
        name: "inverse, wrong answers take longer",
        feeds: &[("inverse.longest.test", Role::Power), ("inverse.hurts", Role::Promise)],
        grid: lengths,
        prepare: |regime, point| {
            let replicate = own_lengths(regime, point, 1.3);
            Box::new(move |s| replicate(s).into_iter().skip(2).collect())
        },
    },
];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(40, 4, 0.5), Point::new(60, 4, 0.7), Point::new(80, 2, 0.6)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

fn lengths(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(60, 4, 0.5), Point::new(80, 4, 0.7), Point::new(60, 6, 0.3)];
    const FEW: [Point; 1] = [Point::new(20, 6, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

const BUDGETS: [&str; 4] = ["1024", "2048", "4096", "8192"];

/// A question's rate at each budget is a share of its own.
fn budgets(regime: Regime, point: Point, factors: [f64; 4], pick: fn(Vec<Outcome>) -> Vec<Outcome>) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let traces = asked(&process, factors, |_, _| true, s);
        let report = audit(&AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        let at = |name: &str, key: &str| factor_of(name, key, factors) * process.mean();
        pick(vec![
            family(report, "inverse.accuracy[", |name| at(name, "budget=")),
            family(report, "inverse.drop[", |name| at(name, "from=") - at(name, "to=")),
            called(report, "inverse.drop[", above),
            onset(report),
            p_value(report, "never falls: "),
            p_value(report, "against the largest: "),
            hurts(report),
        ])
    })
}

/// The factor of the budget that a claim's name gives after `key`.
fn factor_of(name: &str, key: &str, factors: [f64; 4]) -> f64 {
    let budget = name.split(key).nth(1).and_then(|rest| rest.split([' ', ',', ']']).next()).unwrap_or_default();
    let factor = BUDGETS.iter().zip(factors).find(|(known, _)| **known == budget);
    factor.map_or(f64::NAN, |(_, factor)| factor)
}

/// Every question at every budget, with a verdict where `kept` says so of a right or wrong answer.
fn asked(process: &Process, factors: [f64; 4], kept: fn(bool, &mut Stream) -> bool, s: &mut Stream) -> Vec<Trace> {
    let efforts = BUDGETS.map(Effort::from_foreign);
    let mut traces = Vec::new();
    for question in 0..process.questions {
        let rate = process.rate(question, s);
        for (effort, factor) in efforts.iter().zip(factors) {
            for sample in 0..process.samples(question) {
                let right = s.chance(rate * factor);
                let mut trace = call(question, sample);
                trace.effort = Some(effort.clone());
                if kept(right, s) {
                    trace.events.push(verdict(process.recorded(right, s), None));
                }
                traces.push(trace);
            }
        }
    }
    traces
}

/// The same, where verdicts are missing: of right answers one in twenty, of wrong ones one in four, so that what is left flatters.
fn with_losses(regime: Regime, point: Point, factors: [f64; 4]) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let traces = asked(&process, factors, |right, s| !s.chance(if right { 0.05 } else { 0.25 }), s);
        let report = audit(&AUDIT, &Settings::default(), traces);
        let truth = |name: &str| factor_of(name, "budget=", factors) * process.mean();
        vec![family(report.as_ref(), "inverse.accuracy_worst_case[", truth)]
    })
}

/// Both associations, which share a level.
fn both(report: Option<&Report>) -> Outcome {
    let claim = |name: &str| report.and_then(|report| report.claim(name));
    let both = [claim("inverse.longest[model=planted]"), claim("inverse.concordance[model=planted]")];
    of_claims(&both.into_iter().flatten().map(|claim| (claim, 0.0)).collect::<Vec<_>>())
}

/// Whether an onset is given.
fn onset(report: Option<&Report>) -> Outcome {
    let Some(claim) = report.and_then(|report| report.claim("inverse.onset[model=planted]")) else {
        return Outcome::Undefined;
    };
    let vouches = report.and_then(|report| report.claim("inverse.largest_drop[model=planted]")).is_some_and(vouched);
    Outcome::Called { called: claim.estimate().is_ok(), vouched: vouches }
}

/// Whether a test whose p-value stands behind these words rejects.
fn p_value(report: Option<&Report>, before: &str) -> Outcome {
    let Some(claim) = report.and_then(|report| report.claim("inverse.largest_drop[model=planted]")) else {
        return Outcome::Undefined;
    };
    let shown = claim.statement().split(before).nth(1).and_then(|rest| rest.split([';', ')']).next());
    match shown.and_then(|shown| shown.strip_prefix("p ")) {
        None => Outcome::Undefined,
        Some(p) => {
            let small = p.starts_with('<') || p.trim_start_matches("= ").parse::<f64>().is_ok_and(|p| p <= 0.05);
            Outcome::Called { called: small, vouched: vouched(claim) }
        }
    }
}

/// Whether a finding or a claim with an interval says that more reasoning hurts.
fn hurts(report: Option<&Report>) -> Outcome {
    let Some(report) = report else { return Outcome::Undefined };
    let found = report.findings.iter().any(|finding| finding.sentence.contains("hurts"));
    let claimed = report.claims.iter().any(|claim| claim.sentence().contains("hurts") && !claim.undecided());
    Outcome::Called { called: found || claimed, vouched: true }
}

/// Chains of a question's own length; a wrong answer takes `longer` times as long.
fn own_lengths(regime: Regime, point: Point, longer: f64) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let (rate, usual) = (process.rate(question, s), 200.0 + 600.0 * s.unit());
            for sample in 0..process.samples(question) {
                traces.push(of_length(&process, (question, sample), (rate, usual, longer), s));
            }
        }
        let report = audit(&AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        let lines = family(report, "inverse.length_line_", |_| 0.0);
        vec![both(report), lines, called(report, "inverse.longest[", aside), hurts(report)]
    })
}

fn of_length(
    process: &Process,
    (question, sample): (usize, u32),
    (rate, usual, longer): (f64, f64, f64),
    s: &mut Stream,
) -> Trace {
    let right = s.chance(rate);
    let length = usual * (0.6 + 0.8 * s.unit()) * if right { 1.0 } else { longer };
    let mut trace = call(question, sample);
    trace.events.push(Event::Reasoning(Reasoning::raw("planted")));
    trace.events.push(verdict(process.recorded(right, s), None));
    trace.usage.reasoning = Some(length.round() as u64);
    trace
}
