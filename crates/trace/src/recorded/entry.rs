//! A trace as it is handed to the record: head, parts under salts of their own, classes of retention. Not the writing.

use candor_record::Error;
use candor_record::leaf::{Head, Part, PartName, VERSION};

use super::{KIND, REASONING, about, split};
use crate::Trace;

/// The retention class of a chain of thought.
pub const CHAIN_CLASS: &str = "reasoning";

/// The retention class of everything else, where none is named.
pub const USUAL_CLASS: &str = "standard";

/// What is said of a trace besides itself.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// When it is recorded, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The random pseudonym of whom it is about.
    pub subject: Option<&'a str>,
    /// The retention class of everything but the chain of thought.
    pub class: &'a str,
    /// How often something was taken out of it.
    pub redactions: u64,
}

/// Head and parts of a trace.
///
/// # Errors
/// Where it cannot be written as JSON, or the system gives no randomness for the salts.
pub fn entry(trace: &Trace, of: &Circumstances<'_>) -> Result<(Head, Vec<(Part, String)>), Error> {
    let pieces = split(trace).map_err(|error| Error::Shape(error.to_string()))?;
    let parts = pieces.into_iter().map(|piece| {
        let class = if piece.name == REASONING { CHAIN_CLASS } else { of.class };
        Ok((Part::fresh(PartName::new(piece.name)?, piece.content)?, class.to_owned()))
    });
    let parts = parts.collect::<Result<Vec<_>, Error>>()?;
    let head = Head {
        version: VERSION,
        kind: KIND.to_owned(),
        at_ms: of.at_ms,
        trace: Some(trace.id().to_string()),
        subject: of.subject.map(str::to_owned),
        parts: Vec::new(),
        about: about(trace, of.redactions),
    };
    Ok((head, parts))
}
