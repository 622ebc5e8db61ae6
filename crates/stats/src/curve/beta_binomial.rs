//! How per-question success rates are spread, by a beta distribution with a possible lump at zero, and the coverage (pass@k) that
//! follows. A fit: beyond the samples it is a prediction.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::power_law::{Prediction, ends};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::Level;
use crate::seed::Seed;
use crate::special::ln_gamma;
use crate::undefined::Undefined;

/// Success rates are Beta(alpha, beta), except for a share `zero` of questions that are never answered right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BetaBinomial {
    /// First shape, > 0.
    pub alpha: f64,
    /// Second shape, > 0.
    pub beta: f64,
    /// Share of questions with rate 0, in [0, 1).
    pub zero: f64,
    /// Log-likelihood of the counts (binomial coefficients left out).
    pub log_likelihood: f64,
}

impl BetaBinomial {
    /// Maximum likelihood on counts (n samples, c right) per question; with the lump at zero where it raises the log-likelihood by more than
    /// 1.92 (a likelihood-ratio test at 5 %, on the boundary conservative).
    ///
    /// Sources: arXiv 2510.05197, 2502.17578 (beta-distributed per-question rates under repeated sampling).
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below 5 questions, [`Undefined::NoVariation`] where all questions have the rate 0 or all the rate 1.
    pub fn fit(counts: &[(u32, u32)]) -> Result<Self, Undefined> {
        let (total, right) =
            counts.iter().fold((0.0, 0.0), |(n, c), (ni, ci)| (n + f64::from(*ni), c + f64::from(*ci)));
        let mean = (right / total).clamp(0.01, 0.99);
        let (a, b) = (mean.ln(), (1.0 - mean).ln());
        Ok(Optima::of(counts, [a, b], [a, b, -2.0], &CLOSELY)?.best())
    }

    /// ln P of counts (n samples, c right) per question under these shapes, binomial coefficients left out:
    /// sum of ln B(alpha + c, beta + n - c) - ln B(alpha, beta), with the lump added where c = 0.
    #[must_use]
    pub fn log_likelihood_of(&self, counts: &[(u32, u32)]) -> f64 {
        log_likelihood(&kinds(counts), self.alpha, self.beta, self.zero)
    }

    /// Coverage at k samples: (1 - zero) (1 - E[(1 - p)^k]) with E[(1-p)^k] = B(alpha, beta + k) / B(alpha, beta).
    #[must_use]
    pub fn coverage(&self, k: u32) -> f64 {
        let miss = ln_beta(self.alpha, self.beta + f64::from(k)) - ln_beta(self.alpha, self.beta);
        (1.0 - self.zero) * -miss.exp_m1()
    }
}

/// The most likely shapes without and with a lump, as logarithms of both and the lump's log odds.
struct Optima {
    plain: ([f64; 2], f64),
    lumped: ([f64; 3], f64),
}

impl Optima {
    fn of(counts: &[(u32, u32)], plain: [f64; 2], lumped: [f64; 3], search: &Search) -> Result<Self, Undefined> {
        if counts.len() < 5 {
            return Err(Undefined::too_few("questions", counts.len(), 5));
        }
        if counts.iter().all(|(_, c)| *c == 0) || counts.iter().all(|(n, c)| c == n) {
            return Err(Undefined::NoVariation { what: "success rates".into() });
        }
        let kinds = kinds(counts);
        let without = |at: &[f64; 2]| -log_likelihood(&kinds, at[0].exp(), at[1].exp(), 0.0);
        let with = |at: &[f64; 3]| -log_likelihood(&kinds, at[0].exp(), at[1].exp(), logistic(at[2]));
        let found = Self { plain: minimise(&without, plain, search), lumped: minimise(&with, lumped, search) };
        let best = found.best();
        // Shapes that run away mean that the spread is nil (all rates alike): the limit is a binomial, which k samples describe as well.
        if best.alpha.is_finite() && best.beta.is_finite() && best.log_likelihood.is_finite() {
            Ok(found)
        } else {
            Err(Undefined::NotConverged { what: "the beta-binomial fit".into() })
        }
    }

    fn best(&self) -> BetaBinomial {
        let ([a, b], value) = self.plain;
        let simple = BetaBinomial { alpha: a.exp(), beta: b.exp(), zero: 0.0, log_likelihood: -value };
        let ([a, b, zero], value) = self.lumped;
        let with_lump = BetaBinomial { alpha: a.exp(), beta: b.exp(), zero: logistic(zero), log_likelihood: -value };
        if with_lump.log_likelihood > simple.log_likelihood + 1.92 { with_lump } else { simple }
    }
}

/// Predicts coverage at `k` samples, with an interval from refits on resampled questions and the error on what the fit did not see: fitted
/// on one half of the questions with half of their samples, compared with pass@n on the other half.
#[must_use]
pub fn predict(counts: &[(u32, u32)], k: u32, level: Level, resamples: u32, seed: Seed) -> Prediction {
    let fit = match BetaBinomial::fit(counts) {
        Ok(fit) => fit,
        Err(undefined) => return Prediction { estimate: Err(undefined), held_out_error: None },
    };
    // Two hundred are enough for the ends that a prediction deserves; each begins where the fit ended.
    let log_odds = if fit.zero > 0.0 { (fit.zero / (1.0 - fit.zero)).ln() } else { -2.0 };
    let plain = [fit.alpha.ln(), fit.beta.ln()];
    let refit = |drawn: &[(u32, u32)]| Optima::of(drawn, plain, [plain[0], plain[1], log_odds], &ROUGHLY);
    let refits = u64::from(resamples).clamp(100, 200);
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    for number in 0..refits {
        let mut stream = seed.stream_at("curve/beta-binomial", number);
        let drawn: Vec<(u32, u32)> = (0..counts.len()).map(|_| counts[stream.index(counts.len())]).collect();
        if let Ok(fit) = refit(&drawn).map(|optima| optima.best()) {
            let covered = drawn.iter().filter(|(_, right)| *right > 0).count() as f64 / drawn.len() as f64;
            lows.push(fit.coverage(k).min(covered));
            highs.push(fit.coverage(k).max(covered));
        }
    }
    let interval = ends(&mut lows, &mut highs, refits, level);
    let method = Method::described(format!("beta-binomial or no change, {refits} refits on resampled questions"));
    let samples: usize = counts.iter().map(|(n, _)| *n as usize).sum();
    let estimate = Estimate::new(fit.coverage(k), interval, Size::new(counts.len(), samples), method);
    Prediction { estimate, held_out_error: held_out(counts, seed) }
}

fn held_out(counts: &[(u32, u32)], seed: Seed) -> Option<f64> {
    if counts.len() < 20 || counts.iter().any(|(n, _)| *n < 4) {
        return None;
    }
    let mut stream = seed.stream("curve/beta-binomial/held-out");
    let order = stream.order(counts.len());
    let (one, other) = order.split_at(order.len() / 2);
    let (mut error, mut parts) = (0.0, 0.0);
    for (fitted, tested) in [(one, other), (other, one)] {
        let halved: Vec<(u32, u32)> = fitted
            .iter()
            .map(|at| {
                let (n, c) = counts[*at];
                // Half of the samples without replacement: which of them are right is hypergeometric.
                let mut right = 0;
                let (mut left, mut good) = (n, c);
                for _ in 0..n / 2 {
                    if stream.below(u64::from(left)) < u64::from(good) {
                        right += 1;
                        good -= 1;
                    }
                    left -= 1;
                }
                (n / 2, right)
            })
            .collect();
        let fit = BetaBinomial::fit(&halved).ok()?;
        let least = tested.iter().map(|at| counts[*at].0).min()?;
        let k = least;
        let observed: f64 = tested
            .iter()
            .filter_map(|at| {
                let (n, c) = counts[*at];
                super::pass_at_k(u64::from(n), u64::from(c), u64::from(k)).ok()
            })
            .sum::<f64>()
            / tested.len() as f64;
        error += (fit.coverage(k) - observed).abs();
        parts += 1.0;
    }
    Some(error / parts)
}

/// Equal counts taken together, in a fixed order.
fn kinds(counts: &[(u32, u32)]) -> Vec<((u32, u32), f64)> {
    let mut kinds: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    counts.iter().for_each(|count| *kinds.entry(*count).or_default() += 1.0);
    kinds.into_iter().collect()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln x (x + 1) .. (x + n - 1) for n up to `most`: sums of logarithms where they are few, which a fit asks for over and over.
fn rising(x: f64, most: u32) -> impl Fn(u32) -> f64 {
    const SUMMED: u32 = 128;
    let sums: Vec<f64> = std::iter::once(0.0)
        .chain((0..most.min(SUMMED)).scan(0.0, |sum, i| {
            *sum += (x + f64::from(i)).ln();
            Some(*sum)
        }))
        .collect();
    move |n| sums.get(n as usize).copied().unwrap_or_else(|| ln_gamma(x + f64::from(n)) - ln_gamma(x))
}

fn log_likelihood(kinds: &[((u32, u32), f64)], alpha: f64, beta: f64, zero: f64) -> f64 {
    // Outside these shapes ln B loses all digits; the edge is far beyond any spread that data can show.
    if !(1e-6..=1e7).contains(&alpha) || !(1e-6..=1e7).contains(&beta) {
        return -1e300;
    }
    let most = kinds.iter().map(|((n, _), _)| *n).max().unwrap_or(0);
    let (right, wrong, all) = (rising(alpha, most), rising(beta, most), rising(alpha + beta, most));
    kinds
        .iter()
        .map(|((n, c), times)| {
            // B(alpha + c, beta + n - c)/B(alpha, beta), by rising factorials.
            let term = right(*c) + wrong(n - c) - all(*n);
            let value = if *c == 0 { (zero + (1.0 - zero) * term.exp()).ln() } else { (1.0 - zero).ln() + term };
            times * value
        })
        .sum()
}

/// How a minimum is looked for: the sizes of one simplex after the other, and how much of the value they may differ in.
struct Search {
    sizes: &'static [f64],
    within: f64,
}

/// For what is printed.
const CLOSELY: Search = Search { sizes: &[0.5, 0.1, 0.02], within: 1e-13 };
/// For the quantiles of refits.
const ROUGHLY: Search = Search { sizes: &[0.3, 0.05], within: 1e-9 };

/// Nelder and Mead's simplex, restarted from its own end: two or three smooth dimensions need no more.
fn minimise<const N: usize>(function: &dyn Fn(&[f64; N]) -> f64, start: [f64; N], search: &Search) -> ([f64; N], f64) {
    let mut best = (start, f64::INFINITY);
    for size in search.sizes {
        let again = simplex(function, &best.0, *size, search.within);
        if again.1 <= best.1 {
            best = again;
        }
    }
    best
}

fn simplex<const N: usize>(
    function: &dyn Fn(&[f64; N]) -> f64,
    start: &[f64; N],
    size: f64,
    within: f64,
) -> ([f64; N], f64) {
    let count = N;
    let mut corners: Vec<([f64; N], f64)> = (0..=count)
        .map(|corner| {
            let mut at = *start;
            if corner > 0 {
                at[corner - 1] += size;
            }
            let value = function(&at);
            (at, value)
        })
        .collect();
    for _ in 0..400 {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        if (corners[count].1 - corners[0].1).abs() < within * (1.0 + corners[0].1.abs()) {
            break;
        }
        let centre: [f64; N] =
            std::array::from_fn(|i| corners[..count].iter().map(|corner| corner.0[i]).sum::<f64>() / count as f64);
        let along = |factor: f64, worst: &[f64; N]| {
            let at: [f64; N] = std::array::from_fn(|i| centre[i] + factor * (centre[i] - worst[i]));
            (at, function(&at))
        };
        let worst = corners[count].0;
        let reflected = along(1.0, &worst);
        if reflected.1 < corners[0].1 {
            let further = along(2.0, &worst);
            corners[count] = if further.1 < reflected.1 { further } else { reflected };
        } else if reflected.1 < corners[count - 1].1 {
            corners[count] = reflected;
        } else {
            let nearer = along(if reflected.1 < corners[count].1 { 0.5 } else { -0.5 }, &worst);
            if nearer.1 < corners[count].1.min(reflected.1) {
                corners[count] = nearer;
            } else {
                let best = corners[0].0;
                for corner in corners.iter_mut().skip(1) {
                    corner.0.iter_mut().zip(&best).for_each(|(x, b)| *x = b + 0.5 * (*x - b));
                    corner.1 = function(&corner.0);
                }
            }
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates Beta(1, 3) by the smallest of three uniforms; a share of questions is never right.
    fn planted(questions: usize, n: u32, zero: f64, seed: u64) -> Vec<(u32, u32)> {
        let mut stream = Seed(seed).stream("test");
        (0..questions)
            .map(|_| {
                let never = stream.chance(zero);
                let rate = (0..3).map(|_| stream.unit()).fold(1.0, f64::min);
                let c = (0..n).filter(|_| stream.chance(if never { 0.0 } else { rate })).count();
                (n, c as u32)
            })
            .collect()
    }

    #[test]
    fn planted_shapes_are_recovered_with_and_without_a_lump() {
        let fit = BetaBinomial::fit(&planted(4_000, 16, 0.0, 1)).unwrap();
        assert!((fit.alpha - 1.0).abs() < 0.1 && (fit.beta - 3.0).abs() < 0.3, "{fit:?}");
        let fit = BetaBinomial::fit(&planted(4_000, 16, 0.3, 2)).unwrap();
        assert!((fit.zero - 0.3).abs() < 0.05, "{fit:?}");
    }

    #[test]
    fn coverage_beyond_the_samples_is_predicted() {
        let prediction = predict(&planted(2_000, 16, 0.0, 3), 64, Level::P95, 100, Seed(1));
        // E[1 - (1-p)^64] for Beta(1, 3) is 1 - 3/67.
        let estimate = prediction.estimate.unwrap();
        assert!(estimate.interval().unwrap().contains(1.0 - 3.0 / 67.0), "{estimate:?}");
        assert!(prediction.held_out_error.unwrap() < 0.04);
    }

    #[test]
    fn no_spread_and_no_data_are_refused() {
        assert!(BetaBinomial::fit(&[(4, 0); 10]).is_err());
        assert!(BetaBinomial::fit(&[(4, 1); 3]).is_err());
    }
}
