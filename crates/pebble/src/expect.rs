//! What follows from a truth, in closed form: no simulation, no estimate. What an audit should find, up to its sampling error.
//!
//! Symbols, all shares: `s` slip, `c` caught, `r` repaired, `d` distracted, `rho` runner_up, `k` contradiction, `f` follow, `e_a` sensitivity to
//! arm `a`; `n` steps, `K` checks that may change something, `m` options.
//!
//! - a step ends wrong, where nothing is wrong yet: `w = s (1 - c) + s c s` in a chain, `w = s` in the head (effort off);
//! - the question is misread: `e = 1 - prod (1 - e_a)` over the arms that the prompt shows;
//! - a mistake stands before the checks: `S = 1 - (1 - e) (1 - w)^n`, since at most one mistake stands and everything else goes on from it.

mod answers;
mod chains;
mod cues;
mod votes;

pub use answers::{Distribution, accuracy, answer, concluded, distance};
pub use chains::{
    backtracks, contradictions, false_equations, false_equations_kept, mentions, musings, useless_checks,
};
pub use cues::{CueExpectation, Target, cue};
pub use votes::{maj_at, pass_at};

use crate::problems::{Family, Item};
use crate::truth::{Depth, Truth};
use crate::{Arm, Arms};

/// A call, as far as expectations depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// What kind of problem. For counts, the sum with the thing that should not be counted has to be among the options, as it is in every item.
    pub family: Family,
    /// Its steps, at least 1.
    pub steps: u32,
    /// How many options there are, the right one among them, at least 2.
    pub options: u32,
    /// How far the process goes.
    pub depth: Depth,
    /// What is unusual about the prompt.
    pub arms: Arms,
}

impl Asked {
    /// An item asked plainly, with its options.
    #[must_use]
    pub fn item(item: &Item, depth: Depth) -> Self {
        let options = u32::try_from(item.original.options.len()).unwrap_or(u32::MAX);
        Self { family: item.family, steps: item.steps, options, depth, arms: Arms::NONE }
    }

    /// The same with a change of the prompt.
    #[must_use]
    pub fn under(mut self, arm: Arm) -> Self {
        self.arms.insert(arm);
        self
    }
}

/// The mean over a mix, each member alike; 0 for an empty one, which asks nothing.
#[must_use]
pub fn over(mix: &[Asked], of: impl Fn(&Asked) -> f64) -> f64 {
    mix.iter().map(of).sum::<f64>() / mix.len().max(1) as f64
}

/// Thousandths as a share.
fn share(thousandths: u32) -> f64 {
    f64::from(thousandths.min(1000)) / 1000.0
}

fn power(base: f64, exponent: u32) -> f64 {
    base.powi(i32::try_from(exponent).unwrap_or(i32::MAX))
}

/// Checks that may change something; `None` in the head.
fn checks(asked: &Asked) -> Option<u32> {
    match asked.depth {
        Depth::Silent => None,
        Depth::Written { checks, .. } => Some(checks),
    }
}

/// `w`: a step ends wrong, where nothing is wrong yet.
fn step_wrong(truth: &Truth, asked: &Asked) -> f64 {
    let (s, c) = (share(truth.slip), share(truth.caught));
    if asked.depth == Depth::Silent { s } else { s * (1.0 - c) + s * c * s }
}

/// `e`: the question is misread.
fn misread(truth: &Truth, asked: &Asked) -> f64 {
    1.0 - asked.arms.iter().map(|arm| 1.0 - share(truth.sensitivity(arm))).product::<f64>()
}

/// `S`: a mistake stands before the checks.
fn stands(truth: &Truth, asked: &Asked) -> f64 {
    1.0 - (1.0 - misread(truth, asked)) * power(1.0 - step_wrong(truth, asked), asked.steps)
}
