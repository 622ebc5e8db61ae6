//! best-of-k of one question: the sample with the highest recorded score is the answer. Exact, no simulation.

use crate::undefined::Undefined;

/// The probability that the best-scored of k samples, drawn without replacement, is right; tied scores are split evenly.
///
/// With the samples in groups of equal score, best first, N_g those scored better than group g and s_g its size, the best sample
/// lies in group g with probability [C(n - N_g, k) - C(n - N_g - s_g, k)] / C(n, k), and is then right with the share of right
/// ones in the group. `samples` are (score, right).
///
/// # Errors
/// [`Undefined::NoData`] without samples or for k = 0, [`Undefined::BeyondSampled`] for k > n, [`Undefined::NotRecorded`] where a
/// score is missing (NaN): whether that sample would have won is unknown.
pub fn best_of_k(samples: &[(f64, bool)], k: u32) -> Result<f64, Undefined> {
    let n = samples.len();
    if n == 0 || k == 0 {
        return Err(Undefined::no_data("samples"));
    }
    if k as usize > n {
        return Err(Undefined::BeyondSampled { asked: u64::from(k), sampled: n as u64 });
    }
    if samples.iter().any(|(score, _)| score.is_nan()) {
        return Err(Undefined::NotRecorded { what: "a score of every sample".into() });
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut value = 0.0;
    // P(none of the drawn lies among the better ones), updated as the better ones grow.
    let mut none_better = 1.0;
    let mut better = 0;
    for group in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let none_in_both = none_of(n, better + group.len(), k as usize);
        let right = group.iter().filter(|(_, right)| *right).count() as f64 / group.len() as f64;
        value += (none_better - none_in_both) * right;
        none_better = none_in_both;
        better += group.len();
    }
    Ok(value.clamp(0.0, 1.0))
}

/// C(n - b, k) / C(n, k): none of k drawn from n is among b of them.
fn none_of(n: usize, b: usize, k: usize) -> f64 {
    if n - b < k {
        return 0.0;
    }
    (n - b + 1..=n).map(|i| 1.0 - k as f64 / i as f64).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(samples: &[(f64, bool)], k: u32) -> f64 {
        let (mut total, mut share) = (0.0, 0.0);
        for subset in 0_u32..1 << samples.len() {
            if subset.count_ones() != k {
                continue;
            }
            let drawn: Vec<_> =
                samples.iter().enumerate().filter(|(i, _)| subset >> i & 1 == 1).map(|(_, s)| *s).collect();
            let best = drawn.iter().map(|(score, _)| *score).fold(f64::NEG_INFINITY, f64::max);
            let tied: Vec<_> = drawn.iter().filter(|(score, _)| *score >= best).collect();
            share += tied.iter().filter(|(_, right)| *right).count() as f64 / tied.len() as f64;
            total += 1.0;
        }
        share / total
    }

    proptest! {
        #[test]
        fn the_closed_form_agrees_with_counting(
            samples in prop::collection::vec(((0_i32..4).prop_map(f64::from), any::<bool>()), 1..=8),
            at in 0.0_f64..1.0,
        ) {
            let k = 1 + (at * samples.len() as f64) as u32;
            let k = k.min(samples.len() as u32);
            prop_assert!((best_of_k(&samples, k).unwrap() - brute(&samples, k)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_missing_score_is_not_a_low_score() {
        assert!(best_of_k(&[(1.0, true), (f64::NAN, false)], 1).is_err());
    }
}
