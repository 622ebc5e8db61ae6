//! A power law through a curve: ln c = a k^b. A description of what was sampled and, within limits, a prediction. Not a law of nature:
//! the points of one curve share all their samples, so that regression standard errors mean nothing and are not given.

use serde::{Deserialize, Serialize};

use super::simultaneous::Matrix;
use crate::derivation::{Column, Derivation};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::seed::Seed;
use crate::undefined::Undefined;

/// c(k) = exp(a k^b), with a < 0; b < 0 where the curve rises.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// ln c at k = 1.
    pub a: f64,
    /// The exponent.
    pub b: f64,
}

impl PowerLaw {
    /// Unweighted least squares of ln(-ln c) on ln k. Points with c = 0 or c = 1, where that has no value, are left out.
    ///
    /// With all k = 1..=n this is the fit of Brown et al. 2024 (arXiv 2407.21787, "Large Language Monkeys"); a subset of k gives other
    /// coefficients.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below 3 usable points.
    pub fn fit(points: impl IntoIterator<Item = (u32, f64)>) -> Result<Self, Undefined> {
        let points: Vec<(f64, f64)> = points
            .into_iter()
            // A curve within rounding of 1 has no double logarithm worth fitting.
            .filter(|(k, c)| *k > 0 && *c > 0.0 && *c < 1.0 - 1e-9)
            .map(|(k, c)| (f64::from(k).ln(), (-c.ln()).ln()))
            .collect();
        if points.len() < 3 {
            return Err(Undefined::too_few("points strictly between 0 and 1", points.len(), 3));
        }
        let n = points.len() as f64;
        let (mean_x, mean_y) =
            (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
        let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let b = covariance / variance;
        Ok(Self { a: -(mean_y - b * mean_x).exp(), b })
    }

    /// c(k).
    #[must_use]
    pub fn at(&self, k: u32) -> f64 {
        (self.a * f64::from(k).powf(self.b)).exp()
    }
}

/// A value beyond the samples, with what is known about its error.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The value; the interval comes from refits on resampled questions (percentiles) and holds only if the law does.
    pub estimate: Result<Estimate, Undefined>,
    /// Mean absolute error on settings and questions that the fit did not see: fitted on one half of the questions and the smaller half of the
    /// settings, compared with the larger settings on the other half, both ways round.
    pub held_out_error: Option<f64>,
}

/// Most cells that refits may visit: beyond it fewer refits are made, and the method says how many.
const MOST_CELLS: u64 = 100_000_000;

/// Predicts the curve whose per-question values at `paths` (rising) are the columns of `matrix`, at `k` paths, by a power law.
#[must_use]
pub fn predict(matrix: &Matrix, paths: &[u32], k: u32, level: Level, resamples: u32, seed: Seed) -> Prediction {
    let questions = matrix.rows();
    let means = |rows: &mut dyn Iterator<Item = usize>| -> Vec<f64> {
        let mut sums = vec![0.0; paths.len()];
        let mut count = 0.0;
        let all: Vec<&[f64]> = matrix.iter_rows().collect();
        for row in rows {
            if let Some(row) = all.get(row) {
                sums.iter_mut().zip(*row).for_each(|(sum, value)| *sum += value);
                count += 1.0;
            }
        }
        sums.iter().map(|sum| sum / count).collect()
    };
    let curve = means(&mut (0..questions));
    let fit = |means: &[f64]| PowerLaw::fit(paths.iter().copied().zip(means.iter().copied()));
    let law = match fit(&curve) {
        Ok(law) => law,
        Err(undefined) => return Prediction { estimate: Err(undefined), held_out_error: None },
    };
    let cells = (questions * paths.len()).max(1) as u64;
    let refits = u64::from(resamples).min(MOST_CELLS / cells).max(100);
    let mut values: Vec<f64> = Vec::new();
    let rows: Vec<&[f64]> = matrix.iter_rows().collect();
    for refit in 0..refits {
        let mut stream = seed.stream_at("curve/power-law", refit);
        let mut sums = vec![0.0; paths.len()];
        for _ in 0..questions {
            let row = rows[stream.index(questions)];
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums.iter_mut().for_each(|sum| *sum /= questions as f64);
        if let Ok(law) = fit(&sums) {
            values.push(law.at(k));
        }
    }
    let interval = percentile(&mut values, refits, level);
    let method = Method::described(format!("power law, {refits} refits on resampled questions"));
    let estimate = Estimate::new(law.at(k), interval, Size::new(questions, questions), method).map(|estimate| {
        estimate.derived(|| {
            let start = derivation(matrix, paths, level)
                .word("what", "at")
                .counted("at", u64::from(k))
                .counted("values", values.len() as u64);
            tails(&values, level).into_iter().fold(start, Derivation::column)
        })
    });
    Prediction { estimate, held_out_error: held_out(matrix, paths, &means, seed) }
}

/// The ends of refitted values; undefined where more than one refit in twenty had no solution.
pub(super) fn percentile(values: &mut [f64], refits: u64, level: Level) -> Result<Interval, Undefined> {
    if (values.len() as u64) * 20 < refits * 19 {
        return Err(Undefined::NotConverged { what: "the fit on resampled questions".into() });
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[place(values, share)];
    let tail = 0.5 * level.alpha();
    Ok(Interval::ordered(at(tail), at(1.0 - tail), level))
}

fn place(values: &[f64], share: f64) -> usize {
    let last = values.len().saturating_sub(1);
    ((share * last as f64).round() as usize).min(last)
}

/// The sorted values up to the lower end, and from the upper end on.
fn tails(sorted: &[f64], level: Level) -> [Column; 2] {
    let tail = 0.5 * level.alpha();
    let (low, high) = (place(sorted, tail), place(sorted, 1.0 - tail));
    [sorted.get(..=low), sorted.get(high..)].map(|values| Column::reals(values.unwrap_or_default().iter().copied()))
}

/// How a law follows from the values of every question at every number of paths.
#[must_use]
pub fn derivation(matrix: &Matrix, paths: &[u32], level: Level) -> Derivation {
    let listed: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let start = Derivation::by("power-law").level(level).word("paths", listed.join(","));
    (0..matrix.columns()).fold(start, |derivation, at| derivation.column(Column::reals(matrix.column(at))))
}

fn held_out(
    matrix: &Matrix,
    paths: &[u32],
    means: &dyn Fn(&mut dyn Iterator<Item = usize>) -> Vec<f64>,
    seed: Seed,
) -> Option<f64> {
    let largest = *paths.last()?;
    let near = paths.iter().filter(|k| **k <= largest / 2).count();
    if near < 3 || matrix.rows() < 20 {
        return None;
    }
    let order = seed.stream("curve/held-out").order(matrix.rows());
    let (one, other) = order.split_at(order.len() / 2);
    let (mut error, mut count) = (0.0, 0.0);
    for (fitted, tested) in [(one, other), (other, one)] {
        let seen = means(&mut fitted.iter().copied());
        let unseen = means(&mut tested.iter().copied());
        let law = PowerLaw::fit(paths.iter().copied().zip(seen).take(near)).ok()?;
        for (k, value) in paths.iter().zip(unseen).skip(near) {
            error += (law.at(*k) - value).abs();
            count += 1.0;
        }
    }
    (count > 0.0).then(|| error / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_law_is_recovered() {
        let law = PowerLaw { a: -2.644_614, b: -0.184_125 };
        let found = PowerLaw::fit((1..=100).map(|k| (k, law.at(k)))).unwrap();
        assert!((found.a - law.a).abs() < 1e-9 && (found.b - law.b).abs() < 1e-9);
    }

    #[test]
    fn points_without_a_double_logarithm_are_left_out_and_too_few_are_refused() {
        assert!(PowerLaw::fit([(1, 0.0), (2, 0.5), (4, 0.7), (8, 1.0)]).is_err());
        assert!(PowerLaw::fit([(1, 0.0), (2, 0.5), (4, 0.7), (8, 0.8)]).is_ok());
    }

    #[test]
    fn a_curve_that_follows_the_law_is_predicted_and_a_wall_is_a_held_out_error() {
        let paths = [1, 2, 4, 8, 16];
        let curve = |shares: [f64; 5]| {
            let mut stream = Seed(5).stream("test");
            let mut matrix = Matrix::new(5);
            for _ in 0..3_000 {
                let hardness = stream.unit();
                matrix.push(shares.map(|share| f64::from(u8::from(hardness < share))));
            }
            matrix
        };
        let law = PowerLaw { a: -1.2, b: -0.5 };
        let kept = predict(&curve(paths.map(|k| law.at(k))), &paths, 32, Level::P95, 300, Seed(1));
        let estimate = kept.estimate.unwrap();
        assert!(estimate.interval().unwrap().contains(law.at(32)), "{estimate:?}");
        assert!(kept.held_out_error.unwrap() < 0.03);
        let broken = predict(&curve([0.3, 0.5, 0.7, 0.7, 0.7]), &paths, 32, Level::P95, 300, Seed(1));
        assert!(broken.held_out_error.unwrap() > 0.08, "{broken:?}");
    }
}
