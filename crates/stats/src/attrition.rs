//! Lost units: how many, whether the arms lose alike, and what the worst case makes of a conclusion.
//!
//! Not imputation: nothing is filled in. Bounds only.

use serde::{Deserialize, Serialize};

use crate::claim::flag::Finding;
use crate::error::Error;
use crate::undefined::Undefined;

/// Losses from this share on have to be harmless in the worst case.
pub const MOST_LOST: f64 = 0.05;

/// Arms whose losses differ from this on have to be harmless in the worst case.
pub const MOST_DIFFERENCE: f64 = 0.02;

/// Units planned (or recorded) in one arm, and those of them that gave no usable outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attrition {
    /// Units that should have given an outcome.
    pub planned: u64,
    /// Units that did not: truncated, unparsed, failed.
    pub lost: u64,
}

impl Attrition {
    /// `lost` of `planned` units.
    ///
    /// # Errors
    /// When more are lost than planned.
    pub fn new(planned: u64, lost: u64) -> Result<Self, Error> {
        if lost <= planned {
            Ok(Self { planned, lost })
        } else {
            Err(Error::domain("lost units", format!("at most the {planned} planned"), lost))
        }
    }

    /// The share lost.
    ///
    /// # Errors
    /// [`Undefined::NoData`] when nothing was planned.
    pub fn share(&self) -> Result<f64, Undefined> {
        if self.planned == 0 {
            return Err(Undefined::no_data("planned units"));
        }
        Ok(self.lost as f64 / self.planned as f64)
    }

    /// The smallest and largest share that all planned units can have, from `observed` in [0, 1] over those not lost:
    /// every lost unit a failure, or every one a success (Manski 1990).
    ///
    /// # Errors
    /// [`Undefined::NoData`] when nothing was planned; [`Undefined::NotApplicable`] when `observed` is outside [0, 1].
    pub fn worst_case(&self, observed: f64) -> Result<(f64, f64), Undefined> {
        let lost = self.share()?;
        if !(0.0..=1.0).contains(&observed) {
            return Err(Undefined::not_applicable("worst-case bounds", "the outcome is not a share"));
        }
        let low = observed * (1.0 - lost);
        Ok((low, low + lost))
    }

    /// The smallest and largest difference second - first over all planned units of both arms.
    ///
    /// # Errors
    /// As [`Attrition::worst_case`].
    pub fn worst_case_difference(
        (first, observed_first): (Self, f64),
        (second, observed_second): (Self, f64),
    ) -> Result<(f64, f64), Undefined> {
        let (a, b) = (first.worst_case(observed_first)?, second.worst_case(observed_second)?);
        Ok((b.0 - a.1, b.1 - a.0))
    }

    /// The finding on flag V7 from the arms alone: under 5 % lost in each, and losses that differ by less than 2 points.
    ///
    /// Where it fails, a conclusion that survives the worst case still holds the flag: the caller states that.
    #[must_use]
    pub fn finding(arms: &[Self]) -> Finding {
        let shares: Result<Vec<f64>, Undefined> = arms.iter().map(Self::share).collect();
        let Ok(shares) = shares else {
            return Finding::fails("an arm without planned units", "units in every arm");
        };
        let most = shares.iter().copied().fold(0.0, f64::max);
        let least = shares.iter().copied().fold(1.0, f64::min);
        if shares.is_empty() {
            Finding::fails("losses were not recorded", "records of the units that gave no outcome")
        } else if most >= MOST_LOST {
            Finding::fails(
                format!("{:.1} % of the units gave no usable outcome", 100.0 * most),
                "losses under 5 %, or a conclusion that holds in the worst case",
            )
        } else if most - least >= MOST_DIFFERENCE {
            Finding::fails(
                format!("losses differ between arms by {:.1} points", 100.0 * (most - least)),
                "losses that differ by less than 2 points, or a conclusion that holds in the worst case",
            )
        } else {
            Finding::holds(format!("{:.1} % of the units gave no usable outcome", 100.0 * most))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_case_moves_every_lost_unit() {
        let arm = Attrition::new(100, 20).unwrap();
        let (low, high) = arm.worst_case(0.5).unwrap();
        assert!((low - 0.4).abs() < 1e-12 && (high - 0.6).abs() < 1e-12);
        let whole = Attrition::new(100, 0).unwrap();
        let (low, high) = Attrition::worst_case_difference((whole, 0.5), (arm, 0.75)).unwrap();
        assert!((low - 0.1).abs() < 1e-12 && (high - 0.3).abs() < 1e-12);
        assert!(Attrition::new(3, 4).is_err() && arm.worst_case(1.5).is_err());
        assert!(Attrition::new(0, 0).unwrap().share().is_err());
    }

    #[test]
    fn few_and_equal_losses_hold_the_flag() {
        let arm = |lost| Attrition::new(1000, lost).unwrap();
        assert!(matches!(Attrition::finding(&[arm(30), arm(45)]), Finding::Holds { .. }));
        assert!(matches!(Attrition::finding(&[arm(60)]), Finding::Fails { .. }));
        assert!(matches!(Attrition::finding(&[arm(5), arm(40)]), Finding::Fails { .. }));
        assert!(matches!(Attrition::finding(&[]), Finding::Fails { .. }));
    }
}
