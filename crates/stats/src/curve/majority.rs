//! maj@k of one question: the probability that the most frequent answer among k samples is right. Exact, no simulation.

use std::collections::BTreeMap;

use crate::special::binomial_probability;
use crate::undefined::Undefined;

/// The recorded answers of one question, as counts of equal answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    /// Per different answer: how often it was given, and in how many of these samples it was right. More than one may be right.
    answers: Vec<(u32, u32)>,
    /// Samples without an answer: each uses up a sample and casts no vote.
    no_answer: u32,
}

impl Tally {
    /// Counts of equal answers, each with how many of its samples are right, in any order; empty ones are dropped.
    ///
    /// Where the verdict follows from the answer, all of its samples are right or none. Where it does not (a program judges what an agent did, and every
    /// answer reads "done"), a vote takes one of the samples that gave the winning answer.
    #[must_use]
    pub fn new(answers: impl IntoIterator<Item = (u32, u32)>, no_answer: u32) -> Self {
        let mut answers: Vec<(u32, u32)> = answers
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, right)| (count, right.min(count)))
            .collect();
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
        self.answers.iter().map(|(_, right)| u64::from(*right)).sum()
    }

    /// The probability that a majority vote over k samples, drawn without replacement, is right; ties are split evenly, and a draw
    /// without any vote is not right. The winning answer a is right with the share q_a of its samples that are.
    ///
    /// For m = 1..=k (the winning number of votes) a dynamic programme runs over the answers on (samples used s, answers with
    /// exactly m votes t), for the weight W of the draws and for the sum Q of their q over the tied answers. An answer given n_a times contributes
    /// C(n_a, j) for j <= min(m, n_a) votes. Then maj@k = sum over m, t > 0 of Q(k, t)/t / C(n, k). Two things keep it small and in range:
    ///
    /// - answers with n_a < m cannot win at m, and prod of sum_j C(n_a, j) x^j is (1 + x)^N for their total N, so they and the
    ///   samples without an answer are one factor;
    /// - C(n_a, j) is taken as the binomial probability of j at rate k/n, and C(n, k) likewise: the extra powers cancel.
    ///
    /// Unbiased for every k <= n. Identities for tests: maj@1 is the mean over the samples; without missing answers maj@1 = maj@2.
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
        if able.clone().all(|(_, right)| *right == 0) {
            return 0.0;
        }
        let ties = (k / m).min(able.clone().count());
        let cell = |s: usize, t: usize| s * (ties + 1) + t;
        let unable: u64 = self
            .answers
            .iter()
            .skip_while(|(count, _)| *count >= votes)
            .map(|(count, _)| u64::from(*count))
            .sum::<u64>()
            + u64::from(self.no_answer);
        // (W, Q) of every cell.
        let mut weights = vec![(0.0, 0.0); (k + 1) * (ties + 1)];
        for s in 0..=k.min(usize::try_from(unable).unwrap_or(k)) {
            weights[cell(s, 0)].0 = binomial_probability(s as u64, unable, rate);
        }
        let mut next = vec![(0.0, 0.0); weights.len()];
        let mut chance = Vec::with_capacity(m + 1);
        for (count, right) in able {
            chance.clear();
            chance.extend((0..=m).map(|j| binomial_probability(j as u64, u64::from(*count), rate)));
            next.fill((0.0, 0.0));
            let share = f64::from(*right) / f64::from(*count);
            for s in 0..=k {
                for t in 0..=ties {
                    let (weight, right) = weights[cell(s, t)];
                    if weight > 0.0 {
                        for (j, chance) in chance.iter().enumerate().take((k - s).min(m - 1) + 1) {
                            let into = &mut next[cell(s + j, t)];
                            *into = (into.0 + weight * chance, into.1 + right * chance);
                        }
                        if s + m <= k && t < ties {
                            let into = &mut next[cell(s + m, t + 1)];
                            *into = (into.0 + weight * chance[m], into.1 + (right + share * weight) * chance[m]);
                        }
                    }
                }
            }
            std::mem::swap(&mut weights, &mut next);
        }
        (1..=ties).map(|t| weights[cell(k, t)].1 / t as f64).sum()
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
    fn brute(answers: &[(u32, u32)], no_answer: u32, k: u32) -> f64 {
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
                let tied: Vec<f64> = votes
                    .iter()
                    .zip(answers)
                    .filter(|(votes, _)| **votes == most)
                    .map(|(_, (count, right))| f64::from(*right) / f64::from(*count))
                    .collect();
                share += tied.iter().sum::<f64>() / tied.len() as f64;
            }
        }
        share / total
    }

    proptest! {
        #[test]
        fn the_programme_agrees_with_counting_every_subset(
            answers in prop::collection::vec((1_u32..=4, 0_u32..=4), 1..=4),
            no_answer in 0_u32..=2,
            at in 0.0_f64..1.0,
        ) {
            let answers: Vec<(u32, u32)> = answers.iter().map(|(count, right)| (*count, *right.min(count))).collect();
            let tally = Tally::new(answers.clone(), no_answer);
            let n = u32::try_from(tally.samples()).unwrap();
            let k = 1 + (at * f64::from(n)) as u32;
            let expected = brute(&answers, no_answer, k.min(n));
            prop_assert!((tally.majority(k.min(n)).unwrap() - expected).abs() < 1e-12);
        }

        #[test]
        fn one_sample_is_the_mean_and_two_are_the_same_without_missing_answers(
            answers in prop::collection::vec((1_u32..=40, 0_u32..=40), 1..=9),
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
        let tally = Tally::new([(2, 2), (3, 0), (1, 0)], 2);
        assert!((tally.majority(1).unwrap() - 0.25).abs() < 1e-12);
        assert!((tally.majority(2).unwrap() - 0.321_428_571).abs() < 1e-8);
    }

    #[test]
    fn ten_thousand_samples_neither_overflow_nor_lose_mass() {
        let tally = Tally::new([(6_000, 6_000), (4_000, 0)], 0);
        let value = tally.majority(101).unwrap();
        // The binomial limit P(X > 50), X ~ B(101, .6), is .9791; drawing without replacement lies just above.
        assert!(value > 0.979 && value < 0.981, "{value}");
        assert!((Tally::new([(5, 5)], 0).majority(5).unwrap() - 1.0).abs() < 1e-12);
        assert!(Tally::new([(5, 5)], 0).majority(6).is_err());
    }

    #[test]
    fn an_answer_that_decides_nothing_is_as_right_as_its_samples() {
        // An agent says "done" every time, and tests judge what it did.
        let tally = Tally::new([(5, 3)], 0);
        for k in 1..=5 {
            assert!((tally.majority(k).unwrap() - 0.6).abs() < 1e-12, "{k}");
        }
    }

    #[test]
    fn always_right_is_exactly_one_also_by_several_answers() {
        let tally = Tally::new([(3, 3), (3, 3), (4, 4)], 0);
        for k in 1..=10 {
            assert!((tally.majority(k).unwrap() - 1.0).abs() < f64::EPSILON * 0.5, "{k}");
        }
    }
}
