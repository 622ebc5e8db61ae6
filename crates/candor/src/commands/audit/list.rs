//! `candor audit list`: every audit with what it measures.

use candor_audit::audits;
use serde::Serialize;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::settings::{Settings, program};
use crate::show::page::Writing;
use crate::show::table::{Field, Grid};
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// An audit, for programs.
#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    measures: &'static str,
}

/// Lists them.
pub(crate) fn run(_: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let listed: Vec<Listed> = audits::ALL
        .iter()
        .map(|audit| audit.about())
        .map(|about| Listed { name: about.name, measures: about.summary })
        .collect();
    if settings.json {
        output::json(&listed)?;
        return Ok(Outcome::Done);
    }
    let mut grid = Grid::new([("audit", false), ("measures", false)]);
    for audit in &listed {
        grid.row(vec![Field::words(audit.name), Field::words(audit.measures)], None);
    }
    let mut writing = Writing::on(settings.page);
    grid.write(&mut writing);
    writing.gap();
    let how = text::typed("candor audit run runs them all; candor audit run NAME runs one", program());
    writing.paragraph("", &how);
    output::print(&writing.finish())?;
    Ok(Outcome::Done)
}
