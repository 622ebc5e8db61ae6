//! Answers that did not change raise no alarm; answers that only sharpened are found, where the excess of flips is negative.

use candor_stats::perturbation::{Answers, Scalars, divergence};
use candor_stats::{Level, Seed, Stream};

use super::world::{REPLICATIONS, guarded, nominal};

/// Four answers a question, with a distribution of its own; the second arm's probabilities are p^power, normalised.
fn answers(samples: u32, power: f64, s: &mut Stream) -> (Answers, f64) {
    let normalised = |p: [f64; 4]| p.map(|x| x / p.iter().sum::<f64>());
    let bare = normalised([0.0; 4].map(|_: f64| -(1.0 - s.unit()).ln()));
    let changed = normalised(bare.map(|x| x.powf(power)));
    let mut counts = [(0, 0); 4];
    for _ in 0..samples {
        counts[draw(bare, s)].0 += 1;
        counts[draw(changed, s)].1 += 1;
    }
    let apart: f64 = bare.iter().zip(changed).map(|(a, b)| (a - b).powi(2)).sum();
    (Answers::new(counts), 0.5 * apart)
}

fn draw(p: [f64; 4], s: &mut Stream) -> usize {
    let mut u = s.unit();
    for (i, q) in p.into_iter().enumerate() {
        if u < q {
            return i;
        }
        u -= q;
    }
    3
}

fn questions(count: usize, samples: u32, power: f64, s: &mut Stream) -> Vec<Answers> {
    (0..count).map(|_| answers(samples, power, s).0).collect()
}

#[test]
fn equal_answer_distributions() {
    // Widths of t alone: .27, .09, .08, .12. A few questions may have diverged altogether, unseen.
    for (count, samples, widest) in [(30, 2, 0.33), (30, 5, 0.18), (60, 4, 0.12), (150, 2, 0.12)] {
        // One run of the permutations serves both rows.
        let mut alarms = 0;
        guarded(&format!("divergence, nothing changed, {count} x {samples}"), 0.0, widest, |s| {
            let found = divergence(&questions(count, samples, 1.0, s), Level::P95, Seed(s.bits()));
            alarms += u32::from(found.test?.p <= 0.05);
            found.divergence?.interval().copied().map_err(Clone::clone)
        });
        let alarms = f64::from(alarms) / REPLICATIONS as f64;
        println!("permutation test of D, nothing changed, {count} x {samples:<24} happens in {:5.1} %", 100.0 * alarms);
        assert!(alarms <= 0.073, "{alarms}");
    }
}

#[test]
fn a_change_that_only_sharpens() {
    // The mean of D over the distribution of questions, from 400,000 of them.
    let mut s = Seed(1).stream("truth");
    let truth = (0..400_000).map(|_| answers(0, 3.0, &mut s).1).sum::<f64>() / 400_000.0;
    // Widths of t alone: .11, .09, .06.
    for (count, samples, least, widest) in [(30, 5, 0.3, 0.19), (60, 4, 0.3, 0.13), (150, 4, 0.9, 0.07)] {
        let (mut more, mut shown) = (0, 0);
        guarded(&format!("divergence, sharpened ({truth:.4}), {count} x {samples}"), truth, widest, |s| {
            let found = divergence(&questions(count, samples, 3.0, s), Level::P95, Seed(s.bits()));
            more += u32::from(found.flipped.estimate?.value() > found.resampled_first.estimate?.value());
            shown += u32::from(found.test?.p <= 0.05);
            found.divergence?.interval().copied().map_err(Clone::clone)
        });
        let (more, shown) = (f64::from(more) / REPLICATIONS as f64, f64::from(shown) / REPLICATIONS as f64);
        println!("  D shown in {:.1} %, excess of flips above 0 in {:.1} %", 100.0 * shown, 100.0 * more);
        assert!(shown > least && more < 0.2, "{shown} {more}");
    }
}

#[test]
fn shifts_of_a_scalar() {
    for (bare, changed) in [(20, 20), (60, 20), (200, 50)] {
        nominal(&format!("welch, {bare} and {changed} units, one arm three times as wide"), 0.4, |s| {
            let mut arm = |n: usize, mean: f64, width: f64| {
                Scalars::from_questions((0..n).map(|_| [mean + width * (s.unit() + s.unit() - 1.0)])).unwrap()
            };
            let bare = arm(bare, 5.0, 1.0);
            bare.shift(&arm(changed, 5.4, 3.0), Level::P95)?.interval().copied().map_err(Clone::clone)
        });
    }
}
