//! One record of the journal: an entry and its addenda in one piece, so that they are durable together. Private and short-lived.
//!
//! ```text
//! payload = length u32 | entry | { length u32 | addendum } *      little-endian
//! ```

use crate::error::Error;
use crate::leaf::{Leaf, Part};

/// Entry and addenda as one record.
pub(super) fn encode(leaf: &Leaf, parts: &[(Part, String)]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut push = |bytes: &[u8]| {
        let length =
            u32::try_from(bytes.len()).map_err(|_| Error::TooLong { most: u32::MAX as usize, found: bytes.len() })?;
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(bytes);
        Ok::<_, Error>(())
    };
    push(&leaf.to_entry()?)?;
    parts.iter().try_for_each(|(part, _)| push(&part.to_addendum()))?;
    Ok(out)
}

/// What [`encode`] wrote; in words what is wrong otherwise.
pub(super) fn decode(mut payload: &[u8]) -> Result<(Vec<u8>, Vec<Vec<u8>>), String> {
    let mut pieces = Vec::new();
    while !payload.is_empty() {
        let (length, rest) = payload.split_first_chunk::<4>().ok_or("an end within a length")?;
        let length = u32::from_le_bytes(*length) as usize;
        let (piece, rest) =
            rest.split_at_checked(length).ok_or_else(|| format!("{length} bytes, {} are left", rest.len()))?;
        pieces.push(piece.to_vec());
        payload = rest;
    }
    if pieces.is_empty() {
        return Err("no entry".into());
    }
    let addenda = pieces.split_off(1);
    pieces.pop().map(|entry| (entry, addenda)).ok_or_else(|| "no entry".into())
}
