//! McNemar's exact test: for one sample per question only.

use crate::estimate::{Method, Size};
use crate::paired::{PairedCounts, Test};
use crate::special::binomial_tails;

impl PairedCounts {
    /// Two-sided exact p = min(1, 2 P(X <= min(b, c))), X ~ B(b + c, 1/2), with b and c the discordant counts.
    ///
    /// Conservative by construction. With no discordant question p is 1. Use the sign-flip test when a question has several
    /// samples. Source: McNemar, Psychometrika 12 (1947) 153.
    #[must_use]
    pub fn mcnemar(&self) -> Test {
        let (b, c) = (self.first, self.second);
        let p = (2.0 * binomial_tails(b.min(c), b + c, 0.5).0).min(1.0);
        Test {
            p,
            statistic: c as f64 - b as f64,
            size: Size::single(self.questions()),
            method: Method::named("McNemar, exact"),
        }
    }
}
