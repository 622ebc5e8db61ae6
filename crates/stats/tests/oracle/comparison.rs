//! Paired comparison, multiplicity, power, Fieller.

use candor_stats::multiplicity::{benjamini_hochberg, holm};
use candor_stats::paired::{PairedCounts, mean_difference, t_test};
use candor_stats::power::{Variances, questions_for_difference};
use candor_stats::ratio::fieller::Means;
use candor_stats::resample::sign_flip::sign_flip;
use candor_stats::{Seed, Undefined};

use super::table::Table;

fn list(text: &str) -> Vec<f64> {
    text.split(',').map(|v| v.parse().unwrap()).collect()
}

#[test]
fn newcombe() {
    for row in Table::read("newcombe10", 50).rows() {
        let counts = PairedCounts {
            both: row.count("a"),
            first: row.count("b"),
            second: row.count("c"),
            neither: row.count("d"),
        };
        let estimate = counts.newcombe(row.level()).unwrap();
        // The table's difference is first minus second.
        row.close("difference", -estimate.value(), 1e-12);
        let interval = estimate.interval().unwrap().map(|x| -x).unwrap();
        row.ends(&interval, 1e-11);
    }
}

#[test]
fn mcnemar() {
    for row in Table::read("mcnemar", 15).rows() {
        let counts = PairedCounts { both: 3, first: row.count("b"), second: row.count("c"), neither: 4 };
        let (p, expected) = (counts.mcnemar().p, row.number("p"));
        assert!((p - expected).abs() <= 1e-10 * expected, "{p} {expected}");
    }
}

#[test]
fn paired_t() {
    for row in Table::read("paired_t", 20).rows() {
        let (x, y) = (list(row.text("x")), list(row.text("y")));
        let differences: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
        let estimate = mean_difference(&differences, row.level()).unwrap();
        row.close("mean", estimate.value(), 1e-12);
        row.ends(estimate.interval().unwrap(), 1e-9);
        row.close("p", t_test(&differences).unwrap().p, 1e-8);
    }
}

#[test]
fn sign_flips() {
    for row in Table::read("sign_flip", 20).rows() {
        let test = sign_flip(&list(row.text("differences")), Seed(0)).unwrap();
        row.close("mean", test.statistic, 1e-12);
        row.close("p", test.p, 1e-12);
    }
}

#[test]
fn adjusted_p_values() {
    for (name, adjust) in [("holm", holm as fn(&[f64]) -> _), ("bh", benjamini_hochberg)] {
        for row in Table::read(name, 10).rows() {
            let (found, expected) = (adjust(&list(row.text("p"))).unwrap(), list(row.text("adjusted")));
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-12 * b, "{name}: {found:?} {expected:?}");
            }
        }
    }
}

#[test]
fn power() {
    for row in Table::read("power_n", 30).rows() {
        let variances = Variances {
            between: row.number("omega2"),
            first: row.number("sa2"),
            first_samples: row.count("ka") as u32,
            second: row.number("sb2"),
            second_samples: row.count("kb") as u32,
        };
        let found = questions_for_difference(row.number("delta"), &variances, row.number("alpha"), row.number("power"))
            .unwrap();
        row.close("n", found, 1e-10);
        assert_eq!(found.ceil() as u64, row.count("n_questions"));
    }
}

#[test]
fn fieller() {
    let mut unbounded = 0;
    for row in Table::read("fieller", 30).rows() {
        let means = Means::of(&list(row.text("num")), &list(row.text("den"))).unwrap();
        match means.interval(row.level()) {
            Ok(interval) => {
                row.close("ratio", means.ratio().unwrap(), 1e-9);
                row.ends(&interval, 1e-9);
            }
            Err(Undefined::Unbounded { .. }) => {
                assert_eq!(row.text("low"), "unbounded");
                unbounded += 1;
            }
            Err(why) => panic!("{why}"),
        }
    }
    assert!(unbounded > 3);
}
