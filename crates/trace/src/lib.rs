//! What one call left behind: recorded, imported, counted.
//!
//! A [`Trace`] is what happened, in order. This crate reads traces from foreign files, says what a heap of files can answer, picks
//! traces by a [`Query`], and writes them in one canonical form. It computes no result and draws no conclusion.

mod digested;
mod error;
mod event;
pub mod import;
pub mod index;
pub mod inventory;
pub mod labels;
pub mod mapping;
mod money;
mod numeral;
pub mod parquet;
pub mod query;
pub mod recorded;
pub mod redaction;
pub mod spelling;
pub mod state;
mod trace;
mod trial;

pub use candor_verify::{Outcome, Verdict};
pub use error::{Error, Invalid, Result};
pub use event::{Document, Event, Label, LabelValue, Labeller};
pub use index::Index;
pub use inventory::Inventory;
pub use mapping::Mapping;
pub use money::Money;
pub use query::Query;
pub use state::{State, Subject};
pub use trace::{Cue, Origin, Place, Question, Trace, TraceId, Whom};
pub use trial::{Trial, arm};
