//! The leaf: what one entry of the log says, and the parts of content that it commits to. Not the log, and not where content lies.
//!
//! ```text
//! entry    = head || digest_1 || … || digest_n || offset_1 || … || offset_n || n      (c2sp.org/tlog-addenda; offsets u32 big-endian, n one byte)
//! head     = canonical JSON without content: what kind of fact, when, of which trace, subject and retention class, and its parts in order
//! digest_i = SHA-256(addendum_i),   addendum = salt || type || content
//! ```
//!
//! The salt is 16 bytes from the operating system's generator, so that the digest of a guessable text says nothing once content and
//! salt are gone. The type is the part's name and one line feed: a name holds no line feed, so that type and content cannot be shifted
//! into each other.

mod part;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::canonical;
use crate::digest::Digest;
use crate::error::Error;

pub use part::{Part, PartName, Salt};

/// Bytes that an entry of the log may have: its bundle writes the length in two bytes.
pub const MOST_ENTRY_BYTES: usize = 65_535;

/// Parts that a leaf may commit to: the index of digests counts them in one byte.
pub const MOST_PARTS: usize = 255;

/// The layout of [`Head`] that this version writes.
pub const VERSION: u8 = 1;

/// What one entry of the log says: metadata without content, readable by everybody who sees the log.
///
/// What stands here stays for ever: nothing that a person wrote belongs into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The layout, [`VERSION`].
    pub version: u8,
    /// What kind of fact: `trace`, `run`, `label`, or one of [`kind`].
    pub kind: String,
    /// When it was recorded, in milliseconds since 1970 (UTC), by the clock of whoever recorded.
    pub at_ms: i64,
    /// The trace that it belongs to, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The random pseudonym of whom it is about, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The parts, in the order of their digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartHead>,
    /// What the kind of fact has to say: whole numbers, texts and truth values.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub about: Map<String, Json>,
}

/// What a leaf says of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartHead {
    /// The part's name, as in its addendum.
    pub name: PartName,
    /// Bytes of content, without salt and type.
    pub bytes: u64,
    /// The retention class.
    pub retention: String,
}

/// Kinds of facts that the record itself knows.
pub mod kind {
    /// Somebody said something about an earlier trace.
    pub const LABEL: &str = "label";
    /// Content was erased.
    pub const ERASURE: &str = "erasure";
    /// Erasure is barred for a while.
    pub const HOLD: &str = "hold";
    /// A bar was lifted.
    pub const RELEASE: &str = "release";
}

/// A leaf: what the entry says and the digests that it commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The metadata.
    pub head: Head,
    /// One digest for each of the head's parts, in order.
    pub digests: Vec<Digest>,
}

impl Leaf {
    /// The leaf of these parts. `head.parts` is filled from them; the classes come in the same order as the parts.
    ///
    /// # Errors
    /// As [`Leaf::to_entry`], and where there are more than [`MOST_PARTS`].
    pub fn of(mut head: Head, parts: &[(Part, String)]) -> Result<Self, Error> {
        head.parts = parts
            .iter()
            .map(|(part, class)| PartHead {
                name: part.name().clone(),
                bytes: part.content().len() as u64,
                retention: class.clone(),
            })
            .collect();
        let leaf = Self { head, digests: parts.iter().map(|(part, _)| part.digest()).collect() };
        leaf.to_entry().map(|_| leaf)
    }

    /// The bytes that the log holds.
    ///
    /// # Errors
    /// Where the metadata cannot be written canonically, or the entry would exceed [`MOST_ENTRY_BYTES`] or [`MOST_PARTS`].
    pub fn to_entry(&self) -> Result<Vec<u8>, Error> {
        let count = self.digests.len();
        if count > MOST_PARTS || count != self.head.parts.len() {
            return Err(Error::Leaf {
                expected: format!("{} digests, at most {MOST_PARTS}", self.head.parts.len()),
                found: format!("{count} digests"),
            });
        }
        let mut entry = canonical::to_vec(&self.head)?;
        let start = entry.len();
        for digest in &self.digests {
            entry.extend_from_slice(digest.as_bytes());
        }
        for number in 0..count {
            // An entry is shorter than 2^16 bytes or is refused below.
            let offset = u32::try_from(start + 32 * number).unwrap_or(u32::MAX);
            entry.extend_from_slice(&offset.to_be_bytes());
        }
        entry.push(u8::try_from(count).unwrap_or(u8::MAX));
        if entry.len() > MOST_ENTRY_BYTES {
            return Err(Error::TooLong { most: MOST_ENTRY_BYTES, found: entry.len() });
        }
        Ok(entry)
    }

    /// The leaf that an entry holds. Only what [`Leaf::to_entry`] writes is read: the digests stand behind the head, in order.
    ///
    /// # Errors
    /// Where the entry is not of that form, with what was expected and what was found.
    pub fn from_entry(entry: &[u8]) -> Result<Self, Error> {
        let refused = |expected: &str, found: String| Error::Leaf { expected: expected.to_owned(), found };
        let (&count, before) =
            entry.split_last().ok_or_else(|| refused("a head and an index of digests", "no bytes".into()))?;
        let count = usize::from(count);
        let start = before.len().checked_sub(36 * count).ok_or_else(|| {
            refused("a head, the digests and their offsets", format!("{} bytes that speak of {count}", entry.len()))
        })?;
        let (head, rest) = before.split_at(start);
        let (digests, offsets) = rest.split_at(32 * count);
        for (number, offset) in offsets.chunks_exact(4).enumerate() {
            let expected = start + 32 * number;
            let found = offset.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            if found != expected {
                return Err(refused(&format!("digest {number} at byte {expected}"), format!("byte {found}")));
            }
        }
        let head: Head = canonical::from_slice(head)?;
        if head.version != VERSION {
            return Err(refused(&format!("version {VERSION}"), format!("version {}", head.version)));
        }
        if head.parts.len() != count {
            return Err(refused(&format!("{} digests", head.parts.len()), format!("{count}")));
        }
        let digests = digests
            .chunks_exact(32)
            .map(|bytes| {
                let mut digest = [0; 32];
                digest.copy_from_slice(bytes);
                Digest::from_bytes(digest)
            })
            .collect();
        Ok(Self { head, digests })
    }

    /// The parts with their digests, in order.
    pub fn parts(&self) -> impl Iterator<Item = (&PartHead, &Digest)> {
        self.head.parts.iter().zip(&self.digests)
    }
}

#[cfg(test)]
mod tests;
