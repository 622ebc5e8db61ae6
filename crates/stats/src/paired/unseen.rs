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
    let atoms = atoms(values, most, 1.0);
    let Some(least) = atoms.first().map(|(least, _)| *least).filter(|_| atoms.len() > 1) else {
        return most;
    };
    // The quantile lies between the smallest value and `most`: regula falsi with halved weights (Illinois) on the logarithm, which is nearly straight.
    let miss = |at: f64| beyond(&atoms, at) - tail.ln();
    let (mut low, mut high) = (least, most);
    let (mut at_low, mut at_high) = (-tail.ln(), f64::NEG_INFINITY);
    let mut side = 0;
    for _ in 0..100 {
        if high - low < 1e-12 {
            break;
        }
        let straight = (low * at_high - high * at_low) / (at_high - at_low);
        let middle = if straight.is_finite() { straight } else { 0.5 * (low + high) };
        let value = miss(middle);
        // What could not be computed would widen the bound, not narrow it.
        if value > 0.0 || value.is_nan() {
            (low, at_low) = (middle, value);
            at_high *= if side == 1 { 0.5 } else { 1.0 };
            side = 1;
        } else {
            (high, at_high) = (middle, value);
            at_low *= if side == -1 { 0.5 } else { 1.0 };
            side = -1;
        }
        if value.abs() < 1e-10 {
            return middle;
        }
    }
    high
}

/// How many times as many values, like these, have [`upper`] below `bound`: at least 1. `None` where no number of them has, or more than a million times
/// as many would be needed.
pub(crate) fn times_below(values: &[f64], most: f64, tail: f64, bound: f64) -> Option<f64> {
    const MOST: f64 = 1e6;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    if values.is_empty() || values.iter().any(|value| *value > most) || mean >= bound {
        return None;
    }
    if bound > most {
        return Some(1.0);
    }
    let is_below = |times: f64| beyond(&atoms(values, most, times), bound) <= tail.ln();
    if !is_below(MOST) {
        return None;
    }
    let (mut low, mut high) = (0.0, MOST.ln());
    while high - low > 1e-4 {
        let middle = 0.5 * (low + high);
        if is_below(middle.exp()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high.exp())
}

/// The values, `times` as many of each, and the one that may have been missed: (value, how many), from the least. None where one exceeds `most`.
fn atoms(values: &[f64], most: f64, times: f64) -> Vec<(f64, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.last().is_none_or(|largest| *largest > most) {
        return Vec::new();
    }
    let mut atoms: Vec<(f64, f64)> =
        sorted.chunk_by(|a, b| b - a < 1e-12).map(|alike| (alike[0], times * alike.len() as f64)).collect();
    match atoms.last_mut() {
        Some((largest, count)) if most - *largest < 1e-12 => *count += 1.0,
        _ => atoms.push((most, 1.0)),
    }
    atoms
}

/// ln P(sum of w_i x_i > at) for atoms (x, how many), w ~ Dirichlet(1, .., 1): that a sum of exponential variables with weights x - at is positive.
///
/// With Psi(z) = -ln z - sum ln(1 - (x - at) z) it is 1/(2 pi i) times the integral of exp(Psi) along any path from below to above through the
/// axis between 0 and the first pole. Taken is one of straight pieces that follows the steepest descent from the saddle point, where hardly
/// anything oscillates or cancels, however far out the tail is or however alike the values are; each piece by Gauss and Legendre's rule. All
/// zeros of Psi' are real (Gauss and Lucas), so that the descent from the axis goes on to where nothing is left.
fn beyond(atoms: &[(f64, f64)], at: f64) -> f64 {
    /// By how much the logarithm changes along a piece.
    const CHANGE: f64 = 1.5;
    const NEGLIGIBLE: f64 = 1e-14;
    const MOST_PIECES: u32 = 1_000;
    let weights: Vec<(f64, f64)> =
        atoms.iter().map(|(x, count)| (x - at, *count)).filter(|(weight, _)| *weight != 0.0).collect();
    let largest = weights.iter().map(|(weight, _)| *weight).fold(0.0, f64::max);
    if largest <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if weights.iter().all(|(weight, _)| *weight > 0.0) {
        return 0.0;
    }
    let saddle = saddle(&weights, 1.0 / largest);
    let path = Path { weights: &weights, saddle };
    let (mut z, mut direction) = ((saddle, 0.0), (0.0, 1.0));
    let (_, second) = path.slopes(z);
    let scale = 1.0 / second.0.sqrt();
    let mut length = scale;
    let mut sum = 0.0;
    for _ in 0..MOST_PIECES {
        for (node, weight) in NODES {
            let on = 0.5 * length * (1.0 + node);
            let (real, imaginary) = path.height((z.0 + on * direction.0, z.1 + on * direction.1));
            // The imaginary part of exp(Psi) dz.
            sum += 0.5 * length * weight * (real * direction.1 + imaginary * direction.0);
        }
        z = (z.0 + length * direction.0, z.1 + length * direction.1);
        let (real, imaginary) = path.height(z);
        if real.hypot(imaginary) * z.1 < NEGLIGIBLE * scale {
            break;
        }
        let (first, second) = path.slopes(z);
        let slope = first.0.hypot(first.1);
        direction = (-first.0 / slope, first.1 / slope);
        length = CHANGE / slope.max(second.0.hypot(second.1).sqrt());
    }
    (path.top() + (sum / PI).ln()).min(0.0)
}

/// Gauss and Legendre's rule with ten nodes on [-1, 1]: (node, weight).
const NODES: [(f64, f64); 10] = [
    (-0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
    (-0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (-0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (-0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (-0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// What is integrated, exp(Psi), with the point that it starts from.
struct Path<'a> {
    weights: &'a [(f64, f64)],
    saddle: f64,
}

impl Path<'_> {
    /// Psi at the saddle.
    fn top(&self) -> f64 {
        let terms = self.weights.iter().map(|(weight, count)| count * (1.0 - weight * self.saddle).ln());
        -self.saddle.ln() - terms.sum::<f64>()
    }

    /// exp(Psi(z) - Psi(saddle)).
    fn height(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let mut product = Product::new(x / self.saddle, y / self.saddle);
        for (weight, count) in self.weights {
            let rest = 1.0 - weight * self.saddle;
            product.times((1.0 - weight * x) / rest, -weight * y / rest, *count);
        }
        product.inverse()
    }

    /// The first and the second derivative of Psi.
    fn slopes(&self, (x, y): (f64, f64)) -> ((f64, f64), (f64, f64)) {
        let inverse = |real: f64, imaginary: f64| {
            let squared = real * real + imaginary * imaginary;
            (real / squared, -imaginary / squared)
        };
        let square = |(real, imaginary): (f64, f64)| (real * real - imaginary * imaginary, 2.0 * real * imaginary);
        let at = inverse(x, y);
        let squared = square(at);
        let (mut first, mut second) = ((-at.0, -at.1), squared);
        for (weight, count) in self.weights {
            let term = inverse(1.0 - weight * x, -weight * y);
            let term = (weight * term.0, weight * term.1);
            let squared = square(term);
            first = (first.0 + count * term.0, first.1 + count * term.1);
            second = (second.0 + count * squared.0, second.1 + count * squared.1);
        }
        (first, second)
    }
}

/// Where Psi' = 0 between 0 and the first pole. Psi is convex there.
fn saddle(weights: &[(f64, f64)], pole: f64) -> f64 {
    let (mut low, mut high) = (0.0, pole);
    let mut z = 0.5 * pole;
    for _ in 0..100 {
        let (mut slope, mut bend) = (-1.0 / z, 1.0 / (z * z));
        for (weight, count) in weights {
            let term = weight / (1.0 - weight * z);
            slope += count * term;
            bend += count * term * term;
        }
        if slope > 0.0 {
            high = z;
        } else {
            low = z;
        }
        let next = z - slope / bend;
        let next = if next > low && next < high { next } else { 0.5 * (low + high) };
        // Any point of the axis will do; the saddle is only the best one.
        if (next - z).abs() < 1e-9 * z {
            return next;
        }
        z = next;
    }
    z
}

/// A product of complex numbers that does not overflow.
struct Product {
    real: f64,
    imaginary: f64,
    /// The logarithm of what was divided out.
    log: f64,
}

impl Product {
    fn new(real: f64, imaginary: f64) -> Self {
        Self { real, imaginary, log: 0.0 }
    }

    fn times(&mut self, real: f64, imaginary: f64, count: f64) {
        let (real, imaginary) = if count > 1.0 {
            self.log += 0.5 * count * (real * real + imaginary * imaginary).ln();
            let (sine, cosine) = (count * imaginary.atan2(real)).sin_cos();
            (cosine, sine)
        } else {
            (real, imaginary)
        };
        (self.real, self.imaginary) =
            (self.real * real - self.imaginary * imaginary, self.real * imaginary + self.imaginary * real);
        let squared = self.real * self.real + self.imaginary * self.imaginary;
        if !(1e-100..1e100).contains(&squared) {
            let size = squared.sqrt();
            self.log += size.ln();
            self.real /= size;
            self.imaginary /= size;
        }
    }

    /// One over it.
    fn inverse(&self) -> (f64, f64) {
        let squared = self.real * self.real + self.imaginary * self.imaginary;
        let size = (-self.log).exp() / squared;
        (size * self.real, -size * self.imaginary)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::seed::Seed;
    use crate::special::beta_quantile;

    #[test]
    fn of_yes_and_no_it_is_the_exact_bound() {
        let all = [
            (0_u32, 12_u32),
            (1, 12),
            (3, 40),
            (39, 40),
            (7, 500),
            (0, 2),
            (1, 1),
            (0, 1_000),
            (3, 100_000),
            (60_000, 100_000),
        ];
        for (hits, n) in all {
            let values: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i < hits))).collect();
            let exact = if hits == n { 1.0 } else { beta_quantile(f64::from(hits) + 1.0, f64::from(n - hits), 0.975) };
            let found = upper(&values, 1.0, 0.025);
            assert!((found / exact - 1.0).abs() < 1e-9, "{hits} of {n}: {found} for {exact}");
        }
    }

    proptest! {
        #[test]
        fn of_values_that_differ_it_is_the_sum_of_partial_fractions(
            steps in prop::collection::btree_set(-10_i32..=10, 2..8), at in -9.5_f64..9.5,
        ) {
            // P(sum of l_j E_j > 0) = sum over l_j > 0 of the product over k of l_j / (l_j - l_k).
            let weights: Vec<f64> = steps.iter().map(|step| f64::from(*step) - at).collect();
            prop_assume!(weights.iter().all(|weight| weight.abs() > 0.01));
            let exact: f64 = weights
                .iter()
                .filter(|l| **l > 0.0)
                .map(|l| weights.iter().filter(|k| (*k - l).abs() > 0.5).map(|k| l / (l - k)).product::<f64>())
                .sum();
            let atoms: Vec<(f64, f64)> = steps.iter().map(|step| (f64::from(*step), 1.0)).collect();
            let found = beyond(&atoms, at).exp();
            prop_assert!((found - exact).abs() < 1e-6, "{found} for {exact}");
            // In the tails that bounds are read from.
            if exact > 0.001 && exact < 0.06 {
                prop_assert!((found / exact - 1.0).abs() < 1e-6, "{found} for {exact}");
            }
        }
    }

    #[test]
    fn it_is_the_quantile_of_weighted_means() {
        let rising: Vec<f64> = (0..30).map(|i| if i < 22 { 0.0 } else { 0.03 * f64::from(i) - 0.6 }).collect();
        // Many alike near the bound, and the one that may have been missed far off.
        let falling: Vec<f64> = (0..110).map(|i| if i < 80 { 0.0 } else { -0.05 * f64::from(i % 7) }).collect();
        for values in [rising, falling] {
            let found = upper(&values, 1.0, 0.05);
            let mut stream = Seed(4).stream("test");
            let draws = 50_000;
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
            assert!((share - 0.05).abs() < 0.004, "{share}");
        }
    }

    #[test]
    fn so_many_times_as_many_values_are_below_a_bound() {
        let values: Vec<f64> = (0..40).map(|i| if i < 30 { 0.0 } else { 0.04 * f64::from(i % 5) - 0.08 }).collect();
        let mean = values.iter().sum::<f64>() / 40.0;
        for bound in [0.03, 0.06, 0.2] {
            let times = times_below(&values, 1.0, 0.025, bound).expect("below the mean of none of them");
            let at = |times: f64| {
                let many: Vec<f64> = values.iter().flat_map(|value| vec![*value; times as usize]).collect();
                upper(&many, 1.0, 0.025)
            };
            assert!(at(times.ceil()) <= bound, "{times}");
            assert!(times < 1.001 || at(times.ceil() - 1.0) > bound, "{times}");
        }
        assert_eq!(times_below(&values, 1.0, 0.025, mean - 1e-9), None);
        assert_eq!(times_below(&[], 1.0, 0.025, 0.5), None);
        assert_eq!(times_below(&[0.2, 1.5], 1.0, 0.025, 0.9), None, "beyond what there can be");
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
