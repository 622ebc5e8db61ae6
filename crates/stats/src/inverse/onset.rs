//! Every drop between two budgets with simultaneous bounds, and the onset: the first budget with a proven drop.
//!
//! Not end against start: that contrast has no power for a curve that rises and falls.

use super::usable;
use crate::curve::simultaneous::{Bound, Contrast, Family, Matrix, families};
use crate::derivation::{Derivation, is_kept};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::seed::Seed;
use crate::undefined::Undefined;

/// The drop of accuracy from a smaller budget to a larger one.
#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    /// Position of the smaller budget.
    pub from: usize,
    /// Position of the larger budget.
    pub to: usize,
    /// Accuracy at the smaller minus accuracy at the larger; two-sided interval, simultaneous over all drops.
    pub estimate: Result<Estimate, Undefined>,
    /// Simultaneous lower bound of the drop. Above 0 the drop is shown; one-sided, so that it may be so while the two-sided interval
    /// still touches 0.
    pub at_least: f64,
    /// Simultaneous upper bound of the drop, one-sided.
    pub at_most: f64,
    /// What the one-sided bounds follow from, the rise and the fall, where derivations are kept.
    pub derivation: Option<[Derivation; 2]>,
}

/// Where accuracy begins to fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Onset {
    /// A drop is shown.
    At {
        /// Position of the first budget with a proven drop from some smaller one. The true onset lies no later, with the level's
        /// confidence.
        budget: usize,
        /// Position of the smaller budget from which that drop is largest by its bound.
        from: usize,
        /// The simultaneous lower bound of that drop.
        at_least: f64,
        /// Position of the first budget at which a drop from some smaller one cannot be excluded. The true onset lies no earlier, with
        /// the level's confidence. A curve that is flat before it falls leaves this at the second budget.
        earliest: usize,
    },
    /// No drop is shown up to the longest budget measured.
    NotFound {
        /// The largest drop between any two budgets that is not excluded.
        at_most: f64,
    },
}

/// All drops of a curve with its onset.
#[derive(Debug, Clone, PartialEq)]
pub struct Drops {
    /// Every pair of budgets, by the larger one, then by the smaller one.
    pub drops: Vec<Drop>,
    /// Where accuracy begins to fall.
    pub onset: Onset,
    /// How the simultaneous bounds were found.
    pub method: &'static str,
}

/// All drops m_j - m_k, j < k, of question means in [0, 1] at rising budgets (one column each), with simultaneous bounds.
///
/// Max-t over all pairs from a question bootstrap that is studentised in each resample ([`crate::curve::simultaneous`]). The onset is the
/// first k for which some j < k has a simultaneous lower bound of m_j - m_k above 0. Lower bounds hold for all pairs together with
/// `level`, and so do upper bounds: each end of [earliest, budget] holds with `level`, both with 1 - 2 alpha.
///
/// Assumes independent questions.
///
/// # Errors
/// Below two budgets or 10 questions, and for values outside [0, 1].
pub fn drops(matrix: &Matrix, level: Level, resamples: u32, seed: Seed) -> Result<Drops, Undefined> {
    usable(matrix)?;
    let pairs: Vec<(usize, usize)> = (1..matrix.columns()).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
    let turned: Vec<(usize, usize)> = pairs.iter().map(|(from, to)| (*to, *from)).collect();
    let [rises, falls] = families(matrix, [&pairs, &turned], level, resamples, seed);
    let (rises, falls) = (rises?, falls?);
    let size = Size::single(matrix.rows() as u64);
    let both = rises.contrasts.iter().zip(&falls.contrasts);
    let drops: Vec<Drop> = both.map(|(rise, fall)| drop(matrix, (&rises, rise), (&falls, fall), size, level)).collect();
    let onset = onset(&drops);
    Ok(Drops { drops, onset, method: rises.method })
}

fn drop(
    matrix: &Matrix,
    (rises, rise): (&Family, &Contrast),
    (falls, fall): (&Family, &Contrast),
    size: Size,
    level: Level,
) -> Drop {
    let (low, high) = falls.ends(fall);
    let interval = Interval::ordered(low.max(-1.0), high.min(1.0), level);
    Drop {
        from: rise.from,
        to: rise.to,
        estimate: Estimate::new(fall.value, Ok(interval), size, Method::named(falls.method_of(fall)))
            .map(|estimate| estimate.derived(|| falls.derivation(matrix, fall, Bound::Ends))),
        at_least: (-rises.upper_bound(rise)).clamp(-1.0, 1.0),
        at_most: falls.upper_bound(fall).clamp(-1.0, 1.0),
        derivation: is_kept()
            .then(|| [rises.derivation(matrix, rise, Bound::Upper), falls.derivation(matrix, fall, Bound::Upper)]),
    }
}

fn onset(drops: &[Drop]) -> Onset {
    let Some(first) = drops.iter().find(|drop| drop.at_least > 0.0) else {
        return Onset::NotFound { at_most: drops.iter().map(|drop| drop.at_most).fold(f64::NEG_INFINITY, f64::max) };
    };
    let there = drops.iter().filter(|drop| drop.to == first.to);
    let largest = there.max_by(|a, b| a.at_least.total_cmp(&b.at_least)).unwrap_or(first);
    // A drop that is shown is not excluded, so that one is found at the onset at the latest.
    let earliest = drops.iter().find(|drop| drop.at_most > 0.0).map_or(first.to, |drop| drop.to);
    Onset::At { budget: first.to, from: largest.from, at_least: largest.at_least, earliest }
}
