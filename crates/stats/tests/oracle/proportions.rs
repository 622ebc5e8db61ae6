//! Wilson, Wilson with t, Clopper-Pearson, Jeffreys, clustered means.

use candor_stats::proportion::wilson::score_interval;
use candor_stats::{Clusters, Estimate, Level, Proportion, Undefined};

use super::table::Table;

fn check(name: &str, tolerance: f64, method: impl Fn(Proportion, Level) -> Result<Estimate, Undefined>) {
    for row in Table::read(name, 50).rows() {
        let estimate = method(Proportion::new(row.count("x"), row.count("n")).unwrap(), row.level()).unwrap();
        row.ends(estimate.interval().unwrap(), tolerance);
    }
}

#[test]
fn wilson() {
    check("wilson", 1e-12, Proportion::wilson);
}

#[test]
fn clopper_pearson() {
    check("clopper_pearson", 1e-10, Proportion::clopper_pearson);
}

#[test]
fn jeffreys() {
    check("jeffreys", 1e-10, Proportion::jeffreys);
}

#[test]
fn wilson_with_t_at_an_effective_size() {
    for row in Table::read("wilson_t", 30).rows() {
        let found = score_interval(row.number("mean"), row.number("n_eff"), row.number("df"), row.level()).unwrap();
        row.ends(&found, 1e-11);
    }
}

#[test]
fn clustered_means() {
    for row in Table::read("clustered", 30).rows() {
        let values: Vec<Vec<f64>> =
            row.text("values").split(';').map(|q| q.split(',').map(|v| v.parse().unwrap()).collect()).collect();
        let clusters = Clusters::from_values(values).unwrap();
        let estimate = clusters.proportion(row.level()).unwrap();
        row.close("mean", estimate.value(), 1e-11);
        row.close("cr1_se", clusters.standard_error().unwrap(), 1e-11);
        let miller = clusters.miller(Level::P95).unwrap();
        row.close("sample_mean", miller.value(), 1e-11);
        let z = 1.959_963_984_540_054;
        row.close("miller_cr0_se", miller.interval().unwrap().half_width() / z, 1e-11);
        row.close("n_eff", clusters.effective_trials().unwrap(), 1e-10);
        row.ends(estimate.interval().unwrap(), 1e-11);
    }
}

#[test]
fn means_over_different_questions() {
    for row in Table::read("independent", 15).rows() {
        let side = |column: &str| {
            Clusters::from_values(row.text(column).split(',').map(|v| [v.parse::<f64>().unwrap()])).unwrap()
        };
        let found = side("first").independent_difference(&side("second"), row.level()).unwrap();
        row.close("difference", found.value(), 1e-12);
        row.ends(found.interval().unwrap(), 1e-9);
    }
}
