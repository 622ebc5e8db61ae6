//! Digits for an estimate, from its unit: per cent, points, thousands. Not its mark and not its place on the screen.

use candor_stats::{Estimate, Size, Unit};

use super::text;

/// Value and interval, ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digits {
    /// The value.
    pub(crate) value: String,
    /// The interval's ends; `None` where the estimate has no interval.
    pub(crate) ends: Option<(String, String)>,
}

/// How many decimals a set of estimates that stand in one column needs: more where the intervals are narrow.
pub(crate) fn decimals<'a>(unit: Unit, estimates: impl IntoIterator<Item = &'a Estimate>) -> usize {
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
        Unit::Dollars => steps(largest, 4, &[(1.0, 3), (10.0, 2)]),
        Unit::Seconds => steps(largest, 3, &[(1.0, 1), (100.0, 0)]),
        Unit::Count | Unit::Tokens => usize::from(narrowest < 10.0 && largest < 1e4),
        _ => steps(largest, 3, &[(10.0, 2), (100.0, 1), (1e4, 0)]),
    }
}

/// The decimals of the last step that `size` reaches.
fn steps(size: f64, first: usize, rest: &[(f64, usize)]) -> usize {
    rest.iter().rev().find(|(from, _)| size >= *from).map_or(first, |(_, decimals)| *decimals)
}

/// One number of that unit, without the unit's word.
pub(crate) fn plain(unit: Unit, x: f64, decimals: usize) -> String {
    if x.is_infinite() {
        return if x > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scaled = if matches!(unit, Unit::Share | Unit::Points) { 100.0 * x } else { x };
    if scaled.abs() >= 1e15 {
        return format!("{scaled:.3e}");
    }
    let mut digits = grouped(scaled.abs(), decimals);
    let is_zero = digits.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
    if matches!(unit, Unit::Dollars) {
        digits.insert(0, '$');
    }
    if matches!(unit, Unit::Ratio) {
        digits.push('x');
    }
    if is_zero {
        return digits;
    }
    match (scaled < 0.0, unit) {
        (true, _) => digits.insert(0, '-'),
        (false, Unit::Points) => digits.insert(0, '+'),
        _ => {}
    }
    digits
}

/// A number that is not negative, with its thousands set apart.
fn grouped(x: f64, decimals: usize) -> String {
    let digits = format!("{x:.decimals$}");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), text::thousands);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// Value and ends of an estimate.
pub(crate) fn digits(unit: Unit, estimate: &Estimate, decimals: usize) -> Digits {
    let ends = estimate
        .interval()
        .ok()
        .map(|interval| (plain(unit, interval.low(), decimals), plain(unit, interval.high(), decimals)));
    Digits { value: plain(unit, estimate.value(), decimals), ends }
}

/// The word behind the number in a sentence: "62.1 %", "+6.0 points".
pub(crate) fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => " %",
        Unit::Points => " points",
        Unit::Tokens => " tokens",
        Unit::Seconds => " s",
        _ => "",
    }
}

/// "n = 1,150", or "n = 1,150 (18,400 samples)".
pub(crate) fn size(size: Option<Size>) -> String {
    match size {
        None => "n unknown".to_owned(),
        Some(Size { units, samples }) if units == samples => format!("n = {}", text::thousands(units)),
        Some(Size { units, samples }) => {
            format!("n = {} ({} samples)", text::thousands(units), text::thousands(samples))
        }
    }
}

/// Value, unit and interval as they stand in a sentence: "62.1 % [59.3, 64.9]".
pub(crate) fn sentence(unit: Unit, estimate: &Estimate) -> String {
    let digits = digits(unit, estimate, decimals(unit, [estimate]));
    match (digits.ends, estimate.interval()) {
        (Some((_, high)), Ok(interval)) if interval.low().is_infinite() => {
            format!("{}{} (at most {high})", digits.value, word(unit))
        }
        (Some((low, _)), Ok(interval)) if interval.high().is_infinite() => {
            format!("{}{} (at least {low})", digits.value, word(unit))
        }
        (Some((low, high)), _) => format!("{}{} [{low}, {high}]", digits.value, word(unit)),
        (None, Err(why)) => format!("{}{} (no interval: {why})", digits.value, word(unit)),
        (None, Ok(_)) => format!("{}{}", digits.value, word(unit)),
    }
}

#[cfg(test)]
mod tests {
    use candor_stats::{Interval, Level, Method, Size};

    use super::*;

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate::new(
            value,
            Ok(Interval::new(low, high, Level::P95).unwrap()),
            Size::single(100),
            Method::named("Wilson"),
        )
        .unwrap()
    }

    #[test]
    fn shares_are_per_cent_and_differences_are_signed_points() {
        assert_eq!(sentence(Unit::Share, &estimate(0.621, 0.593, 0.649)), "62.1 % [59.3, 64.9]");
        assert_eq!(sentence(Unit::Points, &estimate(0.006, -0.007, 0.019)), "+0.6 points [-0.7, +1.9]");
        assert_eq!(sentence(Unit::Ratio, &estimate(6.3, 5.9, 7.1)), "6.3x [5.9x, 7.1x]");
        assert_eq!(sentence(Unit::Count, &estimate(1150.0, 900.0, 1400.0)), "1,150 [900, 1,400]");
        assert_eq!(sentence(Unit::Dollars, &estimate(0.138, 0.1, 0.2)), "$0.1380 [$0.1000, $0.2000]");
    }

    #[test]
    fn a_bound_on_one_side_is_said_in_words() {
        assert_eq!(sentence(Unit::Points, &estimate(0.004, f64::NEG_INFINITY, 0.012)), "+0.4 points (at most +1.2)");
        assert_eq!(sentence(Unit::Share, &estimate(0.5, 0.4, f64::INFINITY)), "50.0 % (at least 40.0)");
    }

    #[test]
    fn a_number_that_rounds_to_zero_has_no_sign() {
        assert_eq!(plain(Unit::Points, -0.000_01, 1), "0.0");
        assert_eq!(plain(Unit::Points, 0.0, 1), "0.0");
        assert_eq!(plain(Unit::Points, f64::NEG_INFINITY, 1), "-inf");
        assert_eq!(plain(Unit::Number, 3e200, 3), "3.000e200");
    }

    #[test]
    fn narrow_intervals_get_the_decimals_that_tell_their_ends_apart() {
        assert_eq!(sentence(Unit::Share, &estimate(0.796, 0.7957, 0.7963)), "79.60 % [79.57, 79.63]");
    }

    #[test]
    fn a_value_without_an_interval_says_why() {
        let published = Estimate::published(0.62).unwrap();
        assert_eq!(sentence(Unit::Share, &published), "62.0 % (no interval: no n published)");
    }
}
