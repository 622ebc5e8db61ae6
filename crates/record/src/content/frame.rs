//! One addendum in a pack: its frame, packed with zstd where that is shorter. Not the file around it.
//!
//! ```text
//! frame = leaf u64 | form u8 (0 as it is, 1 zstd) | bytes u32 | stored u32 | digest (32) | check (4) | stored bytes     little-endian
//! ```
//!
//! `check` is the start of SHA-256 over the fields before it: a damaged length is found before anything is skipped by it. The content
//! itself is checked by its digest.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::ContentError;
use crate::digest::Digest;

/// Bytes of a frame before what is stored.
pub(super) const HEADER: usize = 8 + 1 + 4 + 4 + 32 + 4;

/// Bytes that one addendum may have.
pub(super) const MOST: u64 = 256 << 20;

/// Level 3 packs texts to a fraction and takes less time than making the result durable.
const LEVEL: i32 = 3;

/// An addendum: salt || type || content.
pub type Addendum = Vec<u8>;

/// Where an addendum lies in its pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The leaf that committed to it.
    pub leaf: u64,
    /// Its digest.
    pub digest: Digest,
    /// Where its stored bytes begin.
    pub(super) at: u64,
    /// How many they are.
    pub(super) stored: u32,
    /// How many they were before packing.
    pub(super) bytes: u32,
    /// Whether they are packed.
    pub(super) packed: bool,
}

/// The frames of a leaf's addenda.
pub(super) fn encode(leaf: u64, addenda: &[Vec<u8>]) -> Result<Vec<u8>, ContentError> {
    let mut out = Vec::new();
    for addendum in addenda {
        let bytes = addendum.len() as u64;
        let too_long = || ContentError::TooLong { leaf, bytes, most: MOST };
        if bytes > MOST {
            return Err(too_long());
        }
        let short = zstd::bulk::compress(addendum, LEVEL).ok().filter(|packed| packed.len() < addendum.len());
        let stored = short.as_deref().unwrap_or(addendum);
        let start = out.len();
        out.extend_from_slice(&leaf.to_le_bytes());
        out.push(u8::from(short.is_some()));
        for length in [addendum.len(), stored.len()] {
            out.extend_from_slice(&u32::try_from(length).map_err(|_| too_long())?.to_le_bytes());
        }
        out.extend_from_slice(Digest::of(addendum).as_bytes());
        let check = Digest::of(&out[start..]);
        out.extend_from_slice(&check.as_bytes()[..4]);
        out.extend_from_slice(stored);
    }
    Ok(out)
}

/// The frame that a header speaks of, its stored bytes beginning at `at`; in words what is wrong with it otherwise.
pub(super) fn decode(header: &[u8; HEADER], at: u64) -> Result<Stored, String> {
    let (fields, check) = header.split_at(HEADER - 4);
    if Digest::of(fields).as_bytes()[..4] != *check {
        return Err("a header that does not fit its check".into());
    }
    let number = |range: std::ops::Range<usize>| {
        fields[range].iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte))
    };
    let mut digest = [0; 32];
    digest.copy_from_slice(&fields[17..49]);
    let (bytes, stored) = (number(9..13), number(13..17));
    if bytes > MOST || stored > bytes || fields[8] > 1 {
        return Err(format!("form {}, {bytes} bytes stored in {stored}", fields[8]));
    }
    Ok(Stored {
        leaf: number(0..8),
        digest: Digest::from_bytes(digest),
        at,
        // Both are at most MOST.
        stored: u32::try_from(stored).unwrap_or(u32::MAX),
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        packed: fields[8] == 1,
    })
}

/// The addendum of stored bytes, checked against its digest; in words what is wrong otherwise.
pub(super) fn open(stored: &Stored, raw: &[u8]) -> Result<Addendum, String> {
    let bytes = if stored.packed {
        zstd::bulk::decompress(raw, stored.bytes as usize)
            .map_err(|error| format!("bytes that do not unpack ({error})"))?
    } else {
        raw.to_vec()
    };
    if bytes.len() != stored.bytes as usize || Digest::of(&bytes) != stored.digest {
        return Err("other content".into());
    }
    Ok(bytes)
}

/// Reads one addendum.
pub(super) fn load(path: &Path, stored: &Stored) -> Result<Addendum, ContentError> {
    let file = File::open(path).map_err(ContentError::io(path, "opening"))?;
    let length = file.metadata().map_err(ContentError::io(path, "reading its length"))?.len();
    let damaged = |found: String| damage(path, stored, found);
    if stored.at + u64::from(stored.stored) > length {
        return Err(damaged("the end of the pack".into()));
    }
    let mut raw = vec![0; stored.stored as usize];
    file.read_exact_at(&mut raw, stored.at).map_err(ContentError::io(path, "reading"))?;
    open(stored, &raw).map_err(damaged)
}

/// The error for an addendum whose bytes are wrong.
pub(super) fn damage(path: &Path, stored: &Stored, found: String) -> ContentError {
    ContentError::Damaged {
        path: path.to_owned(),
        at: stored.at,
        expected: format!("the addendum {} of leaf {}", stored.digest, stored.leaf),
        found,
    }
}
