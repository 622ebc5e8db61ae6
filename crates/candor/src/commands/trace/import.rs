//! `candor trace import PATH`: puts recorded calls into the record where there is one, else stores them in candor's own form. The same files are taken once.
//! Everything is read before anything is recorded: a file with an invalid line leaves no half of itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candor_record::record::now_ms;
use candor_trace::import as traces;
use candor_trace::redaction::{Redaction, pseudonymise};
use candor_trace::state::Naming;
use candor_trace::{State, Subject, Trace, Whom, mapping};

use super::places::stored;
use crate::Outcome;
use crate::config::Config;
use crate::output;
use crate::problem::Problem;
use crate::reading::{self, From};
use crate::recording::{self, Import, Recorded};
use crate::settings::{Settings, program};
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file or folder of recorded calls
    path: PathBuf,
    /// A mapping, for recorded calls in a form of their own
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Where a record names the person that it is about: a path such as user.id, or a column. The record gets a random pseudonym, the identifier goes into
    /// state.sqlite alone, where it can be deleted
    #[arg(long, value_name = "PATH")]
    subject_from: Option<String>,
    /// Count and list records that cannot be read, and go on
    #[arg(long)]
    skip_invalid: bool,
}

/// Level 3 packs traces to about a tenth and is not what takes the time.
const LEVEL: i32 = 3;

/// Stores them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    fs::create_dir_all(&settings.directory).map_err(|error| Problem::writing(&settings.directory, &error))?;
    // Outside of the folder of stored traces: a half-written file is never read as one of them.
    let beside = settings.directory.join(format!(".importing-{}.jsonl.zst", std::process::id()));
    let rules = if recording::exists(settings) { Some(Config::read(settings)?.redaction()?) } else { None };
    let mut naming = Persons::asked(args, settings, rules.is_some())?;
    let mut state = naming.as_ref().map(|_| recording::open_state(settings)).transpose()?;
    let done = store(args, settings, &beside, rules.as_ref(), naming.as_mut(), state.as_mut());
    if done.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&beside);
    }
    let Stored { traces: count, invalid, digest, redactions } = done?;
    if rules.is_some() {
        let subjects = naming.as_ref().map_or(&[][..], |naming| &naming.subjects);
        let recorded = record(&beside, &digest, count, &redactions, subjects, settings);
        // Its traces are in the record now, or it comes again.
        let _ = fs::remove_file(&beside);
        let recorded = recorded?;
        let done = said(&recorded, invalid, settings)?;
        return naming.map_or(Ok(()), |naming| naming.said(&recorded)).map(|()| done);
    }
    let folder = stored(settings);
    fs::create_dir_all(&folder).map_err(|error| Problem::writing(&folder, &error))?;
    let stem: String = args
        .path
        .file_name()
        .map_or_else(|| "traces".into(), |name| name.to_string_lossy())
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect();
    let place = folder.join(format!("{}-{}.jsonl.zst", stem.trim_start_matches('.'), &digest[..12]));
    let known = place.exists();
    fs::rename(&beside, &place).map_err(|error| Problem::writing(&place, &error))?;
    let name = place.display();
    let already = if known { "; they were stored already" } else { "" };
    output::print(&format!("{} stored as {name}{already}\n", text::counted(count, "trace")))?;
    if invalid > 0 {
        let how = text::typed("see candor look", program());
        output::print(&format!("{} left out: {how}\n", text::counted(invalid, "invalid record")))?;
    }
    let next = format!("{} audit run --from {}", program(), text::shell(&folder.to_string_lossy()));
    output::print(&format!("next: {next}\n"))?;
    Ok(Outcome::Done)
}

/// Puts what was stored into the record.
fn record(
    stored: &Path,
    source: &str,
    count: u64,
    redactions: &BTreeMap<u64, u64>,
    subjects: &[Option<Subject>],
    settings: &Settings,
) -> Result<Recorded, Problem> {
    let mut import = Import::begin(settings, source, count)?;
    let from = From { path: stored.to_owned(), map: None, skip_invalid: false };
    // Our own file, read a second time: nobody waits for word of it.
    let quiet = Settings { quiet: true, ..settings.clone() };
    let mut number = 0;
    let mut refused = None;
    reading::until(&from, &quiet, &mut |trace| {
        let subject = usize::try_from(number).ok().and_then(|at| subjects.get(at).copied().flatten());
        let taken = import.take(trace, redactions.get(&number).copied().unwrap_or(0), subject);
        number += 1;
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                refused = Some(problem);
                ControlFlow::Break(())
            }
        }
    })?;
    refused.map_or_else(|| import.end(), Err)
}

fn said(recorded: &Recorded, invalid: u64, settings: &Settings) -> Result<Outcome, Problem> {
    let Recorded { traces, before, redactions, size } = recorded;
    let already = if *before > 0 { format!("; {before} were recorded before") } else { String::new() };
    output::print(&format!("{} recorded{already}; the record has {size} leaves\n", text::counted(*traces, "trace")))?;
    if *redactions > 0 {
        output::print(&format!("{} taken out before anything was written\n", text::counted(*redactions, "secret")))?;
    }
    if invalid > 0 {
        let how = text::typed("see candor look", program());
        output::print(&format!("{} left out: {how}\n", text::counted(invalid, "invalid record")))?;
    }
    let dir = &settings.to_directory;
    output::print(&format!("next: {} record status{dir}\n", program()))?;
    Ok(Outcome::Done)
}

/// Whom the traces of an import are about.
struct Persons {
    path: mapping::path::Path,
    /// The path as it was given.
    text: String,
    record: String,
    now_ms: i64,
    /// By number of the trace.
    subjects: Vec<Option<Subject>>,
}

impl Persons {
    /// As the command line asks.
    fn asked(args: &Args, settings: &Settings, is_recorded: bool) -> Result<Option<Self>, Problem> {
        let Some(text) = &args.subject_from else { return Ok(None) };
        if !is_recorded {
            return Err(Problem::usage("--subject-from: expected a record, found none: only leaves have a subject")
                .hint(format!("candor record init{} makes one", settings.to_directory)));
        }
        let path = mapping::path::Path::parse(text).map_err(|error| {
            let problem = Problem::usage(format!("--subject-from: {error}"));
            error.hint().map_or(problem.clone(), |hint| problem.hint(hint))
        })?;
        Ok(Some(Self {
            path,
            text: text.clone(),
            record: recording::name(settings)?,
            now_ms: now_ms(),
            subjects: Vec::new(),
        }))
    }

    /// The trace under a pseudonym, without the identifier.
    fn name(&mut self, trace: &Trace, naming: &Naming<'_>) -> Result<Trace, Problem> {
        let mut named = trace.clone();
        let subject = match named.whom.take() {
            Some(Whom::Identifier(identifier)) => {
                let subject = naming.subject(&identifier, self.now_ms).map_err(|error| Problem {
                    message: format!("trace {}: {error}", trace.id()),
                    ..recording::state_problem(&error)
                })?;
                pseudonymise(&mut named, &identifier, &subject.to_string())
                    .map_err(|error| Problem::input(format!("trace {}: {error}", trace.id())))?;
                Some(subject)
            }
            Some(Whom::Pseudonym(_)) | None => None,
        };
        self.subjects.push(subject);
        Ok(named)
    }

    /// Whether anybody was named at all: a path that leads nowhere is a slip.
    fn any(&self) -> Result<(), Problem> {
        if self.subjects.is_empty() || self.subjects.iter().any(Option::is_some) {
            return Ok(());
        }
        Err(Problem::input(format!(
            "--subject-from: expected a person at `{}`, found none in {}",
            text::clean(&self.text),
            text::counted(self.subjects.len() as u64, "trace")
        ))
        .hint("a path reads like user.id, in a table it is a column; nothing was recorded"))
    }

    /// Says how many were named.
    fn said(&self, recorded: &Recorded) -> Result<(), Problem> {
        if recorded.before > 0 {
            output::print("what was recorded before keeps the subject that it has, or none\n")?;
        }
        if recorded.traces == 0 {
            return Ok(());
        }
        let mut different: Vec<_> = self.subjects.iter().flatten().collect();
        different.sort_unstable();
        different.dedup();
        let nobody = self.subjects.iter().filter(|subject| subject.is_none()).count() as u64;
        let without = match nobody {
            0 => String::new(),
            nobody => format!("; {} of nobody", text::counted(nobody, "trace")),
        };
        output::print(&format!(
            "{} under pseudonyms{without}; who they are is in state.sqlite alone\n",
            text::counted(different.len() as u64, "person")
        ))
    }
}

/// What was written.
struct Stored {
    traces: u64,
    /// Records that could not be read.
    invalid: u64,
    /// Of the files that they came from.
    digest: String,
    /// How often something was taken out, by number of the trace; none where nothing was.
    redactions: BTreeMap<u64, u64>,
}

/// The trace with its identifier, and with where it was read.
fn placed(trace: &Trace) -> Trace {
    let read_from = match &trace.read_from {
        None if !trace.origin.file.is_empty() => Some(Box::new(trace.origin.clone())),
        before => before.clone(),
    };
    Trace { recorded_id: Some(trace.id()), read_from, ..trace.clone() }
}

/// Writes the traces. What the rules find is taken out first: not even a file that is removed again shows it.
fn store(
    args: &Args,
    settings: &Settings,
    beside: &PathBuf,
    rules: Option<&Redaction>,
    mut persons: Option<&mut Persons>,
    state: Option<&mut State>,
) -> Result<Stored, Problem> {
    let naming = match (&persons, state) {
        (Some(persons), Some(state)) => {
            Some(state.naming(&persons.record).map_err(|error| recording::state_problem(&error))?)
        }
        _ => None,
    };
    let path = persons.as_ref().map(|persons| persons.path.clone());
    let failed = |error: &std::io::Error| Problem::writing(beside, error);
    let file = File::create(beside).map_err(|error| failed(&error))?;
    let mut packed = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(|error| failed(&error))?;
    let from = From { path: args.path.clone(), map: args.map.clone(), skip_invalid: args.skip_invalid };
    let mut refused = None;
    let (mut number, mut redactions) = (0, BTreeMap::new());
    let summary = reading::until_naming(&from, settings, path, &mut |trace| {
        // Its name and its file are those of where it was read, before anything is taken out: the stored file has neither.
        let trace = &placed(trace);
        let named = match (&mut persons, &naming) {
            (Some(persons), Some(naming)) => persons.name(trace, naming).map(Some),
            _ => Ok(None),
        };
        let named = match named {
            Ok(named) => named,
            Err(problem) => {
                refused = Some(problem);
                return ControlFlow::Break(());
            }
        };
        let trace = named.as_ref().unwrap_or(trace);
        let taken_out = rules.map(|rules| recording::redacted(trace, rules)).transpose().map(|done| {
            done.map(|(trace, count)| {
                if count > 0 {
                    redactions.insert(number, count);
                }
                trace
            })
        });
        number += 1;
        let written = taken_out.and_then(|redacted| {
            traces::write(redacted.as_ref().unwrap_or(trace), &mut packed).map_err(|error| reading::unreadable(&error))
        });
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                refused = Some(problem);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(problem) = refused {
        return Err(problem);
    }
    if let (Some(persons), Some(naming)) = (&persons, naming) {
        persons.any()?;
        // Durable before a leaf speaks of any of them.
        naming.keep().map_err(|error| recording::state_problem(&error))?;
    }
    let mut inner = packed.finish().map_err(|error| failed(&error))?;
    inner.flush().map_err(|error| failed(&error))?;
    inner.get_ref().sync_all().map_err(|error| failed(&error))?;
    let mut named = String::new();
    for file in &summary.files {
        named.push_str(&format!(
            "{} {}\n",
            file.path,
            file.digest.map_or_else(String::new, |digest| digest.to_string())
        ));
    }
    if let Some(map) = &args.map {
        // The same files through another mapping are other traces.
        named.push_str(&fs::read_to_string(map).map_err(|error| Problem::reading(map, &error))?);
    }
    let digest = candor_record::Digest::of(named.as_bytes()).to_string();
    let digits = digest.rsplit(':').next().unwrap_or_default().to_owned();
    Ok(Stored { traces: summary.traces, invalid: summary.invalid, digest: digits, redactions })
}
