//! Question means: the default holds where iid Wilson and Miller's formula do not.

use candor_stats::resample::bootstrap::studentised;
use candor_stats::{Clusters, Estimate, Interval, Level, Proportion, Seed, Stream, Tally, Undefined};

use super::world::{binomial, conservative, covered, nominal, rate};

fn tallies(questions: usize, samples: u32, icc: f64, p: f64, s: &mut Stream) -> Vec<Tally> {
    (0..questions).map(|_| Tally { samples, correct: binomial(samples, rate(p, icc, s), s) }).collect()
}

fn ends(estimate: Result<Estimate, Undefined>) -> Result<Interval, Undefined> {
    estimate?.interval().copied().map_err(Clone::clone)
}

#[test]
fn wilson_at_n_eff() {
    for (questions, samples, icc, p) in [
        (30, 5, 0.3, 0.8),
        (30, 10, 0.5, 0.8),
        (50, 5, 0.3, 0.8),
        (50, 5, 0.3, 0.5),
        (100, 5, 0.3, 0.95),
        (100, 2, 0.3, 0.6),
        (300, 5, 0.3, 0.95),
    ] {
        nominal(&format!("wilson n_eff, {questions} x {samples}, icc {icc}, p {p}"), p, |s| {
            ends(Clusters::from_tallies(tallies(questions, samples, icc, p, s)).unwrap().proportion(Level::P95))
        });
    }
}

#[test]
fn unequal_numbers_of_samples() {
    nominal("wilson n_eff, 50 questions of 2 and 30 of 10, p .8", 0.8, |s| {
        let mut all = tallies(40, 2, 0.3, 0.8, s);
        all.extend(tallies(30, 10, 0.3, 0.8, s));
        ends(Clusters::from_tallies(all).unwrap().proportion(Level::P95))
    });
}

#[test]
fn ten_questions_are_the_fewest() {
    conservative("wilson n_eff, 10 x 5, icc .3, p .5", 0.5, |s| {
        ends(Clusters::from_tallies(tallies(10, 5, 0.3, 0.5, s)).unwrap().proportion(Level::P95))
    });
}

#[test]
fn what_is_printed_for_comparison_does_not_hold() {
    let iid = covered("iid wilson, 30 x 10, icc .5, p .8 (for comparison)", 0.8, |s| {
        let all = tallies(30, 10, 0.5, 0.8, s);
        let right = all.iter().map(|t| u64::from(t.correct)).sum();
        ends(Proportion::new(right, 300).unwrap().wilson(Level::P95))
    });
    let miller = covered("miller, 30 x 5, icc .3, p .95 (for comparison)", 0.95, |s| {
        ends(Clusters::from_tallies(tallies(30, 5, 0.3, 0.95, s)).unwrap().miller(Level::P95))
    });
    assert!(iid < 0.70 && miller < 0.90, "{iid} {miller}");
}

#[test]
fn the_studentised_bootstrap_of_an_unbounded_mean() {
    conservative("studentised bootstrap, 60 exponential values", 1.0, |s| {
        let values: Vec<f64> = (0..60).map(|_| -(1.0 - s.unit()).ln()).collect();
        ends(studentised(&values, Level::P95, 500, Seed(s.bits())))
    });
}
