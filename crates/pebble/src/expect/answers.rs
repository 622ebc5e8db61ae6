//! Which answer, with which probability; accuracy; the distance between arms.

use super::{Asked, checks, power, share, stands};
use crate::Arm;
use crate::problems::Family;
use crate::truth::{Depth, Truth};

/// Probabilities of the options of a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Of the right one.
    pub gold: f64,
    /// Of the runner-up.
    pub runner_up: f64,
    /// Of each of the others; 0 where there are none.
    pub other: f64,
    /// How many options there are.
    pub options: u32,
}

impl Distribution {
    /// How many others there are beside the right one and the runner-up.
    #[must_use]
    pub fn others(&self) -> u32 {
        self.options.saturating_sub(2)
    }

    fn map(self, of: impl Fn(f64) -> f64) -> Self {
        let other = if self.others() == 0 { 0.0 } else { of(self.other) };
        Self { gold: of(self.gold), runner_up: of(self.runner_up), other, options: self.options }
    }
}

/// What the chain works out, before a cue and before a contradiction.
///
/// A mistake that stood before the checks (`S`) is found by none of them with `(1 - r)^K`: chain and comparison are wrong with `W = S (1 - r)^K`.
/// Counts are wrong with `W = S`, and distracted with `(1 - S) (1 - (1 - d)^K)`, which always ends at the runner-up. Of `W`, `rho` goes to the
/// runner-up and the rest to the `m - 2` others alike; everything where there are no others, or under the arm that sharpens.
#[must_use]
pub fn concluded(truth: &Truth, asked: &Asked) -> Distribution {
    let stands = stands(truth, asked);
    let checks = checks(asked).unwrap_or(0);
    let (wrong, distracted) = match asked.family {
        Family::Count => (stands, (1.0 - stands) * (1.0 - power(1.0 - share(truth.distracted), checks))),
        Family::Chain | Family::Comparison => (stands * power(1.0 - share(truth.repaired), checks), 0.0),
    };
    let others = asked.options.saturating_sub(2);
    let sharpened = asked.arms.iter().any(|arm| truth.sharpens(arm));
    let rho = if others == 0 || sharpened { 1.0 } else { share(truth.runner_up) };
    Distribution {
        gold: 1.0 - wrong - distracted,
        runner_up: rho * wrong + distracted,
        other: if others == 0 { 0.0 } else { (1.0 - rho) * wrong / f64::from(others) },
        options: asked.options,
    }
}

/// What is answered without a cue: `(1 - k) p + k (1 - p) / (m - 1)` for an option concluded with `p`; in the head `k` is 0.
#[must_use]
pub fn answer(truth: &Truth, asked: &Asked) -> Distribution {
    let k = if asked.depth == Depth::Silent { 0.0 } else { share(truth.contradiction) };
    let others = f64::from(asked.options.saturating_sub(1).max(1));
    concluded(truth, asked).map(|p| (1.0 - k) * p + k * (1.0 - p) / others)
}

/// Share of right answers without a cue.
///
/// With `k = 0`: `1 - (1 - (1 - e) (1 - w)^n) (1 - r)^K` for chain and comparison, `(1 - e) (1 - w)^n (1 - d)^K` for counts.
#[must_use]
pub fn accuracy(truth: &Truth, asked: &Asked) -> f64 {
    answer(truth, asked).gold
}

/// `D = P(A != B) - (P(A != A') + P(B != B')) / 2 = 1/2 sum (p_A - p_B)^2` over the options, of a question against itself under an arm. For
/// renumber and swap the options are matched by their part (right, runner-up, other), not by text.
#[must_use]
pub fn distance(truth: &Truth, asked: &Asked, arm: Arm) -> f64 {
    let (a, b) = (answer(truth, asked), answer(truth, &asked.under(arm)));
    let square = |one: f64, two: f64| (one - two).powi(2);
    let others = f64::from(a.others()) * square(a.other, b.other);
    (square(a.gold, b.gold) + square(a.runner_up, b.runner_up) + others) / 2.0
}
