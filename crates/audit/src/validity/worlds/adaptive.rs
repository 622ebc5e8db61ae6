//! Adaptive stopping in the compute audit: what it saves and what it loses. The estimand is that of the rules that were chosen, so that the truth
//! depends on the choice.

use candor_stats::curve::adaptive::THRESHOLDS;
use candor_stats::curve::{Adaptive, Stopping, replay};
use candor_stats::{Level, Seed, Stream};

use super::super::outcome::{Outcome, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::audits::compute::AUDIT;
use crate::{Cell, Figure, Report, Settings};

pub(super) const ROWS: &[Row] = &[
    // Answers that a verifier calls right are one answer: wrong verdicts change the votes.
    Row::new("adaptive.saving", "samples saved by stopping early", Kind::Nominal, &["compute.adaptive.saving"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new("adaptive.tokens", "tokens saved by it", Kind::Nominal, &["compute.adaptive.tokens"])
        .beyond(VERDICTS)
        .heavy(),
    Row::new("adaptive.loss", "accuracy lost by it", Kind::Conservative, &["compute.adaptive.loss"])
        .beyond(VERDICTS)
        .heavy(),
];

pub(super) const WORLDS: &[World] = &[World {
    name: "adaptive stopping",
    feeds: &[("adaptive.saving", Role::Promise), ("adaptive.tokens", Role::Promise), ("adaptive.loss", Role::Promise)],
    grid,
    prepare,
}];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(60, 8, 0.6), Point::new(150, 8, 0.75)];
    const FEW: [Point; 1] = [Point::new(20, 8, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

const SAMPLES: u32 = 8;
const WRONG_ANSWERS: u64 = 3;

/// The answers to one question; 0 is right.
fn answers(rate: f64, s: &mut Stream) -> Vec<u64> {
    (0..SAMPLES).map(|_| if s.chance(rate) { 0 } else { 1 + s.below(WRONG_ANSWERS) }).collect()
}

/// A wrong answer takes more tokens than a right one, so that hard questions are dear twice.
fn tokens(given: u64, s: &mut Stream) -> u64 {
    let about = if given == 0 { 300 } else { 500 };
    about / 2 + s.below(about + 1)
}

/// What a rule draws on average, in samples and in tokens, and loses.
struct Truth {
    threshold: f64,
    drawn: f64,
    tokens: f64,
    loss: f64,
}

/// Each rule on 20,000 planted questions.
fn truths(process: &Process) -> Vec<Truth> {
    const MANY: usize = 20_000;
    let mut s = Seed(1).stream("truth of adaptive stopping");
    let large = process.of_questions(MANY);
    let questions: Vec<Adaptive> = (0..MANY)
        .map(|question| {
            let given = answers(large.rate(question, &mut s), &mut s);
            Adaptive {
                right: given.iter().map(|answer| *answer == 0).collect(),
                tokens: Some(given.iter().map(|answer| tokens(*answer, &mut s) as f64).collect()),
                answers: given.into_iter().map(Some).collect(),
            }
        })
        .collect();
    let rules = THRESHOLDS.map(|threshold| (threshold, Stopping::Posterior { threshold }));
    rules
        .into_iter()
        .filter_map(|(threshold, rule)| {
            let found = replay(&questions, SAMPLES, &[rule], 1, Level::P95, Seed(1)).ok()?;
            let saving = found.saving.ok()?.value();
            let stopped = found.tokens?.1;
            let tokens = stopped.iter().sum::<f64>() / stopped.len() as f64;
            Some(Truth { threshold, drawn: f64::from(SAMPLES) / saving, tokens, loss: found.loss.ok()?.value() })
        })
        .collect()
}

/// The thresholds that the table says were chosen: one for both halves, or one for each.
fn chosen(report: &Report) -> Option<[f64; 2]> {
    let table = report.figures.iter().find_map(|figure| match figure {
        Figure::Table(table) if table.name.contains("adaptive") => Some(table),
        _ => None,
    })?;
    let row = table.rows.iter().find(|row| row.cells.first() == Some(&Cell::text("adaptive-consistency")))?;
    let Cell::Text(words) = row.cells.get(1)? else { return None };
    let mut numbers = words.split(" and ").filter_map(|number| number.parse::<f64>().ok());
    let first = numbers.next()?;
    Some([first, numbers.next().unwrap_or(first)])
}

fn prepare(regime: Regime, point: Point) -> Replicate {
    // The number of samples is the rule's, so that only the questions' likeness changes where samples are alike.
    let process = Process::new(regime, point);
    let truths = truths(&process);
    let all = f64::from(SAMPLES) * (500.0 - 200.0 * process.mean());
    let mut settings = Settings::default();
    settings.compute.predict = false;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            for (sample, given) in (0..).zip(answers(process.rate(question, s), s)) {
                let mut trace = call(question, sample);
                trace.question.gold = Some("0".to_owned());
                trace.usage.output = Some(tokens(given, s));
                trace.events.push(verdict(process.recorded(given == 0, s), Some(given.to_string())));
                traces.push(trace);
            }
        }
        let Some(report) = audit(&AUDIT, &settings, traces) else { return vec![Outcome::Undefined; 3] };
        let Some(rules) = chosen(&report) else { return vec![Outcome::Undefined; 3] };
        let of = |rule: f64| truths.iter().find(|truth| (truth.threshold - rule).abs() < 1e-12);
        let [Some(one), Some(other)] = rules.map(of) else { return vec![Outcome::Undefined; 3] };
        // Each half of the questions is stopped by the rule that the other half chose.
        let drawn = 0.5 * (one.drawn + other.drawn);
        let stopped = 0.5 * (one.tokens + other.tokens);
        let name = |what: &str| format!("compute.adaptive.{what}[model=planted,rule=adaptive-consistency]");
        vec![
            interval(Some(&report), &name("saving"), f64::from(SAMPLES) / drawn),
            interval(Some(&report), &name("tokens"), all / stopped),
            interval(Some(&report), &name("loss"), 0.5 * (one.loss + other.loss)),
        ]
    })
}
