//! The competence audit: twins, composed questions, depth; and scores of ARC-AGI submissions.

use candor_stats::Stream;
use candor_trace::{Event, Label, LabelValue, Labeller, Trace, arm};

use super::super::outcome::{above, called, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::Settings;
use crate::audits::{arc, competence};

pub(super) const ROWS: &[Row] = &[
    Row::new("competence.gap", "accuracy of originals minus twins", Kind::Nominal, &["competence.gap"])
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
    Row::new("arc.strict", "tasks solved within two attempts", Kind::Nominal, &["arc.strict", "arc.strict_attempted"])
        .beyond(GRIDS),
    Row::new(
        "arc.pairs",
        "test inputs solved, averaged by task",
        Kind::Nominal,
        &["arc.pairs", "arc.pairs_attempted", "arc.first"],
    )
    .beyond(GRIDS),
];

const GRIDS: &[(Regime, &str)] = &[(Regime::WrongLabels, "the grids of the task files are taken as they are")];

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
        feeds: &[("competence.loss", Role::Promise), ("competence.loss.test", Role::Power)],
        grid,
        prepare: |regime, point| composed(regime, point, 0.4),
    },
    World {
        name: "competence, steps compose",
        feeds: &[("competence.loss.test", Role::Promise)],
        grid,
        prepare: |regime, point| {
            let replicate = composed(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().skip(1).collect())
        },
    },
    World {
        name: "arc",
        feeds: &[("arc.strict", Role::Promise), ("arc.pairs", Role::Promise)],
        grid: tasks,
        prepare: submission,
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
    let truth = lost * process.mean_of(|rate, _| rate * rate);
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
        ]
    })
}

fn step_of(process: &Process, (question, sample): (usize, u32), (step, rate): (&str, f64), s: &mut Stream) -> Trace {
    let mut trace = call(question, sample);
    trace.trial.unit = format!("{question} {step}");
    trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
    if step == "whole" {
        let steps = LabelValue::Text(format!("{question} a, {question} b"));
        trace.events.push(Event::Label(Label {
            name: "steps".to_owned(),
            value: steps,
            by: Labeller::Source,
            who: None,
            note: None,
        }));
    }
    trace
}

fn tasks(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(120, 2, 0.3), Point::new(120, 2, 0.5), Point::new(200, 2, 0.2)];
    const FEW: [Point; 1] = [Point::new(20, 2, 0.4)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Every third task has two test inputs; each is solved within its two attempts with the task's rate.
fn submission(regime: Regime, point: Point) -> Replicate {
    let process = Process::new(regime, point);
    let square = process.mean_of(|rate, _| rate * rate);
    let doubles = process.questions.div_ceil(3) as f64 / process.questions as f64;
    let strict = (1.0 - doubles) * process.mean() + doubles * square;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for task in 0..process.questions {
            let rate = process.rate(task, s);
            for input in 0..if task % 3 == 0 { 2 } else { 1 } {
                let unit = format!("t{task}#{input}");
                let right = format!("[[{},{}],[{},0]]", task % 10, task / 10 % 10, input);
                let mut roster = call(task, 0);
                roster.trial.unit.clone_from(&unit);
                roster.trial.arm = Some(arm::ROSTER.to_owned());
                roster.model = None;
                roster.question.gold = Some(right.clone());
                traces.push(roster);
                let solved_by = if s.chance(rate) { Some(s.index(2) as u32) } else { None };
                for sample in 0..2 {
                    let grid = if solved_by == Some(sample) { right.clone() } else { "[[9,9]]".to_owned() };
                    let mut trace = call(task, sample);
                    trace.trial.unit.clone_from(&unit);
                    trace.events.push(Event::Output { text: grid.clone(), answer: Some(grid), finish: None });
                    traces.push(trace);
                }
            }
        }
        let report = audit(&arc::AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        vec![
            interval(report, "arc.strict[model=planted]", strict),
            interval(report, "arc.pairs[model=planted]", process.mean()),
        ]
    })
}
