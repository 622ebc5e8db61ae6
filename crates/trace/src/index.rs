//! The index of a record: a SQLite file beside it, folded from its leaves, for questions over many traces and words in their texts.
//!
//! Not the record: everything here can be thrown away and is then folded again. Not the traces either: whoever needs one reads it from the
//! record.
//!
//! | where | what |
//! |---|---|
//! | `schema` | the tables |
//! | `told` | the record as a fold reads it: what is new, and nothing else |
//! | `entry` | what one leaf says to the index |
//! | `put` | rows of a leaf written and taken out again |
//! | `fold` | batches, erasures, position; when a fold begins anew |
//! | `wipe` | nothing of an erased text is left in the file |
//! | `sql`, `functions`, `names` | read-only SQL on it, within bounds |
//! | `search` | which traces can hold the words of a [`Query`](crate::Query) |
//!
//! docs/formats/index.md has tables, functions and bounds.

mod entry;
mod error;
mod fold;
mod functions;
mod names;
mod put;
mod schema;
mod search;
mod sql;
mod told;
mod wipe;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::trace as made;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use error::IndexError;
pub use fold::{Anew, Folded};
pub use functions::FUNCTIONS;
pub use schema::{Described, TABLES};
pub use sql::{Bounds, Cut, Table, Value};

/// The name of the file in the record's folder.
pub const FILE: &str = "index.sqlite";

/// Leaves that are folded in one transaction.
const BATCH: u64 = 2_048;

/// An index that has seen every leaf of its record's last signed checkpoint, open for reading.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    connection: Connection,
}

impl Index {
    /// Opens the index of the record in a folder and folds in what is new. Where there is none, where it is damaged, or where it does not
    /// belong to what the record is now, it is folded from the first leaf on; [`Folded::anew`] says so.
    ///
    /// Waits where another process folds.
    ///
    /// # Errors
    /// Where the record cannot be read, the file cannot be written, or a reader bars erased text from leaving the file.
    pub fn open(folder: &Path) -> Result<(Self, Folded), IndexError> {
        Self::open_in_batches(folder, BATCH, None)
    }

    /// As [`Index::open`], folded from the first leaf on for that reason: it was asked for, or a question found damage.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn rebuild(folder: &Path, why: Anew) -> Result<(Self, Folded), IndexError> {
        Self::open_in_batches(folder, BATCH, Some(why))
    }

    fn open_in_batches(folder: &Path, batch: u64, anew: Option<Anew>) -> Result<(Self, Folded), IndexError> {
        let path = folder.join(FILE);
        // Held until the file is open for reading: nobody replaces it meanwhile.
        let _turn = fold::turn(folder)?;
        let folded = fold::fold(folder, &path, batch, anew)?;
        let connection = sql::connection(&path)?;
        Ok((Self { path, connection }, folded))
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many traces there are, and of which kind.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn counts(&self) -> Result<Counts, IndexError> {
        // Each by an index of its own: one pass over a million rows would take longer than most questions.
        let count = |whichever: &str| {
            let sql = format!("SELECT count(*) FROM traces {whichever}");
            self.connection.query_row(&sql, [], |row| row.get(0)).map_err(IndexError::sqlite(&self.path))
        };
        Ok(Counts {
            traces: count("")?,
            unreadable: count("WHERE unreadable IS NOT NULL")?,
            planted: count("WHERE planted")?,
        })
    }
}

/// Traces of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub traces: u64,
    /// Of them, those that cannot be read: erased, missing, damaged, misread.
    pub unreadable: u64,
    /// Of them, those of a planted process, not a language model.
    pub planted: u64,
}
