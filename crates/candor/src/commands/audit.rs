//! `candor audit`: list, plan, run, resume, report. Not the audits themselves.

mod form;
mod list;
mod plan;
mod report;
mod resume;
mod run;
mod wanted;

use clap::Subcommand;

use crate::Outcome;
use crate::problem::Problem;
use crate::settings::Settings;

/// What to do with audits.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the audits
    List(list::Args),
    /// Say which calls a run would make, what they may cost and what they can show, before one is made
    Plan(Box<plan::Args>),
    /// Run audits on recorded calls, on live ones, or on the planted process inside
    Run(Box<run::Args>),
    /// Go on with a run that was stopped or killed: no call is made again whose reply is there
    Resume(resume::Args),
    /// Show a stored run again
    Report(report::Args),
}

/// Does it.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Outcome, Problem> {
    match command {
        Command::List(args) => list::run(&args, settings),
        Command::Plan(args) => plan::run(&args, settings),
        Command::Run(args) => run::run(&args, settings),
        Command::Resume(args) => resume::run(&args, settings),
        Command::Report(args) => report::run(&args, settings),
    }
}
