//! Decisions with a margin: "no proven gain" is not "proven no gain".
//!
//! Three answers, because too little data is neither a pass nor a failure.

use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
use crate::interval::Level;
use crate::power;

/// The power with which "needed" is computed: the chance that a system without any difference passes.
pub const DECISION_POWER: f64 = 0.80;

/// What the data say to a required margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// The whole interval meets the requirement.
    Pass,
    /// The whole interval misses it.
    Fail,
    /// The interval crosses the margin.
    CannotTell {
        /// Questions there are.
        have: u64,
        /// Questions at which a true difference of 0 would pass with 80 % power; `None` when the spread is unknown.
        needed: Option<u64>,
    },
}

/// Is the second system no worse than the first by `margin` or more?
///
/// `difference` is second - first with a two-sided interval. Pass when its lower end is above -margin, fail when its upper end
/// is below -margin; a two-sided 95 % interval gives one-sided 2.5 % error on each decision.
///
/// Needed: n with (z_{1-alpha/2} + z_{0.8})^2 sd^2 / margin^2, sd from the interval's width. Where the differences are at hand, [`questions_to_pass`] knows more.
#[must_use]
pub fn no_worse(difference: &Estimate, margin: f64) -> Decision {
    let Ok(interval) = difference.interval() else { return cannot_tell(difference, margin, 0.0) };
    if interval.low() > -margin {
        Decision::Pass
    } else if interval.high() < -margin {
        Decision::Fail
    } else {
        cannot_tell(difference, margin, 0.0)
    }
}

/// Do both systems differ by less than `margin` in either direction?
///
/// Pass when the interval lies inside (-margin, margin), fail when it lies wholly outside. Two one-sided tests, each at half of
/// the interval's error (the usual equivalence test takes a 90 % interval for 5 %; a 95 % one is stricter).
/// Source: Schuirmann, J. Pharmacokin. Biopharm. 15 (1987) 657.
#[must_use]
pub fn equivalent(difference: &Estimate, margin: f64) -> Decision {
    // Both sides must pass: each with power 1 - (1 - 0.8)/2.
    let Ok(interval) = difference.interval() else { return cannot_tell(difference, margin, 0.5) };
    if interval.low() > -margin && interval.high() < margin {
        Decision::Pass
    } else if interval.high() < -margin || interval.low() > margin {
        Decision::Fail
    } else {
        cannot_tell(difference, margin, 0.5)
    }
}

/// Is the second system better than the first?
#[must_use]
pub fn better(difference: &Estimate) -> Decision {
    match difference.interval() {
        Ok(interval) if interval.low() > 0.0 => Decision::Pass,
        Ok(interval) if interval.high() < 0.0 => Decision::Fail,
        _ => {
            let have = difference.size().map_or(0, |s| s.units);
            Decision::CannotTell { have, needed: crate::Asserted::Better.units_needed(difference) }
        }
    }
}

/// About how many questions like these a second system without any true drop needs to pass [`no_worse`] with [`DECISION_POWER`]: n with
/// (z_{1-tail} + z_{0.8})^2 sd^2 / margin^2, sd that of the differences, and at least so many that Gaffke's bound passes a run in which nothing changed,
/// ln(tail)/ln(1 - margin). Not from the interval's width, which where that bound decides falls with the number of questions and not with its root.
///
/// `None` without differences or for a margin outside (0, 1).
#[must_use]
pub fn questions_to_pass(differences: &[f64], margin: f64, level: Level) -> Option<u64> {
    if differences.is_empty() || !(margin > 0.0 && margin < 1.0) {
        return None;
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    let sd = (squares / (n - 1.0).max(1.0)).sqrt();
    let by_spread = power::questions_to_exclude(margin, sd, level.tail(), DECISION_POWER).ok()?;
    let unchanged = (level.tail().ln() / (1.0 - margin).ln()).floor() + 1.0;
    Some(by_spread.max(unchanged as u64))
}

fn cannot_tell(difference: &Estimate, margin: f64, two_sided: f64) -> Decision {
    let have = difference.size().map_or(0, |s| s.units);
    let needed = difference.interval().ok().and_then(|interval| {
        let z = crate::special::critical(interval.level(), (have as f64 - 1.0).max(1.0));
        let sd = interval.half_width() / z * (have as f64).sqrt();
        let power = DECISION_POWER + two_sided * (1.0 - DECISION_POWER);
        power::questions_to_exclude(margin, sd, interval.level().tail(), power).ok()
    });
    Decision::CannotTell { have, needed }
}
