//! What the exploring audit may be told.

use candor_stats::slices::MOST_FOUND;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Settings of the exploring audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How many features are carried from the first half to the second.
    pub most: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most: MOST_FOUND }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.most > 0 {
            return Ok(());
        }
        Err(Error::Setting { name: "explore.most", expected: "a number above 0", found: self.most.to_string() })
    }
}
