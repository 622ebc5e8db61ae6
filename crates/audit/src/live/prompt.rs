//! The text of a prompt: question, options, instruction. Not the cues that are planted in it.

use std::fmt::Write as _;

use super::task::Wording;

/// How the options stand in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// `(A) text`
    Brackets,
    /// `A. text`
    Point,
    /// `A: text`
    Colon,
    /// `A) text`
    HalfBracket,
    /// `[A] text`
    Square,
}

impl Layout {
    /// The other layouts, in the order in which a format change goes through them.
    pub(super) const OTHERS: [Self; 4] = [Self::Point, Self::Colon, Self::HalfBracket, Self::Square];

    fn label(self, label: char) -> String {
        match self {
            Self::Brackets => format!("({label})"),
            Self::Point => format!("{label}."),
            Self::Colon => format!("{label}:"),
            Self::HalfBracket => format!("{label})"),
            Self::Square => format!("[{label}]"),
        }
    }
}

/// How the answer is written into the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// By its letter, as cues and detectors speak of it.
    Letter,
    /// By the option's own text, so that answers under other letters can be compared.
    Text,
}

const LETTER: &str = "Answer with the letter of one option on the last line, as \"Answer: X\".";
const FREE: &str = "Give the answer alone on the last line, as \"Answer: …\".";

/// The pieces of a prompt, so that something can be put between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Before the question.
    pub(super) before: Option<String>,
    /// The question.
    pub(super) question: String,
    /// A line an option; empty for a free-form question.
    pub(super) options: Vec<String>,
    /// After the options.
    pub(super) after: Option<String>,
}

impl Prompt {
    /// A wording under these letters, each line begun by `mark`.
    pub(super) fn new(wording: &Wording, labels: &[char], layout: Layout) -> Self {
        let lines = wording.options.iter().zip(labels);
        Self {
            question: wording.question.trim().to_owned(),
            options: lines.map(|(text, label)| format!("{} {}", layout.label(*label), text.trim())).collect(),
            ..Self::default()
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut paragraph = |piece: &str| {
            let _ = write!(text, "{}{piece}", if text.is_empty() { "" } else { "\n\n" });
        };
        if let Some(before) = &self.before {
            paragraph(before);
        }
        paragraph(&self.question);
        if !self.options.is_empty() {
            paragraph(&self.options.join("\n"));
        }
        if let Some(after) = &self.after {
            paragraph(after);
        }
        paragraph(if self.options.is_empty() { FREE } else { LETTER });
        text
    }
}
