//! Numbers as people and models write them: `1,234.5`, `-3/4`, `50%`, `1 1/2`, `\frac{1}{2}`, "twenty-one". Not expressions:
//! nothing is computed but the value that is written.

use std::sync::LazyLock;

use regex::{Captures, Regex};

mod words;

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    /// The value as written; a percentage is not divided.
    pub(crate) value: f64,
    /// Whether a percent sign or the word follows.
    pub(crate) percent: bool,
    /// First byte in the text.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

/// Digits beyond this many are no number that anybody meant.
const LONGEST: usize = 60;

static FIGURES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let plain = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+";
    Regex::new(&format!(
        r"(?x)
        (?P<sign>[-−–+])?\s?[$€£]?
        (?: \\d?frac\s*\{{ \s*(?P<top>[-]?\d+)\s* \}}\s*\{{ \s*(?P<bottom>\d+)\s* \}}
          | (?P<whole>\d+)\s+(?P<mixed_top>\d+)\s*/\s*(?P<mixed_bottom>\d+)
          | (?P<plain>{plain})(?:[eE](?P<exponent>[-+]?\d{{1,3}}))?(?:\s*/\s*(?P<over>{plain}))?
        )"
    ))
    .ok()
});

/// Every number of a text in order. A minus sign counts where no word or digit stands right before it.
pub(crate) fn numbers(text: &str) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    if let Some(figures) = FIGURES.as_ref() {
        for captures in figures.captures_iter(text) {
            found.extend(figure(text, &captures));
        }
    }
    found.extend(words::numbers(text));
    found.sort_by_key(|number| number.start);
    for number in &mut found {
        let after = text[number.end..].trim_start_matches([' ', '\\']);
        number.percent = after.starts_with('%') || after.starts_with("percent") || after.starts_with("per cent");
    }
    found
}

/// The number that a text is, and nothing else; units, currency signs and full stops around it are let pass.
pub(crate) fn only(text: &str) -> Option<Number> {
    let mut all = numbers(text);
    (all.len() == 1).then(|| all.remove(0))
}

fn figure(text: &str, captures: &Captures<'_>) -> Option<Number> {
    let whole = captures.get(0)?;
    let get = |name: &str| captures.name(name).map(|part| part.as_str());
    let read = |part: &str| (part.len() <= LONGEST).then(|| part.replace(',', "").parse::<f64>().ok()).flatten();
    let mut value = if let (Some(top), Some(bottom)) = (get("top"), get("bottom")) {
        divided(read(top)?, read(bottom)?)?
    } else if let (Some(units), Some(top), Some(bottom)) = (get("whole"), get("mixed_top"), get("mixed_bottom")) {
        read(units)? + divided(read(top)?, read(bottom)?)?
    } else {
        let plain = get("plain")?;
        let scaled = match get("exponent") {
            Some(exponent) => read(&format!("{plain}e{exponent}"))?,
            None => read(plain)?,
        };
        match get("over") {
            Some(over) => divided(scaled, read(over)?)?,
            None => scaled,
        }
    };
    let mut start = whole.start() + (whole.as_str().len() - whole.as_str().trim_start().len());
    if let Some(sign) = captures.name("sign") {
        let joined = text[..sign.start()].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == ')');
        if joined {
            start = sign.end();
        } else if sign.as_str() != "+" {
            value = -value;
        }
    }
    value.is_finite().then_some(Number { value, percent: false, start, end: whole.end() })
}

fn divided(top: f64, bottom: f64) -> Option<f64> {
    (bottom > 0.0).then(|| top / bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        numbers(text).iter().map(|number| number.value).collect()
    }

    #[test]
    fn numbers_are_read_as_written() {
        let cases: [(&str, &[f64]); 12] = [
            ("1,234.5 and 7", &[1234.5, 7.0]),
            ("-3/4", &[-0.75]),
            ("1 1/2 cups", &[1.5]),
            (r"\frac{1}{2}", &[0.5]),
            ("6.02e23", &[6.02e23]),
            ("it is −5", &[-5.0]),
            ("7-5", &[7.0, 5.0]),
            ("$18.00", &[18.0]),
            ("twenty-one", &[21.0]),
            ("1, 2, 3", &[1.0, 2.0, 3.0]),
            ("1/0", &[]),
            ("no number", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn percent_is_seen_and_not_divided() {
        let number = only("about 50 %").unwrap();
        assert!(number.percent && (number.value - 50.0).abs() < 1e-12);
        assert!(only("12.5\\%").unwrap().percent);
        assert!(!only("50").unwrap().percent);
    }
}
