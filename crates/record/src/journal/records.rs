//! Reading: records in order, from a number on, one at a time, each checked against the chain. It writes nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shared;
use super::disk::{Disk, LocalDisk};
use super::error::{Error, Finding};
use super::recovery::{segments, unlinked};
use super::walk::{Broken, Step, Walk};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 0, without gaps.
    pub number: u64,
    /// What was handed in.
    pub payload: Vec<u8>,
}

/// The records of a journal in order, in memory one at a time (and 128 KiB of the file).
///
/// From [`super::Journal::records`]: what has been committed; after `None` it goes on when more has been. From [`Records::read`]: what a writer would find.
/// Ends after the first error.
pub struct Records {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    bound: Bound,
    /// The number of the next record that is given.
    next: u64,
    walk: Option<Walk>,
    failed: bool,
}

enum Bound {
    /// What a writer has committed, as far as it is known.
    Committed { shared: Arc<Shared>, known: u64 },
    /// What the files hold.
    Files,
}

impl fmt::Debug for Records {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Records").field("folder", &self.folder).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Records {
    /// The records in a folder from that number on, without a writer: those that [`super::Journal::open`] would keep, whole and chained. Ends at a torn tail.
    /// Of records from [`super::Examination::sealed`] on the files do not show that they were synced.
    ///
    /// # Errors
    /// [`Error::Released`] where they begin later; [`Error::Disk`].
    pub fn read(folder: &Path, from: u64) -> Result<Self, Error> {
        Self::read_on(Arc::new(LocalDisk), folder, from)
    }

    pub(super) fn read_on(disk: Arc<dyn Disk>, folder: &Path, from: u64) -> Result<Self, Error> {
        Self::new(disk, folder, Bound::Files, from)
    }

    pub(super) fn committed(shared: &Arc<Shared>, from: u64) -> Result<Self, Error> {
        let bound = Bound::Committed { shared: Arc::clone(shared), known: 0 };
        Self::new(Arc::clone(&shared.disk), &shared.folder, bound, from)
    }

    fn new(disk: Arc<dyn Disk>, folder: &Path, bound: Bound, from: u64) -> Result<Self, Error> {
        let records = Self { disk, folder: folder.to_owned(), bound, next: from, walk: None, failed: false };
        match records.segments()?.first() {
            Some(&first) if first > from => Err(Error::Released { asked: from, first }),
            _ => Ok(records),
        }
    }

    fn segments(&self) -> Result<Vec<u64>, Error> {
        match &self.bound {
            Bound::Committed { shared, .. } => Ok(shared.segments().clone()),
            Bound::Files => segments(&*self.disk, &self.folder),
        }
    }

    fn advance(&mut self) -> Result<Option<Record>, Error> {
        if let Bound::Committed { shared, known } = &mut self.bound
            && self.next >= *known
        {
            *known = shared.queue.committed();
            if self.next >= *known {
                return Ok(None);
            }
            // What was read ahead may have been read while it was written.
            if let Some(walk) = &mut self.walk {
                walk.look_again()?;
            }
        }
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None => match self.segments()?.iter().rev().find(|first| **first <= self.next) {
                Some(&first) => self.open(first)?,
                None => return Ok(None),
            },
        };
        loop {
            match walk.step()? {
                Step::Mark => {}
                Step::Record if walk.number <= self.next => {}
                Step::Record => {
                    let record = Record { number: self.next, payload: walk.payload().to_vec() };
                    self.next += 1;
                    self.walk = Some(walk);
                    return Ok(Some(record));
                }
                Step::End => match self.segments()?.iter().find(|first| **first > walk.header.first) {
                    Some(&first) => {
                        let after = self.open(first)?;
                        if let Some(finding) = unlinked(&walk, &after) {
                            return Err(Error::Damaged(vec![finding]));
                        }
                        walk = after;
                    }
                    None => return self.end(walk, None),
                },
                Step::Broken(broken) => return self.end(walk, Some(broken)),
            }
        }
    }

    fn open(&self, first: u64) -> Result<Walk, Error> {
        Walk::open(&*self.disk, &self.folder, first).map_err(|error| match error {
            Error::Disk(failed) if failed.source.kind() == std::io::ErrorKind::NotFound => match self.segments() {
                Ok(firsts) if firsts.first().is_some_and(|first| *first > self.next) => {
                    Error::Released { asked: self.next, first: firsts.first().copied().unwrap_or_default() }
                }
                _ => Error::Disk(failed),
            },
            error => error,
        })
    }

    /// The last segment is over: a torn tail, or damage.
    fn end(&mut self, mut walk: Walk, broken: Option<Broken>) -> Result<Option<Record>, Error> {
        let offset = walk.offset;
        let committed = match &self.bound {
            Bound::Committed { known, .. } => Some(*known),
            Bound::Files => None,
        };
        let resumes = match (&broken, committed) {
            (Some(_), None) => {
                let later = self.segments()?.into_iter().find(|first| *first > walk.header.first);
                walk.next_mark()?.map(|found| found.mark.number).or(later)
            }
            (_, committed) => committed,
        };
        let Some(resumes) = resumes else {
            return Ok(None);
        };
        let Broken { expected, found } = broken.unwrap_or_else(|| Broken {
            expected: format!("the frame of record {}", walk.number),
            found: "the end of the file".to_owned(),
        });
        let records = walk.number..resumes.max(walk.number);
        Err(Error::Damaged(vec![Finding { path: walk.path, offset, records, expected, found }]))
    }
}

impl Iterator for Records {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let record = self.advance().transpose();
        self.failed = matches!(record, Some(Err(_)));
        record
    }
}
