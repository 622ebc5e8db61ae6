//! Counts over replications: how often a row was defined, held and vouched for, in each place of its grid. No judgement here.

use std::ops::AddAssign;

use super::outcome::{Ends, Outcome};

/// Counts of one row in one place of the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    /// Replications.
    pub(super) tried: u64,
    /// Those in which there was something to judge.
    pub(super) defined: u64,
    /// Of those: every interval held its truth, or an effect was called.
    pub(super) hits: u64,
    /// Of those defined: the audit itself said that its interval holds at this size.
    pub(super) vouched: u64,
    /// Sum over replications of the mean width; intervals without a bound count in `unbounded` instead.
    width: f64,
    unbounded: u64,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.tried += 1;
        match outcome {
            Outcome::Undefined => {}
            Outcome::Called { called, vouched } => {
                self.defined += 1;
                self.hits += u64::from(*called);
                self.vouched += u64::from(*vouched);
            }
            Outcome::Intervals { ends, vouched } => {
                self.defined += 1;
                self.hits += u64::from(ends.iter().all(Ends::covers));
                self.vouched += u64::from(*vouched);
                let width = ends.iter().map(|ends| ends.high - ends.low).sum::<f64>() / ends.len().max(1) as f64;
                if width.is_finite() {
                    self.width += width;
                } else {
                    self.unbounded += 1;
                }
            }
        }
    }

    /// The mean width over replications with bounded intervals.
    pub(super) fn width(&self) -> Option<f64> {
        let bounded = self.defined - self.unbounded;
        (bounded > 0).then(|| self.width / bounded as f64)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.tried += other.tried;
        self.defined += other.defined;
        self.hits += other.hits;
        self.vouched += other.vouched;
        self.width += other.width;
        self.unbounded += other.unbounded;
    }
}
