//! `candor audit`: list, run, report. Not the audits themselves.

mod form;
mod list;
mod report;
mod run;

use clap::Subcommand;

use crate::Outcome;
use crate::problem::Problem;
use crate::settings::Settings;

/// What to do with audits.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the audits
    List(list::Args),
    /// Run audits on recorded calls, or on the planted example
    Run(Box<run::Args>),
    /// Show a stored run again
    Report(report::Args),
}

/// Does it.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Outcome, Problem> {
    match command {
        Command::List(args) => list::run(&args, settings),
        Command::Run(args) => run::run(&args, settings),
        Command::Report(args) => report::run(&args, settings),
    }
}
