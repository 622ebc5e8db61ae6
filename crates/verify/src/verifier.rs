//! The trait of everything that gives a verdict. Not the catalogue: that is [`verifiers`](crate::verifiers).

use std::fmt;

use crate::{About, Answer, Params, Result, Verdict};

/// A program that decides whether an answer is the gold.
///
/// Deciding is pure and bounded: the same answer, gold and setting give the same verdict, and no text makes it panic or take
/// more than time linear in its length (a constant number of passes). [`Program`](crate::program::Program) alone is bounded by a
/// clock and as repeatable as the program it asks.
pub trait Verifier: fmt::Debug + Send + Sync {
    /// Name, purpose and parameters.
    fn about(&self) -> &'static About;

    /// The verdict on one answer.
    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict;

    /// The same verifier with other parameters; what is not named keeps the value it has here.
    ///
    /// # Errors
    /// [`Error::UnknownParam`](crate::Error::UnknownParam) and [`Error::BadParam`](crate::Error::BadParam).
    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>>;
}
