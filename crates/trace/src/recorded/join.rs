//! Parts back into a trace, with what was erased left open.

use candor_llm::{Provenance, Reasoning};

use super::{Placed, REASONING, REST, What};
use crate::{Event, Trace, TraceId};

/// A part as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Its content.
    Content(Vec<u8>),
    /// It was erased: when, and the basis as the operator stated it.
    Erased {
        /// Milliseconds since 1970 (UTC).
        at_ms: i64,
        /// Not examined.
        basis: String,
    },
}

/// Why parts are no trace.
#[derive(Debug, thiserror::Error)]
pub enum Unjoined {
    /// The part that holds the trace's place in an experiment is gone: nothing can be counted.
    #[error("its question and its place in an experiment were erased")]
    Erased,
    /// Content that this version does not write.
    #[error("part `{part}`: {source}")]
    Misread {
        /// The part.
        part: String,
        /// What was expected.
        source: serde_json::Error,
    },
    /// Two events with one position, or a piece of a request that is not there.
    #[error("part `{part}`: event {at}: {problem}")]
    Misplaced {
        /// The part.
        part: String,
        /// The event, from 0.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
}

/// The trace of these parts. Each kind of event that was erased is told by one [`Event::Erasure`] behind all others; an erased chain of
/// thought reads as redacted.
///
/// # Errors
/// Where the rest of the trace was erased, and where the parts do not fit together.
pub fn join(id: TraceId, parts: &[(String, Found)]) -> Result<Trace, Unjoined> {
    let rest = parts.iter().find(|(name, _)| name == REST).ok_or(Unjoined::Erased)?;
    let Found::Content(bytes) = &rest.1 else { return Err(Unjoined::Erased) };
    let misread = |part: &str| {
        let part = part.to_owned();
        move |source| Unjoined::Misread { part, source }
    };
    let mut trace: Trace = serde_json::from_slice(bytes).map_err(misread(REST))?;
    trace.recorded_id = Some(id);
    let (mut events, mut within, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for (name, found) in parts.iter().filter(|(name, _)| name != REST) {
        match found {
            Found::Content(bytes) => {
                let placed: Vec<Placed> = serde_json::from_slice(bytes).map_err(misread(name))?;
                for Placed { at, what } in placed {
                    match what {
                        What::Event(event) => events.push((at, event, name)),
                        What::Within(message, part, piece) => within.push((at, message, part, piece, name)),
                    }
                }
            }
            Found::Erased { at_ms, basis } => {
                erased.push((Event::Erasure { at_ms: *at_ms, basis: basis.clone() }, name == REASONING));
            }
        }
    }
    events.sort_by_key(|(at, ..)| *at);
    let misplaced = |part: &str, at, problem| Unjoined::Misplaced { part: part.to_owned(), at, problem };
    if let Some(pair) = events.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(misplaced(pair[1].2, pair[1].0, "two events with one position"));
    }
    for (at, message, part, piece, name) in within {
        let found = events.iter_mut().find(|(position, ..)| *position == at);
        // The request itself may be erased while the chain is not.
        let Some((_, Event::Request(conversation), _)) = found else { continue };
        let place = conversation.messages.get_mut(message).and_then(|message| message.parts.get_mut(part));
        *place.ok_or_else(|| misplaced(name, at, "a piece of a request that is not there"))? = piece;
    }
    trace.events = events.into_iter().map(|(_, event, _)| event).collect();
    for (erasure, chain) in erased {
        if chain {
            trace.events.push(Event::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted }));
        }
        trace.events.push(erasure);
    }
    Ok(trace)
}
