//! Numbers and nouns inside sentences. Not the digits of estimates: see `digits`.

use std::borrow::Cow;

/// A share as points in a sentence: `2 points`, `0.5 points`, `1 point`.
#[must_use]
pub fn points(share: f64) -> String {
    let points = (share * 1e8).round() / 1e6;
    if (points - 1.0).abs() < 1e-9 { "1 point".to_owned() } else { format!("{points} points") }
}

/// The number of words that say one in points: `2 points`, `0.5 percentage points`, `10 pt`, `2%`, `2 per cent`. Whole words, in lower case.
#[must_use]
pub fn points_of(words: &[&str]) -> Option<f64> {
    let (number, unit) = words.split_first()?;
    let unit = unit.join(" ");
    let number = match number.strip_suffix('%').or_else(|| number.strip_suffix("pt")) {
        Some(number) if unit.is_empty() => number,
        _ if matches!(
            unit.as_str(),
            "point" | "points" | "percentage points" | "percentage point" | "%" | "pt" | "per cent" | "percent"
        ) =>
        {
            number
        }
        _ => return None,
    };
    number.parse().ok().filter(|points: &f64| points.is_finite())
}

/// A noun with its indefinite article.
pub(crate) fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// A count with its thousands set apart: 18,400.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A planned number, which is known to no more than two digits, rounded up: 3,700.
#[must_use]
pub(crate) fn planned(count: u64) -> String {
    let unit = 10_u64.pow(count.max(1).ilog10().saturating_sub(1));
    thousands(count.div_ceil(unit).saturating_mul(unit))
}

/// "1 trace", "2 traces", "3 replies", "4 leaves": the count with its noun.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let noun = if count == 1 { Cow::Borrowed(noun) } else { plural(noun) };
    format!("{} {noun}", thousands(count))
}

/// The plural of a noun in the words that are used here.
fn plural(noun: &str) -> Cow<'_, str> {
    if let Some(stem) = noun.strip_suffix("leaf") {
        return format!("{stem}leaves").into();
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies").into(),
        _ => format!("{noun}s").into(),
    }
}

/// A p-value as tables show it: four decimals, or that it is smaller.
#[must_use]
pub fn chance(p: f64) -> String {
    if p < 5e-5 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}

/// A p-value in a sentence: `p = 0.0123`, `p < 0.0001`.
#[must_use]
pub fn p_value(p: f64) -> String {
    let shown = chance(p);
    if shown.starts_with('<') { format!("p {shown}") } else { format!("p = {shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_rounding_leaves_no_tail() {
        assert_eq!(
            (points(0.02).as_str(), points(0.01).as_str(), points(0.005).as_str()),
            ("2 points", "1 point", "0.5 points")
        );
        assert_eq!((counted(1, "trace"), counted(1_150, "trace")), ("1 trace".to_owned(), "1,150 traces".to_owned()));
    }

    #[test]
    fn a_p_value_is_never_nothing() {
        assert_eq!([0.0, 0.000_04, 0.0123, 1.0].map(p_value), ["p < 0.0001", "p < 0.0001", "p = 0.0123", "p = 1.0000"]);
    }

    #[test]
    fn planned_numbers_have_two_digits() {
        let shown = [0, 7, 99, 101, 1000, 3_601].map(planned);
        assert_eq!(shown, ["0", "7", "99", "110", "1,000", "3,700"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
