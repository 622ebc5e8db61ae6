//! Why an index cannot be folded or asked. Not what is wrong with a single trace: that is a row.

use std::io;
use std::path::{Path, PathBuf};

use candor_record::record::RecordError;
use rusqlite::ErrorCode;

/// What stopped a fold or a question.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file could not be made or opened.
    #[error("{}: {doing}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what a fold left there.
    #[error("{}: damaged: {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        found: String,
    },
    /// Another process reads what must go.
    #[error("{}: erased text is still in its log of writes: another process reads it", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// SQLite could not do something of ours.
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// A question that cannot be asked.
    #[error("{problem}")]
    Question {
        /// What is wrong, with the place in the SQL where that is known.
        problem: String,
        /// What to do; empty where there is nothing to say.
        hint: String,
    },
    /// A question that takes longer than it may.
    #[error("stopped: the answer takes longer than it may")]
    Stopped,
}

impl IndexError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }

    /// An error of SQLite's on what we asked ourselves.
    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path: path.clone(), found: source.to_string() }
            }
            _ => Self::Sqlite { path: path.clone(), source },
        }
    }

    /// One thing to try, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Question { hint, .. } if !hint.is_empty() => Some(hint),
            Self::Damaged { .. } => Some("candor trace query --rebuild folds it anew from the record"),
            Self::Busy { .. } => Some("end the other query and ask once more"),
            Self::Stopped => Some("--seconds N allows more; a filter on model, unit or called_ms makes it quicker"),
            _ => None,
        }
    }
}
