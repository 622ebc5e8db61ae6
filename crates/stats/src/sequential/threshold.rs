//! Is a mean above or below a threshold? Asked after every observation, stopped as soon as either is shown, and given up at an end that is fixed before.
//!
//! Not an interval: a decision with its two errors. For a number that holds whenever one stops, see [`super::confidence`].
//!
//! | where | what |
//! |---|---|
//! | [`design`] | how many observations a fixed plan of the same errors needs, and how many are made at most |
//! | [`panel`] | several means under "any" or "every", and which of them is asked next |

mod bettor;
pub mod design;
pub mod panel;

use bettor::{Bettor, Goal};
pub use design::{Design, Kind, Quantifier, Side};
pub use panel::Panel;

use crate::error::Error;

/// One mean against a threshold, decided by two bettors: one against "the mean is at most the threshold", one against "it is at least the threshold".
///
/// The side whose bettor has multiplied its capital by 1/error is shown. Under its null a capital is a nonnegative supermartingale, so that by Ville's
/// inequality P(it ever reaches 1/error) <= error: whatever the distribution within the bounds, whoever stops and why, and whatever the rule by which it
/// was decided how many of its observations are made. Two falsehoods cannot both be open: the mean is not above and below.
///
/// Assumes that each observation has the same mean given those before it, such as questions in random order. Sources: Ville 1939; Waudby-Smith and
/// Ramdas, JRSS B 86 (2024) 1 (arXiv 2010.09686). The bets are ours: see the module's page in docs/methods/until.md.
#[derive(Debug, Clone)]
pub struct Threshold {
    above: Bettor,
    below: Bettor,
    low: f64,
    high: f64,
    answer: Option<Side>,
    observations: u64,
}

impl Threshold {
    /// Before any observation. `most` is how many there will be at most: bets are made so that they come off by then; more are still valid.
    #[must_use]
    pub fn new(design: &Design, most: u64) -> Self {
        let (low, high) = design.kind().bounds();
        let goal = |side: Side| {
            let mirrored = |mean: f64| if side == Side::Below { low + high - mean } else { mean };
            Goal {
                low,
                bound: mirrored(design.threshold()),
                expected: mirrored(design.expected(side)),
                variance: design.variance(design.expected(side)),
                variance_at_bound: design.variance(design.threshold()),
                error: design.error_of(side),
                deadline: design.most_for(side).min(most.max(1)),
                last: most.max(1),
            }
        };
        Self {
            above: Bettor::new(goal(Side::Above)),
            below: Bettor::new(goal(Side::Below)),
            low,
            high,
            answer: None,
            observations: 0,
        }
    }

    /// The next observation.
    ///
    /// # Errors
    /// When it is outside the bounds of its kind.
    pub fn push(&mut self, x: f64) -> Result<(), Error> {
        self.push_between(x, x)
    }

    /// The next observation, of which only bounds are known, such as a reply that was lost: it counts as its lower bound for "above" and as its upper
    /// bound for "below", so that the decision holds whatever it was.
    ///
    /// # Errors
    /// When they are outside the bounds of its kind, or in the wrong order.
    pub fn push_between(&mut self, least: f64, most: f64) -> Result<(), Error> {
        if !(self.low <= least && least <= most && most <= self.high) {
            return Err(Error::domain(
                "observation",
                format!("a number in [{}, {}]", self.low, self.high),
                format!("{least} to {most}"),
            ));
        }
        self.observations += 1;
        self.above.push(least);
        self.below.push(self.low + self.high - most);
        if self.answer.is_none() {
            self.answer = match (self.above.reached(), self.below.reached()) {
                (true, _) => Some(Side::Above),
                (_, true) => Some(Side::Below),
                _ => None,
            };
        }
        Ok(())
    }

    /// The side that was shown first, if one was.
    #[must_use]
    pub fn answer(&self) -> Option<Side> {
        self.answer
    }

    /// How many observations there were.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// The largest capital so far against the other side, as a multiple of the stake: evidence for this side.
    #[must_use]
    pub fn evidence(&self, side: Side) -> f64 {
        match side {
            Side::Above => self.above.highest(),
            Side::Below => self.below.highest(),
        }
    }

    /// Mean and standard error so far, drawn towards the threshold as by ten observations there: to choose what is asked next, not to report.
    fn outlook(&self, threshold: f64) -> (f64, f64) {
        const DRAWN: f64 = 10.0;
        let n = self.observations as f64;
        let mean = (self.above.sum() + DRAWN * threshold) / (n + DRAWN);
        (mean, (self.above.variance() / (n + DRAWN)).sqrt())
    }
}

#[cfg(test)]
mod tests;
