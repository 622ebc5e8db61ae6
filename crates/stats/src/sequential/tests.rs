//! The set holds at every look and shrinks; planted drift is found and a steady stream is not; weights undo a budget's bias.

use proptest::prelude::*;

use super::*;
use crate::claim::flag::Finding;
use crate::interval::Level;
use crate::multiplicity::e_bh;
use crate::seed::{Seed, Stream};
use crate::undefined::Undefined;

fn coin(p: f64, s: &mut Stream) -> f64 {
    f64::from(u8::from(s.chance(p)))
}

fn once(streams: u32) -> Control {
    Control::Once { level: Level::P95, streams }
}

#[test]
fn the_truth_is_rarely_excluded_at_any_of_many_looks() {
    let mut excluded = 0;
    for run in 0..60 {
        let mut s = Seed(run).stream("steady");
        let mut sequence = ConfidenceSequence::new(Level::P95);
        let mut missed = false;
        for _ in 0..300 {
            sequence.push(coin(0.3, &mut s)).unwrap();
            missed |= !sequence.interval().is_ok_and(|interval| interval.contains(0.3));
        }
        excluded += u32::from(missed);
        assert!(sequence.interval().unwrap().width() < 0.25 && sequence.drift().is_none());
        assert!(matches!(sequence.finding(), Finding::Holds { .. }));
    }
    // 60 runs at 5 %: more than 9 has probability 1e-3.
    assert!(excluded <= 9, "{excluded} of 60");
}

#[test]
fn a_mean_that_moves_empties_the_set_and_is_drift_not_a_number() {
    let mut s = Seed(1).stream("moves");
    let mut sequence = ConfidenceSequence::new(Level::P95);
    (0..500).for_each(|_| sequence.push(coin(0.2, &mut s)).unwrap());
    assert!(sequence.drift().is_none());
    (0..1_500).for_each(|_| sequence.push(coin(0.6, &mut s)).unwrap());
    let Some(Emptied { after }) = sequence.drift() else { panic!("{:?}", sequence.interval()) };
    assert!((500..2_000).contains(&after), "{after}");
    assert!(matches!(sequence.interval(), Err(Undefined::NotApplicable { .. })));
    assert!(sequence.estimate().unwrap().interval().is_err() && matches!(sequence.finding(), Finding::Fails { .. }));
}

#[test]
fn a_budget_spent_on_busy_hours_biases_the_plain_mean_and_not_the_weighted_one() {
    // Half of the units are hard and wrong twice as often; a budget audits them at a quarter of the others' rate.
    let mut s = Seed(2).stream("budget");
    let (mut plain, mut weighted) = (ConfidenceSequence::new(Level::P95), ConfidenceSequence::new(Level::P95));
    for _ in 0..6_000 {
        let hard = s.chance(0.5);
        let (wrong, probability) = (coin(if hard { 0.6 } else { 0.3 }, &mut s), if hard { 0.1 } else { 0.4 });
        if s.chance(probability) {
            plain.push(wrong).unwrap();
            weighted.push_audited(wrong, probability).unwrap();
        } else {
            weighted.push_unaudited(probability).unwrap();
        }
    }
    assert!(!plain.interval().unwrap().contains(0.45), "{:?}", plain.interval());
    let interval = weighted.interval().unwrap();
    assert!(interval.contains(0.45) && interval.width() < 0.22, "{interval}");
    let estimate = weighted.estimate().unwrap();
    assert!((estimate.value() - 0.45).abs() < 0.05 && estimate.size() == plain.estimate().unwrap().size());
    assert_eq!(weighted.observations(), 6_000);
}

#[test]
fn probabilities_that_cannot_be_true_empty_the_set() {
    // Every unit was chosen, which has no chance at an inclusion probability of one tenth.
    let mut sequence = ConfidenceSequence::new(Level::P95);
    (0..100).for_each(|_| sequence.push_audited(1.0, 0.1).unwrap());
    assert!(sequence.drift().is_some() && sequence.interval().is_err());
}

#[test]
fn what_is_not_an_observation_is_refused() {
    let mut sequence = ConfidenceSequence::new(Level::P95);
    assert!(matches!(sequence.estimate(), Err(Undefined::NoData { .. })));
    assert!(sequence.interval().unwrap().width() > 1.0 - 1e-12);
    assert!(
        sequence.push(f64::NAN).is_err() && sequence.push(1.1).is_err() && sequence.push_audited(0.5, 0.0).is_err()
    );
    assert_eq!(sequence.observations(), 0);
    assert!(Windows::new(Level::P95, Split::Planned(0)).is_err());
    let mut one = Windows::new(Level::P95, Split::Planned(1)).unwrap();
    assert!(one.close().is_err());
    assert!(DriftMonitor::new(&[], once(1)).is_err() && DriftMonitor::new(&[0.5], once(0)).is_err());
    assert!(DriftMonitor::new(&[2.0], once(1)).is_err());
    let control = Control::RunLength { observations: 0.0, level: Level::P95 };
    assert!(DriftMonitor::new(&[0.5], control).is_err());
    assert!(DriftMonitor::new(&[0.5], once(1)).unwrap().push(-0.1).is_err());
}

#[test]
fn windows_that_differ_are_drift_between_them() {
    for split in [Split::Planned(3), Split::Endless] {
        let mut s = Seed(3).stream("windows");
        let mut windows = Windows::new(Level::P95, split).unwrap();
        for p in [0.3, 0.3, 0.6] {
            if windows.open().observations() > 0 {
                windows.close().unwrap();
            }
            assert_eq!(windows.drift(), None);
            (0..600).for_each(|_| windows.open().push(coin(p, &mut s)).unwrap());
        }
        assert_eq!(windows.drift(), Some((0, 2)));
        let estimates = windows.estimates();
        assert!(estimates.len() == 3 && estimates.iter().all(|e| e.as_ref().unwrap().interval().is_ok()));
        // The parts of alpha that windows take never exceed it.
        let spent: f64 = estimates.iter().map(|e| e.as_ref().unwrap().interval().unwrap().level().alpha()).sum();
        assert!(spent <= 0.05 + 1e-12, "{spent}");
    }
}

fn baseline(n: usize, p: f64, s: &mut Stream) -> Vec<f64> {
    (0..n).map(|_| coin(p, s)).collect()
}

#[test]
fn a_planted_move_is_found_and_an_estimated_baseline_is_not_taken_for_the_truth() {
    let controls = [once(1), Control::RunLength { observations: 20_000.0, level: Level::P95 }];
    for control in controls {
        let mut s = Seed(4).stream("monitor");
        let mut monitor = DriftMonitor::new(&baseline(400, 0.7, &mut s), control).unwrap();
        (0..200).for_each(|_| monitor.push(coin(0.7, &mut s)).unwrap());
        assert_eq!(monitor.alarm(), None, "{control:?}");
        (0..400).for_each(|_| monitor.push(coin(0.4, &mut s)).unwrap());
        assert!(monitor.alarm().is_some_and(|at| at > 200), "{monitor:?}");
    }
    // A small baseline that happens to lie low: thousands of steady observations must not count as a move.
    let mut alarms = 0;
    for run in 0..40 {
        let mut s = Seed(run).stream("steady");
        let mut monitor = DriftMonitor::new(&baseline(40, 0.5, &mut s), once(1)).unwrap();
        (0..400).for_each(|_| monitor.push(coin(0.5, &mut s)).unwrap());
        alarms += u32::from(monitor.alarm().is_some());
    }
    assert!(alarms <= 6, "{alarms} of 40");
}

#[test]
fn many_streams_are_judged_by_e_bh() {
    let mut s = Seed(5).stream("streams");
    let e: Vec<f64> = [0.7, 0.7, 0.3, 0.7, 0.3]
        .iter()
        .map(|now| {
            let mut monitor = DriftMonitor::new(&baseline(600, 0.7, &mut s), once(5)).unwrap();
            (0..300).for_each(|_| monitor.push(coin(*now, &mut s)).unwrap());
            assert!(monitor.evidence() <= monitor.threshold());
            monitor.evidence()
        })
        .collect();
    assert_eq!(e_bh(&e, 0.05).unwrap(), [false, false, true, false, true], "{e:?}");
}

#[test]
fn a_baseline_that_contradicts_itself_alarms_at_once() {
    let mut torn = vec![0.0; 300];
    torn.extend([1.0; 300]);
    let mut monitor = DriftMonitor::new(&torn, once(1)).unwrap();
    monitor.push(0.5).unwrap();
    assert_eq!(monitor.alarm(), Some(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_set_never_grows_and_mirrors(values in prop::collection::vec(0.0..=1.0_f64, 1..80)) {
        let (mut here, mut there) = (ConfidenceSequence::new(Level::P90), ConfidenceSequence::new(Level::P90));
        let mut before = here.interval().unwrap();
        for x in &values {
            here.push(*x).unwrap();
            there.push(1.0 - x).unwrap();
            let Ok(now) = here.interval() else { break };
            prop_assert!(now.inside(&before));
            before = now;
            let mirrored = there.interval().unwrap().map(|x| 1.0 - x).unwrap();
            prop_assert!((mirrored.low() - now.low()).abs() < 2e-3 && (mirrored.high() - now.high()).abs() < 2e-3);
        }
    }

    #[test]
    fn the_evidence_is_capped_finite_and_an_alarm_stays(values in prop::collection::vec(0.0..=1.0_f64, 1..60), p in 0.0..=1.0_f64) {
        let mut monitor = DriftMonitor::new(&[p; 30], once(2)).unwrap();
        let mut alarmed = None;
        for x in &values {
            monitor.push(*x).unwrap();
            let e = monitor.evidence();
            prop_assert!(e.is_finite() && e >= 0.0 && e <= monitor.threshold());
            prop_assert!(alarmed.is_none() || monitor.alarm() == alarmed);
            alarmed = monitor.alarm();
        }
    }
}
