//! The shift of a scalar judgement (a grade, an amount, a share) between a bare arm and a changed one: Welch's t.
//!
//! Not for the same questions in both arms: their difference is paired ([`crate::Paired`]), which sees smaller shifts.

use serde::{Deserialize, Serialize};

use crate::derivation::{Column, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::paired::Test;
use crate::paired::margin::{Decision, equivalent};
use crate::special::{critical, t_upper};
use crate::undefined::Undefined;

/// The values of one arm: one per independent unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scalars {
    units: Vec<f64>,
    samples: u64,
}

impl Scalars {
    /// From values in any unit, one slice per question. Where a question has several samples its mean counts once.
    ///
    /// Repeated draws of one prompt are independent units: one slice each.
    ///
    /// # Errors
    /// When a question has no values, or a value is not finite.
    pub fn from_questions<V: AsRef<[f64]>>(questions: impl IntoIterator<Item = V>) -> Result<Self, Error> {
        let (mut units, mut samples) = (Vec::new(), 0);
        for question in questions {
            let values = question.as_ref();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            if !mean.is_finite() {
                return Err(Error::domain("values of a question", "at least 1, all finite", format!("{values:?}")));
            }
            units.push(mean);
            samples += values.len() as u64;
        }
        Ok(Self { units, samples })
    }

    fn mean(&self) -> Result<f64, Undefined> {
        if self.units.is_empty() {
            return Err(Undefined::no_data("units in an arm"));
        }
        Ok(self.units.iter().sum::<f64>() / self.units.len() as f64)
    }

    /// The squared standard error of the mean, s^2/n; two units or more.
    fn squared_error(&self, mean: f64) -> f64 {
        let n = self.units.len() as f64;
        self.units.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))
    }

    /// The shift of the mean from this (bare) arm to `changed`, in the unit of the values: Welch's interval.
    ///
    /// d ± t_nu sqrt(v1 + v2), v_i = s_i^2/n_i over the units (with several samples per question: question means, so that v is
    /// cluster-robust), nu = (v1 + v2)^2 / (v1^2/(n1 - 1) + v2^2/(n2 - 1)).
    ///
    /// Assumes independent units, and means that are about normal. Sources: Welch, Biometrika 34 (1947) 28; Satterthwaite,
    /// Biometrics Bulletin 2 (1946) 110.
    ///
    /// # Errors
    /// Without units in an arm; the estimate has no interval with one unit in an arm, or when neither arm varies.
    pub fn shift(&self, changed: &Self, level: Level) -> Result<Estimate, Undefined> {
        let shift = changed.mean()? - self.mean()?;
        let interval = self.scale(changed).map(|(error, freedom)| {
            let half = critical(level, freedom) * error;
            Interval::ordered(shift - half, shift + half, level)
        });
        let estimate = Estimate::new(shift, interval, self.size(changed), Method::named("Welch t"))?;
        let units = |arm: &Self| Column::reals(arm.units.iter().copied());
        Ok(estimate.derived(|| Derivation::by("welch").level(level).column(units(self)).column(units(changed))))
    }

    /// Welch's two-sided t test of equal means. Several changes against one bare arm: [`crate::multiplicity`].
    ///
    /// # Errors
    /// With fewer than 2 units in an arm, or when neither arm varies.
    pub fn welch(&self, changed: &Self) -> Result<Test, Undefined> {
        let shift = changed.mean()? - self.mean()?;
        let (error, freedom) = self.scale(changed)?;
        let p = (2.0 * t_upper((shift / error).abs(), freedom)).min(1.0);
        Ok(Test { p, statistic: shift, size: self.size(changed), method: Method::named("Welch t") })
    }

    /// Does the change leave the mean where it was, up to a `minimum` shift that matters?
    ///
    /// Pass when the interval of [`Scalars::shift`] lies inside (-minimum, minimum), fail when it lies wholly outside: a shift of at
    /// least the minimum is shown then, not only one that differs from 0. In a family of m changes, `level` is
    /// [`Level::bonferroni`] of m.
    ///
    /// # Errors
    /// As [`Scalars::shift`].
    pub fn unmoved(&self, changed: &Self, minimum: f64, level: Level) -> Result<Decision, Undefined> {
        Ok(equivalent(&self.shift(changed, level)?, minimum))
    }

    fn size(&self, other: &Self) -> Size {
        Size { units: (self.units.len() + other.units.len()) as u64, samples: self.samples + other.samples }
    }

    /// The standard error of the difference and its degrees of freedom.
    fn scale(&self, other: &Self) -> Result<(f64, f64), Undefined> {
        let (n, m) = (self.units.len(), other.units.len());
        if n.min(m) < 2 {
            return Err(Undefined::too_few("units in each arm", n.min(m), 2));
        }
        let (mean, other_mean) = (self.mean()?, other.mean()?);
        let (v, w) = (self.squared_error(mean), other.squared_error(other_mean));
        let variance = v + w;
        // Equal values leave a trace of variance by rounding.
        if variance.sqrt() <= 1e-14 * mean.abs().max(other_mean.abs()) {
            return Err(Undefined::NoVariation { what: "values of both arms".into() });
        }
        // Shares, so that the squares neither overflow nor vanish.
        let (a, b) = (v / variance, w / variance);
        Ok((variance.sqrt(), 1.0 / (a * a / (n as f64 - 1.0) + b * b / (m as f64 - 1.0))))
    }
}
