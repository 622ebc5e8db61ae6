//! Proofs as files: `.tlog-proof` (c2sp.org/tlog-proof, version 1) and `consistency/<old>-<new>` (one hash a line). Not where they are kept.

use std::fmt;

use crate::digest::Digest;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::error::Error;
use crate::log::key::VerifierKey;
use crate::log::lines;
use crate::log::note::MOST_NOTE_BYTES;
use crate::log::proof;

/// First line of a proof file.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Bytes of opaque data that a proof file may carry.
pub const MOST_EXTRA_BYTES: usize = 1 << 16;

/// Bytes that a proof file may have.
pub const MOST_PROOF_BYTES: u64 = (MOST_NOTE_BYTES + 2 * MOST_EXTRA_BYTES + 16_384) as u64;

/// That a leaf is in the tree of a signed checkpoint: everything that a stranger needs beside the entry and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionFile {
    /// Number of the leaf, from 0.
    pub leaf: u64,
    /// From the leaf's sibling upwards.
    pub path: Vec<Digest>,
    /// Opaque and not authenticated.
    pub extra: Option<Vec<u8>>,
    /// The checkpoint whose tree holds the leaf.
    pub checkpoint: SignedCheckpoint,
}

impl InclusionFile {
    /// Reads a proof file whose checkpoint this key has signed. Whether the path leads to its root is for [`InclusionFile::check`].
    ///
    /// # Errors
    /// Where it is not one.
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, Error> {
        if bytes.len() as u64 > MOST_PROOF_BYTES {
            return Err(Error::malformed(
                "proof file",
                format!("at most {MOST_PROOF_BYTES} bytes"),
                format!("{}", bytes.len()),
            ));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Error::malformed(format!("byte {}", error.valid_up_to()), "UTF-8", "another byte"))?;
        let Some((head, note)) = text.split_once("\n\n") else {
            return Err(Error::malformed("proof file", "an empty line before the checkpoint", "none"));
        };
        let mut rest = head.split('\n').zip(1..).peekable();
        let mut next = |what| rest.next().ok_or_else(|| Error::malformed("proof file", what, "the empty line"));
        let (header, _) = next(HEADER)?;
        if header != HEADER {
            return Err(Error::text("line 1", HEADER, header));
        }
        let (mut line, mut number) = next("index <leaf>")?;
        let mut extra = None;
        if let Some(base64) = line.strip_prefix("extra ") {
            let bytes = lines::decode(base64).filter(|bytes| bytes.len() <= MOST_EXTRA_BYTES);
            extra =
                Some(bytes.ok_or_else(|| {
                    Error::text("line 2", format!("base64 of at most {MOST_EXTRA_BYTES} bytes"), base64)
                })?);
            (line, number) = next("index <leaf>")?;
        }
        let leaf = line
            .strip_prefix("index ")
            .and_then(|digits| digits.parse().ok().filter(|leaf: &u64| leaf.to_string() == digits))
            .ok_or_else(|| Error::text(format!("line {number}"), "`index <leaf>`", line))?;
        let path = lines::parse_hashes(rest.map(|(line, _)| line), number + 1)?;
        let checkpoint = SignedCheckpoint::open(note.as_bytes(), key).map_err(|error| error.inside("checkpoint"))?;
        Ok(Self { leaf, path, extra, checkpoint })
    }

    /// Checks that a leaf of this hash is where the file says.
    ///
    /// # Errors
    /// Where the path does not lead from it to the root.
    pub fn check(&self, hash: &Digest) -> Result<(), Error> {
        let signed = self.checkpoint.checkpoint();
        proof::check_inclusion(&self.path, self.leaf, hash, signed.size(), signed.root())
    }
}

impl fmt::Display for InclusionFile {
    /// The bytes that [`InclusionFile::open`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", lines::encode(extra))?;
        }
        write!(out, "index {}\n{}\n{}", self.leaf, lines::hashes(&self.path), self.checkpoint)
    }
}

/// A consistency proof as a file: one hash a line.
#[must_use]
pub fn consistency(path: &[Digest]) -> String {
    lines::hashes(path)
}

/// Reads a consistency proof.
///
/// # Errors
/// Where the bytes are not lines of hashes.
pub fn parse_consistency(bytes: &[u8]) -> Result<Vec<Digest>, Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::malformed(format!("byte {}", error.valid_up_to()), "base64", "another byte"))?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let Some(body) = text.strip_suffix('\n') else {
        return Err(Error::malformed("the last line", "a newline at its end", "none"));
    };
    lines::parse_hashes(body.split('\n'), 1)
}

/// Name of the file of the consistency proof between two sizes.
#[must_use]
pub fn consistency_name(old: u64, new: u64) -> String {
    format!("{old}-{new}")
}

/// The two sizes of such a name.
///
/// # Errors
/// Where it is not one.
pub fn parse_consistency_name(name: &str) -> Result<(u64, u64), Error> {
    name.split_once('-')
        .and_then(|(old, new)| Some((old.parse().ok()?, new.parse().ok()?)))
        .filter(|(old, new)| consistency_name(*old, *new) == name)
        .ok_or_else(|| Error::text("name", "<old size>-<new size>", name))
}
