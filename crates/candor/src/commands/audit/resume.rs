//! `candor audit resume`: goes on with a run whose calls are not all made. Not a new run: plan and questions are those that it began with.

use crate::Outcome;
use crate::commands::audit::form::Form;
use crate::commands::audit::run::deliver;
use crate::live;
use crate::problem::Problem;
use crate::settings::Settings;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The run: an id, the start of one, or @last [default: the last one with calls left to make]
    run: Option<String>,
    /// Spend at most so much for the whole run, in place of the plan's ceiling, now and later
    #[arg(long, value_name = "MONEY")]
    ceiling: Option<String>,
    /// Spend whatever the plan costs
    #[arg(long, conflicts_with = "ceiling")]
    no_ceiling: bool,
    #[command(flatten)]
    form: Form,
}

/// Goes on.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let ceiling = args.ceiling.as_deref().map(live::money).transpose()?;
    deliver(live::go_on(args.run.as_deref(), ceiling, args.no_ceiling, settings)?, &args.form, settings)
}
