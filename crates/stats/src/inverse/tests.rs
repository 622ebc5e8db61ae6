//! Planted falls are found with their onset, flat and rising curves are not, and wrong answers that take longer show an association.

use proptest::prelude::*;

use super::*;
use crate::interval::Level;
use crate::seed::{Seed, Stream};

/// Question means of 4 samples at each budget, one level of hardness per question.
fn curve(questions: usize, accuracy: &[f64], s: &mut Stream) -> Matrix {
    let mut matrix = Matrix::new(accuracy.len());
    for _ in 0..questions {
        let hardness = 0.6 * (s.unit() - 0.5);
        let mean = |p: f64, s: &mut Stream| (0..4).filter(|_| s.chance(p + hardness)).count() as f64 / 4.0;
        let row: Vec<f64> = accuracy.iter().map(|p| mean(*p, s)).collect();
        matrix.push(row);
    }
    matrix
}

const FLAT: [f64; 4] = [0.6; 4];
const PEAK: [f64; 4] = [0.5, 0.65, 0.65, 0.5];

#[test]
fn a_planted_peak_is_found_by_all_three_and_its_onset_lies_after_it() {
    let matrix = curve(200, &PEAK, &mut Seed(1).stream("test"));
    assert!(isotonic(&matrix, 999, Seed(2)).unwrap().p < 0.01);
    assert!(peak(&matrix, Seed(2)).unwrap().p < 0.01);
    let found = drops(&matrix, Level::P95, 500, Seed(2)).unwrap();
    let Onset::At { budget: 3, at_least, earliest, .. } = found.onset else { panic!("{:?}", found.onset) };
    assert!(at_least > 0.0 && at_least < 0.15 && earliest <= 3);
    for drop in &found.drops {
        let estimate = drop.estimate.as_ref().unwrap();
        let interval = estimate.interval().unwrap();
        // Each one-sided bound lies between the value and the two-sided end.
        assert!(interval.low() <= drop.at_least && drop.at_least <= estimate.value(), "{drop:?}");
        assert!(interval.high() >= drop.at_most && drop.at_most >= estimate.value(), "{drop:?}");
    }
}

#[test]
fn flat_and_rising_curves_rarely_alarm() {
    let mut alarms = [0; 3];
    for run in 0..60 {
        let matrix = curve(30, &FLAT, &mut Seed(run).stream("flat"));
        alarms[0] += u32::from(isotonic(&matrix, 299, Seed(run)).unwrap().p <= 0.05);
        alarms[1] += u32::from(peak(&matrix, Seed(run)).unwrap().p <= 0.05);
        let onset = drops(&matrix, Level::P95, 299, Seed(run)).unwrap().onset;
        alarms[2] += u32::from(matches!(onset, Onset::At { .. }));
    }
    // 60 runs at 5 %: more than 9 alarms has probability 1e-3.
    assert!(alarms.iter().all(|alarms| *alarms <= 9), "{alarms:?}");
    let rising = curve(100, &[0.4, 0.5, 0.6, 0.7], &mut Seed(1).stream("rising"));
    assert!(isotonic(&rising, 299, Seed(1)).unwrap().p > 0.5);
    assert!((peak(&rising, Seed(1)).unwrap().p - 1.0).abs() < 1e-12);
    let onset = drops(&rising, Level::P95, 299, Seed(1)).unwrap().onset;
    assert!(matches!(onset, Onset::NotFound { at_most } if at_most < 0.05), "{onset:?}");
}

#[test]
fn a_curve_that_rises_first_excludes_an_early_onset() {
    let matrix = curve(800, &[0.3, 0.5, 0.7, 0.5], &mut Seed(4).stream("test"));
    let onset = drops(&matrix, Level::P95, 300, Seed(1)).unwrap().onset;
    assert!(matches!(onset, Onset::At { budget: 3, from: 2, earliest: 3, .. }), "{onset:?}");
}

#[test]
fn curves_without_budgets_questions_or_shares_are_undefined() {
    let mut matrix = Matrix::new(2);
    (0..9).for_each(|_| matrix.push([0.5, 0.5]));
    assert!(matches!(isotonic(&matrix, 99, Seed(0)), Err(Undefined::TooFew { have: 9, needed: 10, .. })));
    matrix.push([0.5, f64::NAN]);
    assert!(matches!(drops(&matrix, Level::P95, 99, Seed(0)), Err(Undefined::NotApplicable { .. })));
    assert!(matches!(peak(&Matrix::new(1), Seed(0)), Err(Undefined::TooFew { .. })));
    let mut still = Matrix::new(3);
    (0..40).for_each(|i| still.push([f64::from(i % 2); 3]));
    assert!((isotonic(&still, 99, Seed(0)).unwrap().p - 1.0).abs() < 1e-12);
    assert!((peak(&still, Seed(0)).unwrap().p - 1.0).abs() < 1e-12);
    assert!(
        matches!(drops(&still, Level::P95, 99, Seed(0)).unwrap().onset, Onset::NotFound { at_most } if at_most > 0.0)
    );
}

/// Length has no effect at all: wrong answers merely take 1.3 times as long.
fn stuck(questions: usize, samples: usize, s: &mut Stream) -> Vec<Vec<(f64, bool)>> {
    (0..questions)
        .map(|_| {
            let (p, base) = (s.unit(), 200.0 + 800.0 * s.unit());
            (0..samples)
                .map(|_| {
                    let right = s.chance(p);
                    ((base * (0.7 + 0.6 * s.unit()) * if right { 1.0 } else { 1.3 }).round(), right)
                })
                .collect()
        })
        .collect()
}

#[test]
fn wrong_answers_that_take_longer_are_an_association_and_no_more() {
    let found = natural(&stuck(200, 8, &mut Seed(1).stream("test")), Level::P95, Seed(1)).unwrap();
    let ends = found.longest_minus_shortest.unwrap();
    assert!(ends.value() < -0.2 && ends.interval().unwrap().high() < 0.0 && found.test.unwrap().p < 0.001);
    assert!(found.concordance.unwrap().value() < -0.3 && found.one_length == 0 && found.one_outcome > 10);
    assert!(matches!(Natural::design_finding(), crate::Finding::Fails { .. }));
}

#[test]
fn lengths_within_questions_are_compared_and_ties_averaged() {
    let questions = [
        vec![(1.0, true), (1.0, false), (5.0, true)],
        vec![(2.0, true), (3.0, false), (3.0, false), (9.0, true)],
        vec![(4.0, true), (4.0, false)],
        vec![(1.0, true), (2.0, true)],
    ];
    let found = natural(&questions, Level::P95, Seed(0)).unwrap();
    assert_eq!((found.one_length, found.one_outcome), (1, 1));
    // (1 - 1/2 + 1 - 1 + 1 - 1)/3 and ((0 + 1)/2 + (-2 + 2)/4 + 0)/3.
    assert!((found.longest_minus_shortest.unwrap().value() - 0.5 / 3.0).abs() < 1e-12);
    assert!((found.concordance.unwrap().value() - 0.5 / 3.0).abs() < 1e-12);
    assert!(natural(&[[(f64::NAN, true)]], Level::P95, Seed(0)).is_err());
    let none = natural(&[[(1.0, true)]], Level::P95, Seed(0)).unwrap();
    assert!(none.longest_minus_shortest.is_err() && none.test.is_err() && none.concordance.is_err());
}

/// An outcome that rises to `turn` of the question's own length range and changes by `after` per unit beyond it.
fn bent(questions: usize, turn: f64, after: f64, s: &mut Stream) -> Vec<Vec<(f64, f64)>> {
    (0..questions)
        .map(|_| {
            let level = 10.0 * s.unit();
            (0..8)
                .map(|_| {
                    let u = 2.0 * s.unit() - 1.0;
                    let y = (u - turn).min(0.0) + after * (u - turn).max(0.0);
                    (u + 5.0, level + y + 0.3 * (s.unit() - 0.5))
                })
                .collect()
        })
        .collect()
}

#[test]
fn a_turn_is_found_and_a_curve_that_flattens_is_not_a_turn() {
    let found = two_lines(&bent(80, 0.2, -1.0, &mut Seed(1).stream("test")), Level::P95).unwrap();
    assert!(found.rises_then_falls() && (found.breakpoint - 0.2).abs() < 0.25, "{found:?}");
    let mut turns = 0;
    for run in 0..60 {
        let flattens = two_lines(&bent(40, 0.0, 0.0, &mut Seed(run).stream("flattens")), Level::P95).unwrap();
        turns += u32::from(flattens.rises_then_falls());
    }
    assert!(turns <= 9, "{turns} of 60");
}

#[test]
fn a_few_budgets_are_not_enough_for_two_lines() {
    let budgets = vec![(0..6).map(|x| (f64::from(x), 1.0)).collect::<Vec<_>>(); 50];
    assert!(matches!(two_lines(&budgets, Level::P95), Err(Undefined::TooFew { have: 6, needed: 10, .. })));
    let single = (0..40).map(|x| vec![(f64::from(x), 1.0)]).collect::<Vec<_>>();
    assert!(matches!(two_lines(&single, Level::P95), Err(Undefined::TooFew { have: 0, .. })));
    assert!(two_lines(&[[(f64::NAN, 1.0)]], Level::P95).is_err());
    let constant = (0..20).map(|q| (0..8).map(|x| (f64::from(x * (q + 1)), 1.0)).collect()).collect::<Vec<Vec<_>>>();
    let constant = two_lines(&constant, Level::P95).unwrap();
    assert!(constant.before.interval().is_err() && !constant.rises_then_falls());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_isotonic_fit_rises_keeps_the_mean_and_is_its_own(means in prop::collection::vec(0.0..1.0_f64, 0..9)) {
        let fit = non_decreasing(&means);
        prop_assert!(fit.len() == means.len() && fit.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
        prop_assert!((fit.iter().sum::<f64>() - means.iter().sum::<f64>()).abs() < 1e-9);
        let again = non_decreasing(&fit);
        prop_assert!(fit.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn the_order_of_questions_changes_nothing(seed in 0_u64..1_000) {
        let matrix = curve(24, &PEAK, &mut Seed(seed).stream("test"));
        let mut turned = Matrix::new(4);
        let rows: Vec<Vec<f64>> = matrix.iter_rows().map(<[f64]>::to_vec).collect();
        rows.iter().rev().for_each(|row| turned.push(row.iter().copied()));
        prop_assert!((isotonic(&matrix, 99, Seed(3)).unwrap().p - isotonic(&turned, 99, Seed(3)).unwrap().p).abs() < 1e-12);
        prop_assert!((peak(&matrix, Seed(3)).unwrap().p - peak(&turned, Seed(3)).unwrap().p).abs() < 1e-12);
        let mut lengths = bent(12, 0.2, -1.0, &mut Seed(seed).stream("test"));
        let here = two_lines(&lengths, Level::P95);
        lengths.reverse();
        prop_assert_eq!(here, two_lines(&lengths, Level::P95));
    }
}
