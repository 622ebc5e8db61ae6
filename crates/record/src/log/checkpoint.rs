//! Checkpoints (c2sp.org/tlog-checkpoint): what a log signs about its tree. Whether a tree has that root is not a matter of this file.
//!
//! Text of the note: origin, size in decimal, root in base64, each on a line; further lines are extensions, which candor does not write.

use std::fmt;

use crate::digest::Digest;
use crate::log::error::Error;
use crate::log::key::{SigningKey, VerifierKey};
use crate::log::note::{Note, Signature};
use crate::log::{MOST_LEAVES, lines};

/// Size and root of a log's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extensions.
    ///
    /// # Errors
    /// Where the origin is not one line of text, or the size is beyond [`MOST_LEAVES`].
    pub fn new(origin: &str, size: u64, root: Digest) -> Result<Self, Error> {
        if origin.is_empty() || origin.chars().any(|c| c < ' ') {
            return Err(Error::text("origin", "one line of text", origin));
        }
        if size > MOST_LEAVES {
            return Err(Error::Beyond { place: "tree size".to_owned(), most: MOST_LEAVES, found: size });
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a checkpoint's note.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some(body) = text.strip_suffix('\n') else {
            return Err(Error::malformed("checkpoint", "lines that end in a newline", "another end"));
        };
        let mut rest = body.split('\n');
        let mut line =
            |number, what: &str| rest.next().ok_or_else(|| Error::malformed(format!("line {number}"), what, "the end"));
        let origin = line(1, "the origin")?;
        let digits = line(2, "the tree size")?;
        let hash = line(3, "the root")?;
        let size = digits
            .parse()
            .ok()
            .filter(|size: &u64| *size <= MOST_LEAVES && size.to_string() == digits)
            .ok_or_else(|| Error::text("line 2", "a tree size in decimal without leading zeros", digits))?;
        let root = lines::parse_hash(hash).ok_or_else(|| Error::text("line 3", "a root in base64", hash))?;
        let mut checkpoint = Self::new(origin, size, root).map_err(|error| error.inside("line 1"))?;
        for (number, extension) in rest.enumerate() {
            if extension.is_empty() {
                return Err(Error::malformed(format!("line {}", number + 4), "an extension", "an empty line"));
            }
            checkpoint.extensions.push(extension.to_owned());
        }
        Ok(checkpoint)
    }

    /// The log that it is about.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    #[must_use]
    pub const fn root(&self) -> &Digest {
        &self.root
    }

    /// Lines behind the root, opaque.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    /// The text that [`Checkpoint::parse`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n{}\n{}", self.origin, self.size, lines::hash(&self.root))?;
        self.extensions.iter().try_for_each(|extension| writeln!(out, "{extension}"))
    }
}

/// A checkpoint in its note. One that was opened is signed by the key it was opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint.
    ///
    /// # Errors
    /// Where the key is one of a witness.
    pub fn sign(checkpoint: Checkpoint, key: &SigningKey) -> Result<Self, Error> {
        let note = Note::sign(checkpoint.to_string(), key)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a checkpoint that this key has signed and whose origin is the key's name.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, Error> {
        let note = Note::open(bytes, key)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != key.name() {
            return Err(Error::text("line 1", format!("the origin {:?}", key.name()), &checkpoint.origin));
        }
        Ok(Self { checkpoint, note })
    }

    /// What was signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note around it, with all its signature lines.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature line, for instance of a witness.
    ///
    /// # Errors
    /// As [`Note::add`].
    pub fn add(&mut self, signature: Signature) -> Result<(), Error> {
        self.note.add(signature)
    }
}

impl fmt::Display for SignedCheckpoint {
    /// The bytes that [`SignedCheckpoint::open`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::key::Algorithm;

    /// The example of the specification.
    const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_specification_s_example_is_read_and_written() {
        let checkpoint = Checkpoint::parse(TEXT).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_string(), TEXT);
        let extended = format!("{TEXT}more\n");
        let checkpoint = Checkpoint::parse(&extended).unwrap();
        assert_eq!((checkpoint.extensions(), checkpoint.to_string()), (&["more".to_owned()][..], extended));
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        for (from, to) in [
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "-1"),
            ("20852163", "9223372036854775808"),
            ("20852163", ""),
            ("CsUY", "CsU"),
            ("q2I=", "q2I"),
            ("q2I=", "q2J="),
            ("example.com/behind-the-sofa", ""),
            ("=\n", "=\n\n"),
            ("=\n", "="),
        ] {
            assert!(Checkpoint::parse(&TEXT.replace(from, to)).is_err(), "{from} as {to}");
        }
    }

    #[test]
    fn another_log_s_checkpoint_is_refused_although_the_key_signed_it() {
        let key = SigningKey::from_seed("example.org/one", Algorithm::Ed25519, [1; 32]).unwrap();
        let signed = SignedCheckpoint::sign(Checkpoint::parse(TEXT).unwrap(), &key).unwrap();
        let error = SignedCheckpoint::open(signed.to_string().as_bytes(), key.verifier()).unwrap_err().to_string();
        assert!(
            error.contains("expected the origin \"example.org/one\", found \"example.com/behind-the-sofa\""),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in "[a-z0-9=+/\n]{0,120}", any in ".{0,60}") {
            let _ = (Checkpoint::parse(&text), Checkpoint::parse(&any));
        }
    }
}
