//! The first bytes of a segment, and its name. Bytes only, no file.

use crate::digest::Digest;

use super::frame::Marker;

/// Bytes of a header.
pub(super) const HEADER: usize = 120;

/// Bytes of it that its digest covers.
const COVERED: usize = HEADER - 32;

const MAGIC: [u8; 8] = *b"candor-j";

/// The version of the format that is written and read.
const VERSION: u32 = 1;

/// What a segment begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The number of its first record.
    pub(super) first: u64,
    /// Random, so that no frame of another segment fits in here.
    pub(super) nonce: [u8; 32],
    /// The last hash of the segment before; zeros in the first one.
    pub(super) previous: Digest,
}

/// Why bytes are no header.
pub(super) struct Refused {
    pub(super) offset: u64,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Header {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.first.to_le_bytes());
        bytes.extend(self.nonce);
        bytes.extend(self.previous.as_bytes());
        bytes.extend(Digest::of(&bytes).as_bytes());
        bytes
    }

    /// Where the chain of the segment begins: the digest that the header ends with.
    pub(super) fn chain(&self) -> Digest {
        Digest::of(&self.bytes()[..COVERED])
    }

    /// What its marks are found by.
    pub(super) fn marker(&self) -> Marker {
        let [marker @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.nonce;
        marker
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let refuse = |offset, expected: String, found: String| Err(Refused { offset, expected, found });
        let Ok(whole) = <&[u8; HEADER]>::try_from(bytes) else {
            return refuse(0, format!("a header of {HEADER} bytes"), format!("{} bytes", bytes.len()));
        };
        let (covered, stated) = whole.split_at(COVERED);
        let digest = Digest::of(covered);
        if *stated != *digest.as_bytes() {
            let found = Digest::from_bytes(stated.try_into().unwrap_or_default());
            return refuse(
                0,
                format!("a header that its digest {found} belongs to"),
                format!("one with the digest {digest}"),
            );
        }
        let mut rest = covered;
        let mut next = |size| {
            let (head, tail) = rest.split_at(size);
            rest = tail;
            head
        };
        let (magic, version, zeros) = (next(8), next(4), next(4));
        if magic != MAGIC || version != VERSION.to_le_bytes() || zeros != [0; 4] {
            return refuse(
                0,
                format!("a journal of version {VERSION}"),
                format!("{}, {}", magic.escape_ascii(), [version, zeros].concat().escape_ascii()),
            );
        }
        let first = u64::from_le_bytes(next(8).try_into().unwrap_or_default());
        let nonce = next(32).try_into().unwrap_or_default();
        let previous = Digest::from_bytes(next(32).try_into().unwrap_or_default());
        Ok(Self { first, nonce, previous })
    }
}

const SUFFIX: &str = ".segment";
const UNFINISHED: &str = ".segment.new";
const NUMBER: usize = 16;

/// The name of the segment that begins with that record.
pub(super) fn name(first: u64) -> String {
    format!("{first:0NUMBER$}{SUFFIX}")
}

/// The name of a segment that has no header on disk yet.
pub(super) fn unfinished_name(first: u64) -> String {
    format!("{first:0NUMBER$}{UNFINISHED}")
}

/// The first record of the segment with that name.
pub(super) fn first_of(name: &str) -> Option<u64> {
    let number = name.strip_suffix(SUFFIX)?;
    let first = number.parse().ok()?;
    (self::name(first) == name).then_some(first)
}

/// Whether a crash may have left a file of that name while a segment was made.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.ends_with(UNFINISHED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header { first: 5, nonce: std::array::from_fn(|at| at as u8), previous: Digest::of(b"before") }
    }

    #[test]
    fn a_header_comes_back_and_no_changed_one_does() {
        let bytes = header().bytes();
        assert_eq!(bytes.len(), HEADER);
        assert_eq!(Header::parse(&bytes).ok(), Some(header()));
        for at in 0..HEADER {
            let mut other = bytes.clone();
            other[at] ^= 0x80;
            assert!(Header::parse(&other).is_err(), "{at}");
        }
        assert!(Header::parse(&bytes[1..]).is_err());
        assert_eq!(header().chain().as_bytes()[..], bytes[COVERED..]);
        assert_eq!(header().marker(), bytes[24..40]);
    }

    #[test]
    fn a_later_version_is_named() {
        let mut bytes = header().bytes();
        bytes[8] = 2;
        let digest = Digest::of(&bytes[..COVERED]);
        bytes[COVERED..].copy_from_slice(digest.as_bytes());
        let Err(refused) = Header::parse(&bytes) else { panic!("read") };
        assert_eq!(refused.expected, "a journal of version 1");
        assert!(refused.found.starts_with("candor-j, \\x02"), "{}", refused.found);
    }

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(name(12), "0000000000000012.segment");
        assert_eq!(first_of(&name(12)), Some(12));
        assert_eq!(first_of(&name(u64::MAX)), Some(u64::MAX));
        for other in ["12.segment", "+000000000000012.segment", "0000000000000012.segment.new", "x", ""] {
            assert_eq!(first_of(other), None, "{other}");
        }
        assert!(is_unfinished(&unfinished_name(3)) && !is_unfinished(&name(3)));
    }
}
