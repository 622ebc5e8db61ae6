//! `candor record prove`: the proof that a trace's leaf is in the signed log, as a file of its own (c2sp.org/tlog-proof).

use std::fs;
use std::path::PathBuf;

use super::chosen;
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The trace: its identifier, or the start of one
    #[arg(required_unless_present = "leaf")]
    trace: Option<String>,
    /// The leaf, in place of a trace
    #[arg(long, value_name = "N", conflicts_with = "trace")]
    leaf: Option<u64>,
    /// The file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    // Opened for writing once, so that what was acknowledged is in the tree.
    recording::open(settings)?.close(candor_record::record::now_ms()).map_err(|error| recording::problem(&error))?;
    let mut reader = recording::read(settings)?;
    let leaf = match (&args.trace, args.leaf) {
        (Some(start), _) => chosen::trace(&mut reader, start)?.0,
        (None, Some(leaf)) => leaf,
        (None, None) => return Err(Problem::usage("expected a trace or --leaf N")),
    };
    let proof = reader.prove(leaf).map_err(|error| recording::problem(&error))?;
    match &args.output {
        None => output::print(&proof)?,
        Some(path) => {
            fs::write(path, &proof).map_err(|error| Problem::writing(path, &error))?;
            output::remark(&format!("proof of leaf {leaf} written to {}", path.display()));
        }
    }
    Ok(Outcome::Done)
}
