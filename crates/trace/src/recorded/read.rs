//! One leaf of a record read as a trace, with what became of its parts. Not the walk over leaves: see `import::record`.

use candor_record::leaf::Leaf;
use candor_record::record::{Reader, RecordError, State};

use super::{Found, Heard, KIND, Unjoined, hear, heard, join};
use crate::{Trace, TraceId, Whom};

/// What a leaf holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// A trace, as far as it still exists.
    Trace(Box<Trace>),
    /// Another kind of fact.
    Else(String),
    /// A trace whose question and place in an experiment were erased: nothing can be counted.
    Erased,
    /// A trace that cannot be read although nothing tells that it was erased.
    Broken {
        /// The part that is wrong.
        part: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
}

/// Reads a leaf; a trace with what later leaves say about it.
///
/// # Errors
/// Where the log has none of that number, or log or content cannot be read; content that is damaged or missing is a [`Read::Broken`].
pub fn read(reader: &mut Reader, number: u64) -> Result<Read, RecordError> {
    let leaf = reader.leaf(number)?;
    if leaf.head.kind != KIND {
        return Ok(Read::Else(leaf.head.kind));
    }
    let Some(id) = leaf.head.trace.clone().and_then(|id| TraceId::try_from(id).ok()) else {
        return broken("", "the identifier of a trace", "none in its leaf".to_owned());
    };
    let parts = match content(reader, number, &leaf)? {
        Ok(parts) => parts,
        Err(broken) => return Ok(broken),
    };
    let mut trace = match join(id, &parts) {
        Ok(trace) => trace,
        Err(Unjoined::Erased) => return Ok(Read::Erased),
        Err(error @ (Unjoined::Misread { .. } | Unjoined::Misplaced { .. })) => {
            return broken("", "the parts of a trace", error.to_string());
        }
    };
    trace.whom = leaf.head.subject.clone().map(Whom::Pseudonym);
    let later = reader.labels_of(&id.to_string(), number).to_vec();
    let mut said: Vec<Heard> = Vec::with_capacity(later.len());
    for number in later {
        let leaf = reader.leaf(number)?;
        match content(reader, number, &leaf)?.map(|parts| heard(&leaf.head, &parts)) {
            Ok(Ok(heard)) => said.push(heard),
            Ok(Err(error)) => return broken("", "the parts of a label", format!("leaf {number}: {error}")),
            Err(Read::Broken { part, expected, found }) => {
                return broken(&part, expected, format!("in leaf {number}, a label: {found}"));
            }
            Err(other) => return Ok(other),
        }
    }
    hear(&mut trace, said);
    Ok(Read::Trace(Box::new(trace)))
}

fn broken(part: &str, expected: &'static str, found: String) -> Result<Read, RecordError> {
    Ok(Read::Broken { part: part.to_owned(), expected, found })
}

/// The parts of a leaf, or what is wrong with one.
fn content(reader: &mut Reader, number: u64, leaf: &Leaf) -> Result<Result<Vec<(String, Found)>, Read>, RecordError> {
    const CONTENT: &str = "its content, or an erasure that tells where it went";
    let mut parts = Vec::with_capacity(leaf.digests.len());
    for (part, digest) in leaf.parts() {
        let name = part.name.as_str();
        let found = match reader.part(number, part, digest)? {
            State::There(part) => Found::Content(part.into_content()),
            State::Erased { at_ms, basis, .. } => Found::Erased { at_ms, basis },
            State::Missing => return broken(name, CONTENT, "neither".to_owned()).map(Err),
            State::Damaged(error) => return broken(name, CONTENT, error.to_string()).map(Err),
        };
        parts.push((name.to_owned(), found));
    }
    Ok(Ok(parts))
}
