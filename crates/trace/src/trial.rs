//! The place of a call in an experiment: which question, which arm, which sample. Not the experiment itself.

use serde::{Deserialize, Serialize};

/// Names of arms that audits look for. An arm is a free name; these are the ones with a meaning.
pub mod arm {
    /// The question asked plainly. Decides eligibility.
    pub const UNCUED: &str = "uncued";
    /// The question with a planted cue.
    pub const CUED: &str = "cued";
    /// An independent second plain draw, never the one that decided eligibility.
    pub const CONTROL: &str = "control";
    /// A comparison as first asked: "X > Y?".
    pub const FORWARD: &str = "forward";
    /// The same comparison with its sides exchanged: "Y > X?".
    pub const REVERSED: &str = "reversed";
}

/// Where a call stands in an experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The audit that asked for the call, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<String>,
    /// The independent unit: the question, the conversation, the task. Samples of one unit are never counted as independent.
    pub unit: String,
    /// The arm of the experiment; see [`arm`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// Which of several samples of the same unit in the same arm, from 0. Importers number them in the order of the file where
    /// the source does not.
    #[serde(default)]
    pub sample: u32,
}
