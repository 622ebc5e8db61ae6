//! What a verifier says about one answer. Not a score: how often answers are correct is for `stats`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How an answer stands to its gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer is the gold.
    Correct,
    /// There is an answer and it is not the gold.
    Wrong,
    /// No single answer could be read: none was given, several were, or the reply was cut off. Never counted as wrong
    /// silently; which of the two it becomes is the audit's declared choice.
    NoAnswer,
    /// The verifier could not judge, for a reason that lies with the gold or the setting, not with the answer.
    Error,
}

impl Outcome {
    /// Every outcome, in the order in which tables list them.
    pub const ALL: [Self; 4] = [Self::Correct, Self::Wrong, Self::NoAnswer, Self::Error];

    /// The word used in tables and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Wrong => "wrong",
            Self::NoAnswer => "no_answer",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// What a verifier says about one answer, with what it read and why it says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How the answer stands to its gold.
    pub outcome: Outcome,
    /// What was taken for the answer, so that a wrong extraction can be seen; `None` where nothing could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted: Option<String>,
    /// The reason, in one line.
    pub why: String,
}

impl Verdict {
    /// Correct or wrong, with what was read.
    #[must_use]
    pub fn of(correct: bool, extracted: impl Into<String>, why: impl Into<String>) -> Self {
        let outcome = if correct { Outcome::Correct } else { Outcome::Wrong };
        Self { outcome, extracted: Some(bounded(extracted.into())), why: why.into() }
    }

    /// No single answer could be read.
    #[must_use]
    pub fn no_answer(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::NoAnswer, extracted: None, why: why.into() }
    }

    /// The verifier could not judge.
    #[must_use]
    pub fn error(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Error, extracted: None, why: why.into() }
    }
}

/// The longest extracted text that a verdict keeps, in bytes: a verdict is stored beside its answer, it does not repeat it.
const LONGEST_EXTRACT: usize = 400;

fn bounded(mut text: String) -> String {
    if text.len() > LONGEST_EXTRACT {
        let mut end = LONGEST_EXTRACT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_extract_is_cut_between_characters() {
        let verdict = Verdict::of(true, "é".repeat(1000), "same");
        let kept = verdict.extracted.unwrap();
        assert!(kept.ends_with("é…") && kept.len() <= LONGEST_EXTRACT + "…".len());
    }
}
