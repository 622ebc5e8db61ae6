//! Intervals of agreement; the values themselves are in the reference tables.

use proptest::prelude::*;

use super::*;
use crate::interval::Level;
use crate::seed::Seed;
use crate::undefined::Undefined;

#[test]
fn kappa_has_the_interval_that_statsmodels_prints() {
    // statsmodels 0.15.0, cohens_kappa([[20, 5], [10, 15]]) and ([[3, 2], [1, 94]]), the latter clipped to 1 here.
    let e = Agreement { both: 20, first: 5, second: 10, neither: 15 }.kappa(Level::P95).unwrap();
    let i = e.interval().unwrap();
    assert!((i.low() - 0.151_092_290_476_661).abs() < 1e-9 && (i.high() - 0.648_907_709_523_338_9).abs() < 1e-9);
    let e = Agreement { both: 3, first: 2, second: 1, neither: 94 }.kappa(Level::P95).unwrap();
    let i = e.interval().unwrap();
    assert!((i.low() - 0.283_541_489_366_612_5).abs() < 1e-9 && (i.high() - 1.0).abs() < 1e-12);
}

#[test]
fn a_rare_yes_leaves_kappa_low_and_negative_agreement_high() {
    // 3 % prevalence: the raters agree on 96 % and kappa says .35.
    let table = Agreement { both: 5, first: 8, second: 9, neither: 430 };
    assert!(table.observed(Level::P95).unwrap().value() > 0.96);
    assert!(table.kappa(Level::P95).unwrap().value() < 0.4);
    assert!(table.negative(Level::P95).unwrap().value() > 0.97);
    assert!(table.positive(Level::P95).unwrap().value() < 0.4);
}

#[test]
fn krippendorff_has_an_interval_from_ten_units_on() {
    let units: Vec<Vec<f64>> =
        (0..60).map(|i| vec![f64::from(i % 4), f64::from(if i % 7 == 0 { 0 } else { i % 4 })]).collect();
    let e = krippendorff_alpha(&units, Metric::Nominal, Level::P95, 500, Seed(1)).unwrap().unwrap();
    assert!(e.interval().unwrap().contains(e.value()) && e.interval().unwrap().width() < 0.4);
    let few = krippendorff_alpha(&units[..8], Metric::Nominal, Level::P95, 500, Seed(1)).unwrap().unwrap();
    assert!(matches!(few.interval(), Err(Undefined::TooFew { .. })));
    let mut reversed = units.clone();
    reversed.reverse();
    assert_eq!(krippendorff_alpha(&reversed, Metric::Nominal, Level::P95, 500, Seed(1)).unwrap().unwrap(), e);
    assert!(krippendorff_alpha(&[[f64::NAN, 1.0]], Metric::Nominal, Level::P95, 10, Seed(1)).is_err());
}

proptest! {
    #[test]
    fn positive_agreement_is_the_negative_of_exchanged_answers(both in 1_u64..50, first in 0_u64..50, second in 0_u64..50, neither in 1_u64..50) {
        let here = Agreement { both, first, second, neither };
        let mirrored = Agreement { both: neither, neither: both, ..here };
        prop_assert_eq!(here.positive(Level::P95), mirrored.negative(Level::P95));
        if let Ok(kappa) = here.kappa(Level::P95) {
            prop_assert!((-1.0..=1.0).contains(&kappa.value()));
        }
    }
}
