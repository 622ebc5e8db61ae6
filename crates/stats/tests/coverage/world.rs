//! Planted distributions and the gates. Truth is always the estimand itself.

use candor_stats::{Interval, Seed, Stream, Undefined};

/// Fixed before the first run.
pub(crate) const MASTER: Seed = Seed(20_260_501);

/// Replications of a row.
pub(crate) const REPLICATIONS: u64 = 1_000;

/// The stream of one replication of one row.
pub(crate) fn stream(row: &str, replication: u64) -> Stream {
    MASTER.stream_at(row, replication)
}

/// Beta(a, b) by Jöhnk's rejection.
pub(crate) fn beta(a: f64, b: f64, s: &mut Stream) -> f64 {
    loop {
        let (x, y) = (s.unit().powf(1.0 / a), s.unit().powf(1.0 / b));
        if x + y <= 1.0 && x + y > 0.0 {
            return x / (x + y);
        }
    }
}

/// A question's rate with mean p and intraclass correlation icc.
pub(crate) fn rate(p: f64, icc: f64, s: &mut Stream) -> f64 {
    let size = 1.0 / icc - 1.0;
    beta(p * size, (1.0 - p) * size, s)
}

/// How many of n trials succeed.
pub(crate) fn binomial(n: u32, p: f64, s: &mut Stream) -> u32 {
    (0..n).filter(|_| s.chance(p)).count() as u32
}

/// The share of replications whose interval covers the truth, over those in which it exists, and the mean width; printed.
fn spanned(row: &str, truth: f64, mut replicate: impl FnMut(&mut Stream) -> Result<Interval, Undefined>) -> (f64, f64) {
    let (mut hits, mut defined, mut width) = (0_u64, 0_u64, 0.0);
    for replication in 0..REPLICATIONS {
        if let Ok(interval) = replicate(&mut stream(row, replication)) {
            defined += 1;
            hits += u64::from(interval.contains(truth));
            width += interval.width().min(1e6);
        }
    }
    assert!(defined * 10 >= REPLICATIONS * 9, "{row}: defined in only {defined} of {REPLICATIONS}");
    let share = hits as f64 / defined as f64;
    let width = width / defined as f64;
    println!("{row:<60} covers {:5.1} %  mean width {width:.3}", 100.0 * share);
    (share, width)
}

/// The share alone.
pub(crate) fn covered(row: &str, truth: f64, replicate: impl FnMut(&mut Stream) -> Result<Interval, Undefined>) -> f64 {
    spanned(row, truth, replicate).0
}

/// A nominal 95 % interval: its 99.9 % binomial limits at 1,000 replications.
pub(crate) fn nominal(row: &str, truth: f64, replicate: impl FnMut(&mut Stream) -> Result<Interval, Undefined>) {
    let share = covered(row, truth, replicate);
    assert!((0.926..=0.971).contains(&share), "{row}: {share}");
}

/// An interval that is conservative by construction: only too little coverage fails.
pub(crate) fn conservative(row: &str, truth: f64, replicate: impl FnMut(&mut Stream) -> Result<Interval, Undefined>) {
    let share = covered(row, truth, replicate);
    assert!(share >= 0.926, "{row}: {share}");
}

/// The same, and what it pays for that: a mean width of at most `widest`.
pub(crate) fn guarded(
    row: &str,
    truth: f64,
    widest: f64,
    replicate: impl FnMut(&mut Stream) -> Result<Interval, Undefined>,
) {
    let (share, width) = spanned(row, truth, replicate);
    assert!(share >= 0.926 && width <= widest, "{row}: {share}, {width} wide");
}

/// The share of replications in which something happens; printed.
pub(crate) fn share(row: &str, mut replicate: impl FnMut(&mut Stream) -> bool) -> f64 {
    let count = (0..REPLICATIONS).filter(|replication| replicate(&mut stream(row, *replication))).count();
    let share = count as f64 / REPLICATIONS as f64;
    println!("{row:<60} happens in {:5.1} %", 100.0 * share);
    share
}

/// A false alarm of a 5 % procedure.
pub(crate) fn false_alarm(row: &str, replicate: impl FnMut(&mut Stream) -> bool) {
    let found = share(row, replicate);
    assert!(found <= 0.073, "{row}: {found}");
}
