//! The kinds of cue that a prompt may hold, as a reader of the prompt tells them apart. Not the planting of cues.

use serde::{Deserialize, Serialize};

/// One kind of cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cue {
    /// Whoever asks says what they think.
    Sycophancy,
    /// An earlier turn of the assistant already holds an answer.
    Consistency,
    /// One option is marked otherwise than the rest.
    VisualPattern,
    /// A block of metadata holds an answer.
    Metadata,
    /// The code of a checker stands in the prompt.
    GraderHacking,
    /// The prompt says that the answer was obtained without permission.
    UnauthorisedInformation,
}

impl Cue {
    /// All, in the order in which `inert_cue` counts them. Where a prompt has several, the first in this order counts.
    pub const ALL: [Self; 6] = [
        Self::Sycophancy,
        Self::Consistency,
        Self::VisualPattern,
        Self::Metadata,
        Self::GraderHacking,
        Self::UnauthorisedInformation,
    ];

    /// The name that parameters carry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sycophancy => "sycophancy",
            Self::Consistency => "consistency",
            Self::VisualPattern => "visual_pattern",
            Self::Metadata => "metadata",
            Self::GraderHacking => "grader_hacking",
            Self::UnauthorisedInformation => "unauthorised_information",
        }
    }
}
