//! Hashes as text: standard base64 with padding, one spelling each. Not hexadecimal, which [`Digest`] itself writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::log::error::Error;

/// Hashes that a proof can have: two for each level of the largest tree.
pub(crate) const MOST_HASHES: usize = 128;

/// Base64 of any bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard base64 in its one spelling.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash as base64.
pub(crate) fn hash(digest: &Digest) -> String {
    encode(digest.as_bytes())
}

/// The hash of one line.
pub(crate) fn parse_hash(line: &str) -> Option<Digest> {
    // 44 characters: the bound comes before the memory.
    (line.len() == 44).then(|| decode(line)).flatten().and_then(|bytes| bytes.try_into().ok()).map(Digest::from_bytes)
}

/// Hashes, each on a line of its own that ends in a newline.
pub(crate) fn hashes(all: &[Digest]) -> String {
    all.iter().map(|digest| hash(digest) + "\n").collect()
}

/// The hashes of lines, as [`hashes`] writes them, from line number `first` of the file on.
pub(crate) fn parse_hashes<'a>(lines: impl Iterator<Item = &'a str>, first: usize) -> Result<Vec<Digest>, Error> {
    let mut all = Vec::new();
    for (number, line) in lines.enumerate() {
        let place = format!("line {}", first + number);
        if all.len() == MOST_HASHES {
            return Err(Error::malformed(place, format!("at most {MOST_HASHES} hashes"), "more"));
        }
        all.push(parse_hash(line).ok_or_else(|| Error::text(place, "a hash in base64", line))?);
    }
    Ok(all)
}
