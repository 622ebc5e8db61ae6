//! Digits for an estimate, from its unit: per cent, points, thousands. One set of rules for every surface, so that a page and a terminal
//! never show two roundings of one number. Not its mark, and not its place on the screen.

use candor_stats::{Claim, Estimate, Unit};

use crate::words::thousands;

/// How a surface spells signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// What every terminal and every program reads: `-0.7`, `6.1x`, `-inf`.
    Plain,
    /// As a book is set: `−0.7`, `6.1×`, `−∞`.
    Typeset,
}

impl Spelling {
    fn minus(self) -> char {
        if self == Self::Plain { '-' } else { '−' }
    }

    fn times(self) -> char {
        if self == Self::Plain { 'x' } else { '×' }
    }

    fn infinity(self) -> &'static str {
        if self == Self::Plain { "inf" } else { "∞" }
    }
}

/// Value and interval, ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    /// The value.
    pub value: String,
    /// The interval's ends; `None` where the estimate has no interval.
    pub ends: Option<(String, String)>,
}

/// How many decimals a set of estimates that stand in one column needs: more where the intervals are narrow.
#[must_use]
pub fn decimals<'a>(unit: Unit, estimates: impl IntoIterator<Item = &'a Estimate>) -> usize {
    let (mut largest, mut narrowest) = (0.0_f64, f64::INFINITY);
    for estimate in estimates {
        largest = largest.max(estimate.value().abs());
        if let Ok(interval) = estimate.interval() {
            for end in [interval.low(), interval.high()] {
                if end.is_finite() {
                    largest = largest.max(end.abs());
                }
            }
            if interval.width() > 0.0 {
                narrowest = narrowest.min(interval.width());
            }
        }
    }
    match unit {
        Unit::Share | Unit::Points => match 100.0 * narrowest {
            width if width < 0.02 => 3,
            width if width < 0.2 => 2,
            _ => 1,
        },
        Unit::Ratio => steps(largest, 2, &[(2.0, 1), (100.0, 0)]),
        Unit::Dollars => steps(largest, 7, &[(1e-4, 6), (1e-3, 5), (1e-2, 4), (1.0, 3), (10.0, 2)]),
        Unit::Seconds => steps(largest, 3, &[(1.0, 1), (100.0, 0)]),
        Unit::Count | Unit::Tokens => usize::from(narrowest < 10.0 && largest < 1e4),
        _ => steps(largest, 3, &[(10.0, 2), (100.0, 1), (1e4, 0)]),
    }
}

/// The decimals of the last step that `size` reaches.
fn steps(size: f64, first: usize, rest: &[(f64, usize)]) -> usize {
    rest.iter().rev().find(|(from, _)| size >= *from).map_or(first, |(_, decimals)| *decimals)
}

/// By how much a stored value is multiplied before it is printed: shares are printed in per cent.
#[must_use]
pub fn factor(unit: Unit) -> f64 {
    if matches!(unit, Unit::Share | Unit::Points) { 100.0 } else { 1.0 }
}

/// A number that is not negative, with its thousands set apart.
fn grouped(x: f64, decimals: usize) -> String {
    // The last digits of a double decide no rounding: one number that was reached on two ways is printed in one.
    let digits = format!("{:.decimals$}", x * (1.0 + 4.0 * f64::EPSILON));
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), thousands);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// A planted value in the unit and with the decimals of the claim whose parameter it is.
#[must_use]
pub fn planted(truth: f64, claim: &Claim) -> String {
    let unit = claim.parameter().unit;
    Spelling::Plain.plain(unit, truth, decimals(unit, claim.estimate().ok()))
}

/// The word behind the number in a sentence: "62.1 %", "+6.0 points".
#[must_use]
pub fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => " %",
        Unit::Points => " points",
        Unit::Tokens => " tokens",
        Unit::Seconds => " s",
        _ => "",
    }
}

impl Spelling {
    /// One number of that unit, without the unit's word.
    #[must_use]
    pub fn plain(self, unit: Unit, x: f64, decimals: usize) -> String {
        let signed = |negative: bool, mut digits: String| {
            if negative {
                digits.insert(0, self.minus());
            }
            digits
        };
        if x.is_infinite() {
            return signed(x < 0.0, self.infinity().to_owned());
        }
        let scaled = factor(unit) * x;
        if scaled.abs() >= 1e15 {
            return signed(scaled < 0.0, format!("{:.3e}", scaled.abs()));
        }
        let mut digits = grouped(scaled.abs(), decimals);
        let is_zero = digits.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
        if matches!(unit, Unit::Dollars) {
            digits.insert(0, '$');
        }
        if matches!(unit, Unit::Ratio) {
            digits.push(self.times());
        }
        if !is_zero && scaled > 0.0 && unit == Unit::Points {
            digits.insert(0, '+');
        }
        signed(!is_zero && scaled < 0.0, digits)
    }

    /// A setting on an axis: no more than three decimals, and none where it is whole.
    #[must_use]
    pub fn setting(self, x: f64) -> String {
        let digits = grouped(x.abs(), 3);
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        if x < 0.0 && digits != "0" { format!("{}{digits}", self.minus()) } else { digits.to_owned() }
    }

    /// Value and ends of an estimate. An end beyond what the parameter can be is printed as the farthest that it can be: the interval of a mean by t knows no bounds,
    /// the share or difference that it is of does, and nothing beyond is ever the truth.
    #[must_use]
    pub fn digits(self, unit: Unit, estimate: &Estimate, decimals: usize) -> Digits {
        let end = |x: f64| match unit {
            Unit::Share if x.is_finite() => self.plain(unit, x.clamp(0.0, 1.0), decimals),
            Unit::Points if x.is_finite() => self.plain(unit, x.clamp(-1.0, 1.0), decimals),
            _ => self.plain(unit, x, decimals),
        };
        let ends = estimate.interval().ok().map(|interval| (end(interval.low()), end(interval.high())));
        Digits { value: self.plain(unit, estimate.value(), decimals), ends }
    }

    /// Value, unit and interval as they stand in a sentence: "62.1 % [59.3, 64.9]"; a bound on one side is said in words.
    #[must_use]
    pub fn sentence(self, unit: Unit, estimate: &Estimate) -> String {
        let digits = self.digits(unit, estimate, decimals(unit, [estimate]));
        let value = format!("{}{}", digits.value, word(unit));
        match (digits.ends, estimate.interval()) {
            (Some((_, high)), Ok(interval)) if interval.low().is_infinite() => format!("{value} (at most {high})"),
            (Some((low, _)), Ok(interval)) if interval.high().is_infinite() => format!("{value} (at least {low})"),
            (Some((low, high)), _) => format!("{value} [{low}, {high}]"),
            (None, Err(why)) => format!("{value} (no interval: {why})"),
            (None, Ok(_)) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use candor_stats::{Interval, Level, Method, Size};

    use super::Spelling::{Plain, Typeset};
    use super::*;

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        let interval = Interval::new(low, high, Level::P95).unwrap();
        Estimate::new(value, Ok(interval), Size::single(100), Method::named("Wilson")).unwrap()
    }

    #[test]
    fn shares_are_per_cent_and_differences_are_signed_points() {
        assert_eq!(Plain.sentence(Unit::Share, &estimate(0.621, 0.593, 0.649)), "62.1 % [59.3, 64.9]");
        assert_eq!(Plain.sentence(Unit::Points, &estimate(0.006, -0.007, 0.019)), "+0.6 points [-0.7, +1.9]");
        assert_eq!(Typeset.sentence(Unit::Points, &estimate(0.006, -0.007, 0.019)), "+0.6 points [−0.7, +1.9]");
        assert_eq!(Plain.sentence(Unit::Ratio, &estimate(6.3, 5.9, 7.1)), "6.3x [5.9x, 7.1x]");
        assert_eq!(Typeset.sentence(Unit::Ratio, &estimate(6.3, 5.9, 7.1)), "6.3× [5.9×, 7.1×]");
        assert_eq!(Plain.sentence(Unit::Count, &estimate(1150.0, 900.0, 1400.0)), "1,150 [900, 1,400]");
        assert_eq!(Plain.sentence(Unit::Dollars, &estimate(0.138, 0.1, 0.2)), "$0.1380 [$0.1000, $0.2000]");
        let tiny = estimate(0.000_05, 0.000_04, 0.000_06);
        assert_eq!(Plain.sentence(Unit::Dollars, &tiny), "$0.0000500 [$0.0000400, $0.0000600]");
    }

    #[test]
    fn a_bound_on_one_side_is_said_in_words() {
        let at_most = estimate(0.004, f64::NEG_INFINITY, 0.012);
        assert_eq!(Plain.sentence(Unit::Points, &at_most), "+0.4 points (at most +1.2)");
        assert_eq!(Typeset.sentence(Unit::Share, &estimate(0.5, 0.4, f64::INFINITY)), "50.0 % (at least 40.0)");
    }

    #[test]
    fn a_number_that_rounds_to_zero_has_no_sign_and_huge_numbers_have_an_exponent() {
        assert_eq!(
            (Plain.plain(Unit::Points, -0.000_01, 1), Plain.plain(Unit::Points, 0.0, 1)),
            ("0.0".into(), "0.0".into())
        );
        assert_eq!(Plain.plain(Unit::Points, f64::NEG_INFINITY, 1), "-inf");
        assert_eq!(Typeset.plain(Unit::Points, f64::NEG_INFINITY, 1), "−∞");
        assert_eq!(Typeset.plain(Unit::Number, -3e200, 3), "−3.000e200");
    }

    #[test]
    fn no_end_is_printed_beyond_what_can_be() {
        assert_eq!(Plain.sentence(Unit::Points, &estimate(0.5, -0.37, 1.37)), "+50.0 points [-37.0, +100.0]");
        assert_eq!(Plain.sentence(Unit::Share, &estimate(0.1, -0.1, 0.3)), "10.0 % [0.0, 30.0]");
        assert_eq!(Plain.sentence(Unit::Number, &estimate(0.5, -2.0, 3.0)), "0.500 [-2.000, 3.000]");
    }

    #[test]
    fn narrow_intervals_get_the_decimals_that_tell_their_ends_apart() {
        assert_eq!(Plain.sentence(Unit::Share, &estimate(0.796, 0.7957, 0.7963)), "79.60 % [79.57, 79.63]");
    }

    #[test]
    fn a_value_without_an_interval_says_why() {
        let published = Estimate::published(0.62).unwrap();
        assert_eq!(Plain.sentence(Unit::Share, &published), "62.0 % (no interval: no n published)");
    }

    #[test]
    fn settings_are_as_short_as_they_can_be() {
        let settings = [16.0, 0.5, -2.25, 4096.0, -0.0].map(|x| Typeset.setting(x));
        assert_eq!(settings, ["16", "0.5", "−2.25", "4,096", "0"]);
    }
}
