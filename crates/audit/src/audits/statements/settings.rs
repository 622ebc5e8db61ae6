//! What the audit of claims against the record may be told.

use serde::{Deserialize, Serialize};

/// Settings of the statements audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words in a tool call that open a source which the answer must not come from. White space counts once, case not at all.
    pub forbidden: Vec<String>,
    /// A right answer shorter than this, in characters, is not looked for in results: short ones stand everywhere by chance.
    pub shortest_gold: u32,
}

impl Default for Settings {
    fn default() -> Self {
        // Where a repository holds the fix that is asked for, these find it.
        let forbidden = ["git log --all", "git reflog", "git rev-list --all", "git fsck --lost-found"];
        Self { forbidden: forbidden.map(str::to_owned).to_vec(), shortest_gold: 16 }
    }
}
