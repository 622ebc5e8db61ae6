//! Paired comparison: exactness of the tests, mirror symmetry, and the three decisions.

use proptest::prelude::*;

use super::margin::{Decision, better, equivalent, no_worse, questions_to_pass};
use super::*;

fn spread(n: usize, shift: f64) -> Vec<f64> {
    // Differences -.5, 0, .5 in equal parts around `shift`: sd .41.
    (0..n).map(|i| shift + 0.5 * (i % 3) as f64 - 0.5).collect()
}

#[test]
fn with_one_sample_per_question_sign_flip_is_mcnemar() {
    for (b, c) in [(0_u64, 6_u64), (3, 9), (10, 10), (15, 41), (60, 20)] {
        let mut first = vec![1.0; b as usize];
        first.extend(vec![0.0; c as usize]);
        let second: Vec<f64> = first.iter().map(|x| 1.0 - x).collect();
        let paired = Paired::new(first, second, 2 * (b + c)).unwrap();
        let counts = paired.counts().unwrap();
        assert_eq!((counts.first, counts.second), (b, c));
        let (flip, mcnemar) = (paired.sign_flip(Seed(0)).unwrap(), counts.mcnemar());
        assert!((flip.p - mcnemar.p).abs() < 1e-12 * mcnemar.p.max(1e-3), "{b} {c}: {} {}", flip.p, mcnemar.p);
    }
}

#[test]
fn exact_and_seeded_sign_flips_agree() {
    let mut s = Seed(5).stream("paired");
    let lattice: Vec<f64> = (0..120).map(|_| s.below(9) as f64 / 8.0 - 0.45).map(|x| (x * 8.0).round() / 8.0).collect();
    let exact = sign_flip(&lattice, Seed(1)).unwrap();
    assert_eq!(exact.method.name(), "sign-flip, exact");
    let jittered: Vec<f64> = lattice.iter().map(|d| d + if *d == 0.0 { 0.0 } else { s.unit() * 1e-7 }).collect();
    let sampled = sign_flip(&jittered, Seed(1)).unwrap();
    assert!(sampled.method.name().contains("seeded"));
    assert!((exact.p - sampled.p).abs() < 4.0 * (exact.p * (1.0 - exact.p) / 9_999.0).sqrt(), "{exact:?} {sampled:?}");
}

#[test]
fn several_samples_that_disagree_have_no_table() {
    let paired = Paired::new(vec![0.5, 1.0], vec![1.0, 1.0], 6).unwrap();
    assert!(matches!(paired.counts(), Err(Undefined::NotApplicable { .. })));
    assert!(Paired::new(vec![1.0], vec![], 1).is_err());
    assert!(Paired::new(vec![f64::NAN], vec![0.0], 1).is_err());
}

#[test]
fn two_identical_runs_are_bounded_by_how_many_questions_there_are() {
    let same = |n: usize| {
        let means: Vec<f64> = (0..n).map(|i| (i % 5) as f64 / 4.0).collect();
        Paired::new(means.clone(), means, 8 * n as u64).unwrap().difference(Level::P95).unwrap()
    };
    let few = same(100);
    let interval = few.interval().unwrap();
    // 1 - (alpha/2)^(1/100) = .0362.
    assert!((interval.high() - 0.036_2).abs() < 1e-4 && (interval.low() + interval.high()).abs() < 1e-12);
    assert!(matches!(no_worse(&few, 0.02), Decision::CannotTell { needed: Some(_), .. }));
    assert_eq!(no_worse(&same(1_000), 0.02), Decision::Pass);
    assert!(bounded_difference(&[1.5], Level::P95).is_err());
}

#[test]
fn a_few_large_differences_among_many_small_ones_widen_the_end_that_they_point_to() {
    // Eleven of two hundred fell by a quarter: a fall of one, as rare as the t interval's error, would hardly have been seen.
    let mut differences = vec![0.0; 189];
    differences.extend([-0.25; 11]);
    let (t, bounded) =
        (mean_difference(&differences, Level::P95).unwrap(), bounded_difference(&differences, Level::P95).unwrap());
    let (t, bounded) = (*t.interval().unwrap(), *bounded.interval().unwrap());
    assert!(bounded.low() < t.low() - 0.008 && bounded.low() > -0.06, "{t:?} {bounded:?}");
    // Many that rise and fall alike are left to t.
    let even: Vec<f64> = (0..120).map(|i| f64::from(i % 5 - 2) / 4.0).collect();
    assert_eq!(bounded_difference(&even, Level::P95).unwrap(), mean_difference(&even, Level::P95).unwrap());
    // All the same has no spread, and is no certainty.
    let alike = bounded_difference(&[0.25; 40], Level::P95).unwrap();
    assert!(alike.interval().unwrap().low() < 0.2 && alike.interval().unwrap().high() > 0.3, "{alike:?}");
}

#[test]
fn an_unchanged_run_passes_at_the_number_that_is_said_to_be_needed() {
    let passes = |n: u64| {
        let estimate = bounded_difference(&vec![0.0; n as usize], Level::P95).unwrap();
        no_worse(&estimate, 0.02) == Decision::Pass
    };
    let needed = questions_to_pass(&[0.0; 48], 0.02, Level::P95).unwrap();
    assert_eq!(needed, 183);
    assert!(passes(needed) && !passes(needed - 1));
    assert_eq!(questions_to_pass(&[], 0.02, Level::P95), None);
    // Where t decides it is the number of the interval's width.
    let differences = spread(400, 0.0);
    let Decision::CannotTell { needed, .. } = no_worse(&bounded_difference(&differences, Level::P95).unwrap(), 0.02)
    else {
        panic!("400 questions tell nothing of two points");
    };
    let (by_width, by_spread) = (needed.unwrap(), questions_to_pass(&differences, 0.02, Level::P95).unwrap());
    assert!(by_width.abs_diff(by_spread) <= 1, "{by_width} {by_spread}");
}

#[test]
fn no_end_lies_beyond_the_limits() {
    let halves: Vec<f64> = (0..10).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let level = Level::new(0.999).unwrap();
    let interval = *bounded_difference(&halves, level).unwrap().interval().unwrap();
    assert!((interval.low() + 1.0).abs() < 1e-12 && (interval.high() - 1.0).abs() < 1e-12, "{interval:?}");
}

#[test]
fn three_decisions() {
    let at = |n, shift| mean_difference(&spread(n, shift), Level::P95).unwrap();
    assert_eq!(no_worse(&at(3_000, 0.0), 0.02), Decision::Pass);
    assert_eq!(no_worse(&at(3_000, -0.1), 0.02), Decision::Fail);
    let Decision::CannotTell { have: 141, needed: Some(needed) } = no_worse(&at(141, 0.0), 0.02) else {
        panic!("a half-width of 6.8 points cannot decide 2")
    };
    // (1.96 + 0.84)^2 (1/6) / 0.0004 = 3,270.
    assert!((3_200..3_350).contains(&needed), "{needed}");
    assert_eq!(equivalent(&at(9_000, 0.0), 0.02), Decision::Pass);
    assert_eq!(equivalent(&at(9_000, 0.1), 0.02), Decision::Fail);
    assert!(matches!(equivalent(&at(99, 0.0), 0.02), Decision::CannotTell { needed: Some(n), .. } if n > 4_000));
    assert_eq!(better(&at(300, 0.2)), Decision::Pass);
    assert_eq!(better(&at(300, -0.2)), Decision::Fail);
    assert!(matches!(better(&at(300, 0.01)), Decision::CannotTell { .. }));
}

proptest! {
    #[test]
    fn exchanging_the_systems_mirrors_everything(both in 0_u64..30, first in 0_u64..30, second in 0_u64..30, neither in 1_u64..30) {
        let here = PairedCounts { both, first, second, neither };
        let there = PairedCounts { first: second, second: first, ..here };
        let (x, y) = (here.newcombe(Level::P95).unwrap(), there.newcombe(Level::P95).unwrap());
        prop_assert!((x.value() + y.value()).abs() < 1e-12);
        let (x, y) = (x.interval().unwrap(), y.interval().unwrap());
        prop_assert!((x.low() + y.high()).abs() < 1e-12 && x.low() >= -1.0 && x.high() <= 1.0);
        prop_assert!((here.mcnemar().p - there.mcnemar().p).abs() < 1e-12);
    }

    #[test]
    fn the_sign_flip_knows_neither_order_nor_direction(mut d in prop::collection::vec((-8_i32..=8).prop_map(|x| f64::from(x) / 8.0), 1..40)) {
        let p = sign_flip(&d, Seed(0)).unwrap().p;
        d.reverse();
        for x in &mut d {
            *x = -*x;
        }
        prop_assert!((sign_flip(&d, Seed(9)).unwrap().p - p).abs() < 1e-12);
        prop_assert!(p > 0.0 && p <= 1.0);
    }
}
