//! Planted means: which side is said, how often wrongly, and after how many observations; losses count against every answer; means under "any" and "every".

use super::*;
use crate::seed::{Seed, Stream};

fn share(threshold: f64) -> Design {
    Design::new(Kind::Share { samples: 1 }, threshold, 0.1, 0.05).unwrap()
}

fn difference() -> Design {
    Design::new(Kind::Difference { chance: 0.1, samples: 1 }, 0.1, 0.1, 0.05).unwrap()
}

/// A cue that is followed so that answers move by `effect`, beside draws that go there by chance in one of ten.
fn moved(effect: f64, stream: &mut Stream) -> f64 {
    let control = stream.chance(0.1);
    let cued = stream.chance(effect / 0.9) || stream.chance(0.1);
    f64::from(u8::from(cued)) - f64::from(u8::from(control))
}

/// Above, below and undecided in so many runs, and the mean number of observations.
fn runs(design: &Design, name: &str, draw: impl Fn(&mut Stream) -> f64) -> ([u32; 3], f64) {
    let (mut said, mut used) = ([0, 0, 0], 0);
    for run in 0..400 {
        let mut stream = Seed(run).stream(name);
        let mut decided = Threshold::new(design, design.most());
        while decided.answer().is_none() && decided.observations() < design.most() {
            decided.push(draw(&mut stream)).unwrap();
        }
        used += decided.observations();
        said[match decided.answer() {
            Some(Side::Above) => 0,
            Some(Side::Below) => 1,
            None => 2,
        }] += 1;
    }
    (said, used as f64 / 400.0)
}

#[test]
fn at_the_threshold_each_answer_comes_no_more_often_than_its_error() {
    for (design, said) in [
        (share(0.6), runs(&share(0.6), "at", |stream| f64::from(u8::from(stream.chance(0.6)))).0),
        (share(0.9), runs(&share(0.9), "at", |stream| f64::from(u8::from(stream.chance(0.9)))).0),
        (difference(), runs(&difference(), "at", |stream| moved(0.1, stream)).0),
        // All that happens is rare.
        (difference(), runs(&difference(), "rare", |stream| f64::from(u8::from(stream.chance(0.1)))).0),
    ] {
        // 400 runs at 5 %: more than 35 has probability 2e-4.
        assert!(said[0] <= 35 && said[1] <= 35, "{design:?} {said:?}");
    }
}

#[test]
fn as_far_away_as_was_to_be_detected_it_is_decided_and_strong_effects_at_once() {
    let design = difference();
    let ([above, below, _], used) = runs(&design, "design", |stream| moved(0.2, stream));
    // Planned for 95 %.
    assert!(above >= 365 && below <= 8, "{above} {below}");
    assert!(used < 0.8 * design.fixed() as f64, "{used} of {}", design.fixed());
    let ([above, _, _], used) = runs(&design, "strong", |stream| moved(0.5, stream));
    assert!(above == 400 && used < 0.15 * design.fixed() as f64, "{above} {used}");
    let ([_, below, _], used) = runs(&design, "null", |stream| moved(0.0, stream));
    assert!(below >= 375 && used < 0.65 * design.fixed() as f64, "{below} {used}");
    let ([_, below, _], _) = runs(&share(0.6), "low", |stream| f64::from(u8::from(stream.chance(0.5))));
    assert!(below >= 365, "{below}");
}

#[test]
fn a_fixed_plan_is_sized_by_the_smaller_test_and_a_sequential_one_ends_a_fifth_later() {
    // By hand: z = 1.6449; below .6 at .5 the score test needs ((z .48990 + z .5)/.1)^2 = 265.1, Wald's 270.6; above at .7 Wald's needs 227.3.
    assert_eq!(share(0.6).fixed(), 266);
    assert_eq!(share(0.6).most(), 319);
    let six = share(0.6).over(Quantifier::Any, 6);
    assert!((six.error_of(Side::Above) - 0.05 / 6.0).abs() < 1e-12);
    assert!((six.error_of(Side::Below) - 0.05).abs() < 1e-12);
    assert!(six.fixed() > 266);
    assert_eq!(share(0.6).over(Quantifier::Every, 6).error_of(Side::Above).to_bits(), 0.05_f64.to_bits());
    // Several samples of a question say more than one, but less than as many questions.
    let five = Design::new(Kind::Share { samples: 5 }, 0.6, 0.1, 0.05).unwrap();
    assert!((0.55..0.65).contains(&(five.fixed() as f64 / 266.0)), "{}", five.fixed());
}

#[test]
fn what_was_lost_counts_against_every_answer() {
    let mut decided = Threshold::new(&difference(), 300);
    (0..300).for_each(|_| decided.push_between(-1.0, 1.0).unwrap());
    assert_eq!(decided.answer(), None);
    // A third lost, the rest all moved: still above, later.
    let mut some = Threshold::new(&difference(), 300);
    for at in 0..300 {
        if at % 3 == 0 {
            some.push_between(-1.0, 1.0).unwrap();
        } else {
            some.push(1.0).unwrap();
        }
    }
    assert_eq!(some.answer(), Some(Side::Above));
}

#[test]
fn nonsense_is_refused() {
    let one = Kind::Share { samples: 1 };
    assert!(Design::new(one, 0.0, 0.1, 0.05).is_err() && Design::new(one, 0.5, 0.0, 0.05).is_err());
    assert!(Design::new(one, 0.5, 0.1, 0.5).is_err() && Design::new(one, f64::NAN, 0.1, 0.05).is_err());
    assert!(Design::new(one, 0.5, 0.5, 0.05).is_err() && Design::new(one, 0.95, 0.1, 0.05).is_ok());
    assert!(Design::new(Kind::Share { samples: 0 }, 0.5, 0.1, 0.05).is_err());
    assert!(Design::new(Kind::Difference { chance: 1.0, samples: 1 }, 0.1, 0.1, 0.05).is_err());
    let mut decided = Threshold::new(&share(0.6), 10);
    assert!(decided.push(1.1).is_err() && decided.push(f64::NAN).is_err() && decided.push_between(0.6, 0.4).is_err());
    assert_eq!(decided.observations(), 0);
    assert!(Panel::new(&share(0.6), 10, Seed(0)).push(1, 0.0, 0.0).is_err());
}

/// Asks a panel until it stops; how often each mean was asked.
fn asked(design: &Design, truth: &[f64], seed: u64) -> (Option<Side>, Vec<u64>) {
    let mut panel = Panel::new(design, design.most(), Seed(seed));
    let mut streams: Vec<Stream> = (0..truth.len()).map(|at| Seed(seed).stream_at("mean", at as u64)).collect();
    loop {
        let round = panel.next_round();
        if round.is_empty() {
            break;
        }
        for at in round {
            assert_eq!(panel.means()[at].answer(), None, "what is settled is asked no more");
            for _ in 0..panel.at_once() {
                let x = moved(truth[at], &mut streams[at]);
                panel.push(at, x, x).unwrap();
            }
            if panel.means()[at].observations() >= design.most() {
                panel.exhaust(at);
            }
        }
    }
    (panel.decision(), panel.means().iter().map(Threshold::observations).collect())
}

#[test]
fn the_one_that_decides_is_asked_most_and_the_same_seed_asks_the_same() {
    let design = difference().over(Quantifier::Any, 6);
    let mut share = 0.0;
    for seed in 0..20 {
        let truth = [0.0, 0.0, 0.35, 0.0, 0.0, 0.0];
        let (decision, counts) = asked(&design, &truth, seed);
        assert_eq!(decision, Some(Side::Above), "{counts:?}");
        assert_eq!(asked(&design, &truth, seed), (decision, counts.clone()));
        share += counts[2] as f64 / counts.iter().sum::<u64>() as f64 / 20.0;
    }
    assert!(share > 0.3, "{share}: asked at random it would be a sixth");
}

#[test]
fn all_have_to_be_below_before_none_moves_and_one_below_before_not_every_one_moves() {
    let any = difference().over(Quantifier::Any, 3);
    let every = difference().over(Quantifier::Every, 3);
    assert_eq!(asked(&any, &[0.0, 0.0, 0.0], 1).0, Some(Side::Below));
    assert_eq!(asked(&every, &[0.5, 0.4, 0.5], 1).0, Some(Side::Above));
    let (decision, counts) = asked(&every, &[0.5, 0.0, 0.5], 1);
    assert_eq!(decision, Some(Side::Below));
    assert!(counts.iter().sum::<u64>() < any.fixed(), "{counts:?}");
    // Undecided: everything is asked, nothing is said.
    let mut tight = Panel::new(&any, 5, Seed(2));
    for at in tight.next_round() {
        tight.push(at, 0.0, 0.0).unwrap();
        tight.exhaust(at);
    }
    assert!(tight.next_round().is_empty() && tight.decision().is_none());
}
