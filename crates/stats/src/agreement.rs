//! Agreement of raters, detectors and labels: kappa with positive and negative agreement, Krippendorff's alpha.
//!
//! Not correctness: two detectors can agree and both be wrong (see [`crate::detector`]).

pub mod krippendorff;
pub mod two_raters;

pub use krippendorff::{Metric, krippendorff_alpha};
pub use two_raters::Agreement;

#[cfg(test)]
mod tests;
