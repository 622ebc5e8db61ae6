//! Newcombe's method 10: the interval of a difference of paired proportions, one sample per question.

use crate::derivation::{COUNTS, Derivation};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::paired::PairedCounts;
use crate::proportion::wilson;
use crate::special::critical_normal;
use crate::undefined::Undefined;

impl PairedCounts {
    /// second - first with square-and-add of both Wilson intervals and the continuity-corrected phi.
    ///
    /// With p1, p2 the shares, (l, u) their Wilson ends, phi = N / sqrt((a+b)(c+d)(a+c)(b+d)), where N = ad - bc becomes
    /// max(ad - bc - n/2, 0) when positive, and phi = 0 when a margin is 0; for theta = p1 - p2:
    /// theta - sqrt((p1-l1)^2 - 2 phi (p1-l1)(u2-p2) + (u2-p2)^2),
    /// theta + sqrt((u1-p1)^2 - 2 phi (u1-p1)(p2-l2) + (p2-l2)^2); second - first is its mirror image.
    ///
    /// Source: Newcombe, Statistics in Medicine 17 (1998) 2635, method 10.
    ///
    /// # Errors
    /// Without questions.
    pub fn newcombe(&self, level: Level) -> Result<Estimate, Undefined> {
        let n = self.questions() as f64;
        if self.questions() == 0 {
            return Err(Undefined::no_data("paired questions"));
        }
        let (a, b, c, d) = (self.both as f64, self.first as f64, self.second as f64, self.neither as f64);
        let margins = (a + b) * (c + d) * (a + c) * (b + d);
        let product = a * d - b * c;
        let corrected = if product > 0.0 { (product - 0.5 * n).max(0.0) } else { product };
        let phi = if margins > 0.0 { corrected / margins.sqrt() } else { 0.0 };
        let z = critical_normal(level);
        let (p1, p2) = ((a + b) / n, (a + c) / n);
        let (w1, w2) = (wilson::at(p1, n, z, level), wilson::at(p2, n, z, level));
        let add = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        let theta = (c - b) / n;
        let low = theta - add(w1.high() - p1, p2 - w2.low());
        let high = theta + add(p1 - w1.low(), w2.high() - p2);
        let interval = Interval::ordered(low.max(-1.0), high.min(1.0), level);
        let method = Method::named("Newcombe, method 10");
        let estimate = Estimate::new(theta, Ok(interval), Size::single(self.questions()), method)?;
        Ok(estimate.derived(|| Derivation::by("newcombe").level(level).lacking(COUNTS)))
    }
}
