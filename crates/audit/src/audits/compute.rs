//! Test-time compute: what more samples per question buy. Curves, gains, the wall, fits, adaptive stopping.
//!
//! Not inverse scaling (longer chains) and not effort levels: those have audits of their own.

mod adaptive;
mod book;
mod curve;
mod money;
mod prediction;
mod published;
mod questions;
mod readiness;
mod readings;
mod report;

mod section;
mod settings;

pub(crate) use money::mean_dollars;
pub use published::{PublishedPoint, parse_published, published};
pub(crate) use report::JUDGES;
pub use settings::{Aggregate, Settings};

use candor_trace::{Inventory, Trace};

use crate::audit::WHAT_WAS_ASKED;
use crate::live::{Experiment, experiments};
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};

/// The audit.
pub static AUDIT: Compute = Compute;

/// See the module.
#[derive(Debug)]
pub struct Compute;

static ABOUT: About = About {
    name: "compute",
    summary: "what more samples per question buy: accuracy, gain, cost, and where the gain ends",
    methods: include_str!("../../../../docs/methods/compute.md"),
};

impl Audit for Compute {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        readiness::readiness(holds)
    }

    fn experiment(&self) -> Option<&'static dyn Experiment> {
        Some(&experiments::SAMPLES)
    }

    fn passes_over(&self) -> &'static [&'static str] {
        WHAT_WAS_ASKED
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        Box::new(Seen { rows: Rows::default(), settings: settings.clone() })
    }
}

struct Seen {
    rows: Rows,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        self.rows.see(trace, self.settings.compute.score.as_deref());
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        report::report(self.rows, &self.settings)
    }
}
