//! From files to traces, one at a time. Which file is what, is decided by content; every importer is one file in the folder.
//!
//! | file | what |
//! |---|---|
//! | `source` | which files, in which order |
//! | `bytes`, `lines`, `elements`, `records` | from bytes to records in flat memory |
//! | `blocks` | lines read by several threads, in the order of the file |
//! | `format`, `keys`, `table` | what a file is |
//! | `instant` | points in time |
//! | `overlap` | the same samples in two files |
//! | `reading`, `parts`, `summary` | an import under way, who takes its traces, and what it did |
//! | `candor` | candor's own form |
//! | `inspect` | logs of Inspect AI, archives and objects |
//! | `openai`, `anthropic` | recorded calls; `calls` and `wire` are what they share |
//! | `agents` | sessions of coding agents |
//! | `langfuse` | traces and observations of Langfuse |
//! | `otlp` | spans of OpenTelemetry; `steps` makes requests of them, `messages` reads what they hold |
//! | `promptfoo` | results of promptfoo |
//! | `arc` | tasks of ARC-AGI and attempts at them |
//! | `record` | a record of candor's |
//! | `parquet` | exports of candor's |
//! | `samples` | one answer a record, under common names |

mod agents;
mod anthropic;
mod arc;
pub(crate) mod blocks;
pub(crate) mod bytes;
mod calls;
mod candor;
mod elements;
mod format;
mod inspect;
pub(crate) mod instant;
mod keys;
mod langfuse;
mod lines;
mod messages;
mod openai;
mod otlp;
mod overlap;
mod parquet;
mod parts;
mod person;
mod promptfoo;
pub(crate) mod reading;
mod record;
pub(crate) mod records;
mod samples;
mod source;
mod steps;
mod summary;
mod table;
mod wire;

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

pub use candor::write;
pub(crate) use format::{BATCH, broken};
pub use format::{Container, Detected, Format, detect};
pub(crate) use instant::day;
pub use overlap::Overlap;
pub use parts::{Begin, Part};
pub use source::Source;
pub use summary::{FileSummary, SkipReason, Skipped, Summary, Unread};

use crate::mapping::{self, Mapping};
use crate::parquet::is_manifest;
use crate::{Error, Place, Result, Trace};
use bytes::Window;
use reading::{Reading, Stop, Taker};

/// How an import behaves.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// Counts and lists invalid records instead of stopping at the first.
    pub skip_invalid: bool,
    /// How foreign records become traces; where it is given, it reads every file that it matches and no importer reads any.
    pub mapping: Option<Mapping>,
    /// Where in a record its source names the person that it is about: a path of a mapping into JSON, a column of a table. Records of lists and lines alone have such
    /// a place.
    pub person: Option<mapping::path::Path>,
    /// Parts of traces, by their names in the record, that nobody looks at: where a source holds them in columns of their own, those are not read, and the traces
    /// come without them.
    pub passes_over: Vec<&'static str>,
    /// Bounds against hostile or unexpected input.
    pub limits: Limits,
    /// How many threads may read the lines of a file where the import goes in parts ([`read_parts`]); one where nothing is said. The result is
    /// the same with any number of them.
    pub threads: Option<NonZeroUsize>,
    /// Is told from time to time how far the import has come.
    pub progress: Option<&'a dyn Fn(Progress)>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("skip_invalid", &self.skip_invalid)
            .field("mapping", &self.mapping.as_ref().map(Mapping::name))
            .field("passes_over", &self.passes_over)
            .field("limits", &self.limits)
            .field("threads", &self.threads)
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
    /// How many bytes are read at once.
    pub chunk: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record: 256 << 20, loaded: 1 << 30, unpacked: 1 << 40, listed: 20, chunk: 512 << 10 }
    }
}

/// The bytes of all files of a source, for a progress bar. Reads no file.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be listed.
pub fn size(source: &Source) -> Result<u64> {
    let (files, _) = source.files()?;
    let sizes = files.iter().map(size_of);
    Ok(sizes.sum())
}

fn size_of(found: &source::Found) -> u64 {
    if found.record { record::size(&found.path) } else { std::fs::metadata(&found.path).map_or(0, |data| data.len()) }
}

/// Reads every trace of a source and hands it to `sink`, one at a time and in a fixed order; the sink may stop the import. A pipe is read as it comes,
/// where its format asks for no second reading.
///
/// Memory stays flat: one record is held at a time, plus 12 bytes for every unit and arm whose samples the source does not
/// number, and of several files 25 bytes a sample for up to 1.8 million samples, by which those that stand in two files are known. Side tables of a mapping and YAML are loaded, bounded by [`Limits::loaded`].
///
/// # Errors
/// [`Error::Invalid`] at the first invalid record, unless they are to be skipped; [`Error::Unrecognised`] where the source is a
/// single file of no known format; [`Error::Nothing`] where nothing at all can be read, or where a mapping matches nothing;
/// [`Error::Io`] and [`Error::TooLarge`].
pub fn read(source: &Source, options: &Options<'_>, sink: &mut dyn FnMut(Trace) -> ControlFlow<()>) -> Result<Summary> {
    let summary = every_file(source, options, Taker::Each(sink))?;
    if !summary.stopped {
        nothing(source, options, &summary)?;
    }
    Ok(summary)
}

/// Reads every trace of a source as [`read`] does, part by part: what a part counts is counted on the thread that read it. No samples are
/// numbered. With several threads, two blocks of [`Limits::chunk`] are held for each.
///
/// # Errors
/// As [`read`].
pub fn read_parts(source: &Source, options: &Options<'_>, begin: &Begin<'_>) -> Result<Summary> {
    let summary = survey_parts(source, options, begin)?;
    nothing(source, options, &summary)?;
    Ok(summary)
}

/// Reads as [`read`] does, but a source in which nothing is recognised is no error: every file is listed as skipped, with what it looks
/// like.
///
/// # Errors
/// As [`read`], without [`Error::Unrecognised`], and [`Error::Nothing`] only where the source is a pipe: who looks at it reads it more than once.
pub fn survey(
    source: &Source,
    options: &Options<'_>,
    sink: &mut dyn FnMut(Trace) -> ControlFlow<()>,
) -> Result<Summary> {
    source.can_be_read_again()?;
    every_file(source, options, Taker::Each(sink))
}

/// Reads as [`survey`] does, part by part as [`read_parts`] does.
///
/// # Errors
/// As [`survey`].
pub fn survey_parts(source: &Source, options: &Options<'_>, begin: &Begin<'_>) -> Result<Summary> {
    source.can_be_read_again()?;
    every_file(source, options, Taker::Parts { begin, open: None, traces: 0 })
}

fn every_file<'a>(source: &Source, options: &'a Options<'a>, taker: Taker<'a>) -> Result<Summary> {
    let (files, skipped) = source.files()?;
    let mut reading = Reading::new(options, taker);
    reading.summary.skipped = skipped;
    if files.len() > 1 {
        reading.compare_files();
    }
    for found in &files {
        // A single file was named by the user, a file of a folder was only found.
        match file(found, found.path == source.path(), &mut reading) {
            Ok(()) => {}
            Err(Stop::Asked) => {
                reading.summary.stopped = true;
                return Ok(reading.finish());
            }
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Broken(problem, record)) => {
                return Err(Error::Invalid(Box::new(problem.at(&found.name, Place { record, part: 0 }))));
            }
        }
    }
    let read: BTreeSet<&str> = reading.summary.files.iter().map(|file| file.path.as_str()).collect();
    let unused = |skipped: &Skipped| {
        skipped.reason == SkipReason::SideTable && read.iter().any(|name| ends_alike(&skipped.name, name))
    };
    let skipped = reading.summary.skipped.iter().filter(|skipped| !unused(skipped)).cloned().collect();
    reading.summary.skipped = skipped;
    Ok(reading.finish())
}

/// Whether one path ends with the other, part by part.
fn ends_alike(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The error of an import that found nothing to read.
fn nothing(source: &Source, options: &Options<'_>, summary: &Summary) -> Result<()> {
    let refuse = |found: String, hint: &str| {
        Err(Error::Nothing { path: source.path().to_path_buf(), found, hint: hint.to_owned() })
    };
    if let Some(mapping) = &options.mapping {
        if summary.files.is_empty() {
            let found = format!(
                "no file matches the mapping's `{}`; {} looked at",
                mapping.files().unwrap_or("*"),
                match summary.skipped.len() {
                    1 => "1 file was".to_owned(),
                    count => format!("{count} files were"),
                }
            );
            return refuse(found, "the pattern speaks of the last parts of a path; `{name}` stands for one part");
        }
        if summary.traces == 0 && summary.invalid == 0 {
            return refuse(
                match summary.files.len() {
                    1 => "the mapping matches 1 file but no record in it".to_owned(),
                    count => format!("the mapping matches {count} files but no record in them"),
                },
                "check `records` and the `when` of each [[trace]]",
            );
        }
        return Ok(());
    }
    if !summary.files.is_empty() {
        return Ok(());
    }
    match summary.skipped.as_slice() {
        [] => refuse("no file to read".to_owned(), "point at a file, or at a folder that holds some"),
        [skipped] if skipped.path == source.path() => match &skipped.reason {
            SkipReason::Unrecognised(found) => {
                Err(Error::Unrecognised { file: crate::error::shown(&skipped.name), found: found.clone() })
            }
            reason => refuse(reason.to_string(), "point at a file with content"),
        },
        [first, ..] => {
            let count = summary.skipped.len();
            let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
            let found = format!("{files}, none of a known format; the first is {}: {}", first.name, first.reason);
            let unknown = |skipped: &Skipped| matches!(skipped.reason, SkipReason::Unrecognised(_));
            if summary.skipped.iter().any(unknown) {
                refuse(found, "candor look PATH says what each file is and writes a mapping draft")
            } else {
                refuse(found, "point at a file with content, or at a folder that holds some")
            }
        }
    }
}

/// Refuses a file whose records are not its traces one by one: a trace would be given the person of another record.
fn names_persons(found: &source::Found, options: &Options<'_>) -> Result<(), Stop> {
    let refuse = |what: String| {
        Stop::Failed(Error::Nothing {
            path: found.path.clone(),
            found: format!("expected records that each name a person, found {what}"),
            hint: "a mapping (--map), samples, candor's own form, OpenAI and Anthropic records can name one".to_owned(),
        })
    };
    if found.record {
        return Err(refuse("a record, which has pseudonyms of its own".to_owned()));
    }
    if options.mapping.is_some() {
        return Ok(());
    }
    let mut window = Window::open(&found.path, &found.name, &options.limits, &bytes::Position::default())?;
    window.hold(bytes::LOOKED_AT)?;
    match detect(window.head()).format {
        None | Some(Format::Candor | Format::OpenAi | Format::Anthropic | Format::Samples) => Ok(()),
        Some(format) => Err(refuse(format!("{format}, of which a trace takes several"))),
    }
}

/// Reads one file.
fn file(found: &source::Found, named: bool, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let options = reading.options;
    let skip = |reason| Skipped { path: found.path.clone(), name: found.name.clone(), reason };
    let whole_path = found.path.to_string_lossy().replace('\\', "/");
    if let Some(mapping) = &options.mapping
        && !mapping.reads(&whole_path)
        && !(named && mapping.reads_named_file())
    {
        let reason = if mapping.joins(&whole_path) { SkipReason::SideTable } else { SkipReason::NotMapped };
        reading.summary.skipped.push(skip(reason));
        return Ok(());
    }
    if options.person.is_some() {
        names_persons(found, options)?;
    }
    if found.record {
        return record::read(&found.path, &found.name, reading);
    }
    let mut window = Window::open(&found.path, &found.name, &options.limits, &reading.position())?;
    if window.held().is_empty() {
        reading.summary.skipped.push(skip(SkipReason::Empty));
        return Ok(());
    }
    window.hold(bytes::LOOKED_AT)?;
    let detected = detect(window.head());
    if options.mapping.is_none() {
        if detected.format == Some(Format::Parquet) {
            source::can_be_read_again(&found.path)?;
            return parquet::read(found, window, reading);
        }
        if is_manifest(window.head()) {
            return parquet::manifest(found, reading);
        }
    }
    if options.mapping.is_none() && matches!(detected.format, Some(Format::InspectEval | Format::InspectJson)) {
        source::can_be_read_again(&found.path)?;
    }
    reading.begin(&found.name);
    if options.mapping.is_none() && matches!(detected.format, Some(Format::OpenAi | Format::Anthropic)) {
        reading.summary.note_unread(|| Ok(calls::unread(window.head())))?;
    }
    let (format, outcome) = match (&options.mapping, detected.format, detected.container) {
        (Some(mapping), _, container) => {
            let outcome = mapping::Mapped::open(mapping, &whole_path, reading)
                .and_then(|mut mapped| mapped.read(&mut window, container, reading));
            (Format::Mapped, outcome)
        }
        (None, Some(Format::Candor), Some(container)) => {
            (Format::Candor, records::read(&mut window, container, &mut candor::Candor, reading))
        }
        (None, Some(Format::InspectEval), _) => {
            (Format::InspectEval, inspect::archive(&found.path, &found.name, reading))
        }
        (None, Some(Format::InspectJson), _) => (Format::InspectJson, inspect::json(&mut window, &found.path, reading)),
        (None, Some(Format::OpenAi), Some(container)) => {
            (Format::OpenAi, records::read(&mut window, container, &mut openai::OpenAi, reading))
        }
        (None, Some(Format::Samples), container) => {
            (Format::Samples, samples::read(found, &whole_path, container, &mut window, reading))
        }
        (None, Some(Format::Anthropic), Some(container)) => {
            (Format::Anthropic, records::read(&mut window, container, &mut anthropic::Anthropic, reading))
        }
        (None, Some(Format::Otlp), Some(container)) => (Format::Otlp, otlp::read(&mut window, container, reading)),
        (None, Some(Format::Langfuse), Some(container)) => {
            (Format::Langfuse, langfuse::read(&mut window, container, reading))
        }
        (None, Some(Format::Promptfoo), _) => (Format::Promptfoo, promptfoo::read(&mut window, reading)),
        (None, Some(format @ (Format::ArcTasks | Format::ArcSubmissions)), _) => {
            (format, arc::read(&mut window, reading))
        }
        (_, format, container) => match agents::read(format, container, &mut window, reading) {
            Some(read) => read,
            None => {
                let broken = if window.is_held_whole() { broken(window.held(), container) } else { None };
                let looks_like = match broken {
                    Some(broken) => format!("{}; {broken}", detected.looks_like),
                    None => detected.looks_like,
                };
                reading.summary.skipped.push(skip(SkipReason::Unrecognised(looks_like)));
                return Ok(());
            }
        },
    };
    let stopped = match outcome {
        Ok(()) => false,
        Err(Stop::Broken(problem, record)) => {
            reading.invalid(problem, Place { record, part: 0 })?;
            false
        }
        Err(Stop::Asked) => true,
        Err(failed) => return Err(failed),
    };
    let (bytes, digest) = if stopped {
        (reading.position().get(), None)
    } else {
        window.finish().map(|(bytes, digest)| (bytes, Some(digest)))?
    };
    let traces = reading.end(bytes);
    reading.summary.files.push(FileSummary { path: found.name.clone(), format, bytes, traces, digest });
    if stopped { Err(Stop::Asked) } else { Ok(()) }
}

/// Reads a list of messages, as OpenAI and Anthropic spell them, into the events of a trace.
pub(crate) fn messages_into(raw: &str, trace: &mut Trace) -> Result<(), crate::error::Problem> {
    let messages: Vec<wire::WireMessage> =
        serde_json::from_str(raw).map_err(|error| crate::error::Problem::json(&error))?;
    let messages = messages.into_iter().map(|message| message.into_message(trace.model.as_deref())).collect();
    wire::messages_into(messages, trace);
    Ok(())
}
