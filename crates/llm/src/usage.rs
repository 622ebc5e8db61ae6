//! Tokens of a call, as counted by the vendor. Not money: a price belongs to a date and a contract.

use serde::{Deserialize, Serialize};

/// Token counts; `None` is "not recorded", never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// Of those, read from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<u64>,
    /// Tokens that the model produced, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Of those, reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
}

impl Usage {
    /// Whether nothing at all was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is counted in `newer` replaces what was counted here: streams count cumulatively.
    #[must_use]
    pub fn updated(self, newer: Self) -> Self {
        Self {
            input: newer.input.or(self.input),
            cached_input: newer.cached_input.or(self.cached_input),
            output: newer.output.or(self.output),
            reasoning: newer.reasoning.or(self.reasoning),
        }
    }
}
