//! Time stamps on the checkpoints of a record: what was asked, what came back, and the examination of what was kept. Not how a response is read: see
//! [`crate::log::timestamp`].
//!
//! In the public log, so that a copy of it brings them along: `timestamps/<size>.tsq` is what was asked for the checkpoint in `checkpoints/<size>`,
//! `timestamps/<size>-<digits of its digest>.tsr` what came back.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::{Record, RecordError};
use crate::log::store::{CHECKPOINT, kept_path};
use crate::log::timestamp::{self, MOST_BYTES, Request, Stamp, StampError, TIMESTAMPS};
use crate::log::{SignedCheckpoint, VerifierKey};

/// Bytes that a checkpoint may have.
const MOST_CHECKPOINT: u64 = 1 << 20;

/// A time stamp that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// Leaves of the checkpoint.
    pub size: u64,
    /// The file, below the log's directory.
    pub file: String,
    /// What it says.
    pub stamp: Stamp,
    /// Whether it had been kept before.
    pub known: bool,
}

impl Record {
    /// Keeps the current checkpoint and returns what is to be sent to an authority, with the checkpoint's size. The same checkpoint gets the same request, so that
    /// several authorities can be asked.
    ///
    /// # Errors
    /// Where the disk refuses, or the system gives no randomness.
    pub fn request_stamp(&self, now_ms: i64) -> Result<(u64, Vec<u8>), RecordError> {
        let mut inner = self.inner();
        self.integrate_into(&mut inner, now_ms)?;
        inner.log.keep()?;
        let size = inner.log.checkpoint().checkpoint().size();
        let path = timestamp::request_path(size);
        let wrong = |source| RecordError::Stamp { place: path.clone(), source };
        // As it lies there: what is stamped is what a stranger reads.
        let kept = read(&inner.log.path().join(kept_path(size)), MOST_CHECKPOINT)?.unwrap_or_default();
        if let Some(asked) = read(&inner.log.path().join(&path), MOST_BYTES as u64)?
            && Request::read(&asked).map_err(wrong)?.asks_for(&kept)
        {
            return Ok((size, asked));
        }
        let request = Request::fresh(&kept).and_then(|request| request.to_der()).map_err(wrong)?;
        inner.log.put_beside(&path, &request)?;
        Ok((size, request))
    }

    /// Checks a response against the requests that were made, and keeps it.
    ///
    /// # Errors
    /// Where it is no stamp, or on none of the checkpoints for which one was asked, or not the answer to the request; nothing is kept then.
    pub fn keep_stamp(&self, response: &[u8], place: &str) -> Result<Stamped, RecordError> {
        let wrong = |source| RecordError::Stamp { place: place.to_owned(), source };
        let stamp = Stamp::read(response).map_err(wrong)?;
        let mut inner = self.inner();
        let mut refused = None;
        for name in names(inner.log.path())?.into_iter().filter(|name| name.ends_with(".tsq")).rev() {
            let Some(size) = timestamp::size_of_name(&name) else { continue };
            let request = read(&inner.log.path().join(TIMESTAMPS).join(&name), MOST_BYTES as u64)?.unwrap_or_default();
            let Some(kept) = read(&inner.log.path().join(kept_path(size)), MOST_CHECKPOINT)? else { continue };
            let request = match Request::read(&request) {
                Ok(request) if stamp.is_of(&kept).is_ok() => request,
                _ => continue,
            };
            match stamp.answers(&request) {
                Ok(()) => {
                    let file = timestamp::response_path(size, response);
                    let known = inner.log.path().join(&file).exists();
                    if !known {
                        inner.log.put_beside(&file, response)?;
                    }
                    return Ok(Stamped { size, file, stamp, known });
                }
                Err(error) => refused = Some(error),
            }
        }
        let none = || StampError {
            expected: "a stamp on a checkpoint for which one was asked".to_owned(),
            found: "one on other bytes".to_owned(),
        };
        Err(wrong(refused.unwrap_or_else(none)))
    }
}

/// Examines the stamps that a log keeps: those that hold, and what is wrong with the others. Chains to a root are for whoever trusts one
/// ([`Stamp::is_rooted_in`]).
///
/// # Errors
/// Where the folder cannot be listed.
pub fn examine(log: &Path, key: &VerifierKey) -> Result<(Vec<Stamped>, Vec<String>), RecordError> {
    let (mut held, mut findings) = (Vec::new(), Vec::new());
    let names = names(log)?;
    for name in names.iter().filter(|name| name.ends_with(".tsr")) {
        let file = format!("{TIMESTAMPS}/{name}");
        match one(log, key, &file, name) {
            Ok((size, stamp)) => held.push(Stamped { size, file, stamp, known: true }),
            Err(error) => findings.push(format!("{file}: {error}")),
        }
    }
    Ok((held, findings))
}

fn one(log: &Path, key: &VerifierKey, file: &str, name: &str) -> Result<(u64, Stamp), StampError> {
    let unread = |error: RecordError| StampError { expected: "a file".to_owned(), found: error.to_string() };
    let missing = |what: String| StampError { expected: what, found: "none".to_owned() };
    let response = read(&log.join(file), MOST_BYTES as u64).map_err(unread)?;
    let response = response.ok_or_else(|| missing("a response of a time-stamping authority".to_owned()))?;
    let size =
        timestamp::size_of_name(name).ok_or_else(|| missing("the size of a checkpoint in its name".to_owned()))?;
    let stamp = Stamp::read(&response)?;
    let mut why = missing(format!("the checkpoint of {size} leaves, which it is to speak of"));
    let mut fits = false;
    // In a copy the current checkpoint may be the only one.
    for path in [kept_path(size), CHECKPOINT.to_owned()] {
        let Some(bytes) = read(&log.join(&path), MOST_CHECKPOINT).map_err(unread)? else { continue };
        let is_of = match SignedCheckpoint::open(&bytes, key) {
            Ok(signed) if signed.checkpoint().size() != size => continue,
            Ok(_) => stamp.is_of(&bytes),
            Err(error) => {
                Err(StampError { expected: format!("a signed checkpoint in {path}"), found: error.to_string() })
            }
        };
        match is_of {
            Ok(()) => fits = true,
            Err(error) => why = error,
        }
    }
    if !fits {
        return Err(why);
    }
    if let Some(asked) = read(&log.join(timestamp::request_path(size)), MOST_BYTES as u64).map_err(unread)? {
        stamp.answers(&Request::read(&asked)?)?;
    }
    Ok((size, stamp))
}

/// The files of requests and responses, in order.
pub(super) fn names(log: &Path) -> Result<BTreeSet<String>, RecordError> {
    let folder = log.join(TIMESTAMPS);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries.map_err(RecordError::io(&folder, "listing"))?,
    };
    let names = entries.map(|entry| {
        let name = entry.map_err(RecordError::io(&folder, "listing"))?.file_name();
        Ok(name.to_string_lossy().into_owned())
    });
    let names = names.collect::<Result<BTreeSet<_>, RecordError>>()?;
    Ok(names.into_iter().filter(|name| name.ends_with(".tsq") || name.ends_with(".tsr")).collect())
}

/// A file of at most so many bytes; `None` where there is none, or none that is a plain file.
fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, RecordError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RecordError::io(path, "reading")(error)),
        Ok(found) if !found.is_file() => return Ok(None),
        Ok(_) => {}
    }
    let file = fs::File::open(path).map_err(RecordError::io(path, "reading"))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(RecordError::io(path, "reading"))?;
    if bytes.len() as u64 > most {
        return Err(
            crate::Error::TooLong { most: usize::try_from(most).unwrap_or(usize::MAX), found: usize::MAX }.into()
        );
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests;
