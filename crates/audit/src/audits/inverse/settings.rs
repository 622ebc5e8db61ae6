//! What the inverse audit may be told.

use serde::{Deserialize, Serialize};

/// Settings of the inverse audit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The recorded score in [0, 1] that stands for accuracy at budgets where there are no verdicts; `None` for the first one.
    pub score: Option<String>,
}
