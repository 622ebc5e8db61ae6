//! From files to traces, one at a time. Which file is what, is decided by content; every importer is one file in the folder.
//!
//! | file | what |
//! |---|---|
//! | `source` | which files, in which order |
//! | `bytes`, `lines`, `elements`, `records` | from bytes to records in flat memory |
//! | `format`, `keys`, `table` | what a file is |
//! | `reading`, `summary` | an import under way, and what it did |
//! | `candor` | candor's own form |

pub(crate) mod bytes;
mod candor;
mod elements;
mod format;
mod keys;
mod lines;
mod reading;
mod records;
mod samples;
mod source;
mod summary;
mod table;

use std::fmt;
use std::ops::ControlFlow;

pub use candor::write;
pub use format::{Container, Detected, Format, detect};
pub use source::Source;
pub use summary::{FileSummary, SkipReason, Skipped, Summary};

use crate::{Error, Result, Trace};
use bytes::Window;
use reading::{Reading, Stop};

/// How an import behaves.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// Counts and lists invalid records instead of stopping at the first.
    pub skip_invalid: bool,
    /// Bounds against hostile or unexpected input.
    pub limits: Limits,
    /// Is told from time to time how far the import has come.
    pub progress: Option<&'a dyn Fn(Progress)>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("skip_invalid", &self.skip_invalid)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the files that were read so far.
    pub bytes: u64,
    /// Traces that were handed over so far.
    pub traces: u64,
}

/// Bounds against hostile or unexpected input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest record, in bytes: a line, an element of a list, a member of an archive.
    pub record: usize,
    /// The largest file that must be held whole (YAML, side tables), in bytes.
    pub loaded: usize,
    /// The most bytes that one packed file may unpack to.
    pub unpacked: u64,
    /// How many invalid records are listed; all are counted.
    pub listed: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record: 256 << 20, loaded: 1 << 30, unpacked: 1 << 40, listed: 20 }
    }
}

/// The bytes of all files of a source, for a progress bar. Reads no file.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be listed.
pub fn size(source: &Source) -> Result<u64> {
    let (files, _) = source.files()?;
    let sizes = files.iter().map(|found| std::fs::metadata(&found.path).map_or(0, |data| data.len()));
    Ok(sizes.sum())
}

/// Reads every trace of a source and hands it to `sink`, one at a time and in a fixed order; the sink may stop the import.
///
/// Memory stays flat: one record is held at a time, plus 12 bytes for every unit and arm whose samples the source does not
/// number.
///
/// # Errors
/// [`Error::Invalid`] at the first invalid record, unless they are to be skipped; [`Error::Unrecognised`] where the source is a
/// single file of no known format; [`Error::Nothing`] where nothing at all can be read; [`Error::Io`] and [`Error::TooLarge`].
pub fn read(source: &Source, options: &Options<'_>, sink: &mut dyn FnMut(Trace) -> ControlFlow<()>) -> Result<Summary> {
    let (files, skipped) = source.files()?;
    let mut reading = Reading::new(options, sink);
    reading.summary.skipped = skipped;
    let single = files.len() == 1 && files[0].path == source.path();
    for found in &files {
        match file(found, &mut reading) {
            Ok(()) => {}
            Err(Stop::Asked) => {
                reading.summary.stopped = true;
                return Ok(reading.summary);
            }
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Broken(problem, record)) => {
                return Err(Error::Invalid(Box::new(problem.at(&found.name, crate::Place { record, part: 0 }))));
            }
        }
    }
    nothing(source, single, &reading.summary)?;
    Ok(reading.summary)
}

/// The error of an import that could read no file at all.
fn nothing(source: &Source, single: bool, summary: &Summary) -> Result<()> {
    if !summary.files.is_empty() {
        return Ok(());
    }
    if let ([skipped], true) = (summary.skipped.as_slice(), single)
        && let SkipReason::Unrecognised(found) = &skipped.reason
    {
        return Err(Error::Unrecognised { file: crate::error::shown(&skipped.name), found: found.clone() });
    }
    let found = match summary.skipped.len() {
        0 => "no file to read".to_owned(),
        1 => format!("1 file, which cannot be read: {}", summary.skipped[0].reason),
        count => format!("{count} files, none of a known format; the first: {}", summary.skipped[0].reason),
    };
    let hint = "candor look PATH says what each file is and writes a mapping draft".to_owned();
    Err(Error::Nothing { path: source.path().to_path_buf(), found, hint })
}

/// Reads one file.
fn file(found: &source::Found, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut window = Window::open(&found.path, &found.name, &reading.options.limits)?;
    let skip = |reason| Skipped { path: found.path.clone(), name: found.name.clone(), reason };
    if window.held().is_empty() {
        reading.summary.skipped.push(skip(SkipReason::Empty));
        return Ok(());
    }
    let Detected { container, format, looks_like } = detect(head(&window));
    let (Some(container), Some(format)) = (container, format) else {
        reading.summary.skipped.push(skip(SkipReason::Unrecognised(looks_like)));
        return Ok(());
    };
    reading.begin(&found.name);
    let outcome = match (format, container) {
        (Format::Candor, Container::JsonLines | Container::Json | Container::JsonList) => {
            records::read(&mut window, container, &mut candor::Candor, reading)
        }
        _ => {
            reading.summary.skipped.push(skip(SkipReason::Unrecognised(looks_like)));
            return Ok(());
        }
    };
    let stopped = match outcome {
        Ok(()) => None,
        Err(Stop::Broken(problem, record)) => {
            reading.invalid(problem, crate::Place { record, part: 0 })?;
            None
        }
        Err(Stop::Asked) => Some(Stop::Asked),
        Err(failed) => return Err(failed),
    };
    let (bytes, digest) = match stopped {
        None => window.finish().map(|(bytes, digest)| (bytes, Some(digest)))?,
        Some(_) => (window.bytes(), None),
    };
    let traces = reading.end(bytes);
    reading.summary.files.push(FileSummary { path: found.name.clone(), format, bytes, traces, digest });
    stopped.map_or(Ok(()), Err)
}

/// What of the first bytes is looked at.
fn head(window: &Window) -> &[u8] {
    const LOOKED_AT: usize = 256 << 10;
    let held = window.held();
    &held[..held.len().min(LOOKED_AT)]
}
