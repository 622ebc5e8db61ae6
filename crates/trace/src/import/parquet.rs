//! Exports of candor's own, and what other programs made of them: Parquet with the parts of a trace in its columns. Parquet of any other kind is not read: what
//! its columns mean is not known.

use std::fs::{self, File};
use std::path::Path;

use candor_record::Digest;

use super::bytes::Window;
use super::format::Format;
use super::reading::{Reading, Stop};
use super::source::Found;
use super::summary::{FileSummary, SkipReason, Skipped};
use crate::error::Problem;
use crate::parquet::{MANIFEST, Manifest, Refused, Row, Rows};
use crate::recorded::{Unjoined, join};
use crate::{Error, Place, TraceId};

/// Reads its traces. A row's number, from 1, is its place.
pub(super) fn read(found: &Found, window: Window, reading: &mut Reading<'_>) -> Result<(), Stop> {
    // Before anything is made of it: what is not as it was written is told first.
    let (bytes, digest) = window.finish()?;
    reading.begin(&found.name);
    if let Err(problem) = as_listed(&found.path, digest) {
        reading.invalid(problem, Place { record: 0, part: 0 })?;
    }
    let opened = |source| Error::Io { path: found.path.clone(), doing: "opened", source };
    let rows = match Rows::open(File::open(&found.path).map_err(opened)?, bytes, reading.options) {
        Ok(rows) => rows,
        Err(Refused::Foreign(columns)) => {
            let looks_like = format!(
                "Parquet with the columns {columns}; other programs write JSON lines of it, which a mapping reads"
            );
            let reason = SkipReason::Unrecognised(looks_like);
            reading.summary.skipped.push(Skipped { path: found.path.clone(), name: found.name.clone(), reason });
            return Ok(());
        }
        Err(Refused::Unsound(unsound)) => {
            reading.invalid(Problem::new("", unsound.expected, unsound.found), Place { record: 0, part: 0 })?;
            return summed(found, bytes, digest, reading);
        }
    };
    let (position, count) = (reading.position(), rows.claimed().max(1));
    let mut outcome = Ok(());
    for (number, row) in (1_u64..).zip(rows) {
        // Packed bytes are not counted by row: the share of rows stands for the share of bytes.
        position
            .set((u128::from(bytes) * u128::from(number) / u128::from(count)).try_into().unwrap_or(bytes).min(bytes));
        let place = Place { record: number, part: 0 };
        outcome = match row {
            Ok(row) => hand_over(&row, place, reading),
            Err(unsound) => reading.invalid(Problem::new("", unsound.expected, unsound.found), place),
        };
        if outcome.is_err() {
            break;
        }
    }
    match outcome {
        Ok(()) | Err(Stop::Asked) => summed(found, bytes, digest, reading).and(outcome),
        failed => failed,
    }
}

fn summed(found: &Found, bytes: u64, digest: Digest, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let (traces, path) = (reading.end(bytes), found.name.clone());
    reading.summary.files.push(FileSummary { path, format: Format::Parquet, bytes, traces, digest: Some(digest) });
    Ok(())
}

fn hand_over(row: &Row, place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let id = String::from_utf8_lossy(&row.id).into_owned();
    let Ok(id) = TraceId::try_from(id.clone()) else {
        return reading.invalid(Problem::new("id", "32 hexadecimal digits", id), place);
    };
    match join(id, &row.parts) {
        Ok(trace) => reading.trace(place, trace, true),
        Err(Unjoined::Erased) => {
            reading.invalid(Problem::new("part_trace", "everything but the events of a trace", "null"), place)
        }
        Err(error @ (Unjoined::Misread { .. } | Unjoined::Misplaced { .. })) => {
            reading.invalid(Problem::new("", "the parts of a trace", error.to_string()), place)
        }
    }
}

/// Whether a file is what the manifest of its export says, where it stands in one that names it.
fn as_listed(path: &Path, digest: Digest) -> Result<(), Problem> {
    let mut folders = path.ancestors().skip(1);
    let Some((day, folder)) = folders.next().zip(folders.next()) else { return Ok(()) };
    let Some(manifest) = fs::read(folder.join(MANIFEST)).ok().and_then(|bytes| Manifest::read(&bytes)) else {
        return Ok(());
    };
    let last = |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    match manifest.find(&format!("{}/{}", last(day), last(path))) {
        Some(listed) if listed.sha256 != digest => Err(Problem::new(
            "",
            format!("the file that {MANIFEST} names, SHA-256 {}", listed.sha256),
            format!("another one, SHA-256 {digest}: it was changed, or an export did not end"),
        )),
        _ => Ok(()),
    }
}

/// A manifest: whether every file that it names stands where it says.
pub(super) fn manifest(found: &Found, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let opened = |source| Error::Io { path: found.path.clone(), doing: "read", source };
    let Some(manifest) = Manifest::read(&fs::read(&found.path).map_err(opened)?) else {
        let reason = SkipReason::Unrecognised("a manifest of an export in another form than this version's".to_owned());
        reading.summary.skipped.push(Skipped { path: found.path.clone(), name: found.name.clone(), reason });
        return Ok(());
    };
    reading.begin(&found.name);
    let folder = found.path.parent().unwrap_or(Path::new("."));
    for (number, listed) in (1..).zip(&manifest.files) {
        if !listed.path.split('/').fold(folder.to_path_buf(), |path, part| path.join(part)).is_file() {
            let expected = format!("{} with {} traces", listed.path, listed.traces);
            reading.invalid(Problem::new("files", expected, "no such file"), Place { record: number, part: 0 })?;
        }
    }
    reading.end(0);
    let (path, name) = (found.path.clone(), found.name.clone());
    reading.summary.skipped.push(Skipped { path, name, reason: SkipReason::Manifest });
    Ok(())
}
