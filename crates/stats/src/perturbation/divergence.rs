//! How far two arms' answer distributions are apart, question by question, with resampling of each arm as its own control.
//!
//! Not a comparison of one answer per arm: the rate at which answers flip under a change says nothing without the rate at which they
//! flip when the same prompt is asked again.

use crate::claim::flag::Finding;
use crate::clusters::Clusters;
use crate::derivation::Column;
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::Level;
use crate::paired::{Limits, Test, bounded_mean};
use crate::seed::{Seed, Stream};
use crate::undefined::Undefined;

/// Seeded permutations of the test.
const PERMUTATIONS: u64 = 9_999;
/// Two statistics closer than this are equal: a tie counts as extreme.
const TIE: f64 = 1e-12;

/// The answers of one question: how often each distinct answer was given in the first and in the second arm.
///
/// A missing answer is an answer like any other where the caller counts it as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answers {
    /// Counts (first arm, second arm) per distinct answer, sorted, without (0, 0).
    counts: Vec<(u32, u32)>,
}

impl Answers {
    /// From the number of times each distinct answer was given in the first and in the second arm.
    #[must_use]
    pub fn new(counts: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut counts: Vec<(u32, u32)> = counts.into_iter().filter(|pair| *pair != (0, 0)).collect();
        // What the answers are does not matter: a canonical order makes the seeded test independent of theirs.
        counts.sort_unstable();
        Self { counts }
    }

    /// From the samples themselves.
    ///
    /// # Errors
    /// When an arm has 2^32 samples or more.
    pub fn from_samples<T: Ord>(first: &[T], second: &[T]) -> Result<Self, Error> {
        if u32::try_from(first.len().max(second.len())).is_err() {
            return Err(Error::domain("samples of an arm", "fewer than 2^32", first.len().max(second.len())));
        }
        let mut samples: Vec<(&T, bool)> =
            first.iter().map(|answer| (answer, false)).chain(second.iter().map(|answer| (answer, true))).collect();
        samples.sort_unstable();
        let alike = samples.chunk_by(|a, b| a.0 == b.0);
        Ok(Self::new(alike.map(|group| {
            let second = group.iter().filter(|(_, second)| *second).count();
            ((group.len() - second) as u32, second as u32)
        })))
    }

    /// Samples of the first and of the second arm.
    #[must_use]
    pub fn samples(&self) -> (u64, u64) {
        self.counts.iter().fold((0, 0), |(a, b), (x, y)| (a + u64::from(*x), b + u64::from(*y)))
    }

    /// The least that the divergence of so many samples can be, -(1/n + 1/m)/2: every sample another answer, and both arms the same ones.
    fn least(&self) -> f64 {
        let (n, m) = self.samples();
        -0.5 * (1.0 / n as f64 + 1.0 / m as f64)
    }

    /// The unbiased rates of this question; `None` below two samples in an arm.
    fn rates(&self) -> Option<Rates> {
        let (n, m) = self.samples();
        if n < 2 || m < 2 {
            return None;
        }
        let (n, m) = (n as f64, m as f64);
        let (mut first, mut second, mut across) = (0.0, 0.0, 0.0);
        for (x, y) in self.counts.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))) {
            first += x * (x - 1.0);
            second += y * (y - 1.0);
            across += x * y;
        }
        Some(Rates {
            flipped: 1.0 - across / (n * m),
            first: 1.0 - first / (n * (n - 1.0)),
            second: 1.0 - second / (m * (m - 1.0)),
        })
    }
}

/// Unbiased estimates for one question of P(A != B), P(A != A') and P(B != B').
#[derive(Debug, Clone, Copy)]
struct Rates {
    flipped: f64,
    first: f64,
    second: f64,
}

impl Rates {
    fn divergence(self) -> f64 {
        self.flipped - 0.5 * (self.first + self.second)
    }
}

/// A rate over questions, and whether its interval holds at this size.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Wilson at n_eff, t(G-1).
    pub estimate: Result<Estimate, Undefined>,
    /// V1: how many questions carry the rarer outcome ([`Clusters::interval_finding`]).
    pub finding: Finding,
}

impl Rate {
    /// From the share of every question, clipped to [0, 1] of which rounding may lead.
    ///
    /// # Errors
    /// When a share is not finite.
    pub fn of(shares: impl IntoIterator<Item = f64>, level: Level) -> Result<Self, Error> {
        let clusters = Clusters::from_values(shares.into_iter().map(|share| [share.clamp(0.0, 1.0)]))?;
        Ok(Self { estimate: clusters.proportion(level), finding: clusters.interval_finding() })
    }

    /// A rate that there is not.
    #[must_use]
    pub fn undefined(why: Undefined) -> Self {
        let finding = Finding::fails(why.to_string(), "several samples of each question");
        Self { estimate: Err(why), finding }
    }

    /// The same with its estimate changed.
    #[must_use]
    pub fn map(self, change: impl FnOnce(Result<Estimate, Undefined>) -> Result<Estimate, Undefined>) -> Self {
        Self { estimate: change(self.estimate), ..self }
    }
}

/// The divergence of two arms over the same questions, with the rates that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// D, the mean over questions of 1/2 sum_a (pi_a - pi'_a)^2, in [0, 1]. Its estimate is unbiased and may fall below 0.
    pub divergence: Result<Estimate, Undefined>,
    /// The test of "no question's answer distribution changed": arm labels permuted within questions, large D extreme.
    pub test: Result<Test, Undefined>,
    /// P(A != B): how often an answer of the second arm differs from one of the first. Shown, never tested.
    pub flipped: Rate,
    /// P(A != A'): how often two answers of the first arm differ. Shown, never tested.
    pub resampled_first: Rate,
    /// P(B != B'): how often two answers of the second arm differ. Shown, never tested.
    pub resampled_second: Rate,
    /// Questions left out because an arm has fewer than two samples.
    pub left_out: u64,
}

/// The divergence between the answer distributions of two arms, D = P(A != B) - [P(A != A') + P(B != B')]/2.
///
/// A, A' are two samples of the first arm and B, B' of the second, on one question. With pi and pi' the answer distributions,
/// D = 1/2 sum_a (pi_a - pi'_a)^2: zero exactly where both are equal. With x_a of n and y_a of m samples giving answer a, the
/// estimate of a question is [sum x_a (x_a - 1)/(n (n - 1)) + sum y_a (y_a - 1)/(m (m - 1))]/2 - sum x_a y_a/(n m), which is
/// unbiased from two samples per arm on. Mean over questions with equal weight; interval: [`crate::paired::mean_difference`]
/// (CR1, t(G-1)), or the wider bound of [`bounded_mean`] where hardly any question diverges, or a few by much. It is not clipped at 0. The
/// estimate of a question is 1/2 sum (x_a/n - y_a/m)^2 less [(1 - sum (x_a/n)^2)/(n - 1) + (1 - sum (y_a/m)^2)/(m - 1)]/2, so that it
/// lies between -(1/n + 1/m)/2 and 1.
///
/// Test: within each question the pooled samples are dealt to the arms anew, 9,999 times, seeded; p = (1 + #{D* >= D})/(B + 1).
/// Exact at any size, since under the null the samples of a question are exchangeable between arms.
///
/// The excess of flips, P(A != B) - P(A != A'), is no distance: a change that turns (.6, .4) into (1, 0) flips 40 % of the answers
/// where asking again flips 48 %. It is shown beside D and not tested.
///
/// Assumes independent questions and samples; the test needs neither equal numbers of samples nor of answers. Source: the energy
/// distance under the discrete metric (Szekely and Rizzo, J. Stat. Plan. Inference 143 (2013) 1249); permutation within strata.
#[must_use]
pub fn divergence(questions: &[Answers], level: Level, seed: Seed) -> Divergence {
    // A canonical order: results do not depend on the order of the questions.
    let numbered = (0_u32..).zip(questions);
    let mut ordered: Vec<(&Answers, Rates, u32)> =
        numbered.filter_map(|(came, answers)| Some((answers, answers.rates()?, came))).collect();
    ordered.sort_by(|a, b| a.0.cmp(b.0));
    let items = || Column::counts(ordered.iter().map(|(_, _, came)| *came));
    let used: Vec<(&Answers, Rates)> = ordered.iter().map(|(answers, rates, _)| (*answers, *rates)).collect();
    let samples = used.iter().map(|(answers, _)| answers.samples()).fold(0, |sum, (n, m)| sum + n + m);
    let size = Size { units: used.len() as u64, samples };
    let share = |of: &dyn Fn(&Rates) -> f64| {
        Rate::of(used.iter().map(|(_, rates)| of(rates)), level).map_or_else(
            |error| Rate::undefined(Undefined::not_applicable("a rate", error.to_string())),
            |rate| rate.map(|estimate| Ok(estimate?.resized(size).over(items))),
        )
    };
    let values: Vec<f64> = used.iter().map(|(_, rates)| rates.divergence()).collect();
    Divergence {
        divergence: if values.is_empty() {
            Err(Undefined::no_data("questions with at least 2 samples in each arm"))
        } else {
            let least = used.iter().map(|(answers, _)| answers.least()).fold(0.0, f64::min);
            // Rounding may lead beyond it by the last digit.
            let limits = values.iter().fold(Limits { least, most: 1.0 }, |limits, value| limits.holding(*value));
            bounded_mean(&values, limits, level).map(|estimate| estimate.resized(size).over(items))
        },
        test: permute(&used, size, seed),
        flipped: share(&|rates| rates.flipped),
        resampled_first: share(&|rates| rates.first),
        resampled_second: share(&|rates| rates.second),
        left_out: (questions.len() - used.len()) as u64,
    }
}

/// A question whose samples can be dealt in more than one way.
struct Deck {
    /// Which answer each pooled sample gave.
    answers: Vec<u32>,
    /// How often each answer was given in both arms together.
    totals: Vec<f64>,
    /// Samples of the first arm.
    first: usize,
}

impl Deck {
    fn new(answers: &Answers) -> Self {
        let totals: Vec<f64> = answers.counts.iter().map(|(x, y)| f64::from(*x) + f64::from(*y)).collect();
        let pooled = (0_u32..).zip(&answers.counts);
        let pooled = pooled.flat_map(|(at, (x, y))| std::iter::repeat_n(at, *x as usize + *y as usize)).collect();
        Self { answers: pooled, totals, first: answers.samples().0 as usize }
    }

    /// D of a random deal; `dealt` is scratch space.
    fn deal(&mut self, dealt: &mut Vec<f64>, stream: &mut Stream) -> f64 {
        dealt.clear();
        dealt.resize(self.totals.len(), 0.0);
        let pooled = self.answers.len();
        for at in 0..self.first {
            self.answers.swap(at, at + stream.index(pooled - at));
            dealt[self.answers[at] as usize] += 1.0;
        }
        let (n, m) = (self.first as f64, (pooled - self.first) as f64);
        let (mut first, mut second, mut across) = (0.0, 0.0, 0.0);
        for (x, total) in dealt.iter().zip(&self.totals) {
            let y = total - x;
            first += x * (x - 1.0);
            second += y * (y - 1.0);
            across += x * y;
        }
        0.5 * (first / (n * (n - 1.0)) + second / (m * (m - 1.0))) - across / (n * m)
    }
}

fn permute(used: &[(&Answers, Rates)], size: Size, seed: Seed) -> Result<Test, Undefined> {
    if used.is_empty() {
        return Err(Undefined::no_data("questions with at least 2 samples in each arm"));
    }
    // A question with one answer has D = 0 in every deal.
    let varied: Vec<&(&Answers, Rates)> = used.iter().filter(|(answers, _)| answers.counts.len() > 1).collect();
    let mut decks: Vec<Deck> = varied.iter().map(|(answers, _)| Deck::new(answers)).collect();
    let observed: f64 = varied.iter().map(|(_, rates)| rates.divergence()).sum();
    let extreme = observed - TIE * used.len() as f64;
    let mut stream = seed.stream("perturbation/permutation");
    let mut dealt = Vec::new();
    let mut count = 0_u64;
    for _ in 0..PERMUTATIONS {
        let sum: f64 = decks.iter_mut().map(|deck| deck.deal(&mut dealt, &mut stream)).sum();
        count += u64::from(sum >= extreme);
    }
    Ok(Test {
        p: (1 + count) as f64 / (1 + PERMUTATIONS) as f64,
        statistic: observed / used.len() as f64,
        size,
        method: Method::described(format!("arms permuted within questions, {PERMUTATIONS} seeded permutations")),
    })
}
