//! Wilson's score interval, also at an effective number of trials and with a t quantile.
//!
//! Not the effective number itself: [`crate::clusters`] computes it.

use crate::error::Error;
use crate::interval::{Interval, Level};
use crate::special::critical;

/// Wilson's score interval for a share observed with the precision of `n` independent trials (`n` need not be whole).
///
/// The set of pi with (share - pi)^2 <= c^2 pi (1 - pi) / n, that is
/// (share + c^2/2n ± c sqrt(share (1 - share)/n + c^2/4n^2)) / (1 + c^2/n),
/// with c the two-sided critical value of Student's t with `df` degrees of freedom (`f64::INFINITY`: normal).
///
/// Assumes that (share - pi)/sqrt(pi (1 - pi)/n) is about t-distributed. Source: Wilson, JASA 22 (1927) 209; with n_eff
/// and t: the shape of Korn and Graubard, Survey Methodology 24 (1998) 193.
///
/// # Errors
/// When `share` is outside [0, 1], or `n` or `df` is not above 0.
pub fn score_interval(share: f64, n: f64, df: f64, level: Level) -> Result<Interval, Error> {
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::domain("share", "a number in [0, 1]", share));
    }
    if n.is_nan() || n <= 0.0 {
        return Err(Error::domain("effective number of trials", "a number above 0", n));
    }
    if df.is_nan() || df <= 0.0 {
        return Err(Error::domain("degrees of freedom", "a number above 0", df));
    }
    Ok(at(share, n, critical(level, df), level))
}

/// The same with the critical value already known; the share in [0, 1] and n > 0 by the caller's construction.
pub(crate) fn at(share: f64, n: f64, critical: f64, level: Level) -> Interval {
    let c2 = critical * critical / n;
    let centre = share + 0.5 * c2;
    let half = (c2 * (share * (1.0 - share) + 0.25 * c2)).sqrt();
    // The roots multiply to share^2 / (1 + c2): the small one from the large one, so that its digits are not cancelled.
    let high = ((centre + half) / (1.0 + c2)).min(1.0);
    let low = if share > 0.0 { share * share / (centre + half) } else { 0.0 };
    let high = if share < 1.0 { high } else { 1.0 };
    Interval::ordered(low.clamp(0.0, 1.0), high, level)
}
