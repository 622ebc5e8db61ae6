//! ARC-AGI: the share of tasks that recorded submissions solve, strictly and averaged over test inputs, and what a task cost.
//!
//! Not a run of a model: attempts are read, and grids are compared cell by cell. Not a partial score of a grid.

mod against;
mod readiness;
mod report;
mod rows;
mod score;
mod sets;
mod settings;
mod tables;

use candor_trace::{Inventory, Trace};

use crate::{About, Audit, Error, Observer, Readiness, Report};
use rows::Seen;

pub use settings::Settings;

/// The audit.
pub static AUDIT: Arc = Arc;

/// See the module.
#[derive(Debug)]
pub struct Arc;

static ABOUT: About = About {
    name: "arc",
    summary: "ARC-AGI: tasks solved within two attempts, strictly and by test input, and what a task cost",
    methods: include_str!("../../../../docs/methods/arc.md"),
};

impl Audit for Arc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
    }

    fn takes(&self, _: &Trace) -> bool {
        true
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        Box::new(Observed { seen: Seen::default(), settings: settings.clone() })
    }
}

struct Observed {
    seen: Seen,
    settings: crate::Settings,
}

impl Observer for Observed {
    fn see(&mut self, trace: &Trace) {
        self.seen.see(trace);
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        report::report(&self.seen, &self.settings)
    }
}
