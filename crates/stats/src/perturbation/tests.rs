//! A planted change is found where the flip excess is negative, a planted null is not, and an exact null distribution is met.

use proptest::prelude::*;

use super::*;
use crate::interval::Level;
use crate::paired::margin::Decision;
use crate::seed::{Seed, Stream};
use crate::undefined::Undefined;

/// `samples` draws per arm of two answers, the first with these probabilities.
fn two_answers(samples: u32, (bare, changed): (f64, f64), s: &mut Stream) -> Answers {
    let mut draw = |p: f64| (0..samples).filter(|_| s.chance(p)).count() as u32;
    let (x, y) = (draw(bare), draw(changed));
    Answers::new([(x, y), (samples - x, samples - y)])
}

#[test]
fn a_change_that_only_sharpens_is_found_although_it_flips_fewer_answers_than_asking_again() {
    let mut s = Seed(1).stream("test");
    let questions: Vec<Answers> = (0..200).map(|_| two_answers(5, (0.6, 1.0), &mut s)).collect();
    let found = divergence(&questions, Level::P95, Seed(3));
    let value = |estimate: &Result<crate::Estimate, Undefined>| estimate.as_ref().unwrap().value();
    assert!(value(&found.flipped.estimate) < value(&found.resampled_first.estimate) - 0.04, "{found:?}");
    assert!(value(&found.resampled_second.estimate) < 1e-12);
    // 1/2 (.4^2 + .4^2) = .16.
    assert!(found.divergence.as_ref().unwrap().interval().unwrap().contains(0.16), "{found:?}");
    assert!(found.test.unwrap().p < 0.001);
}

#[test]
fn equal_distributions_rarely_alarm() {
    let mut alarms = 0;
    for run in 0..40 {
        let mut s = Seed(run).stream("null");
        let questions: Vec<Answers> = (0..30)
            .map(|_| {
                let p = s.unit();
                two_answers(3, (p, p), &mut s)
            })
            .collect();
        alarms += u32::from(divergence(&questions, Level::P95, Seed(run)).test.unwrap().p <= 0.05);
    }
    // 40 runs at 5 %: more than 7 alarms has probability 2e-3.
    assert!(alarms <= 7, "{alarms} of 40");
}

#[test]
fn the_least_that_a_question_can_be_is_reached() {
    // Five samples per arm, each another answer, the same ones in both arms: flipped in 4 of 5, and in all when asked again.
    let question = Answers::new([(1, 1); 5]);
    // Thirty alike: t has no spread, and nothing lies below.
    let found = divergence(&vec![question; 30], Level::P95, Seed(0));
    let ends = *found.divergence.as_ref().unwrap().interval().unwrap();
    assert!((found.divergence.unwrap().value() + 0.2).abs() < 1e-12);
    assert!((ends.low() + 0.2).abs() < 1e-12 && ends.high() > -0.1 && ends.high() < 0.0, "{ends:?}");
}

#[test]
fn questions_with_one_sample_are_left_out_and_counted() {
    let one = Answers::new([(1, 1)]);
    let none = divergence(&[one.clone(), Answers::new([])], Level::P95, Seed(0));
    assert_eq!(none.left_out, 2);
    assert!(
        matches!(none.divergence, Err(Undefined::NoData { .. }))
            && none.test.is_err()
            && none.flipped.estimate.is_err()
    );
    let some = divergence(&[one, Answers::new([(2, 0), (0, 3)])], Level::P95, Seed(0));
    assert_eq!((some.left_out, some.divergence.unwrap().size().unwrap().samples), (1, 5));
    assert_eq!(Answers::from_samples(&["a", "b", "a"], &["b", "c"]).unwrap(), Answers::new([(0, 1), (1, 1), (2, 0)]));
}

#[test]
fn two_arms_that_never_vary_are_bounded_and_not_certain() {
    let same = vec![Answers::new([(4, 4)]); 50];
    let found = divergence(&same, Level::P95, Seed(0));
    let interval = *found.divergence.as_ref().unwrap().interval().unwrap();
    assert!(interval.high() > 0.05 && (found.test.unwrap().p - 1.0).abs() < 1e-12);
}

fn arm(n: usize, mean: f64, spread: f64) -> Scalars {
    Scalars::from_questions((0..n).map(|i| [mean + spread * ((i % 5) as f64 - 2.0)])).unwrap()
}

#[test]
fn a_shift_below_the_minimum_passes_and_one_above_it_fails() {
    let bare = arm(100, 50.0, 1.0);
    assert_eq!(bare.unmoved(&arm(100, 50.3, 1.0), 2.0, Level::P95), Ok(Decision::Pass));
    assert_eq!(bare.unmoved(&arm(100, 53.0, 1.0), 2.0, Level::P95), Ok(Decision::Fail));
    // A shift that is surely not 0 is still open at this minimum.
    assert!(bare.welch(&arm(100, 52.1, 1.0)).unwrap().p < 1e-6);
    let open = bare.unmoved(&arm(100, 52.1, 1.0), 2.0, Level::P95);
    assert!(matches!(open, Ok(Decision::CannotTell { .. })), "{open:?}");
}

#[test]
fn samples_of_a_question_count_once() {
    let repeated =
        |k: usize, shift: f64| Scalars::from_questions((0..20).map(|i| vec![shift + f64::from(i % 4); k])).unwrap();
    let (one, many) =
        (repeated(1, 0.0).welch(&repeated(1, 0.7)).unwrap(), repeated(9, 0.0).welch(&repeated(9, 0.7)).unwrap());
    assert!((one.p - many.p).abs() < 1e-12 && one.size.units == 40 && many.size.samples == 360);
}

#[test]
fn arms_without_scale_have_no_interval() {
    let flat = arm(10, 0.1, 0.0);
    assert!(matches!(flat.welch(&flat), Err(Undefined::NoVariation { .. })));
    assert!(matches!(flat.shift(&arm(1, 0.0, 0.0), Level::P95).unwrap().interval(), Err(Undefined::TooFew { .. })));
    assert!(matches!(flat.shift(&arm(0, 0.0, 0.0), Level::P95), Err(Undefined::NoData { .. })));
    assert!(Scalars::from_questions([vec![1.0], vec![]]).is_err());
    assert!(Scalars::from_questions([[f64::INFINITY]]).is_err());
    // One arm that does not vary is a known point: the other arm's error and freedom remain.
    let interval = *flat.shift(&arm(10, 0.1, 1.0), Level::P95).unwrap().interval().unwrap();
    assert!(interval.contains(0.0) && interval.width() > 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn exchanging_the_arms_and_the_order_changes_nothing_but_names(
        questions in prop::collection::vec(prop::collection::vec((0_u32..4, 0_u32..4), 1..4), 1..12),
    ) {
        let here: Vec<Answers> = questions.iter().map(|counts| Answers::new(counts.iter().copied())).collect();
        let mut there: Vec<Answers> =
            questions.iter().map(|counts| Answers::new(counts.iter().rev().map(|(x, y)| (*y, *x)))).collect();
        let mut turned = here.clone();
        turned.reverse();
        there.reverse();
        let found = divergence(&here, Level::P95, Seed(1));
        prop_assert_eq!(&divergence(&turned, Level::P95, Seed(1)), &found);
        let mirrored = divergence(&there, Level::P95, Seed(1));
        prop_assert_eq!(mirrored.left_out, found.left_out);
        if let (Ok(a), Ok(b)) = (&found.divergence, &mirrored.divergence) {
            prop_assert!((a.value() - b.value()).abs() < 1e-12 && a.value() <= 1.0);
            // No question's estimate lies below -(1/n + 1/m)/2.
            let least = |(n, m): (u64, u64)| -0.5 * (1.0 / n as f64 + 1.0 / m as f64);
            let least = here.iter().map(Answers::samples).filter(|(n, m)| *n > 1 && *m > 1).map(least);
            prop_assert!(a.value() >= least.fold(0.0, f64::min) - 1e-12);
            prop_assert!((found.flipped.estimate.unwrap().value() - mirrored.flipped.estimate.unwrap().value()).abs() < 1e-12);
            prop_assert!((found.resampled_first.estimate.unwrap().value() - mirrored.resampled_second.estimate.unwrap().value()).abs() < 1e-12);
        }
    }
}
