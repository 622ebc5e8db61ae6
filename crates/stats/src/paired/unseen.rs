//! How far a mean of bounded values may lie beyond what was seen: Gaffke's bound. Not for single shares, where it is Clopper-Pearson's and has a
//! closed form.

use std::f64::consts::PI;

/// Gaffke's upper bound of the mean of independent values that are at most `most`, with error probability `tail`.
///
/// The (1 - tail) quantile of sum of w_i x_i + w_{n+1} most, w ~ Dirichlet(1, .., 1): one value more, as far away as values can be, may have been
/// missed. For values 0 and 1 it is Clopper-Pearson's bound. No distribution is known for which it fails, and that there is none is proven for a
/// few cases only. Sources: Gaffke, Math. Methods Statist. 14 (2005) 451; Learned-Miller and Thomas, arXiv 1905.06208.
///
/// Without values, or where one exceeds `most`: `most`.
#[must_use]
pub fn upper(values: &[f64], most: f64, tail: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(least) = sorted.first().copied().filter(|_| sorted.iter().all(|value| *value <= most)) else {
        return most;
    };
    sorted.push(most);
    let atoms: Vec<(f64, f64)> =
        sorted.chunk_by(|a, b| b - a < 1e-12).map(|alike| (alike[0], alike.len() as f64)).collect();
    if atoms.len() < 2 {
        return most;
    }
    // The quantile lies between the smallest value and `most`: regula falsi on a smooth, rising function, with halved weights (Illinois).
    let miss = |at: f64| beyond(&atoms, at) - tail;
    let (mut low, mut high) = (least, most);
    let (mut at_low, mut at_high) = (1.0 - tail, -tail);
    let mut side = 0;
    for _ in 0..100 {
        if high - low < 1e-11 {
            break;
        }
        let middle = (low * at_high - high * at_low) / (at_high - at_low);
        let value = miss(middle);
        if value > 0.0 {
            (low, at_low) = (middle, value);
            at_high *= if side == 1 { 0.5 } else { 1.0 };
            side = 1;
        } else {
            (high, at_high) = (middle, value);
            at_low *= if side == -1 { 0.5 } else { 1.0 };
            side = -1;
        }
        if value.abs() < 1e-12 {
            return middle;
        }
    }
    high
}

/// P(sum of w_i x_i > at) for atoms (x, how many), w ~ Dirichlet(1, .., 1): that a sum of exponential variables with weights x - at is positive,
/// by inversion of its characteristic function (Gil-Pelaez 1951; Imhof 1961) on a logarithmic scale, where the trapezoidal rule is exact to the
/// last digits.
fn beyond(atoms: &[(f64, f64)], at: f64) -> f64 {
    const STEP: f64 = 0.0625;
    let weights: Vec<(f64, f64)> =
        atoms.iter().map(|(x, count)| (x - at, *count)).filter(|(weight, _)| *weight != 0.0).collect();
    let size: f64 = weights.iter().map(|(weight, count)| count * weight.abs()).sum();
    if size <= 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    let mut s = (1e-13 / size).ln();
    loop {
        let u = s.exp();
        let (mut angle, mut decay) = (0.0, 0.0);
        for (weight, count) in &weights {
            let x = weight * u;
            angle += count * x.atan();
            decay += count * (x * x).ln_1p();
        }
        sum += angle.sin() * (-0.5 * decay).exp();
        if decay > 64.0 {
            break;
        }
        s += STEP;
    }
    (0.5 + STEP * sum / PI).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::special::beta_quantile;

    #[test]
    fn of_yes_and_no_it_is_the_exact_bound() {
        for (hits, n) in [(0_u32, 12_u32), (1, 12), (3, 40), (39, 40), (7, 500), (0, 2), (1, 1)] {
            let values: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i < hits))).collect();
            let exact = if hits == n { 1.0 } else { beta_quantile(f64::from(hits) + 1.0, f64::from(n - hits), 0.975) };
            let found = upper(&values, 1.0, 0.025);
            assert!((found - exact).abs() < 1e-8, "{hits} of {n}: {found} for {exact}");
        }
    }

    #[test]
    fn it_is_the_quantile_of_weighted_means() {
        let values: Vec<f64> = (0..30).map(|i| if i < 22 { 0.0 } else { 0.03 * f64::from(i) - 0.6 }).collect();
        let found = upper(&values, 1.0, 0.05);
        let mut stream = Seed(4).stream("test");
        let draws = 200_000;
        let beyond = (0..draws)
            .filter(|_| {
                let mut exponential = || -(1.0 - stream.unit()).ln();
                let (mut sum, mut all) = (0.0, 0.0);
                for value in values.iter().chain([&1.0]) {
                    let weight = exponential();
                    sum += weight * value;
                    all += weight;
                }
                sum / all > found
            })
            .count();
        let share = beyond as f64 / f64::from(draws);
        assert!((share - 0.05).abs() < 0.002, "{share}");
    }

    #[test]
    fn nothing_seen_is_no_bound_and_order_does_not_matter() {
        assert!((upper(&[], 1.0, 0.025) - 1.0).abs() < 1e-15);
        assert!((upper(&[1.0, 1.0], 1.0, 0.025) - 1.0).abs() < 1e-15);
        assert!((upper(&[0.2, 1.5], 1.0, 0.025) - 1.0).abs() < 1e-15, "beyond what there can be");
        let (one, other) = (upper(&[0.1, -0.3, 0.2, 0.1], 1.0, 0.025), upper(&[0.2, 0.1, 0.1, -0.3], 1.0, 0.025));
        assert!((one - other).abs() < 1e-15 && one > 0.2 && one < 1.0);
    }
}
