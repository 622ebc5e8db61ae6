//! In which form a run is shown: terminal, JSON, CSV, Markdown; JUnit and HTML into files. What they say is the same.

use std::path::PathBuf;

use candor_audit::Run;
use candor_audit::derive::Derived;

use crate::output;
use crate::problem::Problem;
use crate::runs::write_whole;
use crate::settings::Settings;
use crate::show::run::{Detail, Source};
use crate::show::{csv, junit, markdown, run as terminal};

/// Arguments.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Form {
    /// Print CSV, one line per claim
    #[arg(long, group = "form", conflicts_with = "json")]
    csv: bool,
    /// Print Markdown
    #[arg(long, group = "form", conflicts_with = "json")]
    md: bool,
    /// Print every figure and note, also where several audits ran
    #[arg(long, group = "form", conflicts_with = "json")]
    full: bool,
    /// Write JUnit XML to a file, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a self-contained HTML report to a file, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write what the claims were computed from to a file, too: JSON with the report and the data by item, as interop/rederive.py reads it
    #[arg(long, value_name = "FILE", hide = true)]
    derived: Option<PathBuf>,
}

/// What interop/rederive.py reads.
#[derive(serde::Serialize)]
struct Body<'a> {
    report: &'a Run,
    derived: &'a Derived,
}

impl Form {
    /// Shows the run.
    pub(crate) fn deliver(&self, run: &Run, source: &Source, settings: &Settings) -> Result<(), Problem> {
        let shown = if settings.json {
            output::as_json(run)?
        } else if self.csv {
            csv::run(run)
        } else if self.md {
            markdown::run(run, source)
        } else {
            let detail = if self.full || run.reports.len() == 1 { Detail::Full } else { Detail::Brief };
            terminal::run(run, source, detail, settings.page)
        };
        output::print(&shown)?;
        if let Some(path) = &self.junit {
            write_whole(path, &junit::run(run))?;
        }
        if let Some(path) = &self.html {
            write_whole(path, &candor_web::render_from(run, &source.arguments))?;
        }
        if let Some(path) = &self.derived {
            if run.derived == Derived::default() {
                return Err(Problem::usage(
                    "--derived: expected a run that carries what its claims were computed from",
                )
                .hint("candor audit run … --derived FILE"));
            }
            write_whole(path, &output::as_json(&Body { report: run, derived: &run.derived })?)?;
        }
        Ok(())
    }

    /// Whether the claims have to carry what they were computed from.
    pub(crate) fn derives(&self) -> bool {
        self.derived.is_some()
    }
}
