//! A record as a source: its traces in the order of its leaves, what was erased left open. Known by the log and the checkpoint in its folder,
//! whatever the folder's name. Not the index beside it: that is for questions, this is for everything.

use std::fs;
use std::path::Path;

use candor_record::log::store::CHECKPOINT;
use candor_record::record::{Places, Reader, RecordError};

use super::format::Format;
use super::reading::{Reading, Stop};
use super::summary::FileSummary;
use crate::error::Problem;
use crate::recorded::{self, Read};
use crate::{Error, Place};

/// Whether a folder is a record.
pub(super) fn recognises(folder: &Path) -> bool {
    let places = Places::of(folder);
    places.exist() && places.log().join(CHECKPOINT).is_file()
}

/// Bytes of its content, as it is packed.
pub(super) fn size(folder: &Path) -> u64 {
    let Ok(packs) = fs::read_dir(Places::of(folder).content()) else { return 0 };
    packs.flatten().filter_map(|pack| Some(pack.metadata().ok()?.len())).sum()
}

fn failed(error: RecordError) -> Stop {
    Stop::Failed(Error::Record(Box::new(error)))
}

/// Reads its traces. A leaf's number, from 0, is its place.
pub(super) fn read(folder: &Path, name: &str, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut reader = Reader::open(folder).map_err(failed)?;
    let (bytes, leaves) = (size(folder), reader.size());
    let position = reading.position();
    reading.begin(name);
    let mut outcome = Ok(());
    for leaf in 0..leaves {
        // Packed bytes are not counted by leaf: the share of leaves stands for the share of bytes.
        position.set((u128::from(bytes) * u128::from(leaf + 1) / u128::from(leaves)).try_into().unwrap_or(bytes));
        outcome = recorded::read(&mut reader, leaf).map_err(failed).and_then(|read| hand_over(leaf, read, reading));
        if outcome.is_err() {
            break;
        }
    }
    let digest = outcome.is_ok().then(|| *reader.checkpoint().checkpoint().root());
    match outcome {
        Ok(()) | Err(Stop::Asked) => {
            let traces = reading.end(bytes);
            let path = name.to_owned();
            reading.summary.files.push(FileSummary { path, format: Format::Record, bytes, traces, digest });
            outcome
        }
        failed => failed,
    }
}

fn hand_over(leaf: u64, read: Read, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let place = Place { record: leaf, part: 0 };
    match read {
        Read::Trace(trace) => reading.trace(place, *trace, true),
        // Joined to the trace that it speaks of.
        Read::Else(kind) if kind == recorded::LABEL => Ok(()),
        Read::Else(kind) => {
            reading.set_aside(&format!("leaves of the record that tell something else: {kind}"));
            Ok(())
        }
        Read::Erased => {
            reading.set_aside("traces whose question and place in an experiment were erased");
            Ok(())
        }
        Read::Broken { part, expected, found } => reading.invalid(Problem::new(part, expected, found), place),
    }
}

#[cfg(test)]
mod tests;
