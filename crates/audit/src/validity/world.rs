//! What a world is: planted data and the rows it feeds. Not any particular one: those stand in `worlds/`.

use candor_stats::Stream;
use candor_trace::Trace;

use super::outcome::Outcome;
use super::process::{FEW, GRID, Point};
use super::regime::Regime;
use super::row::Row;
use crate::{Audit, Report, Settings};

/// What a replication of a world is for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The promise is tried.
    Promise,
    /// A planted effect: how often it is called.
    Power,
}

/// One replication: an outcome for every row that the world feeds, in that order.
pub type Replicate = Box<dyn Fn(&mut Stream) -> Vec<Outcome> + Send + Sync>;

/// Planted data.
pub struct World {
    /// Its name, which seeds its streams.
    pub name: &'static str,
    /// The rows it feeds.
    pub feeds: &'static [(&'static str, Role)],
    /// The written grid of a regime; empty where the regime does not arise.
    pub grid: fn(Regime) -> &'static [Point],
    /// Makes a place of the grid ready: the truths are found once.
    pub prepare: fn(Regime, Point) -> Replicate,
}

impl std::fmt::Debug for World {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("World").field("name", &self.name).field("feeds", &self.feeds).finish_non_exhaustive()
    }
}

/// Rows, and the worlds that feed them.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// What is promised.
    pub rows: &'static [Row],
    /// Where it is tried.
    pub worlds: &'static [World],
}

/// The usual grid.
pub(super) fn usual(regime: Regime) -> &'static [Point] {
    if regime == Regime::Few { &FEW } else { &GRID }
}

/// Shows traces to an audit and takes its report. An audit that refuses its settings has no report, and its rows stay empty.
pub(super) fn audit(audit: &dyn Audit, settings: &Settings, traces: impl IntoIterator<Item = Trace>) -> Option<Report> {
    let mut observer = audit.start(settings);
    for trace in traces {
        observer.see(&trace);
    }
    observer.report().ok().flatten()
}
