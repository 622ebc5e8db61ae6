//! Frames: how one record, or a mark between two batches, lies in a segment. Bytes only, no file.
//!
//! `word (u32 LE) | SHA-256(previous hash || word || SHA-256(payload)) | payload`. The payload has a digest of its own, so that many threads can take theirs
//! at the same time and only 68 bytes are hashed in turn. The low 31 bits of the word are the payload's length. The high bit
//! makes the frame a *mark*: it opens every batch, and since a batch is written only after the one before it was synced, a mark on disk
//! shows that all before it had been synced. A mark carries what is needed to find and check it behind damage.

use crate::digest::{Digest, Digester};

/// Bytes of a frame in front of its payload: word and hash.
pub(super) const HEAD: usize = 36;

/// Bytes that one record may have: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;

/// The bit of the word that makes a frame a mark.
const MARK: u32 = 1 << 31;

/// Bytes of a mark's payload: marker, number, previous hash.
const MARK_BYTES: usize = 16 + 8 + 32;

/// Bytes of a whole mark.
pub(super) const MARK_FRAME: usize = HEAD + MARK_BYTES;

/// The first bytes of the segment's nonce: what a mark is found by behind damage.
pub(super) type Marker = [u8; 16];

/// What stands in front of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    word: u32,
    /// The hash that the frame states.
    pub(super) hash: Digest,
}

impl Head {
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Self {
        let [a, b, c, d, hash @ ..] = *bytes;
        Self { word: u32::from_le_bytes([a, b, c, d]), hash: Digest::from_bytes(hash) }
    }

    pub(super) fn is_mark(self) -> bool {
        self.word & MARK != 0
    }

    /// Bytes of the payload, by the word.
    pub(super) fn length(self) -> usize {
        (self.word & !MARK) as usize
    }

    /// Bytes that a payload of this kind may have.
    pub(super) fn most(self) -> usize {
        if self.is_mark() { MARK_BYTES } else { MOST_BYTES }
    }

    /// The hash that this frame has after `previous` with that payload.
    pub(super) fn expected(self, previous: &Digest, payload: &[u8]) -> Digest {
        link(previous, self.word, &Digest::of(payload))
    }
}

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) marker: Marker,
    /// The number of the next record: all before it had been synced when the mark was written.
    pub(super) number: u64,
    /// The hash of the frame before, so that the chain can be taken up here.
    pub(super) previous: Digest,
}

impl Mark {
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let (marker, rest) = payload.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let previous = <[u8; 32]>::try_from(rest).ok()?;
        Some(Self { marker: *marker, number: u64::from_le_bytes(*number), previous: Digest::from_bytes(previous) })
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(MARK_BYTES);
        payload.extend(self.marker);
        payload.extend(self.number.to_le_bytes());
        payload.extend(self.previous.as_bytes());
        payload
    }

    /// The mark that these bytes are, whole and by itself, with its hash.
    pub(super) fn alone(frame: &[u8]) -> Option<(Self, Digest)> {
        let (head, payload) = frame.split_first_chunk()?;
        let head = Head::parse(head);
        let mark = Self::parse(payload)?;
        let whole =
            head.is_mark() && head.length() == MARK_BYTES && head.expected(&mark.previous, payload) == head.hash;
        whole.then_some((mark, head.hash))
    }
}

fn link(previous: &Digest, word: u32, payload: &Digest) -> Digest {
    let mut digester = Digester::new();
    digester.update(previous.as_bytes());
    digester.update(&word.to_le_bytes());
    digester.update(payload.as_bytes());
    digester.finish()
}

/// A frame that has no place in a chain yet.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    word: u32,
    digest: Digest,
    payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Of a record, where it is not longer than [`MOST_BYTES`].
    pub(super) fn record(payload: &'a [u8]) -> Option<Self> {
        let word = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= MOST_BYTES)?;
        Some(Self { word, digest: Digest::of(payload), payload })
    }

    /// Bytes that it has.
    pub(super) fn size(&self) -> u64 {
        (HEAD + self.payload.len()) as u64
    }

    /// Appends it and moves the chain on.
    pub(super) fn push(&self, out: &mut Vec<u8>, chain: &mut Digest) {
        *chain = link(chain, self.word, &self.digest);
        out.extend(self.word.to_le_bytes());
        out.extend(chain.as_bytes());
        out.extend_from_slice(self.payload);
    }
}

/// Appends a mark and moves the chain on.
pub(super) fn push_mark(out: &mut Vec<u8>, chain: &mut Digest, marker: Marker, number: u64) {
    let payload = Mark { marker, number, previous: *chain }.payload();
    Frame { word: MARK | MARK_BYTES as u32, digest: Digest::of(&payload), payload: &payload }.push(out, chain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_the_documentation_says() {
        // Computed with Python: sha256(bytes(32) + (3).to_bytes(4, "little") + sha256(b"abc").digest()).hexdigest()
        let mut out = Vec::new();
        let mut chain = Digest::from_bytes([0; 32]);
        Frame::record(b"abc").unwrap().push(&mut out, &mut chain);
        assert_eq!(out[..4], [3, 0, 0, 0]);
        assert_eq!(chain.to_string(), PYTHON_ABC);
        assert_eq!(out[4..HEAD], *chain.as_bytes());
        assert_eq!(out[HEAD..], *b"abc");
    }

    const PYTHON_ABC: &str = "4a8950a8f404959e255214a863d39f4203320c821137f20b4b1b6e1412b8ff1c";

    #[test]
    fn a_mark_is_found_whole_by_itself() {
        let mut out = Vec::new();
        let mut chain = Digest::of(b"before");
        push_mark(&mut out, &mut chain, [7; 16], 41);
        assert_eq!(out.len(), MARK_FRAME);
        let (mark, hash) = Mark::alone(&out).unwrap();
        assert_eq!((mark.marker, mark.number, mark.previous, hash), ([7; 16], 41, Digest::of(b"before"), chain));
        for at in 0..out.len() {
            let mut other = out.clone();
            other[at] ^= 1;
            assert_eq!(Mark::alone(&other), None, "{at}");
        }
        assert_eq!(Mark::alone(&out[..MARK_FRAME - 1]), None);
    }

    #[test]
    fn zeros_are_no_frame() {
        let head = Head::parse(&[0; HEAD]);
        assert_ne!(head.expected(&Digest::from_bytes([0; 32]), b""), head.hash);
    }
}
