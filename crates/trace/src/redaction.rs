//! What is taken out of a trace before anything of it is written: keys, e-mail addresses, card numbers, and patterns of one's own.
//!
//! It finds what has the form of a secret. It does not find what only a reader would know to be one: names, addresses, what somebody tells of
//! himself. Erasure is for that.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::Trace;

/// What may be taken out by rules that are shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Keys of vendors, tokens of bearers, private keys.
    Keys,
    /// E-mail addresses.
    Email,
    /// Numbers of payment cards, by their length and check digit.
    Cards,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Keys, Self::Email, Self::Cards];

    fn pattern(self) -> &'static str {
        match self {
            Self::Keys => concat!(
                r"\bsk-[A-Za-z0-9_-]{20,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}",
                r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}|\bhf_[A-Za-z0-9]{30,}|\bglpat-[A-Za-z0-9_-]{20,}",
                r"|\b[Bb]earer +[A-Za-z0-9._~+/-]{20,}=*|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
                r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\n]*(?:-----END [A-Z ]*PRIVATE KEY-----)?|\bPRIVATE\+KEY\+[^\s]+",
            ),
            Self::Email => r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}",
            Self::Cards => r"\b[0-9](?:[ -]?[0-9]){12,18}\b",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Keys => "key",
            Self::Email => "e-mail address",
            Self::Cards => "card number",
        }
    }
}

/// Rules ready to be applied.
#[derive(Debug, Clone)]
pub struct Redaction {
    rules: Vec<(String, Regex, bool)>,
}

/// A pattern of one's own that is no pattern.
#[derive(Debug, Clone, thiserror::Error)]
#[error("pattern `{name}`: {found}")]
pub struct NoPattern {
    /// Its name.
    pub name: String,
    /// What is wrong with it, in one line.
    pub found: String,
}

impl Redaction {
    /// The shipped rules and patterns of one's own by name (regular expressions without look-around, as the crate `regex` reads them).
    ///
    /// # Errors
    /// Where a pattern of one's own is none, or also finds the empty text.
    pub fn new(rules: &[Rule], own: &BTreeMap<String, String>) -> Result<Self, NoPattern> {
        let shipped = rules.iter().map(|rule| (rule.name().to_owned(), rule.pattern(), *rule == Rule::Cards));
        let own = own.iter().map(|(name, pattern)| (name.clone(), pattern.as_str(), false));
        let rules = shipped.chain(own).map(|(name, pattern, card)| {
            let refused = |found: String| NoPattern { name: name.clone(), found };
            let regex = Regex::new(pattern)
                .map_err(|error| refused(error.to_string().lines().last().unwrap_or_default().trim().to_owned()))?;
            if regex.is_match("") {
                return Err(refused("it also finds the empty text".into()));
            }
            Ok((name.clone(), regex, card))
        });
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }

    /// Takes out what the rules find, in every text of the trace; returns how often.
    ///
    /// # Errors
    /// Where a trace cannot be written as JSON and read again.
    pub fn apply(&self, trace: &mut Trace) -> serde_json::Result<u64> {
        let mut value = serde_json::to_value(&*trace)?;
        let count = self.walk(&mut value);
        if count > 0 {
            let (origin, whom) = (trace.origin.clone(), trace.whom.take());
            *trace = serde_json::from_value(value)?;
            (trace.origin, trace.whom) = (origin, whom);
        }
        Ok(count)
    }

    fn walk(&self, value: &mut Value) -> u64 {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(values) => values.iter_mut().map(|value| self.walk(value)).sum(),
            Value::Object(members) => members.values_mut().map(|value| self.walk(value)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }

    fn text(&self, text: &mut String) -> u64 {
        let mut count = 0;
        for (name, regex, card) in &self.rules {
            let replaced = regex.replace_all(text, |found: &regex::Captures<'_>| {
                let found = &found[0];
                if *card && !is_card(found) {
                    return found.to_owned();
                }
                count += 1;
                format!("[redacted: {name}]")
            });
            if let std::borrow::Cow::Owned(replaced) = replaced {
                *text = replaced;
            }
        }
        count
    }
}

/// Letters that an identifier must have to be looked for within longer texts: a shorter one stands there by chance.
const FEWEST_WITHIN: usize = 6;

/// Puts a pseudonym in the place of an identifier in every text of a trace: where a text is the identifier, and, where that has six letters or more, as
/// a word of its own within a longer text. Returns how often.
///
/// # Errors
/// Where a trace cannot be written as JSON and read again.
pub fn pseudonymise(trace: &mut Trace, identifier: &str, pseudonym: &str) -> serde_json::Result<u64> {
    let mut value = serde_json::to_value(&*trace)?;
    let count = replace(&mut value, identifier, pseudonym);
    if count > 0 {
        let (origin, whom) = (trace.origin.clone(), trace.whom.take());
        *trace = serde_json::from_value(value)?;
        (trace.origin, trace.whom) = (origin, whom);
    }
    Ok(count)
}

fn replace(value: &mut Value, identifier: &str, pseudonym: &str) -> u64 {
    match value {
        Value::String(text) if text == identifier => {
            pseudonym.clone_into(text);
            1
        }
        Value::String(text) if identifier.chars().count() >= FEWEST_WITHIN => {
            let (replaced, count) = replaced(text, identifier, pseudonym);
            if count > 0 {
                *text = replaced;
            }
            count
        }
        Value::Array(values) => values.iter_mut().map(|value| replace(value, identifier, pseudonym)).sum(),
        Value::Object(members) => members.values_mut().map(|value| replace(value, identifier, pseudonym)).sum(),
        _ => 0,
    }
}

/// The text with every word that is the identifier replaced, and how many those were.
fn replaced(text: &str, identifier: &str, pseudonym: &str) -> (String, u64) {
    let (mut out, mut count, mut done) = (String::new(), 0, 0);
    for (at, found) in text.match_indices(identifier) {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(pseudonym);
        done = at + found.len();
        count += 1;
    }
    out.push_str(&text[done..]);
    (out, count)
}

/// Whether digits are a card's: the check digit of ISO/IEC 7812 (Luhn), and a first digit that cards have.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10) && digits.first().is_some_and(|first| (2..=6).contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    #[test]
    fn a_pseudonym_stands_where_the_identifier_stood() {
        let mut trace = Trace {
            whom: Some(crate::Whom::Identifier("jane-1842".into())),
            trial: crate::Trial { unit: "jane-1842".into(), ..crate::Trial::default() },
            events: vec![Event::Output {
                text: "For jane-1842: not xjane-1842, not jane-18421; (jane-1842)".into(),
                answer: Some("7".into()),
                finish: None,
            }],
            ..Trace::default()
        };
        assert_eq!(pseudonymise(&mut trace, "jane-1842", "P").unwrap(), 3);
        assert_eq!(trace.output(), Some("For P: not xjane-1842, not jane-18421; (P)"));
        assert_eq!((trace.trial.unit.as_str(), trace.whom.is_some()), ("P", true));
        // A short one only where it is all of a text.
        let before = trace.output().unwrap().to_owned();
        trace.trial.unit = "not".into();
        assert_eq!(pseudonymise(&mut trace, "not", "Q").unwrap(), 1);
        assert_eq!((trace.trial.unit.as_str(), trace.output()), ("Q", Some(before.as_str())));
    }

    fn redacted(text: &str) -> (String, u64) {
        let own = BTreeMap::from([("ticket".to_owned(), "TICKET-[0-9]+".to_owned())]);
        let mut trace =
            Trace { events: vec![Event::Output { text: text.into(), answer: None, finish: None }], ..Trace::default() };
        let count = Redaction::new(&Rule::ALL, &own).unwrap().apply(&mut trace).unwrap();
        (trace.output().unwrap().to_owned(), count)
    }

    #[test]
    fn what_has_the_form_of_a_secret_is_taken_out() {
        for (text, expected) in [
            ("write to jane.doe+x@mail.example.org now", "write to [redacted: e-mail address] now"),
            ("sk-proj-abcdefghijklmnopqrstu", "[redacted: key]"),
            ("Authorization: Bearer abcdefghijklmnopqrstuvwx==", "Authorization: [redacted: key]"),
            ("AKIAIOSFODNN7EXAMPLE.", "[redacted: key]."),
            ("card 4111 1111 1111 1111, thanks", "card [redacted: card number], thanks"),
            ("see TICKET-42", "see [redacted: ticket]"),
            ("-----BEGIN PRIVATE KEY-----\nMIIE\nabc=\n-----END PRIVATE KEY-----\nrest", "[redacted: key]\nrest"),
        ] {
            assert_eq!(redacted(text), (expected.to_owned(), 1), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for text in [
            "4111 1111 1111 1112",
            "1234567890123456789012345",
            "the sum of 1000000000000000 and 1",
            "a@b",
            "sk-short",
            "at 2026-11-26T08:00:00.000Z",
            "the bearer of bad news",
        ] {
            assert_eq!(redacted(text), (text.to_owned(), 0));
        }
    }

    #[test]
    fn patterns_that_are_none_are_refused() {
        for pattern in ["(", "x*"] {
            let own = BTreeMap::from([("mine".to_owned(), pattern.to_owned())]);
            assert_eq!(Redaction::new(&[], &own).unwrap_err().name, "mine");
        }
    }

    #[test]
    fn the_names_of_questions_are_texts_too() {
        let mut trace = Trace::default();
        trace.trial.unit = "jane@example.org/7".into();
        let rules = Redaction::new(&Rule::ALL, &BTreeMap::new()).unwrap();
        assert_eq!(rules.apply(&mut trace).unwrap(), 1);
        assert_eq!(trace.trial.unit, "[redacted: e-mail address]/7");
    }
}
