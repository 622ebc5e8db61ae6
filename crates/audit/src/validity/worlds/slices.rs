//! What is found on one half of the questions and confirmed on the other: worst slices, and what separates wrong chains from right ones.

use candor_llm::Reasoning;
use candor_stats::Stream;
use candor_trace::{Event, Trace};

use super::super::outcome::{Outcome, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::audits::{explore, tail};
use crate::{Report, Settings};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "tail.slice_accuracy",
        "accuracy in a slice that was found on the other half",
        Kind::Conservative,
        &["tail.slice_accuracy"],
    )
    .beyond(VERDICTS),
    Row::new(
        "tail.gap",
        "a slice that was found on the other half, against the rest",
        Kind::Conservative,
        &["tail.gap", "explore.gap"],
    )
    .beyond(VERDICTS),
    Row::new("tail.gap.test", "slices are all equal: one is called worse", Kind::Test, &["tail.gap"]),
    Row::new(
        "explore.difference",
        "words of wrong minus words of right chains, found on the other half",
        Kind::Conservative,
        &["explore.difference"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "explore.separates.test",
        "chains are alike: a feature separates wrong ones",
        Kind::Test,
        &["explore.separates", "explore.gap"],
    )
    .heavy(),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "tail, equal slices",
        feeds: &[("tail.gap.test", Role::Promise)],
        grid: many,
        prepare: |regime, point| {
            let replicate = slices(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().take(1).collect())
        },
    },
    World {
        name: "tail, a weak slice",
        feeds: &[("tail.gap.test", Role::Power), ("tail.slice_accuracy", Role::Promise), ("tail.gap", Role::Promise)],
        grid: many,
        prepare: |regime, point| slices(regime, point, LOST),
    },
    World {
        name: "explore, chains alike",
        feeds: &[("explore.separates.test", Role::Promise)],
        grid: chains,
        prepare: |regime, point| alike(regime, point, 0.0),
    },
    World {
        name: "explore, hard questions have long chains",
        feeds: &[("explore.separates.test", Role::Promise)],
        // Where hardly any question has right and wrong samples, questions are compared with each other, and hard ones do have long chains.
        grid: |regime| if matches!(regime, Regime::Clustered | Regime::Tied) { &[] } else { chains(regime) },
        prepare: |regime, point| alike(regime, point, 4.0),
    },
    World {
        name: "explore, wrong chains are longer",
        feeds: &[("explore.separates.test", Role::Power)],
        grid: chains,
        prepare: |regime, point| {
            let replicate = features(regime, point, 4.0, LONGER);
            Box::new(move |s| replicate(s).into_iter().take(1).collect())
        },
    },
    World {
        name: "explore, wrong chains are longer, enough questions",
        feeds: &[("explore.difference", Role::Promise)],
        grid: many_chains,
        prepare: |regime, point| {
            let replicate = features(regime, point, 4.0, LONGER);
            Box::new(move |s| replicate(s).into_iter().skip(1).collect())
        },
    },
];

fn many(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(160, 2, 0.7), Point::new(300, 1, 0.6)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

fn chains(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(60, 4, 0.5), Point::new(60, 4, 0.7)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// So many that each half has thirty with right and wrong samples; where most are always right or always wrong, more.
fn many_chains(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(120, 4, 0.5), Point::new(150, 4, 0.7)];
    const TIED: [Point; 1] = [Point::new(600, 4, 0.5)];
    match regime {
        Regime::Tied => &TIED,
        Regime::Few => chains(regime),
        _ => &GRID,
    }
}

/// Whether something was confirmed.
fn confirmed(report: Option<&Report>, claims: &str) -> Outcome {
    let Some(report) = report else { return Outcome::Undefined };
    // Where halves are too small there is one claim, and it is undefined; where nothing is found there is none.
    if report.claims.iter().any(|claim| claim.name().starts_with(claims) && claim.estimate().is_err()) {
        return Outcome::Undefined;
    }
    Outcome::Called { called: !report.findings.is_empty(), vouched: true }
}

const SLICES: usize = 8;
/// The weak slice loses that share of its rates.
const LOST: f64 = 0.6;

/// One of the slices that were found, drawn: its accuracy, and how far it lies from the rest. Each interval promises for itself.
fn found(report: Option<&Report>, mean: f64, s: &mut Stream) -> [Outcome; 2] {
    let claims = report.map(|report| report.claims.as_slice()).unwrap_or_default();
    let gaps: Vec<_> = claims.iter().filter(|claim| claim.name().starts_with("tail.gap[")).collect();
    let none = || [Outcome::Undefined, Outcome::Undefined];
    if gaps.is_empty() {
        return none();
    }
    let Some(gap) = gaps.get(s.index(gaps.len())) else { return none() };
    let weak = gap.name().contains("slice 0");
    let others = (SLICES - 1) as f64;
    let (inside, outside) = if weak { (mean * (1.0 - LOST), mean) } else { (mean, mean * (others - LOST) / others) };
    let accuracy = gap.name().replacen("tail.gap[", "tail.slice_accuracy[", 1);
    [interval(report, &accuracy, inside), interval(report, gap.name(), inside - outside)]
}

/// Eight slices; in the first a question loses that share of its rate.
fn slices(regime: Regime, point: Point, lost: f64) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let slice = s.index(SLICES);
            let rate = process.rate(question, s) * if slice == 0 { 1.0 - lost } else { 1.0 };
            for sample in 0..process.samples(question) {
                let mut trace = call(question, sample);
                trace.stratum = Some(format!("slice {slice}"));
                trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
                traces.push(trace);
            }
        }
        let report = audit(&tail::AUDIT, &Settings::default(), traces);
        let [accuracy, gap] = found(report.as_ref(), process.mean(), s);
        vec![confirmed(report.as_ref(), "tail.gap["), accuracy, gap]
    })
}

/// The most sentences by which a wrong chain is longer; half of them on average.
const LONGER: u64 = 12;
const SENTENCE: &str = "The train goes on to the next town. ";

/// Wrong chains are no longer than right ones of their question.
fn alike(regime: Regime, point: Point, hard: f64) -> Replicate {
    let replicate = features(regime, point, hard, 0);
    Box::new(move |s| replicate(s).into_iter().take(1).collect())
}

/// Chains of hard questions are longer by so many sentences; a wrong one is longer by so many at most.
fn features(regime: Regime, point: Point, hard: f64, longer: u64) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces: Vec<Trace> = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            let usual = 3 + (hard * (1.0 - rate)) as u64;
            for sample in 0..process.samples(question) {
                let right = s.chance(rate);
                let sentences = usual + s.below(5) + if right { 0 } else { s.below(longer + 1) };
                let mut text = SENTENCE.repeat(sentences as usize);
                for (phrase, share) in [("It is perhaps the second one. ", 0.4), ("Then 3 + 4 = 7. ", 0.5)] {
                    text.push_str(if s.chance(share) { phrase } else { "" });
                }
                let mut trace = call(question, sample);
                trace.events.push(Event::Reasoning(Reasoning::raw(text)));
                let output = Event::Output { text: "12".to_owned(), answer: Some("12".to_owned()), finish: None };
                trace.events.extend([output, verdict(process.recorded(right, s), Some("12".to_owned()))]);
                traces.push(trace);
            }
        }
        let report = audit(&explore::AUDIT, &Settings::default(), traces);
        let words = 0.5 * longer as f64 * SENTENCE.split_whitespace().count() as f64;
        vec![
            confirmed(report.as_ref(), "explore.separates["),
            interval(report.as_ref(), "explore.difference[model=planted,feature=words]", words),
        ]
    })
}
