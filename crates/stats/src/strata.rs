//! Means over fixed strata: tasks that were chosen, not drawn.
//!
//! Not clusters: thirteen tasks of a benchmark are the tasks the statement is about, and only the items within them vary.

use std::collections::BTreeMap;

use crate::derivation::{Column, Derivation};
use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::paired::{Limits, widened};
use crate::proportion::wilson;
use crate::special::critical;
use crate::undefined::Undefined;

/// Values of items that belong to fixed strata; every item counts the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strata {
    values: BTreeMap<u32, Vec<f64>>,
}

impl Strata {
    /// From (stratum, value) of every item.
    ///
    /// # Errors
    /// When a value is not finite.
    pub fn new(items: impl IntoIterator<Item = (u32, f64)>) -> Result<Self, Error> {
        let mut values: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (stratum, value) in items {
            if !value.is_finite() {
                return Err(Error::domain("value", "a finite number", value));
            }
            values.entry(stratum).or_default().push(value);
        }
        Ok(Self { values })
    }

    fn derivation(&self, by: &'static str, level: Level) -> Derivation {
        let strata = self.values.iter().flat_map(|(stratum, values)| values.iter().map(|_| *stratum));
        Derivation::by(by)
            .level(level)
            .column(Column::counts(strata))
            .column(Column::reals(self.values.values().flatten().copied()))
    }

    fn items(&self) -> usize {
        self.values.values().map(Vec::len).sum()
    }

    /// Number of items.
    #[must_use]
    pub fn size(&self) -> Size {
        Size::single(self.items() as u64)
    }

    /// The mean over all items, m = sum of W_h m_h with W_h = N_h / N.
    ///
    /// # Errors
    /// Without items.
    pub fn mean(&self) -> Result<f64, Undefined> {
        let n = self.items();
        if n == 0 {
            return Err(Undefined::no_data("items"));
        }
        Ok(self.values.values().flatten().sum::<f64>() / n as f64)
    }

    /// The standard error over items within strata, sqrt(sum of W_h^2 s_h^2 / N_h), and its degrees of freedom N - H.
    ///
    /// # Errors
    /// Without items, or when a stratum has a single one.
    pub fn standard_error(&self) -> Result<(f64, f64), Undefined> {
        self.mean()?;
        let n = self.items() as f64;
        let mut variance = 0.0;
        for values in self.values.values() {
            let size = values.len() as f64;
            if values.len() < 2 {
                return Err(Undefined::too_few("items of every stratum", values.len(), 2));
            }
            let mean = values.iter().sum::<f64>() / size;
            let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
            variance += size * squares / (size - 1.0) / (n * n);
        }
        Ok((variance.sqrt(), n - self.values.len() as f64))
    }

    /// The pooled mean of differences in [-1, 1] of paired items: m ± t_{N-H} se, or a wider bound where hardly any item changed, or a few by much
    /// (as [`bounded_difference`](crate::paired::bounded_difference), which leaves the strata out and is the wider for it).
    ///
    /// Assumes independent items within each stratum. Estimand: items like these, in exactly these strata.
    ///
    /// # Errors
    /// Without items; [`Undefined::NotApplicable`] when a difference lies outside [-1, 1].
    pub fn pooled_difference(&self, level: Level) -> Result<Estimate, Undefined> {
        let mean = self.mean()?;
        let all: Vec<f64> = self.values.values().flatten().copied().collect();
        if all.iter().any(|difference| !(-1.0..=1.0).contains(difference)) {
            return Err(Undefined::not_applicable("bounded difference", "a difference is outside [-1, 1]"));
        }
        let t = self.standard_error().map(|(se, df)| {
            let half = critical(level, df) * se;
            Interval::ordered(mean - half, mean + half, level)
        });
        let spread = |t: &&Interval| t.half_width() > 1e-14;
        let wider = t.as_ref().ok().and_then(|t| widened(&all, Limits::SHARES, Some(t).filter(spread), level));
        let (interval, method) = match wider {
            Some(wider) => (Ok(wider), "paired, fixed strata, the farther of t(N-H) and Gaffke's bound"),
            None => (t, "paired, fixed strata, t(N-H)"),
        };
        let estimate = Estimate::new(mean, interval, self.size(), Method::named(method))?;
        Ok(estimate.derived(|| self.derivation("strata-mean", level)))
    }

    /// The pooled share of values in [0, 1] with Wilson's interval at n_eff = m (1 - m)/se^2 and t_{N-H}.
    ///
    /// # Errors
    /// Without items; [`Undefined::NotApplicable`] when a value lies outside [0, 1].
    pub fn pooled_share(&self, level: Level) -> Result<Estimate, Undefined> {
        let mean = self.mean()?;
        if self.values.values().flatten().any(|v| !(0.0..=1.0).contains(v)) {
            return Err(Undefined::not_applicable("share", "a value lies outside [0, 1]"));
        }
        let interval = self.standard_error().and_then(|(se, df)| {
            let unanimous = mean <= 0.0 || mean >= 1.0;
            let trials = if unanimous { self.items() as f64 } else { mean * (1.0 - mean) / (se * se) };
            if trials.is_finite() {
                Ok(wilson::at(mean, trials, critical(level, df), level))
            } else {
                Err(Undefined::NoVariation { what: "items within strata".into() })
            }
        });
        let method = Method::named("Wilson at n_eff, fixed strata, t(N-H)");
        Ok(Estimate::new(mean, interval, self.size(), method)?.derived(|| self.derivation("strata-share", level)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_between_strata_do_not_widen_the_interval() {
        // Two strata, far apart, with the same spread within.
        let items = |gap: f64| {
            Strata::new((0..200_u32).map(|i| (i % 2, f64::from(i % 2) * gap + f64::from(i / 2 % 2) * 0.2))).unwrap()
        };
        let (near, far) = (items(0.0), items(0.7));
        let (a, b) = (near.standard_error().unwrap(), far.standard_error().unwrap());
        assert!((a.0 - b.0).abs() < 1e-12 && (a.1 - 198.0).abs() < 1e-12);
        assert!((far.mean().unwrap() - 0.45).abs() < 1e-12);
        // By hand: s^2 within = .01 * 100/99, se^2 = s^2 / 200.
        assert!((a.0 - (0.01 * 100.0 / 99.0 / 200.0_f64).sqrt()).abs() < 1e-12);
        let share = far.pooled_share(Level::P95).unwrap();
        let mean = far.pooled_difference(Level::P95).unwrap();
        assert!(share.interval().unwrap().low() >= 0.0);
        assert!((share.interval().unwrap().width() - mean.interval().unwrap().width()).abs() < 2e-3);
    }

    #[test]
    fn a_lone_item_values_outside_and_no_items_are_typed() {
        assert!(matches!(Strata::default().pooled_difference(Level::P95), Err(Undefined::NoData { .. })));
        let lone = Strata::new([(0, 0.0), (0, 1.0), (1, 1.0)]).unwrap();
        assert!(matches!(lone.pooled_difference(Level::P95).unwrap().interval(), Err(Undefined::TooFew { .. })));
        assert!(Strata::new([(0, f64::NAN)]).is_err());
        let drop = Strata::new([(0, -1.0), (0, 1.0)]).unwrap();
        assert!(matches!(drop.pooled_share(Level::P95), Err(Undefined::NotApplicable { .. })));
        let all = Strata::new((0..20).map(|i| (i % 2, 1.0))).unwrap();
        assert!(all.pooled_share(Level::P95).unwrap().interval().unwrap().low() > 0.7);
    }
}
