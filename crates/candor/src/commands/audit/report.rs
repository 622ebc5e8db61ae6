//! `candor audit report RUN`: a stored run, rendered again. Nothing is computed again.

use crate::Outcome;
use crate::commands::audit::form::Form;
use crate::problem::Problem;
use crate::runs::{self, Store};
use crate::settings::Settings;
use crate::show::run::Source;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The run: an id, the start of one, @last or @prev
    #[arg(default_value = "@last")]
    run: String,
    #[command(flatten)]
    form: Form,
}

/// Renders it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let stored = Store::under(&settings.directory).find(&args.run)?;
    let run = stored.report()?;
    let plan = stored.plan()?;
    let source = if plan.live.is_some() { Source::run(&args.run, settings) } else { Source::of(&plan.source) };
    args.form.deliver(&run, &source, settings)?;
    Ok(Outcome::Done)
}

impl Source {
    /// The arguments that reach what a run of live calls saw, by the run's name.
    pub(crate) fn run(name: &str, settings: &Settings) -> Self {
        let run = format!("{}{}", text::shell(name), settings.to_directory);
        Self { arguments: format!("--from {run}"), run: Some(run) }
    }

    /// The arguments that reach the same data again.
    pub(crate) fn of(source: &runs::Source) -> Self {
        let mut arguments = String::new();
        for (flag, value) in [("--from", &source.from), ("--map", &source.map)] {
            if let Some(value) = value {
                arguments.push_str(&format!(" {flag} {}", text::shell(value)));
            }
        }
        if source.skip_invalid {
            arguments.push_str(" --skip-invalid");
        }
        Self { arguments: arguments.trim_start().to_owned(), run: None }
    }
}
