//! The sign-flip test of a mean of paired differences: exact where that is cheap, seeded Monte Carlo otherwise.

use crate::estimate::{Method, Size};
use crate::paired::Test;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// At most this many nonzero differences are enumerated one by one (2^20 flips).
const ENUMERATED: usize = 20;
/// Cells of the exact distribution over a lattice that are still cheap.
const LATTICE_CELLS: f64 = 4e7;
/// Monte-Carlo flips.
const FLIPS: u64 = 9_999;
/// Two sums closer than this are equal: a tie counts as extreme.
const TIE: f64 = 1e-12;

/// Two-sided p-value of "the differences are symmetric about 0" from all assignments of signs: the share of flips with
/// |mean*| >= |mean|.
///
/// `differences` are per question (question means of one arm minus the other), so that samples of one question flip
/// together. Exact by enumeration up to 20 nonzero differences; exact by convolution where all are multiples of one step (equal numbers of
/// samples: the usual case; with one sample per arm it is McNemar's exact test); otherwise 9,999 seeded flips,
/// p = (1 + #)/(B + 1).
///
/// Assumes independent questions and, under the null, exchangeable arms within a question.
///
/// # Errors
/// Without differences.
pub fn sign_flip(differences: &[f64], seed: Seed) -> Result<Test, Undefined> {
    if differences.is_empty() {
        return Err(Undefined::no_data("paired questions"));
    }
    if differences.iter().any(|d| !d.is_finite()) {
        return Err(Undefined::not_applicable("sign-flip test", "a difference is not finite"));
    }
    let n = differences.len();
    let statistic = differences.iter().sum::<f64>() / n as f64;
    // The sign of a difference is what is flipped, so that its size in canonical order is all that matters.
    let mut sizes: Vec<f64> = differences.iter().map(|d| d.abs()).filter(|d| *d > TIE).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let extreme = differences.iter().sum::<f64>().abs() - TIE * n as f64;
    let (p, method) = if sizes.len() <= ENUMERATED {
        (enumerate(&sizes, extreme), Method::named("sign-flip, exact"))
    } else if let Some(steps) = lattice(&sizes) {
        (convolve(&steps, &sizes, extreme), Method::named("sign-flip, exact"))
    } else {
        (flip(&sizes, extreme, seed), Method::described(format!("sign-flip, {FLIPS} seeded flips")))
    };
    Ok(Test { p: p.clamp(0.0, 1.0), statistic, size: Size::single(n as u64), method })
}

/// All 2^n sums in Gray-code order: one sign changes at a time.
fn enumerate(sizes: &[f64], extreme: f64) -> f64 {
    let all = 1_u64 << sizes.len();
    let mut signs = vec![1.0; sizes.len()];
    let mut sum: f64 = sizes.iter().sum();
    let mut count = 0_u64;
    for i in 1..=all {
        // Rounding of the running sum stays below the tie width for 2^20 steps of differences in [-1, 1].
        if sum.abs() >= extreme {
            count += 1;
        }
        let flipped = i.trailing_zeros() as usize;
        if let (Some(sign), Some(size)) = (signs.get_mut(flipped), sizes.get(flipped)) {
            *sign = -*sign;
            sum += 2.0 * *sign * size;
        }
    }
    count as f64 / all as f64
}

/// The differences as multiples of 1/L for the smallest L up to 64 that makes them all whole, if the table stays small.
fn lattice(sizes: &[f64]) -> Option<Vec<usize>> {
    for l in 1..=64_u32 {
        let scaled = sizes.iter().map(|d| d * f64::from(l));
        if scaled.clone().all(|x| (x - x.round()).abs() < 1e-9) {
            let total: f64 = scaled.clone().map(f64::round).sum();
            return (total * sizes.len() as f64 <= LATTICE_CELLS).then(|| scaled.map(|x| x.round() as usize).collect());
        }
    }
    None
}

/// The distribution of the sum of the differences whose sign is kept, one difference at a time.
fn convolve(steps: &[usize], sizes: &[f64], extreme: f64) -> f64 {
    let total: usize = steps.iter().sum();
    let unit = sizes.iter().sum::<f64>() / total.max(1) as f64;
    let mut chance = vec![0.0; total + 1];
    chance[0] = 1.0;
    let mut reach = 0;
    for &step in steps {
        reach += step;
        for at in (0..=reach).rev() {
            let kept = if at >= step { chance[at - step] } else { 0.0 };
            chance[at] = 0.5 * (chance[at] + kept);
        }
    }
    let (low, high) = (extreme / unit, total as f64);
    chance.iter().enumerate().filter(|(kept, _)| (2.0 * *kept as f64 - high).abs() >= low - 1e-9).map(|(_, c)| c).sum()
}

/// Seeded flips; equal differences flip together, 64 signs a draw.
fn flip(sizes: &[f64], extreme: f64, seed: Seed) -> f64 {
    let mut stream = seed.stream("sign-flip");
    let groups: Vec<(f64, usize)> =
        sizes.chunk_by(|a, b| a.total_cmp(b).is_eq()).filter_map(|g| Some((*g.first()?, g.len()))).collect();
    let mut count = 0_u64;
    for _ in 0..FLIPS {
        let mut sum = 0.0;
        let (mut pool, mut left) = (0_u64, 0_u32);
        for &(size, times) in &groups {
            let mut kept: u32 = (0..times / 64).map(|_| stream.bits().count_ones()).sum();
            let rest = (times % 64) as u32;
            if rest > left {
                (pool, left) = (stream.bits(), 64);
            }
            kept += (pool & ((1_u64 << rest) - 1)).count_ones();
            pool >>= rest;
            left -= rest;
            sum += size * (2.0 * f64::from(kept) - times as f64);
        }
        if sum.abs() >= extreme {
            count += 1;
        }
    }
    (1 + count) as f64 / (1 + FLIPS) as f64
}
