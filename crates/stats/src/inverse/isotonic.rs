//! The isotonic test: is accuracy non-decreasing along the budgets?
//!
//! Not where it falls: [`super::onset`]. No likelihood is fitted, so that any values in [0, 1] are served.

use super::usable;
use crate::curve::simultaneous::{Kinds, Matrix};
use crate::estimate::{Method, Size};
use crate::paired::Test;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// The closest non-decreasing sequence in squared distance, equal weights (pool adjacent violators).
///
/// Source: Ayer, Brunk, Ewing, Reid and Silverman, Ann. Math. Statist. 26 (1955) 641.
#[must_use]
pub fn non_decreasing(means: &[f64]) -> Vec<f64> {
    // Blocks of pooled neighbours: their sum and how many they are.
    let mut blocks: Vec<(f64, usize)> = Vec::with_capacity(means.len());
    for mean in means {
        let (mut sum, mut count) = (*mean, 1_usize);
        while let Some((before, many)) = blocks.last().copied() {
            if before * count as f64 <= sum * many as f64 {
                break;
            }
            blocks.pop();
            sum += before;
            count += many;
        }
        blocks.push((sum, count));
    }
    blocks.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count)).collect()
}

/// The squared distance of the means to the closest non-decreasing sequence.
fn distance(means: &[f64]) -> f64 {
    means.iter().zip(non_decreasing(means)).map(|(mean, fit)| (mean - fit).powi(2)).sum()
}

/// The test of "accuracy never falls along the budgets", from question means at rising budgets (one column each).
///
/// T = sum_k w (m_k - iso(m)_k)^2 with w the number of questions, the same at each budget. Null by drawing whole questions with
/// replacement and recentring, T*_b = w/(w - 1) T(m*_b - m): for a convex cone of sequences, a mean inside the cone is at most as far from it
/// after noise as the vertex is, so that the vertex (no difference between budgets) is least favourable; drawing with replacement has (w - 1)/w of
/// the variance that the means have, which the factor returns. p = (1 + #{T* >= T})/(B + 1).
///
/// Assumes independent questions, 10 or more; samples within a question may depend on each other. Size on flat and on rising curves:
/// docs/validity.md, row `inverse.isotonic`.
///
/// # Errors
/// Below two budgets or 10 questions, and for values outside [0, 1].
pub fn isotonic(matrix: &Matrix, resamples: u32, seed: Seed) -> Result<Test, Undefined> {
    usable(matrix)?;
    let (questions, columns) = (matrix.rows(), matrix.columns());
    let weight = questions as f64;
    let means: Vec<f64> = (0..columns).map(|at| matrix.column(at).sum::<f64>() / weight).collect();
    let statistic = weight * distance(&means);
    // Questions drawn with replacement vary as if w questions had stood for all: by (w - 1)/w of what independent questions vary.
    let unbiased = weight / (weight - 1.0);
    let Kinds { centred, of } = Kinds::new(matrix, &means);
    let mut stream = seed.stream("inverse/isotonic");
    let mut counts = vec![0_u32; centred.len() / columns];
    let mut shifts = vec![0.0; columns];
    let mut reached = 0_u32;
    // A distance that is only rounding is none.
    let extreme = statistic - 1e-12;
    for _ in 0..resamples {
        counts.fill(0);
        for _ in 0..questions {
            counts[of[stream.index(questions)] as usize] += 1;
        }
        shifts.fill(0.0);
        for (row, count) in centred.chunks_exact(columns).zip(&counts) {
            for (shift, value) in shifts.iter_mut().zip(row) {
                *shift += f64::from(*count) * value / weight;
            }
        }
        reached += u32::from(unbiased * weight * distance(&shifts) >= extreme);
    }
    Ok(Test {
        p: (1.0 + f64::from(reached)) / (1.0 + f64::from(resamples)),
        statistic,
        size: Size::single(questions as u64),
        method: Method::described(format!("isotonic, recentred question bootstrap, {resamples} resamples")),
    })
}
