//! Is the best budget better than the largest? The peak is chosen on one half of the questions and tested on the other.
//!
//! Not one split: a single random split is a lottery of p-values. Twenty of them are combined.

use super::usable;
use crate::curve::simultaneous::Matrix;
use crate::estimate::{Method, Size};
use crate::paired::Test;
use crate::resample::sign_flip::sign_flip;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// Splits that are combined.
pub const SPLITS: u64 = 20;

/// The test of "no budget is better than the largest one", from question means at rising budgets (one column each).
///
/// In each of 20 seeded splits by question the budget with the best mean on the first half (of equal ones the largest) is compared
/// with the largest budget on the second half: one-sided sign-flip test of the paired differences, p = 1 where the peak is the largest budget
/// itself. Combined, p = min(1, 2 median(p)), which is valid under any dependence between splits. The statistic is the mean
/// over splits of the second half's difference peak - largest.
///
/// Assumes independent questions, 10 or more, and differences that are symmetric about their mean under the null. Source: Meinshausen, Meier and
/// Bühlmann, JASA 104 (2009) 1671.
///
/// # Errors
/// Below two budgets or 10 questions, and for values outside [0, 1].
pub fn peak(matrix: &Matrix, seed: Seed) -> Result<Test, Undefined> {
    usable(matrix)?;
    let largest = matrix.columns() - 1;
    // A canonical order: the splits do not depend on the order of the questions.
    let mut rows: Vec<&[f64]> = matrix.iter_rows().collect();
    rows.sort_unstable_by(|a, b| {
        let differing = a.iter().zip(*b).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne());
        differing.unwrap_or(std::cmp::Ordering::Equal)
    });
    let (mut chances, mut sum) = (Vec::new(), 0.0);
    for split in 0..SPLITS {
        let order = seed.stream_at("inverse/peak", split).order(rows.len());
        let (first, second) = order.split_at(rows.len() / 2);
        let mean = |column: usize| first.iter().map(|row| rows[*row][column]).sum::<f64>() / first.len() as f64;
        let best = (0..=largest).max_by(|a, b| (mean(*a) + TIE * *a as f64).total_cmp(&(mean(*b) + TIE * *b as f64)));
        let best = best.unwrap_or(largest);
        if best == largest {
            chances.push(1.0);
            continue;
        }
        let differences: Vec<f64> = second.iter().map(|row| rows[*row][best] - rows[*row][largest]).collect();
        let test = sign_flip(&differences, seed)?;
        sum += test.statistic;
        // The flips are symmetric: above 0, half of the two-sided p is the upper tail.
        chances.push(if test.statistic > 0.0 { 0.5 * test.p } else { 1.0 });
    }
    chances.sort_unstable_by(f64::total_cmp);
    let median = crate::resample::bootstrap::quantile(&chances, 0.5);
    Ok(Test {
        p: (2.0 * median).min(1.0),
        statistic: sum / SPLITS as f64,
        size: Size::single(rows.len() as u64),
        method: Method::described(format!("peak against largest, {SPLITS} seeded splits by question, sign-flip")),
    })
}

/// Means that differ by less are equal: of equal ones the larger budget is taken.
const TIE: f64 = 1e-12;
