//! `candor record hold`: bars erasure, lifts a bar, lists those that stand.

use candor_audit::foreign::clean;
use candor_record::act::{Hold, Release, Selection};
use candor_record::record::now_ms;

use super::chosen::Chosen;
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The name of the hold; without it, those that stand are listed
    name: Option<String>,
    #[command(flatten)]
    chosen: Chosen,
    /// All content of the record
    #[arg(long, group = "chosen")]
    everything: bool,
    /// Lift the hold
    #[arg(long, conflicts_with = "chosen")]
    release: bool,
    /// Why, in your words: it stands in the record for ever
    #[arg(long, value_name = "WORDS", requires = "name")]
    reason: Option<String>,
}

/// Does it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let record = recording::open(settings)?;
    let Some(name) = args.name.clone() else {
        let holds = record.holds();
        if settings.json {
            return output::json(&holds).map(|()| Outcome::Done);
        }
        let lines: String = holds
            .iter()
            .map(|hold| {
                text::clean(&format!("{}: {}, for {}", hold.hold, hold.chosen, hold.reason)).into_owned() + "\n"
            })
            .collect();
        output::print(if lines.is_empty() { "no hold stands\n" } else { &lines })?;
        return Ok(Outcome::Done);
    };
    let reason = args.reason.clone().ok_or_else(|| Problem::usage("expected --reason WORDS"))?;
    let said = if args.release {
        let leaf = record.release(Release { hold: name.clone(), reason }, now_ms());
        format!("hold {name} lifted; told in leaf {}\n", leaf.map_err(|error| recording::problem(&error))?)
    } else {
        let chosen = if args.everything {
            Selection::Everything
        } else {
            args.chosen.selection(settings, &mut recording::read(settings)?, now_ms())?
        };
        let leaf = record.hold(Hold { hold: name.clone(), reason, chosen }, now_ms());
        format!("hold {name} stands; told in leaf {}\n", leaf.map_err(|error| recording::problem(&error))?)
    };
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    output::print(&clean(&said))?;
    Ok(Outcome::Done)
}
