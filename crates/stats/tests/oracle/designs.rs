//! Perturbation: divergence against all pairs and all deals, Welch.

use candor_stats::perturbation::{Answers, Scalars, divergence};
use candor_stats::{Estimate, Level, Seed, Undefined};

use super::table::Table;

fn numbers(text: &str) -> Vec<f64> {
    text.split(',').map(|v| v.parse().unwrap()).collect()
}

#[test]
fn divergence_of_answers() {
    for row in Table::read("divergence", 8).rows() {
        let questions: Vec<Answers> = row
            .text("questions")
            .split(';')
            .map(|question| {
                let (first, second) = question.split_once(':').unwrap();
                let arm = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
                Answers::from_samples(&arm(first), &arm(second)).unwrap()
            })
            .collect();
        let found = divergence(&questions, Level::P95, Seed(5));
        let value = |estimate: Result<Estimate, Undefined>| estimate.unwrap().value();
        row.close("divergence", value(found.divergence), 1e-12);
        row.close("flipped", value(found.flipped), 1e-12);
        row.close("resampled_first", value(found.resampled_first), 1e-12);
        row.close("resampled_second", value(found.resampled_second), 1e-12);
        let (test, p) = (found.test.unwrap(), row.number("p"));
        row.close("divergence", test.statistic, 1e-12);
        let error = (p * (1.0 - p) / 9_999.0).sqrt();
        assert!((test.p - p).abs() <= 4.0 * error + 2e-4, "{} {p}", test.p);
    }
}

#[test]
fn welch() {
    for row in Table::read("welch", 15).rows() {
        let arm = |column: &str| Scalars::from_questions(numbers(row.text(column)).iter().map(|x| [*x])).unwrap();
        let (bare, changed) = (arm("bare"), arm("changed"));
        let (shift, test) = (bare.shift(&changed, row.level()).unwrap(), bare.welch(&changed).unwrap());
        let relative = |column: &str, found: f64, tolerance: f64| {
            let expected = row.number(column);
            assert!((found - expected).abs() <= tolerance * expected.abs(), "{column}: {found} {expected}");
        };
        relative("shift", shift.value(), 1e-9);
        relative("low", shift.interval().unwrap().low(), 1e-9);
        relative("high", shift.interval().unwrap().high(), 1e-9);
        relative("p", test.p, 1e-8);
    }
}
