//! `candor look PATH`: what is this data, what can it answer, what is missing for the rest, and which command comes next. It reads every
//! record once and computes no result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use candor_audit::Readiness;
use candor_audit::readiness::questions;
use candor_llm::Provenance;
use candor_trace::import::{self, Format, Overlap, Skipped, Summary, Unread};
use candor_trace::mapping::draft;
use candor_trace::{Inventory, Trace, inventory};
use serde::Serialize;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::reading::{self, From};
use crate::runs::{self, Store, write_whole};
use crate::settings::Settings;
use crate::show::run::Source;
use crate::show::{look, text};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file or folder of recorded calls, or a run: @last, @prev, its id
    path: PathBuf,
    /// List every file that was not read, and why
    #[arg(long)]
    skipped: bool,
    /// A mapping, for recorded calls in a form of their own
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Write the draft of a mapping to a file, for samples and for what is not known
    #[arg(long, value_name = "FILE", conflicts_with = "map")]
    draft: Option<PathBuf>,
}

/// What a look found.
#[derive(Debug, Serialize)]
pub(crate) struct Looked {
    /// As it was named.
    pub(crate) path: String,
    /// Files that were read.
    pub(crate) files: u64,
    /// What they are, most traces first.
    pub(crate) formats: Vec<OfFormat>,
    /// Records that could not be read.
    pub(crate) invalid: u64,
    /// The first of them.
    pub(crate) invalid_listed: Vec<String>,
    /// Paths of the mapping that were in none of the records.
    pub(crate) absent: Vec<String>,
    /// Parts of records that gave no trace although they are valid.
    pub(crate) set_aside: BTreeMap<String, u64>,
    /// Files that hold the same samples, most first.
    pub(crate) overlaps: Vec<Overlap>,
    /// Columns and keys at the beginning of samples that were not read.
    pub(crate) unread: Unread,
    /// Files that were not read, and why.
    pub(crate) skipped: Vec<(String, String)>,
    /// A mapping was named.
    pub(crate) mapped: bool,
    /// What all traces hold.
    pub(crate) holds: Inventory,
    /// What they can answer, and what is missing for the rest.
    pub(crate) questions: Vec<Readiness>,
    /// Drafts of mappings, one for every kind of file that is not known.
    pub(crate) drafts: Vec<Drafted>,
    /// The command to run next; none where nothing can be answered yet.
    pub(crate) next: Option<String>,
}

/// What the files of one format hold.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct OfFormat {
    /// The format.
    pub(crate) format: String,
    /// Files.
    pub(crate) files: u64,
    /// Bytes.
    pub(crate) bytes: u64,
    /// Traces.
    pub(crate) traces: u64,
    /// Of them, entries of rosters, which are no calls.
    pub(crate) roster: u64,
    /// Models by name.
    pub(crate) models: BTreeSet<String>,
    /// Traces per provenance of their reasoning.
    pub(crate) reasoning: BTreeMap<Provenance, u64>,
}

/// A draft of a mapping.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Drafted {
    /// The files that it is for.
    pub(crate) files: Vec<String>,
    /// The mapping as TOML, with a comment on every line that is a guess.
    pub(crate) toml: String,
    /// How many of its lines are guesses.
    pub(crate) guesses: usize,
    /// The file that it was written to, where that was asked for.
    pub(crate) written: Option<String>,
}

/// The comparison that readiness suggests.
const COMPARE: &str = "candor compare BEFORE AFTER";

/// Names of models are kept up to this many per file; it is a number that is shown, not a list.
const MOST_MODELS: usize = 1_000;

/// What was counted so far.
#[derive(Debug, Default)]
struct Counted {
    holds: Inventory,
    files: BTreeMap<String, OfFile>,
}

/// What one file holds.
#[derive(Debug, Default)]
struct OfFile {
    roster: u64,
    models: BTreeSet<String>,
    reasoning: BTreeMap<Provenance, u64>,
}

/// A part of a file, counted on the thread that reads it.
#[derive(Debug, Default)]
struct PartOfFile {
    all: Arc<Mutex<Counted>>,
    file: String,
    holds: inventory::Part,
    roster: u64,
    /// Models with their number, in the order in which they came.
    models: BTreeMap<String, usize>,
    reasoning: BTreeMap<Provenance, u64>,
}

impl import::Part for PartOfFile {
    fn see(&mut self, trace: &Trace, numbered: bool) {
        self.holds.see(trace, numbered);
        if trace.trial.is_roster() {
            self.roster += 1;
            return;
        }
        if let Some(model) = &trace.model
            && !self.models.contains_key(model)
        {
            self.models.insert(model.clone(), self.models.len());
        }
        *self.reasoning.entry(trace.provenance()).or_default() += 1;
    }

    fn end(self: Box<Self>) {
        // A thread that panicked while it held the lock takes the run with it: what it left is not reported.
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.holds.add(&self.holds);
        let file = all.files.entry(self.file).or_default();
        file.roster += self.roster;
        let mut models: Vec<(String, usize)> = self.models.into_iter().collect();
        models.sort_by_key(|(_, number)| *number);
        for (model, _) in models {
            if file.models.len() < MOST_MODELS {
                file.models.insert(model);
            }
        }
        for (provenance, count) in self.reasoning {
            *file.reasoning.entry(provenance).or_default() += count;
        }
    }
}

/// Looks.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let looked = look(args, settings)?;
    if settings.json {
        output::json(&looked)?;
    } else if args.skipped {
        output::print(&look::skipped(&looked, settings.page))?;
    } else {
        output::print(&look::looked(&looked, settings.page))?;
    }
    if looked.formats.is_empty() && looked.drafts.is_empty() && !args.skipped {
        // What was asked for is said; that there is nothing to go on with must not read like success.
        let found = match looked.skipped.as_slice() {
            [(_, reason)] => reason.clone(),
            skipped => format!("{}, none of a known format", text::counted(skipped.len() as u64, "file")),
        };
        return Err(Problem::input(format!("{}: {found}", looked.path))
            .hint("a mapping reads tables, JSON and YAML that hold single values: docs/formats/mapping.md"));
    }
    Ok(Outcome::Done)
}

fn look(args: &Args, settings: &Settings) -> Result<Looked, Problem> {
    // A look does not stop at the first bad record: it counts them, and says so.
    let path = Store::under(&settings.directory).data(&args.path)?;
    let from = From { path, map: args.map.clone(), skip_invalid: true };
    let all = Arc::new(Mutex::new(Counted::default()));
    let summary = reading::looked(&from, settings, &|file| {
        Box::new(PartOfFile { all: Arc::clone(&all), file: file.to_owned(), ..PartOfFile::default() })
    })?;
    let Counted { holds, files } = std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner));
    let mut formats: BTreeMap<Format, OfFormat> = BTreeMap::new();
    for file in &summary.files {
        let sum = formats.entry(file.format).or_default();
        sum.format = file.format.to_string();
        sum.files += 1;
        sum.bytes += file.bytes;
        sum.traces += file.traces;
        if let Some(seen) = files.get(file.path.as_str()) {
            sum.roster += seen.roster;
            sum.models.extend(seen.models.iter().cloned());
            for (provenance, count) in &seen.reasoning {
                *sum.reasoning.entry(*provenance).or_default() += count;
            }
        }
    }
    let mut formats: Vec<OfFormat> = formats.into_values().collect();
    formats.sort_by_key(|format| std::cmp::Reverse(format.traces));
    let path = args.path.to_string_lossy().into_owned();
    let map = args.map.as_ref().map(|map| map.to_string_lossy().into_owned());
    let mapped = map.as_ref().map(|map| format!("{COMPARE} --map {}", text::shell(map)));
    let source = Source::of(&runs::Source { from: Some(path.clone()), map, skip_invalid: summary.invalid > 0 });
    let mut questions = questions(&holds);
    if let Some(command) = mapped {
        // What needs a mapping here needs it there.
        questions.iter_mut().for_each(|question| question.says = question.says.replace(COMPARE, &command));
    }
    let drafts = drafts(&summary, &from.path, args.draft.as_deref())?;
    let ready = questions.iter().any(|question| question.ready);
    let is_read = |draft: &Drafted| summary.files.iter().any(|file| draft.files.contains(&file.path));
    let next = match drafts.first() {
        // Whoever asks for a mapping of what is read already means to read it otherwise.
        Some(draft @ Drafted { written: Some(file), .. }) if is_read(draft) => {
            Some(format!("candor look {} --map {}", text::shell(&path), text::shell(file)))
        }
        _ if ready => Some(format!("candor audit run {}", source.arguments)),
        Some(Drafted { written: Some(file), .. }) => {
            Some(format!("candor look {} --map {}", text::shell(&path), text::shell(file)))
        }
        Some(_) => Some(format!("candor look {} --draft mapping.toml", text::shell(&path))),
        None => None,
    };
    Ok(Looked {
        files: summary.files.len() as u64,
        formats,
        invalid: summary.invalid,
        invalid_listed: summary.listed.iter().map(ToString::to_string).collect(),
        absent: summary.absent.iter().map(ToString::to_string).collect(),
        set_aside: summary.set_aside,
        overlaps: summary.overlaps,
        unread: summary.unread,
        skipped: summary.skipped.iter().map(|skipped| (skipped.name.clone(), skipped.reason.to_string())).collect(),
        path,
        mapped: args.map.is_some(),
        holds,
        questions,
        drafts,
        next,
    })
}

/// Drafts for the files that are not known; into files where that was asked for, of samples too: `m.toml`, `m-2.toml` and so on.
fn drafts(summary: &Summary, path: &Path, to: Option<&Path>) -> Result<Vec<Drafted>, Problem> {
    let mut unknown: Vec<Skipped> = summary.skipped.clone();
    if to.is_some() {
        let samples = draft::samples(&import::Source::new(path), summary);
        unknown.extend(samples.map_err(|error| reading::unreadable(&error))?);
    }
    let found = draft::drafts(&unknown).map_err(|error| reading::unreadable(&error))?;
    if let (Some(to), true) = (to, found.is_empty()) {
        return Err(Problem::input(format!("{}: nothing to draft a mapping from", to.display()))
            .hint("samples and what is not known are drafted for, where they are tables, JSON or YAML that hold single values"));
    }
    found
        .into_iter()
        .enumerate()
        .map(|(at, draft)| {
            let written = to.map(|to| numbered(to, at));
            if let Some(path) = &written {
                if path.exists() {
                    return Err(Problem::usage(format!(
                        "{}: expected a new file, found one that is there",
                        path.display()
                    ))
                    .hint("name another file: a mapping that somebody edited is not overwritten"));
                }
                write_whole(path, &draft.toml)?;
            }
            Ok(Drafted {
                files: draft.files,
                toml: draft.toml,
                guesses: draft.guesses,
                written: written.map(|path| path.to_string_lossy().into_owned()),
            })
        })
        .collect()
}

/// The file of the draft with that number, from 0.
fn numbered(to: &Path, at: usize) -> PathBuf {
    if at == 0 {
        return to.to_path_buf();
    }
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let extension = to.extension().map_or_else(String::new, |extension| format!(".{}", extension.to_string_lossy()));
    to.with_file_name(format!("{stem}-{}{extension}", at + 1))
}
