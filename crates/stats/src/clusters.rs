//! Proportions and means when one question has several samples.
//!
//! Samples of one question resemble each other, so that the question is the unit: question means with equal weight (a
//! question does not count more for having more samples). Wilson over the pooled samples would cover 58 to 84 % here.

pub mod components;
pub mod independent;
pub mod miller;
pub mod pooled;

use serde::{Deserialize, Serialize};

use crate::claim::flag::Finding;
use crate::derivation::{Column, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::Level;
use crate::proportion::wilson;
use crate::special::critical;
use crate::undefined::Undefined;

/// Fewer questions than this with the minority outcome: no method holds its level, and the report says so.
pub const FEWEST_MINORITY: u64 = 5;
/// The same where means vary so much less than yes and no that n_eff is beyond [`QUIET`] trials a question: the standard error then rests on the few
/// that carry the rarer outcome alone. Simulated: pass@4 of 16 samples near 1, 40 to 240 questions, covers 88.6 % with 5 to 7 of them, 91.2 % with 10 to
/// 15, 93.7 % from 20 on.
pub const FEWEST_MINORITY_OF_QUIET: u64 = 20;
/// See [`FEWEST_MINORITY_OF_QUIET`].
pub const QUIET: f64 = 3.0;

/// The counts of one question: how many samples, how many of them correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tally {
    /// Samples of the question.
    pub samples: u32,
    /// Correct ones among them.
    pub correct: u32,
}

/// One question: mean of its values, how many they are, and the sum of their squared deviations from the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) mean: f64,
    pub(crate) samples: u32,
    pub(crate) squares: f64,
}

/// Questions with one or more samples each, values in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    clusters: Vec<Cluster>,
    samples: u64,
}

impl Clusters {
    /// From right-or-wrong counts per question.
    ///
    /// # Errors
    /// When a question has no samples or more correct ones than samples.
    pub fn from_tallies(tallies: impl IntoIterator<Item = Tally>) -> Result<Self, Error> {
        let mut clusters = Vec::new();
        let mut samples = 0;
        for Tally { samples: n, correct: c } in tallies {
            if n == 0 || c > n {
                return Err(Error::domain("question", "at least 1 sample, correct <= samples", format!("{c} of {n}")));
            }
            let (nf, cf) = (f64::from(n), f64::from(c));
            clusters.push(Cluster { mean: cf / nf, samples: n, squares: cf * (nf - cf) / nf });
            samples += u64::from(n);
        }
        Ok(Self { clusters, samples })
    }

    /// From values in [0, 1], one slice per question.
    ///
    /// # Errors
    /// When a question has no values, or a value lies outside [0, 1].
    pub fn from_values<V: AsRef<[f64]>>(questions: impl IntoIterator<Item = V>) -> Result<Self, Error> {
        Self::from_bounded(questions, 0.0, 1.0)
    }

    /// From values in [low, high], rescaled to [0, 1] (see [`Clusters::bounded_mean`]).
    ///
    /// # Errors
    /// When `low < high` does not hold, a question has no values, or a value lies outside the range.
    pub fn from_bounded<V: AsRef<[f64]>>(
        questions: impl IntoIterator<Item = V>,
        low: f64,
        high: f64,
    ) -> Result<Self, Error> {
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(Error::domain("range of the values", "finite low < high", format!("[{low}, {high}]")));
        }
        let mut clusters = Vec::new();
        let mut samples = 0;
        for question in questions {
            let values = question.as_ref();
            let Ok(n) = u32::try_from(values.len()) else {
                return Err(Error::domain("question", "at most 2^32 values", values.len()));
            };
            if n == 0 {
                return Err(Error::domain("question", "at least 1 value", 0));
            }
            let mut sum = 0.0;
            for &value in values {
                if !(low..=high).contains(&value) {
                    return Err(Error::domain("value", format!("a number in [{low}, {high}]"), value));
                }
                sum += (value - low) / (high - low);
            }
            let mean = sum / f64::from(n);
            let squares = values.iter().map(|v| ((v - low) / (high - low) - mean).powi(2)).sum();
            clusters.push(Cluster { mean: mean.clamp(0.0, 1.0), samples: n, squares });
            samples += u64::from(n);
        }
        Ok(Self { clusters, samples })
    }

    /// Number of questions, G.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.clusters.len()
    }

    /// Number of samples over all questions.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Questions and samples as the size of an estimate.
    #[must_use]
    pub fn size(&self) -> Size {
        Size { units: self.clusters.len() as u64, samples: self.samples }
    }

    pub(crate) fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The mean of question means.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without questions.
    pub fn mean(&self) -> Result<f64, Undefined> {
        if self.clusters.is_empty() {
            return Err(Undefined::no_data("questions"));
        }
        let sum: f64 = self.clusters.iter().map(|c| c.mean).sum();
        Ok((sum / self.clusters.len() as f64).clamp(0.0, 1.0))
    }

    /// The CR1 standard error of the mean of question means: sqrt(sum (m_g - m)^2 / (G (G - 1))).
    ///
    /// # Errors
    /// With fewer than 2 questions.
    pub fn standard_error(&self) -> Result<f64, Undefined> {
        let mean = self.mean()?;
        let g = self.clusters.len();
        if g < 2 {
            return Err(Undefined::too_few("questions", g, 2));
        }
        let squares: f64 = self.clusters.iter().map(|c| (c.mean - mean).powi(2)).sum();
        let g = g as f64;
        Ok((squares / (g * (g - 1.0))).sqrt())
    }

    /// The effective number of independent trials, n_eff = m (1 - m) / se^2; G when every question mean is 0, or 1.
    ///
    /// Where fewer than [`FEWEST_MINORITY`] questions carry the rarer outcome, at most G: a standard error that rests on so few is often
    /// far too small, and questions are then all that is known to be independent. Without that limit 30 questions of 5 samples at
    /// p = .95 (intraclass correlation .3) cover 90.8 %, with it 97.3 %.
    ///
    /// # Errors
    /// With fewer than 2 questions, or when every question has the same mean strictly between 0 and 1.
    pub fn effective_trials(&self) -> Result<f64, Undefined> {
        let (mean, se) = (self.mean()?, self.standard_error()?);
        if self.unanimous() {
            return Ok(self.clusters.len() as f64);
        }
        let trials = mean * (1.0 - mean) / (se * se);
        // Question means that differ only by rounding are equal.
        if !trials.is_finite() || se <= 1e-14 {
            return Err(Undefined::NoVariation { what: "question means".into() });
        }
        let (success, failure) = self.sides();
        if success.min(failure) < FEWEST_MINORITY { Ok(trials.min(self.clusters.len() as f64)) } else { Ok(trials) }
    }

    fn unanimous(&self) -> bool {
        self.clusters.iter().all(|c| c.mean <= 0.0) || self.clusters.iter().all(|c| c.mean >= 1.0)
    }

    /// The mean of question means with Wilson's interval at n_eff and t_{G-1}: the default for proportions and for values
    /// in [0, 1].
    ///
    /// m = mean of question means; se = CR1; n_eff as in [`Clusters::effective_trials`]; then Wilson's score interval with
    /// n_eff trials and the critical value of t with G - 1 degrees of freedom. With one sample per question n_eff is G - 1.
    ///
    /// Assumes independent questions and at least 5 of them with the minority outcome (see
    /// [`Clusters::interval_finding`]). Covers 94 to 95.5 % in simulation at 30 to 300 questions; iid Wilson covers 58 to
    /// 84 % there. Estimand: questions like these.
    ///
    /// # Errors
    /// Without questions.
    pub fn proportion(&self, level: Level) -> Result<Estimate, Undefined> {
        let mean = self.mean()?;
        let interval = self.effective_trials().map(|trials| {
            let df = self.clusters.len() as f64 - 1.0;
            wilson::at(mean, trials, critical(level, df), level)
        });
        let estimate = Estimate::new(mean, interval, self.size(), Method::named("Wilson at n_eff, t(G-1)"))?;
        Ok(estimate.derived(|| self.derivation("clusters", level)))
    }

    /// The mean of values that were given in [low, high] ([`Clusters::from_bounded`]), in their own unit.
    ///
    /// The interval of [`Clusters::proportion`] for (x - low)/(high - low), transformed back. A variable in [0, 1] has
    /// variance at most m (1 - m), so that Wilson's shape holds for it at n_eff too.
    ///
    /// # Errors
    /// Without questions.
    pub fn bounded_mean(&self, low: f64, high: f64, level: Level) -> Result<Estimate, Undefined> {
        let share = self.proportion(level)?;
        let mean = share.map(|x| low + x * (high - low), Method::named("Wilson at n_eff, t(G-1), rescaled"))?;
        Ok(mean
            .derived(|| Derivation::by("affine").told("plus", low).told("times", high - low).part(share.derivation())))
    }

    /// The mean of question means with the plain interval m ± t_{G-1} se (CR1), which may leave [0, 1].
    ///
    /// Covers 88 to 94 % in simulation near 0 and 1; for comparison, and for differences.
    ///
    /// # Errors
    /// Without questions.
    pub fn mean_with_t(&self, level: Level) -> Result<Estimate, Undefined> {
        let mean = self.mean()?;
        let interval = self.standard_error().map(|se| {
            let half = critical(level, self.clusters.len() as f64 - 1.0) * se;
            crate::interval::Interval::ordered(mean - half, mean + half, level)
        });
        let estimate = Estimate::new(mean, interval, self.size(), Method::named("CR1, t(G-1)"))?;
        Ok(estimate.derived(|| self.derivation("mean", level)))
    }

    /// Right ones and samples per question where those are whole, else the questions' means.
    fn derivation(&self, by: &'static str, level: Level) -> Derivation {
        let right = self.clusters.iter().map(|cluster| {
            let samples = f64::from(cluster.samples);
            let right = (cluster.mean * samples).round();
            // Exactly the same mean, or none of it.
            (right / samples).total_cmp(&cluster.mean).is_eq().then_some(right as i64)
        });
        let whole: Option<Vec<i64>> = right.collect();
        let derivation = Derivation::by(by).level(level);
        match whole {
            Some(right) => derivation
                .column(Column::Whole(right))
                .column(Column::counts(self.clusters.iter().map(|cluster| cluster.samples))),
            None => derivation.column(Column::reals(self.clusters.iter().map(|cluster| cluster.mean))),
        }
    }

    /// How many questions carry success, and how many failure.
    ///
    /// Kish's effective number, (sum x)^2 / sum x^2 for x = m and x = 1 - m, rounded down: with means of 0 and 1 the plain counts; a hundred
    /// questions that fail in one draw of a million beside two that always fail are about two.
    #[must_use]
    pub fn sides(&self) -> (u64, u64) {
        let carriers = |of: &dyn Fn(f64) -> f64| {
            let (sum, squares) = self.clusters.iter().fold((0.0, 0.0), |(sum, squares), cluster| {
                let x = of(cluster.mean);
                (sum + x, squares + x * x)
            });
            if squares > 0.0 { (sum * sum / squares + 1e-9).floor() as u64 } else { 0 }
        };
        (carriers(&|mean| mean), carriers(&|mean| 1.0 - mean))
    }

    /// How many questions carry the outcome that fewer of them carry.
    #[must_use]
    pub fn minority(&self) -> u64 {
        let (some, short) = self.sides();
        some.min(short)
    }

    /// The finding on flag V1 for [`Clusters::proportion`]: at least 10 questions, at least 5 on each side, or 20 where their means hardly vary
    /// ([`FEWEST_MINORITY_OF_QUIET`]).
    #[must_use]
    pub fn interval_finding(&self) -> Finding {
        let (questions, minority) = (self.clusters.len(), self.minority());
        if (questions as u64) < crate::claim::FEWEST_UNITS {
            return Finding::fails(
                format!("{questions} questions"),
                format!("at least {} questions", crate::claim::FEWEST_UNITS),
            );
        }
        let is_quiet = self.effective_trials().is_ok_and(|trials| trials > QUIET * questions as f64);
        let fewest = if is_quiet { FEWEST_MINORITY_OF_QUIET } else { FEWEST_MINORITY };
        if minority < fewest {
            return Finding::fails(
                format!("only {minority} questions carry the rarer outcome: no interval holds its level there"),
                format!("at least {fewest} questions with the rarer outcome"),
            );
        }
        Finding::holds(format!("{questions} questions, {minority} with the rarer outcome"))
    }
}

#[cfg(test)]
mod tests;
