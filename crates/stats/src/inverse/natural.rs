//! Lengths that came about by themselves: are a question's longer chains less often right than its shorter ones?
//!
//! Association only. Ranking within a question removes how hard the question is, not that a wrong path may take longer: where wrong
//! answers merely take 1.3 times as long, longest minus shortest is clearly below 0 without any effect of length.

use crate::claim::flag::Finding;
use crate::derivation::Column;
use crate::error::Error;
use crate::estimate::{Estimate, Size};
use crate::interval::Level;
use crate::paired::{Test, bounded_difference};
use crate::resample::sign_flip::sign_flip;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// What a question's own samples say about length and being right.
#[derive(Debug, Clone, PartialEq)]
pub struct Natural {
    /// P(correct | longest) - P(correct | shortest), mean over questions with two lengths or more.
    pub longest_minus_shortest: Result<Estimate, Undefined>,
    /// Sign-flip test of the same.
    pub test: Result<Test, Undefined>,
    /// Somers' D of length given being right: over pairs of a right and a wrong sample of one question, the share in which the right
    /// one is longer minus the share in which it is shorter; mean over questions with both outcomes.
    pub concordance: Result<Estimate, Undefined>,
    /// Questions whose samples all have one length: left out of longest minus shortest.
    pub one_length: u64,
    /// Questions whose samples are all right or all wrong: left out of the concordance.
    pub one_outcome: u64,
}

impl Natural {
    /// The finding on flag V6 for any causal word: natural lengths never hold it.
    #[must_use]
    pub fn design_finding() -> Finding {
        Finding::fails(
            "lengths came about by themselves: wrong answers may merely take longer",
            "budgets that were asked for",
        )
    }
}

/// Within-question association of length and being right, from (length, right) per sample, one slice per question.
///
/// Longest minus shortest: share right among a question's longest samples minus that among its shortest; ties in length are averaged. Interval
/// CR1 with t(G-1), or a wider bound where hardly any question differs, or a few by much ([`bounded_difference`]). Test: sign-flip, which assumes that under
/// the null right and wrong are exchangeable between lengths. Concordance: Somers, Amer. Sociol. Rev. 27 (1962) 799, within questions;
/// it uses every sample, but only questions with both outcomes.
///
/// # Errors
/// When a length is negative or not finite.
pub fn natural<V: AsRef<[(f64, bool)]>>(questions: &[V], level: Level, seed: Seed) -> Result<Natural, Error> {
    let lengths = || questions.iter().flat_map(|question| question.as_ref().iter().map(|(length, _)| *length));
    if let Some(bad) = lengths().find(|length| !(length.is_finite() && *length >= 0.0)) {
        return Err(Error::domain("length", "a finite number, at least 0", bad));
    }
    let ends = Values::of(questions, longest_minus_shortest);
    let concordance = Values::of(questions, somers);
    Ok(Natural {
        longest_minus_shortest: ends.mean(level),
        test: sign_flip(&ends.values, seed).map(|test| Test { size: ends.size(), ..test }),
        concordance: concordance.mean(level),
        one_length: (questions.len() - ends.values.len()) as u64,
        one_outcome: (questions.len() - concordance.values.len()) as u64,
    })
}

/// One value per question that has one, and the samples behind them.
struct Values {
    values: Vec<f64>,
    /// Which of the questions they belong to.
    came: Vec<u32>,
    samples: u64,
}

impl Values {
    fn of<V: AsRef<[(f64, bool)]>>(questions: &[V], value: impl Fn(&[(f64, bool)]) -> Option<f64>) -> Self {
        let mut all = Self { values: Vec::new(), came: Vec::new(), samples: 0 };
        for (came, question) in (0_u32..).zip(questions.iter().map(AsRef::as_ref)) {
            if let Some(value) = value(question) {
                all.values.push(value);
                all.came.push(came);
                all.samples += question.len() as u64;
            }
        }
        all
    }

    fn size(&self) -> Size {
        Size { units: self.values.len() as u64, samples: self.samples }
    }

    fn mean(&self, level: Level) -> Result<Estimate, Undefined> {
        let mean = bounded_difference(&self.values, level)?.resized(self.size());
        Ok(mean.over(|| Column::counts(self.came.iter().copied())))
    }
}

/// `None` when all samples have one length.
fn longest_minus_shortest(samples: &[(f64, bool)]) -> Option<f64> {
    let (shortest, longest) =
        samples.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let share = |length: f64| {
        let alike = samples.iter().filter(|(x, _)| x.total_cmp(&length).is_eq());
        let (count, right) =
            alike.fold((0.0, 0.0), |(count, right), (_, correct)| (count + 1.0, right + f64::from(u8::from(*correct))));
        right / count
    };
    (shortest < longest).then(|| share(longest) - share(shortest))
}

/// `None` without a right and a wrong sample.
fn somers(samples: &[(f64, bool)]) -> Option<f64> {
    let (mut pairs, mut sum) = (0.0, 0.0);
    for (right, _) in samples.iter().filter(|(_, correct)| *correct) {
        for (wrong, _) in samples.iter().filter(|(_, correct)| !*correct) {
            pairs += 1.0;
            sum += f64::from(u8::from(right > wrong)) - f64::from(u8::from(right < wrong));
        }
    }
    (pairs > 0.0).then(|| sum / pairs)
}
