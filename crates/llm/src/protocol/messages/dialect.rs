//! In what vendors of Anthropic Messages differ, as data. Not the protocol itself.

/// The peculiarities of one vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessagesDialect {}
