//! `candor record subject IDENTIFIER`: the pseudonym under which a person stands in the record.

use std::io::BufRead as _;
use std::path::Path;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The identifier as imports were given it; - reads it from standard input, so that no history of commands keeps it
    #[arg(value_name = "IDENTIFIER")]
    identifier: String,
}

/// Prints it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let mut identifier = args.identifier.clone();
    if identifier == "-" {
        identifier.clear();
        let read = std::io::stdin().lock().read_line(&mut identifier);
        read.map_err(|error| Problem::reading(Path::new("standard input"), &error))?;
    }
    let name = recording::name(settings)?;
    let known = match recording::state(settings)? {
        Some(state) => state.find(&name, identifier.trim()).map_err(|error| recording::state_problem(&error))?,
        None => None,
    };
    match known {
        Some(subject) => output::print(&format!("{subject}\n")).map(|()| Outcome::Done),
        None => Err(Problem::input("expected a person of the record, found nobody of that identifier")
            .hint("trace import --subject-from PATH gives pseudonyms; a forgotten person has none")),
    }
}
