//! Two raters, yes or no: Cohen's kappa, and positive and negative agreement beside it.
//!
//! Kappa alone misleads where "yes" is rare (3 % in one published set): the two agreements say which side fails.

use serde::{Deserialize, Serialize};

use crate::derivation::{COUNTS, Derivation};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::proportion::Proportion;
use crate::special::critical_normal;
use crate::undefined::Undefined;

/// How often two raters said yes or no about the same independent things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Both said yes.
    pub both: u64,
    /// Only the first said yes.
    pub first: u64,
    /// Only the second said yes.
    pub second: u64,
    /// Both said no.
    pub neither: u64,
}

impl Agreement {
    /// Counts the pairs.
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        pairs.into_iter().fold(Self::default(), |mut table, pair| {
            match pair {
                (true, true) => table.both += 1,
                (true, false) => table.first += 1,
                (false, true) => table.second += 1,
                (false, false) => table.neither += 1,
            }
            table
        })
    }

    /// Number of things rated by both.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.both + self.first + self.second + self.neither
    }

    /// The share rated alike, with Wilson's interval.
    ///
    /// # Errors
    /// Without ratings.
    pub fn observed(&self, level: Level) -> Result<Estimate, Undefined> {
        proportion(self.both + self.neither, self.units())?.wilson(level)
    }

    /// Cohen's kappa, (po - pe)/(1 - pe), with its large-sample interval.
    ///
    /// pe = chance agreement from both raters' margins. Standard error of Fleiss, Cohen and Everitt, Psychological Bulletin 72
    /// (1969) 323; the interval is clipped to [-1, 1] and poor below some 50 ratings or where one answer is rare: read
    /// [`Agreement::positive`] and [`Agreement::negative`] there. Source: Cohen 1960.
    ///
    /// # Errors
    /// Without ratings, or when both raters give one and the same answer throughout.
    pub fn kappa(&self, level: Level) -> Result<Estimate, Undefined> {
        if self.units() == 0 {
            return Err(Undefined::no_data("things rated by both"));
        }
        let n = self.units() as f64;
        let cells = [[self.both as f64 / n, self.first as f64 / n], [self.second as f64 / n, self.neither as f64 / n]];
        let rows = [cells[0][0] + cells[0][1], cells[1][0] + cells[1][1]];
        let columns = [cells[0][0] + cells[1][0], cells[0][1] + cells[1][1]];
        let observed = cells[0][0] + cells[1][1];
        let chance = rows[0] * columns[0] + rows[1] * columns[1];
        // Only one answer given at all, by both.
        if self.both == self.units() || self.neither == self.units() {
            return Err(Undefined::NoVariation { what: "the answers of both raters".into() });
        }
        let kappa = (observed - chance) / (1.0 - chance);
        let mut variance = -(kappa - chance * (1.0 - kappa)).powi(2);
        for (i, row) in cells.iter().enumerate() {
            for (j, cell) in row.iter().enumerate() {
                variance += if i == j {
                    cell * (1.0 - (rows[i] + columns[i]) * (1.0 - kappa)).powi(2)
                } else {
                    cell * ((1.0 - kappa) * (columns[i] + rows[j])).powi(2)
                };
            }
        }
        let se = (variance.max(0.0) / n).sqrt() / (1.0 - chance);
        let half = critical_normal(level) * se;
        let interval = if se > 1e-14 {
            Ok(Interval::ordered((kappa - half).max(-1.0), (kappa + half).min(1.0), level))
        } else {
            Err(Undefined::NoVariation { what: "disagreement".into() })
        };
        let method = Method::named("Cohen's kappa, large-sample interval");
        let estimate = Estimate::new(kappa, interval, Size::single(self.units()), method)?;
        Ok(estimate.derived(|| Derivation::by("kappa").level(level).lacking(COUNTS)))
    }

    /// Positive agreement 2a/(2a + b + c): the chance that one rater says yes where the other does.
    ///
    /// With J = a/(a + b + c), a binomial share given that somebody said yes, it is 2J/(1 + J): Wilson's interval of J,
    /// transformed. Equals F1 of one rater against the other. Source: Cicchetti and Feinstein 1990.
    ///
    /// # Errors
    /// When nobody ever said yes.
    pub fn positive(&self, level: Level) -> Result<Estimate, Undefined> {
        doubled(self.both, self.first + self.second, "things that somebody said yes to", level)
    }

    /// Negative agreement 2d/(2d + b + c), likewise.
    ///
    /// # Errors
    /// When nobody ever said no.
    pub fn negative(&self, level: Level) -> Result<Estimate, Undefined> {
        doubled(self.neither, self.first + self.second, "things that somebody said no to", level)
    }
}

fn proportion(successes: u64, trials: u64) -> Result<Proportion, Undefined> {
    Proportion::new(successes, trials).map_err(|e| Undefined::not_applicable("share", e.to_string()))
}

fn doubled(alike: u64, apart: u64, what: &'static str, level: Level) -> Result<Estimate, Undefined> {
    if alike + apart == 0 {
        return Err(Undefined::no_data(what));
    }
    let method = Method::named("Wilson on a/(a+b+c), transformed");
    let share = proportion(alike, alike + apart)?.wilson(level)?;
    let doubled = share.map(|j| 2.0 * j / (1.0 + j), method)?;
    Ok(doubled.derived(|| Derivation::by("doubled").part(share.derivation())))
}
