//! What separates wrong from right chains of thought? Features of the chain, compared between wrong and right samples of the same question; found on
//! one half of the questions, confirmed on the other. Association only.
//!
//! Not what makes a chain go wrong, and not a detector of wrong answers: what makes an answer wrong may make the chain long.

mod across;
mod features;
mod readiness;
mod report;
mod rows;
mod settings;
mod within;

use candor_trace::{Inventory, Trace};

use crate::chains::Chains;
use crate::live::{Experiment, experiments};
use crate::{About, Audit, Error, Observer, Readiness, Report};
use rows::Read;

pub use settings::Settings;

/// The audit.
pub static AUDIT: Explore = Explore;

/// See the module.
#[derive(Debug)]
pub struct Explore;

static ABOUT: About = About {
    name: "explore",
    summary: "what separates wrong from right chains? features found on one half, confirmed on the other; association only",
    methods: include_str!("../../../../docs/methods/explore.md"),
};

impl Audit for Explore {
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
        self.settings.explore.check()?;
        report::report(&self.chains, &self.settings)
    }
}
