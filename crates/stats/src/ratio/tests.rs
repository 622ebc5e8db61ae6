//! Ratios: MOVER-R against its other algebraic form, Fieller's set against its definition.

use proptest::prelude::*;

use super::fieller::Means;
use super::mover::{Part, mover_r};
use crate::interval::Level;
use crate::special::critical;
use crate::undefined::Undefined;

#[test]
fn a_denominator_that_may_be_zero_leaves_the_upper_end_open() {
    let r = Part { value: 0.5, low: 0.4, high: 0.6 };
    let open = mover_r(r, Part { value: 0.3, low: -0.1, high: 0.6 }, Level::P95).unwrap();
    assert!(open.high().is_infinite() && open.low() > 0.5);
    assert!(mover_r(r, Part { value: -0.1, low: -0.2, high: 0.1 }, Level::P95).is_err());
    assert!(mover_r(Part { value: f64::NAN, ..r }, r, Level::P95).is_err());
    // A denominator known exactly divides both ends.
    let known = mover_r(r, Part { value: 0.5, low: 0.5, high: 0.5 }, Level::P95).unwrap();
    assert!((known.low() - 0.8).abs() < 1e-12 && (known.high() - 1.2).abs() < 1e-12);
}

#[test]
fn fieller_needs_questions_and_a_denominator() {
    assert!(Means::of(&[1.0], &[1.0, 2.0]).is_err());
    assert!(Means::of(&[f64::INFINITY], &[1.0]).is_err());
    assert!(matches!(Means::of(&[], &[]).unwrap().ratio(), Err(Undefined::NoData { .. })));
    assert!(matches!(Means::of(&[1.0, 2.0], &[1.0, -1.0]).unwrap().ratio(), Err(Undefined::ZeroDenominator { .. })));
    let e = Means::of(&[1.0, 2.0, 3.0], &[0.1, -0.1, 0.2]).unwrap().estimate(3, Level::P95).unwrap();
    assert!(matches!(e.interval(), Err(Undefined::Unbounded { .. })));
}

proptest! {
    #[test]
    fn both_ends_of_fieller_meet_its_definition(
        pairs in prop::collection::vec((0.0..1.0_f64, 0.5..1.5_f64), 4..40),
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let means = Means::of(&a, &b).unwrap();
        let interval = means.interval(Level::P95).unwrap();
        prop_assert!(interval.contains(means.ratio().unwrap()));
        let t = critical(Level::P95, a.len() as f64 - 1.0);
        for theta in [interval.low(), interval.high()] {
            let d: Vec<f64> = a.iter().zip(&b).map(|(x, y)| x - theta * y).collect();
            let n = d.len() as f64;
            let mean = d.iter().sum::<f64>() / n;
            let se = (d.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt();
            prop_assert!((mean.abs() - t * se).abs() < 1e-9, "{theta}: {mean} {}", t * se);
        }
    }

    #[test]
    fn mover_r_contains_its_ratio_and_grows_with_its_parts(
        r in 0.05..0.95_f64, a in 0.05..0.95_f64, down in 0.0..0.04_f64, up in 0.0..0.04_f64,
    ) {
        let tight = mover_r(
            Part { value: r, low: r - down, high: r + up },
            Part { value: a, low: a - down, high: a + up },
            Level::P95,
        ).unwrap();
        let wide = mover_r(
            Part { value: r, low: r - down - 0.005, high: r + up + 0.005 },
            Part { value: a, low: a - down, high: a + up },
            Level::P95,
        ).unwrap();
        prop_assert!(tight.low() <= r / a + 1e-12 && r / a <= tight.high() + 1e-12);
        prop_assert!(wide.low() <= tight.low() + 1e-12 && tight.high() <= wide.high() + 1e-12);
    }
}
