//! What the compute audit may be told.

use serde::{Deserialize, Serialize};

/// How several samples of one question become one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The most frequent answer; ties are split. Needs recorded answers.
    Majority,
    /// The sample with the highest recorded score; ties are split. Needs recorded scores.
    Best,
    /// Right when any sample is right: what a perfect verifier would reach. Needs verdicts only.
    Any,
}

impl Aggregate {
    /// The name that stands in claims and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::Best => "best",
            Self::Any => "any",
        }
    }

    /// How a table is headed.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Majority => "majority of the sampled answers (maj@k)",
            Self::Best => "sample with the highest recorded score (best-of-k)",
            Self::Any => "any sample right (pass@k): what a verifier without error would reach",
        }
    }
}

/// Settings of the compute audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The numbers of paths of the table; `None` for 1, 4, 8, 16, 32 … up to what was sampled, and the largest sampled.
    pub paths: Option<Vec<u32>>,
    /// The number of paths in production: its row is marked.
    pub operate: Option<u32>,
    /// How samples become one answer; `None` for majority where answers are recorded, else any.
    pub aggregate: Option<Aggregate>,
    /// The recorded score that chooses in best-of-k; `None` for the only one there is.
    pub score: Option<String>,
    /// The smallest gain, as a share, for which "about n questions needed" is printed.
    pub detect: f64,
    /// Whether one row beyond the samples is predicted by a fit.
    pub predict: bool,
    /// Seeded orders over which adaptive stopping is replayed.
    pub orders: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { paths: None, operate: None, aggregate: None, score: None, detect: 0.01, predict: true, orders: 20 }
    }
}
