//! The capital of a bettor against "the mean is at most m", whose bets are made to come off by a deadline. Not a bound for every m: see
//! [`super::super::capital`].

use crate::special::normal_quantile;

/// Where a bettor stops winning for sure and ruin begins: bets stay a little below it.
const MOST_AT_STAKE: f64 = 0.98;

/// The deadline's bet aims at 1/(AIM error), to be above 1/error a while before the deadline.
const AIM: f64 = 0.8;

/// The share of a bet that grows, beside the share that makes for the deadline; more where the mean lies beyond the expected one.
const GROWING: f64 = 0.3;

/// The planned mean and the planned variance count as so many observations.
const PLANNED_MEAN: f64 = 30.0;
const PLANNED_VARIANCE: f64 = 20.0;

/// What a bettor is to show, and what was planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Goal {
    /// The smallest possible value.
    pub(super) low: f64,
    /// m: the null is that the mean is at most this.
    pub(super) bound: f64,
    /// The mean under which it is to be shown in time.
    pub(super) expected: f64,
    /// The planned variance there.
    pub(super) variance: f64,
    /// The planned variance at the bound.
    pub(super) variance_at_bound: f64,
    /// Reached at a capital of one over this.
    pub(super) error: f64,
    /// By how many observations it is to be shown under the expected mean.
    pub(super) deadline: u64,
    /// How many observations there are at most.
    pub(super) last: u64,
}

/// Capital, and what the next bet is made of: everything before the next observation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bettor {
    goal: Goal,
    capital: f64,
    highest: f64,
    observations: u64,
    sum: f64,
    /// Sum of squared distances from the mean so far.
    squares: f64,
}

impl Bettor {
    pub(super) fn new(goal: Goal) -> Self {
        Self { goal, capital: 1.0, highest: 1.0, observations: 0, sum: 0.0, squares: 0.0 }
    }

    /// Mean with the planned one as a number of observations.
    fn mean(&self) -> f64 {
        (self.sum + PLANNED_MEAN * self.goal.expected) / (self.observations as f64 + PLANNED_MEAN)
    }

    /// Variance, likewise.
    pub(super) fn variance(&self) -> f64 {
        let planned = PLANNED_VARIANCE * self.goal.variance;
        ((self.squares + planned) / (self.observations as f64 + PLANNED_VARIANCE)).max(1e-4)
    }

    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// The next bet: lambda in [0, .98/(m - low)], from earlier observations alone.
    ///
    /// A mixture of two bets. Kelly's for the mean and variance so far, e/(v + e^2) with e = mean - m, grows fastest. The other is the hedge of a digital
    /// option: with v the variance under the null and T observations left, a payment of 1/(AIM error) if the sum ends high is worth the capital K now
    /// where Phi(z) = AIM error K, and changes with the sum by phi(z)/(Phi(z) sqrt(v T)) per unit of K. After the deadline the end of all
    /// observations takes its place. Kelly's share is GROWING, and larger by as much as the mean lies beyond the expected one, in units of its distance from m.
    fn bet(&self) -> f64 {
        let Goal { low, bound, expected, error, deadline, last, .. } = self.goal;
        let most = MOST_AT_STAKE / (bound - low);
        let variance = self.variance();
        let excess = (self.mean() - bound).max(0.0);
        let kelly = (excess / (variance + excess * excess)).min(most);
        let left = [deadline, last].into_iter().find(|end| *end > self.observations);
        let left = left.map_or(1.0, |end| (end - self.observations) as f64);
        let worth = (AIM * error * self.capital).clamp(1e-12, 1.0 - 1e-9);
        let z = normal_quantile(worth);
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let null = variance * self.goal.variance_at_bound / self.goal.variance;
        let hedge = (density / (worth * (null * left).sqrt())).min(most);
        let beyond = (self.mean() - expected) / (expected - bound);
        let growing = (GROWING + beyond).clamp(GROWING, 1.0);
        (1.0 - growing) * hedge + growing * kelly
    }

    /// The next observation, at least `low`.
    pub(super) fn push(&mut self, x: f64) {
        self.capital *= 1.0 + self.bet() * (x - self.goal.bound);
        self.highest = self.highest.max(self.capital);
        self.squares += (x - self.mean()).powi(2);
        self.sum += x;
        self.observations += 1;
    }

    /// Whether the capital was ever one over the error.
    pub(super) fn reached(&self) -> bool {
        self.highest * self.goal.error >= 1.0
    }

    pub(super) fn highest(&self) -> f64 {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal() -> Goal {
        let (bound, expected) = (0.1, 0.3);
        Goal { low: -1.0, bound, expected, variance: 0.3, variance_at_bound: 0.2, error: 0.05, deadline: 5, last: 8 }
    }

    /// The mean of the capital over every sequence of eight values in {-1, 0, 1}, each with the same chances.
    fn expectation(chances: [f64; 3]) -> f64 {
        let mut paths = vec![(1.0, Bettor::new(goal()))];
        for _ in 0..8 {
            paths = paths
                .iter()
                .flat_map(|(chance, bettor)| {
                    [-1.0, 0.0, 1.0].into_iter().zip(chances).map(move |(value, more)| {
                        let mut next = bettor.clone();
                        next.push(value);
                        (chance * more, next)
                    })
                })
                .collect();
        }
        assert!(paths.iter().all(|(_, bettor)| bettor.capital > 0.0));
        paths.iter().map(|(chance, bettor)| chance * bettor.capital).sum()
    }

    #[test]
    fn summed_over_every_path_the_capital_is_fair_at_the_bound_loses_below_it_and_wins_above() {
        for chances in [[0.0, 0.9, 0.1], [0.2, 0.5, 0.3], [0.45, 0.0, 0.55]] {
            assert!((expectation(chances) - 1.0).abs() < 1e-9, "{chances:?}");
        }
        assert!(expectation([0.3, 0.5, 0.2]) < 1.0 && expectation([0.1, 0.5, 0.4]) > 1.0);
    }
}
