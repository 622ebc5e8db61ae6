//! The set of parameter values that a statement asserts.
//!
//! Not whether the data agree: [`crate::claim`] compares the set with the interval.

use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
use crate::interval::Interval;

/// What a statement asserts about its parameter theta.
///
/// Differences, margins and bounds are in the unit of the parameter: 0.02 is two points of a share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "asserts", rename_all = "snake_case")]
pub enum Asserted {
    /// "theta is x": the estimate's own interval, or [x - h, x + h] when the plan asks for a precision h.
    Level {
        /// The precision h that was planned, if any.
        precision: Option<f64>,
    },
    /// "B is better than A": theta in (0, inf).
    Better,
    /// "B is worse than A": theta in (-inf, 0).
    Worse,
    /// "no worse than by delta": theta in (-delta, inf).
    NoWorse {
        /// The margin delta > 0.
        margin: f64,
    },
    /// "no difference of delta": theta in (-delta, delta). Never follows from p > 0.05.
    NoDifference {
        /// The margin delta > 0.
        margin: f64,
    },
    /// "theta is below the bound": theta in (-inf, bound).
    Below {
        /// The bound.
        bound: f64,
    },
    /// "theta is above the bound": theta in (bound, inf).
    Above {
        /// The bound.
        bound: f64,
    },
}

/// The margin for "no difference" when nobody states another: two points.
pub const DEFAULT_MARGIN: f64 = 0.02;

/// How an interval lies to an asserted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Every value in the interval is asserted.
    Inside,
    /// No value in the interval is asserted.
    Disjoint,
    /// Some are, some are not.
    Open,
}

impl Asserted {
    /// The level with the estimate's own interval.
    pub const OWN_INTERVAL: Self = Self::Level { precision: None };

    /// The asserted set's ends: open, except for levels, where they are closed.
    #[must_use]
    pub fn ends(&self, value: f64, interval: &Interval) -> (f64, f64) {
        match *self {
            Self::Level { precision: None } => (interval.low(), interval.high()),
            Self::Level { precision: Some(h) } => (value - h, value + h),
            Self::Better => (0.0, f64::INFINITY),
            Self::Worse => (f64::NEG_INFINITY, 0.0),
            Self::NoWorse { margin } => (-margin, f64::INFINITY),
            Self::NoDifference { margin } => (-margin, margin),
            Self::Below { bound } => (f64::NEG_INFINITY, bound),
            Self::Above { bound } => (bound, f64::INFINITY),
        }
    }

    /// How `interval` lies to this set.
    pub(crate) fn relation(&self, value: f64, interval: &Interval) -> Relation {
        let (low, high) = self.ends(value, interval);
        if matches!(self, Self::Level { .. }) {
            // A level is closed, and it contains its own value, so that it cannot be contradicted by itself.
            return if low <= interval.low() && interval.high() <= high { Relation::Inside } else { Relation::Open };
        }
        let above = low.is_infinite() || interval.low() > low;
        let below = high.is_infinite() || interval.high() < high;
        if above && below {
            Relation::Inside
        } else if interval.high() <= low || interval.low() >= high {
            Relation::Disjoint
        } else {
            Relation::Open
        }
    }

    /// About how many independent units the interval needs to lie inside the set (or outside it), if the value stays as it is:
    /// n (w / d)^2 with w the side of the interval that crosses the nearest end and d the value's distance to that end. Were the value the true
    /// one, so many new units would decide in about every second attempt: a power of 50 %.
    ///
    /// `None` when the size is unknown, the interval already decides, or the value lies on the end itself.
    #[must_use]
    pub fn units_needed(&self, estimate: &Estimate) -> Option<u64> {
        let (interval, size) = (estimate.interval().ok()?, estimate.size()?);
        if self.relation(estimate.value(), interval) != Relation::Open {
            return None;
        }
        let x = estimate.value();
        let (low, high) = self.ends(x, interval);
        // Inside the set, the worse of both sides decides; outside, the side towards the set.
        let mut factor: f64 = 1.0;
        if x >= low && low.is_finite() {
            factor = factor.max((x - interval.low()) / (x - low));
        }
        if x <= high && high.is_finite() {
            factor = factor.max((interval.high() - x) / (high - x));
        }
        if x < low {
            factor = factor.max((interval.high() - x) / (low - x));
        }
        if x > high {
            factor = factor.max((x - interval.low()) / (x - high));
        }
        let needed = size.units as f64 * factor * factor;
        (needed.is_finite() && needed < 1e15).then(|| needed.ceil() as u64)
    }
}
