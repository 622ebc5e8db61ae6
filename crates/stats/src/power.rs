//! How many questions: before money is spent, and when the data could not tell.

use crate::error::Error;
use crate::special::normal_quantile;

/// The variance of one question's paired difference, by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variances {
    /// omega^2: variance over questions of the true difference.
    pub between: f64,
    /// sigma_A^2: variance of single samples of the first arm within a question.
    pub first: f64,
    /// K_A: samples per question of the first arm.
    pub first_samples: u32,
    /// sigma_B^2 of the second arm.
    pub second: f64,
    /// K_B.
    pub second_samples: u32,
}

impl Variances {
    /// omega^2 + sigma_A^2/K_A + sigma_B^2/K_B: the variance of one question's observed difference.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.between
            + self.first / f64::from(self.first_samples.max(1))
            + self.second / f64::from(self.second_samples.max(1))
    }
}

fn probability(what: &'static str, p: f64) -> Result<f64, Error> {
    if p > 0.0 && p < 1.0 { Ok(p) } else { Err(Error::domain(what, "a number strictly between 0 and 1", p)) }
}

fn positive(what: &'static str, x: f64) -> Result<f64, Error> {
    if x > 0.0 && x.is_finite() { Ok(x) } else { Err(Error::domain(what, "a finite number above 0", x)) }
}

fn variance(x: f64) -> Result<f64, Error> {
    if x >= 0.0 && x.is_finite() { Ok(x) } else { Err(Error::domain("variance", "a finite number, at least 0", x)) }
}

/// -z quantile of the tail: z_{1 - tail} without the rounding of 1 - tail.
fn z_of_tail(tail: f64) -> f64 {
    -normal_quantile(tail)
}

fn rounded(n: f64) -> u64 {
    // A value that is whole but for rounding is whole.
    (n * (1.0 - 4.0 * f64::EPSILON)).ceil().max(1.0) as u64
}

/// n = (z_{1-alpha/2} + z_power)^2 (omega^2 + sigma_A^2/K_A + sigma_B^2/K_B)/delta^2, not rounded.
///
/// The number of questions at which a true paired difference `delta` is found by a two-sided test at `alpha` with probability
/// `power`. Assumes independent questions and a normal mean. Source: Miller 2024, arXiv 2411.00640.
///
/// # Errors
/// When alpha or power is outside (0, 1), delta is 0 or not finite, or a variance is negative.
pub fn questions_for_difference(delta: f64, variances: &Variances, alpha: f64, power: f64) -> Result<f64, Error> {
    let (alpha, power) = (probability("alpha", alpha)?, probability("power", power)?);
    let delta = positive("difference", delta.abs())?;
    let total = variance(variances.total())?;
    let z = z_of_tail(0.5 * alpha) + normal_quantile(power);
    Ok(z * z * total / (delta * delta))
}

/// The same, rounded up, from the standard deviation of the observed paired differences: "to see a gain of 1 point you would
/// need about 3,700 questions".
///
/// # Errors
/// As [`questions_for_difference`].
pub fn questions_to_see(delta: f64, sd: f64, alpha: f64, power: f64) -> Result<u64, Error> {
    let between = variance(sd * sd)?;
    let variances = Variances { between, first: 0.0, first_samples: 1, second: 0.0, second_samples: 1 };
    Ok(rounded(questions_for_difference(delta, &variances, alpha, power)?))
}

/// The difference that n questions find with that power: the inverse of [`questions_for_difference`].
///
/// # Errors
/// As [`questions_for_difference`], and when n is 0.
pub fn detectable_difference(n: u64, variances: &Variances, alpha: f64, power: f64) -> Result<f64, Error> {
    let n = positive("questions", n as f64)?;
    let one = questions_for_difference(1.0, variances, alpha, power)?;
    Ok((one / n).sqrt())
}

/// The power of a two-sided test at `alpha` with n questions against a true difference `delta` (the far tail is neglected).
///
/// # Errors
/// As [`questions_for_difference`], and when n is 0.
pub fn power_of(n: u64, delta: f64, variances: &Variances, alpha: f64) -> Result<f64, Error> {
    let alpha = probability("alpha", alpha)?;
    let n = positive("questions", n as f64)?;
    let total = positive("variance", variances.total())?;
    let shift = delta.abs() * (n / total).sqrt();
    Ok(crate::special::normal_upper(z_of_tail(0.5 * alpha) - shift))
}

/// Questions at which an interval has half-width h: (z_{1-alpha/2} sd / h)^2, rounded up.
///
/// # Errors
/// When alpha is outside (0, 1), h is not above 0, or sd negative.
pub fn questions_for_half_width(h: f64, sd: f64, alpha: f64) -> Result<u64, Error> {
    let (alpha, h) = (probability("alpha", alpha)?, positive("half-width", h)?);
    let between = variance(sd * sd)?;
    let z = z_of_tail(0.5 * alpha);
    Ok(rounded(z * z * between / (h * h)))
}

/// Questions at which a drop (or gain) of `margin` is excluded with probability `power` when there is none:
/// (z_{1-tail} + z_power)^2 sd^2 / margin^2, rounded up; `tail` is the one-sided error.
///
/// With sd = .45, tail .05, power .8 and a margin of 2 points: about 3,100.
///
/// # Errors
/// When tail or power is outside (0, 1), the margin is not above 0, or sd negative.
pub fn questions_to_exclude(margin: f64, sd: f64, tail: f64, power: f64) -> Result<u64, Error> {
    let (tail, power) = (probability("one-sided error", tail)?, probability("power", power)?);
    let margin = positive("margin", margin)?;
    let between = variance(sd * sd)?;
    let z = z_of_tail(tail) + normal_quantile(power);
    Ok(rounded(z * z * between / (margin * margin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_orders_of_magnitude() {
        // notes: excluding a 2-point gain at 80 % power takes about 3,100 questions at sd .45.
        let n = questions_to_exclude(0.02, 0.45, 0.05, 0.8).unwrap();
        assert!((3_080..3_180).contains(&n), "{n}");
        let v = Variances { between: 0.05, first: 0.2, first_samples: 4, second: 0.2, second_samples: 4 };
        let n = questions_for_difference(0.03, &v, 0.05, 0.8).unwrap();
        let back = detectable_difference(n.round() as u64, &v, 0.05, 0.8).unwrap();
        assert!((back - 0.03).abs() < 1e-4);
        assert!((power_of(n.round() as u64, 0.03, &v, 0.05).unwrap() - 0.8).abs() < 1e-3);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(questions_to_see(0.0, 0.4, 0.05, 0.8).is_err());
        assert!(questions_to_see(0.1, f64::NAN, 0.05, 0.8).is_err());
        assert!(questions_for_half_width(0.1, 0.5, 1.0).is_err());
        assert_eq!(questions_for_half_width(0.05, 0.5, 0.05).unwrap(), 385);
    }
}
