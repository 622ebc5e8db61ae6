//! Why the state cannot be read or written, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// A newer program has written it.
    #[error("{}: expected tables of version {known} or older, found {found}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The one that is known here.
        known: u32,
    },
    /// Another application's file.
    #[error("{}: expected the state of candor, found another application's file", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Others may read it.
    #[error("{}: expected a file for its owner alone (mode 600), found mode {mode:o}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Something stands where a copy should go.
    #[error("{}: expected nothing there, found something", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// What names nobody.
    #[error("expected an identifier of 1 to {} bytes, found {found}", super::MOST_IDENTIFIER)]
    Identifier {
        /// Its bytes.
        found: usize,
    },
    /// The system gives no randomness.
    #[error("no randomness for a pseudonym: {found}")]
    Randomness {
        /// What it said.
        found: String,
    },
    /// A file could not be made or read.
    #[error("{}: {doing}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not do something.
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

impl StateError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }

    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Sqlite { path: path.clone(), source }
    }

    /// One thing to try, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Newer { .. } => Some("use the version of candor that wrote it, or a newer one; nothing was changed"),
            Self::Open { .. } => Some("chmod 600 makes it so, once it is known who has read it"),
            Self::Exists { .. } => Some("a copy is never written over; name another place"),
            Self::Sqlite { .. } => Some("a copy that candor record state backup made can take its place"),
            _ => None,
        }
    }
}
