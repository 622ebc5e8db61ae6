//! One import under way: hands traces over, numbers samples, counts what is left aside. Knows no format.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::bytes::Position;
use super::overlap::{Overlaps, Sample};
use super::parts::{Begin, Part, TRACES_OF_A_PART};
use super::person;
use super::summary::{FileSummary, Summary};
use super::{Options, Progress};
use crate::digested::Digested;
use crate::error::{Problem, shown};
use crate::mapping::Watch;
use crate::{Error, Origin, Place, Trace, Whom};

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

/// Who takes the traces.
pub(super) enum Taker<'a> {
    /// The caller, one at a time.
    Each(&'a mut dyn FnMut(Trace) -> ControlFlow<()>),
    /// Parts, which count them; the one that is open has so many.
    Parts { begin: &'a Begin<'a>, open: Option<Box<dyn Part>>, traces: u64 },
    /// A block of a file, which keeps for later what only the whole import can do.
    Block(&'a mut Block),
}

/// What a block of lines gave.
pub(super) struct Block {
    /// Takes the traces.
    pub(super) part: Box<dyn Part>,
    /// How many it took.
    pub(super) traces: u64,
    /// What is for the whole import, in the order of the lines.
    pub(super) left: Vec<Left>,
    /// Its samples by their content, where the source has several files.
    pub(super) samples: Option<Vec<Sample>>,
}

/// What only the whole import can do: list an invalid record, count what is left aside.
pub(super) enum Left {
    Invalid(Problem, Place),
    SetAside(String),
}

/// One import under way.
pub(crate) struct Reading<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) summary: Summary,
    taker: Taker<'a>,
    file: Arc<str>,
    /// Whom the record that is being read is about.
    person: Option<String>,
    traces_of_file: u64,
    numbering: Numbering,
    bytes_before: u64,
    position: Position,
    reported: u64,
    /// What was found of the paths of the user's mapping.
    watch: Option<Arc<Watch>>,
    /// The samples by their content, where the source has several files.
    overlaps: Option<Overlaps>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a Options<'a>, taker: Taker<'a>) -> Self {
        Self {
            options,
            summary: Summary::default(),
            taker,
            file: Arc::from(""),
            person: None,
            traces_of_file: 0,
            numbering: Numbering::default(),
            bytes_before: 0,
            position: Position::default(),
            reported: 0,
            watch: options.mapping.as_ref().map(|mapping| Arc::new(Watch::of(mapping))),
            overlaps: None,
        }
    }

    /// Looks out for samples that stand in two files.
    pub(super) fn compare_files(&mut self) {
        self.overlaps = Some(Overlaps::default());
    }

    /// Room for what a block gives.
    pub(super) fn block(&mut self) -> Option<Block> {
        let samples = self.overlaps.as_ref().map(|_| Vec::new());
        Some(Block { part: self.part()?, traces: 0, left: Vec::new(), samples })
    }

    /// Ends the import.
    pub(super) fn finish(mut self) -> Summary {
        // Of an import that was stopped nobody knows what the rest holds.
        if !self.summary.stopped {
            self.summary.absent = self.watch().map_or_else(Vec::new, |watch| watch.absent());
        }
        self.summary.overlaps = self.overlaps.as_ref().map_or_else(Vec::new, Overlaps::told);
        self.summary
    }

    /// What was found of the paths of the user's mapping over all files; nothing is watched of one of ours.
    pub(crate) fn watch(&self) -> Option<Arc<Watch>> {
        self.watch.clone()
    }

    /// The reading of a block of lines of a file.
    pub(super) fn of_block(options: &'a Options<'a>, file: Arc<str>, block: &'a mut Block) -> Self {
        Self { file, ..Self::new(options, Taker::Block(block)) }
    }

    /// Whether the import goes in parts, which other threads may take.
    pub(super) fn is_in_parts(&self) -> bool {
        matches!(self.taker, Taker::Parts { .. })
    }

    /// Begins a part for a block of lines, where the import goes in parts.
    fn part(&self) -> Option<Box<dyn Part>> {
        match &self.taker {
            Taker::Parts { begin, .. } => Some(begin(&self.file)),
            _ => None,
        }
    }

    /// Ends the part of a block and does what the block has left to the whole import; the file had been read up to `position` when the block
    /// was cut off.
    pub(super) fn take_over(&mut self, block: Block, position: u64) -> Result<(), Stop> {
        let Block { part, traces, left, samples } = block;
        self.position.set(position);
        part.end();
        self.taken(traces);
        if let Some(overlaps) = &mut self.overlaps {
            samples.into_iter().flatten().for_each(|sample| overlaps.see(sample));
        }
        left.into_iter().try_for_each(|left| match left {
            Left::Invalid(problem, place) => self.invalid(problem, place),
            Left::SetAside(reason) => {
                self.set_aside(&reason);
                Ok(())
            }
        })
    }

    pub(super) fn begin(&mut self, name: &str) {
        self.file = Arc::from(name);
        self.person = None;
        self.traces_of_file = 0;
        if let Some(overlaps) = &mut self.overlaps {
            overlaps.begin(&self.file);
        }
    }

    /// Ends a file of so many bytes; gives the number of its traces.
    pub(super) fn end(&mut self, bytes: u64) -> u64 {
        self.end_part();
        self.bytes_before += bytes;
        self.position.set(0);
        self.report();
        self.traces_of_file
    }

    /// Where in the current file the import stands; set by whoever reads it.
    pub(crate) fn position(&self) -> Position {
        Position::clone(&self.position)
    }

    /// Takes note of whom a record of JSON is about, where that was asked for.
    pub(super) fn whom(&mut self, record: &[u8]) {
        if let Some(path) = &self.options.person {
            self.person = person::of_json(path, record);
        }
    }

    /// The column of a table that names whom a row is about, where that was asked for.
    pub(crate) fn column_of_person(&self, names: &[String]) -> Option<usize> {
        person::column(self.options.person.as_ref()?, names)
    }

    /// Takes note of whom a row is about.
    pub(crate) fn whom_of_row(&mut self, cell: &str) {
        self.person = person::of_text(cell);
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
    pub(crate) fn trace(&mut self, place: Place, trace: Trace, numbered: bool) -> Result<(), Stop> {
        self.compare(&trace, numbered);
        self.hand_over(place, trace, numbered)
    }

    /// Takes note of what a trace says, where the source has several files.
    fn compare(&mut self, trace: &Trace, numbered: bool) {
        let samples = match (&mut self.taker, &mut self.overlaps) {
            (Taker::Block(block), _) => match &mut block.samples {
                Some(samples) => samples,
                None => return,
            },
            (_, Some(overlaps)) => {
                Sample::of(trace, numbered).into_iter().for_each(|sample| overlaps.see(sample));
                return;
            }
            (_, None) => return,
        };
        samples.extend(Sample::of(trace, numbered));
    }

    fn hand_over(&mut self, place: Place, mut trace: Trace, numbered: bool) -> Result<(), Stop> {
        trace.origin = match &trace.read_from {
            // It was stored since: what it came from is what whoever recorded it knows.
            Some(before) => Origin::clone(before),
            None => Origin { file: Arc::clone(&self.file), place },
        };
        if let Some(person) = &self.person {
            trace.whom = Some(Whom::Identifier(person.clone()));
        }
        match &mut self.taker {
            Taker::Each(sink) => {
                if !numbered {
                    trace.trial.sample = self.numbering.next(&trace);
                }
                let flow = sink(trace);
                self.taken(1);
                if flow.is_break() { Err(Stop::Asked) } else { Ok(()) }
            }
            Taker::Parts { begin, open, traces } => {
                open.get_or_insert_with(|| begin(&self.file)).see(&trace, numbered);
                *traces += 1;
                if *traces == TRACES_OF_A_PART {
                    self.end_part();
                }
                self.taken(1);
                Ok(())
            }
            Taker::Block(block) => {
                block.part.see(&trace, numbered);
                block.traces += 1;
                Ok(())
            }
        }
    }

    /// Ends the part that is open, where one is.
    fn end_part(&mut self) {
        if let Taker::Parts { open, traces, .. } = &mut self.taker
            && let Some(part) = open.take()
        {
            part.end();
            *traces = 0;
        }
    }

    /// Counts traces that are handed over.
    fn taken(&mut self, traces: u64) {
        self.summary.traces += traces;
        self.traces_of_file += traces;
        if traces > 0 && self.position.get() != self.reported {
            self.report();
        }
    }

    /// Hands over one request of a session: the next sample of its unit and stratum, whoever answers it.
    pub(crate) fn request(&mut self, place: Place, mut trace: Trace) -> Result<(), Stop> {
        self.compare(&trace, false);
        trace.trial.sample = self.numbering.next_of(&|hasher| {
            trace.trial.unit.hash(hasher);
            trace.stratum.hash(hasher);
        });
        self.hand_over(place, trace, true)
    }

    /// Reports an invalid record: counted and listed where that was asked for, else the end of the import.
    pub(crate) fn invalid(&mut self, problem: Problem, place: Place) -> Result<(), Stop> {
        if let Taker::Block(block) = &mut self.taker {
            block.left.push(Left::Invalid(problem, place));
            // Where it ends the import, what comes after it in the block is not looked at.
            return if self.options.skip_invalid { Ok(()) } else { Err(Stop::Asked) };
        }
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
        if let Taker::Block(block) = &mut self.taker {
            block.left.push(Left::SetAside(reason.to_owned()));
            return;
        }
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
    seen: Digested<u32>,
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
