//! Whole replies: bytes to nouns. Streams are in `stream`.

use std::collections::BTreeMap;

use super::choice::Reading;
use super::dialect::ChatDialect;
use super::failure::{inside, malformed};
use super::wire::Chunk;
use crate::{Assembler, Delta, Error, Reply};

/// Reads a whole reply or a chunk of one, and the error that stands in the place of either.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Upstream`].
pub(super) fn chunk(text: &str) -> Result<Chunk, Error> {
    let text = text.trim();
    if text.starts_with('[') && text.contains("error") {
        return Err(inside(text));
    }
    if !text.starts_with('{') {
        return Err(malformed("a JSON object", text.as_bytes()));
    }
    let chunk: Chunk =
        serde_json::from_str(text).map_err(|error| malformed(&format!("a reply ({error})"), text.as_bytes()))?;
    match &chunk.error {
        Some(error) => Err(inside(error.get())),
        None if chunk.object.as_deref() == Some("error") => Err(inside(text)),
        None => Ok(chunk),
    }
}

/// The pieces of a whole reply, as if it had been streamed. Tokens are counted over all choices and stand with the first.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Upstream`].
pub(super) fn pieces(dialect: ChatDialect, body: &[u8]) -> Result<Vec<(u32, Delta)>, Error> {
    let text = std::str::from_utf8(body).map_err(|_| malformed("UTF-8", body))?;
    let chunk = chunk(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let choices = chunk.choices.unwrap_or_default();
    if choices.is_empty() {
        return Err(malformed("at least one choice", body));
    }
    let (id, model) = (named(chunk.id), named(chunk.model));
    let mut all = Vec::new();
    let mut first = u32::MAX;
    for (place, choice) in (0..).zip(choices) {
        let mut reading = Reading::new(dialect, true);
        let mut out = Vec::new();
        reading.begin(id.as_deref(), model.as_deref(), &mut out);
        if let Some(said) = choice.message.or(choice.delta) {
            reading.take(said, model.as_deref(), &mut out)?;
        }
        if let Some(reason) = &choice.finish_reason {
            reading.finish(reason, &mut out);
        }
        reading.end(&mut out);
        let number = choice.index.unwrap_or(place);
        first = first.min(number);
        all.extend(out.into_iter().map(|delta| (number, delta)));
    }
    let counted = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage));
    let usage = counted.map(|usage| usage.usage(dialect.reasoning_outside)).filter(|usage| !usage.is_empty());
    all.extend(usage.map(|usage| (first, Delta::Usage(usage))));
    Ok(all)
}

/// Reads a whole reply.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Upstream`].
pub(super) fn decode(dialect: ChatDialect, body: &[u8]) -> Result<Vec<Reply>, Error> {
    let mut replies: BTreeMap<u32, Assembler> = BTreeMap::new();
    for (number, delta) in pieces(dialect, body)? {
        replies.entry(number).or_default().push(delta);
    }
    Ok(replies.into_values().map(Assembler::finish).collect())
}

/// An identifier or a name, unless it is empty.
pub(super) fn named(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
