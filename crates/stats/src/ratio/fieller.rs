//! Fieller's confidence set of a ratio of means over the same questions.

use crate::derivation::{Column, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::special::critical;
use crate::undefined::Undefined;

/// Two means over the same questions with the covariance of those means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// Mean of the numerator terms.
    pub numerator: f64,
    /// Mean of the denominator terms.
    pub denominator: f64,
    /// Variance of the numerator mean.
    pub variance_numerator: f64,
    /// Variance of the denominator mean.
    pub variance_denominator: f64,
    /// Covariance of both means.
    pub covariance: f64,
    /// Number of questions G.
    pub questions: usize,
}

impl Means {
    /// Means and covariances (CR1: sum of products over G (G - 1)) of per-question terms.
    ///
    /// # Errors
    /// [`Error::Length`] when the arrays differ, [`Error::Domain`] when a term is not finite.
    pub fn of(numerator: &[f64], denominator: &[f64]) -> Result<Self, Error> {
        if numerator.len() != denominator.len() {
            return Err(Error::Length {
                what: "denominator terms".into(),
                expected: numerator.len(),
                found: denominator.len(),
            });
        }
        if let Some(bad) = numerator.iter().chain(denominator).find(|x| !x.is_finite()) {
            return Err(Error::domain("term", "a finite number", bad));
        }
        let g = numerator.len() as f64;
        let mean = |x: &[f64]| x.iter().sum::<f64>() / g.max(1.0);
        let (a, b) = (mean(numerator), mean(denominator));
        let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
        for (x, y) in numerator.iter().zip(denominator) {
            aa += (x - a) * (x - a);
            bb += (y - b) * (y - b);
            ab += (x - a) * (y - b);
        }
        let scale = g * (g - 1.0);
        let part = |sum: f64| if scale > 0.0 { sum / scale } else { 0.0 };
        Ok(Self {
            numerator: a,
            denominator: b,
            variance_numerator: part(aa),
            variance_denominator: part(bb),
            covariance: part(ab),
            questions: numerator.len(),
        })
    }

    /// How a ratio follows from the terms that these means were made of.
    #[must_use]
    pub fn derivation(numerator: &[f64], denominator: &[f64], level: Level) -> Derivation {
        let terms = |terms: &[f64]| Column::reals(terms.iter().copied());
        Derivation::by("ratio").level(level).column(terms(numerator)).column(terms(denominator))
    }

    /// The ratio of the means.
    ///
    /// # Errors
    /// Without questions, or when the denominator's mean is 0.
    pub fn ratio(&self) -> Result<f64, Undefined> {
        if self.questions == 0 {
            return Err(Undefined::no_data("questions"));
        }
        let ratio = self.numerator / self.denominator;
        if ratio.is_finite() {
            Ok(ratio)
        } else {
            Err(Undefined::ZeroDenominator { what: "the mean denominator".into() })
        }
    }

    /// All theta with |A - theta B| <= t_{G-1} se(A - theta B), where that set is a bounded interval.
    ///
    /// The roots of (B^2 - t^2 vBB) theta^2 - 2 (AB - t^2 vAB) theta + (A^2 - t^2 vAA) = 0.
    /// Assumes independent questions and that A - theta B is about normal.
    /// Source: Fieller, JRSS B 16 (1954) 175.
    ///
    /// # Errors
    /// With fewer than 2 questions, and [`Undefined::Unbounded`] when B is not separated from 0 at this level.
    pub fn interval(&self, level: Level) -> Result<Interval, Undefined> {
        if self.questions < 2 {
            return Err(Undefined::too_few("questions", self.questions, 2));
        }
        let t = critical(level, self.questions as f64 - 1.0);
        let t2 = t * t;
        let (a, b) = (self.numerator, self.denominator);
        let second = b * b - t2 * self.variance_denominator;
        if second.is_nan() || second <= 0.0 {
            return Err(Undefined::Unbounded { what: "the ratio".into() });
        }
        let first = a * b - t2 * self.covariance;
        let constant = a * a - t2 * self.variance_numerator;
        // (first^2 - second constant), written so that the leading a^2 b^2 cancels before rounding.
        let inner = self.variance_numerator * b * b - 2.0 * a * b * self.covariance + self.variance_denominator * a * a
            - t2 * (self.variance_numerator * self.variance_denominator - self.covariance * self.covariance);
        let root = t * inner.max(0.0).sqrt();
        // The root of larger modulus first, the other from the product of roots.
        let large = if first >= 0.0 { first + root } else { first - root };
        let (x, y) = (large / second, if large.abs() > 0.0 { constant / large } else { 0.0 });
        Ok(Interval::ordered(x.min(y), x.max(y), level))
    }

    /// The ratio with its Fieller interval.
    ///
    /// # Errors
    /// As [`Means::ratio`]; where only the interval does not exist, the estimate carries the reason.
    pub fn estimate(&self, samples: u64, level: Level) -> Result<Estimate, Undefined> {
        let size = Size { units: self.questions as u64, samples };
        Estimate::new(self.ratio()?, self.interval(level), size, Method::named("Fieller, t(G-1)"))
    }
}
