//! `candor compare`: the difference of two runs, and the decision at a margin.

use candor_stats::Stream;
use candor_stats::paired::margin::Decision;

use super::super::outcome::{Outcome, of_claims};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World};
use super::calls::{call, verdict};
use crate::Settings;
use crate::compare::{Comparison, DIFFERENCE, FailIf, Only, Side, compare};

pub(super) const ROWS: &[Row] = &[
    Row::new("compare.difference", "difference of two runs", Kind::Nominal, &["compare.difference"]).beyond(VERDICTS),
    Row::new("compare.before", "accuracy of a run", Kind::Nominal, &["compare.before", "compare.after"])
        .beyond(VERDICTS),
    Row::new("compare.pass", "a drop of exactly the margin passes", Kind::Test, &["compare.difference"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new("compare.fail", "a drop of exactly the margin fails", Kind::Test, &["compare.difference"])
        .beyond(VERDICTS),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "compare",
        feeds: &[("compare.difference", Role::Promise), ("compare.before", Role::Promise)],
        grid: runs,
        prepare: |regime, point| {
            two_runs(regime, point, 0.05, |found, process| {
                let claim = |name: &str| found.claims.iter().find(|claim| claim.name() == name);
                let of = |name: &str, truth: f64| {
                    claim(name).map_or(Outcome::Undefined, |claim| of_claims(&[(claim, truth)]))
                };
                vec![of(DIFFERENCE, -0.05), of("compare.before", process.mean())]
            })
        },
    },
    World {
        name: "compare at the margin",
        feeds: &[("compare.pass", Role::Promise), ("compare.fail", Role::Promise)],
        grid: runs,
        prepare: |regime, point| {
            two_runs(regime, point, MARGIN, |found, _| {
                vec![decided(found, Decision::Pass), decided(found, Decision::Fail)]
            })
        },
    },
    World {
        name: "compare at the margin, rare falls",
        feeds: &[("compare.pass", Role::Promise)],
        grid: |regime| if regime == Regime::Few { &[] } else { &SEVERAL },
        prepare: rare_falls,
    },
    World {
        name: "compare without a drop",
        feeds: &[("compare.pass", Role::Power)],
        grid: many_runs,
        prepare: |regime, point| two_runs(regime, point, 0.0, |found, _| vec![decided(found, Decision::Pass)]),
    },
    World {
        name: "compare with a large drop",
        feeds: &[("compare.fail", Role::Power)],
        grid: many_runs,
        prepare: |regime, point| two_runs(regime, point, 0.15, |found, _| vec![decided(found, Decision::Fail)]),
    },
];

/// One draw a question, and several.
fn runs(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 4] =
        [Point::new(80, 1, 0.7), Point::new(200, 1, 0.8), Point::new(60, 4, 0.6), Point::new(100, 4, 0.8)];
    const FEW: [Point; 2] = [Point::new(20, 1, 0.6), Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Enough to decide.
fn many_runs(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(1_000, 1, 0.7), Point::new(400, 4, 0.7)];
    if regime == Regime::Few { &[] } else { &GRID }
}

const MARGIN: f64 = 0.05;

const SEVERAL: [Point; 2] = [Point::new(200, 4, 0.9), Point::new(400, 4, 0.9)];

/// A question falls seldom, mostly by a quarter of its samples and sometimes wholly, so that the mean falls by the margin: few of the large falls are
/// seen, or none.
fn rare_falls(regime: Regime, point: Point) -> Replicate {
    const WHOLLY: f64 = 0.15;
    let process = Process::new(regime, point);
    let mean = WHOLLY + (1.0 - WHOLLY) * 0.25;
    // Only what is right can fall, and is right with the question's rate.
    let falls = MARGIN / (mean * process.mean());
    Box::new(move |s: &mut Stream| {
        let (mut before, mut after) = (Side::default(), Side::default());
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            let right = s.chance(rate);
            let kept = match (s.chance(falls), s.chance(WHOLLY)) {
                (false, _) => 1.0,
                (true, true) => 0.0,
                (true, false) => 0.75,
            };
            for sample in 0..4 {
                let fell = f64::from(sample) >= 4.0 * kept;
                for (side, right) in [(&mut before, right), (&mut after, right && !fell)] {
                    let mut trace = call(question, sample);
                    trace.events.push(verdict(process.recorded(right, s), None));
                    side.see(&trace);
                }
            }
        }
        let fail_if = Some(FailIf { margin: MARGIN });
        match compare(&before, &after, fail_if, &Only::default(), &Settings::default()) {
            Ok(found) => vec![decided(&found, Decision::Pass)],
            Err(_) => vec![Outcome::Undefined],
        }
    })
}

fn decided(found: &Comparison, wanted: Decision) -> Outcome {
    let Some(decision) = &found.decision else { return Outcome::Undefined };
    Outcome::Called { called: decision.decision == wanted, vouched: found.questions >= 30 }
}

/// A question's rate falls by the same share of itself, so that the mean falls by `drop`.
fn two_runs(
    regime: Regime,
    point: Point,
    drop: f64,
    read: impl Fn(&Comparison, &Process) -> Vec<Outcome> + Send + Sync + 'static,
) -> Replicate {
    let process = Process::new(regime, point);
    let keeps = 1.0 - drop / process.mean();
    Box::new(move |s: &mut Stream| {
        let (mut before, mut after) = (Side::default(), Side::default());
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for (side, rate) in [(&mut before, rate), (&mut after, rate * keeps)] {
                for sample in 0..process.samples(question) {
                    let mut trace = call(question, sample);
                    trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
                    side.see(&trace);
                }
            }
        }
        let fail_if = Some(FailIf { margin: MARGIN });
        match compare(&before, &after, fail_if, &Only::default(), &Settings::default()) {
            Ok(found) => read(&found, &process),
            Err(_) => vec![Outcome::Undefined; 2],
        }
    })
}
