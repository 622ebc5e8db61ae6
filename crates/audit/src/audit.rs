//! What an audit is. Not any particular one: those stand in `audits/`.

use candor_trace::{Inventory, Trace};

use crate::live::Experiment;
use crate::{Error, Readiness, Report, Settings};

/// A question about a model that calls can answer.
///
/// Live and recorded calls are the same to an audit: both arrive as traces. An audit has no state of its own; what it
/// gathers lives in the [`Observer`] that it starts.
pub trait Audit: Sync {
    /// Name, claim and methods page.
    fn about(&self) -> &'static About;

    /// Which of its questions some traces can answer, from counts alone, and what is missing for the others.
    fn readiness(&self, holds: &Inventory) -> Vec<Readiness>;

    /// The experiment whose calls it reads when they are live; `None` where no experiment makes such calls yet.
    fn experiment(&self) -> Option<&'static dyn Experiment> {
        None
    }

    /// Whether a score in [0, 1] stands for accuracy where there are no verdicts: only then is there something to read where a model judges.
    fn reads_scores(&self) -> bool {
        false
    }

    /// Parts of a trace, by their names in the record, that it never looks at: a source that holds them apart need not read them.
    fn passes_over(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether it takes this trace. An entry of a roster is no call, so that only an audit that needs to know what was to be answered takes one; a call that
    /// another experiment asked for is none of its own, and would count questions twice.
    fn takes(&self, trace: &Trace) -> bool {
        let asked_for =
            |by: &str| by == self.about().name || self.experiment().is_some_and(|experiment| experiment.name() == by);
        !trace.trial.is_roster() && trace.trial.audit.as_deref().is_none_or(asked_for)
    }

    /// Starts one reading.
    fn start(&self, settings: &Settings) -> Box<dyn Observer>;
}

/// What was asked, fetched and called: the parts that audits of answers pass over.
pub const WHAT_WAS_ASKED: &[&str] = &["request", "retrieval", "tools"];

/// What is known of an audit before it runs.
#[derive(Debug)]
pub struct About {
    /// The name on the command line: one lower-case word.
    pub name: &'static str,
    /// What it measures, in one line.
    pub summary: &'static str,
    /// The methods page: formulas, assumptions, sources.
    pub methods: &'static str,
}

/// Gathers from traces what an audit needs.
///
/// Memory is bounded by the number of traces times 64 bytes plus the names that occur; texts are not kept.
pub trait Observer: Send {
    /// Takes in one trace, one that the audit [takes](Audit::takes).
    fn see(&mut self, trace: &Trace);

    /// Says what was seen. `None` where the traces hold nothing that this audit is about.
    ///
    /// # Errors
    /// Where the settings cannot be met, such as a number of paths that nobody asks about, never for thin data: thin data gives
    /// claims that are undefined and say why.
    fn report(self: Box<Self>) -> Result<Option<Report>, Error>;
}
