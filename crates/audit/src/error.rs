//! What can go wrong in an audit, by what the caller can do about it.

use candor_trace::TraceId;

/// An audit could not run or could not report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data could not be read.
    #[error(transparent)]
    Import(#[from] candor_trace::Error),
    /// A setting has a value that makes no sense.
    #[error("setting `{name}`: expected {expected}, found {found}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What it was given.
        found: String,
    },
    /// A decision in words could not be read.
    #[error("cannot read `{text}`: {why}")]
    Decision {
        /// What was written.
        text: String,
        /// What was expected instead.
        why: String,
    },
    /// Nothing in the data is about what was asked.
    #[error("nothing to audit: {what}")]
    Nothing {
        /// What was looked for.
        what: String,
    },
    /// Two traces claim the same place.
    #[error("trace {id} stands twice in the same place of the experiment: {place}")]
    Twice {
        /// One of them.
        id: TraceId,
        /// Unit, arm and sample.
        place: String,
    },
    /// What is to be asked of a model cannot be asked.
    #[error("cannot ask: {what}")]
    Asked {
        /// What was expected and what was found.
        what: String,
    },
    /// The ledger of live calls cannot be used.
    #[error(transparent)]
    Ledger(#[from] crate::live::LedgerError),
    /// Raw draws of the validity table could not be written.
    #[error("raw draws could not be written: {0}")]
    Draws(#[source] std::io::Error),
    /// A validity table could not be read or written.
    #[error("not a validity table: {0}")]
    Table(#[source] serde_json::Error),
    /// The statistics refuse their input: a fault of ours.
    #[error("internal: {0}")]
    Statistics(#[from] candor_stats::Error),
}
