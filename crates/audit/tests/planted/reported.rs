//! What tests read of a report. Not the reports' own surfaces.

use candor_audit::{Cell, Figure, Report};
use candor_stats::Claim;

/// The claim of that name.
pub(crate) fn claim<'a>(report: &'a Report, name: &str) -> &'a Claim {
    report.claim(name).unwrap_or_else(|| panic!("no claim {name}"))
}

/// Its value.
pub(crate) fn value(report: &Report, name: &str) -> f64 {
    claim(report, name).estimate().unwrap().value()
}

/// A report whose tables name only claims that it has, none of them twice, and which says what it cannot show.
pub(crate) fn whole(report: Report) -> Report {
    let mut named = 0;
    for figure in &report.figures {
        let Figure::Table(table) = figure else { panic!("only tables") };
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.name);
            for cell in &row.cells {
                if let Cell::Claim(name) | Cell::Mark(name) | Cell::MarkOf { claim: name, .. } = cell {
                    assert!(report.claim(name).is_some(), "{name}");
                    named += 1;
                }
            }
        }
    }
    assert!(named > 0 && report.limits.iter().count() > 1);
    let mut names: Vec<&str> = report.claims.iter().map(Claim::name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two claims of one name");
    report
}

/// So many alarms are not yet a surprise in worlds of which each calls one with that probability: the mean and 3.1 standard deviations of a Poisson count.
pub(crate) fn most(worlds: u64, rate: f64) -> f64 {
    let expected = rate * worlds as f64;
    expected + 3.1 * expected.sqrt()
}
