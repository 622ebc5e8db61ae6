//! Experiments: what to ask of recorded or live calls, and what the replies mean.
//!
//! An [`Audit`] never calls a model and never reads a file. It is handed traces one at a time, keeps what it needs of them in
//! small rows, and ends in a [`Report`]: claims with computed marks, figures that show those claims, and limits that say what
//! the audit cannot show. This crate draws nothing and prints nothing.

pub mod account;
pub mod audit;
pub mod audits;
mod chains;
mod claims;
pub mod compare;
pub mod derive;
pub mod digits;
mod efforts;
pub mod error;
pub mod figure;
pub mod foreign;
pub mod live;
mod names;
mod never_right;
mod places;
pub mod planted;
pub mod readiness;
pub mod recorded;
pub mod registered;
pub mod report;
pub mod require;
mod rows;
pub mod sealed;
pub mod settings;
mod shown;
mod spent;
pub mod validity;
mod values;
mod within;
pub mod words;

pub use audit::{About, Audit, Observer};
pub use error::Error;
pub use figure::{Axis, Cell, Column, Curve, Figure, Forest, Point, Row, Rule, Series, Table};
pub use readiness::Readiness;
pub use report::{Attrition, Beside, Cited, Finding, Limits, Report, Run, SourceFile};
pub use require::Require;
pub use settings::Settings;
