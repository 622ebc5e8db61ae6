//! A single foreign value and how it is read as text, number, truth or verdict. Not where it stands.

use std::borrow::Cow;

use candor_verify::Outcome;

use super::document::{Constant, Decimal};

/// A value that is no list and no object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'a> {
    Bool(bool),
    Int(i64),
    /// Beyond what `Int` holds.
    Large(u64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl<'a> Scalar<'a> {
    /// What it is, for a message.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            other => other.text().map_or_else(|_| "a number".to_owned(), Cow::into_owned),
        }
    }

    /// As text: numbers without loss, and 3.0 as 3 since tables write whole numbers so. A number that is no longer exact is refused.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, &'static str> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        Ok(match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Large(value) => Cow::Owned(value.to_string()),
            Self::Float(value) if value.abs() >= EXACT => return Err("a number that is kept exactly, or text"),
            Self::Float(value) if value.fract() == 0.0 => Cow::Owned(format!("{value:.0}")),
            Self::Float(value) => Cow::Owned(value.to_string()),
        })
    }

    /// As text, without a copy where it is text.
    pub(crate) fn into_text(self) -> Result<Cow<'a, str>, &'static str> {
        match self {
            Self::Text(text) => Ok(text),
            other => other.text().map(|text| Cow::Owned(text.into_owned())),
        }
    }

    /// As a finite number; text is read as one.
    pub(crate) fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Int(value) => *value as f64,
            Self::Large(value) => *value as f64,
            Self::Float(value) => *value,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        number.is_finite().then_some(number)
    }

    /// As a finite number, written with that decimal sign: groups of digits may be set apart by the other sign, by spaces or by apostrophes.
    pub(super) fn written_with(&self, sign: Decimal) -> Option<f64> {
        let Self::Text(text) = self else { return self.number() };
        let (mark, grouping) = match sign {
            Decimal::Comma => (',', '.'),
            Decimal::Point => ('.', ','),
        };
        let (whole, fraction) = text.trim().split_once(mark).unwrap_or((text.trim(), ""));
        let is_grouping = |c: char| c == grouping || matches!(c, ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}');
        // A group has three digits; anything else is another number than was meant.
        let mut groups = whole.split(is_grouping).skip(1);
        if !groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        let whole: String = whole.chars().filter(|c| !is_grouping(*c)).collect();
        let number: f64 = format!("{whole}.{fraction}").parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// As a whole number that is not negative.
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Int(value) => u64::try_from(*value).ok(),
            Self::Large(value) => Some(*value),
            Self::Float(value) if value.fract() == 0.0 && (0.0..9.0e15).contains(value) => Some(*value as u64),
            Self::Text(text) => {
                let text = text.trim();
                let whole = text.strip_suffix(".0").unwrap_or(text);
                whole.parse().ok()
            }
            _ => None,
        }
    }

    /// As truth: true, yes, y, t, 1 and their opposites, in any case.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Int(1) => Some(true),
            Self::Int(0) => Some(false),
            Self::Int(_) | Self::Large(_) => None,
            Self::Float(value) => {
                if value.to_bits() == 1f64.to_bits() {
                    Some(true)
                } else {
                    (value.abs().to_bits() == 0).then_some(false)
                }
            }
            Self::Text(text) => {
                let text = text.trim();
                let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                if is(&["true", "yes", "y", "t", "1", "1.0"]) {
                    Some(true)
                } else {
                    is(&["false", "no", "n", "f", "0", "0.0"]).then_some(false)
                }
            }
        }
    }

    /// As the outcome of a verdict: truth, or a word for it.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        if let Self::Text(text) = self {
            let text = text.trim();
            let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is(&["correct", "right", "pass", "passed", "c"]) {
                return Some(Outcome::Correct);
            }
            if is(&["wrong", "incorrect", "fail", "failed", "i"]) {
                return Some(Outcome::Wrong);
            }
            if is(&["no_answer", "no answer", "noanswer", "none", "unknown", "unparsed"]) {
                return Some(Outcome::NoAnswer);
            }
            if is(&["error", "errored"]) {
                return Some(Outcome::Error);
            }
        }
        self.truth().map(|truth| if truth { Outcome::Correct } else { Outcome::Wrong })
    }

    /// Whether two values are the same as text or as numbers.
    pub(crate) fn same(&self, other: &Scalar<'_>) -> bool {
        match (self, other) {
            (Self::Text(left), Scalar::Text(right)) => left == right,
            (Self::Bool(left), Scalar::Bool(right)) => left == right,
            (Self::Bool(_), _) | (_, Scalar::Bool(_)) => self.truth().is_some() && self.truth() == other.truth(),
            _ => match (self.text(), other.text()) {
                (Ok(left), Ok(right)) => left == right,
                _ => false,
            },
        }
    }

    pub(crate) fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Bool(value) => Scalar::Bool(value),
            Self::Int(value) => Scalar::Int(value),
            Self::Large(value) => Scalar::Large(value),
            Self::Float(value) => Scalar::Float(value),
            Self::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
        }
    }
}

impl From<&Constant> for Scalar<'static> {
    fn from(constant: &Constant) -> Self {
        match constant {
            Constant::Bool(value) => Self::Bool(*value),
            Constant::Int(value) => Self::Int(*value),
            Constant::Float(value) => Self::Float(*value),
            Constant::Text(text) => Self::Text(Cow::Owned(text.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_text_without_loss_or_not_at_all() {
        assert_eq!(Scalar::Int(9_007_199_254_740_993).text().unwrap(), "9007199254740993");
        assert_eq!(Scalar::Large(u64::MAX).text().unwrap(), "18446744073709551615");
        assert_eq!(Scalar::Float(3.0).text().unwrap(), "3");
        assert_eq!(Scalar::Float(0.75).text().unwrap(), "0.75");
        assert!(Scalar::Float(1e20).text().is_err());
    }

    #[test]
    fn verdicts_are_read_from_truth_and_words() {
        assert_eq!(Scalar::Int(1).outcome(), Some(Outcome::Correct));
        assert_eq!(Scalar::Float(0.0).outcome(), Some(Outcome::Wrong));
        assert_eq!(Scalar::Text("No_Answer".into()).outcome(), Some(Outcome::NoAnswer));
        assert_eq!(Scalar::Text("maybe".into()).outcome(), None);
        assert_eq!(Scalar::Int(7).outcome(), None);
    }

    #[test]
    fn numbers_are_read_with_their_decimal_sign_and_groups_of_three_alone() {
        let comma = |text: &'static str| Scalar::Text(Cow::Borrowed(text)).written_with(Decimal::Comma);
        for (text, number) in
            [("0,0123", 0.0123), ("1.234,5", 1234.5), ("-12 345,75", -12_345.75), ("7", 7.0), (" 1'000 ", 1000.0)]
        {
            assert_eq!(comma(text), Some(number), "{text}");
        }
        for text in ["0.0123", "1.23,4", "1,2,3", "", ",", "a,5", "1.,5"] {
            assert_eq!(comma(text), None, "{text}");
        }
        let point = |text: &'static str| Scalar::Text(Cow::Borrowed(text)).written_with(Decimal::Point);
        assert_eq!((point("1,234.5"), point("12,34.5"), point("0.5")), (Some(1234.5), None, Some(0.5)));
        assert_eq!(Scalar::Float(0.25).written_with(Decimal::Comma), Some(0.25));
    }
}
