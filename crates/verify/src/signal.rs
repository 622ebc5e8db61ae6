//! What readers of the chain of thought say. A signal is never a verdict: the chain is a debugging surface, not a trust
//! surface.

use serde::{Deserialize, Serialize};

pub mod backtrack;
pub mod consistency;
pub mod mention;
mod stated;
pub mod statement;

pub use stated::{Stated, Value, stated};

/// A place in a text, with the rule that found it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte; both ends lie between characters.
    pub end: usize,
    /// The rule's name.
    pub rule: String,
}

/// What a reader of the chain of thought found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Whether it is there.
    pub present: bool,
    /// How strongly, on the reader's own scale, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Where.
    pub spans: Vec<Span>,
    /// The reason, in one line.
    pub why: String,
}
