//! What can go wrong with a journal, and what is found where it is damaged. Nothing here is logged or printed.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the journal does not do what was asked, cut by what the caller can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// As much waits to be written as may wait: come again when a batch has been written.
    #[error("journal: expected room for a record, found {bytes} bytes of {records} records waiting for the disk")]
    Busy {
        /// Bytes that wait.
        bytes: usize,
        /// Records that wait.
        records: usize,
    },
    /// A record longer than [`super::MOST_BYTES`].
    #[error("journal: expected a record of at most {most} bytes, found {found}")]
    TooLong {
        /// The bound.
        most: usize,
        /// What was handed in.
        found: usize,
    },
    /// The journal was closed: nothing was written.
    #[error("journal: expected an open journal, found that it has been closed")]
    Closed,
    /// The disk failed. Whatever was not acknowledged may or may not survive; nothing is retried, nothing more is written until the journal is opened anew.
    #[error("{0}")]
    Disk(DiskError),
    /// Somebody else writes.
    #[error(
        "{path}: expected no other writer, found {holder}\nhint: one process writes a record; stop that one, or read without writing"
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as the file says.
        holder: String,
    },
    /// Bytes that had been synced are not what was written. Nothing was changed.
    #[error("{}", Findings(.0))]
    Damaged(Vec<Finding>),
    /// Records that have been released.
    #[error(
        "journal: expected a record from number {first} on, found that {asked} was asked for: those before it have been released"
    )]
    Released {
        /// The number that was asked for.
        asked: u64,
        /// The first one that is still there.
        first: u64,
    },
}

/// What the disk said.
#[derive(Debug, Clone)]
pub struct DiskError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried: "write", "sync".
    pub tried: &'static str,
    /// In the words of the operating system.
    pub source: Arc<io::Error>,
}

impl DiskError {
    /// Whether the disk, or the share of it that one may use, is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: expected to {} it, found: {}", self.path.display(), self.tried, self.source)?;
        if self.is_full() {
            out.write_str("\nhint: what was acknowledged is kept; make room, then open the journal again")?;
        }
        Ok(())
    }
}

impl std::error::Error for DiskError {}

/// For `map_err`: what was tried with which path.
pub(super) fn disk<'a>(tried: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::Disk(DiskError { path: path.to_owned(), tried, source: Arc::new(source) })
}

/// One place at which a segment is not what was written, although it had been synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, or the folder where a file is missing.
    pub path: PathBuf,
    /// Where in the file, in bytes from 0: the frame or header in which the damage begins.
    pub offset: u64,
    /// The records that cannot be read: the first one, and the one from which reading can go on. Empty where only a mark is damaged.
    pub records: Range<u64>,
    /// What should stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.records;
        write!(out, "{}: byte {}: record {start}", self.path.display(), self.offset)?;
        if end > start.saturating_add(1) {
            write!(out, " to {}", end - 1)?;
        }
        write!(out, ": expected {}, found {}", self.expected, self.found)
    }
}

/// A line for each of the first findings.
struct Findings<'a>(&'a [Finding]);

const SHOWN: usize = 10;

impl fmt::Display for Findings<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, finding) in self.0.iter().take(SHOWN).enumerate() {
            write!(out, "{}{finding}", if at == 0 { "" } else { "\n" })?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(out, "\nand {more} more places"),
        }
    }
}
