//! Numbers that may be looked at all the time: confidence sequences, decisions at a threshold, windows, weighted audits, the drift monitor. The
//! estimators are tried themselves: what asks as it goes (`--until`) is no audit of given traces.

use candor_stats::sequential::threshold::{Design, Kind as Kinds, Side};
use candor_stats::sequential::{Control, DriftMonitor, Split, Threshold, Windows};
use candor_stats::{ConfidenceSequence, Level, Stream};

use super::super::outcome::{Ends, Outcome};
use super::super::process::{Point, Process};
use super::super::regime::Regime;
use super::super::row::{Kind, Row, VERDICTS};
use super::super::world::{Replicate, Role, World};

pub(super) const ROWS: &[Row] = &[
    Row::new("sequential.betting", "a mean at every look at once (betting)", Kind::Conservative, &["until.mean"])
        .beyond(BETTING),
    Row::new(
        "sequential.decision",
        "a mean exactly at the threshold is called above it at some look",
        Kind::Test,
        &["until.decided"],
    )
    .beyond(VERDICTS),
    Row::new("sequential.windows", "five windows at every look at once", Kind::Conservative, &[]).beyond(BETTING),
    Row::new("sequential.weighted", "audits under a budget that is cut in busy hours", Kind::Conservative, &[])
        .beyond(BETTING),
    Row::new("sequential.drift", "an alarm at any time though nothing moved", Kind::Test, &[]).beyond(DRIFT),
];

const BETTING: &[(Regime, &str)] = &[
    VERDICTS[0],
    (Regime::Clustered, "observations are taken as they come; several of one question are not told apart"),
    (Regime::Drifting, "the mean of a window is promised, not that of a moving process"),
];

const DRIFT: &[(Regime, &str)] = &[
    (Regime::Clustered, "observations are taken as they come; several of one question are not told apart"),
    (Regime::Drifting, "a drift is what is looked for"),
];

pub(super) const WORLDS: &[World] = &[
    World { name: "sequential", feeds: &[("sequential.betting", Role::Promise)], grid, prepare: betting },
    World {
        name: "sequential decision",
        feeds: &[("sequential.decision", Role::Promise)],
        grid,
        prepare: |regime, point| decided(regime, point, 0.0),
    },
    World {
        name: "sequential decision, above",
        feeds: &[("sequential.decision", Role::Power)],
        grid,
        prepare: |regime, point| decided(regime, point, 0.2),
    },
    World { name: "sequential windows", feeds: &[("sequential.windows", Role::Promise)], grid, prepare: windows },
    World { name: "sequential weighted", feeds: &[("sequential.weighted", Role::Promise)], grid, prepare: weighted },
    World {
        name: "sequential drift",
        feeds: &[("sequential.drift", Role::Promise)],
        grid,
        prepare: |regime, point| drift(regime, point, 0.0),
    },
    World {
        name: "sequential drift, moved",
        feeds: &[("sequential.drift", Role::Power)],
        grid,
        prepare: |regime, point| drift(regime, point, 0.25),
    },
];

fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 2] = [Point::new(120, 1, 0.6), Point::new(40, 3, 0.8)];
    const FEW: [Point; 1] = [Point::new(20, 1, 0.6)];
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// The questions' observations in the order in which they are asked.
fn observations(process: &Process, s: &mut Stream) -> Vec<f64> {
    let mut values = Vec::new();
    for question in 0..process.questions {
        let rate = process.rate(question, s);
        for _ in 0..process.samples(question) {
            let right = s.chance(rate);
            values.push(f64::from(u8::from(process.recorded(right, s))));
        }
    }
    values
}

/// Independent observations, each of a question of its own, unless the regime says otherwise.
fn alone(regime: Regime, point: Point) -> Process {
    let all = point.questions * point.samples as usize;
    let apart = Point { questions: all, samples: 1, ..point };
    Process::new(regime, if regime == Regime::Clustered { point } else { apart })
}

/// The interval at the look at which the truth was nearest to being excluded, so that one miss at any look is a miss.
struct Looks {
    truth: f64,
    ends: Option<Ends>,
    missed: bool,
}

impl Looks {
    fn new(truth: f64) -> Self {
        Self { truth, ends: None, missed: false }
    }

    fn look(&mut self, sequence: &ConfidenceSequence) {
        if self.missed {
            return;
        }
        if let Ok(interval) = sequence.interval() {
            let ends = Ends::of(&interval, self.truth);
            self.missed = !ends.covers();
            self.ends = Some(ends);
        }
    }

    fn outcome(self) -> Outcome {
        self.ends.map_or(Outcome::Undefined, |ends| Outcome::Intervals { ends: vec![ends], vouched: true })
    }
}

fn betting(regime: Regime, point: Point) -> Replicate {
    let process = alone(regime, point);
    Box::new(move |s| {
        let mut sequence = ConfidenceSequence::new(Level::P95);
        let mut looks = Looks::new(process.mean());
        for value in observations(&process, s) {
            if sequence.push(value).is_ok() {
                looks.look(&sequence);
            }
        }
        vec![looks.outcome()]
    })
}

/// The questions' shares right in random order, against a threshold that lies so far below their mean.
fn decided(regime: Regime, point: Point, above: f64) -> Replicate {
    let process = Process::new(regime, point);
    let kind = Kinds::Share { samples: point.samples };
    let design = Design::new(kind, process.mean() - above, 0.2, 0.05);
    Box::new(move |s| {
        let Ok(design) = &design else { return vec![Outcome::Undefined] };
        let mut threshold = Threshold::new(design, process.questions as u64);
        for question in s.order(process.questions) {
            let (rate, samples) = (process.rate(question, s), process.samples(question));
            let right = (0..samples).filter(|_| process.recorded(s.chance(rate), s)).count();
            if threshold.push(right as f64 / f64::from(samples)).is_err() {
                return vec![Outcome::Undefined];
            }
        }
        vec![Outcome::Called { called: threshold.answer() == Some(Side::Above), vouched: true }]
    })
}

fn windows(regime: Regime, point: Point) -> Replicate {
    let process = alone(regime, point);
    Box::new(move |s| {
        let Ok(mut windows) = Windows::new(Level::P95, Split::Planned(5)) else { return vec![Outcome::Undefined] };
        let values = observations(&process, s);
        let length = values.len().div_ceil(5).max(1);
        let mut looks = Looks::new(process.mean());
        for (at, value) in values.iter().enumerate() {
            if at > 0 && at % length == 0 && windows.close().is_err() {
                return vec![Outcome::Undefined];
            }
            if windows.open().push(*value).is_ok() {
                looks.look(windows.open());
            }
        }
        vec![looks.outcome()]
    })
}

/// Busy hours are worse, and audited four times less: an unweighted mean would miss.
fn weighted(regime: Regime, point: Point) -> Replicate {
    let process = alone(regime, point);
    Box::new(move |s| {
        let mut sequence = ConfidenceSequence::new(Level::P95);
        let mut looks = Looks::new(process.mean());
        // Each observation decides the hour it is made in: the mean over both kinds stays what it is.
        for value in observations(&process, s) {
            let busy = s.chance(if value > 0.5 { 0.3 } else { 0.7 });
            let probability = if busy { 0.15 } else { 0.6 };
            let pushed = if s.chance(probability) {
                sequence.push_audited(value, probability)
            } else {
                sequence.push_unaudited(probability)
            };
            if pushed.is_ok() {
                looks.look(&sequence);
            }
        }
        vec![looks.outcome()]
    })
}

/// The first half is the baseline, or forty where that is fewer; from a third of the rest on, the rate has fallen.
fn drift(regime: Regime, point: Point, fall: f64) -> Replicate {
    let process = alone(regime, Point { questions: 2 * point.questions, ..point });
    Box::new(move |s| {
        let values = observations(&process, s);
        let (baseline, rest) = values.split_at(values.len() / 2);
        let control = Control::Once { level: Level::P95, streams: 1 };
        let Ok(mut monitor) = DriftMonitor::new(baseline, control) else { return vec![Outcome::Undefined] };
        for (at, value) in rest.iter().enumerate() {
            let lost = 3 * at > rest.len() && s.chance(fall / process.mean());
            if monitor.push(if lost { 0.0 } else { *value }).is_err() {
                return vec![Outcome::Undefined];
            }
        }
        vec![Outcome::Called { called: monitor.alarm().is_some(), vouched: true }]
    })
}
