//! What the clustered intervals must do, beyond the reference table.

use proptest::prelude::*;

use super::*;
use crate::clusters::components::Advice;
use crate::seed::Seed;

fn tallies(pairs: &[(u32, u32)]) -> Vec<Tally> {
    pairs.iter().map(|&(correct, samples)| Tally { samples, correct }).collect()
}

#[test]
fn one_question_has_a_value_but_no_interval() {
    let e = Clusters::from_tallies(tallies(&[(1, 2)])).unwrap().proportion(Level::P95).unwrap();
    assert!((e.value() - 0.5).abs() < 1e-15);
    assert_eq!(e.interval(), Err(&Undefined::too_few("questions", 1, 2)));
    assert_eq!(Clusters::from_tallies([]).unwrap().proportion(Level::P95), Err(Undefined::no_data("questions")));
}

#[test]
fn a_question_without_samples_or_with_impossible_counts_is_refused() {
    assert!(Clusters::from_tallies(tallies(&[(0, 0)])).is_err());
    assert!(Clusters::from_tallies(tallies(&[(3, 2)])).is_err());
    assert!(Clusters::from_values([[0.2, 1.2]]).is_err());
    assert!(Clusters::from_values([[f64::NAN]]).is_err());
}

#[test]
fn unanimous_questions_are_as_many_trials_as_questions() {
    let c = Clusters::from_tallies(tallies(&[(5, 5); 12])).unwrap();
    assert!((c.effective_trials().unwrap() - 12.0).abs() < 1e-12);
    let e = c.proportion(Level::P95).unwrap();
    assert!(e.interval().unwrap().low() > 0.5 && e.interval().unwrap().high() >= 1.0);
    assert!(matches!(c.interval_finding(), Finding::Fails { .. }));
}

#[test]
fn equal_means_strictly_between_give_no_scale() {
    let e = Clusters::from_tallies(tallies(&[(1, 2); 12])).unwrap().proportion(Level::P95).unwrap();
    assert!(matches!(e.interval(), Err(Undefined::NoVariation { .. })));
}

#[test]
fn repeating_every_sample_does_not_narrow_the_interval() {
    let few: Vec<_> = (0..40).map(|i| Tally { samples: 2, correct: i % 3 }).collect();
    let many: Vec<_> = few.iter().map(|t| Tally { samples: t.samples * 50, correct: t.correct * 50 }).collect();
    let width =
        |t: Vec<Tally>| Clusters::from_tallies(t).unwrap().proportion(Level::P95).unwrap().interval().unwrap().width();
    assert!((width(few) - width(many)).abs() < 1e-12);
}

#[test]
fn rescaled_values_keep_their_unit() {
    let grades: Vec<Vec<f64>> = (0..20).map(|i| vec![1.0 + f64::from(i % 5), 3.0]).collect();
    let c = Clusters::from_bounded(grades, 1.0, 5.0).unwrap();
    let e = c.bounded_mean(1.0, 5.0, Level::P95).unwrap();
    assert!((e.value() - 3.0).abs() < 1e-12 && e.interval().unwrap().contains(3.0));
    assert!(e.interval().unwrap().low() > 1.0);
}

#[test]
fn variance_components_recover_what_was_planted() {
    // Means .2 or .8 (omega^2 = .09), 8 samples each (sigma^2 = .16).
    let mut s = Seed(3).stream("components");
    let planted: Vec<_> = (0..4000)
        .map(|i| {
            let p = if i % 2 == 0 { 0.2 } else { 0.8 };
            Tally { samples: 8, correct: (0..8).filter(|_| s.chance(p)).count() as u32 }
        })
        .collect();
    let c = Clusters::from_tallies(planted).unwrap().components().unwrap();
    assert!((c.between - 0.09).abs() < 0.003 && (c.within - 0.16).abs() < 0.003, "{c:?}");
    assert!((c.samples - 8.0).abs() < 1e-9 && (c.removable() - 0.02 / 0.11).abs() < 0.01);
    assert_eq!(c.advice(), Advice::MoreQuestions);
    // Every question alike: all variance is within.
    let alike: Vec<_> =
        (0..4000).map(|_| Tally { samples: 4, correct: (0..4).filter(|_| s.chance(0.5)).count() as u32 }).collect();
    assert_eq!(Clusters::from_tallies(alike).unwrap().components().unwrap().advice(), Advice::MoreSamples);
    let once = Clusters::from_tallies(tallies(&[(1, 1), (0, 1), (1, 2)])).unwrap();
    assert!(once.components().is_err());
}

proptest! {
    #[test]
    fn in_range_and_independent_of_the_order(
        mut pairs in prop::collection::vec((0_u32..9, 0_u32..9).prop_map(|(c, extra)| (c, c + extra + 1)), 2..60),
    ) {
        let e = Clusters::from_tallies(tallies(&pairs)).unwrap().proportion(Level::P95).unwrap();
        pairs.reverse();
        let r = Clusters::from_tallies(tallies(&pairs)).unwrap().proportion(Level::P95).unwrap();
        prop_assert!((e.value() - r.value()).abs() < 1e-12);
        if let (Ok(a), Ok(b)) = (e.interval(), r.interval()) {
            prop_assert!(a.low() >= 0.0 && a.high() <= 1.0 && a.contains(e.value()));
            prop_assert!((a.low() - b.low()).abs() < 1e-9 && (a.high() - b.high()).abs() < 1e-9);
        }
    }
}

#[test]
fn where_means_hardly_vary_more_questions_must_carry_the_rarer_outcome() {
    // 8 of 80 questions fail somewhat: enough for yes and no, too few for means that are nearly 1 elsewhere.
    let quiet = (0..80).map(|at| [if at % 10 == 0 { 0.8 + 0.01 * f64::from(at / 10) } else { 1.0 }]);
    let quiet = Clusters::from_values(quiet).unwrap();
    assert!(quiet.effective_trials().unwrap() > QUIET * 80.0 && quiet.minority() >= FEWEST_MINORITY);
    assert!(matches!(quiet.interval_finding(), Finding::Fails { .. }));
    let plain =
        Clusters::from_tallies((0..80).map(|at| Tally { samples: 1, correct: u32::from(at % 10 != 0) })).unwrap();
    assert!(plain.effective_trials().unwrap() < QUIET * 80.0);
    assert!(matches!(plain.interval_finding(), Finding::Holds { .. }));
}
