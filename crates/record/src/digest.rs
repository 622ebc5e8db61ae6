//! SHA-256 digests: of bytes, of bytes under a tag, and of bytes that come in pieces.
//!
//! Not a signature and not a chain: a digest says that two byte strings are the same, never who wrote them or when.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// The 32 bytes of a SHA-256 digest (FIPS 180-4). Written as 64 lower-case hexadecimal digits, also in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;

impl Digest {
    /// SHA-256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of `bytes` under `tag`, so that a digest made for one purpose is never one made for another.
    ///
    /// SHA-256(SHA-256(tag) || SHA-256(tag) || bytes), the tagged hash of BIP 340: the prefix fills one block exactly, so a tag
    /// and content cannot be shifted into each other as with plain concatenation.
    #[must_use]
    pub fn tagged(tag: &str, bytes: &[u8]) -> Self {
        let mut digester = Digester::tagged(tag);
        digester.update(bytes);
        digester.finish()
    }

    /// A digest that was computed elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A digest of bytes that come in pieces, so that a large file never lies in memory whole.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing seen yet, under a tag: ends as [`Digest::tagged`] does.
    #[must_use]
    pub fn tagged(tag: &str) -> Self {
        let prefix = Sha256::digest(tag.as_bytes());
        let mut digester = Self::new();
        digester.update(&prefix);
        digester.update(&prefix);
        digester
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything that was seen.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl std::io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = String::with_capacity(DIGITS);
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 0x0f] {
                digits.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        out.pad(&digits)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = Error;

    /// Reads 64 lower-case hexadecimal digits: one digest has one spelling.
    fn from_str(text: &str) -> Result<Self, Error> {
        let nibble = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let refused = || Error::digest(text);
        if text.len() != DIGITS {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let &[high, low] = pair else { return Err(refused()) };
            *byte = nibble(high).ok_or_else(refused)? << 4 | nibble(low).ok_or_else(refused)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Digest;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("64 lower-case hexadecimal digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Digest, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Digits).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// FIPS 180-4, the examples published beside it: the empty string, "abc" and the two-block message.
    const PUBLISHED: [(&str, &str); 3] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ];

    #[test]
    fn the_published_examples_come_out() {
        for (text, digest) in PUBLISHED {
            assert_eq!(Digest::of(text.as_bytes()).to_string(), digest);
        }
    }

    #[test]
    fn the_tagged_digest_is_the_one_that_bip_340_writes_down() {
        // Computed with Python: hashlib.sha256(hashlib.sha256(b"BIP0340/challenge").digest() * 2 + b"candor").hexdigest()
        let tagged = Digest::tagged("BIP0340/challenge", b"candor").to_string();
        assert_eq!(tagged, "05f99d9cf02e11f6c0a4b845875c5f703ce2ec5216a005e6a672b410d0d37e19");
    }

    #[test]
    fn tags_hold_purposes_apart_and_do_not_leak_into_content() {
        let digests = [
            Digest::of(b"ab"),
            Digest::tagged("", b"ab"),
            Digest::tagged("a", b"b"),
            Digest::tagged("ab", b""),
            Digest::tagged("b", b"a"),
        ];
        for (at, one) in digests.iter().enumerate() {
            assert!(!digests[at + 1..].contains(one), "{at}");
        }
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let digest = Digest::of(b"abc");
        let text = digest.to_string();
        assert_eq!(text.parse::<Digest>().unwrap(), digest);
        for wrong in
            [text.to_uppercase(), text[1..].to_owned(), format!("{text}0"), text.replace('b', "g"), "é".repeat(32)]
        {
            let error = wrong.parse::<Digest>().unwrap_err().to_string();
            assert!(error.contains("64 lower-case hexadecimal digits"), "{error}");
        }
    }

    #[test]
    fn json_holds_the_digits() {
        let digest = Digest::of(b"");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{digest}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("7").is_err());
    }

    proptest! {
        #[test]
        fn pieces_and_the_whole_have_one_digest(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut digester = Digester::new();
            digester.update(head);
            digester.write_all(tail).unwrap();
            prop_assert_eq!(digester.finish(), Digest::of(&bytes));
        }

        #[test]
        fn every_digest_survives_its_spelling(bytes in any::<[u8; 32]>()) {
            let digest = Digest::from_bytes(bytes);
            prop_assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
            prop_assert_eq!(digest.as_bytes(), &bytes);
        }
    }
}
