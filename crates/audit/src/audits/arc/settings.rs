//! What the audit of ARC-AGI may be told.

use serde::{Deserialize, Serialize};

/// Settings of the audit of ARC-AGI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How many attempts at a test input count, the first ones.
    pub attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { attempts: 2 }
    }
}
