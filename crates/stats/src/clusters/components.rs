//! Variance components of question means: would more questions or more samples narrow the interval?
//!
//! Not an interval: it plans the next run.

use serde::{Deserialize, Serialize};

use crate::clusters::Clusters;
use crate::undefined::Undefined;

/// The variance of a question mean, parted: omega^2 between questions and sigma^2 / K within.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Components {
    /// omega^2: variance of the questions' true means. Clipped at 0.
    pub between: f64,
    /// sigma^2: mean over questions of the variance of single samples.
    pub within: f64,
    /// K: harmonic mean of the samples per question, so that sigma^2 / K is the mean within part.
    pub samples: f64,
    /// G: number of questions.
    pub questions: u64,
}

/// Which of the two narrows the interval more per sample paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// More samples of the same questions would hardly help: their part of the variance is under a fifth.
    MoreQuestions,
    /// Both help; questions help more per sample, samples need no new questions.
    Either,
    /// Almost all variance is within questions: more samples help nearly as much as more questions.
    MoreSamples,
}

impl Components {
    /// sigma^2 / K, the part of a question mean's variance that more samples reduce.
    #[must_use]
    pub fn within_mean(&self) -> f64 {
        self.within / self.samples
    }

    /// The share of the variance that more samples of the same questions can remove, in [0, 1]; 0 without variance.
    #[must_use]
    pub fn removable(&self) -> f64 {
        let total = self.between + self.within_mean();
        if total > 0.0 { self.within_mean() / total } else { 0.0 }
    }

    /// The expected standard error with other numbers: sqrt((omega^2 + sigma^2 / K) / G).
    #[must_use]
    pub fn standard_error(&self, questions: u64, samples: u64) -> f64 {
        ((self.between + self.within / samples.max(1) as f64) / questions.max(1) as f64).sqrt()
    }

    /// By how much twice the samples per question would shorten the interval, as a share of its width.
    /// Twice the questions always shorten it by 1 - 1/sqrt 2 = 29 %.
    #[must_use]
    pub fn gain_from_double_samples(&self) -> f64 {
        1.0 - (1.0 - 0.5 * self.removable()).sqrt()
    }

    /// More questions, or more samples? More questions never do worse per sample; how much worse samples do decides.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self.removable() {
            r if r < 0.2 => Advice::MoreQuestions,
            r if r < 0.8 => Advice::Either,
            _ => Advice::MoreSamples,
        }
    }
}

impl Clusters {
    /// omega^2 and sigma^2 by the method of moments.
    ///
    /// s_g^2 = unbiased variance within question g; sigma^2 K^-1 = mean of s_g^2 / K_g; omega^2 = variance of the question
    /// means minus that, at least 0; sigma^2 = mean of s_g^2. Assumes independent samples within a question.
    ///
    /// # Errors
    /// With fewer than 2 questions, or when a question has a single sample (its within part is then not seen).
    pub fn components(&self) -> Result<Components, Undefined> {
        let g = self.questions() as f64;
        let variance = self.standard_error()?.powi(2) * g;
        let single = self.clusters().iter().filter(|c| c.samples < 2).count();
        if single > 0 {
            return Err(Undefined::too_few("samples of every question", 1, 2));
        }
        let (mut within, mut within_mean, mut inverse) = (0.0, 0.0, 0.0);
        for c in self.clusters() {
            let k = f64::from(c.samples);
            let s2 = c.squares / (k - 1.0);
            within += s2 / g;
            within_mean += s2 / k / g;
            inverse += 1.0 / k / g;
        }
        let samples = if within > 0.0 { within / within_mean } else { 1.0 / inverse };
        Ok(Components {
            between: (variance - within_mean).max(0.0),
            within,
            samples,
            questions: self.questions() as u64,
        })
    }
}
