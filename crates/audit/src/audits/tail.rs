//! Where is it worst? Slices of the questions by what was known before they were answered: the lowest on one half of the questions, confirmed on
//! the other half.
//!
//! Not a table of every slice: the worst of many looks bad by chance. Not why a slice is worse.

mod attributes;
mod parts;
mod readiness;
mod report;
mod settings;
mod slices;

use candor_trace::{Inventory, Trace};

use crate::live::{Experiment, experiments};
use crate::rows::Rows;
use crate::{About, Audit, Error, Observer, Readiness, Report};
use attributes::{Asked, Attributes};

pub use settings::Settings;

/// The audit.
pub static AUDIT: Tail = Tail;

/// See the module.
#[derive(Debug)]
pub struct Tail;

static ABOUT: About = About {
    name: "tail",
    summary: "in which slices of the questions is it worst? found on one half of them, confirmed on the other",
    methods: include_str!("../../../../docs/methods/tail.md"),
};

impl Audit for Tail {
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
        let attributes = Attributes::new(&settings.tail.labels);
        Box::new(Seen { rows: Rows::default(), attributes, settings: settings.clone() })
    }
}

struct Seen {
    rows: Rows<Asked>,
    attributes: Attributes,
    settings: crate::Settings,
}

impl Observer for Seen {
    fn see(&mut self, trace: &Trace) {
        let (class, words) = (self.attributes.class(trace), attributes::words(trace));
        self.rows.fold(trace, self.settings.tail.score.as_deref(), |kept| Asked { kept, class, words });
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        self.settings.tail.check()?;
        report::report(&self.rows, &self.attributes, &self.settings)
    }
}
