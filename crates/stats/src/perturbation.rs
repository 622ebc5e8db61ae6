//! Did a change of the prompt change the answers? The resampling-controlled divergence of answer distributions, and the shift of a
//! scalar judgement.
//!
//! Not the drop of accuracy under a change: that is [`crate::Paired`]. Several changes at once: [`crate::multiplicity`].

pub mod divergence;
pub mod shift;

pub use divergence::{Answers, Divergence, Rate, divergence};
pub use shift::Scalars;

#[cfg(test)]
mod tests;
