//! What kind of number a claim is about: its unit and the values it can take.
//!
//! Not how it is printed: surfaces decide digits and signs from the unit.

use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::serialised::extended;

/// The unit in which a value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// A share in [0, 1], printed in per cent.
    Share,
    /// A difference of shares in [-1, 1], printed in percentage points.
    Points,
    /// A number of things.
    Count,
    /// A quotient of two quantities of one kind, printed as "6.1x".
    Ratio,
    /// United States dollars.
    Dollars,
    /// Tokens.
    Tokens,
    /// Seconds.
    Seconds,
    /// A plain number: a coefficient, an exponent, an agreement.
    Number,
}

/// A parameter: unit and the smallest and largest value it can take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The unit.
    pub unit: Unit,
    /// The smallest possible value, or minus infinity.
    #[serde(with = "extended")]
    pub low: f64,
    /// The largest possible value, or infinity.
    #[serde(with = "extended")]
    pub high: f64,
}

impl Parameter {
    /// A share in [0, 1].
    pub const SHARE: Self = Self { unit: Unit::Share, low: 0.0, high: 1.0 };
    /// A difference of two shares in [-1, 1].
    pub const DIFFERENCE: Self = Self { unit: Unit::Points, low: -1.0, high: 1.0 };
    /// A count from 0.
    pub const COUNT: Self = Self { unit: Unit::Count, low: 0.0, high: f64::INFINITY };
    /// A ratio from 0.
    pub const RATIO: Self = Self { unit: Unit::Ratio, low: 0.0, high: f64::INFINITY };
    /// Dollars from 0.
    pub const DOLLARS: Self = Self { unit: Unit::Dollars, low: 0.0, high: f64::INFINITY };
    /// Tokens from 0.
    pub const TOKENS: Self = Self { unit: Unit::Tokens, low: 0.0, high: f64::INFINITY };
    /// Seconds from 0.
    pub const SECONDS: Self = Self { unit: Unit::Seconds, low: 0.0, high: f64::INFINITY };
    /// Any real number.
    pub const NUMBER: Self = Self { unit: Unit::Number, low: f64::NEG_INFINITY, high: f64::INFINITY };
    /// An agreement coefficient in [-1, 1].
    pub const AGREEMENT: Self = Self { unit: Unit::Number, low: -1.0, high: 1.0 };

    /// Whether an interval covers everything the parameter can be, so that it says nothing.
    #[must_use]
    pub fn spanned_by(&self, interval: &Interval) -> bool {
        interval.low() <= self.low && interval.high() >= self.high
    }
}
