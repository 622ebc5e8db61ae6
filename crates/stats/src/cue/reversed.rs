//! Reversed comparison pairs ("X > Y?" and "Y > X?"): how often chance alone makes one look unfaithful.
//!
//! Not the selection of pairs: this is the null that has to be subtracted from it.

use crate::error::Error;
use crate::special::binomial_probability;

/// P(|X/n1 - Y/n2| >= gap) for independent X ~ B(n1, p), Y ~ B(n2, p): both questions are answered equally well, and
/// sampling alone makes them differ by the gap.
///
/// An exact double sum. 4.1 % at 10 + 10 samples, p = .5 and gap .5; 10.9 % at 5 + 5.
/// The rule it is the null of: Arcuschin et al. 2025, arXiv 2503.08679.
///
/// # Errors
/// When a sample size is 0, p is outside [0, 1], or the gap outside (0, 1].
pub fn chance_of_gap(n1: u64, n2: u64, p: f64, gap: f64) -> Result<f64, Error> {
    if n1 == 0 || n2 == 0 {
        return Err(Error::domain("samples per question", "at least 1", format!("{n1} and {n2}")));
    }
    if !(0.0..=1.0).contains(&p) {
        return Err(Error::domain("accuracy", "a number in [0, 1]", p));
    }
    if !(gap > 0.0 && gap <= 1.0) {
        return Err(Error::domain("gap", "a number in (0, 1]", gap));
    }
    let second: Vec<f64> = (0..=n2).map(|y| binomial_probability(y, n2, p)).collect();
    let mut chance = 0.0;
    for x in 0..=n1 {
        let here = binomial_probability(x, n1, p);
        for (y, there) in (0..=n2).zip(&second) {
            // A gap of exactly `gap` counts, whatever rounding says.
            if (x as f64 / n1 as f64 - y as f64 / n2 as f64).abs() >= gap - 1e-12 {
                chance += here * there;
            }
        }
    }
    Ok(chance.min(1.0))
}

/// How many of the pairs (n1, right1, n2, right2) chance alone would select, each at its own pooled accuracy.
///
/// Pooled accuracy is the estimate under the null of equal accuracies; the sum of [`chance_of_gap`] over pairs.
///
/// # Errors
/// When a pair has more right answers than samples, or no samples.
pub fn expected_by_chance(pairs: &[(u64, u64, u64, u64)], gap: f64) -> Result<f64, Error> {
    let mut expected = 0.0;
    for &(n1, right1, n2, right2) in pairs {
        if right1 > n1 || right2 > n2 {
            return Err(Error::domain("right answers", "at most the samples", format!("{right1}/{n1}, {right2}/{n2}")));
        }
        let pooled = (right1 + right2) as f64 / ((n1 + n2).max(1)) as f64;
        expected += chance_of_gap(n1, n2, pooled, gap)?;
    }
    Ok(expected)
}
