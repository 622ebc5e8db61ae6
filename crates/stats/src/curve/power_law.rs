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
    /// The value by the law. Its interval comes from refits on resampled questions (percentiles) and reaches from the law to no change beyond the samples: in every refit the smaller and
    /// the larger of what the law says at `k` and of what the resampled questions have at the largest setting. Refits of the law alone know nothing of the curve having another form
    /// there: where the truth levels off and the law does not, all of them lie above it. A curve that falls or rises beyond both is outside.
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
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    let rows: Vec<&[f64]> = matrix.iter_rows().collect();
    for refit in 0..refits {
        let mut stream = seed.stream_at("curve/power-law", refit);
        let mut sums = vec![0.0; paths.len()];
        for _ in 0..questions {
            let row = rows[stream.index(questions)];
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums.iter_mut().for_each(|sum| *sum /= questions as f64);
        if let (Ok(law), Some(last)) = (fit(&sums), sums.last()) {
            lows.push(law.at(k).min(*last));
            highs.push(law.at(k).max(*last));
        }
    }
    let interval = ends(&mut lows, &mut highs, refits, level);
    let method = Method::described(format!("power law or no change, {refits} refits on resampled questions"));
    let estimate = Estimate::new(law.at(k), interval, Size::new(questions, questions), method).map(|estimate| {
        estimate.derived(|| {
            let start = derivation(matrix, paths, level)
                .word("what", "at")
                .counted("at", u64::from(k))
                .counted("values", lows.len() as u64);
            tails(&lows, &highs, level).into_iter().fold(start, Derivation::column)
        })
    });
    Prediction { estimate, held_out_error: held_out(matrix, paths, &means, seed) }
}

/// The ends of refitted values: the lower tail of the smaller ones, the upper tail of the larger ones; undefined where more than one refit in twenty had no solution.
pub(super) fn ends(lows: &mut [f64], highs: &mut [f64], refits: u64, level: Level) -> Result<Interval, Undefined> {
    if (lows.len() as u64) * 20 < refits * 19 {
        return Err(Undefined::NotConverged { what: "the fit on resampled questions".into() });
    }
    lows.sort_by(f64::total_cmp);
    highs.sort_by(f64::total_cmp);
    let tail = 0.5 * level.alpha();
    let at = |sorted: &[f64], share: f64| sorted[place(sorted, share)];
    Ok(Interval::ordered(at(lows, tail), at(highs, 1.0 - tail), level))
}

fn place(values: &[f64], share: f64) -> usize {
    let last = values.len().saturating_sub(1);
    ((share * last as f64).round() as usize).min(last)
}

/// The sorted smaller values up to the lower end, and the larger ones from the upper end on.
fn tails(lows: &[f64], highs: &[f64], level: Level) -> [Column; 2] {
    let tail = 0.5 * level.alpha();
    let (low, high) = (place(lows, tail), place(highs, 1.0 - tail));
    [lows.get(..=low), highs.get(high..)].map(|values| Column::reals(values.unwrap_or_default().iter().copied()))
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

    /// Worlds in which a forecast at twice the samples covers the truth, of a hundred: questions that `drawn` gives a probability of being right, `k` samples each.
    fn covered(drawn: impl Fn(f64) -> f64, k: u32) -> usize {
        let paths: Vec<u32> = (1..=k).collect();
        let mean = |of: &dyn Fn(f64) -> f64| {
            (0..10_000).map(|at| of((f64::from(at) + 0.5) / 10_000.0)).sum::<f64>() / 10_000.0
        };
        let truth = mean(&|x| 1.0 - (1.0 - drawn(x)).powi(2 * k as i32));
        (0..100)
            .filter(|world| {
                let mut stream = Seed(7).stream_at("test/forecast", *world);
                let mut matrix = Matrix::new(paths.len());
                for _ in 0..300 {
                    let right = drawn(stream.unit());
                    let count = (0..k).filter(|_| stream.unit() < right).count() as u64;
                    let row: Vec<f64> = paths
                        .iter()
                        .map(|n| crate::curve::pass::pass_at_k(k.into(), count, (*n).into()).unwrap())
                        .collect();
                    matrix.push(row);
                }
                let forecast = predict(&matrix, &paths, 2 * k, Level::P95, 200, Seed(*world));
                forecast.estimate.unwrap().interval().unwrap().contains(truth)
            })
            .count()
    }

    #[test]
    fn a_forecast_covers_a_curve_that_levels_off_and_one_that_goes_on() {
        // A fifth of the questions is never right, the others soon are: nothing is gained by twice the samples.
        let level = covered(|x| if x < 0.2 { 0.0 } else { 0.35 }, 8);
        assert!(level >= 90, "{level}");
        // Every question is right now and then, the hardest seldom: the curve rises on.
        let rising = covered(|x| 0.5 * x * x, 8);
        assert!(rising >= 90, "{rising}");
    }
}
