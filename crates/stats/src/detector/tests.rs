//! Corrections against a slow seeded simulation of the same distribution, and the undefined cases.

use super::*;
use crate::claim::flag::Finding;
use crate::interval::Level;
use crate::resample::bootstrap::quantile;
use crate::seed::Seed;
use crate::special::beta_quantile;
use crate::undefined::Undefined;

fn subset(traces: u64, flagged: u64, lf: u64, tf: u64, lu: u64, missed: u64) -> LabelledSubset {
    LabelledSubset { traces, flagged, labelled_flagged: lf, true_flagged: tf, labelled_unflagged: lu, missed }
}

#[test]
fn the_convolution_agrees_with_two_hundred_thousand_draws() {
    for s in [subset(1000, 120, 40, 31, 60, 0), subset(300, 150, 25, 20, 25, 5), subset(5000, 40, 20, 19, 180, 2)] {
        let e = post_stratified(s, Level::P95).unwrap().unwrap();
        let table = |x: u64, n: u64| -> Vec<f64> {
            (0..4096)
                .map(|i| beta_quantile(x as f64 + 0.5, (n - x) as f64 + 0.5, (f64::from(i) + 0.5) / 4096.0))
                .collect()
        };
        let (r, a, b) = (
            table(s.flagged, s.traces),
            table(s.true_flagged, s.labelled_flagged),
            table(s.missed, s.labelled_unflagged),
        );
        let mut stream = Seed(1).stream("mixture");
        let mut draws: Vec<f64> = (0..200_000)
            .map(|_| {
                let (r, a, b) = (r[stream.index(4096)], a[stream.index(4096)], b[stream.index(4096)]);
                r * a + (1.0 - r) * b
            })
            .collect();
        draws.sort_unstable_by(f64::total_cmp);
        let i = e.interval().unwrap();
        let width = i.width();
        assert!((i.low() - quantile(&draws, 0.025)).abs() < 0.012 * width, "{i} {}", quantile(&draws, 0.025));
        assert!((i.high() - quantile(&draws, 0.975)).abs() < 0.012 * width, "{i} {}", quantile(&draws, 0.975));
    }
}

#[test]
fn no_observed_error_is_no_certainty() {
    let e = post_stratified(subset(1000, 100, 25, 25, 25, 0), Level::P95).unwrap().unwrap();
    assert!((e.value() - 0.1).abs() < 1e-12 && e.interval().unwrap().width() > 0.05);
}

#[test]
fn labels_of_one_side_only_are_not_enough() {
    let one_sided = post_stratified(subset(1000, 100, 25, 20, 0, 0), Level::P95).unwrap();
    assert!(matches!(one_sided, Err(Undefined::NoData { .. })));
    assert!(post_stratified(subset(10, 11, 0, 0, 0, 0), Level::P95).is_err());
    let all = post_stratified(subset(100, 100, 30, 28, 0, 0), Level::P95).unwrap();
    assert!(all.is_ok(), "nothing unflagged needs no labels of unflagged traces");
}

#[test]
fn a_detector_that_knows_nothing_corrects_nothing() {
    let useless = ExternalLabels {
        traces: 100,
        flagged: 50,
        positives: 40,
        true_positives: 20,
        negatives: 40,
        true_negatives: 20,
    };
    assert!(matches!(lang_reiczigel(useless, Level::P95).unwrap(), Err(Undefined::NotApplicable { .. })));
    assert!(rogan_gladen(ExternalLabels { flagged: 101, ..useless }, Level::P95).is_err());
    assert!(matches!(
        lang_reiczigel(ExternalLabels { positives: 0, true_positives: 0, ..useless }, Level::P95).unwrap(),
        Err(Undefined::NoData { .. })
    ));
}

#[test]
fn scores_have_intervals_and_say_when_they_cannot() {
    let questions: Vec<Confusion> = (0..300).map(|i| Confusion::one(i % 3 != 0, i % 5 != 0)).collect();
    let s = scores(&questions, Level::P95);
    let f1 = s.f1.unwrap();
    assert!(f1.interval().unwrap().contains(f1.value()));
    assert!((s.precision.unwrap().value() - 0.8).abs() < 0.01);
    let all_right = [Confusion::one(true, true); 50];
    let perfect = scores(&all_right, Level::P95);
    let f1 = perfect.f1.unwrap();
    assert!(
        (0.9..0.97).contains(&f1.interval().unwrap().low()),
        "50 right answers leave room for a few wrong ones: {f1:?}"
    );
    assert!(matches!(perfect.specificity, Err(Undefined::NoData { .. })));
    assert!(matches!(Scores::finding(&all_right, Score::F1), Finding::Fails { .. }));
    assert!(matches!(Scores::finding(&questions, Score::Recall), Finding::Holds { .. }));
}
