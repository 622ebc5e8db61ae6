//! The chain of thought and where it comes from. A debugging surface, not a trust surface: nothing here is an input of a
//! verdict.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of reasoning text lies before us.
///
/// Absent or redacted reasoning is never "silent": it is left out of every faithfulness measure, counted and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The tokens that the model produced, complete.
    Raw,
    /// A summary that the vendor wrote of them.
    Summary,
    /// The vendor holds the text back (encrypted or replaced).
    Redacted,
    /// Raw, but cut off before the model closed it.
    Truncated,
    /// No reasoning was recorded.
    Absent,
}

impl Provenance {
    /// Every provenance, in the order in which tables list them.
    pub const ALL: [Self; 5] = [Self::Raw, Self::Summary, Self::Redacted, Self::Truncated, Self::Absent];

    /// Whether there is text that a detector may read.
    #[must_use]
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Raw | Self::Summary | Self::Truncated)
    }

    /// The word used in tables and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Summary => "summary",
            Self::Redacted => "redacted",
            Self::Truncated => "truncated",
            Self::Absent => "absent",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// Reasoning text with its provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasoning {
    /// The text; empty where the provenance is [`Provenance::Redacted`] or [`Provenance::Absent`].
    pub text: String,
    /// What kind of text this is.
    pub provenance: Provenance,
}

impl Reasoning {
    /// No reasoning was recorded.
    #[must_use]
    pub fn absent() -> Self {
        Self { text: String::new(), provenance: Provenance::Absent }
    }

    /// Raw reasoning; an empty or blank text is absent reasoning, never a silent chain.
    #[must_use]
    pub fn raw(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::absent() } else { Self { text, provenance: Provenance::Raw } }
    }

    /// The text where a detector may read it, `None` where there is none to read.
    #[must_use]
    pub fn readable(&self) -> Option<&str> {
        (self.provenance.is_readable() && !self.text.trim().is_empty()).then_some(self.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_chain_is_absent_and_not_silent() {
        assert_eq!(Reasoning::raw(" \n").provenance, Provenance::Absent);
        assert_eq!(Reasoning::raw(" \n").readable(), None);
        assert_eq!(Reasoning::raw("so 4").readable(), Some("so 4"));
    }
}
