//! Money in millionths of a unit, so that sums are exact. Not a currency conversion: the currency is the source's.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in millionths of a United States dollar (or of whatever unit the source counts in).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// From an amount in whole units, rounded to the nearest millionth; `None` where it is not finite or too large.
    #[must_use]
    pub fn from_units(amount: f64) -> Option<Self> {
        let micro = (amount * 1e6).round();
        // Beyond 2^53 a double no longer holds every integer; nobody's bill is nine billion.
        (micro.is_finite() && micro.abs() <= 9.0e15).then_some(Self(micro as i64))
    }

    /// In whole units.
    #[must_use]
    pub fn units(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "${:.4}", self.units())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_round_to_the_nearest_millionth_and_refuse_what_is_no_amount() {
        assert_eq!(Money::from_units(0.483_149_999_999_999_97), Some(Money(483_150)));
        assert_eq!(Money::from_units(f64::NAN), None);
        assert_eq!(Money::from_units(1e12), None);
    }
}
