//! A trace into parts: each kind of event apart, the chain of thought out of everything else.

use candor_llm::{Part, Provenance, Reasoning};

use super::{PARTS, Placed, REASONING, REST, What, part_of};
use crate::{Event, Trace};

/// Content of one part of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The part's name, one of [`PARTS`].
    pub name: &'static str,
    /// Its content: JSON.
    pub content: Vec<u8>,
}

/// The parts of a trace, in the order of [`PARTS`]; a kind of which nothing happened has none.
///
/// # Errors
/// Where a trace cannot be written as JSON.
pub fn split(trace: &Trace) -> serde_json::Result<Vec<Piece>> {
    let mut placed: Vec<(&'static str, Placed)> = Vec::with_capacity(trace.events.len());
    for (at, event) in trace.events.iter().enumerate() {
        let mut event = event.clone();
        if let Event::Request(conversation) = &mut event {
            for (number, message) in conversation.messages.iter_mut().enumerate() {
                for (part, piece) in message.parts.iter_mut().enumerate() {
                    if matches!(piece, Part::Reasoning(_) | Part::Sealed { .. }) {
                        let moved = std::mem::replace(piece, left_open());
                        placed.push((REASONING, Placed { at, what: What::Within(number, part, moved) }));
                    }
                }
            }
        }
        placed.push((part_of(&event), Placed { at, what: What::Event(event) }));
    }
    let rest = Trace { events: Vec::new(), recorded_id: None, ..trace.clone() };
    let mut pieces = vec![Piece { name: REST, content: serde_json::to_vec(&rest)? }];
    for name in PARTS {
        let of_it: Vec<&Placed> = placed.iter().filter(|(part, _)| *part == name).map(|(_, placed)| placed).collect();
        if !of_it.is_empty() {
            pieces.push(Piece { name, content: serde_json::to_vec(&of_it)? });
        }
    }
    Ok(pieces)
}

/// What stands in a request where its chain of thought was taken out.
pub(crate) fn left_open() -> Part {
    Part::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted })
}
