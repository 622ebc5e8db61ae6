//! What the tail audit may be told.

use candor_stats::slices::MOST_FOUND;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Settings of the tail audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How many slices are carried from the first half to the second.
    pub most: usize,
    /// Labels, beside those with a usual name, that say something about the question and were there before the answer.
    pub labels: Vec<String>,
    /// The recorded score in [0, 1] that stands for accuracy where there are no verdicts; `None` for the first one.
    pub score: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most: MOST_FOUND, labels: Vec::new(), score: None }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.most > 0 {
            return Ok(());
        }
        Err(Error::Setting { name: "tail.most", expected: "a number above 0", found: self.most.to_string() })
    }
}
