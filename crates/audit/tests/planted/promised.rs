//! Every interval that an audit prints rests on a row of the validity table: a number without one could be wrong for years. Whether a row keeps its
//! promise is tried by `scripts/validity`.

use candor_audit::validity::Table;
use candor_stats::Claim;

use crate::derived::{planted, report};

#[test]
fn every_interval_rests_on_a_row_of_the_validity_table() {
    let shipped = Table::shipped().unwrap();
    let none = Table { lines: Vec::new(), ..shipped.clone() };
    let mut promised = 0;
    for (audit, traces) in planted() {
        let claims = report(audit, &traces, false).claims;
        let untried: Vec<&str> = shipped.untried(&claims).map(Claim::name).collect();
        assert!(untried.is_empty(), "{audit}: no row of docs/validity.md is about {untried:?}");
        promised += none.untried(&claims).count();
    }
    assert!(promised > 150, "{promised}");
}
