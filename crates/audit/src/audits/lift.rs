//! Does more effort help here? Thinking off, low, … max on the same questions: gained and lost items beside the net, and what a point costs.
//!
//! Not more samples at one effort: that is the compute audit. Not longer chains within one effort: that is inverse scaling.

mod readiness;
mod report;
mod settings;

use candor_trace::{Inventory, Trace};

use crate::audit::WHAT_WAS_ASKED;
use crate::live::{Experiment, experiments};
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};

pub use settings::Settings;

/// The audit.
pub static AUDIT: Lift = Lift;

/// See the module.
#[derive(Debug)]
pub struct Lift;

static ABOUT: About = About {
    name: "lift",
    summary: "does more reasoning effort help here? gained and lost items beside the net, and what a point costs",
    methods: include_str!("../../../../docs/methods/lift.md"),
};

impl Audit for Lift {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
    }

    fn experiment(&self) -> Option<&'static dyn Experiment> {
        Some(&experiments::EFFORTS)
    }

    fn reads_scores(&self) -> bool {
        true
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
        // Without an effort there is nothing to compare.
        if trace.effort.is_some() {
            self.rows.see(trace, self.settings.lift.score.as_deref());
        }
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        report::report(&self.rows, &self.settings)
    }
}
