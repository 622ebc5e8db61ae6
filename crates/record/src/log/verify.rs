//! An examination of a log's directory with the public key alone, offline, for instance of a copy in a stranger's hands.
//!
//! | looked at | compared with |
//! |---|---|
//! | `checkpoint` | the key, the origin |
//! | every entry | together they rebuild the signed root; no hash on disk is believed |
//! | every tile | what the entries rebuild |
//! | `checkpoints/` | the key; the root that the first entries have (FORK, ROLLBACK, not a prefix) |
//! | `proofs/`, `consistency/` | the key, the entries, the signed roots |
//! | `addenda/` where `addenda.v1` stands | the digests that the entries indicate; whether an absent one is explained says a [`Judge`] |
//!
//! It finds what changed since a checkpoint was signed. It does not find what the holder of the key signed anew, unless an older
//! checkpoint left the house and lies in `checkpoints/`. Everything below the directory is foreign: reads are bounded, links are not followed.

mod addenda;
mod bundles;
mod finding;
mod history;
mod judge;
mod proofs;
mod tree;
mod uppers;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::log::checkpoint::SignedCheckpoint;
use crate::log::folder::{Folder, Kind as Stands};
use crate::log::key::VerifierKey;
use crate::log::note::MOST_NOTE_BYTES;
use crate::log::store::{ADDENDA_MARKER, CHECKPOINT, CHECKPOINTS, VKEY};
use crate::log::tile::{Level, Tile, WIDTH};

use finding::Findings;

pub use finding::{Finding, Kind};
pub use judge::{Absences, Addendum, Judge, State, Uncovered, Unexplained};

/// What to look for, and within which bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Threads that read and hash; 0 takes as many as there are processors, at most 4.
    pub threads: usize,
    /// Findings that are kept; further ones are counted.
    pub most_findings: usize,
    /// Bytes that the file of an addendum may have.
    pub most_addendum_bytes: u64,
    /// Whether this log is known to indicate addenda: without `addenda.v1`, which nobody signs, nothing of them would be looked at.
    pub addenda: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 0, most_findings: 1000, most_addendum_bytes: 1 << 30, addenda: false }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Entries read.
    pub entries: u64,
    /// Bytes of these entries.
    pub entry_bytes: u64,
    /// Bytes of the longest entry.
    pub longest_entry: u64,
    /// Hash tiles equal to what the entries rebuild, partial ones of older sizes included.
    pub tiles: u64,
    /// Older checkpoints that are the beginning of the tree.
    pub checkpoints: u64,
    /// Files in `proofs/` that hold.
    pub inclusion_proofs: u64,
    /// Files in `consistency/` that hold.
    pub consistency_proofs: u64,
    /// Addenda that are there with the content that was logged.
    pub addenda: u64,
    /// Addenda that are not there.
    pub absent: u64,
    /// Absent ones that the judge did not accept.
    pub unexplained: u64,
    /// Tiles and bundles beyond the signed size, which no signature covers: what a crash leaves.
    pub beyond: u64,
    /// Files that are no part of a log and were not looked at.
    pub strangers: u64,
}

/// What an examination found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verification {
    /// The checkpoint that the log was held against; `None` where none is signed by the key.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Everything that is wrong, in the order it was looked at.
    pub findings: Vec<Finding>,
    /// Findings beyond [`Options::most_findings`].
    pub more: u64,
    /// How much was looked at.
    pub counts: Counts,
    /// How long it took.
    pub time: Duration,
}

impl Verification {
    /// Whether nothing was found.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty() && self.more == 0
    }
}

/// Examines the log in a directory. Never fails: what cannot be read is a finding.
pub fn verify(log: &Path, key: &VerifierKey, options: &Options, judge: &mut dyn Judge) -> Verification {
    let began = Instant::now();
    let mut examination = Examination {
        folder: Folder::new(log),
        key,
        options,
        findings: Findings::new(options.most_findings),
        counts: Counts::default(),
    };
    let checkpoint = examination.run(judge);
    let Examination { findings, counts, .. } = examination;
    let (findings, more) = findings.into_parts();
    Verification { checkpoint, findings, more, counts, time: began.elapsed() }
}

/// What every part of an examination needs.
struct Examination<'a> {
    folder: Folder,
    key: &'a VerifierKey,
    options: &'a Options,
    findings: Findings,
    counts: Counts,
}

impl Examination<'_> {
    fn run(&mut self, judge: &mut dyn Judge) -> Option<SignedCheckpoint> {
        self.own_key();
        let mut kept = self.kept_checkpoints();
        let current = self.reference(&mut kept)?;
        let size = current.checkpoint().size();
        let complete = kept.iter().all(|(_, signed)| signed.checkpoint().size() <= size);
        let indicated = self.marker();
        let mut tree = self.rebuild(current.checkpoint(), indicated, complete, judge);
        self.upper_tiles(&mut tree);
        self.other_tiles(&mut tree);
        let known = self.history(&kept, &current, &mut tree);
        self.inclusion_files(&known, &mut tree);
        self.consistency_files(&known);
        Some(current)
    }

    /// The checkpoint that the log is held against: the current one. The largest kept one instead, where the current one is missing or, although the entries up
    /// to the larger size are still there, was replaced by an older one; the other findings then stay those of the log that was signed.
    fn reference(&mut self, kept: &mut Vec<(String, SignedCheckpoint)>) -> Option<SignedCheckpoint> {
        let current = self.signed(CHECKPOINT);
        let largest = kept.iter().max_by_key(|(_, signed)| signed.checkpoint().size()).cloned();
        match (current, largest) {
            (Some(current), Some((path, largest))) => {
                let (size, before) = (current.checkpoint().size(), largest.checkpoint().size());
                if before <= size || !self.reaches(before) {
                    return Some(current);
                }
                let what = format!(
                    "size {before} was signed before, as {path} shows, and its entries are here; this one says {size}"
                );
                self.findings.push(Finding::of_file(Kind::Rollback, CHECKPOINT, what).about(size..before));
                kept.push((CHECKPOINT.to_owned(), current));
                Some(largest)
            }
            (current, largest) => current.or(largest.map(|(_, largest)| largest)),
        }
    }

    /// Whether the last bundle of a tree of that size is there.
    fn reaches(&self, size: u64) -> bool {
        let last = size.checked_sub(1).and_then(|last| Tile::of_tree(size, Level::Entries, last / WIDTH));
        let is_there = |tile: Tile| matches!(self.folder.kind(&tile.path()), Ok(Stands::File(_)));
        last.is_some_and(|tile| is_there(tile) || is_there(Tile::full(tile.level(), tile.index())))
    }

    /// The log's own copy of the key need not be there, but it must not be another one.
    fn own_key(&mut self) {
        match self.folder.read(VKEY, MOST_NOTE_BYTES as u64) {
            Ok(None) => {}
            Ok(Some(text)) => {
                let found = String::from_utf8_lossy(&text);
                if found.trim() != self.key.to_string() {
                    let what =
                        format!("expected the key {}, found {}", self.key.label(), crate::error::quoted(found.trim()));
                    self.findings.push(Finding::of_file(Kind::Key, VKEY, what));
                }
            }
            Err(error) => self.findings.push(Finding::of_error(Kind::Key, VKEY, &error)),
        }
    }

    /// A checkpoint that the key signed; anything else is a finding.
    fn signed(&mut self, path: &str) -> Option<SignedCheckpoint> {
        match self.folder.read(path, MOST_NOTE_BYTES as u64) {
            Ok(Some(bytes)) => match SignedCheckpoint::open(&bytes, self.key) {
                Ok(signed) => return Some(signed),
                Err(error) => self.findings.push(Finding::of_error(Kind::Checkpoint, path, &error)),
            },
            Ok(None) => self.findings.push(Finding::of_file(
                Kind::Checkpoint,
                path,
                "expected a signed checkpoint, found no such file",
            )),
            Err(error) => self.findings.push(Finding::of_error(Kind::Checkpoint, path, &error)),
        }
        None
    }

    /// Every older checkpoint that the key signed, with its file.
    fn kept_checkpoints(&mut self) -> Vec<(String, SignedCheckpoint)> {
        let names = self.names(CHECKPOINTS, Kind::Checkpoint);
        let paths = names.into_iter().map(|name| format!("{CHECKPOINTS}/{name}"));
        paths.filter_map(|path| self.signed(&path).map(|signed| (path, signed))).collect()
    }

    /// Names in a directory of the log.
    fn names(&mut self, folder: &str, kind: Kind) -> Vec<String> {
        self.folder.names(folder).unwrap_or_else(|error| {
            self.findings.push(Finding::of_error(kind, folder, &error));
            Vec::new()
        })
    }

    /// Whether the log says that its entries indicate addenda.
    fn marker(&mut self) -> bool {
        match self.folder.kind(ADDENDA_MARKER) {
            Ok(Stands::File(0)) => return true,
            Ok(Stands::File(_)) => {
                self.findings.push(Finding::of_file(
                    Kind::Addendum,
                    ADDENDA_MARKER,
                    "expected an empty file, found content",
                ));
                return true;
            }
            Ok(Stands::Folder) => self.findings.push(Finding::of_file(
                Kind::Addendum,
                ADDENDA_MARKER,
                "expected a file, found a directory",
            )),
            Ok(Stands::Nothing) if self.options.addenda => {
                self.findings.push(Finding::of_file(
                    Kind::Addendum,
                    ADDENDA_MARKER,
                    "expected an empty file, found no such file",
                ));
            }
            Ok(Stands::Nothing) => {}
            Err(error) => self.findings.push(Finding::of_error(Kind::Addendum, ADDENDA_MARKER, &error)),
        }
        self.options.addenda
    }
}
