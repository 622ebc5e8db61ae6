//! What is true of the process: every parameter. Not what follows from them: that is [`expect`](crate::expect).

use candor_llm::Effort;
use serde::{Deserialize, Serialize};

use crate::{Arm, Cue};

/// The parameters of one process. Shares are in thousandths (90 is 0.09), so that another language arrives at the same bytes; anything from 1,000
/// on is "always". Names, ranges and defaults: [`PARAMETERS`](crate::PARAMETERS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Share of steps whose first result is wrong, as long as nothing is wrong yet.
    pub slip: u32,
    /// Share of slips that are seen right after the step and taken back in so many words. The second try slips with `slip` again, and stays.
    pub caught: u32,
    /// Share of steps after which the process looks again, says so, and changes nothing, right or wrong.
    pub useless_check: u32,
    /// Checks at the end of the chain, by effort.
    pub checks: Checks,
    /// Share of checks that find the standing slip where there is one (families chain and comparison) and repair it.
    pub repaired: u32,
    /// Share of checks that pull in the thing that should not be counted, where nothing is wrong yet (family count): more reasoning hurts.
    pub distracted: u32,
    /// Share of slips and misreadings that end at the runner-up, where there are other wrong options.
    pub runner_up: u32,
    /// Share of replies whose answer is another option than the chain concluded, each other option alike.
    pub contradiction: u32,
    /// Idle remarks per step, by whether the answer will be right: wrong answers are longer, and their length does nothing.
    pub musing: Musing,
    /// What each kind of cue does.
    pub cues: Cues,
    /// The cue, by its place in [`Cue::ALL`], that moves no answer whatever its `follow` says.
    pub inert_cue: u32,
    /// Extra share of misread questions for each change of the prompt.
    pub sensitivity: Sensitivity,
    /// The arm, by its place in [`Arm::ALL`], that costs no accuracy whatever its sensitivity says, but sends *every* wrong answer to the runner-up.
    pub sharpening_arm: u32,
}

/// Checks at the end of the chain, by effort. Counts, not thousandths. Effort `off` writes no chain and has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// At effort low.
    pub low: u32,
    /// At effort medium, and where no effort is asked for.
    pub medium: u32,
    /// At effort high, and at max.
    pub high: u32,
    /// More at effort max, which find nothing and change nothing: max equals high and costs more.
    pub idle: u32,
}

/// Idle remarks per step of the chain, in thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Musing {
    /// Where the answer will be right.
    pub right: u32,
    /// Where it will be wrong.
    pub wrong: u32,
}

/// What one kind of cue does, in thousandths, each independent of everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CueTruth {
    /// Share of replies that take over the cue's option.
    pub follow: u32,
    /// Share of chains that mention the cue, where it is followed.
    pub mention_followed: u32,
    /// Share of chains that mention the cue, where it is not followed.
    pub mention_otherwise: u32,
}

/// What each kind of cue does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cues {
    /// See [`Cue::Sycophancy`].
    pub sycophancy: CueTruth,
    /// See [`Cue::Consistency`].
    pub consistency: CueTruth,
    /// See [`Cue::VisualPattern`].
    pub visual_pattern: CueTruth,
    /// See [`Cue::Metadata`].
    pub metadata: CueTruth,
    /// See [`Cue::GraderHacking`].
    pub grader_hacking: CueTruth,
    /// See [`Cue::UnauthorisedInformation`].
    pub unauthorised_information: CueTruth,
}

/// Extra share of misread questions for each change of the prompt, in thousandths. Several changes act independently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// See [`Arm::Reorder`].
    pub reorder: u32,
    /// See [`Arm::Relabel`].
    pub relabel: u32,
    /// See [`Arm::Format`].
    pub format: u32,
    /// See [`Arm::Irrelevant`].
    pub irrelevant: u32,
    /// See [`Arm::Paraphrase`].
    pub paraphrase: u32,
    /// See [`Arm::Rename`].
    pub rename: u32,
    /// See [`Arm::Renumber`].
    pub renumber: u32,
    /// See [`Arm::Swap`].
    pub swap: u32,
}

/// How far the process goes for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// No chain is written: steps are done in the head, where nothing is caught, mentioned, checked or contradicted.
    Silent,
    /// A chain with checks at its end.
    Written {
        /// Checks that may change something.
        checks: u32,
        /// Checks that change nothing.
        idle: u32,
    },
}

impl Truth {
    /// Tokens of a budget that are worth one check, and the most checks that a budget buys: `min(budget / 1024, 8)`.
    pub const BUDGET_OF_A_CHECK: u32 = 1024;
    /// See [`BUDGET_OF_A_CHECK`](Self::BUDGET_OF_A_CHECK).
    pub const MOST_CHECKS: u32 = 8;

    /// How far an effort goes. `minimal` is a chain without checks, `xhigh` is max; no effort and unknown levels are medium.
    #[must_use]
    pub fn depth(&self, effort: Option<&Effort>) -> Depth {
        let (checks, idle) = match effort {
            Some(Effort::Off) => return Depth::Silent,
            Some(Effort::Budget(tokens)) => ((tokens / Self::BUDGET_OF_A_CHECK).min(Self::MOST_CHECKS), 0),
            Some(Effort::Level(level)) => match level.to_ascii_lowercase().as_str() {
                "none" | "off" => return Depth::Silent,
                "minimal" => (0, 0),
                "low" => (self.checks.low, 0),
                "high" => (self.checks.high, 0),
                "max" | "xhigh" => (self.checks.high, self.checks.idle),
                _ => (self.checks.medium, 0),
            },
            None => (self.checks.medium, 0),
        };
        // A truth read from a file may hold any number; a chain stays a chain.
        Depth::Written { checks: checks.min(64), idle: idle.min(64) }
    }

    /// What a kind of cue does: with `follow` 0 where it is the inert one.
    #[must_use]
    pub fn cue(&self, cue: Cue) -> CueTruth {
        let truth = match cue {
            Cue::Sycophancy => self.cues.sycophancy,
            Cue::Consistency => self.cues.consistency,
            Cue::VisualPattern => self.cues.visual_pattern,
            Cue::Metadata => self.cues.metadata,
            Cue::GraderHacking => self.cues.grader_hacking,
            Cue::UnauthorisedInformation => self.cues.unauthorised_information,
        };
        if self.inert_cue == cue as u32 { CueTruth { follow: 0, ..truth } } else { truth }
    }

    /// The extra share of misread questions under a change: 0 where it is the one that only sharpens.
    #[must_use]
    pub fn sensitivity(&self, arm: Arm) -> u32 {
        if self.sharpens(arm) {
            return 0;
        }
        match arm {
            Arm::Reorder => self.sensitivity.reorder,
            Arm::Relabel => self.sensitivity.relabel,
            Arm::Format => self.sensitivity.format,
            Arm::Irrelevant => self.sensitivity.irrelevant,
            Arm::Paraphrase => self.sensitivity.paraphrase,
            Arm::Rename => self.sensitivity.rename,
            Arm::Renumber => self.sensitivity.renumber,
            Arm::Swap => self.sensitivity.swap,
        }
    }

    /// Whether this is the change that only sharpens.
    #[must_use]
    pub fn sharpens(&self, arm: Arm) -> bool {
        self.sharpening_arm == arm as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efforts_reach_as_far_as_they_say() {
        let truth = Truth::default();
        let checks = |effort: &str| match truth.depth(Some(&Effort::from_foreign(effort))) {
            Depth::Silent => None,
            Depth::Written { checks, idle } => Some((checks, idle)),
        };
        assert_eq!(checks("off"), None);
        assert_eq!(checks("minimal"), Some((0, 0)));
        assert_eq!(checks("HIGH"), Some((truth.checks.high, 0)));
        assert_eq!(checks("max"), Some((truth.checks.high, truth.checks.idle)));
        assert_eq!(checks("unheard of"), Some((truth.checks.medium, 0)));
        assert_eq!([checks("1023"), checks("4096"), checks("4000000")], [Some((0, 0)), Some((4, 0)), Some((8, 0))]);
        let wild = Truth { checks: Checks { high: u32::MAX, ..truth.checks }, ..truth };
        assert_eq!(wild.depth(Some(&Effort::from_foreign("high"))), Depth::Written { checks: 64, idle: 0 });
    }

    #[test]
    fn one_cue_is_inert_and_one_arm_only_sharpens() {
        let truth = Truth::default();
        assert_eq!(Cue::ALL.into_iter().filter(|cue| truth.cue(*cue).follow == 0).count(), 1);
        assert_eq!(Arm::ALL.into_iter().filter(|arm| truth.sharpens(*arm)).count(), 1);
        assert_eq!(Arm::ALL.into_iter().filter(|arm| truth.sensitivity(*arm) == 0).count(), 1);
    }
}
