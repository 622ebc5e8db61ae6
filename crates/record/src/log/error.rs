//! What can go wrong with a log, cut by what the caller can do about it. Findings of a verification are not errors.

use std::fmt;
use std::io;

use crate::digest::Digest;
use crate::error::quoted;

/// Why a log or a piece of one could not be read, written or believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that are not what their format says.
    #[error("{place}: expected {expected}, found {found}")]
    Malformed {
        /// Where: a file, a line, an offset.
        place: String,
        /// What can stand there.
        expected: String,
        /// What stood there, shortened and escaped.
        found: String,
    },
    /// A note without a signature by the key that was asked for.
    #[error("{place}: expected a signature by {key}, found {found}")]
    Unsigned {
        /// Where: a file.
        place: String,
        /// Name and id of the key.
        key: String,
        /// Names and ids of those who signed.
        found: String,
    },
    /// A signature that its own key refuses: text or signature were changed.
    #[error("{place}: the signature by {key} does not fit the text")]
    Signature {
        /// Where: a file.
        place: String,
        /// Name and id of the key.
        key: String,
    },
    /// Hashes that do not lead where they must.
    #[error("{place}: expected {expected}, found {found}")]
    Hash {
        /// Which proof or tile.
        place: String,
        /// The hash that is asked for.
        expected: Digest,
        /// The hash that comes out.
        found: Digest,
    },
    /// A leaf or a size that the tree does not have.
    #[error("{place}: expected at most {most}, found {found}")]
    Beyond {
        /// What was asked for.
        place: String,
        /// The largest that exists.
        most: u64,
        /// What was asked for.
        found: u64,
    },
    /// What is on disk is older than something that was signed before: nothing new is signed on top of it.
    #[error("{place}: rollback: size {size} was signed before, the checkpoint says {found}")]
    Rollback {
        /// The file that shows it.
        place: String,
        /// The larger size.
        size: u64,
        /// The size of the current checkpoint.
        found: u64,
    },
    /// The private key can be read by others than its owner.
    #[error(
        "{path}: expected a file that only its owner can read, found mode {mode:03o}\nhint: chmod 600 {path}, and think about who may have read it"
    )]
    Exposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Something stands where a new file has to go.
    #[error("{path}: expected nothing there, found something\nhint: a key or a log is never overwritten")]
    Exists {
        /// The file or directory.
        path: String,
    },
    /// The disk or the source of randomness refused.
    #[error("{path}: {doing}: {source}")]
    Io {
        /// The file or directory.
        path: String,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier write failed, so what is on disk is not known: open the log anew.
    #[error("log: stopped after a failed write\nhint: open it again; it goes on from its last signed checkpoint")]
    Stopped,
}

impl Error {
    pub(crate) fn malformed(place: impl fmt::Display, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Malformed { place: place.to_string(), expected: expected.into(), found: found.into() }
    }

    /// Malformed text, which the message repeats in quotes.
    pub(crate) fn text(place: impl fmt::Display, expected: impl Into<String>, found: &str) -> Self {
        Self::malformed(place, expected, quoted(found))
    }

    pub(crate) fn io(path: impl fmt::Display, doing: &'static str, source: io::Error) -> Self {
        Self::Io { path: path.to_string(), doing, source }
    }

    /// The same error, seen from the file or part that holds its place.
    pub(crate) fn inside(mut self, outer: &str) -> Self {
        match &mut self {
            Self::Malformed { place, .. }
            | Self::Unsigned { place, .. }
            | Self::Signature { place, .. }
            | Self::Hash { place, .. }
            | Self::Beyond { place, .. } => *place = format!("{outer}: {place}"),
            Self::Rollback { .. } | Self::Exposed { .. } | Self::Exists { .. } | Self::Io { .. } | Self::Stopped => {}
        }
        self
    }
}
