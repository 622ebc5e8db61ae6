//! What several samples of one question come to, by enumeration.

use super::Distribution;

/// pass@k: some of `k` samples is right, `1 - (1 - p)^k`.
#[must_use]
pub fn pass_at(answers: &Distribution, k: u32) -> f64 {
    1.0 - super::power(1.0 - answers.gold, k)
}

/// maj@k: the most frequent of `k` answers is right, ties split evenly. Over all ways in which `k` samples fall on the `m` options, of which there are
/// `(k + m - 1)! / (k! (m - 1)!)`: 6,545 for 4 options and `k` 32. 0 for `k = 0`.
#[must_use]
pub fn maj_at(answers: &Distribution, k: u32) -> f64 {
    if k == 0 {
        return 0.0;
    }
    (1..=k)
        .map(|votes| {
            let here = choose(k, votes) * super::power(answers.gold, votes);
            let others = others(answers);
            here * elsewhere(&others, k - votes, votes, 1)
        })
        .sum()
}

/// The wrong options' probabilities.
fn others(answers: &Distribution) -> Vec<f64> {
    let mut others = vec![answers.other; answers.others() as usize];
    others.push(answers.runner_up);
    others
}

/// All ways in which `left` samples fall on the wrong options, none of which may have more than `most`; `tied` options share the win so far.
fn elsewhere(options: &[f64], left: u32, most: u32, tied: u32) -> f64 {
    let Some((p, rest)) = options.split_first() else {
        return if left == 0 { 1.0 / f64::from(tied) } else { 0.0 };
    };
    let votes = |votes: u32| {
        let next = if votes == most { tied + 1 } else { tied };
        choose(left, votes) * super::power(*p, votes) * elsewhere(rest, left - votes, most, next)
    };
    (0..=left.min(most)).map(votes).sum()
}

/// The binomial coefficient.
fn choose(n: u32, k: u32) -> f64 {
    (1..=k).fold(1.0, |so_far, i| so_far * f64::from(n - k + i) / f64::from(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_those_worked_out_by_hand() {
        let coin = Distribution { gold: 0.6, runner_up: 0.4, other: 0.0, options: 2 };
        assert!((pass_at(&coin, 2) - 0.84).abs() < 1e-12);
        assert!((maj_at(&coin, 1) - 0.6).abs() < 1e-12);
        assert!((maj_at(&coin, 2) - 0.6).abs() < 1e-12, "a tie is split");
        assert!((maj_at(&coin, 3) - (0.216 + 3.0 * 0.36 * 0.4)).abs() < 1e-12);
        let four = Distribution { gold: 0.25, runner_up: 0.25, other: 0.25, options: 4 };
        for k in 1..=32 {
            assert!((maj_at(&four, k) - 0.25).abs() < 1e-9, "four alike at {k}");
        }
    }
}
