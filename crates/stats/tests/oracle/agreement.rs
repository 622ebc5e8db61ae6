//! Kappa, positive and negative agreement, Krippendorff's alpha, F1, rates corrected by labels.

use candor_stats::agreement::{Agreement, Metric, krippendorff_alpha};
use candor_stats::detector::{Confusion, ExternalLabels, lang_reiczigel, rogan_gladen, scores};
use candor_stats::{Estimate, Level, Seed, Undefined};

use super::table::{Row, Table};

fn check(row: &Row<'_>, column: &str, found: Result<Estimate, Undefined>) {
    match row.text(column) {
        "undefined" => assert!(found.is_err(), "{column}: {found:?}"),
        _ => row.close(column, found.unwrap().value(), 1e-12),
    }
}

#[test]
fn two_raters() {
    for row in Table::read("kappa", 15).rows() {
        let table =
            Agreement { both: row.count("a"), first: row.count("b"), second: row.count("c"), neither: row.count("d") };
        check(&row, "kappa", table.kappa(Level::P95));
        check(&row, "positive_agreement", table.positive(Level::P95));
        check(&row, "negative_agreement", table.negative(Level::P95));
    }
}

#[test]
fn krippendorff() {
    for row in Table::read("krippendorff", 25).rows() {
        let metric = match row.text("metric") {
            "nominal" => Metric::Nominal,
            "ordinal" => Metric::Ordinal,
            "interval" => Metric::Interval,
            other => panic!("{other}"),
        };
        let units: Vec<Vec<f64>> = row
            .text("units")
            .split(';')
            .map(|u| u.split(',').filter(|v| *v != ".").map(|v| v.parse().unwrap()).collect())
            .collect();
        check(&row, "alpha", krippendorff_alpha(&units, metric, Level::P95, 50, Seed(0)).unwrap());
    }
}

#[test]
fn detector_scores() {
    for row in Table::read("f1", 10).rows() {
        let mut questions = Vec::new();
        for (column, said, label) in
            [("tp", true, true), ("fp", true, false), ("fn", false, true), ("tn", false, false)]
        {
            questions.extend((0..row.count(column)).map(|_| Confusion::one(said, label)));
        }
        let found = scores(&questions, Level::P95);
        check(&row, "precision", found.precision);
        check(&row, "recall", found.recall);
        check(&row, "f1", found.f1);
    }
}

#[test]
fn labels_of_a_separate_sample() {
    for row in Table::read("lang_reiczigel", 25).rows() {
        let labels = ExternalLabels {
            traces: row.count("n"),
            flagged: row.count("x"),
            positives: row.count("n_se"),
            true_positives: row.count("tp"),
            negatives: row.count("n_sp"),
            true_negatives: row.count("tn"),
        };
        let found = lang_reiczigel(labels, row.level()).unwrap().unwrap();
        row.close("estimate", found.value(), 1e-11);
        row.ends(found.interval().unwrap(), 1e-11);
        let plug_in = rogan_gladen(labels, row.level()).unwrap().unwrap();
        row.close("estimate", plug_in.value(), 1e-11);
    }
}
