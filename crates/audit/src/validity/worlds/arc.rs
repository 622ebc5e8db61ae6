//! Scores of ARC-AGI submissions, and what one solves more than another.

use candor_llm::Effort;
use candor_trace::{Event, Trace, arm};

use super::super::outcome::{family, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::call;
use crate::Settings;
use crate::audits::arc;

pub(super) const ROWS: &[Row] = &[
    Row::new("arc.strict", "tasks solved within two attempts", Kind::Nominal, &["arc.strict", "arc.strict_attempted"])
        .beyond(GRIDS),
    Row::new(
        "arc.pairs",
        "test inputs solved, averaged by task",
        Kind::Nominal,
        &["arc.pairs", "arc.pairs_attempted", "arc.first"],
    )
    .beyond(GRIDS),
    Row::new("arc.gain", "tasks that one submission solves more than another", Kind::Nominal, &["arc.gain"])
        .beyond(GRIDS)
        .heavy(),
];

const GRIDS: &[(Regime, &str)] = &[(Regime::WrongLabels, "the grids of the task files are taken as they are")];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "arc, two submissions",
        feeds: &[("arc.gain", Role::Promise)],
        grid: tasks,
        prepare: two_submissions,
    },
    World {
        name: "arc",
        feeds: &[("arc.strict", Role::Promise), ("arc.pairs", Role::Promise)],
        grid: tasks,
        prepare: submission,
    },
];

fn tasks(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(120, 2, 0.3), Point::new(120, 2, 0.5), Point::new(200, 2, 0.2)];
    const FEW: [Point; 1] = [Point::new(20, 2, 0.4)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// The entry of a test input, and its right grid.
fn entry(task: usize, input: usize) -> (Trace, String) {
    let right = format!("[[{},{}],[{},0]]", task % 10, task / 10 % 10, input);
    let mut roster = call(task, 0);
    roster.trial.unit = format!("t{task}#{input}");
    roster.trial.arm = Some(arm::ROSTER.to_owned());
    roster.model = None;
    roster.question.gold = Some(right.clone());
    (roster, right)
}

fn attempt(entry: &Trace, task: usize, sample: u32, grid: String) -> Trace {
    let mut trace = call(task, sample);
    trace.trial.unit.clone_from(&entry.trial.unit);
    trace.events.push(Event::Output { text: grid.clone(), answer: Some(grid), finish: None });
    trace
}

/// Two submissions of one attempt each; of the tasks that the first leaves, the second solves three in ten.
fn two_submissions(regime: Regime, point: Point) -> Replicate {
    let process = Process::new(regime, point);
    let efforts = [("low", 0.0), ("high", 0.3)].map(|(name, gain)| (Effort::from_foreign(name), gain));
    let truth = 0.3 * (1.0 - process.mean());
    Box::new(move |s| {
        let mut traces = Vec::new();
        for task in 0..process.questions {
            let rate = process.rate(task, s);
            let (entry, right) = entry(task, 0);
            for (effort, gain) in &efforts {
                let solved = s.chance(rate + gain * (1.0 - rate));
                let grid = if solved { right.clone() } else { "[[9,9]]".to_owned() };
                traces.push(Trace { effort: Some(effort.clone()), ..attempt(&entry, task, 0, grid) });
            }
            traces.push(entry);
        }
        let report = audit(&arc::AUDIT, &Settings::default(), traces);
        vec![family(report.as_ref(), "arc.gain[", |_| truth)]
    })
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
                let (entry, right) = entry(task, input);
                let solved_by = if s.chance(rate) { Some(s.index(2) as u32) } else { None };
                for sample in 0..2 {
                    let grid = if solved_by == Some(sample) { right.clone() } else { "[[9,9]]".to_owned() };
                    traces.push(attempt(&entry, task, sample, grid));
                }
                traces.push(entry);
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
