//! Intervals of a ratio of two estimates: MOVER-R when they are independent, Fieller when they share questions.
//!
//! Not the delta method, and never a bootstrap of a clipped ratio: both fail where the denominator is near zero.

pub mod fieller;
pub mod mover;

#[cfg(test)]
mod tests;
