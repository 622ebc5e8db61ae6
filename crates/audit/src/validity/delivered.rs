//! The rules: counts held against what was promised. No simulation here.
//!
//! | kind | kept when | at the full size | in continuous integration |
//! |---|---|---|---|
//! | nominal | coverage | 94 to 96 % over the grid, at least 92 % at each place of it | 92.6 to 97.1 % |
//! | conservative | coverage | at least 94.5 % | at least 92.6 % |
//! | test | false alarms | at most 5.5 % | at most 7.3 % |
//!
//! Where a bootstrap stands inside or texts are read, there are 2,000 replications at the full size, and a row fails only if its whole 99.9 % Monte-Carlo interval lies
//! outside; where its 95 % interval does and that one does not it is unclear, and shown so. Coverage above 96 % breaks nothing: it is shown as wider than it need be. Places of the grid in which the audit itself says that its
//! interval does not hold at this size (V1) are promised to nobody.

use candor_stats::{Interval, Level, Proportion};
use serde::{Deserialize, Serialize};

use super::regime::Regime;
use super::row::{Kind, Row};
use super::simulate::Size;
use super::tally::Tally;

/// Counts of one row in one regime, place by place.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) promise: Vec<Tally>,
    pub(super) power: Vec<Tally>,
}

/// How a promise was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept.
    Holds,
    /// Kept, with intervals that are wider than they need be.
    Wide,
    /// Too few replications to tell: the 95 % interval of the simulation lies outside of what is promised, the 99.9 % one does not.
    Unclear,
    /// Broken.
    Broken,
    /// Nothing is promised here; the reason is given.
    Beyond,
    /// The audit itself says that its interval does not hold at this size: V1 fails.
    Unvouched,
    /// The regime does not arise, or was not run.
    Absent,
    /// Not a promise: a measurement.
    Measured,
}

/// A share over replications with its Monte-Carlo interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The share.
    pub share: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Replications, or what else was counted.
    pub of: u64,
}

/// What was delivered in one regime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// How the promise was kept.
    pub state: State,
    /// Coverage, or the share of false alarms. Absent where nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// The mean width of the intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// How often a planted effect is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<Share>,
    /// The share of replications without a number to judge, where there are any.
    #[serde(default, skip_serializing_if = "nothing")]
    pub undefined: f64,
    /// Why: what is not promised, or by how much it was missed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the serialiser hands over a reference")]
fn nothing(share: &f64) -> bool {
    *share <= 0.0
}

impl Delivered {
    /// Nothing was judged.
    pub(super) fn absent(why: impl Into<String>) -> Self {
        Self { state: State::Absent, share: None, width: None, power: None, undefined: 0.0, why: why.into() }
    }
}

impl Share {
    /// `None` where nothing was counted.
    pub(super) fn new(hits: u64, of: u64, level: Level) -> Option<Self> {
        let proportion = Proportion::new(hits, of).ok()?;
        let estimate = proportion.wilson(level).ok()?;
        let interval: &Interval = estimate.interval().ok()?;
        Some(Self { share: estimate.value(), low: interval.low(), high: interval.high(), of })
    }
}

/// Between what a share must lie.
#[derive(Debug, Clone, Copy)]
struct Gate {
    least: f64,
    most: f64,
    /// Least coverage at each place of the grid.
    place: f64,
    /// Judged by the whole 99.9 % Monte-Carlo interval, and not by the share alone.
    by_interval: bool,
}

fn gate(row: &Row, size: Size) -> Gate {
    let (least, most) = match row.kind {
        Kind::Nominal => (0.94, 0.96),
        Kind::Conservative => (0.945, 1.0),
        Kind::Test | Kind::Measured => (0.0, 0.055),
    };
    match size {
        Size::Full => {
            let place = if matches!(row.kind, Kind::Nominal | Kind::Conservative) { 0.92 } else { 0.0 };
            Gate { least, most, place, by_interval: row.heavy }
        }
        Size::Ci => match row.kind {
            Kind::Nominal => Gate { least: 0.926, most: 0.971, place: 0.0, by_interval: false },
            Kind::Conservative => Gate { least: 0.926, most: 1.0, place: 0.0, by_interval: false },
            Kind::Test | Kind::Measured => Gate { least: 0.0, most: 0.073, place: 0.0, by_interval: false },
        },
        Size::Quick(_) => Gate { least, most, place: 0.0, by_interval: true },
    }
}

/// Holds counts against the row's promise.
pub(super) fn judge(row: &Row, regime: Regime, counts: &Counts, size: Size) -> Delivered {
    let all = sum(&counts.promise);
    let power = sum(&counts.power);
    let power = Share::new(power.hits, power.defined, Level::P95).filter(|share| share.of > 0);
    if all.tried == 0 {
        let mut absent = Delivered::absent("does not arise");
        absent.power = power;
        return absent;
    }
    let vouched: Vec<Tally> = counts
        .promise
        .iter()
        .copied()
        .filter(|place| place.defined > 0 && 2 * place.vouched >= place.defined)
        .collect();
    let (judged, state) = if let Some(why) = row.beyond_in(regime) {
        (all, Some((State::Beyond, why.to_owned())))
    } else if all.defined == 0 {
        (all, Some((State::Unvouched, "the audit gives no number".to_owned())))
    } else if vouched.is_empty() {
        (all, Some((State::Unvouched, "V1 says so".to_owned())))
    } else {
        (sum(&vouched), None)
    };
    let share = Share::new(judged.hits, judged.defined, Level::P95).filter(|share| share.of > 0);
    let (state, why) = match (state, share) {
        (Some(state), _) => state,
        (None, None) => (State::Unvouched, "never defined".to_owned()),
        (None, Some(_)) => decide(gate(row, size), &judged, &vouched),
    };
    let undefined = 1.0 - all.defined as f64 / all.tried as f64;
    let width = if matches!(row.kind, Kind::Nominal | Kind::Conservative) { judged.width() } else { None };
    Delivered { state, share, width, power, undefined, why }
}

fn decide(gate: Gate, all: &Tally, places: &[Tally]) -> (State, String) {
    let ends = |tally: &Tally| {
        let exact = tally.hits as f64 / tally.defined.max(1) as f64;
        let strict = Level::new(0.999).ok().and_then(|level| Share::new(tally.hits, tally.defined, level));
        match strict {
            Some(share) if gate.by_interval => (share.low, share.high),
            _ => (exact, exact),
        }
    };
    let (low, high) = ends(all);
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    if high < gate.least {
        return (State::Broken, format!("{} where {} is the least", percent(high), percent(gate.least)));
    }
    if let Some(place) = places.iter().map(|place| ends(place).1).filter(|high| *high < gate.place).reduce(f64::min) {
        return (State::Broken, format!("{} at one place of the grid", percent(place)));
    }
    if low > gate.most {
        // Too many false alarms break a promise; too much coverage breaks none.
        return if gate.least > 0.0 {
            (State::Wide, String::new())
        } else {
            (State::Broken, format!("{} where {} is the most", percent(low), percent(gate.most)))
        };
    }
    if gate.by_interval
        && let Some(usual) = Share::new(all.hits, all.defined, Level::P95)
    {
        if usual.high < gate.least {
            return (
                State::Unclear,
                format!("at most {} where {} is the least", percent(usual.high), percent(gate.least)),
            );
        }
        if gate.least <= 0.0 && usual.low > gate.most {
            return (
                State::Unclear,
                format!("at least {} where {} is the most", percent(usual.low), percent(gate.most)),
            );
        }
    }
    (State::Holds, String::new())
}

fn sum(places: &[Tally]) -> Tally {
    places.iter().fold(Tally::default(), |mut sum, place| {
        sum += *place;
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::super::outcome::{Ends, Outcome};
    use super::*;

    const ROW: Row = Row::new("a.row", "a row", Kind::Nominal, &["a.row"]);

    /// Of 10,000 intervals in two places so many cover.
    fn counted(covered: [u64; 2], vouched: bool) -> Counts {
        let promise = covered.map(|covered| {
            let mut tally = Tally::default();
            for at in 0..5_000 {
                let truth = if at < covered { 0.5 } else { 2.0 };
                tally.count(&Outcome::Intervals { ends: vec![Ends { truth, low: 0.0, high: 1.0 }], vouched });
            }
            tally
        });
        Counts { promise: promise.to_vec(), power: Vec::new() }
    }

    fn state(row: &Row, covered: [u64; 2], size: Size) -> State {
        judge(row, Regime::AsAssumed, &counted(covered, true), size).state
    }

    #[test]
    fn promises_are_kept_between_their_gates() {
        let found = judge(&ROW, Regime::Tied, &counted([4_750, 4_760], true), Size::Full);
        assert_eq!((found.state, found.width, found.undefined), (State::Holds, Some(1.0), 0.0));
        let share = found.share.unwrap();
        assert!((share.share - 0.951).abs() < 1e-12 && share.low < 0.951 && share.high > 0.951 && share.of == 10_000);
        assert_eq!(state(&ROW, [4_900, 4_900], Size::Full), State::Wide);
        assert_eq!(state(&ROW, [4_690, 4_690], Size::Full), State::Broken);
        // Enough on average, too little at one place.
        assert_eq!(state(&ROW, [4_950, 4_590], Size::Full), State::Broken);
        assert_eq!(state(&ROW, [4_690, 4_690], Size::Ci), State::Holds);
        let conservative = Row { kind: Kind::Conservative, ..ROW };
        assert_eq!(state(&conservative, [5_000, 5_000], Size::Full), State::Holds);
        assert_eq!(state(&conservative, [4_720, 4_720], Size::Full), State::Broken);
        // The whole 99.9 % interval of 93.8 % in 10,000 reaches into the gate, and so does the 95 % one; of 93.4 % only the wider one does.
        assert_eq!(state(&ROW.heavy(), [4_690, 4_690], Size::Full), State::Holds);
        assert_eq!(state(&ROW.heavy(), [4_670, 4_670], Size::Full), State::Unclear);
        assert_eq!(state(&ROW.heavy(), [4_600, 4_600], Size::Full), State::Broken);
    }

    #[test]
    fn what_the_audit_does_not_vouch_for_and_what_is_not_promised_breaks_nothing() {
        let few = judge(&ROW, Regime::Few, &counted([4_000, 4_000], false), Size::Full);
        assert_eq!(few.state, State::Unvouched);
        assert!((few.share.unwrap().share - 0.8).abs() < 1e-12);
        const BEYOND: Row = ROW.beyond(&[(Regime::WrongLabels, "labels are taken as they are")]);
        let beyond = judge(&BEYOND, Regime::WrongLabels, &counted([100, 100], true), Size::Full);
        assert_eq!((beyond.state, beyond.why.as_str()), (State::Beyond, "labels are taken as they are"));
        assert_eq!(judge(&ROW, Regime::Tied, &Counts::default(), Size::Full).state, State::Absent);
    }

    #[test]
    fn a_test_breaks_its_promise_by_too_many_alarms_only() {
        let test = Row { kind: Kind::Test, ..ROW };
        let alarms = |called: u64| {
            let mut tally = Tally::default();
            (0..20_000).for_each(|at| tally.count(&Outcome::Called { called: at < called, vouched: true }));
            judge(&test, Regime::AsAssumed, &Counts { promise: vec![tally], power: vec![tally] }, Size::Full)
        };
        assert_eq!(alarms(0).state, State::Holds);
        assert_eq!(alarms(1_100).state, State::Holds);
        let broken = alarms(1_120);
        assert_eq!((broken.state, broken.width), (State::Broken, None));
        assert!((broken.power.unwrap().share - 0.056).abs() < 1e-12, "{broken:?}");
    }
}
