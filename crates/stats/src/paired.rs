//! Two systems on the same questions: difference, tests, and decisions with a margin.
//!
//! Not for different questions per system: pairing is what makes small differences visible.

pub mod margin;
pub mod mcnemar;
pub mod newcombe;
pub mod unseen;

use serde::{Deserialize, Serialize};

use crate::derivation::{Column, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::resample::sign_flip::sign_flip;
use crate::seed::Seed;
use crate::special::{critical, t_upper};
use crate::undefined::Undefined;

/// The outcome of a two-sided test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// p-value in [0, 1]. A large one never shows that there is no difference.
    pub p: f64,
    /// The observed statistic: a mean difference; for McNemar the difference of discordant counts, for the isotonic test a squared
    /// distance.
    pub statistic: f64,
    /// Units and samples.
    pub size: Size,
    /// Which test, exact or not.
    pub method: Method,
}

/// The counts of two systems on questions with one sample each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairedCounts {
    /// Right with both.
    pub both: u64,
    /// Right with the first only: lost by going to the second.
    pub first: u64,
    /// Right with the second only: gained by going to the second.
    pub second: u64,
    /// Right with neither.
    pub neither: u64,
}

impl PairedCounts {
    /// All questions.
    #[must_use]
    pub fn questions(&self) -> u64 {
        self.both + self.first + self.second + self.neither
    }
}

/// Question means of two systems over the same questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    first: Vec<f64>,
    second: Vec<f64>,
    samples: u64,
}

impl Paired {
    /// Question means of the first and of the second system, in the same order of questions; `samples` are all samples of
    /// both.
    ///
    /// # Errors
    /// When the numbers of questions differ, or a mean is not finite.
    pub fn new(first: Vec<f64>, second: Vec<f64>, samples: u64) -> Result<Self, Error> {
        if first.len() != second.len() {
            return Err(Error::Length { what: "second system".into(), expected: first.len(), found: second.len() });
        }
        if let Some(bad) = first.iter().chain(&second).find(|x| !x.is_finite()) {
            return Err(Error::domain("question mean", "a finite number", bad));
        }
        Ok(Self { first, second, samples })
    }

    /// Number of questions.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.first.len()
    }

    /// second - first, per question.
    #[must_use]
    pub fn differences(&self) -> Vec<f64> {
        self.first.iter().zip(&self.second).map(|(a, b)| b - a).collect()
    }

    /// How many questions the second system does better, and how many worse.
    #[must_use]
    pub fn gained_and_lost(&self) -> (u64, u64) {
        let pairs = self.first.iter().zip(&self.second);
        let gained = pairs.clone().filter(|(a, b)| *b - *a > 1e-12).count() as u64;
        let lost = pairs.filter(|(a, b)| *a - *b > 1e-12).count() as u64;
        (gained, lost)
    }

    /// The mean of second - first over questions ([`bounded_difference`]; values outside [0, 1]: [`mean_difference`]).
    ///
    /// # Errors
    /// Without questions.
    pub fn difference(&self, level: Level) -> Result<Estimate, Undefined> {
        let shares = self.first.iter().chain(&self.second).all(|x| (0.0..=1.0).contains(x));
        let differences = self.differences();
        let e = if shares { bounded_difference(&differences, level) } else { mean_difference(&differences, level) }?;
        Ok(e.resized(Size { units: self.first.len() as u64, samples: self.samples }))
    }

    /// The sign-flip test on the question means ([`crate::resample::sign_flip`]): the default test.
    ///
    /// # Errors
    /// Without questions.
    pub fn sign_flip(&self, seed: Seed) -> Result<Test, Undefined> {
        sign_flip(&self.differences(), seed)
    }

    /// Counts for McNemar and Newcombe, where every question mean is 0 or 1.
    ///
    /// # Errors
    /// [`Undefined::NotApplicable`] when a question has several samples that disagree.
    pub fn counts(&self) -> Result<PairedCounts, Undefined> {
        let mut counts = PairedCounts { both: 0, first: 0, second: 0, neither: 0 };
        for (a, b) in self.first.iter().zip(&self.second) {
            let cell = match (whole(*a), whole(*b)) {
                (Some(true), Some(true)) => &mut counts.both,
                (Some(true), Some(false)) => &mut counts.first,
                (Some(false), Some(true)) => &mut counts.second,
                (Some(false), Some(false)) => &mut counts.neither,
                _ => return Err(Undefined::not_applicable("a table of pairs", "a question has several samples")),
            };
            *cell += 1;
        }
        Ok(counts)
    }
}

fn whole(x: f64) -> Option<bool> {
    if x.abs() < 1e-12 {
        Some(false)
    } else if (x - 1.0).abs() < 1e-12 {
        Some(true)
    } else {
        None
    }
}

/// The mean of per-question differences with m ± t_{G-1} sqrt(sum (d - m)^2 / (G (G - 1))).
///
/// The paired t interval; over question means it is the cluster-robust interval with CR1. Assumes independent questions.
///
/// # Errors
/// Without differences; the estimate has no interval with one question, or when all differences are equal.
pub fn mean_difference(differences: &[f64], level: Level) -> Result<Estimate, Undefined> {
    let g = differences.len();
    if g == 0 {
        return Err(Undefined::no_data("paired questions"));
    }
    let mean = differences.iter().sum::<f64>() / g as f64;
    let interval = standard_error(differences).map(|se| {
        let half = critical(level, g as f64 - 1.0) * se;
        Interval::ordered(mean - half, mean + half, level)
    });
    let estimate = Estimate::new(mean, interval, Size::single(g as u64), Method::named("paired, CR1, t(G-1)"))?;
    Ok(estimate.derived(|| derivation("mean", differences, level)))
}

/// Fewer changed questions than this and the t interval has no scale to stand on.
pub const FEWEST_CHANGED: u64 = 10;

/// So many questions for each squared unit of skewness, and t holds: twice those of Cochran (1977, section 2.15), since decisions rest on one end.
pub const PER_SQUARED_SKEWNESS: f64 = 50.0;

/// What a value of one question can be at the least and at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// No value lies below it.
    pub least: f64,
    /// No value lies above it.
    pub most: f64,
}

impl Limits {
    /// Of a difference of two shares.
    pub const SHARES: Self = Self { least: -1.0, most: 1.0 };

    /// Of the same difference the other way round.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { least: -self.most, most: -self.least }
    }

    /// As far as this value.
    #[must_use]
    pub fn holding(self, value: f64) -> Self {
        Self { least: self.least.min(value), most: self.most.max(value) }
    }
}

/// The mean of per-question differences in [-1, 1]: [`bounded_mean`] with [`Limits::SHARES`].
///
/// # Errors
/// Without differences; [`Undefined::NotApplicable`] when one is outside [-1, 1].
pub fn bounded_difference(differences: &[f64], level: Level) -> Result<Estimate, Undefined> {
    bounded_mean(differences, Limits::SHARES, level)
}

/// The mean of per-question values within limits, 0 where nothing changed: [`mean_difference`], or a wider bound where hardly any question changed,
/// or a few by much.
///
/// With fewer than [`FEWEST_CHANGED`] questions that differ, t measures no scale (two identical runs would seem certain); and where most
/// differences are 0, many small and a few large, the large ones may have been missed. Each end is then the farther of that of t and of Gaffke's
/// bound ([`unseen::upper`], alpha/2 each): at an end towards which the differences, with one more at the far limit, are so skewed that there are
/// fewer than 50 g^2 questions, and at both below [`FEWEST_CHANGED`]. Conservative there.
///
/// # Errors
/// Without values; [`Undefined::NotApplicable`] when one is outside the limits.
pub fn bounded_mean(differences: &[f64], limits: Limits, level: Level) -> Result<Estimate, Undefined> {
    if differences.iter().any(|d| !(limits.least..=limits.most).contains(d)) {
        return Err(Undefined::not_applicable("bounded difference", "a difference is outside what it can be"));
    }
    let estimate = mean_difference(differences, level)?;
    let Some(interval) = widened(differences, limits, estimate.interval().ok(), level) else { return Ok(estimate) };
    let method = Method::named("paired, the farther of t(G-1) and Gaffke's bound");
    let bounded = Estimate::new(estimate.value(), Ok(interval), Size::single(differences.len() as u64), method)?;
    Ok(bounded.derived(|| {
        let derivation = derivation("paired-bounded", differences, level);
        if limits == Limits::SHARES {
            return derivation;
        }
        derivation.told("least", limits.least).told("most", limits.most)
    }))
}

/// The ends of t, or where there are none nothing, with Gaffke's bound where it lies farther and t cannot be trusted: see [`bounded_mean`];
/// within the limits. `None` where t can, and lies within.
pub(crate) fn widened(differences: &[f64], limits: Limits, t: Option<&Interval>, level: Level) -> Option<Interval> {
    // Without spread t says nothing, and the bound alone is left.
    let few = t.is_none() || (differences.iter().filter(|d| d.abs() > 1e-12).count() as u64) < FEWEST_CHANGED;
    let (down, up) = ends_beyond_t(differences, limits, few, level.tail());
    if down.is_none() && up.is_none() && t.is_none_or(|t| t.low() >= limits.least && t.high() <= limits.most) {
        return None;
    }
    let (low, high) = t.map_or((f64::INFINITY, f64::NEG_INFINITY), |t| (t.low(), t.high()));
    let low = down.map_or(low, |down| low.min(down)).max(limits.least);
    let high = up.map_or(high, |up| high.max(up)).min(limits.most);
    Some(Interval::ordered(low, high, level))
}

/// Gaffke's bounds, each with error probability `tail`, at the ends where t cannot be trusted by itself: at both where `few` questions changed, else at
/// one towards which the differences are skewed.
pub(crate) fn ends_beyond_t(differences: &[f64], limits: Limits, few: bool, tail: f64) -> (Option<f64>, Option<f64>) {
    let turned = || differences.iter().map(|d| -d).collect::<Vec<_>>();
    let (down, up) =
        (few || is_skewed(differences, -1.0, limits.least), few || is_skewed(differences, 1.0, limits.most));
    (
        down.then(|| -unseen::upper(&turned(), -limits.least, tail)),
        up.then(|| unseen::upper(differences, limits.most, tail)),
    )
}

/// Whether these differences, and one more at `limit`, are skewed that way (`sign`) by more than their number makes up for.
fn is_skewed(differences: &[f64], sign: f64, limit: f64) -> bool {
    let n = differences.len() as f64 + 1.0;
    let all = || differences.iter().copied().chain([limit]);
    let mean = all().sum::<f64>() / n;
    let moment = |power: i32| all().map(|d| (d - mean).powi(power)).sum::<f64>() / n;
    let skewness = moment(3) / moment(2).powf(1.5);
    skewness * sign > 0.0 && n < PER_SQUARED_SKEWNESS * skewness * skewness
}

fn derivation(by: &'static str, differences: &[f64], level: Level) -> Derivation {
    Derivation::by(by).level(level).column(Column::reals(differences.iter().copied()))
}

/// CR1 standard error of the mean of per-question differences.
fn standard_error(differences: &[f64]) -> Result<f64, Undefined> {
    let g = differences.len();
    if g < 2 {
        return Err(Undefined::too_few("paired questions", g, 2));
    }
    let n = g as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    let se = (squares / (n * (n - 1.0))).sqrt();
    if se > 1e-14 { Ok(se) } else { Err(Undefined::NoVariation { what: "paired differences".into() }) }
}

/// The paired t test of mean difference 0: |m|/se against t_{G-1}.
///
/// # Errors
/// With fewer than 2 questions, or when all differences are equal.
pub fn t_test(differences: &[f64]) -> Result<Test, Undefined> {
    let se = standard_error(differences)?;
    let g = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / g;
    let p = 2.0 * t_upper((mean / se).abs(), g - 1.0);
    Ok(Test {
        p: p.min(1.0),
        statistic: mean,
        size: Size::single(differences.len() as u64),
        method: Method::named("paired t"),
    })
}

#[cfg(test)]
mod tests;
