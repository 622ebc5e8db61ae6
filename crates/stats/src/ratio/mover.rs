//! MOVER-R: the interval of a ratio from the intervals of two independent estimates.

use crate::error::Error;
use crate::interval::{Interval, Level};

/// A point estimate with the ends of its interval, as MOVER-R takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Part {
    /// From an interval around a value.
    #[must_use]
    pub fn new(value: f64, interval: &Interval) -> Self {
        Self { value, low: interval.low(), high: interval.high() }
    }
}

/// The interval of r / a from (l1, u1) around r >= 0 and (l2, u2) around a > 0, not clipped.
///
/// L = l1 (2r - l1) / (r a + sqrt((r a)^2 - l1 u2 (2r - l1)(2a - u2))),
/// U = (r a + sqrt((r a)^2 - u1 l2 (2r - u1)(2a - l2))) / (l2 (2a - l2)), infinite if l2 <= 0.
/// (L is written in the form that does not divide by 2a - u2, which may be 0.)
///
/// Assumes that both estimates are independent (or at least uncorrelated) and that their intervals hold.
/// Source: Donner and Zou, Statistical Methods in Medical Research 21 (2012) 347.
///
/// # Errors
/// When a value lies outside its interval, r or l1 is negative, or a is not above 0.
pub fn mover_r(numerator: Part, denominator: Part, level: Level) -> Result<Interval, Error> {
    let Part { value: r, low: l1, high: u1 } = numerator;
    let Part { value: a, low: l2, high: u2 } = denominator;
    if !(l1 >= 0.0 && l1 <= r && r <= u1 && u1.is_finite()) {
        return Err(Error::domain("numerator", "0 <= low <= value <= high", format!("{l1}, {r}, {u1}")));
    }
    if !(a > 0.0 && l2 <= a && a <= u2 && u2.is_finite()) {
        return Err(Error::domain("denominator", "low <= value <= high, value above 0", format!("{l2}, {a}, {u2}")));
    }
    let ra = r * a;
    // Both roots are real: x (2c - x) <= c^2 for every x. Rounding may say otherwise.
    let root = |product: f64| (ra * ra - product).max(0.0).sqrt();
    let below = l1 * (2.0 * r - l1);
    let low = if below > 0.0 { below / (ra + root(below * u2 * (2.0 * a - u2))) } else { 0.0 };
    let high = if l2 > 0.0 {
        let scale = l2 * (2.0 * a - l2);
        (ra + root(u1 * (2.0 * r - u1) * scale)) / scale
    } else {
        f64::INFINITY
    };
    Interval::new(low.min(high), high, level)
}
