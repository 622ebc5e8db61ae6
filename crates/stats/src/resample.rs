//! Resampling: the sign-flip test and the seeded cluster bootstrap.
//!
//! Simultaneous bounds of a curve are in [`crate::curve`].

pub mod bootstrap;
pub mod sign_flip;

#[cfg(test)]
mod tests;
