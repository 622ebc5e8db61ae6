//! Confidence level and interval.
//!
//! Not how an interval is computed: that is the estimators' part.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::serialised::extended;

/// A confidence level strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Level(f64);

impl Level {
    /// Ninety per cent.
    pub const P90: Self = Self(0.90);
    /// Ninety-five per cent, the default everywhere.
    pub const P95: Self = Self(0.95);
    /// Ninety-nine per cent.
    pub const P99: Self = Self(0.99);

    /// A level in (0, 1).
    ///
    /// # Errors
    /// When `level` is not strictly between 0 and 1.
    pub fn new(level: f64) -> Result<Self, Error> {
        if level > 0.0 && level < 1.0 {
            Ok(Self(level))
        } else {
            Err(Error::domain("confidence level", "a number strictly between 0 and 1", level))
        }
    }

    /// The level as a number, such as 0.95.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The error probability on both sides together, 1 - level.
    #[must_use]
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The error probability on each side of a two-sided interval, (1 - level) / 2.
    #[must_use]
    pub fn tail(self) -> f64 {
        0.5 * (1.0 - self.0)
    }

    /// The level each of `m` intervals needs so that all hold together with this level (Bonferroni): 1 - alpha / m.
    #[must_use]
    pub fn bonferroni(self, m: usize) -> Self {
        let alpha = self.alpha() / (m.max(1) as f64);
        Self((1.0 - alpha).min(1.0 - f64::EPSILON))
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::P95
    }
}

impl TryFrom<f64> for Level {
    type Error = Error;
    fn try_from(level: f64) -> Result<Self, Error> {
        Self::new(level)
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = format!("{:.6}", 100.0 * self.0);
        write!(f, "{} %", percent.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A closed interval of the extended real line with the confidence level it is meant to have.
///
/// `low <= high`, neither is NaN; either may be infinite (a one-sided bound, a Fieller set open to one side).
/// Serialised as `{"low":…,"high":…,"level":…}` with the strings `"inf"` and `"-inf"` for infinite ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct Interval {
    low: f64,
    high: f64,
    level: Level,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    #[serde(with = "extended")]
    low: f64,
    #[serde(with = "extended")]
    high: f64,
    level: Level,
}

impl TryFrom<Ends> for Interval {
    type Error = Error;
    fn try_from(ends: Ends) -> Result<Self, Error> {
        Self::new(ends.low, ends.high, ends.level)
    }
}

impl From<Interval> for Ends {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high, level: interval.level }
    }
}

impl Interval {
    /// An interval from its ends.
    ///
    /// # Errors
    /// When an end is NaN or `low > high`.
    pub fn new(low: f64, high: f64, level: Level) -> Result<Self, Error> {
        if low <= high {
            Ok(Self { low, high, level })
        } else {
            Err(Error::domain("interval", "low <= high, no NaN", format!("[{low}, {high}]")))
        }
    }

    /// For formulas whose ends are ordered by construction: repairs the order that rounding may break. An end lost to overflow
    /// (NaN) excludes nothing, and so does the interval then.
    pub(crate) fn ordered(low: f64, high: f64, level: Level) -> Self {
        if low.is_nan() || high.is_nan() {
            return Self { low: f64::NEG_INFINITY, high: f64::INFINITY, level };
        }
        Self { low: low.min(high), high: high.max(low), level }
    }

    /// Lower end.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Upper end.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Confidence level, two-sided unless an end is infinite.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Upper minus lower end; infinite when an end is.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Half of the width.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        0.5 * self.width()
    }

    /// Whether the closed interval contains `x`.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// Whether this interval lies wholly inside the closed interval `other` (levels are not compared).
    #[must_use]
    pub fn inside(&self, other: &Self) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    /// Whether the two closed intervals share no point.
    #[must_use]
    pub fn disjoint(&self, other: &Self) -> bool {
        self.high < other.low || other.high < self.low
    }

    /// Both ends clipped to `[low, high]`. Clipping is monotone, so that coverage of a parameter in that range is kept.
    #[must_use]
    pub fn clipped(&self, low: f64, high: f64) -> Self {
        Self::ordered(self.low.max(low).min(high), self.high.max(low).min(high), self.level)
    }

    /// The interval of `f(theta)` for a monotone `f`, rising or falling. Coverage is kept exactly.
    ///
    /// # Errors
    /// When `f` gives NaN at an end.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Result<Self, Error> {
        let (a, b) = (f(self.low), f(self.high));
        if a <= b { Self::new(a, b, self.level) } else { Self::new(b, a, self.level) }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "[{:.digits$}, {:.digits$}]", self.low, self.high)
    }
}
