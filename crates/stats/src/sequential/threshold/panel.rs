//! Several means under "any" or "every": what they decide together, and which of them is asked next. Not who asks: a caller makes the observations of a
//! round and hands them over.

use super::{Design, Quantifier, Side, Threshold};
use crate::error::Error;
use crate::seed::Seed;
use crate::special::normal_quantile;

/// Means that are decided together.
///
/// Each has a [`Threshold`] of its own, whose capital is a function of its own observations in their own order. Which of them is asked next may depend on
/// everything seen so far: it decides how far along its own path each capital is followed, and Ville's inequality bounds the whole path. So
/// observations of one question under several cues, and plain draws that cues share, need no correction beyond that among the means.
#[derive(Debug, Clone)]
pub struct Panel {
    design: Design,
    means: Vec<Threshold>,
    exhausted: Vec<bool>,
    seed: Seed,
    rounds: u64,
}

/// How many of the means that look best are asked in a round.
const ABREAST: u64 = 2;

impl Panel {
    /// Before any observation; there are at most `most` of each mean.
    #[must_use]
    pub fn new(design: &Design, most: u64, seed: Seed) -> Self {
        let means = vec![Threshold::new(design, most); design.streams() as usize];
        Self { design: *design, exhausted: vec![false; means.len()], means, seed, rounds: 0 }
    }

    /// Observations of one mean in a round: a fortieth of the fixed plan, 4 to 64.
    #[must_use]
    pub fn at_once(&self) -> u64 {
        (self.design.fixed() / 40).clamp(4, 64)
    }

    /// The next observation of one mean, or its bounds where it was lost: see [`Threshold::push_between`].
    ///
    /// # Errors
    /// When there is no such mean, or the observation is outside the bounds of its kind.
    pub fn push(&mut self, mean: usize, least: f64, most: f64) -> Result<(), Error> {
        let expected = format!("a number below {}", self.means.len());
        let mean = self.means.get_mut(mean).ok_or_else(|| Error::domain("mean", expected, mean))?;
        mean.push_between(least, most)
    }

    /// There are no more observations of this mean.
    pub fn exhaust(&mut self, mean: usize) {
        if let Some(exhausted) = self.exhausted.get_mut(mean) {
            *exhausted = true;
        }
    }

    /// The means.
    #[must_use]
    pub fn means(&self) -> &[Threshold] {
        &self.means
    }

    /// The design.
    #[must_use]
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// What is decided, if it is.
    #[must_use]
    pub fn decision(&self) -> Option<Side> {
        let decisive = match self.design.quantifier() {
            Quantifier::Any => Side::Above,
            Quantifier::Every => Side::Below,
        };
        if self.means.iter().any(|mean| mean.answer() == Some(decisive)) {
            return Some(decisive);
        }
        self.means.iter().all(|mean| mean.answer() == Some(decisive.other())).then(|| decisive.other())
    }

    /// The means that are asked in the next round, in order; none once it is decided or nothing is left to ask.
    ///
    /// All in the first round. Then those that are still open and promise to decide: each gets a draw from a normal distribution around its mean so far
    /// (Thompson), and the one that lies farthest towards the side where one decides is asked; twice over, so one or two of them. What was settled is
    /// asked no more.
    pub fn next_round(&mut self) -> Vec<usize> {
        let open = self.open();
        if self.decision().is_some() || open.is_empty() {
            return Vec::new();
        }
        let mut stream = self.seed.stream_at("until/allocation", self.rounds);
        self.rounds += 1;
        if self.rounds == 1 || open.len() == 1 {
            return open;
        }
        let sign = if self.design.one_decides(Side::Above) { 1.0 } else { -1.0 };
        let mut chosen = Vec::new();
        for _ in 0..ABREAST {
            let drawn = open.iter().map(|at| {
                let outlook = self.means.get(*at).map(|mean| mean.outlook(self.design.threshold()));
                let (mean, error) = outlook.unwrap_or_default();
                let z = normal_quantile(stream.unit().clamp(1e-9, 1.0 - 1e-9));
                (sign * (mean + error * z), *at)
            });
            let best = drawn.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at);
            chosen.extend(best.filter(|at| !chosen.contains(at)));
        }
        chosen.sort_unstable();
        chosen
    }

    /// Means that are not settled and can still be asked.
    fn open(&self) -> Vec<usize> {
        let open = |at: &usize| {
            self.means.get(*at).is_some_and(|mean| mean.answer().is_none())
                && self.exhausted.get(*at).is_some_and(|exhausted| !exhausted)
        };
        (0..self.means.len()).filter(open).collect()
    }
}
