//! Does a chain of thought hang together with the answer that followed it, and with itself? How often it does not, by kind, and whether such
//! replies are right less often than others to the same question. Not a verdict on the answer: a chain may contradict a correct one.
//!
//! What is found in one chain is said in `candor_verify::signal::consistency`.

mod labels;
mod measures;
mod readiness;
mod report;
mod rows;

use candor_trace::{Inventory, Trace};

use crate::chains::Chains;
use crate::live::{Experiment, experiments};
use crate::{About, Audit, Error, Observer, Readiness, Report};
use rows::Read;

/// The audit.
pub static AUDIT: Consistency = Consistency;

/// See the module.
#[derive(Debug)]
pub struct Consistency;

static ABOUT: About = About {
    name: "consistency",
    summary: "does the chain of thought hang together with the answer given, and with itself?",
    methods: include_str!("../../../../docs/methods/consistency.md"),
};

impl Audit for Consistency {
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
        Box::new(Seen { chains: Chains::default(), settings: settings.clone() })
    }
}

struct Seen {
    chains: Chains<Read>,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        self.chains.see(trace, |chain, seat| Read::of(chain, seat, trace));
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        Ok(report::report(&self.chains, &self.settings))
    }
}
