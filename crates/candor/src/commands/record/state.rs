//! `candor record state`: what is kept beside the record and cannot be derived from it, and a copy of it.

use std::path::PathBuf;

use candor_audit::foreign::clean;
use clap::Subcommand;
use serde::Serialize;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copy the file as it is at one moment, whoever writes meanwhile
    Backup {
        /// The file to write; nothing may stand there
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// What is said.
#[derive(Debug, Serialize)]
struct Said {
    file: String,
    /// The version of its tables.
    version: u32,
    records: Vec<OfRecord>,
}

#[derive(Debug, Serialize)]
struct OfRecord {
    /// The verifier key of the record's log.
    record: String,
    /// Persons that have a pseudonym.
    subjects: u64,
}

/// Says or copies it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let path = recording::state_path(settings);
    let Some(state) = recording::state(settings)? else {
        return Err(Problem::record(format!("{}: expected state, found none", path.display()))
            .hint("trace import --subject-from PATH is the first that keeps any"));
    };
    if let Some(Command::Backup { file }) = &args.command {
        state.backup(file).map_err(|error| recording::state_problem(&error))?;
        output::print(&format!(
            "copied to {} (mode 0600); it names persons, also those that are forgotten here later\n",
            file.display()
        ))?;
        return Ok(Outcome::Done);
    }
    let contents = state.contents().map_err(|error| recording::state_problem(&error))?;
    let records = contents.subjects.into_iter().map(|(record, subjects)| OfRecord { record, subjects });
    let said = Said { file: path.display().to_string(), version: contents.version, records: records.collect() };
    if settings.json {
        return output::json(&said).map(|()| Outcome::Done);
    }
    let mut out = format!("state in {}, tables of version {}\n", said.file, said.version);
    for of in &said.records {
        out += &format!("  {}: {} under pseudonyms\n", of.record, text::counted(of.subjects, "person"));
    }
    if said.records.is_empty() {
        out += "  nobody stands behind a pseudonym\n";
    }
    output::print(&clean(&out))?;
    Ok(Outcome::Done)
}
