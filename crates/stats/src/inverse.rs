//! Inverse scaling: does accuracy fall somewhere along rising budgets, and from where on?
//!
//! Not the gain along a curve ([`crate::curve`]). Only budgets that were asked for may say "longer reasoning hurts"; lengths that came
//! about by themselves ([`natural()`]) say no more than "longer chains are less often right": where wrong answers merely take longer,
//! they show inverse scaling without any effect of length. Truncated chains are excluded and counted by the caller.

pub mod isotonic;
pub mod natural;
pub mod onset;
pub mod peak;
pub mod two_lines;
mod within;

pub use isotonic::{isotonic, non_decreasing};
pub use natural::{Natural, natural};
pub use onset::{Drop, Drops, Onset, drops};
pub use peak::peak;
pub use two_lines::{TwoLines, two_lines};

use crate::curve::simultaneous::Matrix;
use crate::undefined::Undefined;

/// Fewer questions than this and no test along budgets is made.
pub const FEWEST_QUESTIONS: usize = crate::claim::FEWEST_UNITS as usize;

/// A matrix of question means in [0, 1] at two or more budgets, with enough questions.
fn usable(matrix: &Matrix) -> Result<(), Undefined> {
    if matrix.columns() < 2 {
        return Err(Undefined::too_few("budgets", matrix.columns(), 2));
    }
    if matrix.rows() < FEWEST_QUESTIONS {
        return Err(Undefined::too_few("questions", matrix.rows(), FEWEST_QUESTIONS));
    }
    if matrix.iter_rows().flatten().any(|x| !(0.0..=1.0).contains(x)) {
        return Err(Undefined::not_applicable("accuracy along budgets", "a question mean is outside [0, 1]"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
