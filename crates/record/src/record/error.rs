//! What can go wrong with a record as a whole: its parts' errors, and what only the whole can see.

use std::io;
use std::path::{Path, PathBuf};

use crate::content::ContentError;
use crate::{error, journal, log};

/// Why a record does not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The journal's.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The log's.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The content's.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A leaf's.
    #[error(transparent)]
    Leaf(#[from] error::Error),
    /// A record of the journal that is whole and no entry.
    #[error("journal: record {number}: expected an entry and its addenda, found {found}")]
    Payload {
        /// Its number.
        number: u64,
        /// What stands there.
        found: String,
    },
    /// What should be erased is under a hold.
    #[error("{} under a hold: nothing was erased\nhint: candor record hold --release NAME lifts one", held(.0))]
    Held(Vec<super::Held>),
    /// Nothing that is chosen has content.
    #[error("{chosen}: nothing with content is chosen")]
    Nothing {
        /// What was chosen.
        chosen: String,
    },
    /// A response is no time stamp on a checkpoint of this log.
    #[error("{place}: {source}")]
    Stamp {
        /// The file.
        place: String,
        /// What is wrong.
        source: log::timestamp::StampError,
    },
    /// The operating system refused.
    #[error("{}: {doing}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl RecordError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }
}

fn held(held: &[super::Held]) -> String {
    let shown: Vec<_> =
        held.iter().take(3).map(|held| format!("leaf {} ({})", held.leaf, held.hold.escape_debug())).collect();
    match held.len().saturating_sub(3) {
        0 => format!("{}:", shown.join(", ")),
        more => format!("{} and {more} more:", shown.join(", ")),
    }
}
