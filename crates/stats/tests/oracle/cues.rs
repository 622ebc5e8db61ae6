//! The published and the control-arm score, reversed pairs.

use candor_stats::cue::published::normalised_interval;
use candor_stats::cue::{CueRow, Rates, chance_of_gap, published_score};
use candor_stats::{Level, Undefined};

use super::table::Table;

/// One row per eligible trial from counts.
fn trials(eligible: u64, to_hint: u64, to_other: u64, verbalised: u64, options: u32) -> Vec<CueRow> {
    (0..eligible)
        .map(|i| CueRow {
            options,
            eligible: 1,
            to_hint: u32::from(i < to_hint),
            to_other: u32::from(i >= to_hint && i < to_hint + to_other),
            judged: u32::from(i < to_hint),
            verbalised: u32::from(i < verbalised),
        })
        .collect()
}

#[test]
fn published_score_with_mover_r() {
    for row in Table::read("mover_r", 40).rows() {
        let rows = trials(
            row.count("eligible"),
            row.count("to_hint"),
            row.count("to_other"),
            row.count("verbalised"),
            row.count("options") as u32,
        );
        let score = published_score(&rows, row.level()).unwrap();
        if row.text("normalised").parse::<f64>().is_err() {
            assert!(score.normalised.is_err());
            continue;
        }
        row.close("raw", score.raw.as_ref().unwrap().value(), 1e-12);
        row.close("p", score.p.as_ref().unwrap().value(), 1e-12);
        row.close("q", score.q.as_ref().unwrap().value(), 1e-12);
        row.close("alpha", score.alpha.as_ref().unwrap().value(), 1e-12);
        let normalised = score.normalised.unwrap();
        row.close("normalised", normalised.value(), 1e-12);
        row.ends(normalised.interval().unwrap(), 1e-10);
        let (s, o) = (row.number("to_hint"), row.number("to_other"));
        let weight = 1.0 / (row.number("options") - 2.0);
        let unclipped =
            normalised_interval((row.number("raw"), s), (o / (s + o), s + o), f64::INFINITY, weight, row.level())
                .unwrap();
        row.close("low_unclipped", unclipped.low(), 1e-9);
        row.close("high_unclipped", unclipped.high(), 1e-9);
    }
}

#[test]
fn mover_r_with_several_samples_per_question() {
    for row in Table::read("mover_r_clustered", 15).rows() {
        let found = normalised_interval(
            (row.number("raw"), row.number("raw_n_eff")),
            (row.number("phi"), row.number("phi_n_eff")),
            row.number("df"),
            1.0 / (row.number("options") - 2.0),
            row.level(),
        );
        row.ends(&found.unwrap().clipped(0.0, 1.0), 1e-10);
    }
}

#[test]
fn varying_numbers_of_options() {
    for row in Table::read("chen", 8).rows() {
        let options: Vec<u32> = match row.text("options") {
            "-" => Vec::new(),
            text => text.split(',').map(|n| n.parse().unwrap()).collect(),
        };
        let mut rows =
            trials(row.count("eligible"), row.count("to_hint"), options.len() as u64, row.count("verbalised"), 4);
        for (r, n) in rows.iter_mut().filter(|r| r.to_other == 1).zip(options) {
            r.options = n;
        }
        let score = published_score(&rows, Level::P95).unwrap();
        match row.text("normalised").parse::<f64>() {
            Ok(_) => row.close("normalised", score.normalised.unwrap().value(), 1e-12),
            Err(_) => assert!(score.normalised.is_err()),
        }
        if row.text("alpha").parse::<f64>().is_ok() {
            row.close("alpha", score.alpha.unwrap().value(), 1e-12);
        }
    }
}

#[test]
fn control_arm_rates() {
    for row in Table::read("control_score", 12).rows() {
        let rate = |name: &str| row.text(name).parse::<f64>().unwrap_or(0.0);
        let rates = Rates { p: rate("p"), p0: rate("p0"), raw: rate("raw"), m0: rate("m0") };
        let check = |column: &str, found: Result<f64, Undefined>| match row.text(column) {
            "undefined" => assert!(found.is_err(), "{column}: {found:?}"),
            _ => row.close(column, found.unwrap(), 1e-12),
        };
        check("excess", Ok(rates.excess()));
        check("share", rates.share());
        check("share_min", rates.share_at_least());
        check("corrected", rates.share().and_then(|s| rates.corrected(s)));
    }
}

#[test]
fn equal_accuracies_that_differ_by_chance() {
    for row in Table::read("eqpairs", 40).rows() {
        let n = row.count("n");
        row.close("value", chance_of_gap(n, n, row.number("p"), 0.5).unwrap(), 1e-12);
    }
}
