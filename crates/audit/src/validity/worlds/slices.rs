//! What is found on one half of the questions and confirmed on the other: worst slices, and what separates wrong chains from right ones.

use candor_llm::Reasoning;
use candor_trace::{Event, Trace};

use super::super::outcome::Outcome;
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::audits::{explore, tail};
use crate::{Report, Settings};

pub(super) const ROWS: &[Row] = &[
    Row::new("tail.gap.test", "slices are all equal: one is called worse", Kind::Test, &["tail.gap"]),
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
        prepare: |regime, point| slices(regime, point, 0.0),
    },
    World {
        name: "tail, a weak slice",
        feeds: &[("tail.gap.test", Role::Power)],
        grid: many,
        prepare: |regime, point| slices(regime, point, 0.6),
    },
    World {
        name: "explore, chains alike",
        feeds: &[("explore.separates.test", Role::Promise)],
        grid: chains,
        prepare: |regime, point| features(regime, point, 0.0, 0),
    },
    World {
        name: "explore, hard questions have long chains",
        feeds: &[("explore.separates.test", Role::Promise)],
        // Where hardly any question has right and wrong samples, questions are compared with each other, and hard ones do have long chains.
        grid: |regime| if matches!(regime, Regime::Clustered | Regime::Tied) { &[] } else { chains(regime) },
        prepare: |regime, point| features(regime, point, 4.0, 0),
    },
    World {
        name: "explore, wrong chains are longer",
        feeds: &[("explore.separates.test", Role::Power)],
        grid: chains,
        prepare: |regime, point| features(regime, point, 4.0, 12),
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
        vec![confirmed(audit(&tail::AUDIT, &Settings::default(), traces).as_ref(), "tail.gap[")]
    })
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
                let mut text = "The train goes on to the next town. ".repeat(sentences as usize);
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
        vec![confirmed(audit(&explore::AUDIT, &Settings::default(), traces).as_ref(), "explore.separates[")]
    })
}
