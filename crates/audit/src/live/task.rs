//! The questions that are put to a model: text, options, the right answer, and the other forms in which a question may be asked. Not the
//! prompts: those are made of it.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use read::{Unreadable, read_task, write_task};

/// The most options a question may have: one letter each.
pub const MOST_OPTIONS: usize = 26;

/// Questions with known answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What it is called in plans and reports.
    pub name: String,
    /// The questions, each with an identifier of its own.
    pub items: Vec<Item>,
}

/// One question. The wording alone; an audit adds layout, cue or change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The independent unit: no two items share it.
    pub id: String,
    /// What is asked.
    pub wording: Wording,
    /// The fixed stratum (task, category, language, number of steps) that it belongs to.
    pub stratum: Option<String>,
    /// The option at which mistakes usually end, where the author knows it: an inert cue is planted there.
    pub runner_up: Option<String>,
    /// The verifier [default: `choice` with options; without, `numeric` where the answer is one number and else `exact`].
    pub verifier: Option<String>,
    /// The verifier's parameters.
    pub params: BTreeMap<String, String>,
    /// The question in other forms, by the name of the arm: `paraphrase`, `rename`, `renumber`, `swap`, with or without a variant
    /// (`paraphrase-2`). What a form does not name it takes from the item.
    pub variants: BTreeMap<String, Form>,
}

/// What is asked, and what is right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// The text of the question.
    pub question: String,
    /// The options in order; none for a free-form question.
    pub options: Vec<String>,
    /// The right answer: the text of an option or its letter; for a free-form question what the verifier compares with.
    pub answer: String,
}

/// Another form of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The text, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The options, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
    /// The right answer, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

impl Form {
    /// The wording in this form.
    #[must_use]
    pub fn of(&self, wording: &Wording) -> Wording {
        Wording {
            question: self.question.clone().unwrap_or_else(|| wording.question.clone()),
            options: self.options.clone().unwrap_or_else(|| wording.options.clone()),
            answer: self.answer.clone().unwrap_or_else(|| wording.answer.clone()),
        }
    }
}

impl Wording {
    /// The number of the right option; `None` for a free-form question, and where the answer is no option.
    #[must_use]
    pub fn right(&self) -> Option<usize> {
        self.option(&self.answer)
    }

    /// The number of an option by its text, or else by its letter.
    #[must_use]
    pub fn option(&self, named: &str) -> Option<usize> {
        let named = named.trim();
        self.options.iter().position(|option| option.trim() == named).or_else(|| {
            let mut letters = named.chars();
            let letter = letters.next().filter(|_| letters.as_str().is_empty())?;
            let at = (letter.to_ascii_uppercase() as usize).checked_sub('A' as usize)?;
            (at < self.options.len()).then_some(at)
        })
    }

    /// What cannot be asked about it, in words.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.question.trim().is_empty() {
            return Some("`question`: expected a text, found an empty one".to_owned());
        }
        if self.answer.trim().is_empty() {
            return Some("`answer`: expected the right answer, found an empty one".to_owned());
        }
        match self.options.len() {
            0 => return None,
            1 => return Some("`options`: expected at least 2, found 1".to_owned()),
            more if more > MOST_OPTIONS => {
                return Some(format!("`options`: expected at most {MOST_OPTIONS}, found {more}"));
            }
            _ => {}
        }
        if let Some(again) = (1..self.options.len()).find(|at| self.options[..*at].contains(&self.options[*at])) {
            return Some(format!("`options`: expected different ones, found `{}` twice", self.options[again]));
        }
        if self.right().is_none() {
            return Some(format!(
                "`answer`: expected the text or the letter of one of {} options, found `{}`",
                self.options.len(),
                self.answer
            ));
        }
        None
    }
}

/// The letter of an option.
pub(crate) fn letter(at: usize) -> char {
    u8::try_from(at).ok().filter(|at| usize::from(*at) < MOST_OPTIONS).map_or('?', |at| char::from(b'A' + at))
}
