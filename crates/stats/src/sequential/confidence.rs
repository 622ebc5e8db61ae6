//! The betting confidence sequence of a mean in [0, 1], plain or weighted by inclusion probabilities.
//!
//! For a mean that stays. Where it moves the set becomes empty, which is reported as drift and not as a number; by period:
//! [`super::windows`].

use std::fmt;

use super::capital::{CELLS, LowerBound};
use crate::claim::flag::Finding;
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::undefined::Undefined;

/// No mean agrees with all observations: the mean moved, or the observations are not what they are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emptied {
    /// After how many observations the set became empty.
    pub after: u64,
}

impl fmt::Display for Emptied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no single mean agrees with the first {} observations", self.after)
    }
}

/// A confidence set for a mean that holds at all times together, however often it is looked at and whenever one stops.
///
/// Hedged capital: one bettor against each candidate mean m from below, one from above, each with alpha/2; m stays as long as neither
/// has multiplied its capital by 2/alpha. Bets are the predictable plug-in, lambda_t = sqrt(2 ln(2/alpha)/(v_{t-1} t ln(1 + t))) and at most
/// 1/(2 m) from below, 1/(2 (1 - m)) from above, with v the variance so far (1/4 before the first observation); the running
/// intersection is kept on a grid of 1/1,000, rounded outwards.
///
/// Assumes that each observation has the same mean given those before it; neither equal distributions nor independence. The miss
/// probability over all times is at most alpha, in simulation well below. Source: Waudby-Smith and Ramdas, JRSS B 86 (2024) 1 (arXiv 2010.09686).
#[derive(Debug, Clone, PartialEq)]
pub struct ConfidenceSequence {
    level: Level,
    /// Lower bound of the mean of w x.
    below: LowerBound,
    /// Lower bound of the mean of w (1 - x).
    above: LowerBound,
    observations: u64,
    audited: u64,
    weights: f64,
    sum: f64,
    weighted: bool,
    emptied: Option<Emptied>,
}

impl ConfidenceSequence {
    /// Before any observation: the set is [0, 1].
    #[must_use]
    pub fn new(level: Level) -> Self {
        Self {
            level,
            below: LowerBound::new(level.tail()),
            above: LowerBound::new(level.tail()),
            observations: 0,
            audited: 0,
            weights: 0.0,
            sum: 0.0,
            weighted: false,
            emptied: None,
        }
    }

    /// The next observation.
    ///
    /// # Errors
    /// When `x` is outside [0, 1].
    pub fn push(&mut self, x: f64) -> Result<(), Error> {
        self.add(x, 1.0)
    }

    /// The next unit of a sample with known inclusion probabilities: audited, with its outcome and the probability above 0 with
    /// which it was chosen.
    ///
    /// With w = 1/probability for an audited unit and 0 for the others ([`ConfidenceSequence::push_unaudited`]), w x has the mean of x over all
    /// units, and so has 1 - w (1 - x). The set is the lower bound on w x and one minus the lower bound on w (1 - x), alpha/2 each: w x is
    /// not in [0, 1], but a lower bound only needs values from 0 up. The value is sum w x / sum w.
    ///
    /// The probability is the one at which the unit was really chosen: under a daily budget it is rate x audited/marked in its
    /// stratum, with marked units audited in seeded random order. Units that a rule can never choose are outside the estimand. Source:
    /// Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro, arXiv 2210.10768.
    ///
    /// # Errors
    /// When `x` is outside [0, 1], or `probability` outside (0, 1].
    pub fn push_audited(&mut self, x: f64, probability: f64) -> Result<(), Error> {
        let weight = weight(probability)?;
        self.add(x, weight)?;
        self.weighted = true;
        Ok(())
    }

    /// The next unit of a sample with known inclusion probabilities: not chosen, with the probability that it had.
    ///
    /// # Errors
    /// When `probability` is outside (0, 1].
    pub fn push_unaudited(&mut self, probability: f64) -> Result<(), Error> {
        self.observe((0.0, 0.0), weight(probability)?);
        self.weighted = true;
        Ok(())
    }

    fn add(&mut self, x: f64, weight: f64) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&x) {
            return Err(Error::domain("observation", "a number in [0, 1]", x));
        }
        self.audited += 1;
        self.weights += weight;
        self.sum += weight * x;
        self.observe((weight * x, weight * (1.0 - x)), weight);
        Ok(())
    }

    fn observe(&mut self, (yes, no): (f64, f64), largest: f64) {
        self.observations += 1;
        self.below.push(yes, largest);
        self.above.push(no, largest);
        // Candidates up to the lower bound and down from the upper one are rejected; where they meet nothing is left between.
        let (below, above) = (self.below.rejected(), self.above.rejected());
        let met = below > 0 && above > 0 && below + above > CELLS + 1;
        if self.emptied.is_none() && (met || below.max(above) > CELLS) {
            self.emptied = Some(Emptied { after: self.observations });
        }
    }

    /// Units seen, audited or not.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// The level at which the set holds at all times together.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The set of means that agree with every observation so far.
    ///
    /// # Errors
    /// [`Undefined::NotApplicable`] once it is empty.
    pub fn interval(&self) -> Result<Interval, Undefined> {
        match self.emptied {
            Some(emptied) => Err(Undefined::not_applicable("one mean for the whole time", emptied.to_string())),
            None => Ok(Interval::ordered(self.below.value(), 1.0 - self.above.value(), self.level)),
        }
    }

    /// The mean so far with the set.
    ///
    /// # Errors
    /// [`Undefined::NoData`] before the first outcome; once the set is empty the estimate has no interval.
    pub fn estimate(&self) -> Result<Estimate, Undefined> {
        if self.audited == 0 {
            return Err(Undefined::no_data("observations"));
        }
        let method = if self.weighted {
            "betting confidence sequence, weighted by inclusion"
        } else {
            "betting confidence sequence, hedged capital"
        };
        Estimate::new(self.sum / self.weights, self.interval(), Size::single(self.audited), Method::named(method))
    }

    /// When the set became empty, if it did. An alarm of this kind is false with probability alpha at most, over all times.
    #[must_use]
    pub fn drift(&self) -> Option<Emptied> {
        self.emptied
    }

    /// The finding on drift for flag V8.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self.emptied {
            Some(emptied) => Finding::fails(emptied.to_string(), "estimates by window"),
            None => Finding::holds(format!("one mean agrees with all {} observations", self.observations)),
        }
    }
}

fn weight(probability: f64) -> Result<f64, Error> {
    // A weight that is not finite has no capital to bet with.
    if probability <= 1.0 && probability > 0.0 && (1.0 / probability).is_finite() {
        Ok(1.0 / probability)
    } else {
        Err(Error::domain("inclusion probability", "a number in (0, 1]", probability))
    }
}
