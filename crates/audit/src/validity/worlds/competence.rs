//! The competence audit: twins, composed questions, depth.

use candor_stats::Stream;
use candor_trace::{Event, Label, LabelValue, Labeller, Trace, arm};

use super::super::outcome::{above, called, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::Settings;
use crate::audits::competence;

pub(super) const ROWS: &[Row] = &[
    Row::new("competence.gap", "accuracy of originals minus twins", Kind::Nominal, &["competence.gap"])
        .beyond(VERDICTS),
    Row::new(
        "competence.accuracy",
        "accuracy of composed questions",
        Kind::Nominal,
        &["competence.accuracy", "competence.score", "competence.originals", "competence.twins", "competence.composed"],
    )
    .beyond(VERDICTS),
    Row::new("competence.gap.test", "twins as hard as originals: called harder", Kind::Test, &["competence.gap"]),
    Row::new(
        "competence.loss",
        "product of the steps minus the composed question",
        Kind::Nominal,
        &["competence.composition_loss"],
    )
    .beyond(VERDICTS),
    Row::new("competence.loss.test", "steps that compose: called a loss", Kind::Test, &["competence.composition_loss"])
        .beyond(VERDICTS),
    Row::new(
        "competence.steps_product",
        "product of the accuracies of the steps",
        Kind::Nominal,
        &["competence.steps_product"],
    )
    .beyond(VERDICTS),
    Row::new(
        "competence.compositionality_gap",
        "composed questions missed whose steps are answered",
        Kind::Conservative,
        &["competence.compositionality_gap"],
    )
    .beyond(VERDICTS),
    Row::new(
        "competence.single_steps",
        "accuracy at depth 1 to the power of the depth",
        Kind::Nominal,
        &["competence.single_steps"],
    )
    .beyond(VERDICTS),
    Row::new(
        "competence.depth_loss",
        "what deep questions lose against single steps",
        Kind::Nominal,
        &["competence.depth_loss"],
    )
    .beyond(VERDICTS),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "competence, harder twins",
        feeds: &[("competence.gap", Role::Promise), ("competence.gap.test", Role::Power)],
        grid,
        prepare: |regime, point| twins(regime, point, 0.3),
    },
    World {
        name: "competence, equal twins",
        feeds: &[("competence.gap.test", Role::Promise)],
        grid,
        prepare: |regime, point| {
            let replicate = twins(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().skip(1).collect())
        },
    },
    World {
        name: "competence, steps lost",
        feeds: &[
            ("competence.loss", Role::Promise),
            ("competence.loss.test", Role::Power),
            ("competence.accuracy", Role::Promise),
            ("competence.steps_product", Role::Promise),
            ("competence.compositionality_gap", Role::Promise),
        ],
        grid,
        prepare: |regime, point| composed(regime, point, 0.4),
    },
    World {
        name: "competence, steps compose",
        feeds: &[("competence.loss.test", Role::Promise)],
        grid,
        prepare: |regime, point| {
            let replicate = composed(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().skip(1).take(1).collect())
        },
    },
    World {
        name: "competence, deep questions",
        feeds: &[("competence.single_steps", Role::Promise), ("competence.depth_loss", Role::Promise)],
        grid,
        prepare: |regime, point| deep(regime, point, 0.4),
    },
];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(40, 4, 0.6), Point::new(80, 2, 0.75), Point::new(120, 1, 0.7)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// A renamed twin loses that share of its original's rate.
fn twins(regime: Regime, point: Point, lost: f64) -> Replicate {
    let process = Process::new(regime, point);
    let truth = lost * process.mean();
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for (arm, rate) in [(arm::ORIGINAL, rate), (arm::RENAME, rate * (1.0 - lost))] {
                for sample in 0..process.samples(question) {
                    let mut trace = call(question, sample);
                    trace.trial.arm = Some(arm.to_owned());
                    trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
                    traces.push(trace);
                }
            }
        }
        let report = audit(&competence::AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        vec![
            interval(report, "competence.gap[model=planted,arm=rename]", truth),
            called(report, "competence.gap[", above),
        ]
    })
}

/// Two steps and their composition, which loses that share of their product.
fn composed(regime: Regime, point: Point, lost: f64) -> Replicate {
    let process = Process::new(regime, point);
    // Both steps of a question are as hard as each other: the product is a square.
    let square = process.mean_of(|rate, _| rate * rate);
    let (truth, kept) = (lost * square, (1.0 - lost) * square);
    let missed = missed(&process, lost);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for sample in 0..process.samples(question) {
                for (step, rate) in [("a", rate), ("b", rate), ("whole", rate * rate * (1.0 - lost))] {
                    traces.push(step_of(&process, (question, sample), (step, rate), s));
                }
            }
        }
        let report = audit(&competence::AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        vec![
            interval(report, "competence.composition_loss[model=planted]", truth),
            called(report, "competence.composition_loss[", above),
            interval(report, "competence.composed[model=planted]", kept),
            interval(report, "competence.steps_product[model=planted]", square),
            interval(report, "competence.compositionality_gap[model=planted]", missed),
        ]
    })
}

/// Of composed questions whose two steps both came out right in more than half of their samples, the share that is missed.
fn missed(process: &Process, lost: f64) -> f64 {
    let (mut answered, mut missed, mut question) = (0.0, 0.0, 0);
    process.mean_of(|rate, s| {
        let samples = process.samples(question);
        question += 1;
        let is_answered = |s: &mut Stream| 2 * (0..samples).filter(|_| s.chance(rate)).count() > samples as usize;
        if is_answered(s) && is_answered(s) {
            answered += 1.0;
            missed += 1.0 - rate * rate * (1.0 - lost);
        }
        0.0
    });
    missed / answered
}

/// Every second question has depth 2; what two steps as hard as those of depth 1 would give falls by that share.
fn deep(regime: Regime, point: Point, lost: f64) -> Replicate {
    let process = Process::new(regime, Point { questions: 2 * point.questions, ..point });
    let steps = process.mean() * process.mean();
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let depth = 1 + question % 2;
            // A share of the rate, so that the mean at depth 2 is a share of the squared mean.
            let factor = if depth == 2 { (1.0 - lost) * process.mean() } else { 1.0 };
            let rate = factor * process.rate(question, s);
            for sample in 0..process.samples(question / 2) {
                let mut trace = call(question, sample);
                trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
                trace.events.push(labelled("depth", LabelValue::Number(depth as f64)));
                traces.push(trace);
            }
        }
        let report = audit(&competence::AUDIT, &Settings::default(), traces);
        let name = |what: &str| format!("competence.{what}[model=planted,depth=2]");
        vec![
            interval(report.as_ref(), &name("single_steps"), steps),
            interval(report.as_ref(), &name("depth_loss"), lost * steps),
        ]
    })
}

fn labelled(name: &str, value: LabelValue) -> Event {
    Event::Label(Label { name: name.to_owned(), value, by: Labeller::Source, who: None, note: None })
}

fn step_of(process: &Process, (question, sample): (usize, u32), (step, rate): (&str, f64), s: &mut Stream) -> Trace {
    let mut trace = call(question, sample);
    trace.trial.unit = format!("{question} {step}");
    trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
    if step == "whole" {
        let steps = LabelValue::Text(format!("{question} a, {question} b"));
        trace.events.push(labelled("steps", steps));
    }
    trace
}
