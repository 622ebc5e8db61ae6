//! A run that stops when what it was to decide is decided: the sentence, its errors, and how many calls that takes at most. Not the calls, which the runner
//! makes as it makes any others, and not the audits, which read them as any others.
//!
//! | where | what |
//! |---|---|
//! | [`sentence`] | what is to be decided, in words |
//! | `deciding` | which calls are made next, from what came back so far |
//! | [`account`] | what was decided, after how many calls, as a report |

pub mod account;
pub(super) mod deciding;
pub mod sentence;

use candor_stats::sequential::Threshold;
use candor_stats::sequential::threshold::{Design, Kind, Quantifier};
use candor_verify::CueKind;
use serde::{Deserialize, Serialize};

pub use account::{Account, Answer};
pub use sentence::{About, Sentence, Which};

use super::experiments::{self, Experiment, Wanted};
use crate::report::worst;
use crate::{Audit, Error, Run};

/// The share of plain draws that go to a wrong option where another one did not: a guess, hope until measured.
const CHANCE: f64 = 0.1;

/// What is to be decided, and how well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// The sentence.
    pub sentence: Sentence,
    /// How far from its threshold a truth is to be decided, as a share.
    #[serde(default = "detect")]
    pub detect: f64,
    /// The probability of each error: a wrong yes, a wrong no, and nothing decided `detect` away from the threshold.
    #[serde(default = "error")]
    pub error: f64,
}

fn detect() -> f64 {
    0.10
}

fn error() -> f64 {
    0.05
}

impl Until {
    /// With the usual errors: 5 %, at 10 points from the threshold.
    #[must_use]
    pub fn of(sentence: Sentence) -> Self {
        Self { sentence, detect: detect(), error: error() }
    }

    /// The experiment that it needs.
    #[must_use]
    pub fn experiment(&self) -> &'static dyn Experiment {
        match self.sentence.about {
            About::Cues(_) => &experiments::CUED,
            About::Accuracy => &experiments::SAMPLES,
        }
    }

    /// Whether an audit reads the calls that it makes.
    #[must_use]
    pub fn is_read_by(&self, audit: &dyn Audit) -> bool {
        audit.experiment().is_some_and(|experiment| experiment.name() == self.experiment().name())
    }

    /// What it asks of a plan: the one cue that it names alone.
    pub(super) fn narrow(&self, wanted: &mut Wanted) {
        if let About::Cues(Which::Named(kind)) = &self.sentence.about {
            wanted.cues = vec![kind.as_str().to_owned()];
        }
    }

    /// The means that it is about: a cue each, or the accuracy.
    pub(super) fn means(&self, wanted: &Wanted) -> Vec<String> {
        match self.sentence.about {
            About::Cues(_) => {
                let mut kinds: Vec<String> = Vec::new();
                for name in &wanted.cues {
                    let kind = CueKind::from_foreign(name).as_str().to_owned();
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
                kinds
            }
            About::Accuracy => vec!["accuracy".to_owned()],
        }
    }

    /// Whether the mean being above the threshold is what the sentence says; "less" and "below" say the contrary.
    fn says_above(&self) -> bool {
        self.sentence.more
    }

    /// The design: "every cue … less" is decided as the contrary of "any cue … more".
    pub(super) fn design(&self, wanted: &Wanted) -> Result<Design, Error> {
        let (kind, any) = match &self.sentence.about {
            About::Cues(which) => {
                (Kind::Difference { chance: CHANCE, samples: wanted.cue_samples }, *which != Which::Every)
            }
            About::Accuracy => (Kind::Share { samples: wanted.samples }, true),
        };
        let quantifier = if any == self.says_above() { Quantifier::Any } else { Quantifier::Every };
        let means = u32::try_from(self.means(wanted).len()).unwrap_or(u32::MAX);
        Design::new(kind, self.sentence.threshold, self.detect, self.error)
            .map(|design| design.over(quantifier, means))
            .map_err(|error| Error::Asked { what: error.to_string() })
    }

    /// Questions that give an observation are fewer than those asked, where a plain draw already goes where the cue points.
    fn eligible(&self) -> f64 {
        match self.sentence.about {
            About::Cues(_) => 1.0 - CHANCE,
            About::Accuracy => 1.0,
        }
    }

    /// How many questions and calls it takes, where `there` questions fit.
    pub(super) fn sizes(&self, design: &Design, wanted: &Wanted, there: u64) -> Sizes {
        let fixed_questions = (design.fixed() as f64 / self.eligible()).ceil() as u64;
        // The fixed plan asks every cue and the two plain draws that all share; every sample of each.
        let a_question = match self.sentence.about {
            About::Cues(_) => (2 + u64::from(design.streams())) * u64::from(wanted.cue_samples),
            About::Accuracy => u64::from(wanted.samples),
        };
        let most_questions = (fixed_questions + fixed_questions / 5).min(there);
        let observations = ((most_questions as f64 * self.eligible()) as u64).max(1);
        Sizes {
            earliest_questions: earliest(design, observations),
            fixed_questions,
            fixed_calls: fixed_questions * a_question,
            most_questions,
            most_calls: most_questions * a_question,
            observations,
        }
    }
}

/// After how many observations a mean is decided that could not be farther on one side.
fn earliest(design: &Design, most: u64) -> u64 {
    let (low, high) = design.kind().bounds();
    let after = |extreme: f64| {
        let mut threshold = Threshold::new(design, most);
        while threshold.answer().is_none() && threshold.observations() < most {
            // Both ends are within their own bounds.
            let _ = threshold.push(extreme);
        }
        threshold.observations()
    };
    after(low).min(after(high))
}

/// The numbers of a run over traces that were seen by one that stopped when something was decided: their intervals are for a fixed number of questions.
#[must_use]
pub fn stopped(mut run: Run) -> Run {
    account::stopped(&mut run.reports);
    run.findings = worst(&run.reports);
    run
}

/// How many questions and calls a decision takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Questions after which it can be decided at the earliest.
    pub earliest_questions: u64,
    /// Questions of a fixed plan of the same errors.
    pub fixed_questions: u64,
    /// Its calls.
    pub fixed_calls: u64,
    /// Questions that are asked at most: 1.2 times as many, as far as there are.
    pub most_questions: u64,
    /// Calls that are made at most.
    pub most_calls: u64,
    /// Observations of each mean that are expected of these questions.
    #[serde(skip)]
    pub(super) observations: u64,
}
