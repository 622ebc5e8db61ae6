//! Adaptive stopping: a question is left when its majority is settled, and some questions, drawn by the seed, are asked in full whatever the rule says, so that what
//! stopping loses can be measured. The choice, and how many calls it takes; not the calls, which the runner makes as it makes any others.
//!
//! | where | what |
//! |---|---|
//! | `course` | one question, sample by sample |
//! | `waves` | which calls are made next, from what came back so far |
//! | [`account`] | accuracy, calls and loss of such a run, as a report |

pub mod account;
mod course;
pub(super) mod waves;

use candor_stats::Seed;
use candor_stats::curve::settled::{expected_draws, fewest_more};
use serde::{Deserialize, Serialize};

pub use account::Account;

use super::experiments::{self, Experiment as _, Wanted};
use super::task::Item;
use crate::report::worst;
use crate::{Audit, Run, audits};

/// The arm of questions that are left when they are settled: their samples are no fixed number, so that they stand in no curve.
pub const ARM: &str = "adaptive-stopping";

/// So many questions are asked in full at least: below, intervals are not validated.
pub const FEWEST_IN_FULL: usize = 30;

/// When a question is left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adaptive {
    /// The posterior probability that the leading answer stays ahead of the second, in (1/2, 1), from which on it is settled (Adaptive-Consistency, arXiv 2305.11860).
    pub threshold: f64,
    /// The share of the questions that is asked in full, in (0, 1); at least [`FEWEST_IN_FULL`] of them, or all.
    pub full: f64,
}

impl Default for Adaptive {
    fn default() -> Self {
        Self { threshold: 0.95, full: 0.2 }
    }
}

impl Adaptive {
    /// What is wrong with it, if anything.
    pub(super) fn fault(&self, wanted: &Wanted, sampled: bool, foreign: Option<&Item>) -> Option<String> {
        let expected = |what: String| Some(format!("--adaptive: expected {what}"));
        if !(self.threshold > 0.5 && self.threshold < 1.0) {
            return expected(format!("a probability between 50 % and 100 %, found {} %", 100.0 * self.threshold));
        }
        if !(self.full > 0.0 && self.full < 1.0) {
            return expected(format!("a share asked in full between 0 and 1, found {}", self.full));
        }
        if let Some(until) = &wanted.until {
            return expected(format!("no --until beside it, found \"{}\": it decides what is asked", until.sentence));
        }
        if !sampled {
            return expected("an audit that reads plain samples, such as compute, found none".to_owned());
        }
        let earliest = self.earliest(wanted.samples);
        if earliest >= wanted.samples {
            let more = fewest_more(0, 0, self.threshold, u32::MAX);
            return expected(format!(
                "more than {more} samples of each question (--repeat), since fewer never settle one at {} %, found {}",
                shown(self.threshold),
                wanted.samples
            ));
        }
        // As with --until: what is asked next waits for no foreign code.
        foreign.and_then(|item| {
            let id = &item.id;
            expected(format!("questions that candor decides about by itself, found `{id}` with another verifier"))
        })
    }

    /// How many samples are drawn of every question.
    pub(super) fn earliest(&self, samples: u32) -> u32 {
        fewest_more(0, 0, self.threshold, samples)
    }

    /// Which of so many questions are asked in full: drawn by the seed, so that they are like the others.
    pub(super) fn in_full(&self, questions: usize, seed: Seed) -> Vec<bool> {
        let wanted = (self.full * questions as f64).ceil() as usize;
        let mut drawn = vec![false; questions];
        for at in seed.stream("adaptive/full").order(questions).into_iter().take(wanted.max(FEWEST_IN_FULL)) {
            if let Some(one) = drawn.get_mut(at) {
                *one = true;
            }
        }
        drawn
    }

    /// How many calls that takes.
    pub(super) fn sizes(&self, samples: u32, full: u64, others: u64) -> Sizes {
        /// Shares over which the guess is averaged.
        const STEPS: u32 = 50;
        let share = |step: u32| 0.5 + 0.5 * (f64::from(step) + 0.5) / f64::from(STEPS);
        let each = (0..STEPS).map(|step| expected_draws(share(step), samples, self.threshold)).sum::<f64>();
        let (in_full, others_in_full) = (full * u64::from(samples), others * u64::from(samples));
        Sizes {
            samples,
            in_full: full,
            questions: full + others,
            fewest: in_full + others * u64::from(self.earliest(samples)),
            expected: in_full + (others as f64 * each / f64::from(STEPS)).round() as u64,
            most: in_full + others_in_full,
        }
    }
}

/// How many calls adaptive stopping takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Samples of a question that is asked in full.
    pub samples: u32,
    /// Questions asked in full.
    pub in_full: u64,
    /// All questions.
    pub questions: u64,
    /// Calls where every question is settled at once.
    pub fewest: u64,
    /// Calls where the shares of the leading answers lie evenly between a half and all, against one other answer: a guess.
    pub expected: u64,
    /// Calls where none is settled.
    pub most: u64,
}

/// A share in per cent, without a tail of rounding.
fn shown(share: f64) -> String {
    format!("{}", (share * 1e8).round() / 1e6)
}

/// The numbers of a run over traces of one that left questions when they were settled: those of audits that read such samples were decided by answers.
#[must_use]
pub fn stopped(mut run: Run) -> Run {
    account::stopped(&mut run.reports);
    run.findings = worst(&run.reports);
    run
}

/// Whether a report reads plain samples.
fn reads_samples(audit: &str) -> bool {
    let experiment = audits::named(audit).and_then(Audit::experiment);
    experiment.is_some_and(|experiment| experiment.name() == experiments::SAMPLES.name())
}
