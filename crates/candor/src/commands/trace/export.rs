//! `candor trace export [QUERY]`: traces in candor's own form, one JSON object a line, on standard output or into a file, whole or not at all; or as Parquet into
//! a folder or a bucket.

mod parquet;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candor_trace::import as traces;

use super::places::{self, Places, Wanted};
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::reading;
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which traces: terms such as model:gpt-* verdict:wrong 'tokens>1000' has:tools; all hold
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    places: Places,
    /// The file to write; packed where its name ends in .zst [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write Parquet instead, one file a day: into a folder, or to s3://BUCKET/PREFIX with the AWS_… variables of the
    /// environment. What an earlier export left there is brought up to date
    #[arg(long, value_name = "PLACE", conflicts_with = "output")]
    parquet: Option<String>,
    /// With the chain of thought, which Parquet leaves out otherwise: a debugging surface, no evidence of what the model did
    #[arg(long, requires = "parquet")]
    chain: bool,
}

/// Writes them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let query = places::meant(&args.query)?;
    if let Some(place) = &args.parquet {
        return parquet::run(args, settings, &query, place);
    }
    let Some(path) = &args.output else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let _: u64 = every(args, settings, &query, &mut out)?;
        return match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Problem::writing(Path::new("standard output"), &error))
            }
            _ => Ok(Outcome::Done),
        };
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.unfinished-{}", std::process::id()));
    let done = to_file(args, settings, &query, &beside, name.ends_with(".zst"))
        .and_then(|count| fs::rename(&beside, path).map(|()| count).map_err(|error| Problem::writing(path, &error)));
    if done.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&beside);
    }
    output::remark(&format!("{} written to {}", text::counted(done?, "trace"), path.display()));
    Ok(Outcome::Done)
}

fn to_file(
    args: &Args,
    settings: &Settings,
    query: &candor_trace::Query,
    path: &Path,
    packed: bool,
) -> Result<u64, Problem> {
    let failed = |error: std::io::Error| Problem::writing(path, &error);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let count = if packed {
        let mut encoder = zstd::Encoder::new(&mut file, 3).map_err(failed)?;
        let count = every(args, settings, query, &mut encoder)?;
        encoder.finish().map_err(failed)?;
        count
    } else {
        every(args, settings, query, &mut file)?
    };
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    Ok(count)
}

/// Writes every trace that is meant; returns how many. A reader who has seen enough ends it without an error.
fn every(args: &Args, settings: &Settings, query: &candor_trace::Query, out: &mut dyn Write) -> Result<u64, Problem> {
    let (mut count, mut failed) = (0, None);
    meant(args, settings, query, &mut |trace| match traces::write(trace, out) {
        Ok(()) => {
            count += 1;
            ControlFlow::Continue(())
        }
        Err(candor_trace::Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            ControlFlow::Break(())
        }
        Err(error) => {
            failed = Some(reading::unreadable(&error));
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(count), Err)
}

/// Hands over every trace that is meant.
fn meant(
    args: &Args,
    settings: &Settings,
    query: &candor_trace::Query,
    take: &mut dyn FnMut(&candor_trace::Trace) -> ControlFlow<()>,
) -> Result<(), Problem> {
    args.places.search(settings, true, &Wanted::Meant(query), &mut |trace| {
        if query.holds(trace) { take(trace) } else { ControlFlow::Continue(()) }
    })?;
    Ok(())
}
