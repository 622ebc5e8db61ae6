//! The reference table of distribution functions (tests/oracles/quantiles.tsv), row by row.

use super::*;

/// Rows of a reference table: cells by column, after the comment lines and the header.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().filter(|l| !l.starts_with('#')).skip(1).map(|l| l.split('\t').collect()).collect()
}

#[test]
fn the_reference_table_is_met() {
    let text = include_str!("../../tests/oracles/quantiles.tsv");
    let mut checked = std::collections::BTreeMap::new();
    for row in rows(text) {
        let number = |i: usize| row[i].parse::<f64>().unwrap_or(f64::NAN);
        let (name, x, a, b, expected) = (row[0], number(1), number(2), number(3), number(4));
        let found = match name {
            "normal_cdf" => normal_upper(-x),
            "normal_sf" => normal_upper(x),
            "normal_ppf" => normal_quantile(x),
            "t_cdf" => t_upper(-x, a),
            "t_sf" => t_upper(x, a),
            "t_ppf" => t_quantile(x, a),
            "beta_cdf" => beta_tails(a, b, x, 1.0 - x).0,
            "beta_sf" => beta_tails(a, b, x, 1.0 - x).1,
            "beta_ppf" => beta_quantile(a, b, x),
            "binomial_cdf" => binomial_tails(x as u64, a as u64, b).0,
            "binomial_sf" => binomial_tails(x as u64, a as u64, b).1,
            "binomial_pmf" => binomial_probability(x as u64, a as u64, b),
            "lgamma" | "ln_gamma" => ln_gamma(x),
            "ln_choose" => ln_choose(x, a).max(ln_choose(a, x)),
            // Not used in this crate, so not implemented.
            name if name.starts_with("chi2_") || name.starts_with("f_") => continue,
            other => panic!("unknown function in the table: {other}"),
        };
        let tolerance = if a > 1e5 || b > 1e5 { 1e-9 } else { 1e-10 };
        assert!(
            (found - expected).abs() <= tolerance * expected.abs() + 1e-14_f64.min(1e-4 * expected.abs().max(1e-10)),
            "{row:?}: {found:e}"
        );
        *checked.entry(name).or_insert(0) += 1;
    }
    assert!(checked.values().sum::<i32>() > 300, "{checked:?}");
}

#[test]
fn quantiles_invert_their_distribution_function() {
    for df in [1.0, 2.0, 7.0, 49.0, 1e4, 1e7] {
        for p in [1e-9, 0.01, 0.3, 0.5, 0.8, 0.975] {
            assert!((t_upper(-t_quantile(p, df), df) - p).abs() < 1e-9 * p, "{df} {p}");
        }
    }
    for (a, b) in [(0.5, 0.5), (0.5, 300.5), (44.0, 12.0), (3e4, 5.0)] {
        for p in [1e-9, 0.025, 0.5, 0.975] {
            let x = beta_quantile(a, b, p);
            assert!((beta_tails(a, b, x, 1.0 - x).0 - p).abs() < 1e-9 * p, "{a} {b} {p}");
        }
    }
}
