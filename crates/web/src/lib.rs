//! Charts and the self-contained HTML report.
//!
//! Everything is made here, as text: no script, no network, no fonts, no clock. The same run gives the same bytes. A page computes
//! nothing: every number on it is a claim of the run, with its interval, n and mark.
//!
//! | where | what |
//! |---|---|
//! | [`report`] | a run as one HTML file |
//! | [`bundle`] | the first page of a bundle of the record |
//! | [`chart`] | curves, forest plots and bars from plain input |
//! | [`number`], [`mark`], [`text`] | digits, marks, and foreign text made safe to read |

pub mod bundle;
pub mod chart;
pub mod mark;
pub mod number;
mod page;
mod prose;
pub mod report;
pub mod text;
#[cfg(test)]
mod wellformed;

pub use report::{render, render_from};
