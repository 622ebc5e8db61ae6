//! In what vendors of OpenAI Responses differ, as data. Not the protocol itself.

/// The peculiarities of one vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponsesDialect {}
