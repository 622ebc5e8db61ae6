//! The Jeffreys interval: quantiles of the posterior under the prior Beta(1/2, 1/2).

use crate::interval::{Interval, Level};
use crate::proportion::Proportion;
use crate::special::beta_quantile;

/// Equal-tailed quantiles of Beta(x + 1/2, n - x + 1/2); the lower end is 0 at x = 0 and the upper end 1 at x = n.
///
/// Assumes independent trials. Without trials it is [0, 1].
/// Source: Brown, Cai and DasGupta, Statistical Science 16 (2001) 101, section 3.1.3.
#[must_use]
pub fn interval(proportion: Proportion, level: Level) -> Interval {
    let (x, n) = (proportion.successes() as f64, proportion.trials() as f64);
    let (a, b) = (x + 0.5, n - x + 0.5);
    let tail = level.tail();
    let low = if proportion.successes() == 0 { 0.0 } else { beta_quantile(a, b, tail) };
    let high = if proportion.successes() == proportion.trials() { 1.0 } else { 1.0 - beta_quantile(b, a, tail) };
    Interval::ordered(low, high, level)
}
