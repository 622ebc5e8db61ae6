//! A trace in the record: what its leaf says, its parts, and back. Not the record itself, and not where content lies.
//!
//! | part | what |
//! |---|---|
//! | `trace` | everything but the events: question, cue, place in an experiment, usage as it was recorded |
//! | `request`, `retrieval`, `tools`, `output`, `verdict`, `label` | the events of that kind, each with its position |
//! | `reasoning` | the chain of thought, also that of earlier turns which a request brought along; a retention class of its own |
//!
//! What somebody says of a trace later is a leaf of its own, of kind `label`, and is joined to the trace on reading.
//!
//! The leaf holds no content: model, effort, verdicts, counts and cost, never a word of a person, a model or a question. A part that was
//! erased leaves its place open: an erased chain reads as redacted, which every measure leaves out and counts.

mod about;
mod entry;
mod join;
mod label;
mod read;
mod split;

use serde::{Deserialize, Serialize};

use crate::Event;

pub use about::about;
pub use entry::{CHAIN_CLASS, Circumstances, USUAL_CLASS, entry};
pub use join::{Found, Unjoined, join};
pub use label::{Heard, LABEL, NOTE, VALUE, hear, heard, label};
pub use read::{Read, read};
pub(crate) use split::left_open;
pub use split::{Piece, split};

/// The kind of a trace's leaf.
pub const KIND: &str = "trace";

/// The part that holds everything but the events.
pub const REST: &str = "trace";

/// The part that holds the chain of thought.
pub const REASONING: &str = "reasoning";

/// The names of all parts, in the order in which they are written.
pub const PARTS: [&str; 8] = [REST, "request", "retrieval", "tools", REASONING, "output", "verdict", "label"];

/// One event, or one piece of a request, with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    /// Which event of the trace, from 0.
    at: usize,
    #[serde(flatten)]
    what: What,
}

/// What stood there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The whole event.
    Event(Event),
    /// Chain of thought within a request: message, part of it, and what it was.
    Within(usize, usize, candor_llm::Part),
}

/// The part that an event belongs to.
fn part_of(event: &Event) -> &'static str {
    match event {
        Event::Request(_) => "request",
        Event::Retrieval { .. } => "retrieval",
        Event::ToolCall { .. } | Event::ToolResult { .. } => "tools",
        Event::Reasoning(_) => REASONING,
        Event::Output { .. } => "output",
        Event::Verdict { .. } | Event::Score { .. } | Event::Erasure { .. } => "verdict",
        Event::Label(_) => "label",
    }
}

#[cfg(test)]
mod tests;
