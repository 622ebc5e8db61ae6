//! The Clopper-Pearson interval: both binomial tails at most alpha/2.

use crate::interval::{Interval, Level};
use crate::proportion::Proportion;
use crate::special::beta_quantile;

/// [B(alpha/2; x, n-x+1), B(1-alpha/2; x+1, n-x)] with B the beta quantile; 0 and 1 at the ends x = 0 and x = n.
///
/// Assumes independent trials. Conservative by construction (mean coverage 96.5 % at n = 100 for a promised 95 %).
/// Without trials it is [0, 1]. Source: Clopper and Pearson, Biometrika 26 (1934) 404.
#[must_use]
pub fn interval(proportion: Proportion, level: Level) -> Interval {
    let (x, n) = (proportion.successes() as f64, proportion.trials() as f64);
    let failures = n - x;
    let tail = level.tail();
    let low = if proportion.successes() == 0 { 0.0 } else { beta_quantile(x, failures + 1.0, tail) };
    let high =
        if proportion.successes() == proportion.trials() { 1.0 } else { 1.0 - beta_quantile(failures, x + 1.0, tail) };
    Interval::ordered(low, high, level)
}
