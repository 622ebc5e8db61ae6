//! Perturbation: divergence against all pairs and all deals, Welch. Inverse scaling: isotonic test, natural lengths, two lines.

use candor_stats::curve::simultaneous::Matrix;
use candor_stats::inverse::{isotonic, natural, non_decreasing, two_lines};
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
        row.close("flipped", value(found.flipped.estimate), 1e-12);
        row.close("resampled_first", value(found.resampled_first.estimate), 1e-12);
        row.close("resampled_second", value(found.resampled_second.estimate), 1e-12);
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

#[test]
fn isotonic_distance() {
    for row in Table::read("isotonic", 8).rows() {
        let values: Vec<Vec<f64>> = row.text("values").split(';').map(numbers).collect();
        let columns = values[0].len();
        let mut matrix = Matrix::new(columns);
        values.iter().for_each(|row| matrix.push(row.iter().copied()));
        let means: Vec<f64> = (0..columns).map(|at| matrix.column(at).sum::<f64>() / values.len() as f64).collect();
        for (found, expected) in non_decreasing(&means).iter().zip(numbers(row.text("fit"))) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        let (test, p) = (isotonic(&matrix, 4_999, Seed(6)).unwrap(), row.number("p"));
        row.close("statistic", test.statistic, 1e-11);
        let error = (p * (1.0 - p) / 4_999.0).sqrt();
        assert!((test.p - p).abs() <= 4.5 * error + 4e-4, "{} {p}", test.p);
    }
}

/// Samples "a:b,a:b" of questions separated by semicolons.
fn samples(text: &str) -> Vec<Vec<(f64, f64)>> {
    let pair = |text: &str| text.split_once(':').map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap())).unwrap();
    text.split(';').map(|question| question.split(',').map(pair).collect()).collect()
}

#[test]
fn natural_lengths() {
    for row in Table::read("natural", 5).rows() {
        let questions: Vec<Vec<(f64, bool)>> = samples(row.text("samples"))
            .into_iter()
            .map(|question| question.into_iter().map(|(length, right)| (length, right > 0.5)).collect())
            .collect();
        let found = natural(&questions, Level::P95, Seed(0)).unwrap();
        row.close("ends", found.longest_minus_shortest.unwrap().value(), 1e-12);
        row.close("somers", found.concordance.unwrap().value(), 1e-12);
        assert_eq!((found.one_length, found.one_outcome), (row.count("one_length"), row.count("one_outcome")));
    }
}

#[test]
fn two_lines_within_questions() {
    for row in Table::read("two_lines", 5).rows() {
        let found = two_lines(&samples(row.text("samples")), Level::P95).unwrap();
        row.close("breakpoint", found.breakpoint, 1e-7);
        for (name, estimate) in [("before", &found.before), ("after", &found.after)] {
            let interval = estimate.interval().unwrap();
            for (column, found) in [
                (name.to_owned(), estimate.value()),
                (format!("{name}_low"), interval.low()),
                (format!("{name}_high"), interval.high()),
            ] {
                let expected = row.number(&column);
                assert!((found - expected).abs() <= 1e-7 * interval.width(), "{column}: {found} {expected}");
            }
        }
    }
}
