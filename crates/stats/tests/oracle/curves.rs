//! pass@k, pass^k, maj@k, best-of-k, the power law and the beta-binomial.

use candor_stats::curve::majority::Tally;
use candor_stats::curve::{BetaBinomial, PowerLaw, best_of_k, pass_at_k, pass_hat_k};

use super::table::{Row, Table};

#[test]
fn pass() {
    for row in Table::read("pass_at_k", 100).rows() {
        row.close("value", pass_at_k(row.count("n"), row.count("c"), row.count("k")).unwrap(), 1e-12);
    }
    for row in Table::read("pass_hat_k", 70).rows() {
        let (found, expected) =
            (pass_hat_k(row.count("n"), row.count("c"), row.count("k")).unwrap(), row.number("value"));
        assert!((found - expected).abs() <= 1e-11 * expected, "{found} {expected}");
    }
}

#[test]
fn majority() {
    for row in Table::read("maj_at_k", 100).rows() {
        let list = |column: &str| -> Vec<u32> {
            match row.text(column) {
                "-" => Vec::new(),
                text => text.split(',').map(|v| v.parse().unwrap()).collect(),
            }
        };
        let correct = list("correct");
        let answers =
            list("counts").into_iter().enumerate().map(|(i, n)| (n, if correct.contains(&(i as u32)) { n } else { 0 }));
        let tally = Tally::new(answers, row.count("no_answer") as u32);
        row.close("value", tally.majority(row.count("k") as u32).unwrap(), 1e-11);
    }
}

#[test]
fn best() {
    for row in Table::read("best_of_k", 40).rows() {
        let samples: Vec<(f64, bool)> = row
            .text("samples")
            .split(',')
            .map(|s| s.split_once(':').map(|(score, right)| (score.parse().unwrap(), right == "1")).unwrap())
            .collect();
        row.close("value", best_of_k(&samples, row.count("k") as u32).unwrap(), 1e-12);
    }
}

#[test]
fn power_law() {
    for row in Table::read("power_law", 10).rows() {
        let curve: Vec<f64> = row.text("curve").split(',').map(|v| v.parse().unwrap()).collect();
        let usable = curve.iter().filter(|c| **c > 0.0 && **c < 1.0).count();
        // The table refuses what the fit leaves out; below three points both refuse.
        if row.text("a").parse::<f64>().is_err() || usable < 3 {
            continue;
        }
        let law = PowerLaw::fit((1..).zip(curve)).unwrap();
        let (a, b) = (row.number("a"), row.number("b"));
        assert!((law.a - a).abs() <= 1e-9 * a.abs() && (law.b - b).abs() <= 1e-9 * b.abs(), "{law:?} {a} {b}");
    }
}

/// Counts (samples, right) of a row, and the logarithm of their binomial coefficients.
fn counted(row: &Row<'_>) -> (Vec<(u32, u32)>, f64) {
    let list = |column: &str| -> Vec<u32> { row.text(column).split(',').map(|v| v.parse().unwrap()).collect() };
    let counts: Vec<(u32, u32)> = list("sizes").into_iter().zip(list("counts")).collect();
    let ln_choose = |n: u32, c: u32| (1..=c).map(|i| (f64::from(n - c + i) / f64::from(i)).ln()).sum::<f64>();
    let coefficients = counts.iter().map(|(n, c)| ln_choose(*n, *c)).sum();
    (counts, coefficients)
}

#[test]
fn beta_binomial_likelihood() {
    for row in Table::read("beta_binomial", 20).rows() {
        let (counts, coefficients) = counted(&row);
        let (alpha, beta) = (row.number("alpha"), row.number("beta"));
        let shapes = BetaBinomial { alpha, beta, zero: 0.0, log_likelihood: 0.0 };
        let (found, wanted) = (shapes.log_likelihood_of(&counts) + coefficients, row.number("loglik"));
        let absolute: f64 = if alpha.max(beta) >= 1e5 { 1e-7 } else { 1e-9 };
        assert!(
            (found - wanted).abs() <= absolute.max(1e-9 * wanted.abs()),
            "{counts:?} {alpha} {beta}: {found} {wanted}"
        );
    }
}

#[test]
fn beta_binomial() {
    let mut plain = 0;
    for row in Table::read("beta_binomial_mle", 5).rows() {
        let (counts, coefficients) = counted(&row);
        let fit = BetaBinomial::fit(&counts).unwrap();
        assert!((fit.log_likelihood_of(&counts) - fit.log_likelihood).abs() < 1e-9);
        let found = fit.log_likelihood + coefficients;
        if fit.zero > 0.0 {
            // A lump at zero is only taken where it is clearly likelier than the table's plain fit.
            assert!(found > row.number("loglik") + 1.92);
            continue;
        }
        plain += 1;
        assert!((found - row.number("loglik")).abs() < 1e-7, "{found}");
        assert!((fit.alpha / row.number("alpha") - 1.0).abs() < 1e-4, "{fit:?} {}", row.number("alpha"));
        assert!((fit.beta / row.number("beta") - 1.0).abs() < 1e-4, "{fit:?} {}", row.number("beta"));
    }
    assert!(plain >= 3);
}
