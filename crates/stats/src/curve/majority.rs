//! maj@k of one question: the probability that the most frequent answer among k samples is right. Exact, no simulation.

use std::collections::BTreeMap;

use crate::special::binomial_probability;
use crate::undefined::Undefined;

/// The recorded answers of one question, as counts of equal answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    /// Per different answer: how often it was given, and whether it is right. More than one may be right.
    answers: Vec<(u32, bool)>,
    /// Samples without an answer: each uses up a sample and casts no vote.
    no_answer: u32,
}

impl Tally {
    /// Counts of equal answers, in any order; empty ones are dropped.
    #[must_use]
    pub fn new(answers: impl IntoIterator<Item = (u32, bool)>, no_answer: u32) -> Self {
        let mut answers: Vec<(u32, bool)> = answers.into_iter().filter(|(count, _)| *count > 0).collect();
        // One order for equal tallies, so that a cache finds them.
        answers.sort_unstable_by(|a, b| b.cmp(a));
        Self { answers, no_answer }
    }

    /// How many samples there are.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.answers.iter().map(|(count, _)| u64::from(*count)).sum::<u64>() + u64::from(self.no_answer)
    }

    /// How many of them are right.
    #[must_use]
    pub fn right(&self) -> u64 {
        self.answers.iter().filter(|(_, right)| *right).map(|(count, _)| u64::from(*count)).sum()
    }

    /// The probability that a majority vote over k samples, drawn without replacement, is right; ties are split evenly, and a draw
    /// without any vote is not right.
    ///
    /// For m = 1..=k (the winning number of votes) a dynamic programme runs over the answers on (samples used s, answers with
    /// exactly m votes t, right ones among them r). An answer given n_a times contributes C(n_a, j) for j <= min(m, n_a) votes.
    /// Then maj@k = sum over m, t > 0 of W(k, t, r) r/t / C(n, k). Two things keep it small and in range:
    ///
    /// - answers with n_a < m cannot win at m, and prod of sum_j C(n_a, j) x^j is (1 + x)^N for their total N, so they and the
    ///   samples without an answer are one factor;
    /// - C(n_a, j) is taken as the binomial probability of j at rate k/n, and C(n, k) likewise: the extra powers cancel.
    ///
    /// Unbiased for every k <= n. Identity for tests: without missing answers maj@1 = maj@2.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without samples or for k = 0, [`Undefined::BeyondSampled`] for k > n.
    pub fn majority(&self, k: u32) -> Result<f64, Undefined> {
        let n = self.samples();
        if n == 0 || k == 0 {
            return Err(Undefined::no_data("samples"));
        }
        if u64::from(k) > n {
            return Err(Undefined::BeyondSampled { asked: u64::from(k), sampled: n });
        }
        if self.right() == 0 {
            return Ok(0.0);
        }
        let rate = f64::from(k) / n as f64;
        let all = binomial_probability(u64::from(k), n, rate);
        let most = self.answers.first().map_or(0, |(count, _)| *count).min(k);
        let share: f64 = (1..=most).map(|votes| self.won_with(votes, k, rate)).sum::<f64>() / all;
        // Rounding must not make a question that is always right a little less than right.
        Ok(if share > 1.0 - 1e-12 { 1.0 } else { share.max(0.0) })
    }

    /// The weight of all draws in which some answer wins with exactly `votes` votes, times the share of right ones among the tied.
    fn won_with(&self, votes: u32, k: u32, rate: f64) -> f64 {
        let k = k as usize;
        let m = votes as usize;
        let able = self.answers.iter().take_while(|(count, _)| *count >= votes);
        let (ties, right) = able.clone().fold((0, 0), |(ties, right), (_, is)| (ties + 1, right + usize::from(*is)));
        let (ties, right) = ((k / m).min(ties), (k / m).min(right));
        if right == 0 {
            return 0.0;
        }
        let width = (ties + 1) * (right + 1);
        let cell = |s: usize, t: usize, r: usize| s * width + t * (right + 1) + r;
        let unable: u64 = self
            .answers
            .iter()
            .skip_while(|(count, _)| *count >= votes)
            .map(|(count, _)| u64::from(*count))
            .sum::<u64>()
            + u64::from(self.no_answer);
        let mut weights = vec![0.0; (k + 1) * width];
        for s in 0..=k.min(usize::try_from(unable).unwrap_or(k)) {
            weights[cell(s, 0, 0)] = binomial_probability(s as u64, unable, rate);
        }
        let mut next = vec![0.0; weights.len()];
        let mut chance = Vec::with_capacity(m + 1);
        for (count, is_right) in able {
            chance.clear();
            chance.extend((0..=m).map(|j| binomial_probability(j as u64, u64::from(*count), rate)));
            next.fill(0.0);
            let step = usize::from(*is_right);
            for s in 0..=k {
                for t in 0..=ties {
                    for r in 0..=right.min(t) {
                        let weight = weights[cell(s, t, r)];
                        if weight > 0.0 {
                            for (j, chance) in chance.iter().enumerate().take((k - s).min(m - 1) + 1) {
                                next[cell(s + j, t, r)] += weight * chance;
                            }
                            if s + m <= k && t < ties && r + step <= right {
                                next[cell(s + m, t + 1, r + step)] += weight * chance[m];
                            }
                        }
                    }
                }
            }
            std::mem::swap(&mut weights, &mut next);
        }
        let mut share = 0.0;
        for t in 1..=ties {
            for r in 1..=right.min(t) {
                share += weights[cell(k, t, r)] * r as f64 / t as f64;
            }
        }
        share
    }
}

/// maj@k over many questions, each different tally computed once.
#[derive(Debug, Default)]
pub struct Majority {
    known: BTreeMap<(Tally, u32), f64>,
}

impl Majority {
    /// As [`Tally::majority`].
    ///
    /// # Errors
    /// As [`Tally::majority`].
    pub fn at(&mut self, tally: &Tally, k: u32) -> Result<f64, Undefined> {
        if let Some(value) = self.known.get(&(tally.clone(), k)) {
            return Ok(*value);
        }
        let value = tally.majority(k)?;
        self.known.insert((tally.clone(), k), value);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every subset of k samples, votes counted one by one.
    fn brute(answers: &[(u32, bool)], no_answer: u32, k: u32) -> f64 {
        let mut samples: Vec<Option<usize>> = Vec::new();
        for (answer, (count, _)) in answers.iter().enumerate() {
            samples.extend((0..*count).map(|_| Some(answer)));
        }
        samples.extend((0..no_answer).map(|_| None));
        let (mut total, mut share) = (0.0, 0.0);
        for subset in 0_u32..1 << samples.len() {
            if subset.count_ones() != k {
                continue;
            }
            let mut votes = vec![0_u32; answers.len()];
            for (at, sample) in samples.iter().enumerate() {
                if let (true, Some(answer)) = (subset >> at & 1 == 1, sample) {
                    votes[*answer] += 1;
                }
            }
            total += 1.0;
            let most = votes.iter().copied().max().unwrap_or(0);
            if most > 0 {
                let tied: Vec<bool> = votes
                    .iter()
                    .zip(answers)
                    .filter(|(votes, _)| **votes == most)
                    .map(|(_, (_, right))| *right)
                    .collect();
                share += tied.iter().filter(|right| **right).count() as f64 / tied.len() as f64;
            }
        }
        share / total
    }

    proptest! {
        #[test]
        fn the_programme_agrees_with_counting_every_subset(
            answers in prop::collection::vec((1_u32..=4, any::<bool>()), 1..=4),
            no_answer in 0_u32..=2,
            at in 0.0_f64..1.0,
        ) {
            let tally = Tally::new(answers.clone(), no_answer);
            let n = u32::try_from(tally.samples()).unwrap();
            let k = 1 + (at * f64::from(n)) as u32;
            let expected = brute(&answers, no_answer, k.min(n));
            prop_assert!((tally.majority(k.min(n)).unwrap() - expected).abs() < 1e-12);
        }

        #[test]
        fn one_sample_is_the_mean_and_two_are_the_same_without_missing_answers(
            answers in prop::collection::vec((1_u32..=40, any::<bool>()), 1..=9),
        ) {
            let tally = Tally::new(answers, 0);
            let mean = tally.right() as f64 / tally.samples() as f64;
            prop_assert!((tally.majority(1).unwrap() - mean).abs() < 1e-12);
            if tally.samples() >= 2 {
                prop_assert!((tally.majority(2).unwrap() - mean).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn missing_answers_break_the_identity_as_simulated() {
        let tally = Tally::new([(2, true), (3, false), (1, false)], 2);
        assert!((tally.majority(1).unwrap() - 0.25).abs() < 1e-12);
        assert!((tally.majority(2).unwrap() - 0.321_428_571).abs() < 1e-8);
    }

    #[test]
    fn ten_thousand_samples_neither_overflow_nor_lose_mass() {
        let tally = Tally::new([(6_000, true), (4_000, false)], 0);
        let value = tally.majority(101).unwrap();
        // The binomial limit P(X > 50), X ~ B(101, .6), is .9791; drawing without replacement lies just above.
        assert!(value > 0.979 && value < 0.981, "{value}");
        assert!((Tally::new([(5, true)], 0).majority(5).unwrap() - 1.0).abs() < 1e-12);
        assert!(Tally::new([(5, true)], 0).majority(6).is_err());
    }

    #[test]
    fn always_right_is_exactly_one_also_by_several_answers() {
        let tally = Tally::new([(3, true), (3, true), (4, true)], 0);
        for k in 1..=10 {
            assert!((tally.majority(k).unwrap() - 1.0).abs() < f64::EPSILON * 0.5, "{k}");
        }
    }
}
