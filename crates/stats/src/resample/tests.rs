//! The bootstrap replays, ignores the order of questions, and says when it cannot.

use super::bootstrap::studentised;
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
