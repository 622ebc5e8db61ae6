//! A part: one piece of content with its salt, as an addendum. Not where it lies, and not what its content means.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Digester};
use crate::error::Error;

/// Random bytes in front of content, so that its digest cannot be guessed from it.
pub type Salt = [u8; 16];

/// The name of a part: a small letter, then at most 31 of small letters, digits and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PartName(String);

/// One piece of content with its salt.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    salt: Salt,
    name: PartName,
    content: Vec<u8>,
}

impl PartName {
    /// The name.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn new(text: &str) -> Result<Self, Error> {
        let mut bytes = text.bytes();
        let right = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && text.len() <= 32
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Leaf {
                expected: "the name of a part: a small letter, then at most 31 of small letters, digits and -".into(),
                found: crate::error::quoted(text),
            })
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PartName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::new(&text)
    }
}

impl From<PartName> for String {
    fn from(name: PartName) -> Self {
        name.0
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Part {
    /// Content under a salt that was drawn for it alone.
    #[must_use]
    pub fn new(salt: Salt, name: PartName, content: Vec<u8>) -> Self {
        Self { salt, name, content }
    }

    /// Content under a fresh salt of the operating system's generator.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn fresh(name: PartName, content: Vec<u8>) -> Result<Self, Error> {
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(|error| Error::Shape(format!("no randomness for a salt: {error}")))?;
        Ok(Self::new(salt, name, content))
    }

    /// What the content is.
    #[must_use]
    pub fn name(&self) -> &PartName {
        &self.name
    }

    /// The salt: whoever has it and the digest can try guesses.
    #[must_use]
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The content without salt and type.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The content, the rest thrown away.
    #[must_use]
    pub fn into_content(self) -> Vec<u8> {
        self.content
    }

    /// SHA-256 of the addendum.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digester = Digester::new();
        digester.update(&self.salt);
        digester.update(self.name.0.as_bytes());
        digester.update(b"\n");
        digester.update(&self.content);
        digester.finish()
    }

    /// The addendum: salt || type || content.
    #[must_use]
    pub fn to_addendum(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.salt.len() + self.name.0.len() + 1 + self.content.len());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(self.name.0.as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.content);
        bytes
    }

    /// The part that an addendum holds. Whether it is the one that was committed to is a matter of its digest.
    ///
    /// # Errors
    /// Where the bytes are shorter than a salt or no name follows it.
    pub fn from_addendum(bytes: &[u8]) -> Result<Self, Error> {
        let refused = |found: String| Error::Leaf {
            expected: "an addendum: 16 bytes of salt, the name of a part, a line feed, content".into(),
            found,
        };
        let (salt, rest) = bytes.split_first_chunk::<16>().ok_or_else(|| refused(format!("{} bytes", bytes.len())))?;
        let end = rest.iter().take(33).position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| refused("no line feed where a name would end".into()))?;
        let name = std::str::from_utf8(&rest[..end]).map_err(|_| refused("a name that is no text".into()))?;
        Ok(Self { salt: *salt, name: PartName::new(name)?, content: rest[end + 1..].to_vec() })
    }
}

/// Content may be somebody's: it never lands in a message by accident.
impl fmt::Debug for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Part({}, {} bytes)", self.name, self.content.len())
    }
}
