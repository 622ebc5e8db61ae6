//! Looking all the time: confidence sequences that hold at every look, decisions that stop early, windows, sampled audits, and drift.
//!
//! Not for a plan fixed in advance, where the intervals of [`crate::clusters`] are narrower: Wilson looked at 20 times excludes the truth at
//! some look in 26 % of runs. Units are conversations, not calls; one observation each, in [0, 1], in the order in which they came.
//! Many streams at once: [`crate::multiplicity::e_bh`] over [`DriftMonitor::evidence`].

mod capital;
pub mod confidence;
pub mod drift;
pub mod threshold;
pub mod windows;

pub use confidence::{ConfidenceSequence, Emptied};
pub use drift::{Control, DriftMonitor};
pub use threshold::{Panel, Threshold};
pub use windows::{Split, Windows};

#[cfg(test)]
mod tests;
