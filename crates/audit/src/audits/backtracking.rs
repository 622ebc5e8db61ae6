//! Where chains of thought go back on themselves: how often, in which way, where, whether the candidate answer or its being right changes,
//! and whether such samples are right more or less often than others of the same question. Counted, not explained: useful in a product,
//! insufficient as evidence of a mechanism.
//!
//! The detector stands in `candor_verify::signal::backtrack`; labelled sections, where a source carries them, say how good it is.

mod bursts;
mod measures;
mod readiness;
mod report;
mod rows;
mod sections;

use candor_trace::{Inventory, Trace};

use crate::chains::Chains;
use crate::live::{Experiment, experiments};
use crate::{About, Audit, Error, Observer, Readiness, Report};
use rows::Read;
use sections::Sections;

/// The audit.
pub static AUDIT: Backtracking = Backtracking;

/// See the module.
#[derive(Debug)]
pub struct Backtracking;

static ABOUT: About = About {
    name: "backtracking",
    summary: "where and how often do chains of thought go back on themselves, and are such samples right as often?",
    methods: include_str!("../../../../docs/methods/backtracking.md"),
};

impl Audit for Backtracking {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
    }

    fn experiment(&self) -> Option<&'static dyn Experiment> {
        Some(&experiments::SAMPLES)
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        Box::new(Seen { chains: Chains::default(), sections: Sections::default(), settings: settings.clone() })
    }
}

struct Seen {
    chains: Chains<Read>,
    sections: Sections,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        self.sections.see(trace);
        self.chains.see(trace, |chain, seat| Read::of(chain, seat, trace));
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        Ok(report::report(&self.chains, &self.sections, &self.settings))
    }
}
