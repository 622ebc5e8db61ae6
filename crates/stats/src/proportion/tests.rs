//! Properties of the three intervals, and their coverage by exact binomial sums.

use proptest::prelude::*;

use super::*;
use crate::special::binomial_probability;

fn intervals(x: u64, n: u64) -> [Interval; 3] {
    let p = Proportion::new(x, n).unwrap();
    [p.wilson(Level::P95), p.clopper_pearson(Level::P95), p.jeffreys(Level::P95)]
        .map(|e| *e.unwrap().interval().unwrap())
}

/// Coverage averaged over a grid of p, by summing the binomial distribution: no simulation.
fn mean_coverage(n: u64) -> [f64; 3] {
    let all: Vec<_> = (0..=n).map(|x| intervals(x, n)).collect();
    let grid: Vec<f64> = (1..400).map(|i| 0.05 + 0.9 * f64::from(i) / 400.0).collect();
    let mut covered = [0.0; 3];
    for &p in &grid {
        for (x, methods) in (0..=n).zip(&all) {
            let weight = binomial_probability(x, n, p) / grid.len() as f64;
            for (sum, interval) in covered.iter_mut().zip(methods) {
                *sum += if interval.contains(p) { weight } else { 0.0 };
            }
        }
    }
    covered
}

#[test]
fn exact_coverage_is_what_is_promised() {
    for n in [10, 20, 50, 100, 337] {
        let [wilson, clopper_pearson, jeffreys] = mean_coverage(n);
        assert!((0.94..0.96).contains(&wilson), "Wilson at {n}: {wilson}");
        assert!((0.94..0.96).contains(&jeffreys), "Jeffreys at {n}: {jeffreys}");
        assert!(clopper_pearson >= 0.95, "Clopper-Pearson at {n}: {clopper_pearson}");
    }
}

#[test]
fn clopper_pearson_never_falls_below_its_level() {
    for n in [5, 20, 60] {
        let all: Vec<_> = (0..=n).map(|x| intervals(x, n)[1]).collect();
        for i in 1..200 {
            let p = f64::from(i) / 200.0;
            let covered: f64 =
                (0..=n).zip(&all).filter(|(_, c)| c.contains(p)).map(|(x, _)| binomial_probability(x, n, p)).sum();
            assert!(covered >= 0.95 - 1e-12, "n {n} p {p}: {covered}");
        }
    }
}

#[test]
fn no_trials_are_undefined_and_too_many_successes_refused() {
    assert_eq!(Proportion::new(0, 0).unwrap().wilson(Level::P95), Err(Undefined::no_data("trials")));
    assert!(Proportion::new(3, 2).is_err());
    assert!(wilson::score_interval(0.5, 0.0, 5.0, Level::P95).is_err());
    assert!(wilson::score_interval(f64::NAN, 9.0, 5.0, Level::P95).is_err());
}

proptest! {
    #[test]
    fn inside_the_range_around_the_share_symmetric_and_nested(n in 1_u64..5000, part in 0.0..=1.0_f64) {
        let x = (part * n as f64).round() as u64;
        let share = x as f64 / n as f64;
        for (here, mirrored) in intervals(x, n).into_iter().zip(intervals(n - x, n)) {
            prop_assert!(here.low() >= 0.0 && here.high() <= 1.0 && here.contains(share));
            prop_assert!((here.low() - (1.0 - mirrored.high())).abs() < 1e-12);
        }
        let p = Proportion::new(x, n).unwrap();
        let wide = p.wilson(Level::P99).unwrap();
        let narrow = p.wilson(Level::P90).unwrap();
        prop_assert!(narrow.interval().unwrap().inside(wide.interval().unwrap()));
    }

    #[test]
    fn more_successes_never_lower_an_end(n in 2_u64..800, part in 0.0..1.0_f64) {
        let x = (part * (n - 1) as f64) as u64;
        for (fewer, more) in intervals(x, n).into_iter().zip(intervals(x + 1, n)) {
            prop_assert!(fewer.low() <= more.low() && fewer.high() <= more.high());
        }
    }
}
