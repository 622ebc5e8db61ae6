//! The three marks, and the standing of a claim: marked, or planted.
//!
//! A mark speaks of the measurement, not of truth. It is computed by [`crate::Claim`], never typed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How well a claim is supported. Ordered from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// No data, undefined, fewer than 10 independent units, or an interval that excludes nothing.
    Hope,
    /// Measured, but the interval leaves the question open, the number is foreign or fitted, or a flag fails.
    Inferred,
    /// Own data, every validity flag holds, and the interval lies inside what is asserted.
    EvidenceBacked,
}

impl Mark {
    /// The weakest of several; `None` when there are none. Derived claims take it.
    pub fn weakest(marks: impl IntoIterator<Item = Self>) -> Option<Self> {
        marks.into_iter().min()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hope => "hope",
            Self::Inferred => "inferred",
            Self::EvidenceBacked => "evidence-backed",
        })
    }
}

/// What stands beside a claim: a mark, or the word "planted" for data whose truth somebody made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A claim about measured things.
    Marked(Mark),
    /// A claim about a planted process, not a language model: it bears no mark.
    Planted,
}

impl Standing {
    /// The mark, unless planted.
    #[must_use]
    pub fn mark(self) -> Option<Mark> {
        match self {
            Self::Marked(mark) => Some(mark),
            Self::Planted => None,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marked(mark) => mark.fmt(f),
            Self::Planted => f.pad("planted"),
        }
    }
}
