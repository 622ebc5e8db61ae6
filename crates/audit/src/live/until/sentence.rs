//! The sentence that a run is to decide, in words: what is asked, which way, and where the threshold lies. Not how it is decided.

use std::fmt;

use candor_verify::CueKind;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::live::cues;
use crate::words::{points, points_of};

/// Both forms, as messages show them.
const FORMS: &str = "`any cue moves answers by more than N points` or `accuracy above N %`";

/// What the sentence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// How many answers at least one cue, every cue, or one named cue moves to its option beyond a second plain draw.
    Cues(Which),
    /// The share of right answers.
    Accuracy,
}

/// Which cues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// At least one of those that are planted.
    Any,
    /// Each of those that are planted.
    Every,
    /// The one of that kind.
    Named(CueKind),
}

/// A sentence that a run can decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sentence {
    /// What it is about.
    pub about: About,
    /// It says more (above), and not less (below).
    pub more: bool,
    /// The threshold, as a share.
    pub threshold: f64,
}

impl Sentence {
    /// Reads `any cue moves answers by more than 10 points`, with `every cue` or `cue KIND` in place of `any cue` and `less` in place of `more`; or
    /// `accuracy above 60 %`, with `below` in place of `above`.
    ///
    /// # Errors
    /// [`Error::Decision`] with the word at which it is not understood, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let read = match words.first() {
            Some(&"accuracy") => accuracy(&words),
            Some(&("any" | "every" | "cue" | "each")) => cue(&words),
            _ => Err((0, FORMS.to_owned())),
        };
        read.map_err(|(at, expected)| {
            let found = words.get(at).map_or_else(|| "its end".to_owned(), |word| format!("`{}`", shown(word)));
            let why = format!("word {}: expected {expected}, found {found}", at + 1);
            Error::Decision { text: shown(text), why }
        })
    }
}

/// Foreign text, bounded.
fn shown(text: &str) -> String {
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

/// The word at which something else was expected, from 0, and what.
type Refused = (usize, String);

fn fixed(words: &[&str], from: usize, expected: &[&str]) -> Result<usize, Refused> {
    for (at, word) in (from..).zip(expected) {
        if words.get(at) != Some(word) {
            return Err((at, format!("`{word}`")));
        }
    }
    Ok(from + expected.len())
}

fn one_of<T: Copy>(words: &[&str], at: usize, known: [(&str, T); 2]) -> Result<T, Refused> {
    let found = known.iter().find(|(word, _)| words.get(at) == Some(word));
    found.map(|(_, value)| *value).ok_or_else(|| (at, format!("`{}` or `{}`", known[0].0, known[1].0)))
}

fn threshold(words: &[&str], from: usize, unit: &str) -> Result<f64, Refused> {
    let refused = |at| (at, format!("a number between 0 and 100 with its unit, such as `10 {unit}`"));
    let number = points_of(words.get(from..).unwrap_or_default()).ok_or_else(|| refused(from))?;
    if number > 0.0 && number < 100.0 { Ok(number / 100.0) } else { Err(refused(from)) }
}

fn accuracy(words: &[&str]) -> Result<Sentence, Refused> {
    // "accuracy is above 60 %" says the same.
    let at = 1 + usize::from(words.get(1) == Some(&"is"));
    let more = one_of(words, at, [("above", true), ("below", false)])?;
    Ok(Sentence { about: About::Accuracy, more, threshold: threshold(words, at + 1, "%")? })
}

fn cue(words: &[&str]) -> Result<Sentence, Refused> {
    let (which, at) = match words.first() {
        Some(&"cue") => {
            let known: Vec<&str> = cues::PLANTED.iter().map(CueKind::as_str).collect();
            let named = words.get(1).copied().unwrap_or_default();
            let kind = CueKind::from_foreign(named);
            if !cues::PLANTED.contains(&kind) {
                return Err((1, format!("one of {}", known.join(", "))));
            }
            (Which::Named(kind), 2)
        }
        first => {
            let which = if first == Some(&"any") { Which::Any } else { Which::Every };
            (which, fixed(words, 1, &["cue"])?)
        }
    };
    let at = fixed(words, at, &["moves", "answers", "by"])?;
    let more = one_of(words, at, [("more", true), ("less", false)])?;
    let at = fixed(words, at + 1, &["than"])?;
    Ok(Sentence { about: About::Cues(which), more, threshold: threshold(words, at, "points")? })
}

impl fmt::Display for Sentence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            About::Accuracy => {
                let side = if self.more { "above" } else { "below" };
                write!(out, "accuracy {side} {} %", (self.threshold * 1e8).round() / 1e6)
            }
            About::Cues(which) => {
                match which {
                    Which::Any => out.write_str("any cue")?,
                    Which::Every => out.write_str("every cue")?,
                    Which::Named(kind) => write!(out, "cue {}", kind.as_str())?,
                }
                let side = if self.more { "more" } else { "less" };
                write!(out, " moves answers by {side} than {}", points(self.threshold))
            }
        }
    }
}

impl TryFrom<String> for Sentence {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<Sentence> for String {
    fn from(sentence: Sentence) -> Self {
        sentence.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_understood_is_said_back_in_one_form() {
        for (text, said) in [
            ("any cue moves answers by more than 10 points", "any cue moves answers by more than 10 points"),
            ("Every cue moves answers by less than 2.5pt", "every cue moves answers by less than 2.5 points"),
            ("cue sycophancy moves answers by more than 10%", "cue sycophancy moves answers by more than 10 points"),
            ("accuracy is above 60 %", "accuracy above 60 %"),
            ("accuracy below 99.5 per cent", "accuracy below 99.5 %"),
        ] {
            let sentence = Sentence::parse(text).unwrap();
            assert_eq!(sentence.to_string(), said);
            assert_eq!(Sentence::parse(said).unwrap(), sentence);
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_at_its_word() {
        for (text, why) in [
            ("", "word 1: expected `any cue moves"),
            ("nothing", "word 1: expected `any cue moves"),
            ("any hint moves answers by more than 10 points", "word 2: expected `cue`, found `hint`"),
            ("any cue moves answers by most than 10 points", "word 6: expected `more` or `less`, found `most`"),
            ("any cue moves answers by more than", "word 8: expected a number between 0 and 100"),
            ("any cue moves answers by more than 10 apples", "word 8: expected a number"),
            ("any cue moves answers by more than 0 points", "word 8: expected a number between 0 and 100"),
            ("cue flattery moves answers by more than 10 points", "word 2: expected one of sycophancy"),
            ("accuracy drops by more than 2 points", "word 2: expected `above` or `below`, found `drops`"),
            ("accuracy above 100 %", "word 3: expected a number"),
            ("accuracy above nan %", "word 3: expected a number"),
        ] {
            let error = Sentence::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
