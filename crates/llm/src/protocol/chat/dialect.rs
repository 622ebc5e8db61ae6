//! In what vendors of OpenAI Chat Completions differ, as data. Not the protocol itself.

/// The peculiarities of one vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatDialect {}
