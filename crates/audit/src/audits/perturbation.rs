//! Does a change of the prompt change the answers? A question as it stands against the same question paraphrased, reordered, renamed, swapped:
//! answers with resampling as their own control, accuracy paired, scalars by their mean.
//!
//! Not planted cues: that is faithfulness, whose arms (cued, control, forward, reversed) are none of this audit's.

pub(super) mod accuracy;
mod answers;
pub(super) mod changes;
mod compared;
pub(super) mod overall;
pub(super) mod pairs;
mod readiness;
mod report;
pub(super) mod rows;
mod scalar;
mod settings;
mod tables;

use candor_trace::{Inventory, Trace};

use crate::audit::WHAT_WAS_ASKED;
use crate::live::{Experiment, experiments};
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};

pub use settings::Settings;

/// The audit.
pub static AUDIT: Perturbation = Perturbation;

/// See the module.
#[derive(Debug)]
pub struct Perturbation;

static ABOUT: About = About {
    name: "perturbation",
    summary: "does the answer stay when the question is paraphrased, reordered or renamed, beyond asking again?",
    methods: include_str!("../../../../docs/methods/perturbation.md"),
};

impl Audit for Perturbation {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
    }

    fn experiment(&self) -> Option<&'static dyn Experiment> {
        Some(&experiments::CHANGES)
    }

    fn passes_over(&self) -> &'static [&'static str] {
        WHAT_WAS_ASKED
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        Box::new(Seen { rows: Rows::default(), settings: settings.clone() })
    }
}

struct Seen {
    rows: Rows<rows::Asked>,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        let own = &self.settings.perturbation;
        // What was asked under a cue is another experiment.
        if trace.cue.is_none() {
            self.rows.fold(trace, own.score.as_deref(), |kept| rows::Asked::of(kept, trace, own.numeric));
        }
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        self.settings.perturbation.check()?;
        report::report(&self.rows, &self.settings)
    }
}
