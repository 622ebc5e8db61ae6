//! Several tests at once: Holm, Benjamini-Hochberg, e-BH.
//!
//! Simultaneous intervals of curves are in [`crate::curve`].

use crate::error::Error;

fn checked(p: &[f64]) -> Result<(), Error> {
    match p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(bad) => Err(Error::domain("p-value", "a number in [0, 1]", bad)),
        None => Ok(()),
    }
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    order
}

/// Holm's adjusted p-values, in the order given: family-wise error under any dependence.
///
/// For sorted p: adjusted_(i) = max over j <= i of min(1, (m - j + 1) p_(j)).
/// Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65.
///
/// # Errors
/// When a p-value is outside [0, 1].
pub fn holm(p: &[f64]) -> Result<Vec<f64>, Error> {
    checked(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, i) in ascending(p).into_iter().enumerate() {
        largest = largest.max((p.len() - rank) as f64 * p[i]).min(1.0);
        adjusted[i] = largest;
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's adjusted p-values, in the order given: false discovery rate under independence or positive
/// dependence.
///
/// For sorted p: adjusted_(i) = min over j >= i of min(1, m p_(j) / j).
/// Source: Benjamini and Hochberg, JRSS B 57 (1995) 289.
///
/// # Errors
/// When a p-value is outside [0, 1].
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, Error> {
    checked(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (rank, i) in ascending(p).into_iter().enumerate().rev() {
        smallest = smallest.min(p.len() as f64 * p[i] / (rank + 1) as f64);
        adjusted[i] = smallest;
    }
    Ok(adjusted)
}

/// e-BH: which hypotheses are rejected at false discovery rate `alpha`, under any dependence of the e-values.
///
/// Rejects the k largest e-values with k the largest number for which e_(k) >= m / (alpha k).
/// Source: Wang and Ramdas, JRSS B 84 (2022) 822.
///
/// # Errors
/// When an e-value is negative or NaN, or alpha outside (0, 1).
pub fn e_bh(e: &[f64], alpha: f64) -> Result<Vec<bool>, Error> {
    if let Some(bad) = e.iter().find(|e| e.is_nan() || **e < 0.0) {
        return Err(Error::domain("e-value", "a number, at least 0", bad));
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Error::domain("alpha", "a number strictly between 0 and 1", alpha));
    }
    let mut order: Vec<usize> = (0..e.len()).collect();
    order.sort_by(|&i, &j| e[j].total_cmp(&e[i]));
    let m = e.len() as f64;
    let rejected = order
        .iter()
        .enumerate()
        .filter(|(rank, i)| e[**i] * alpha * (*rank + 1) as f64 >= m)
        .map(|(rank, _)| rank + 1)
        .max();
    let mut reject = vec![false; e.len()];
    for i in order.into_iter().take(rejected.unwrap_or(0)) {
        reject[i] = true;
    }
    Ok(reject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn e_bh_rejects_the_largest_prefix() {
        assert_eq!(e_bh(&[30.0, 100.0, 1.0, 50.0], 0.05).unwrap(), [true, true, false, true]);
        assert_eq!(e_bh(&[79.0, 1.0, 1.0, 1.0], 0.05).unwrap(), [false; 4]);
        assert!(e_bh(&[f64::NAN], 0.05).is_err() && holm(&[1.2]).is_err());
        assert!(holm(&[]).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn adjusted_is_at_least_the_raw_and_holm_at_least_bh(p in prop::collection::vec(0.0..=1.0_f64, 1..40)) {
            let (h, b) = (holm(&p).unwrap(), benjamini_hochberg(&p).unwrap());
            for i in 0..p.len() {
                prop_assert!(h[i] >= b[i] - 1e-12 && b[i] >= p[i] - 1e-12 && h[i] <= 1.0);
            }
        }
    }
}
