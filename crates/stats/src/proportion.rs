//! One proportion from independent trials: Wilson, Clopper-Pearson, Jeffreys.
//!
//! Not for several samples of one question: those are not independent, see [`crate::clusters`]. There is no normal
//! approximation here on purpose.

pub mod clopper_pearson;
pub mod jeffreys;
pub mod wilson;

use serde::{Deserialize, Serialize};

use crate::derivation::{COUNTS, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::undefined::Undefined;

/// Successes among independent trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts", into = "Counts")]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    successes: u64,
    trials: u64,
}

impl TryFrom<Counts> for Proportion {
    type Error = Error;
    fn try_from(counts: Counts) -> Result<Self, Error> {
        Self::new(counts.successes, counts.trials)
    }
}

impl From<Proportion> for Counts {
    fn from(p: Proportion) -> Self {
        Self { successes: p.successes, trials: p.trials }
    }
}

impl Proportion {
    /// `successes` among `trials`; no trials at all are allowed and give undefined estimates.
    ///
    /// # Errors
    /// When there are more successes than trials.
    pub fn new(successes: u64, trials: u64) -> Result<Self, Error> {
        if successes <= trials {
            Ok(Self { successes, trials })
        } else {
            Err(Error::domain("successes", format!("at most the {trials} trials"), successes))
        }
    }

    /// Number of successes.
    #[must_use]
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.trials
    }

    /// The share of successes.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without trials.
    pub fn share(self) -> Result<f64, Undefined> {
        if self.trials == 0 {
            return Err(Undefined::no_data("trials"));
        }
        Ok(self.successes as f64 / self.trials as f64)
    }

    fn estimate(
        self,
        (by, level): (&'static str, Level),
        method: Method,
        interval: impl FnOnce(f64) -> Interval,
    ) -> Result<Estimate, Undefined> {
        let share = self.share()?;
        let estimate = Estimate::new(share, Ok(interval(share)), Size::single(self.trials), method)?;
        Ok(estimate.derived(|| Derivation::by(by).level(level).lacking(COUNTS)))
    }

    /// The share with Wilson's score interval ([`wilson::score_interval`]): the default for independent trials.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without trials.
    pub fn wilson(self, level: Level) -> Result<Estimate, Undefined> {
        self.estimate(("wilson", level), Method::named("Wilson"), |share| {
            wilson::at(share, self.trials as f64, crate::special::critical_normal(level), level)
        })
    }

    /// The share with the Clopper-Pearson interval ([`clopper_pearson::interval`]): never below the level, often above.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without trials.
    pub fn clopper_pearson(self, level: Level) -> Result<Estimate, Undefined> {
        self.estimate(("clopper-pearson", level), Method::named("Clopper-Pearson"), |_| {
            clopper_pearson::interval(self, level)
        })
    }

    /// The share with the Jeffreys interval ([`jeffreys::interval`]).
    ///
    /// # Errors
    /// [`Undefined::NoData`] without trials.
    pub fn jeffreys(self, level: Level) -> Result<Estimate, Undefined> {
        self.estimate(("jeffreys", level), Method::named("Jeffreys"), |_| jeffreys::interval(self, level))
    }
}

#[cfg(test)]
mod tests;
