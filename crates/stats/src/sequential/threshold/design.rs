//! What is to be decided and with which errors, how many observations a fixed plan would need for that, and how many a sequential one makes at most.
//!
//! Not the decision: a design knows no data. Its variances are guesses; a decision is valid whatever they are, and late where they are too small.

use crate::error::Error;
use crate::special::normal_quantile;

/// What is observed at each unit, one independent unit after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Whether something is so, 0 or 1, or the share of several samples of a unit.
    Share {
        /// Samples of each unit; single ones of a unit are taken to agree beyond chance by one half (a guess).
        samples: u32,
    },
    /// A difference of two such shares in [-1, 1]: what a cue moves, beyond a second plain draw.
    Difference {
        /// The share of plain draws that go where the cue points without it (a guess).
        chance: f64,
        /// Samples of each unit.
        samples: u32,
    },
}

impl Kind {
    /// The smallest and the largest value.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::Share { .. } => (0.0, 1.0),
            Self::Difference { .. } => (-1.0, 1.0),
        }
    }

    /// The variance of one unit where the mean is `mean`, clipped to the bounds.
    ///
    /// A share: mean (1 - mean). A difference, where a cue is followed with f = mean/(1 - chance) whatever the own draw is: P(+1) = (f + (1 - f)
    /// chance)(1 - chance) and P(-1) = chance (1 - f)(1 - chance); for a negative mean the minus ones grow instead. Several samples: times
    /// (1 + 1/samples)/2.
    fn variance(self, mean: f64) -> f64 {
        let (single, samples) = match self {
            Self::Share { samples } => {
                let p = mean.clamp(0.0, 1.0);
                (p * (1.0 - p), samples)
            }
            Self::Difference { chance, samples } => {
                let other = 1.0 - chance;
                let (plus, minus) = if mean >= 0.0 {
                    let followed = (mean / other).min(1.0);
                    ((followed + (1.0 - followed) * chance) * other, chance * (1.0 - followed) * other)
                } else {
                    (chance * other, chance * other - mean)
                };
                (plus + minus - (plus - minus).powi(2), samples)
            }
        };
        (single * 0.5 * (1.0 + 1.0 / f64::from(samples.max(1)))).max(1e-4)
    }
}

/// How several means make one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Above where any is above; below where all are below.
    Any,
    /// Above where all are above; below where any is below.
    Every,
}

/// On which side of the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
        }
    }
}

/// A sequential plan makes at most so many times the observations of the fixed one.
const AT_MOST: f64 = 1.2;

/// A decision about one mean or several, before any data.
///
/// Promised, where `error` is e: "above" is said with probability e at most if it is not so, "below" with probability e at most if it is not so, and
/// planned for: a mean that lies `detect` away from the threshold is decided with probability 1 - e.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    kind: Kind,
    threshold: f64,
    detect: f64,
    error: f64,
    quantifier: Quantifier,
    streams: u32,
}

impl Design {
    /// A design for one mean: see [`Design::over`] for several.
    ///
    /// # Errors
    /// When the threshold does not lie within the bounds, `detect` or `error` are outside (0, 1) and (0, 1/2), the chance is outside [0, 1), or there are
    /// no samples.
    pub fn new(kind: Kind, threshold: f64, detect: f64, error: f64) -> Result<Self, Error> {
        let (low, high) = kind.bounds();
        if !(threshold > low && threshold < high) {
            return Err(Error::domain("threshold", format!("a number between {low} and {high}"), threshold));
        }
        if !(detect > 0.0 && detect < 1.0) {
            return Err(Error::domain("detect", "a number between 0 and 1", detect));
        }
        if !(error > 0.0 && error < 0.5) {
            return Err(Error::domain("error", "a number between 0 and 1/2", error));
        }
        let (chance, samples) = match kind {
            Kind::Share { samples } => (0.0, samples),
            Kind::Difference { chance, samples } => (chance, samples),
        };
        if !(0.0..1.0).contains(&chance) {
            return Err(Error::domain("chance", "a number from 0, below 1", chance));
        }
        if samples == 0 {
            return Err(Error::domain("samples", "at least 1", samples));
        }
        if threshold + detect >= high && threshold - detect <= low {
            return Err(Error::domain("detect", "a mean that far from the threshold, on one side at least", detect));
        }
        Ok(Self { kind, threshold, detect, error, quantifier: Quantifier::Any, streams: 1 })
    }

    /// The same about several means together.
    #[must_use]
    pub fn over(self, quantifier: Quantifier, streams: u32) -> Self {
        Self { quantifier, streams: streams.max(1), ..self }
    }

    /// What is observed.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The threshold.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// How far from the threshold a mean is to be decided.
    #[must_use]
    pub fn detect(&self) -> f64 {
        self.detect
    }

    /// The error of the whole decision.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// Any or every.
    #[must_use]
    pub fn quantifier(&self) -> Quantifier {
        self.quantifier
    }

    /// How many means.
    #[must_use]
    pub fn streams(&self) -> u32 {
        self.streams
    }

    /// Whether one mean on this side decides; else it takes all of them.
    pub(super) fn one_decides(&self, side: Side) -> bool {
        (self.quantifier == Quantifier::Any) == (side == Side::Above)
    }

    /// The error of one mean on one side: shared among the means (Bonferroni) where one of them decides; whole where it takes all (intersection and
    /// union: if one of them is not on this side, saying so of all takes an error at that one).
    #[must_use]
    pub fn error_of(&self, side: Side) -> f64 {
        if self.one_decides(side) { self.error / f64::from(self.streams) } else { self.error }
    }

    /// The mean at which a side is to be shown in time.
    pub(super) fn expected(&self, side: Side) -> f64 {
        let (low, high) = self.kind.bounds();
        // Half of the way, where the bound is nearer than that.
        match side {
            Side::Above => (self.threshold + self.detect).min(0.5 * (self.threshold + high)),
            Side::Below => (self.threshold - self.detect).max(0.5 * (self.threshold + low)),
        }
    }

    pub(super) fn variance(&self, mean: f64) -> f64 {
        self.kind.variance(mean)
    }

    /// The units of a fixed test for one side, not rounded.
    ///
    /// n = (z_a sqrt(v_0) + z_b sqrt(v_1))^2/d^2 with v_0 the variance at the threshold and v_1 at `detect` from it (score test), or with v_1 for both (Wald's
    /// test), whichever is smaller; a the error of one mean; b the whole error where one mean decides, and shared among the means where it takes all.
    fn fixed_for(&self, side: Side) -> f64 {
        let missed = if self.one_decides(side) { self.error } else { self.error / f64::from(self.streams) };
        let (za, zb) = (-normal_quantile(self.error_of(side)), -normal_quantile(missed));
        let expected = self.expected(side);
        let (at, there) = (self.variance(self.threshold).sqrt(), self.variance(expected).sqrt());
        let score = za * at + zb * there;
        let wald = (za + zb) * there;
        (score.min(wald) / (expected - self.threshold)).powi(2)
    }

    /// The smallest number of units at which a fixed plan has these errors on both sides: asked of every mean, looked at once.
    #[must_use]
    pub fn fixed(&self) -> u64 {
        whole(self.fixed_for(Side::Above).max(self.fixed_for(Side::Below)))
    }

    /// The most units of one mean: 1.2 times the fixed plan, rounded down.
    #[must_use]
    pub fn most(&self) -> u64 {
        (AT_MOST * self.fixed() as f64) as u64
    }

    /// 1.2 times what the fixed plan needs for one side.
    pub(super) fn most_for(&self, side: Side) -> u64 {
        (AT_MOST * whole(self.fixed_for(side)) as f64) as u64
    }
}

fn whole(n: f64) -> u64 {
    // A value that is whole but for rounding is whole.
    (n * (1.0 - 4.0 * f64::EPSILON)).ceil().max(1.0) as u64
}
