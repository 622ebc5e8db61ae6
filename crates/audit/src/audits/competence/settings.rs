//! What the competence audit may be told.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Settings of the competence audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A single step is answered where more than this share of its samples is right.
    pub answered: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { answered: 0.5 }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        if (0.0..1.0).contains(&self.answered) {
            return Ok(());
        }
        Err(Error::Setting {
            name: "competence.answered",
            expected: "a share from 0 to below 1",
            found: self.answered.to_string(),
        })
    }
}
