//! At every look together: confidence sequences, windows, weighted audits, false alarms and run lengths of the drift monitor.

use candor_stats::sequential::{Control, DriftMonitor, Split, Windows};
use candor_stats::{ConfidenceSequence, Level, Seed, Stream};

use super::world::{beta, share};

fn coin(p: f64, s: &mut Stream) -> f64 {
    f64::from(u8::from(s.chance(p)))
}

fn misses(sequence: &ConfidenceSequence, truth: f64) -> bool {
    !sequence.interval().is_ok_and(|interval| interval.contains(truth))
}

/// Conservative by construction: only too many misses fail.
fn ever(row: &str, replicate: impl FnMut(&mut Stream) -> bool) {
    let missed = share(row, replicate);
    assert!(missed <= 0.073, "{row}: {missed}");
}

#[test]
fn the_truth_is_excluded_at_some_look() {
    for p in [0.5, 0.1, 0.02] {
        ever(&format!("betting, coin {p}, excluded at some of 1,000 looks"), |s| {
            let mut sequence = ConfidenceSequence::new(Level::P95);
            (0..1_000).any(|_| {
                sequence.push(coin(p, s)).unwrap();
                misses(&sequence, p)
            })
        });
    }
    ever("betting, beta(2, 5), excluded at some of 1,000 looks", |s| {
        let mut sequence = ConfidenceSequence::new(Level::P95);
        (0..1_000).any(|_| {
            sequence.push(beta(2.0, 5.0, s)).unwrap();
            misses(&sequence, 2.0 / 7.0)
        })
    });
}

#[test]
fn audits_under_a_budget_in_busy_hours() {
    let mut width = 0.0;
    ever("weighted audits, excluded at some of 2,000 units", |s| {
        let mut sequence = ConfidenceSequence::new(Level::P95);
        let mut missed = false;
        for _ in 0..2_000 {
            let busy = s.chance(0.5);
            let (wrong, probability) = (coin(if busy { 0.6 } else { 0.3 }, s), if busy { 0.1 } else { 0.4 });
            if s.chance(probability) {
                sequence.push_audited(wrong, probability).unwrap();
            } else {
                sequence.push_unaudited(probability).unwrap();
            }
            missed |= misses(&sequence, 0.45);
        }
        width += sequence.interval().map_or(0.0, |interval| interval.width());
        missed
    });
    println!("  mean width after about 500 audits {:.3}", width / 1_000.0);
}

#[test]
fn windows_hold_together() {
    for split in [Split::Planned(5), Split::Endless] {
        ever(&format!("windows, {split:?}, some of 5 means excluded at some look"), |s| {
            let mut windows = Windows::new(Level::P95, split).unwrap();
            let mut missed = false;
            for window in 0..5 {
                let p = 0.2 + 0.1 * f64::from(window);
                for _ in 0..200 {
                    windows.open().push(coin(p, s)).unwrap();
                    missed |= misses(windows.open(), p);
                }
                if window < 4 {
                    windows.close().unwrap();
                }
            }
            missed
        });
    }
}

fn monitor(baseline: usize, p: f64, control: Control, s: &mut Stream) -> DriftMonitor {
    let values: Vec<f64> = (0..baseline).map(|_| coin(p, s)).collect();
    DriftMonitor::new(&values, control).unwrap()
}

#[test]
fn one_alarm_for_all_time() {
    let once = Control::Once { level: Level::P95, streams: 1 };
    for baseline in [30, 300] {
        ever(&format!("drift once, nothing moved, baseline {baseline}, alarm within 1,000"), |s| {
            let mut monitor = monitor(baseline, 0.7, once, s);
            (0..1_000).for_each(|_| monitor.push(coin(0.7, s)).unwrap());
            monitor.alarm().is_some()
        });
    }
    let found = share("drift once, .7 to .5 after 100, baseline 300, found in 600", |s| {
        let mut monitor = monitor(300, 0.7, once, s);
        (0..100).for_each(|_| monitor.push(coin(0.7, s)).unwrap());
        (0..600).for_each(|_| monitor.push(coin(0.5, s)).unwrap());
        monitor.alarm().is_some_and(|at| at > 100)
    });
    assert!(found > 0.5, "{found}");
}

#[test]
fn run_lengths() {
    let control = Control::RunLength { observations: 500.0, level: Level::P95 };
    let (mut steady, mut moved, mut found) = (0.0, 0.0, 0.0);
    let replications = 200;
    for replication in 0..replications {
        let mut s = Seed(20_260_501).stream_at("run lengths", replication);
        let mut watch = monitor(300, 0.7, control, &mut s);
        while watch.alarm().is_none() && steady_length(&watch) < 3_000 {
            watch.push(coin(0.7, &mut s)).unwrap();
        }
        steady += steady_length(&watch) as f64;
        let mut watch = monitor(300, 0.7, control, &mut s);
        (0..300).for_each(|_| watch.push(coin(0.7, &mut s)).unwrap());
        (0..700).for_each(|_| watch.push(coin(0.4, &mut s)).unwrap());
        if let Some(at) = watch.alarm().filter(|at| *at > 300) {
            moved += at as f64 - 300.0;
            found += 1.0;
        }
    }
    let mean = steady / replications as f64;
    println!("mean run length to a false alarm, asked for 500           at least {mean:.0} (cut at 3,000)");
    println!(
        "found after a move from .7 to .4                          {found} of {replications}, after {:.0} on average",
        moved / found
    );
    assert!(mean >= 500.0 && found / replications as f64 > 0.9);
}

fn steady_length(watch: &DriftMonitor) -> u64 {
    watch.alarm().unwrap_or_else(|| watch.observations())
}
