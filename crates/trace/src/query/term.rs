//! One term of a query, and whether it holds for a trace. Not its spelling: see `parse`.

use super::field::{self, Number, Recorded, Text};
use crate::Trace;

/// A condition, possibly turned round.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) condition: Condition,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// A text is one of these patterns.
    Is(Text, Vec<Pattern>),
    /// A text contains one of these.
    Contains(Text, Vec<String>),
    /// A number compares so with one of these.
    Compares(Number, Comparison, Vec<f64>),
    /// Something was recorded.
    Has(Vec<Recorded>),
    /// The words stand anywhere.
    Says(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A text in lower case in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(pub(super) String);

impl Term {
    pub(super) fn holds(&self, trace: &Trace) -> bool {
        self.negated != self.condition.holds(trace)
    }
}

impl Condition {
    fn holds(&self, trace: &Trace) -> bool {
        match self {
            Self::Is(Text::Id, patterns) => Text::Id.any(trace, &mut |id| {
                // An identifier is usually given by its first digits.
                patterns.iter().any(|pattern| id.starts_with(&pattern.0) || pattern.matches(id))
            }),
            Self::Is(field, patterns) => {
                field.any(trace, &mut |value| patterns.iter().any(|pattern| pattern.matches(value)))
            }
            Self::Contains(field, parts) => {
                field.any(trace, &mut |value| parts.iter().any(|part| contains(value, part)))
            }
            Self::Compares(field, comparison, numbers) => {
                field.any(trace, &|value| numbers.iter().any(|number| comparison.holds(value, *number)))
            }
            Self::Has(recorded) => recorded.iter().any(|recorded| recorded.holds(trace)),
            Self::Says(words) => field::any_text(trace, &mut |text| contains(text, words)),
        }
    }
}

impl Comparison {
    fn holds(self, value: f64, number: f64) -> bool {
        let order = value.total_cmp(&number);
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// Whether a text contains another one that is in lower case already.
pub(crate) fn contains(text: &str, lower: &str) -> bool {
    text.contains(lower) || text.to_lowercase().contains(lower)
}

impl Pattern {
    /// Whether the whole text matches. Linear: a `*` takes as little as lets the next piece match, which suffices without other wild cards.
    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let mut last = None;
        for piece in pieces {
            if let Some(before) = last.replace(piece) {
                match rest.find(before) {
                    Some(at) => rest = rest.get(at + before.len()..).unwrap_or_default(),
                    None => return false,
                }
            }
        }
        last.map_or(rest.is_empty(), |last| rest.ends_with(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        let matches = |pattern: &str, text: &str| Pattern(pattern.to_owned()).matches(text);
        for (pattern, text) in
            [("gpt-4", "GPT-4"), ("gpt-*", "gpt-4o"), ("*", ""), ("*-4*", "gpt-4o"), ("a*b*c", "a-b-b-c"), ("**", "x")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("gpt", "gpt-4"), ("gpt-*", "o1"), ("a*b", "ab-"), ("a*a", "a"), ("", "x"), ("a?c", "abc")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
