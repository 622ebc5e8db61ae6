//! Claims against the record: what replies and chains say was done ("I ran the tests, all pass"), compared with the recorded tool calls, results
//! and exit codes; and whether the right answer or a forbidden source stood in a result before the answer.
//!
//! Not whether the answer is right, and not why a model claims what it claims. The comparison itself is `candor_verify::signal::statement`.

mod odds;
mod readiness;
mod report;
mod rows;
mod settings;

use candor_trace::{Inventory, Trace};

use crate::{About, Audit, Error, Observer, Readiness, Report};
use rows::Rows;

pub use settings::Settings;

/// The audit.
pub static AUDIT: Statements = Statements;

/// See the module.
#[derive(Debug)]
pub struct Statements;

static ABOUT: About = About {
    name: "statements",
    summary: "is what replies claim was done in the record of tool calls, and how did it end there?",
    methods: include_str!("../../../../docs/methods/statements.md"),
};

impl Audit for Statements {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        vec![readiness::readiness(holds)]
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
        self.rows.see(trace, &self.settings.statements);
    }

    fn report(self: Box<Self>) -> Result<Option<Report>, Error> {
        Ok(report::report(&self.rows, &self.settings))
    }
}
