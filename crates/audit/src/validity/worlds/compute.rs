//! The compute audit: accuracies, gains along the curve, the wall, other readings of the samples, cost.

use candor_stats::Stream;
use candor_trace::Money;

use super::super::outcome::{Outcome, family, interval, vouched};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::Settings;
use crate::audits::compute::{AUDIT, Aggregate};

pub(super) const ROWS: &[Row] = &[
    Row::new("compute.accuracy", "accuracy of one path", Kind::Nominal, &["compute.accuracy", "tail.accuracy"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new("compute.accuracy.vote", "accuracy of a vote of 4", Kind::Nominal, &["compute.majority"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new(
        "compute.gain",
        "gains between rows of the curve, all at once, and with every other pair of rows",
        Kind::Conservative,
        &["compute.gain", "compute.gain_per_doubling", "compute.gain_below"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new("compute.pass", "pass@4", Kind::Nominal, &["compute.pass"]).beyond(VERDICTS).heavy(),
    Row::new("compute.pass_hat", "pass^4", Kind::Nominal, &["compute.pass_hat"]).beyond(VERDICTS).heavy(),
    Row::new("compute.cost", "dollars per question", Kind::Nominal, &["compute.cost", "arc.cost"])
        .beyond(COSTS)
        .heavy(),
    Row::new(
        "compute.prediction.vote",
        "a vote of 16, forecast from 8 samples",
        Kind::Conservative,
        &["compute.prediction"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "compute.prediction.pass",
        "pass@16, forecast from 8 samples",
        Kind::Conservative,
        &["compute.prediction"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new("compute.wall", "a wall where every step gains the margin", Kind::Test, &["compute.wall"])
        .beyond(VERDICTS)
        .heavy(),
];

const COSTS: &[(Regime, &str)] = &[(Regime::WrongLabels, "recorded money is taken as it is")];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "compute",
        feeds: &[
            ("compute.accuracy", Role::Promise),
            ("compute.accuracy.vote", Role::Promise),
            ("compute.gain", Role::Promise),
            ("compute.pass", Role::Promise),
            ("compute.pass_hat", Role::Promise),
            ("compute.cost", Role::Promise),
        ],
        grid: samples,
        prepare: curve,
    },
    World {
        name: "compute, votes beyond the samples",
        feeds: &[("compute.prediction.vote", Role::Promise)],
        grid: eight,
        prepare: |regime, point| ahead(regime, point, Aggregate::Majority),
    },
    World {
        name: "compute, coverage beyond the samples",
        feeds: &[("compute.prediction.pass", Role::Promise)],
        grid: eight,
        prepare: |regime, point| ahead(regime, point, Aggregate::Any),
    },
    World {
        name: "compute at the margin",
        feeds: &[("compute.wall", Role::Promise)],
        grid: steps,
        prepare: at_the_margin,
    },
    World { name: "compute flat", feeds: &[("compute.wall", Role::Power)], grid: steps, prepare: flat },
];

/// At least four samples of each question.
fn samples(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 4] =
        [Point::new(50, 4, 0.5), Point::new(50, 4, 0.75), Point::new(100, 4, 0.35), Point::new(100, 4, 0.85)];
    const FEW: [Point; 2] = [Point::new(20, 4, 0.4), Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

const WRONG_ANSWERS: u64 = 3;

/// The probability that a vote of k is right, by voting: ties go to one of the tied.
fn vote(rate: f64, k: usize, s: &mut Stream) -> f64 {
    let mut votes = [0_u8; 1 + WRONG_ANSWERS as usize];
    for _ in 0..k {
        if let Some(votes) = votes.get_mut(answer(rate, s) as usize) {
            *votes += 1;
        }
    }
    let most = votes.iter().copied().max().unwrap_or(0);
    let tied = votes.iter().filter(|votes| **votes == most).count();
    if votes.first() == Some(&most) { 1.0 / tied as f64 } else { 0.0 }
}

/// 0 is right.
fn answer(rate: f64, s: &mut Stream) -> u64 {
    if s.chance(rate) { 0 } else { 1 + s.below(WRONG_ANSWERS) }
}

const PATHS: [u32; 3] = [1, 2, 4];

fn curve(regime: Regime, point: Point) -> Replicate {
    let process = Process::new(regime, point);
    // Numbers of samples are those of the regime, but never fewer than the paths that are asked about.
    let samples = move |question: usize| process.samples(question).max(4);
    let by_vote = PATHS.map(|k| process.mean_of(|rate, s| vote(rate, k as usize, s)));
    let pass = process.mean_of(|rate, _| 1.0 - (1.0 - rate).powi(4));
    let pass_hat = process.mean_of(|rate, _| rate.powi(4));
    let mut settings = Settings::default();
    settings.compute.paths = Some(PATHS.to_vec());
    settings.compute.orders = 1;
    settings.compute.predict = false;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for sample in 0..samples(question) {
                let given = answer(rate, s);
                let mut trace = call(question, sample);
                trace.question.gold = Some("0".to_owned());
                trace.events.push(verdict(process.recorded(given == 0, s), Some(given.to_string())));
                // A right answer costs 2 cents on average, a wrong one 3: questions differ in what they cost.
                let about = if given == 0 { 20_000 } else { 30_000 };
                trace.cost = Some(Money((about / 2 + s.below(about + 1)) as i64));
                traces.push(trace);
            }
        }
        let report = audit(&AUDIT, &settings, traces);
        let report = report.as_ref();
        let gain = |name: &str| {
            let at = |k: u32| PATHS.iter().position(|path| *path == k).and_then(|at| by_vote.get(at)).copied();
            let number = |key: &str| {
                let rest = name.split(key).nth(1)?;
                rest.split([',', ']']).next()?.parse::<u32>().ok()
            };
            match (number("from=").and_then(at), number("to=").and_then(at)) {
                (Some(from), Some(to)) => to - from,
                _ => f64::NAN,
            }
        };
        let name = |what: &str| format!("compute.{what}]");
        vec![
            interval(report, &name("accuracy[model=planted,paths=1"), by_vote[0]),
            interval(report, &name("accuracy[model=planted,paths=4"), by_vote[2]),
            family(report, "compute.gain[", gain),
            interval(report, &name("pass[model=planted,k=4"), pass),
            interval(report, &name("pass_hat[model=planted,k=4"), pass_hat),
            interval(report, &name("cost[model=planted,paths=1"), 0.03 - 0.01 * process.mean()),
        ]
    })
}

/// Eight samples of each question.
fn eight(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 4] =
        [Point::new(30, 8, 0.4), Point::new(60, 8, 0.35), Point::new(60, 8, 0.7), Point::new(120, 8, 0.5)];
    const FEW: [Point; 1] = [Point::new(20, 8, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Twice the samples that there are, by a fit. The number of samples is the forecast's, so that only the questions' likeness changes where samples
/// are alike.
fn ahead(regime: Regime, point: Point, aggregate: Aggregate) -> Replicate {
    let process = Process::new(regime, point);
    let k = 2 * point.samples;
    let truth = process.mean_of(|rate, s| match aggregate {
        Aggregate::Any => 1.0 - (1.0 - rate).powi(k as i32),
        _ => vote(rate, k as usize, s),
    });
    let mut settings = Settings::default();
    settings.compute.aggregate = Some(aggregate);
    settings.compute.orders = 1;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for sample in 0..point.samples {
                let given = answer(rate, s);
                let mut trace = call(question, sample);
                trace.question.gold = Some("0".to_owned());
                trace.events.push(verdict(process.recorded(given == 0, s), Some(given.to_string())));
                traces.push(trace);
            }
        }
        let report = audit(&AUDIT, &settings, traces);
        vec![family(report.as_ref(), "compute.prediction[", |_| truth)]
    })
}

fn steps(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(60, 4, 0.5), Point::new(120, 4, 0.5)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Whether a wall is claimed.
fn wall(report: Option<&crate::Report>) -> Outcome {
    let Some(report) = report else { return Outcome::Undefined };
    let wall = report.claims.iter().find(|claim| claim.name().starts_with("compute.wall"));
    Outcome::Called { called: wall.is_some(), vouched: wall.is_none_or(vouched) }
}

/// pass@2 stands exactly the margin above pass@1: the first row is no wall.
fn at_the_margin(regime: Regime, point: Point) -> Replicate {
    pairs(regime, point, 0.08)
}

/// A second sample gains half a point: the first row is the wall.
fn flat(regime: Regime, point: Point) -> Replicate {
    pairs(regime, Point { questions: 3 * point.questions, ..point }, 0.02)
}

/// A share of the questions is answered right by the toss of a coin, all others always or never: pass@2 - pass@1 is a quarter of that share.
fn pairs(regime: Regime, point: Point, coins: f64) -> Replicate {
    let process = Process::new(regime, point);
    let mut settings = Settings::default();
    settings.compute.paths = Some(vec![1, 2]);
    settings.compute.aggregate = Some(Aggregate::Any);
    settings.compute.orders = 1;
    settings.compute.predict = false;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = if s.chance(coins) { 0.5 } else { f64::from(u8::from(s.chance(process.mean()))) };
            for sample in 0..process.samples(question) {
                let mut trace = call(question, sample);
                trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
                traces.push(trace);
            }
        }
        vec![wall(audit(&AUDIT, &settings, traces).as_ref())]
    })
}
