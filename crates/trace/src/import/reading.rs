//! One import under way: hands traces over, numbers samples, counts what is left aside. Knows no format.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::bytes::Position;
use super::summary::{FileSummary, Summary};
use super::{Options, Progress};
use crate::error::{Problem, shown};
use crate::{Error, Origin, Place, Trace};

/// Why reading ends before the end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The caller has seen enough.
    Asked,
    /// The import has failed.
    Failed(Error),
    /// The file cannot be read beyond this record.
    Broken(Problem, u64),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// One import under way.
pub(crate) struct Reading<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) summary: Summary,
    sink: &'a mut dyn FnMut(Trace) -> ControlFlow<()>,
    file: Arc<str>,
    traces_of_file: u64,
    numbering: Numbering,
    bytes_before: u64,
    position: Position,
    reported: u64,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a Options<'a>, sink: &'a mut dyn FnMut(Trace) -> ControlFlow<()>) -> Self {
        Self {
            options,
            summary: Summary::default(),
            sink,
            file: Arc::from(""),
            traces_of_file: 0,
            numbering: Numbering::default(),
            bytes_before: 0,
            position: Position::default(),
            reported: 0,
        }
    }

    pub(super) fn begin(&mut self, name: &str) {
        self.file = Arc::from(name);
        self.traces_of_file = 0;
    }

    /// Ends a file of so many bytes; gives the number of its traces.
    pub(super) fn end(&mut self, bytes: u64) -> u64 {
        self.bytes_before += bytes;
        self.position.set(0);
        self.report();
        self.traces_of_file
    }

    /// Where in the current file the import stands; set by whoever reads it.
    pub(crate) fn position(&self) -> Position {
        Position::clone(&self.position)
    }

    /// Speaks of another file for a while: a side table of the current one.
    pub(crate) fn aside(&mut self, name: &str) {
        self.file = Arc::from(name);
    }

    /// Lists a side table that was read.
    pub(crate) fn side_table(&mut self, file: FileSummary) {
        if !self.summary.files.iter().any(|seen| seen.path == file.path) {
            self.summary.files.push(file);
        }
    }

    fn report(&mut self) {
        self.reported = self.position.get();
        if let Some(progress) = self.options.progress {
            progress(Progress { bytes: self.bytes_before + self.reported, traces: self.summary.traces });
        }
    }

    /// The name of the file that is being read.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Hands a trace over. Where the source does not number samples, `numbered` is `false` and the trace becomes the next sample of
    /// its unit, arm, cue, model and effort.
    pub(crate) fn trace(&mut self, place: Place, mut trace: Trace, numbered: bool) -> Result<(), Stop> {
        trace.origin = Origin { file: Arc::clone(&self.file), place };
        if !numbered {
            trace.trial.sample = self.numbering.next(&trace);
        }
        self.summary.traces += 1;
        self.traces_of_file += 1;
        if self.position.get() != self.reported {
            self.report();
        }
        match (self.sink)(trace) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Asked),
        }
    }

    /// Hands over one request of a session: the next sample of its unit and stratum, whoever answers it.
    pub(crate) fn request(&mut self, place: Place, mut trace: Trace) -> Result<(), Stop> {
        trace.trial.sample = self.numbering.next_of(&|hasher| {
            trace.trial.unit.hash(hasher);
            trace.stratum.hash(hasher);
        });
        self.trace(place, trace, true)
    }

    /// Reports an invalid record: counted and listed where that was asked for, else the end of the import.
    pub(crate) fn invalid(&mut self, problem: Problem, place: Place) -> Result<(), Stop> {
        let invalid = problem.at(&self.file, place);
        if !self.options.skip_invalid {
            return Err(Stop::Failed(Error::Invalid(Box::new(invalid))));
        }
        self.summary.invalid += 1;
        if self.summary.listed.len() < self.options.limits.listed {
            self.summary.listed.push(invalid);
        }
        Ok(())
    }

    /// Counts a part of a record that gives no trace although it is valid.
    pub(crate) fn set_aside(&mut self, reason: &str) {
        const MOST_REASONS: usize = 200;
        if let Some(count) = self.summary.set_aside.get_mut(reason) {
            *count += 1;
        } else if self.summary.set_aside.len() < MOST_REASONS {
            self.summary.set_aside.insert(shown(reason), 1);
        } else {
            *self.summary.set_aside.entry("other reasons".to_owned()).or_default() += 1;
        }
    }
}

/// Numbers the samples of a unit in reading order. Holds 12 bytes for every unit and arm that was seen.
#[derive(Debug, Default)]
struct Numbering {
    // A 64-bit digest of the key and not the key: with 20 million units the chance of any collision is about 1 in 90,000, and
    // all that a collision does is to leave a gap in the numbers.
    seen: HashMap<u64, u32, BuildHasherDefault<Through>>,
}

impl Numbering {
    fn next(&mut self, trace: &Trace) -> u32 {
        self.next_of(&|hasher| {
            trace.trial.unit.hash(hasher);
            trace.trial.arm.hash(hasher);
            trace.stratum.hash(hasher);
            trace.model.hash(hasher);
            if let Some(effort) = &trace.effort {
                effort.hash(hasher);
            }
            if let Some(cue) = &trace.cue {
                cue.kind.as_str().hash(hasher);
            }
        })
    }

    /// The next number of a key.
    fn next_of(&mut self, key: &dyn Fn(&mut DefaultHasher)) -> u32 {
        let mut hasher = DefaultHasher::new();
        key(&mut hasher);
        let next = self.seen.entry(hasher.finish()).or_insert(0);
        let number = *next;
        *next = next.saturating_add(1);
        number
    }
}

/// A key that is already a digest needs no second one.
#[derive(Debug, Default)]
struct Through(u64);

impl Hasher for Through {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
