//! The commands, one file each. The documentation comments of arguments are the help.

mod audit;
mod compare;
mod config;
mod exam;
mod init;
pub(crate) mod look;
mod record;
pub(crate) mod trace;
mod validity;
mod welcome;

use std::path::Path;

use candor_trace::spelling;
use clap::{Parser, Subcommand};

use crate::Outcome;
use crate::problem::Problem;
use crate::settings::{Global, Settings};

/// Measures how reasoning models behave on recorded calls and marks every number
///
/// Marks: evidence-backed, inferred, hope; a planted process says "planted" instead. Nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "candor", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a required threshold was not met; 2 usage; 3 configuration; 4 upstream;
5 stored runs and the record; 6 input data; 7 stopped; 8 cannot tell; 70 a fault of candor's own.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what recorded calls are, what they can answer, and which command comes next
    Look(look::Args),
    /// Run audits on recorded calls, and show what they found
    #[command(subcommand)]
    Audit(audit::Command),
    /// Compare two runs on the questions that both have: passes, fails, or cannot tell
    Compare(compare::Args),
    /// Store, list, show and export single calls
    #[command(subcommand)]
    Trace(trace::Command),
    /// Keep calls in a record that strangers can check, prove, hold and erase
    #[command(subcommand)]
    Record(record::Command),
    /// Sit a blind examination on planted truth: digest first, then hits and misses
    Exam(exam::Args),
    /// Make a task and a configuration to start from
    Init(init::Args),
    /// Check the configuration, or show what holds and where each value comes from
    #[command(subcommand)]
    Config(config::Command),
    /// Show what every interval and test promises, and what it delivers on planted data
    Validity(validity::Args),
}

/// A file of settings, of a plan or of configuration that makes no sense: its line, and what was expected.
pub(crate) fn misread(path: &Path, text: &str, error: &toml::de::Error, hint: &str) -> Problem {
    let line =
        error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
    let problem = Problem::configuration(format!("{}:{line}: {}", path.display(), error.message().replace('\n', " ")));
    let meant = spelling::instead(error.message()).map(|meant| format!("did you mean `{meant}`?"));
    meant.into_iter().fold(problem, Problem::hint).hint(hint)
}

/// Where every setting of a plan is seen.
pub(crate) const OF_A_PLAN: &str = "a stored run's plan.toml shows every setting under [settings]";

/// Does it.
pub(crate) fn run(command: Option<Command>, settings: &Settings) -> Result<Outcome, Problem> {
    match command {
        None => welcome::run(settings),
        Some(Command::Look(args)) => look::run(&args, settings),
        Some(Command::Audit(command)) => audit::run(command, settings),
        Some(Command::Compare(args)) => compare::run(&args, settings),
        Some(Command::Trace(command)) => trace::run(command, settings),
        Some(Command::Record(command)) => record::run(command, settings),
        Some(Command::Exam(args)) => exam::run(&args, settings),
        Some(Command::Init(args)) => init::run(&args, settings),
        Some(Command::Config(command)) => config::run(&command, settings),
        Some(Command::Validity(args)) => validity::run(&args, settings),
    }
}
