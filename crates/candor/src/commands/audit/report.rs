//! `candor audit report RUN`: a stored run, rendered again. Nothing is computed again.

use std::path::PathBuf;

use candor_audit::Run;

use crate::Outcome;
use crate::commands::audit::form::Form;
use crate::output;
use crate::problem::Problem;
use crate::registering;
use crate::runs::{self, Store, write_whole_bytes};
use crate::sealing;
use crate::settings::Settings;
use crate::show::run::Source;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The run: an id, the start of one, @last or @prev
    #[arg(default_value = "@last")]
    run: String,
    /// Write one file for a stranger, too: the plan registered before its data, report, derivation, every run of that plan, and proofs
    #[arg(long, value_name = "FILE")]
    sealed: Option<PathBuf>,
    #[command(flatten)]
    form: Form,
}

/// Renders it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let stored = Store::under(&settings.directory).find(&args.run)?;
    let plan = stored.plan()?;
    let run = Run { registered: Some(registering::said(&stored, &plan, settings)), ..stored.report()? };
    let source = if plan.live.is_some() { Source::run(&args.run, settings) } else { Source::of(&plan.source) };
    let source = source.asked(&plan.settings);
    args.form.deliver(&run, &source, settings)?;
    if let Some(path) = &args.sealed {
        let sealed = sealing::seal(&stored, settings)?;
        write_whole_bytes(path, &sealed.bytes)?;
        if !settings.quiet {
            output::remark(&format!(
                "sealed in leaf {}, with {} of its plan, in {} ({} bytes): candor record verify {} examines it",
                sealed.leaf,
                text::counted(sealed.runs as u64, "run"),
                path.display(),
                text::thousands(sealed.bytes.len() as u64),
                text::shell(&path.to_string_lossy())
            ));
        }
    }
    Ok(Outcome::Done)
}

impl Source {
    /// The arguments that reach what a run of live calls saw, by the run's name.
    pub(crate) fn run(name: &str, settings: &Settings) -> Self {
        let run = format!("{}{}", text::shell(name), settings.to_directory);
        Self { arguments: format!("--from {run}"), run: Some(run), settings: String::new() }
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
        Self { arguments: arguments.trim_start().to_owned(), run: None, settings: String::new() }
    }
}
