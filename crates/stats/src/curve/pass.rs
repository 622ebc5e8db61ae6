//! pass@k and pass^k of one question from n samples of which c are right. Averages over questions are made elsewhere.

use crate::undefined::Undefined;

/// The probability that at least one of k samples, drawn without replacement from the n recorded, is right.
///
/// pass@k = 1 - C(n-c, k) / C(n, k), computed as 1 - prod over i = n-c+1..=n of (1 - k/i), which neither overflows nor cancels.
/// Unbiased for every k <= n. Source: Chen et al. 2021 (arXiv 2107.03374).
///
/// # Errors
/// [`Undefined::NoData`] where n is 0 or c exceeds n, [`Undefined::BeyondSampled`] where k > n: sampled curves are not extended.
/// k = 0 is 0.
pub fn pass_at_k(n: u64, c: u64, k: u64) -> Result<f64, Undefined> {
    check(n, c, k)?;
    if n - c < k {
        return Ok(1.0);
    }
    let k = k as f64;
    let miss: f64 = (n - c + 1..=n).map(|i| 1.0 - k / i as f64).product();
    Ok(1.0 - miss)
}

/// The probability that all of k samples, drawn without replacement from the n recorded, are right.
///
/// pass^k = C(c, k) / C(n, k) = prod over i = 0..k of (c - i) / (n - i). Source: tau-bench (arXiv 2406.12045).
///
/// # Errors
/// As [`pass_at_k`]. k = 0 is 1.
pub fn pass_hat_k(n: u64, c: u64, k: u64) -> Result<f64, Undefined> {
    check(n, c, k)?;
    if k > c {
        return Ok(0.0);
    }
    Ok((0..k).map(|i| (c - i) as f64 / (n - i) as f64).product())
}

/// What pass@`to` - pass@`from` of a question with n samples can be at the most, `from` <= `to`; at the least it is 0.
///
/// The largest over c of C(n-c, from)/C(n, from) - C(n-c, to)/C(n, to). A question with more samples can gain no more: its value is the mean of
/// that of its subsets of n. With c and n-c exchanged it is what pass^`from` - pass^`to` can be.
///
/// # Errors
/// As [`pass_at_k`].
pub fn most_gain(n: u64, from: u64, to: u64) -> Result<f64, Undefined> {
    check(n, 0, from.max(to))?;
    let (mut here, mut there, mut most) = (1.0_f64, 1.0_f64, 0.0_f64);
    for left in (1..=n).rev() {
        here *= (1.0 - from as f64 / left as f64).max(0.0);
        there *= (1.0 - to as f64 / left as f64).max(0.0);
        most = most.max(here - there);
    }
    Ok(most)
}

fn check(n: u64, c: u64, k: u64) -> Result<(), Undefined> {
    if n == 0 || c > n {
        return Err(Undefined::no_data("samples"));
    }
    if k > n {
        return Err(Undefined::BeyondSampled { asked: k, sampled: n });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_than_was_sampled_is_refused() {
        assert_eq!(pass_at_k(10, 3, 11), Err(Undefined::BeyondSampled { asked: 11, sampled: 10 }));
        assert!(pass_at_k(0, 0, 0).is_err() && pass_hat_k(3, 4, 1).is_err());
    }

    /// All subsets of size k, counted one by one.
    fn brute(n: u32, c: u32, k: u32) -> (f64, f64) {
        let (mut any, mut all, mut total) = (0_u32, 0_u32, 0_u32);
        for subset in 0_u32..1 << n {
            if subset.count_ones() == k {
                total += 1;
                let right = (subset & ((1 << c) - 1)).count_ones();
                any += u32::from(right > 0);
                all += u32::from(right == k);
            }
        }
        (f64::from(any) / f64::from(total), f64::from(all) / f64::from(total))
    }

    proptest! {
        #[test]
        fn no_question_gains_more_than_the_most((n, from, to, c, more) in (1_u64..=12)
            .prop_flat_map(|n| (Just(n), 1..=n)).prop_flat_map(|(n, to)| (Just(n), 1..=to, Just(to), 0..=n, 0_u64..4)))
        {
            let most = most_gain(n, from, to).unwrap();
            let gain = |n, c| pass_at_k(n, c, to).unwrap() - pass_at_k(n, c, from).unwrap();
            let all: Vec<f64> = (0..=n).map(|c| gain(n, c)).collect();
            prop_assert!((all.iter().copied().fold(0.0, f64::max) - most).abs() < 1e-12 && all.iter().all(|gain| *gain > -1e-12));
            let lost = pass_hat_k(n, c, from).unwrap() - pass_hat_k(n, c, to).unwrap();
            prop_assert!(lost <= most + 1e-12);
            prop_assert!(gain(n + more, c + more / 2) <= most + 1e-12, "more samples can gain no more");
        }

        #[test]
        fn both_agree_with_counting_subsets((n, c, k) in (1_u32..=10).prop_flat_map(|n| (Just(n), 0..=n, 0..=n))) {
            let (any, all) = brute(n, c, k);
            let (n, c, k) = (u64::from(n), u64::from(c), u64::from(k));
            prop_assert!((pass_at_k(n, c, k).unwrap() - any).abs() < 1e-12);
            prop_assert!((pass_hat_k(n, c, k).unwrap() - all).abs() < 1e-12);
        }

        #[test]
        fn pass_at_k_never_falls_and_pass_hat_never_rises((n, c, k) in (2_u64..=5000).prop_flat_map(|n| (Just(n), 0..=n, 1..n))) {
            prop_assert!(pass_at_k(n, c, k + 1).unwrap() >= pass_at_k(n, c, k).unwrap() - 1e-12);
            prop_assert!(pass_hat_k(n, c, k + 1).unwrap() <= pass_hat_k(n, c, k).unwrap() + 1e-12);
        }
    }
}
