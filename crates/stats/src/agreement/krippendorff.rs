//! Krippendorff's alpha: agreement of any number of raters, with missing ratings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::resample::bootstrap::quantile;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// How far apart two ratings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Names: 0 if equal, else 1.
    Nominal,
    /// Ranks: squared number of ratings between both.
    Ordinal,
    /// Numbers: squared difference.
    Interval,
}

/// Alpha = 1 - observed / expected disagreement, with a seeded bootstrap interval over units.
///
/// `units` holds each unit's ratings; a missing rating is simply absent, and units with fewer than two ratings are left out.
/// Observed: mean over pairable ratings of the distance within units, each unit's pairs weighted by 1/(m_u - 1). Expected: the same over
/// all pairs of pairable ratings. 1 is perfect, 0 what chance gives.
///
/// Interval: percentile bootstrap over units (with fewer than 10 units none). Assumes independent units.
/// Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"; ordinal metric as there.
///
/// # Errors
/// [`Error::Domain`] when a rating is not finite.
pub fn krippendorff_alpha<U: AsRef<[f64]>>(
    units: &[U],
    metric: Metric,
    level: Level,
    resamples: usize,
    seed: Seed,
) -> Result<Result<Estimate, Undefined>, Error> {
    let mut values: Vec<f64> = units.iter().flat_map(|u| u.as_ref().iter().copied()).collect();
    if let Some(bad) = values.iter().find(|v| !v.is_finite()) {
        return Err(Error::domain("rating", "a finite number", bad));
    }
    values.sort_unstable_by(f64::total_cmp);
    values.dedup_by(|a, b| a.total_cmp(b).is_eq());
    // Each unit as counts of the distinct values; alike units in one canonical order.
    let mut rows: Vec<Vec<f64>> = units
        .iter()
        .map(AsRef::as_ref)
        .filter(|ratings| ratings.len() > 1)
        .map(|ratings| {
            let mut counts = vec![0.0; values.len()];
            for rating in ratings {
                if let Ok(at) = values.binary_search_by(|v| v.total_cmp(rating)) {
                    counts[at] += 1.0;
                }
            }
            counts
        })
        .collect();
    rows.sort_by(|a, b| {
        a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(alpha_with_interval(&rows, &values, metric, level, resamples, seed))
}

fn alpha_with_interval(
    rows: &[Vec<f64>],
    values: &[f64],
    metric: Metric,
    level: Level,
    resamples: usize,
    seed: Seed,
) -> Result<Estimate, Undefined> {
    if rows.is_empty() {
        return Err(Undefined::no_data("units with two ratings"));
    }
    let ones = vec![1.0; rows.len()];
    let Some(alpha) = alpha(rows, &ones, values, metric) else {
        return Err(Undefined::NoVariation { what: "ratings".into() });
    };
    let interval = if rows.len() < 10 {
        Err(Undefined::too_few("units", rows.len(), 10))
    } else {
        let mut stream = seed.stream("bootstrap/krippendorff");
        let mut weights = vec![0.0; rows.len()];
        let mut found: Vec<f64> = Vec::with_capacity(resamples);
        for _ in 0..resamples {
            weights.fill(0.0);
            for _ in 0..rows.len() {
                weights[stream.index(rows.len())] += 1.0;
            }
            // A resample in which every rating is equal has no alpha; it is left out.
            found.extend(self::alpha(rows, &weights, values, metric));
        }
        found.sort_unstable_by(f64::total_cmp);
        if found.len() * 20 < resamples * 19 {
            Err(Undefined::NoVariation { what: "ratings in many resamples".into() })
        } else {
            let (low, high) = (quantile(&found, level.tail()), quantile(&found, 1.0 - level.tail()));
            Ok(Interval::ordered(low, high, level))
        }
    };
    let ratings: f64 = rows.iter().flatten().sum();
    let size = Size { units: rows.len() as u64, samples: ratings as u64 };
    Estimate::new(
        alpha,
        interval,
        size,
        Method::described(format!("Krippendorff's alpha, {resamples} resamples of units")),
    )
}

/// Alpha with units weighted; `None` when no two pairable ratings differ.
fn alpha(rows: &[Vec<f64>], weights: &[f64], values: &[f64], metric: Metric) -> Option<f64> {
    let v = values.len();
    let mut coincidences: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut margins = vec![0.0; v];
    for (row, weight) in rows.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        let ratings: f64 = row.iter().sum();
        for (i, x) in row.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            margins[i] += weight * x;
            for (j, y) in row.iter().enumerate().filter(|(j, y)| *j > i && **y > 0.0) {
                *coincidences.entry((i, j)).or_insert(0.0) += weight * x * y / (ratings - 1.0);
            }
        }
    }
    let total: f64 = margins.iter().sum();
    let distance = |i: usize, j: usize| match metric {
        Metric::Nominal => 1.0,
        Metric::Interval => (values[i] - values[j]).powi(2),
        Metric::Ordinal => {
            let between: f64 = margins[i..=j].iter().sum();
            (between - 0.5 * (margins[i] + margins[j])).powi(2)
        }
    };
    let observed: f64 = coincidences.iter().map(|((i, j), o)| o * distance(*i, *j)).sum();
    let mut expected = 0.0;
    for i in 0..v {
        for j in i + 1..v {
            expected += margins[i] * margins[j] * distance(i, j);
        }
    }
    (expected > 0.0).then(|| 1.0 - (total - 1.0) * observed / expected)
}
