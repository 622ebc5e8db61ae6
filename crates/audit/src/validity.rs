//! Does candor keep its promises? Every interval, test and detector rate that it prints, on planted data, through the audits themselves. Not a
//! test of the code: the estimators' own tests stand beside them.
//!
//! A world plants data under a [`Regime`] and feeds [`row::Row`]s; [`simulate`] replicates it and counts; [`delivered`] holds the counts against what
//! the row promises; the [`table::Table`] that comes out is shipped with this crate, and [`broken`] takes the validity of every claim whose row
//! broke its promise.

pub mod broken;
pub mod delivered;
pub mod draws;
mod exact;
pub(crate) mod measured;
pub mod outcome;
pub mod page;
mod process;
pub mod regime;
pub mod row;
pub mod simulate;
pub mod table;
mod tally;
pub mod world;
mod worlds;

pub use delivered::{Delivered, State};
pub use draws::Draws;
pub use outcome::Outcome;
pub use process::Point;
pub use regime::Regime;
pub use row::{Kind, Row};
pub use simulate::{Plan, Size, run};
pub use table::{Cell, Line, Table};
pub use world::{Group, Role, World};
