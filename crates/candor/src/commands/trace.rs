//! `candor trace`: import, list, show, export, query. Not the reading of files, and not what a query means.

mod export;
mod import;
pub(crate) mod list;
mod places;
pub(crate) mod query;
mod show;

use clap::Subcommand;

use crate::Outcome;
use crate::problem::Problem;
use crate::settings::Settings;

/// What to do with traces.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Store recorded calls under the folder of state, in candor's own form
    Import(import::Args),
    /// List traces, all or those that a query means
    List(list::Args),
    /// Show one trace: what was recorded beside what was claimed
    Show(show::Args),
    /// Write traces in candor's own form, one JSON object a line
    Export(export::Args),
    /// Ask in SQL, read-only, over the index of the record
    Query(query::Args),
}

/// Does it.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Outcome, Problem> {
    match command {
        Command::Import(args) => import::run(&args, settings),
        Command::List(args) => list::run(&args, settings),
        Command::Show(args) => show::run(&args, settings),
        Command::Export(args) => export::run(&args, settings),
        Command::Query(args) => query::run(&args, settings),
    }
}
