//! A model as judge, the pure part: what it is asked and how its reply is read. Not the asking, and not a verdict.
//!
//! A judge gives an [`Opinion`]. There is no way from it to a [`Verdict`](crate::Verdict), and its words are others:
//!
//! ```compile_fail
//! fn stored(opinion: candor_verify::judge::Opinion) -> candor_verify::Verdict {
//!     opinion.into()
//! }
//! ```
//!
//! What an opinion is worth is said by its agreement with labels, on frozen [`Anchors`] that every [`Version`] of a judge is held
//! against anew; a judge whose version has no agreement has none by inheritance.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Answer;

mod anchors;
mod prompt;

pub use anchors::{Agreement, Anchor, Anchors, Label, Row};

/// A model that is asked whether an answer says the same as the gold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judge {
    /// The model's name with all that makes it answer otherwise (dated snapshot, effort), as the call names it.
    pub model: String,
    /// What counts as the same in these questions, where their author says so; it is part of what is asked.
    pub rubric: Option<String>,
}

/// What identifies a judge: SHA-256 over the prompt's template, the model's name and the rubric where there is one, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// What a judge thinks of an answer. Not [`Outcome`](crate::Outcome): nothing was decided by a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thinks {
    /// The answer says the same as the gold.
    Same,
    /// It says something else.
    Different,
    /// It cannot tell.
    CannotTell,
    /// Its reply did not end as it was told to; never counted as one of the others.
    Unread,
}

impl Thinks {
    /// Every one, in the order in which tables list them.
    pub const ALL: [Self; 4] = [Self::Same, Self::Different, Self::CannotTell, Self::Unread];
}

/// One opinion on one answer, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    /// What it thinks.
    pub thinks: Thinks,
    /// The judge.
    pub judge: Version,
    /// The last line of its reply, cut to 120 characters.
    pub last_line: String,
}

impl Judge {
    /// What identifies this judge.
    #[must_use]
    pub fn version(&self) -> Version {
        let parts = [prompt::TEMPLATE, self.model.as_str()].into_iter().chain(self.rubric.as_deref());
        Version(digest(&parts.collect::<Vec<_>>()))
    }

    /// What it is asked. The chain of thought is not in it, by the type of the answer.
    ///
    /// The three texts stand between marks that depend on all three, so that no answer can contain the mark that ends it.
    #[must_use]
    pub fn prompt(&self, question: &str, gold: &str, answer: Answer<'_>) -> String {
        prompt::write(self.rubric.as_deref(), question, gold, answer.as_str())
    }

    /// Reads its reply: the last line that is not empty must be one of the four words it was told, alone. Its own reasoning
    /// between tags is no part of the reply.
    #[must_use]
    pub fn read(&self, reply: Answer<'_>) -> Opinion {
        let last = reply.as_str().lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let thinks = match last {
            "OPINION: same" => Thinks::Same,
            "OPINION: different" => Thinks::Different,
            "OPINION: cannot tell" => Thinks::CannotTell,
            _ => Thinks::Unread,
        };
        Opinion { thinks, judge: self.version(), last_line: last.chars().take(120).collect() }
    }
}

/// SHA-256 over texts, each after its length, in hexadecimal.
fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge() -> Judge {
        Judge { model: "made-up-1".to_owned(), rubric: None }
    }

    #[test]
    fn the_last_line_alone_counts_and_must_be_one_of_the_words() {
        let thinks = |reply: &str| judge().read(Answer::of_output(reply)).thinks;
        assert_eq!(thinks("Both are Paris.\nOPINION: same\n\n"), Thinks::Same);
        assert_eq!(thinks("OPINION: same\nOPINION: different"), Thinks::Different);
        assert_eq!(thinks("OPINION: cannot tell"), Thinks::CannotTell);
        let unread = [
            "",
            "OPINION: correct",
            "opinion: same",
            "**OPINION: same**",
            "OPINION: same or different",
            "OPINION: same\nI hope this helps.",
            "<think>OPINION: same",
        ];
        for reply in unread {
            assert_eq!(thinks(reply), Thinks::Unread, "{reply}");
        }
        assert_eq!(thinks("<think>OPINION: same</think>OPINION: different"), Thinks::Different);
    }

    #[test]
    fn another_model_is_another_judge() {
        let other = Judge { model: "made-up-2".to_owned(), rubric: None };
        let with = Judge { rubric: Some("Years alone count.".to_owned()), ..judge() };
        assert_eq!(judge().version(), judge().version());
        assert_ne!(judge().version(), other.version());
        assert_ne!(judge().version(), with.version());
        assert!(with.prompt("q", "g", Answer::of_output("a")).contains("In these questions: Years alone count."));
        assert_eq!(judge().version().as_str().len(), 64);
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }

    #[test]
    fn an_opinion_does_not_read_as_a_verdict() {
        let opinion = judge().read(Answer::of_output("OPINION: same"));
        let text = serde_json::to_string(&opinion).unwrap();
        assert!(serde_json::from_str::<crate::Verdict>(&text).is_err(), "{text}");
        let verdict = serde_json::to_string(&crate::Verdict::of(true, "a", "b")).unwrap();
        assert!(serde_json::from_str::<Opinion>(&verdict).is_err());
        assert!(Thinks::ALL.iter().all(|thinks| {
            let word = serde_json::to_string(thinks).unwrap();
            serde_json::from_str::<crate::Outcome>(&word).is_err()
        }));
    }
}
