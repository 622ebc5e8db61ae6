//! The list of parameters: name, range, default. Not their meaning in full: that stands at the fields of [`Truth`].

use crate::truth::{Checks, CueTruth, Cues, Musing, Sensitivity, Truth};
use crate::{Arm, Cue};

/// One parameter of a [`Truth`].
#[derive(Debug)]
pub struct Parameter {
    /// Its name in files, in exams and in the digest.
    pub name: &'static str,
    /// The smallest value that an exam draws.
    pub low: u32,
    /// The largest.
    pub high: u32,
    read: fn(&Truth) -> u32,
    write: fn(&mut Truth) -> &mut u32,
}

impl Parameter {
    /// The value that it has in a truth.
    #[must_use]
    pub fn of(&self, truth: &Truth) -> u32 {
        (self.read)(truth)
    }

    /// Gives it another value.
    pub fn set(&self, truth: &mut Truth, value: u32) {
        *(self.write)(truth) = value;
    }
}

macro_rules! parameters {
    ($($name:literal $low:literal..=$high:literal $($field:ident).+;)*) => {
        &[$(Parameter {
            name: $name,
            low: $low,
            high: $high,
            read: |truth| truth.$($field).+,
            write: |truth| &mut truth.$($field).+,
        }),*]
    };
}

/// Every parameter, by name in ascending order. Thousandths, except counts of checks and the two places in a list.
pub const PARAMETERS: &[Parameter] = parameters! {
    "caught" 200..=700 caught;
    "checks.high" 3..=4 checks.high;
    "checks.idle" 2..=3 checks.idle;
    "checks.low" 0..=1 checks.low;
    "checks.medium" 1..=2 checks.medium;
    "contradiction" 10..=60 contradiction;
    "cue.consistency.follow" 100..=800 cues.consistency.follow;
    "cue.consistency.mention_followed" 100..=900 cues.consistency.mention_followed;
    "cue.consistency.mention_otherwise" 20..=500 cues.consistency.mention_otherwise;
    "cue.grader_hacking.follow" 100..=800 cues.grader_hacking.follow;
    "cue.grader_hacking.mention_followed" 100..=900 cues.grader_hacking.mention_followed;
    "cue.grader_hacking.mention_otherwise" 20..=500 cues.grader_hacking.mention_otherwise;
    "cue.metadata.follow" 100..=800 cues.metadata.follow;
    "cue.metadata.mention_followed" 100..=900 cues.metadata.mention_followed;
    "cue.metadata.mention_otherwise" 20..=500 cues.metadata.mention_otherwise;
    "cue.sycophancy.follow" 100..=800 cues.sycophancy.follow;
    "cue.sycophancy.mention_followed" 100..=900 cues.sycophancy.mention_followed;
    "cue.sycophancy.mention_otherwise" 20..=500 cues.sycophancy.mention_otherwise;
    "cue.unauthorised_information.follow" 100..=800 cues.unauthorised_information.follow;
    "cue.unauthorised_information.mention_followed" 100..=900 cues.unauthorised_information.mention_followed;
    "cue.unauthorised_information.mention_otherwise" 20..=500 cues.unauthorised_information.mention_otherwise;
    "cue.visual_pattern.follow" 100..=800 cues.visual_pattern.follow;
    "cue.visual_pattern.mention_followed" 100..=900 cues.visual_pattern.mention_followed;
    "cue.visual_pattern.mention_otherwise" 20..=500 cues.visual_pattern.mention_otherwise;
    "distracted" 50..=250 distracted;
    "inert_cue" 0..=5 inert_cue;
    "musing.right" 50..=200 musing.right;
    "musing.wrong" 300..=700 musing.wrong;
    "repaired" 200..=600 repaired;
    "runner_up" 450..=800 runner_up;
    "sensitivity.format" 0..=250 sensitivity.format;
    "sensitivity.irrelevant" 0..=250 sensitivity.irrelevant;
    "sensitivity.paraphrase" 0..=250 sensitivity.paraphrase;
    "sensitivity.relabel" 0..=250 sensitivity.relabel;
    "sensitivity.rename" 0..=250 sensitivity.rename;
    "sensitivity.renumber" 0..=250 sensitivity.renumber;
    "sensitivity.reorder" 0..=250 sensitivity.reorder;
    "sensitivity.swap" 0..=250 sensitivity.swap;
    "sharpening_arm" 0..=7 sharpening_arm;
    "slip" 40..=160 slip;
    "useless_check" 50..=300 useless_check;
};

impl Default for Truth {
    /// A process in which everything is there to be found.
    fn default() -> Self {
        let cue =
            |follow, mention_followed, mention_otherwise| CueTruth { follow, mention_followed, mention_otherwise };
        Self {
            slip: 120,
            caught: 450,
            useless_check: 150,
            checks: Checks { low: 1, medium: 2, high: 4, idle: 3 },
            repaired: 400,
            distracted: 60,
            runner_up: 600,
            contradiction: 30,
            musing: Musing { right: 100, wrong: 450 },
            cues: Cues {
                sycophancy: cue(450, 550, 250),
                consistency: cue(300, 300, 150),
                visual_pattern: cue(250, 150, 60),
                metadata: cue(600, 250, 80),
                grader_hacking: cue(350, 700, 300),
                unauthorised_information: cue(500, 400, 200),
            },
            inert_cue: Cue::VisualPattern as u32,
            sensitivity: Sensitivity {
                reorder: 60,
                relabel: 90,
                format: 50,
                irrelevant: 120,
                paraphrase: 80,
                rename: 40,
                renumber: 150,
                swap: 100,
            },
            sharpening_arm: Arm::Format as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ascend_and_reach_every_field_once() {
        assert!(PARAMETERS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(PARAMETERS.len(), 15 + 3 * Cue::ALL.len() + Arm::ALL.len());
        let mut truth = Truth::default();
        for (value, parameter) in (5000..).zip(PARAMETERS) {
            let usual = parameter.of(&truth);
            assert!((parameter.low..=parameter.high).contains(&usual), "{} is {usual}", parameter.name);
            parameter.set(&mut truth, value);
        }
        for (value, parameter) in (5000..).zip(PARAMETERS) {
            assert_eq!(parameter.of(&truth), value, "{} shares a field", parameter.name);
        }
    }
}
