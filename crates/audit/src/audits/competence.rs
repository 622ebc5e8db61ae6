//! What kind of competence stands behind a score? The score beside readings of it: twins of the questions (renamed, renumbered, made afresh), the same
//! questions in other formats, questions whose single steps were asked too, accuracy by depth.
//!
//! Never a verdict on "reasoning": each reading weighs for or against one way to come by a score, and all of them may hold together.

mod base;
mod composition;
mod depth;
mod losses;
mod readiness;
mod report;
mod settings;
mod structure;
mod twins;

use candor_trace::{Inventory, Trace};

use super::perturbation::rows::Asked;
use crate::audit::WHAT_WAS_ASKED;
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};
use structure::Structure;

pub use settings::Settings;

/// The audit.
pub static AUDIT: Competence = Competence;

/// See the module.
#[derive(Debug)]
pub struct Competence;

static ABOUT: About = About {
    name: "competence",
    summary: "what kind of competence is it? the score beside renamed and fresh twins, formats, single steps and depth",
    methods: include_str!("../../../../docs/methods/competence.md"),
};

impl Audit for Competence {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
    }

    fn passes_over(&self) -> &'static [&'static str] {
        WHAT_WAS_ASKED
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        Box::new(Seen { rows: Rows::default(), structure: Structure::default(), settings: settings.clone() })
    }
}

struct Seen {
    rows: Rows<Asked>,
    structure: Structure,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        // What was asked under a cue is another experiment.
        if trace.cue.is_none() {
            let structure = &mut self.structure;
            self.rows.fold(trace, None, |kept| {
                structure.see(kept.unit, trace);
                Asked::of(kept, trace, false)
            });
        }
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        self.settings.competence.check()?;
        report::report(&self.rows, &self.structure, &self.settings)
    }
}
