//! Where a number comes from.
//!
//! Not the provenance of reasoning (raw, summary, redacted …): that is a noun of the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who made a number, which bounds the mark its claim can bear.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// Measured on the user's own data.
    Own,
    /// Predicted by a fit, beyond what was sampled. Never evidence-backed.
    Fit {
        /// Mean absolute error of the same fit on rows it did not see, as a share; `None` when it was not measured.
        held_out_error: Option<f64>,
        /// The predicted k divided by the largest sampled k.
        reach: f64,
    },
    /// Published or measured elsewhere: another model, another slice, somebody's paper. Never evidence-backed.
    Foreign,
    /// Nobody measured it: a default, a guess, "80?".
    None,
    /// A planted process whose truth is known: bears no mark.
    Planted,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Own => "own data",
            Self::Fit { .. } => "fit",
            Self::Foreign => "published elsewhere",
            Self::None => "not measured",
            Self::Planted => "planted",
        })
    }
}

/// Where a number comes from, and from what exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Who made it.
    #[serde(flatten)]
    pub origin: Origin,
    /// What it was made from: a file with its digest, a paper with its date, a run.
    pub source: String,
}

impl Provenance {
    /// A number of `origin`, made from `source`.
    pub fn new(origin: Origin, source: impl Into<String>) -> Self {
        Self { origin, source: source.into() }
    }
}
