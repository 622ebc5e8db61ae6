//! Inverse scaling: does accuracy fall somewhere along rising budgets, and are a question's longer chains less often right?
//!
//! Not the gain of more effort: that is lift. Only budgets that were asked for may say "hurts"; lengths that came about by themselves
//! are an association, and every line about them says so.

mod budgets;
mod controlled;
mod figures;
mod lines;
mod natural;
mod readiness;
mod report;
mod rows;
mod settings;

use candor_trace::{Inventory, Trace};

use crate::audit::WHAT_WAS_ASKED;
use crate::live::{Experiment, experiments};
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};

pub use settings::Settings;

/// The audit.
pub static AUDIT: Inverse = Inverse;

/// See the module.
#[derive(Debug)]
pub struct Inverse;

static ABOUT: About = About {
    name: "inverse",
    summary: "where does a larger budget answer worse? and are longer chains less often right?",
    methods: include_str!("../../../../docs/methods/inverse.md"),
};

impl Audit for Inverse {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        readiness::readiness(holds)
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
    rows: Rows<rows::Chain>,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        self.rows.fold(trace, self.settings.inverse.score.as_deref(), |kept| rows::Chain::of(kept, trace));
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        report::report(&self.rows, &self.settings)
    }
}
