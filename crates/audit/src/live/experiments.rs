//! The catalogue of experiments: what is asked about each question, and under which name audits find the replies. Not what replies mean: that is for
//! the audits, which read recorded calls in the same way.

mod changes;
mod cued;
mod efforts;
mod samples;

use candor_stats::Seed;
use serde::{Deserialize, Serialize};

use super::adaptive::Adaptive;
use super::cues;
use super::probe::{Common, Probe};
use super::task::Item;
use super::until::Until;

/// What is asked about each question.
pub trait Experiment: Sync {
    /// The name that its trials bear.
    fn name(&self) -> &'static str;

    /// The calls about one question, in order. A question that does not fit (without options, where options are needed) gives none.
    ///
    /// # Errors
    /// Where the item's verifier is unknown.
    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, seed: Seed) -> candor_verify::Result<Vec<Probe>>;

    /// What is wrong with the settings, if anything.
    fn fault(&self, wanted: &Wanted) -> Option<String>;
}

/// Plain samples: what more of them buy, and how chains behave.
pub static SAMPLES: samples::Samples = samples::Samples;
/// The question with and without a cue, and plainly once more.
pub static CUED: cued::Cued = cued::Cued;
/// The question at every effort.
pub static EFFORTS: efforts::Efforts = efforts::Efforts;
/// The question, changed.
pub static CHANGES: changes::Changes = changes::Changes;

/// Every experiment, in the order in which they are run.
pub static ALL: &[&dyn Experiment] = &[&CUED, &SAMPLES, &EFFORTS, &CHANGES];

/// How much is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Plain samples of each question.
    pub samples: u32,
    /// Which cues are planted, by kind.
    pub cues: Vec<String>,
    /// How often each question is asked in every arm of the faithfulness audit.
    pub cue_samples: u32,
    /// To which option cues point.
    pub towards: Towards,
    /// The efforts that are compared, in rising order, in the vendor's words or in tokens; `off` is none.
    pub efforts: Vec<String>,
    /// Samples of each question at each effort.
    pub effort_samples: u32,
    /// The changes made to each question.
    pub changes: Vec<String>,
    /// Samples of each question under each change: from two on, a change can be told from a second draw.
    pub change_samples: u32,
    /// What is to be decided, where the run stops as soon as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// When a question's plain samples are settled before all are drawn, where that is how they are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<Adaptive>,
}

/// To which option a cue points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Towards {
    /// A wrong option, drawn anew for each question and kind.
    Wrong,
    /// The option at which mistakes usually end, where the task names it; else a drawn one. The hardest place: what goes there may have
    /// gone there anyway.
    RunnerUp,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            samples: 16,
            cues: cues::PLANTED.iter().map(|kind| kind.as_str().to_owned()).collect(),
            cue_samples: 1,
            towards: Towards::Wrong,
            efforts: ["low", "medium", "high"].map(str::to_owned).to_vec(),
            effort_samples: 4,
            changes: changes::KNOWN.iter().map(|name| (*name).to_owned()).collect(),
            change_samples: 2,
            until: None,
            adaptive: None,
        }
    }
}
