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

    /// The question as it stands, beside arms that change it. `uncued`, and no name at all, mean the same there.
    pub const ORIGINAL: &str = "original";
    /// The same question in other words.
    pub const PARAPHRASE: &str = "paraphrase";
    /// The same question in another layout: separators, case, markup.
    pub const FORMAT: &str = "format";
    /// With a sentence that has nothing to do with the answer, such as a personal cue.
    pub const IRRELEVANT: &str = "irrelevant";
    /// Other names of people and things, the same answer.
    pub const RENAME: &str = "rename";
    /// The same options in another order.
    pub const REORDER: &str = "reorder";
    /// The same options under other labels.
    pub const RELABEL: &str = "relabel";
    /// Other numbers, with the right answer computed anew.
    pub const RENUMBER: &str = "renumber";
    /// A comparison with its sides exchanged, where the answer must flip.
    pub const SWAP: &str = "swap";

    /// No call at all: the entry of a roster, which says that a question stands to be answered and what is right.
    pub const ROSTER: &str = "roster";

    /// What the arm does, without which variant of it: `reorder` of `reorder-2`, `reorder:dcba` and `Reorder 3`; lower case.
    #[must_use]
    pub fn stem(arm: &str) -> String {
        let end = arm.find(|c: char| !c.is_alphabetic()).unwrap_or(arm.len());
        arm.get(..end).unwrap_or(arm).to_lowercase()
    }
}

/// Where a call stands in an experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The experiment that asked for the call, by the name of the audit that it is made for, where one did. Audits of other experiments leave it out.
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

impl Trial {
    /// Whether this is the entry of a roster and no call.
    #[must_use]
    pub fn is_roster(&self) -> bool {
        self.arm.as_deref() == Some(arm::ROSTER)
    }
}

#[cfg(test)]
mod tests {
    use super::arm::{REORDER, stem};

    #[test]
    fn variants_of_an_arm_have_one_stem() {
        for variant in ["reorder", "reorder-2", "reorder:dcba", "Reorder 3", "reorder2", "reorder_b"] {
            assert_eq!(stem(variant), REORDER);
        }
        assert_eq!((stem("größer=7").as_str(), stem("7"), stem("")), ("größer", String::new(), String::new()));
    }
}
