//! Least squares within questions: each question has its own level, slopes are shared, errors are clustered by question.
//!
//! Not a general regression: a handful of columns, solved directly.

use crate::undefined::Undefined;

/// Slopes with their covariance.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    pub(crate) slopes: Vec<f64>,
    /// Row by row.
    pub(crate) covariance: Vec<f64>,
}

impl Fit {
    /// sqrt(c' V c): the standard error of the combination c of slopes.
    pub(crate) fn error_of(&self, combination: &[f64]) -> f64 {
        let columns = self.slopes.len();
        let mut variance = 0.0;
        for (row, left) in self.covariance.chunks_exact(columns).zip(combination) {
            variance += left * row.iter().zip(combination).map(|(v, right)| v * right).sum::<f64>();
        }
        variance.max(0.0).sqrt()
    }

    /// Standard error of one slope.
    pub(crate) fn error(&self, at: usize) -> f64 {
        self.covariance[at * self.slopes.len() + at].max(0.0).sqrt()
    }
}

/// Least squares of y on the columns, all centred within questions; questions are (rows of columns, y per row).
///
/// Covariance CR1: (X'X)^-1 sum_g s_g s_g' (X'X)^-1 times G/(G-1) (N-1)/(N-K), s_g = X_g' e_g.
pub(crate) fn fit(questions: &[(Vec<Vec<f64>>, Vec<f64>)], columns: usize) -> Result<Fit, Undefined> {
    let centred: Vec<(Vec<Vec<f64>>, Vec<f64>)> = questions.iter().map(|(x, y)| centre(x, y, columns)).collect();
    let mut products = vec![0.0; columns * columns];
    let mut targets = vec![0.0; columns];
    let mut samples = 0_usize;
    for (row, y) in centred.iter().flat_map(|(x, y)| x.iter().zip(y)) {
        samples += 1;
        for i in 0..columns {
            targets[i] += row[i] * y;
            for j in 0..columns {
                products[i * columns + j] += row[i] * row[j];
            }
        }
    }
    let inverse = invert(&products, columns)
        .ok_or_else(|| Undefined::NoVariation { what: "lengths on either side of the breakpoint".into() })?;
    let times = |matrix: &[f64], vector: &[f64]| -> Vec<f64> {
        matrix.chunks_exact(columns).map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
    };
    let slopes = times(&inverse, &targets);
    let mut covariance = vec![0.0; columns * columns];
    for (x, y) in &centred {
        let mut score = vec![0.0; columns];
        for (row, y) in x.iter().zip(y) {
            let residual = y - row.iter().zip(&slopes).map(|(a, b)| a * b).sum::<f64>();
            for (sum, value) in score.iter_mut().zip(row) {
                *sum += value * residual;
            }
        }
        let influence = times(&inverse, &score);
        for (i, left) in influence.iter().enumerate() {
            for (j, right) in influence.iter().enumerate() {
                covariance[i * columns + j] += left * right;
            }
        }
    }
    let (g, n) = (questions.len() as f64, samples as f64);
    let correction = g / (g - 1.0) * (n - 1.0) / (n - columns as f64);
    covariance.iter_mut().for_each(|v| *v *= correction);
    if slopes.iter().chain(&covariance).all(|v| v.is_finite()) {
        Ok(Fit { slopes, covariance })
    } else {
        Err(Undefined::NotConverged { what: "least squares within questions".into() })
    }
}

fn centre(x: &[Vec<f64>], y: &[f64], columns: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let n = y.len() as f64;
    let means: Vec<f64> = (0..columns).map(|at| x.iter().map(|row| row[at]).sum::<f64>() / n).collect();
    let mean = y.iter().sum::<f64>() / n;
    let rows = x.iter().map(|row| row.iter().zip(&means).map(|(value, mean)| value - mean).collect()).collect();
    (rows, y.iter().map(|y| y - mean).collect())
}

/// The inverse of a positive definite matrix by Gauss and Jordan, scaled to a unit diagonal first; `None` where columns depend on each other.
fn invert(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let scale: Vec<f64> = (0..size).map(|i| matrix[i * size + i].sqrt()).collect();
    if scale.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
        return None;
    }
    let mut left: Vec<f64> = (0..size * size).map(|at| matrix[at] / (scale[at / size] * scale[at % size])).collect();
    let mut right: Vec<f64> = (0..size * size).map(|at| if at / size == at % size { 1.0 } else { 0.0 }).collect();
    for pivot in 0..size {
        let by = left[pivot * size + pivot];
        if by < 1e-12 {
            return None;
        }
        for at in 0..size {
            left[pivot * size + at] /= by;
            right[pivot * size + at] /= by;
        }
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = left[row * size + pivot];
            for at in 0..size {
                left[row * size + at] -= factor * left[pivot * size + at];
                right[row * size + at] -= factor * right[pivot * size + at];
            }
        }
    }
    Some((0..size * size).map(|at| right[at] / (scale[at / size] * scale[at % size])).collect())
}
