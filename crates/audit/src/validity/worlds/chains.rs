//! Chains of thought: places where they go back on themselves, and findings of inconsistency. Planted texts that the detectors read as they should, so
//! that the intervals are tried and not the detectors.

use candor_llm::Reasoning;
use candor_stats::Stream;
use candor_trace::{Event, Trace};

use super::super::outcome::{above, aside, called, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit};
use super::calls::{call, verdict};
use crate::Settings;
use crate::audits::{backtracking, consistency};

pub(super) const ROWS: &[Row] = &[
    Row::new("backtracking.rate", "places per 1,000 words", Kind::Nominal, &["backtracking.rate"]).heavy(),
    Row::new(
        "backtracking.share",
        "chains with a counted place",
        Kind::Nominal,
        &[
            "backtracking.share",
            "backtracking.third",
            "backtracking.changed",
            "backtracking.righted",
            "backtracking.wronged",
            "backtracking.late_burst",
        ],
    )
    .often(),
    Row::new("backtracking.position", "mean position of the places", Kind::Nominal, &["backtracking.position"]).heavy(),
    Row::new(
        "backtracking.late_burst_excess",
        "places anywhere by chance are called late bursts",
        Kind::Test,
        &["backtracking.late_burst_excess"],
    )
    .heavy(),
    Row::new(
        "backtracking.right_difference",
        "right with and without a place, within questions",
        Kind::Nominal,
        &["backtracking.right_difference"],
    )
    .beyond(VERDICTS)
    .heavy(),
    Row::new(
        "backtracking.right_difference.test",
        "unrelated to being right, called related",
        Kind::Test,
        &["backtracking.right_difference"],
    )
    .heavy(),
    Row::new(
        "consistency.kind",
        "chains with a finding of one kind",
        Kind::Nominal,
        &["consistency.kind", "consistency.any", "consistency.equations"],
    )
    .heavy(),
    Row::new(
        "consistency.right_difference.test",
        "unrelated to being right, called related",
        Kind::Test,
        &["consistency.right_difference"],
    )
    .often(),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "backtracking",
        feeds: &[
            ("backtracking.rate", Role::Promise),
            ("backtracking.share", Role::Promise),
            ("backtracking.position", Role::Promise),
            ("backtracking.late_burst_excess", Role::Promise),
            ("backtracking.right_difference", Role::Promise),
            ("backtracking.right_difference.test", Role::Promise),
        ],
        grid,
        prepare: |regime, point| turning(regime, point, false),
    },
    World {
        name: "backtracking late and where it goes wrong",
        feeds: &[("backtracking.late_burst_excess", Role::Power), ("backtracking.right_difference.test", Role::Power)],
        grid,
        prepare: |regime, point| {
            let replicate = turning(regime, point, true);
            Box::new(move |s| {
                let mut outcomes = replicate(s);
                let last = outcomes.pop();
                outcomes.into_iter().nth(3).into_iter().chain(last).collect()
            })
        },
    },
    World {
        name: "consistency",
        feeds: &[("consistency.kind", Role::Promise), ("consistency.right_difference.test", Role::Promise)],
        grid,
        prepare: |regime, point| inconsistent(regime, point, 0.0),
    },
    World {
        name: "consistency, findings where it goes wrong",
        feeds: &[("consistency.right_difference.test", Role::Power)],
        grid,
        prepare: |regime, point| {
            let replicate = inconsistent(regime, point, 0.5);
            Box::new(move |s| replicate(s).into_iter().skip(1).collect())
        },
    },
];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(60, 4, 0.5), Point::new(120, 2, 0.6)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.5)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Both have eight words and 38 letters, so that a place stands where its passage begins.
const TURN: &str = "Wait, no, I forgot the last row there.";
const FILLER: &str = "We add the numbers of the second rows.";
const WORDS: usize = 8;
const PASSAGES: usize = 20;

/// Which passages turn; late ones crowd in the last fifth of every second chain.
fn turns(rate: f64, late: bool, s: &mut Stream) -> [bool; PASSAGES] {
    let mut places = [false; PASSAGES];
    if late {
        let burst = s.chance(0.5);
        for place in places.iter_mut().rev().take(3) {
            *place = burst;
        }
    } else {
        for place in &mut places {
            *place = s.chance(TURNS * rate);
        }
    }
    places
}

fn chain(places: &[bool; PASSAGES]) -> String {
    let mut text = String::with_capacity(PASSAGES * (TURN.len() + 2));
    for turn in places {
        text.push_str(if *turn { TURN } else { FILLER });
        text.push_str("\n\n");
    }
    text
}

/// A passage turns with this share of the question's rate.
const TURNS: f64 = 0.5;

/// A passage turns in any place alike; being right is another coin of the question.
fn turning(regime: Regime, point: Point, effect: bool) -> Replicate {
    let process = Process::new(regime, point);
    let none = process.mean_of(|rate, _| (1.0 - TURNS * rate).powi(PASSAGES as i32));
    let per_thousand = 1000.0 * TURNS * process.mean() / WORDS as f64;
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for sample in 0..process.samples(question) {
                let places = turns(rate, effect, s);
                let turned = places.iter().any(|turn| *turn);
                let right = s.chance(if effect && turned { 0.3 } else { 0.7 });
                let mut trace = call(question, sample);
                trace.events.push(Event::Reasoning(Reasoning::raw(chain(&places))));
                trace.events.push(verdict(process.recorded(right, s), None));
                traces.push(trace);
            }
        }
        let report = audit(&backtracking::AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        let name = |what: &str| format!("backtracking.{what}[model=planted]");
        vec![
            interval(report, &name("rate"), per_thousand),
            interval(report, &name("share"), 1.0 - none),
            interval(report, &name("position"), POSITION),
            called(report, "backtracking.late_burst_excess[", above),
            interval(report, &name("right_difference"), 0.0),
            called(report, "backtracking.right_difference[", aside),
        ]
    })
}

/// A place stands where its passage begins: the mean over twenty passages of equal length.
const POSITION: f64 = 0.475;

const SOUND: &str = "We add the boxes: 4 + 5 = 9. Therefore the answer is B.";
const OTHER: &str = "We add the boxes: 4 + 5 = 9. Therefore the answer is C.";

/// The chain ends in another answer than the one given, with half of the question's rate.
fn inconsistent(regime: Regime, point: Point, effect: f64) -> Replicate {
    let process = Process::new(regime, point);
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for sample in 0..process.samples(question) {
                let other = s.chance(0.5 * rate);
                let right = s.chance(0.7 - if other { effect } else { 0.0 });
                traces.push(concluded(question, sample, other, process.recorded(right, s)));
            }
        }
        let report = audit(&consistency::AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        vec![
            interval(report, "consistency.kind[model=planted,kind=other_answer]", 0.5 * process.mean()),
            called(report, "consistency.right_difference[", aside),
        ]
    })
}

fn concluded(question: usize, sample: u32, other: bool, right: bool) -> Trace {
    let mut trace = call(question, sample);
    trace.events.push(Event::Reasoning(Reasoning::raw(if other { OTHER } else { SOUND })));
    let text = "The answer is B.".to_owned();
    trace.events.push(Event::Output { text, answer: Some("B".to_owned()), finish: None });
    trace.events.push(verdict(right, Some("B".to_owned())));
    trace
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_of_one_length_and_read_as_they_were_planted() {
        assert_eq!((TURN.len(), FILLER.split(' ').count(), TURN.split(' ').count()), (FILLER.len(), WORDS, WORDS));
        let mut places = [false; PASSAGES];
        places[3] = true;
        places[17] = true;
        let found = candor_verify::signal::backtrack::backtracking(&chain(&places));
        let at: Vec<f64> = found.counted().map(|place| place.share).collect();
        assert_eq!(at.len(), 2, "{at:?}");
        assert!((at[0] - 0.15).abs() < 1e-3 && (at[1] - 0.85).abs() < 1e-3, "{at:?}");
    }
}
