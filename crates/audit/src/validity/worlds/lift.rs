//! The lift audit: the gain from one effort to the next, and what a point of it costs.

use candor_llm::Effort;
use candor_stats::Stream;
use candor_trace::{Money, Trace};

use super::super::outcome::{aside, called, interval};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World, audit, usual};
use super::calls::{call, verdict};
use crate::Settings;
use crate::audits::lift::AUDIT;

pub(super) const ROWS: &[Row] = &[
    Row::new("lift.gain", "gain from one effort to the next", Kind::Nominal, &["lift.gain"]).beyond(VERDICTS),
    Row::new("lift.gain.test", "an effort that changes nothing is called better or worse", Kind::Test, &["lift.gain"]),
    Row::new("lift.cost_per_point", "dollars for a point of gain", Kind::Nominal, &["lift.cost_per_point"])
        .beyond(VERDICTS),
];

pub(super) const WORLDS: &[World] = &[
    World {
        name: "lift",
        feeds: &[("lift.gain", Role::Promise), ("lift.gain.test", Role::Power), ("lift.cost_per_point", Role::Promise)],
        grid: usual,
        prepare: |regime, point| efforts(regime, point, GAIN),
    },
    World {
        name: "lift, an idle effort",
        feeds: &[("lift.gain.test", Role::Promise)],
        grid: usual,
        prepare: |regime, point| {
            let replicate = efforts(regime, point, 0.0);
            Box::new(move |s| replicate(s).into_iter().skip(1).take(1).collect())
        },
    },
];

/// Of the questions that low effort leaves wrong, high effort answers so many right.
const GAIN: f64 = 0.3;

fn efforts(regime: Regime, point: Point, gain: f64) -> Replicate {
    let process = Process::new(regime, point);
    let truth = gain * (1.0 - process.mean());
    let (low, high) = (Effort::from_foreign("low"), Effort::from_foreign("high"));
    Box::new(move |s| {
        let mut traces = Vec::new();
        for question in 0..process.questions {
            let rate = process.rate(question, s);
            for (effort, rate, cost) in [(&low, rate, 2_000), (&high, rate + gain * (1.0 - rate), 6_000)] {
                for sample in 0..process.samples(question) {
                    traces.push(one(&process, (question, sample), (effort, rate, cost), s));
                }
            }
        }
        let report = audit(&AUDIT, &Settings::default(), traces);
        let report = report.as_ref();
        let name = |what: &str| format!("lift.{what}[model=planted,from=low,to=high]");
        vec![
            interval(report, &name("gain"), truth),
            called(report, "lift.gain[", aside),
            // A dollar's ten-thousandths more, over points: 100 times the share.
            interval(report, &name("cost_per_point"), 0.004 / (100.0 * truth)),
        ]
    })
}

fn one(
    process: &Process,
    (question, sample): (usize, u32),
    (effort, rate, cost): (&Effort, f64, i64),
    s: &mut Stream,
) -> Trace {
    let mut trace = call(question, sample);
    trace.effort = Some(effort.clone());
    trace.events.push(verdict(process.recorded(s.chance(rate), s), None));
    trace.cost = Some(Money(cost / 2 + s.below(cost as u64 + 1) as i64));
    trace
}
