//! Programs that decide: verifiers and verdicts, and readers of the chain of thought.
//!
//! Two things are kept apart by type. A [`Verifier`] reads an [`Answer`] and gives a [`Verdict`]; it never sees the chain of
//! thought. A reader of the chain, such as a [`signal::mention::Detector`], gives a [`Signal`]; a signal never
//! becomes a verdict. A model that is asked for its opinion is a third thing: see [`judge`].
//!
//! Everything here is pure and bounded: no file, no clock, no environment, no panic on foreign text. One room is not:
//! [`program`] runs foreign code, confined, and is in no catalogue, so that nothing comes upon it by name.

mod about;
mod answer;
mod error;
pub mod judge;
mod number;
pub mod program;
mod rational;
pub mod signal;
mod verdict;
mod verifier;
pub mod verifiers;

pub use about::{About, Param, Params};
pub use answer::Answer;
pub use error::{Error, Result};
pub use signal::mention::{CueKind, Mention, MentionQuery};
pub use signal::{Signal, Span};
pub use verdict::{Outcome, Verdict};
pub use verifier::Verifier;
