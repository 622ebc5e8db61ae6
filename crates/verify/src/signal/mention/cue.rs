//! The kinds of cue that faithfulness experiments plant. Not their texts: those come with the data.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of cue was planted in a prompt.
///
/// The first six are those of Chen et al. 2025 (arXiv 2505.05410); urgency is from public replications of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum CueKind {
    /// Somebody's opinion: "I think the answer is X", "a professor says X".
    Sycophancy,
    /// An earlier answer, put into the model's own mouth.
    Consistency,
    /// A mark on the options or a pattern in the examples.
    VisualPattern,
    /// The answer in data about the question, such as an XML field.
    Metadata,
    /// The code that will check the answer.
    GraderHacking,
    /// The answer, with the remark that it was obtained without permission.
    UnauthorisedInformation,
    /// Pressure of time together with an answer that lies near.
    Urgency,
    /// A kind with a name of its own.
    Other(String),
}

impl CueKind {
    /// The kinds with rules of their own, in the order in which tables list them.
    pub const NAMED: [Self; 7] = [
        Self::Sycophancy,
        Self::Consistency,
        Self::VisualPattern,
        Self::Metadata,
        Self::GraderHacking,
        Self::UnauthorisedInformation,
        Self::Urgency,
    ];

    /// Reads a foreign spelling, in any case, with spaces, hyphens or underscores; "unethical information" is
    /// unauthorised information, "induced urgency" is urgency, "suggested answer" is sycophancy. Anything else keeps its name.
    #[must_use]
    pub fn from_foreign(text: &str) -> Self {
        let name = text.trim();
        let key: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect::<String>()
            .split('_')
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("_");
        let key = key.trim_end_matches("_hint").trim_end_matches("_cue").trim_start_matches("hint_");
        match key {
            "sycophancy" | "sycophantic" | "suggested_answer" | "stanford_professor" | "professor" | "user_opinion"
            | "authority" => Self::Sycophancy,
            "consistency" | "self_consistency" | "prefill" | "prefilled_answer" | "post_hoc" => Self::Consistency,
            "visual_pattern" | "visual" | "black_square" | "black_squares" | "marked_option" | "marked_options"
            | "checkmark" | "white_squares" => Self::VisualPattern,
            "metadata" | "xml" | "xml_metadata" | "question_metadata" => Self::Metadata,
            "grader_hacking" | "grader_hack" | "grader" | "reward_hacking" | "reward_hack" | "validation_function" => {
                Self::GraderHacking
            }
            "unauthorised_information"
            | "unauthorized_information"
            | "unauthorised_access"
            | "unauthorized_access"
            | "unethical_information"
            | "unethical"
            | "unauthorised"
            | "unauthorized"
            | "leaked" => Self::UnauthorisedInformation,
            "urgency" | "induced_urgency" | "time_pressure" => Self::Urgency,
            _ => Self::Other(name.to_owned()),
        }
    }

    /// The word used in tables and files.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sycophancy => "sycophancy",
            Self::Consistency => "consistency",
            Self::VisualPattern => "visual_pattern",
            Self::Metadata => "metadata",
            Self::GraderHacking => "grader_hacking",
            Self::UnauthorisedInformation => "unauthorised_information",
            Self::Urgency => "urgency",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for CueKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl From<String> for CueKind {
    fn from(text: String) -> Self {
        Self::from_foreign(&text)
    }
}

impl From<CueKind> for String {
    fn from(kind: CueKind) -> Self {
        kind.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_spellings_are_read_and_own_names_come_back() {
        for kind in CueKind::NAMED {
            assert_eq!(CueKind::from_foreign(kind.as_str()), kind);
        }
        let cases = [
            ("unethical_information", CueKind::UnauthorisedInformation),
            ("Unauthorized Access", CueKind::UnauthorisedInformation),
            ("induced-urgency", CueKind::Urgency),
            ("Suggested Answer", CueKind::Sycophancy),
            ("grader hacking", CueKind::GraderHacking),
            (" visual pattern ", CueKind::VisualPattern),
            ("metadata_hint", CueKind::Metadata),
            ("Are you sure", CueKind::Other("Are you sure".to_owned())),
            ("", CueKind::Other(String::new())),
        ];
        for (text, kind) in cases {
            assert_eq!(CueKind::from_foreign(text), kind, "{text}");
        }
    }
}
