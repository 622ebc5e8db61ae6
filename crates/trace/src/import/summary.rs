//! What an import read, what it left aside and why. Not what the traces say: that is [`Inventory`](crate::Inventory).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use candor_record::Digest;
use serde::Serialize;

use super::{Format, Overlap};
use crate::error::shown;
use crate::mapping::AbsentField;
use crate::{Invalid, Result};

/// What one call of [`read`](super::read) did. Every file that was seen stands in `files` or in `skipped`; every record that was
/// seen gave traces, is counted as invalid, or is counted in `set_aside` with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The files that were read, in reading order.
    pub files: Vec<FileSummary>,
    /// How many traces were handed over.
    pub traces: u64,
    /// How many records were invalid; only with [`Options::skip_invalid`](super::Options::skip_invalid) more than 0.
    pub invalid: u64,
    /// The first of them.
    pub listed: Vec<Invalid>,
    /// The files that were not read, with the reason.
    pub skipped: Vec<Skipped>,
    /// Parts of records that gave no trace although they are valid: reason and count.
    pub set_aside: BTreeMap<String, u64>,
    /// Paths of the mapping that were in none of the records.
    pub absent: Vec<AbsentField>,
    /// Files that hold the same samples, most first. All of them were handed over.
    pub overlaps: Vec<Overlap>,
    /// Columns and keys at the beginning of samples, and beside the first recorded calls, that no field has: what a mapping would have to name.
    pub unread: Unread,
    /// Whether the caller stopped the import before its end.
    pub stopped: bool,
}

impl Summary {
    /// Takes in the names that nothing reads at the beginning of a file; of a folder of many only those of the first files.
    pub(super) fn note_unread(&mut self, names: impl FnOnce() -> Result<BTreeSet<String>>) -> Result<()> {
        const MOST_FILES: usize = 200;
        if self.files.len() < MOST_FILES {
            self.unread.add(names()?);
        }
        Ok(())
    }
}

/// Names that were not read, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The first of them, escaped and bounded.
    pub names: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

impl Unread {
    /// Takes in the names of a file.
    fn add(&mut self, names: impl IntoIterator<Item = String>) {
        const MOST: usize = 100;
        for name in names {
            let name = shown(&name);
            if self.names.contains(&name) {
                continue;
            }
            if self.names.len() < MOST {
                self.names.push(name);
            } else {
                self.more += 1;
            }
        }
    }
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    /// The path relative to what was pointed at, with `/` between its parts.
    pub path: String,
    /// How it was read.
    pub format: Format,
    /// Its size in bytes, as far as it was read.
    pub bytes: u64,
    /// How many traces it gave.
    pub traces: u64,
    /// SHA-256 of its bytes, taken while they were read; `None` where the caller stopped the import within the file.
    pub digest: Option<Digest>,
}

/// One file that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it lies.
    pub path: PathBuf,
    /// The path relative to what was pointed at.
    pub name: String,
    /// Why it was not read.
    pub reason: SkipReason,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// No importer knows it; the words say what it looks like.
    Unrecognised(String),
    /// It does not match the file pattern of the mapping.
    NotMapped,
    /// The mapping reads it as a side table.
    SideTable,
    /// It lists the files of an export, and each of them is there.
    Manifest,
    /// It has no content.
    Empty,
    /// A link, a socket or something else that is not a plain file.
    NotAFile,
    /// The folder is nested deeper than the limit.
    TooDeep,
}

impl std::fmt::Display for SkipReason {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unrecognised(found) => write!(out, "not a known format: {found}"),
            Self::NotMapped => out.write_str("does not match the mapping's files"),
            Self::SideTable => out.write_str("read as a side table of the mapping"),
            Self::Manifest => out.write_str("lists the files of an export, all of which are there"),
            Self::Empty => out.write_str("empty"),
            Self::NotAFile => out.write_str("not a plain file"),
            Self::TooDeep => out.write_str("folder nested too deep"),
        }
    }
}
