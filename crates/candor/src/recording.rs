//! The record of this folder of state, opened for a command, and traces recorded in it. Its problems in the words of the terminal.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};

use candor_record::journal::{self, Ticket};
use candor_record::leaf::{Head, Part, VERSION};
use candor_record::record::{Places, Reader, Record, RecordError, Settings as Options, now_ms};
use candor_trace::recorded::{self, Circumstances};
use candor_trace::redaction::Redaction;
use candor_trace::{State, Subject, Trace};
use serde_json::json;

use crate::output;
use crate::problem::Problem;
use crate::settings::Settings;

/// The kind of the leaf that begins the traces of one import.
const IMPORT: &str = "import";

/// Records that wait for the disk at once while traces are imported: enough that a batch fills while the last one is made durable.
const AT_ONCE: usize = 512;

/// Where the record of this folder of state is.
pub(crate) fn folder(settings: &Settings) -> PathBuf {
    settings.directory.join("record")
}

/// Whether there is one.
pub(crate) fn exists(settings: &Settings) -> bool {
    Places::of(&folder(settings)).exist()
}

/// Where the state is that cannot be derived from the record.
pub(crate) fn state_path(settings: &Settings) -> PathBuf {
    settings.directory.join(candor_trace::state::FILE)
}

/// The state, where there is one.
pub(crate) fn state(settings: &Settings) -> Result<Option<State>, Problem> {
    State::existing(&state_path(settings)).map_err(|error| state_problem(&error))
}

/// The state, made where there is none.
pub(crate) fn open_state(settings: &Settings) -> Result<State, Problem> {
    State::open(&state_path(settings)).map_err(|error| state_problem(&error))
}

/// A state that cannot be used.
pub(crate) fn state_problem(error: &candor_trace::state::StateError) -> Problem {
    let problem = Problem::record(error.to_string());
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The name of the record in the state: the key that signs it.
pub(crate) fn name(settings: &Settings) -> Result<String, Problem> {
    let path = Places::of(&present(settings)?).log().join(candor_record::log::store::VKEY);
    let key = candor_record::log::VerifierKey::read(&path).map_err(|error| problem(&error.into()))?;
    Ok(key.to_string())
}

/// The pseudonym of a person in the record, given by identifier or by the pseudonym itself. Never a text that might be somebody's name: it must be known, or be
/// the subject of a leaf.
pub(crate) fn subject(settings: &Settings, reader: &mut Reader, who: &str) -> Result<String, Problem> {
    if let Some(state) = state(settings)?
        && let Some(subject) = state.find(&name(settings)?, who).map_err(|error| state_problem(&error))?
    {
        return Ok(subject.to_string());
    }
    let quoted = serde_json::to_string(who).map_err(|error| Problem::internal(error.to_string()))?;
    let found = reader.holding(&format!("\"subject\":{quoted}")).map_err(|error| problem(&error))?;
    if found.iter().any(|(_, leaf)| leaf.head.subject.as_deref() == Some(who)) {
        return Ok(who.to_owned());
    }
    // Not repeated: it may be somebody's name, and messages are kept.
    Err(Problem::input("expected a person of the record, by identifier or pseudonym, found nobody of that name")
        .hint("trace import --subject-from PATH records whom traces are about"))
}

/// Opens it for writing.
pub(crate) fn open(settings: &Settings) -> Result<Record, Problem> {
    let folder = present(settings)?;
    Record::open(&folder, Options::default()).map_err(|error| problem(&error))
}

/// Opens it for writing; where another process writes, waits until that one has ended.
pub(crate) fn open_waiting(settings: &Settings) -> Result<Record, Problem> {
    let folder = present(settings)?;
    let path = Places::of(&folder).lock();
    loop {
        match Record::open(&folder, Options::default()) {
            Err(RecordError::Journal(journal::Error::Locked { .. })) => {
                if !settings.quiet {
                    output::remark("another process writes the record: waiting for it");
                }
                // The system wakes us when the writer lets go; somebody else may be faster, and then we wait again.
                let lock = File::open(&path).map_err(|error| Problem::reading(&path, &error))?;
                lock.lock().map_err(|error| Problem::reading(&path, &error))?;
            }
            opened => return opened.map_err(|error| problem(&error)),
        }
    }
}

/// Opens it for reading.
pub(crate) fn read(settings: &Settings) -> Result<Reader, Problem> {
    let folder = present(settings)?;
    Reader::open(&folder).map_err(|error| problem(&error))
}

fn present(settings: &Settings) -> Result<PathBuf, Problem> {
    let folder = folder(settings);
    if Places::of(&folder).exist() {
        return Ok(folder);
    }
    Err(Problem::record(format!("{}: expected a record, found none", folder.display()))
        .hint(format!("candor record init{} makes one", settings.to_directory)))
}

/// A record's error; the first line is the message, a line `hint: …` a hint.
pub(crate) fn problem(error: &RecordError) -> Problem {
    let text = error.to_string();
    let (mut message, mut hints) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match line.trim_start().strip_prefix("hint: ") {
            Some(hint) => hints.push(hint.to_owned()),
            None => message.push(line),
        }
    }
    hints.into_iter().fold(Problem::record(message.join("\n")), Problem::hint)
}

/// What an import recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Traces that are recorded now.
    pub(crate) traces: u64,
    /// Traces of the same source that were recorded before.
    pub(crate) before: u64,
    /// How often something was taken out before anything was written.
    pub(crate) redactions: u64,
    /// Leaves of the record now.
    pub(crate) size: u64,
}

/// Leaves on their way into the record: handed in without waiting for each.
pub(crate) struct Queue {
    record: Record,
    waiting: VecDeque<Ticket>,
}

impl Queue {
    /// Into a record that is open.
    pub(crate) fn into(record: Record) -> Self {
        Self { record, waiting: VecDeque::new() }
    }

    /// Hands one in.
    pub(crate) fn hand_in(&mut self, head: &Head, parts: &[(Part, String)]) -> Result<(), Problem> {
        loop {
            match self.record.submit(head.clone(), parts) {
                Ok(ticket) => {
                    self.waiting.push_back(ticket);
                    if self.waiting.len() > AT_ONCE {
                        self.settle()?;
                    }
                    return Ok(());
                }
                Err(RecordError::Journal(journal::Error::Busy { .. })) if !self.waiting.is_empty() => self.settle()?,
                Err(error) => return Err(problem(&error)),
            }
        }
    }

    /// Waits for the oldest record that is not durable yet.
    fn settle(&mut self) -> Result<(), Problem> {
        self.waiting
            .pop_front()
            .map_or(Ok(()), |ticket| ticket.wait().map(drop).map_err(|error| problem(&RecordError::Journal(error))))
    }

    /// Waits until everything is durable, integrates it and signs. Returns the leaves of the record.
    pub(crate) fn end(mut self) -> Result<u64, Problem> {
        while !self.waiting.is_empty() {
            self.settle()?;
        }
        self.record.close(now_ms()).map_err(|error| problem(&error))
    }
}

/// The import of one source: goes on where an interrupted one stopped, and records nothing twice.
pub(crate) struct Import {
    queue: Queue,
    skip: u64,
    seen: u64,
    done: Recorded,
    at_ms: i64,
}

impl Import {
    /// Begins to record the traces of a source with that digest.
    pub(crate) fn begin(settings: &Settings, source: &str, traces: u64) -> Result<Self, Problem> {
        let folder = present(settings)?;
        let record = Record::open(&folder, Options::default()).map_err(|error| problem(&error))?;
        let skip = recorded_before(&folder, source)?;
        let at_ms = now_ms();
        let mut import = Self {
            queue: Queue::into(record),
            skip,
            seen: 0,
            done: Recorded { before: skip.min(traces), ..Recorded::default() },
            at_ms,
        };
        if skip < traces {
            let about = json!({"source": source, "traces": traces, "from": skip});
            let head = Head {
                version: VERSION,
                kind: IMPORT.into(),
                at_ms,
                trace: None,
                subject: None,
                parts: Vec::new(),
                about: about.as_object().cloned().unwrap_or_default(),
            };
            import.queue.hand_in(&head, &[])?;
        }
        Ok(import)
    }

    /// The next trace of the source, out of which something was taken so often.
    pub(crate) fn take(&mut self, trace: &Trace, redactions: u64, subject: Option<Subject>) -> Result<(), Problem> {
        let subject = subject.map(|subject| subject.to_string());
        self.seen += 1;
        if self.seen <= self.skip {
            return Ok(());
        }
        let of =
            Circumstances { at_ms: self.at_ms, subject: subject.as_deref(), class: recorded::USUAL_CLASS, redactions };
        let (head, parts) = recorded::entry(trace, &of).map_err(|error| unwritten(trace, &error))?;
        self.queue.hand_in(&head, &parts)?;
        self.done.redactions += redactions;
        self.done.traces += 1;
        Ok(())
    }

    /// Waits until everything is durable, integrates it and signs.
    pub(crate) fn end(mut self) -> Result<Recorded, Problem> {
        self.done.size = self.queue.end()?;
        Ok(self.done)
    }
}

/// The trace with its identifier and without what the rules find, and how often they found something.
pub(crate) fn redacted(trace: &Trace, rules: &Redaction) -> Result<(Trace, u64), Problem> {
    let mut redacted = trace.clone();
    // Before anything is taken out: the name follows from where it was read.
    redacted.recorded_id = Some(trace.id());
    let count = rules.apply(&mut redacted).map_err(|error| unwritten(trace, &error))?;
    Ok((redacted, count))
}

fn unwritten(trace: &Trace, error: &dyn std::fmt::Display) -> Problem {
    Problem::input(format!("trace {}: {error}", trace.id()))
}

/// Traces of a source that are in the record: those that follow the leaves that began its imports.
fn recorded_before(folder: &Path, source: &str) -> Result<u64, Problem> {
    let mut reader = Reader::open(folder).map_err(|error| problem(&error))?;
    let begun = reader.holding(&format!("\"source\":\"{source}\"")).map_err(|error| problem(&error))?;
    let mut traces = 0;
    for (leaf, told) in begun {
        if told.head.kind != IMPORT {
            continue;
        }
        let size = reader.size();
        for (_, next) in reader.leaves(leaf + 1..size) {
            if next.map_err(|error| problem(&error))?.head.kind != recorded::KIND {
                break;
            }
            traces += 1;
        }
    }
    Ok(traces)
}
