//! The bootstrap replays, ignores the order of questions, and says when it cannot.

use super::bootstrap::{percentile_ratio, studentised};
use crate::interval::Level;
use crate::seed::Seed;
use crate::undefined::Undefined;

fn values() -> Vec<f64> {
    let mut s = Seed(8).stream("values");
    (0..80).map(|_| -s.unit().max(1e-9).ln()).collect()
}

#[test]
fn the_same_seed_gives_the_same_interval_in_any_order() {
    let mut v = values();
    let e = studentised(&v, Level::P95, 500, Seed(1)).unwrap();
    assert!(e.interval().unwrap().contains(1.0), "{e:?}");
    v.reverse();
    assert_eq!(studentised(&v, Level::P95, 500, Seed(1)).unwrap(), e);
    assert_ne!(studentised(&v, Level::P95, 500, Seed(2)).unwrap(), e);
}

#[test]
fn too_few_or_equal_values_have_no_interval() {
    assert!(matches!(studentised(&[], Level::P95, 100, Seed(1)), Err(Undefined::NoData { .. })));
    let few = studentised(&[1.0, 2.0], Level::P95, 100, Seed(1)).unwrap();
    assert!(matches!(few.interval(), Err(Undefined::TooFew { .. })));
    let equal = studentised(&[0.25; 40], Level::P95, 100, Seed(1)).unwrap();
    assert!(matches!(equal.interval(), Err(Undefined::NoVariation { .. })));
    assert!(studentised(&[f64::NAN; 20], Level::P95, 100, Seed(1)).is_err());
}

#[test]
fn a_ratio_that_resamples_may_lose_is_unbounded() {
    let mut rows = vec![(0.0, 0.0); 200];
    rows[0] = (1.0, 2.0);
    let e = percentile_ratio(&rows, Level::P95, 500, Seed(1)).unwrap();
    assert!(matches!(e.interval(), Err(Undefined::Unbounded { .. })));
    assert!(matches!(percentile_ratio(&[(0.0, 0.0)], Level::P95, 10, Seed(1)), Err(Undefined::ZeroDenominator { .. })));
    let rows: Vec<(f64, f64)> = values().into_iter().map(|v| (v, 2.0 * v)).collect();
    let e = percentile_ratio(&rows, Level::P95, 500, Seed(1)).unwrap();
    assert!((e.value() - 0.5).abs() < 1e-12 && e.interval().unwrap().width() < 1e-12);
}
