//! A planted weak slice is found and confirmed, the worst of many equal slices is not, and a winner's gap shrinks.

use proptest::prelude::*;

use super::*;
use crate::seed::Stream;

/// Questions with two slices each of `slices`; those in `weak` are right with `p`, the others with .7.
fn questions(count: usize, slices: usize, weak: usize, p: f64, s: &mut Stream) -> Vec<(f64, Vec<usize>)> {
    (0..count)
        .map(|_| {
            let members = vec![s.index(slices), s.index(slices)];
            let rate = if members.contains(&weak) { p } else { 0.7 };
            ((0..3).filter(|_| s.chance(rate)).count() as f64 / 3.0, members)
        })
        .collect()
}

#[test]
fn a_planted_weak_slice_is_confirmed_with_its_gap() {
    let sliced = Sliced::new(12, questions(1_200, 12, 4, 0.4, &mut Seed(1).stream("test"))).unwrap();
    let found = confirm(&sliced, Direction::Lower, MOST_FOUND, Level::P95, Seed(2)).unwrap();
    let worst = &found.found[0];
    assert!(worst.slice == 4 && worst.confirmed && worst.adjusted < 0.001, "{worst:?}");
    assert!(worst.gap.as_ref().unwrap().interval().unwrap().contains(-0.3));
    assert!(worst.mean.as_ref().unwrap().interval().unwrap().contains(0.4));
    assert!(found.considered == 12 && found.left_out == 0 && found.found.len() <= MOST_FOUND);
    for slice in &found.found {
        // Two-sided intervals at the adjusted level say the same as the adjusted test.
        let excludes = slice.gap.as_ref().unwrap().interval().unwrap().high() < 0.0;
        assert_eq!(excludes, slice.confirmed, "{slice:?}");
    }
    assert!(matches!(found.selection_finding(), Finding::Holds { .. }));
}

#[test]
fn the_worst_of_equal_slices_is_rarely_confirmed_and_its_gap_shrinks() {
    let (mut confirmed, mut before, mut after) = (0, 0.0, 0.0);
    for run in 0..100 {
        let sliced = Sliced::new(20, questions(400, 20, 99, 0.0, &mut Seed(run).stream("null"))).unwrap();
        let found = confirm(&sliced, Direction::Either, MOST_FOUND, Level::P95, Seed(run)).unwrap();
        confirmed += u32::from(found.found.iter().any(|slice| slice.confirmed));
        before += found.found[0].found_with.abs();
        after += found.found[0].gap.as_ref().unwrap().value() * found.found[0].found_with.signum();
    }
    // 100 runs at 5 %: more than 13 has probability 5e-4.
    assert!(confirmed <= 13, "{confirmed} of 100");
    assert!(before / 100.0 > 0.08 && (after / 100.0).abs() < 0.04, "{before} {after}");
}

#[test]
fn features_are_found_either_way_and_the_tail_only_below() {
    // Slice 4 is the strong one.
    let strong = Sliced::new(12, questions(1_200, 12, 4, 0.95, &mut Seed(1).stream("test"))).unwrap();
    let either = confirm(&strong, Direction::Either, 3, Level::P95, Seed(2)).unwrap();
    assert!(either.found[0].slice == 4 && either.found[0].confirmed && either.found[0].found_with > 0.0);
    let lower = confirm(&strong, Direction::Lower, 3, Level::P95, Seed(2)).unwrap();
    assert!(lower.found.iter().all(|slice| slice.found_with < 0.0 && slice.slice != 4));
}

#[test]
fn slices_that_are_small_or_without_spread_are_left_out() {
    let rows = (0..100).map(|i| (f64::from(u8::from(i % 3 == 0)), if i < 8 { vec![0, 1] } else { vec![1] }));
    let sliced = Sliced::new(3, rows).unwrap();
    assert!(matches!(
        confirm(&sliced, Direction::Lower, 5, Level::P95, Seed(0)),
        Err(Undefined::TooFew { have: 0, needed: 10, .. })
    ));
    assert!(Sliced::new(1, [(0.5, vec![1])]).is_err() && Sliced::new(1, [(f64::NAN, vec![0])]).is_err());
}

#[test]
fn a_slice_that_is_always_wrong_has_an_interval_of_some_width() {
    let rows = (0..200).map(|i| if i % 4 == 0 { (0.0, vec![0]) } else { (f64::from(u8::from(i % 3 > 0)), vec![]) });
    let found = confirm(&Sliced::new(1, rows).unwrap(), Direction::Lower, 5, Level::P95, Seed(1)).unwrap();
    let mean = found.found[0].mean.as_ref().unwrap();
    assert!(mean.value() < 1e-12 && mean.interval().unwrap().high() > 0.1 && found.found[0].confirmed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_questions_changes_nothing(seed in 0_u64..1_000) {
        let mut rows = questions(150, 4, 1, 0.5, &mut Seed(seed).stream("test"));
        let here = confirm(&Sliced::new(4, rows.clone()).unwrap(), Direction::Either, 3, Level::P95, Seed(7));
        rows.reverse();
        prop_assert_eq!(here, confirm(&Sliced::new(4, rows).unwrap(), Direction::Either, 3, Level::P95, Seed(7)));
    }
}
