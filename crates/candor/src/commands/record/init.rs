//! `candor record init`: a record and its key.

use candor_record::record::{Places, Record};

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::{Settings, program};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The name that its checkpoints carry: a domain and path of yours, so that no other log has it
    #[arg(long, value_name = "NAME", default_value = "candor.local/record")]
    origin: String,
}

/// Makes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let folder = recording::folder(settings);
    if Places::of(&folder).exist() {
        return Err(Problem::record(format!("{}: expected no record there, found one", folder.display()))
            .hint("a record is never overwritten; --dir names another place"));
    }
    Record::create(&folder, &args.origin).map_err(|error| recording::problem(&error))?;
    let places = Places::of(&folder);
    let key = std::fs::read_to_string(places.log().join("vkey"))
        .map_err(|error| Problem::reading(&places.log().join("vkey"), &error))?;
    let (program, dir) = (program(), &settings.to_directory);
    output::print(&format!(
        "record made in {}\n\npublic key, for whoever is to check it:\n  {}\nprivate key: {} (mode 0600)\n  whoever holds it can sign; whoever loses it can sign no more\n\n\
         next: {program} trace import PATH{dir}\n      {program} record status{dir}\n",
        folder.display(),
        key.trim(),
        places.key().display(),
    ))?;
    Ok(Outcome::Done)
}
