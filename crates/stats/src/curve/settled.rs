//! When the majority of a draw is settled: the rule of Adaptive-Consistency (arXiv 2305.11860), as [replays](super::adaptive) and draws under way both use it. Not
//! which threshold is worth its loss: that is measured.

use crate::special::beta_tails;

/// The answers of one question so far: how many samples gave each, and how many of these are right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Votes {
    by_answer: Vec<(u64, u32, u32)>,
}

impl Votes {
    /// Counts a sample.
    pub fn cast(&mut self, answer: u64, right: bool) {
        let right = u32::from(right);
        match self.by_answer.iter_mut().find(|(known, _, _)| *known == answer) {
            Some(vote) => *vote = (answer, vote.1 + 1, vote.2 + right),
            None => self.by_answer.push((answer, 1, right)),
        }
    }

    /// The votes of the first and of the second answer.
    #[must_use]
    pub fn leaders(&self) -> (u32, u32) {
        self.by_answer.iter().fold(
            (0, 0),
            |(first, second), (_, count, _)| {
                if *count > first { (*count, first) } else { (first, second.max(*count)) }
            },
        )
    }

    /// The mean, over the answers with the most votes, of the share of their samples that are right, in [0, 1]; 0 without a vote.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let (most, _) = self.leaders();
        let (tied, right) = self
            .by_answer
            .iter()
            .filter(|(_, count, _)| *count == most)
            .fold((0.0, 0.0), |(tied, right), vote| (tied + 1.0, right + f64::from(vote.2) / f64::from(vote.1)));
        if tied > 0.0 { right / tied } else { 0.0 }
    }
}

/// The posterior probability that the answer with `first` votes stays ahead of the one with `second`: P(p > 1/2) under Beta(first + 1, second + 1).
#[must_use]
pub fn ahead(first: u32, second: u32) -> f64 {
    beta_tails(f64::from(first) + 1.0, f64::from(second) + 1.0, 0.5, 0.5).1
}

/// Whether the leader stays ahead with that probability; never before there is a vote.
#[must_use]
pub fn is_settled(first: u32, second: u32, threshold: f64) -> bool {
    first > 0 && ahead(first, second) >= threshold
}

/// The fewest votes more after which it can be settled: all of them for the leader. A draw that asks for so many at once stops where one that asks for one at a
/// time does. `threshold` in (1/2, 1); the number grows with `second`, at most `most`.
#[must_use]
pub fn fewest_more(first: u32, second: u32, threshold: f64, most: u32) -> u32 {
    (1..most).find(|more| is_settled(first.saturating_add(*more), second, threshold)).unwrap_or(most)
}

/// How many samples are drawn on average, at most `k`, where each goes to one answer with probability `share` and else to one other: exact, over all courses.
#[must_use]
pub fn expected_draws(share: f64, k: u32, threshold: f64) -> f64 {
    // The probability of so many votes for the one answer, among the draws that are still going on.
    let mut going = vec![1.0];
    let mut expected = 0.0;
    for drawn in 1..=k {
        expected += going.iter().sum::<f64>();
        let mut next = vec![0.0; drawn as usize + 1];
        for (votes, probability) in going.iter().enumerate() {
            next[votes + 1] += probability * share;
            next[votes] += probability * (1.0 - share);
        }
        for (votes, probability) in (0..).zip(&mut next) {
            let other = drawn - votes;
            if is_settled(votes.max(other), votes.min(other), threshold) {
                *probability = 0.0;
            }
        }
        going = next;
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    #[test]
    fn four_alike_settle_at_95_per_cent_and_a_dissenter_takes_more() {
        assert!((ahead(1, 0) - 0.75).abs() < 1e-12);
        assert!((ahead(4, 0) - 0.968_75).abs() < 1e-12);
        assert!(!is_settled(0, 0, 0.4));
        assert_eq!(fewest_more(0, 0, 0.95, 16), 4);
        for (first, second) in [(3, 1), (2, 2), (5, 3)] {
            let more = fewest_more(first, second, 0.95, 100);
            assert!(is_settled(first + more, second, 0.95) && !is_settled(first + more - 1, second, 0.95));
        }
        assert_eq!(fewest_more(9, 9, 0.95, 3), 3);
    }

    #[test]
    fn the_expected_number_is_that_of_many_draws() {
        let mut stream = Seed(3).stream("settled");
        for (share, k, threshold) in [(0.9, 16, 0.95), (0.6, 16, 0.95), (0.75, 8, 0.8), (1.0, 16, 0.95)] {
            let trials = 20_000;
            let mut drawn = 0_u32;
            for _ in 0..trials {
                let (mut one, mut other) = (0, 0);
                while one + other < k && !is_settled(u32::max(one, other), u32::min(one, other), threshold) {
                    if stream.chance(share) { one += 1 } else { other += 1 }
                }
                drawn += one + other;
            }
            let simulated = f64::from(drawn) / f64::from(trials);
            assert!((expected_draws(share, k, threshold) - simulated).abs() < 0.1, "{share} {k}: {simulated}");
        }
        assert!((expected_draws(1.0, 16, 0.95) - 4.0).abs() < 1e-12);
    }
}
