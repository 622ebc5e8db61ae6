//! Checkpoints that witnesses cosigned: what a witness looks at before it signs, what is kept of it, and its examination. Not the form of a cosignature: see
//! [`crate::log::cosignature`]; and not whom to believe.
//!
//! In the public log, so that a copy of it brings them along: `cosigned/<size>` is the checkpoint of that size with the lines of its witnesses.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::{Record, RecordError};
use crate::log::store::{CHECKPOINT, VKEY};
use crate::log::{Checkpoint, Error, SignedCheckpoint, Tiles, VerifierKey, cosignature, note, proof};

/// The folder of cosigned checkpoints, below the log's directory.
pub const COSIGNED: &str = "cosigned";

/// A checkpoint with lines of witnesses. It is signed by the log and stands in its tree; whose the lines are is not looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Leaves of the checkpoint.
    pub size: u64,
    /// The file, below the log's directory.
    pub file: String,
    checkpoint: SignedCheckpoint,
}

impl Cosigned {
    /// When this witness cosigned it, in seconds since 1970; `None` where no line is by it.
    ///
    /// # Errors
    /// Where a line says to be by it and does not fit.
    pub fn by(&self, witness: &VerifierKey) -> Result<Option<u64>, Error> {
        if self.checkpoint.note().signatures().iter().any(|signature| signature.is_by(witness)) {
            cosignature::check(&self.checkpoint, witness).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// What a witness looks at before it cosigns: the checkpoint of a log, signed by its key, in whose tree the checkpoint that the witness saw last is the beginning.
///
/// # Errors
/// Where the checkpoint is not signed, is smaller than the one that was seen, or its tree does not begin with that one's.
pub fn witnessed(
    log: &Path,
    key: &VerifierKey,
    seen: Option<&SignedCheckpoint>,
) -> Result<SignedCheckpoint, RecordError> {
    let path = log.join(CHECKPOINT);
    let bytes = read(&path)?.ok_or_else(|| RecordError::io(&path, "opening")(ErrorKind::NotFound.into()))?;
    let now = SignedCheckpoint::open(&bytes, key).map_err(|error| error.inside(CHECKPOINT))?;
    if let Some(seen) = seen {
        begins(log, now.checkpoint(), seen.checkpoint())?;
    }
    Ok(now)
}

/// Whether the tree of a checkpoint begins with that of an earlier one.
fn begins(log: &Path, now: &Checkpoint, earlier: &Checkpoint) -> Result<(), Error> {
    if earlier.size() > now.size() {
        return Err(Error::Beyond {
            place: "size of an earlier checkpoint".to_owned(),
            most: now.size(),
            found: earlier.size(),
        });
    }
    let path = Tiles::new(log, now.size()).consistency(earlier.size())?;
    proof::check_consistency(&path, earlier.size(), earlier.root(), now.size(), now.root())
}

impl Record {
    /// Keeps a checkpoint of this log that a witness cosigned: its line beside those of others on the same checkpoint. Says when it was cosigned, in seconds since
    /// 1970, and whether the line had been kept before.
    ///
    /// # Errors
    /// Where the checkpoint is not of this log or the line does not fit; nothing is kept then.
    pub fn keep_cosigned(&self, note: &[u8], witness: &VerifierKey) -> Result<(Cosigned, u64, bool), RecordError> {
        let mut inner = self.inner();
        let log = inner.log.path().to_owned();
        let key = VerifierKey::read(&log.join(VKEY))?;
        let given = SignedCheckpoint::open(note, &key)?;
        let seconds = cosignature::check(&given, witness)?;
        begins(&log, inner.log.checkpoint().checkpoint(), given.checkpoint())?;
        let size = given.checkpoint().size();
        let file = path_of(size);
        let before = read(&log.join(&file))?.and_then(|bytes| SignedCheckpoint::open(&bytes, &key).ok());
        let mut kept = before.clone().unwrap_or_else(|| given.clone());
        for signature in given.note().signatures().iter().filter(|signature| signature.is_by(witness)) {
            kept.add(signature.clone())?;
        }
        let known = before.as_ref() == Some(&kept);
        if !known {
            inner.log.put_beside(&file, kept.to_string().as_bytes())?;
        }
        Ok((Cosigned { size, file, checkpoint: kept }, seconds, known))
    }
}

/// Examines the cosigned checkpoints that a log keeps: those that it signed and that stand in its tree, by size, and what is wrong with the others.
///
/// # Errors
/// Where the folder cannot be listed.
pub fn examine(
    log: &Path,
    key: &VerifierKey,
    now: Option<&SignedCheckpoint>,
) -> Result<(Vec<Cosigned>, Vec<String>), RecordError> {
    let (mut held, mut findings) = (Vec::new(), Vec::new());
    for (size, file) in names(log)? {
        match one(log, key, now, size, &file) {
            Ok(checkpoint) => held.push(Cosigned { size, file, checkpoint }),
            Err(error) => findings.push(format!("{file}: {error}")),
        }
    }
    Ok((held, findings))
}

fn one(
    log: &Path,
    key: &VerifierKey,
    now: Option<&SignedCheckpoint>,
    size: u64,
    file: &str,
) -> Result<SignedCheckpoint, RecordError> {
    let bytes = read(&log.join(file))?.unwrap_or_default();
    let signed = SignedCheckpoint::open(&bytes, key)?;
    if signed.checkpoint().size() != size {
        let found = signed.checkpoint().size().to_string();
        return Err(Error::malformed("size", format!("{size}, as in the name of the file"), found).into());
    }
    // Where there is no checkpoint that holds, that is found elsewhere.
    if let Some(now) = now {
        begins(log, now.checkpoint(), signed.checkpoint())?;
    }
    Ok(signed)
}

fn path_of(size: u64) -> String {
    format!("{COSIGNED}/{size:020}")
}

/// The files, by the size in their names.
pub(super) fn names(log: &Path) -> Result<BTreeMap<u64, String>, RecordError> {
    let folder = log.join(COSIGNED);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(RecordError::io(&folder, "listing"))?,
    };
    let mut names = BTreeMap::new();
    for entry in entries {
        let name = entry.map_err(RecordError::io(&folder, "listing"))?.file_name();
        if let Some(size) =
            name.to_str().and_then(|name| name.parse::<u64>().ok()).filter(|size| *name == *format!("{size:020}"))
        {
            names.insert(size, path_of(size));
        }
    }
    Ok(names)
}

/// A note, bounded; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, RecordError> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(RecordError::io(path, "reading"))?,
    };
    let mut bytes = Vec::new();
    // One byte more than a note may have: such a one is then refused.
    file.take(note::MOST_NOTE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(RecordError::io(path, "reading"))?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests;
