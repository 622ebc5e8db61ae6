//! The difference of two means over different questions: MOVER on two intervals that need no symmetry.
//!
//! Not for the same questions on both sides: their difference is paired ([`crate::Paired`]).

use crate::clusters::Clusters;
use crate::derivation::Derivation;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::undefined::Undefined;

impl Clusters {
    /// The mean of this set of questions minus that of another, independent one.
    ///
    /// With (l, u) the interval of [`Clusters::proportion`] of each: d - sqrt((m1 - l1)^2 + (u2 - m2)^2) to
    /// d + sqrt((u1 - m1)^2 + (m2 - l2)^2). Unlike Welch's, it has width where one side is all 0 or all 1.
    ///
    /// Assumes independent questions and no question on both sides. Sources: Newcombe, Statist. Med. 17 (1998) 873, method 10; Zou and Donner, Statist.
    /// Med. 27 (2008) 1693.
    ///
    /// # Errors
    /// Without questions on a side; the estimate has no interval where one of the two has none.
    pub fn independent_difference(&self, other: &Self, level: Level) -> Result<Estimate, Undefined> {
        let (x, y) = (self.proportion(level)?, other.proportion(level)?);
        let (m, n) = (x.value(), y.value());
        let interval = match (x.interval(), y.interval()) {
            (Ok(x), Ok(y)) => {
                let low = m - n - (m - x.low()).hypot(y.high() - n);
                let high = m - n + (x.high() - m).hypot(n - y.low());
                Ok(Interval::ordered(low.max(-1.0), high.min(1.0), level))
            }
            (Err(why), _) | (_, Err(why)) => Err(why.clone()),
        };
        let size =
            Size { units: (self.questions() + other.questions()) as u64, samples: self.samples() + other.samples() };
        let estimate = Estimate::new(m - n, interval, size, Method::named("MOVER on Wilson at n_eff, t(G-1)"))?;
        Ok(estimate.derived(|| Derivation::by("mover-difference").part(x.derivation()).part(y.derivation())))
    }
}
