//! `candor trace export --parquet PLACE`: one file a day into a folder or a bucket. Not the form of the files: see docs/formats/parquet.md.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candor_trace::Query;
use candor_trace::parquet::{self, Change, Days, Manifest, Meant, Recorded};

use super::{Args, meant};
use crate::Outcome;
use crate::bucket::{self, Bucket};
use crate::output;
use crate::problem::Problem;
use crate::reading;
use crate::recording;
use crate::settings::Settings;
use crate::show::text;

/// Writes them.
pub(super) fn run(args: &Args, settings: &Settings, query: &Query, place: &str) -> Result<Outcome, Problem> {
    let of = Meant { chain: args.chain, query: args.query.join(" "), record: record(args, settings)? };
    let (manifest, changes) = match bucket::named(place) {
        Some(place) => {
            let bucket = Bucket::open(place)?;
            let before = bucket.manifest()?;
            before
                .iter()
                .try_for_each(|before| of.may_replace(Path::new(place), before))
                .map_err(|error| reading::unreadable(&error))?;
            let beside = Beside::within(&settings.directory)?;
            let days = sorted(args, settings, query, &beside)?;
            let staged = beside.0.join("staged");
            let manifest = parquet::stage(days, &staged, &of).map_err(|error| reading::unreadable(&error))?;
            let changes = bucket.settle(&staged, before.as_ref(), &manifest)?;
            (manifest, changes)
        }
        None => {
            let folder = Path::new(place);
            // Before everything is read: what may not be written over is known at once.
            parquet::earlier(folder, &of).map_err(|error| reading::unreadable(&error))?;
            let beside = Beside::within(folder)?;
            let days = sorted(args, settings, query, &beside)?;
            parquet::write(days, folder, &of).map_err(|error| reading::unreadable(&error))?
        }
    };
    output::remark(&told(&manifest, &changes, place));
    Ok(Outcome::Done)
}

/// What was done, in a sentence.
fn told(manifest: &Manifest, changes: &[(String, Change)], place: &str) -> String {
    let count = |wanted| changes.iter().filter(|(_, change)| *change == wanted).count() as u64;
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let days = text::counted(manifest.files.len() as u64, "day");
    let mut told = format!(
        "{} in {days} ({}) at {place}: {} written",
        text::counted(manifest.traces, "trace"),
        text::bytes(bytes),
        count(Change::Written)
    );
    for (change, word) in [(Change::Kept, "unchanged"), (Change::Removed, "removed")] {
        if count(change) > 0 {
            told.push_str(&format!(", {} {word}", count(change)));
        }
    }
    if !manifest.chain {
        told.push_str("; without the chain of thought (--chain)");
    }
    told
}

/// The record as it is, where that is what is exported.
fn record(args: &Args, settings: &Settings) -> Result<Option<Recorded>, Problem> {
    if args.places.is_elsewhere() || !recording::exists(settings) {
        return Ok(None);
    }
    let reader = recording::read(settings)?;
    let checkpoint = reader.checkpoint().checkpoint();
    Ok(Some(Recorded { key: recording::name(settings)?, size: checkpoint.size(), root: *checkpoint.root() }))
}

/// Sorts the traces by day, beside where they will stand.
fn sorted(args: &Args, settings: &Settings, query: &Query, beside: &Beside) -> Result<Days, Problem> {
    let mut days = Days::in_folder(beside.0.join("days")).map_err(|error| reading::unreadable(&error))?;
    let mut failed = None;
    meant(args, settings, query, &mut |trace| match days.add(trace) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(reading::unreadable(&error));
            ControlFlow::Break(())
        }
    })?;
    if let Some(problem) = failed {
        return Err(problem);
    }
    if days.traces() == 0 {
        return Err(Problem::input("expected traces to export, found none that are meant")
            .hint("candor trace list shows what is there"));
    }
    Ok(days)
}

/// A folder for what is under way; it is gone in the end, however that comes.
struct Beside(PathBuf);

impl Beside {
    fn within(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(format!(".export-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| Problem::writing(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Whoever is told of the end learns of a failure by that.
        let _ = fs::remove_dir_all(&self.0);
    }
}
