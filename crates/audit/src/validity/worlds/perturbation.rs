//! The perturbation audit: how far answers move beyond asking again, how accuracy changes, and means of numbers.

use candor_stats::Stream;
use candor_trace::Trace;

use super::super::outcome::{Outcome, above, aside, below, called, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::audits::perturbation::AUDIT;
use crate::{Report, Settings};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "perturbation.divergence",
        "how far answers move beyond asking again",
        Kind::Nominal,
        &["perturbation.divergence"],
    )
    .heavy(),
    Row::new(
        "perturbation.divergence.test",
        "a change that does nothing moves answers",
        Kind::Test,
        &["perturbation.divergence"],
    )
    .heavy(),
    Row::new(
        "perturbation.flipped",
        "answers that differ under the change",
        Kind::Nominal,
        &["perturbation.flipped", "perturbation.flips", "perturbation.spread_flips"],
    )
    .heavy(),
    Row::new(
        "perturbation.again",
        "two answers to one question that differ when it is asked twice",
        Kind::Nominal,
        &["perturbation.again_before", "perturbation.again_after"],
    )
    .heavy(),
    Row::new(
        "perturbation.accuracy",
        "accuracy under the change",
        Kind::Nominal,
        &["perturbation.accuracy", "perturbation.accuracy_before"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new("perturbation.change", "change of accuracy", Kind::Nominal, &["perturbation.change"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new(
        "perturbation.change.test",
        "a change that does nothing is called a loss",
        Kind::Test,
        &["perturbation.change"],
    )
    .heavy(),
    Row::new(
        "perturbation.sharpens",
        "a change that only sharpens answers is called a loss or a gain",
        Kind::Test,
        &["perturbation.change"],
    ),
    Row::new(
        "perturbation.mean_change",
        "mean change of accuracy over several changes",
        Kind::Conservative,
        &["perturbation.mean_change"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "perturbation.worst_change",
        "the worst of several changes",
        Kind::Conservative,
        &["perturbation.worst_change"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "perturbation.spread",
        "how far the variants of one change lie apart",
        Kind::Conservative,
        &["perturbation.spread"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "perturbation.shift",
        "shift of the mean of a number, on the questions of both arms",
        Kind::Nominal,
        &["perturbation.shift"],
    )
    .beyond(NUMBERS)
    .heavy(),
    Row::new(
        "perturbation.shift.draws",
        "the same over the draws of one question (Welch)",
        Kind::Nominal,
        &["perturbation.shift"],
    )
    .beyond(NUMBERS)
    .heavy(),
    Row::new("perturbation.shift.test", "equal means are called different", Kind::Test, &["perturbation.shift"])
        .heavy(),
];

const NUMBERS: &[(Regime, &str)] = &[(Regime::WrongLabels, "numbers are taken as they were recorded")];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "perturbation, nothing changes",
        feeds: &[
            ("perturbation.divergence.test", Role::Promise),
            ("perturbation.flipped", Role::Promise),
            ("perturbation.change.test", Role::Promise),
        ],
        grid,
        prepare: |regime, point| {
            answers(regime, point, Change::None, |report, truth| {
                vec![
                    called(report, "perturbation.divergence[", above),
                    interval(report, &of("flipped"), truth.flipped),
                    called(report, "perturbation.change[", below),
                ]
            })
        },
    },
    World {
        name: "perturbation, answers go wrong",
        feeds: &[
            ("perturbation.divergence", Role::Promise),
            ("perturbation.divergence.test", Role::Power),
            ("perturbation.change", Role::Promise),
            ("perturbation.change.test", Role::Power),
            ("perturbation.again", Role::Promise),
            ("perturbation.accuracy", Role::Promise),
        ],
        grid,
        prepare: |regime, point| {
            answers(regime, point, Change::Worse, |report, truth| {
                vec![
                    interval(report, &of("divergence"), truth.divergence),
                    called(report, "perturbation.divergence[", above),
                    interval(report, &of("change"), truth.change),
                    called(report, "perturbation.change[", below),
                    interval(report, &of("again_after"), truth.again),
                    interval(report, &of("accuracy"), truth.accuracy),
                ]
            })
        },
    },
    World {
        name: "perturbation, several changes",
        feeds: &[
            ("perturbation.mean_change", Role::Promise),
            ("perturbation.worst_change", Role::Promise),
            ("perturbation.spread", Role::Promise),
        ],
        grid,
        prepare: several,
    },
    World {
        name: "perturbation, answers only sharpen",
        feeds: &[("perturbation.sharpens", Role::Promise)],
        grid,
        prepare: |regime, point| {
            answers(regime, point, Change::Sharpens, |report, _| vec![called(report, "perturbation.change[", aside)])
        },
    },
    World {
        name: "perturbation, answers go wrong, verdicts alone",
        feeds: &[("perturbation.sharpens", Role::Power)],
        grid,
        prepare: |regime, point| {
            answers(regime, point, Change::WorseByVerdicts, |report, _| {
                vec![called(report, "perturbation.change[", aside)]
            })
        },
    },
    World {
        name: "perturbation, numbers",
        feeds: &[("perturbation.shift", Role::Promise), ("perturbation.shift.test", Role::Power)],
        grid: numbers_grid,
        prepare: |regime, point| numbers(regime, point, 0.5),
    },
    World {
        name: "perturbation, numbers of one question",
        feeds: &[("perturbation.shift.draws", Role::Promise)],
        // Draws of one question are neither clustered, nor tied, nor do they drift.
        grid: |regime| {
            if matches!(regime, Regime::AsAssumed | Regime::WrongLabels | Regime::Few) {
                draws_grid(regime)
            } else {
                &[]
            }
        },
        prepare: |regime, point| {
            let samples = u32::try_from(point.questions).unwrap_or(1);
            let replicate = numbers(regime, Point { questions: 1, samples, ..point }, 0.5);
            Box::new(move |s| replicate(s).into_iter().take(1).collect())
        },
    },
    World {
        name: "perturbation, equal numbers",
        feeds: &[("perturbation.shift.test", Role::Promise)],
        grid: numbers_grid,
        prepare: |regime, point| {
            let replicate = numbers(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().skip(1).collect())
        },
    },
];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(40, 4, 0.5), Point::new(60, 3, 0.7), Point::new(60, 2, 0.6)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

fn numbers_grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(40, 1, 0.5), Point::new(30, 3, 0.5), Point::new(60, 2, 0.5)];
    const FEW: [Point; 1] = [Point::new(20, 2, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// So many draws of each arm.
fn draws_grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(40, 1, 0.5), Point::new(120, 1, 0.5)];
    const FEW: [Point; 1] = [Point::new(20, 1, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

fn of(what: &str) -> String {
    format!("perturbation.{what}[model=planted,arm=paraphrase]")
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    None,
    /// Of the right answers, four in ten become another one.
    Worse,
    /// The same, where verdicts are recorded and answers are not: nothing is permuted then.
    WorseByVerdicts,
    /// The favourite is given more often. It is right for a quarter of the questions: then accuracy stays exactly what it is, 1/4. Verdicts alone are recorded.
    Sharpens,
}

struct Truth {
    divergence: f64,
    flipped: f64,
    change: f64,
    again: f64,
    accuracy: f64,
}

const OPTIONS: [&str; 4] = ["A", "B", "C", "D"];

/// The probability of the favourite after the change; the three others share the rest.
fn changed(rate: f64, change: Change) -> f64 {
    match change {
        Change::None => rate,
        Change::Worse | Change::WorseByVerdicts => 0.6 * rate,
        Change::Sharpens => rate + 0.5 * (1.0 - rate),
    }
}

fn answers(
    regime: Regime,
    point: Point,
    change: Change,
    read: fn(Option<&Report>, &Truth) -> Vec<Outcome>,
) -> Replicate {
    let process = Process::new(regime, point);
    let apart = |rate: f64| {
        let gap = rate - changed(rate, change);
        // Half the squared distance of the two distributions: gap at the favourite, a third of it at each other.
        0.5 * (gap * gap + gap * gap / 3.0)
    };
    let same = |a: f64, b: f64| a * b + (1.0 - a) * (1.0 - b) / 3.0;
    let truth = Truth {
        divergence: process.mean_of(|rate, _| apart(rate)),
        flipped: process.mean_of(|rate, _| 1.0 - same(rate, changed(rate, change))),
        change: process.mean_of(|rate, _| changed(rate, change) - rate),
        again: process.mean_of(|rate, _| 1.0 - same(changed(rate, change), changed(rate, change))),
        accuracy: process.mean_of(|rate, _| changed(rate, change)),
    };
    let answers = matches!(change, Change::None | Change::Worse);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            let right = if change == Change::Sharpens { s.index(4) } else { 0 };
            for (arm, rate) in [("original", rate), ("paraphrase", changed(rate, change))] {
                for sample in 0..process.samples(question) {
                    traces.push(answered(&process, (question, sample), (arm, rate, right, answers), s));
                }
            }
        }
        let report = audit(&AUDIT, &Settings::default(), traces);
        read(report.as_ref(), &truth)
    })
}

/// Arms, and the share of the right answers that each keeps: two variants of one change, and a change that does nothing.
const SEVERAL: [(&str, f64); 4] = [("original", 1.0), ("paraphrase-1", 0.6), ("paraphrase-2", 0.8), ("format", 1.0)];

/// Verdicts alone, so that nothing is permuted.
fn several(regime: Regime, point: Point) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for (arm, kept) in SEVERAL {
                for sample in 0..process.samples(question) {
                    traces.push(answered(&process, (question, sample), (arm, kept * rate, 0, false), s));
                }
            }
        }
        let report = audit(&AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        let worst = 0.4 * process.mean();
        vec![
            interval(report, "perturbation.mean_change[model=planted]", -0.2 * process.mean()),
            interval(report, "perturbation.worst_change[model=planted]", -worst),
            interval(report, "perturbation.spread[model=planted,change=paraphrase]", worst),
        ]
    })
}

/// The favourite is the first option; `right` is the place of the right one.
fn answered(
    process: &Process,
    (question, sample): (usize, u32),
    (arm, rate, right, recorded): (&str, f64, usize, bool),
    s: &mut Stream,
) -> Trace {
    let given = if s.chance(rate) { 0 } else { 1 + s.index(3) };
    let option = |at: usize| OPTIONS.get(at).copied().unwrap_or("A").to_owned();
    let mut trace = call(question, sample);
    trace.trial.arm = Some(arm.to_owned());
    trace.question.gold = Some(option(right));
    trace.events.push(verdict(process.recorded(given == right, s), recorded.then(|| option(given))));
    trace
}

/// Numbers as answers: a question has a mean of its own, and the change adds `shift`, three times as much spread, to it.
fn numbers(regime: Regime, point: Point, shift: f64) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let own = 2.0 * process.rate(question, s);
            for (arm, more, spread) in [("original", 0.0, 1.0), ("paraphrase", shift, 3.0)] {
                for sample in 0..process.samples(question) {
                    let noise = spread * (s.unit() + s.unit() - 1.0);
                    // A wrongly recorded number is another question's.
                    let number = if process.recorded(true, s) { own + more + noise } else { 2.0 * s.unit() };
                    let mut trace = call(question, sample);
                    trace.trial.arm = Some(arm.to_owned());
                    trace.events.push(candor_trace::Event::Output {
                        text: String::new(),
                        answer: Some(number.to_string()),
                        finish: None,
                    });
                    traces.push(trace);
                }
            }
        }
        let mut settings = Settings::default();
        settings.perturbation.numeric = true;
        let report = audit(&AUDIT, &settings, traces);
        let report = report.as_ref();
        vec![interval(report, &of("shift"), shift), called(report, "perturbation.shift[", aside)]
    })
}
