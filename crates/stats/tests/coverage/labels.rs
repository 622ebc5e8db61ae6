//! Rates corrected by labels, and detector scores.

use candor_stats::detector::{
    Confusion, ExternalLabels, LabelledSubset, lang_reiczigel, post_stratified, rogan_gladen, scores,
};
use candor_stats::{Estimate, Interval, Level, Stream, Undefined};

use super::world::{binomial, conservative, covered, nominal};

fn ends(estimate: Result<Estimate, Undefined>) -> Result<Interval, Undefined> {
    estimate?.interval().copied().map_err(Clone::clone)
}

/// Traces with true rate pi and a detector of sensitivity se and specificity sp; the first `labels` traces are labelled.
fn subset(pi: f64, traces: u64, labels: u64, (se, sp): (f64, f64), s: &mut Stream) -> LabelledSubset {
    let mut counts =
        LabelledSubset { traces, flagged: 0, labelled_flagged: 0, true_flagged: 0, labelled_unflagged: 0, missed: 0 };
    for trace in 0..traces {
        let yes = s.chance(pi);
        let flagged = s.chance(if yes { se } else { 1.0 - sp });
        counts.flagged += u64::from(flagged);
        if trace < labels {
            counts.labelled_flagged += u64::from(flagged);
            counts.labelled_unflagged += u64::from(!flagged);
            counts.true_flagged += u64::from(flagged && yes);
            counts.missed += u64::from(!flagged && yes);
        }
    }
    counts
}

#[test]
fn labels_of_a_random_subset() {
    let replicate = |pi: f64, traces: u64, labels: u64, quality: (f64, f64)| {
        move |s: &mut Stream| ends(post_stratified(subset(pi, traces, labels, quality, s), Level::P95).unwrap())
    };
    nominal("post-stratified, .5, 300 traces, 50 labels", 0.5, replicate(0.5, 300, 50, (0.84, 0.75)));
    nominal("post-stratified, .05, 1000 traces, 100 labels", 0.05, replicate(0.05, 1000, 100, (0.9, 0.98)));
    nominal("post-stratified, .03, 1000 traces, 200 labels", 0.03, replicate(0.03, 1000, 200, (0.9, 0.98)));
    conservative("post-stratified, .1, 1000 traces, 50 labels", 0.1, replicate(0.1, 1000, 50, (0.95, 0.98)));
}

fn external(pi: f64, traces: u32, labels: u32, (se, sp): (f64, f64), s: &mut Stream) -> ExternalLabels {
    let flagged = (0..traces)
        .filter(|_| {
            let yes = s.chance(pi);
            s.chance(if yes { se } else { 1.0 - sp })
        })
        .count() as u64;
    ExternalLabels {
        traces: u64::from(traces),
        flagged,
        positives: u64::from(labels),
        true_positives: u64::from(binomial(labels, se, s)),
        negatives: u64::from(labels),
        true_negatives: u64::from(binomial(labels, sp, s)),
    }
}

#[test]
fn labels_of_a_separate_sample() {
    for (pi, labels) in [(0.1, 50), (0.3, 50), (0.3, 100)] {
        conservative(&format!("lang-reiczigel, {pi}, 1000 traces, {labels} + {labels} labels"), pi, |s| {
            ends(lang_reiczigel(external(pi, 1000, labels, (0.9, 0.9), s), Level::P95).unwrap())
        });
    }
    let plug_in = covered("rogan-gladen, .3, 1000 traces, 50 + 50 labels (comparison)", 0.3, |s| {
        ends(rogan_gladen(external(0.3, 1000, 50, (0.9, 0.9), s), Level::P95).unwrap())
    });
    assert!(plug_in < 0.90, "{plug_in}");
}

#[test]
fn f1() {
    // Rate .4, sensitivity .84, specificity .75: TP .336, FP .15, FN .064.
    let truth = 2.0 * 0.336 / (2.0 * 0.336 + 0.15 + 0.064);
    nominal("F1, 300 traces", truth, |s| {
        let questions: Vec<Confusion> = (0..300)
            .map(|_| {
                let label = s.chance(0.4);
                Confusion::one(s.chance(if label { 0.84 } else { 0.25 }), label)
            })
            .collect();
        ends(scores(&questions, Level::P95).f1)
    });
    // A few labelled traces, most of them right: where a bootstrap of questions covers 88 %.
    let truth = 2.0 * 0.38 / (2.0 * 0.38 + 0.03 + 0.02);
    nominal("F1, 60 traces, few errors", truth, |s| {
        let questions: Vec<Confusion> = (0..60)
            .map(|_| {
                let label = s.chance(0.4);
                Confusion::one(s.chance(if label { 0.95 } else { 0.05 }), label)
            })
            .collect();
        ends(scores(&questions, Level::P95).f1)
    });
}

#[test]
fn shares_of_samples_where_questions_bring_as_many_as_they_happen_to() {
    use candor_stats::Tally;
    use candor_stats::clusters::pooled::Pooled;

    for (questions, p) in [(50, 0.7), (100, 0.9)] {
        nominal(&format!("pooled share, {questions} questions of 1 to 6 samples, icc .3, p {p}"), p, |s| {
            let tallies: Vec<Tally> = (0..questions)
                .map(|_| {
                    let samples = 1 + s.index(6) as u32;
                    Tally { samples, correct: binomial(samples, super::world::rate(p, 0.3, s), s) }
                })
                .collect();
            ends(Pooled::of(tallies).share(Level::P95))
        });
    }
}
