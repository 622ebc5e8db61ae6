//! Input that no estimator can read: a caller's mistake, not a property of the data.
//!
//! Data that is well formed but cannot carry an estimate is not an error: see [`crate::Undefined`].

use std::borrow::Cow;
use std::fmt;

/// Malformed input: counts that contradict each other, numbers outside their domain, arrays of different length.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number lies outside the domain of its parameter.
    #[error("{what}: expected {expected}, found {found}")]
    Domain {
        /// Which argument.
        what: Cow<'static, str>,
        /// What it may be.
        expected: Cow<'static, str>,
        /// What it was.
        found: String,
    },
    /// Two inputs that belong together differ in length.
    #[error("{what}: expected {expected} entries, found {found}")]
    Length {
        /// Which argument.
        what: Cow<'static, str>,
        /// Entries wanted.
        expected: usize,
        /// Entries given.
        found: usize,
    },
    /// A stored value disagrees with what its own evidence gives.
    #[error("{what}: the stored value {stored} is not what its evidence gives ({computed})")]
    Forged {
        /// Which field.
        what: Cow<'static, str>,
        /// What was read.
        stored: String,
        /// What follows from the evidence beside it.
        computed: String,
    },
}

impl Error {
    /// A number outside its domain.
    pub(crate) fn domain(
        what: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
        found: impl fmt::Display,
    ) -> Self {
        Self::Domain { what: what.into(), expected: expected.into(), found: format!("{found}") }
    }
}
