//! The validity table: shipped whole and in step with its page, the same on any number of threads, and its raw draws give its numbers. The
//! promises themselves are tried by `scripts/validity`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::collections::BTreeMap;

use candor_audit::validity::{Draws, Kind, Plan, Regime, Size, State, Table, page, run, simulate};

fn plan(rows: &[&str], threads: usize) -> Plan {
    let only = rows.iter().map(|row| (*row).to_owned()).collect();
    Plan { size: Size::Quick(120), only, regimes: vec![Regime::AsAssumed, Regime::Few], threads, also: &[] }
}

fn table(rows: &[&str], threads: usize) -> Table {
    run(&plan(rows, threads), &mut Draws::unwanted(), &|_, _| {}).unwrap()
}

#[test]
fn the_shipped_table_has_every_row_in_every_regime_and_its_page_says_the_same() {
    let shipped = Table::shipped().unwrap();
    assert_eq!((shipped.size.as_str(), shipped.seed), ("full", simulate::MASTER.0));
    let simulated: Vec<&str> = shipped
        .lines
        .iter()
        .filter(|line| line.kind != Kind::Measured && !line.row.starts_with("proportion."))
        // Those are the program's own.
        .filter(|line| !line.row.starts_with("live."))
        .map(|line| line.row.as_str())
        .collect();
    assert_eq!(
        simulated,
        simulate::rows().iter().map(|row| row.name).collect::<Vec<_>>(),
        "scripts/validity makes it again"
    );
    for line in &shipped.lines {
        assert_eq!(line.cells.len(), Regime::ALL.len(), "{}", line.row);
        assert_eq!(line.since.is_some(), line.broken().next().is_some(), "{}", line.row);
        assert!(line.cells.iter().any(|cell| cell.share.is_some()), "{}", line.row);
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/validity.md")).unwrap();
    assert_eq!(page::markdown(&shipped), page, "docs/validity.md is made by scripts/validity");
    assert_eq!(Table::read(&shipped.write().unwrap()).unwrap(), shipped);
}

#[test]
fn the_planted_nulls_of_the_methods_are_called_effects_in_at_most_5_5_percent() {
    let shipped = Table::shipped().unwrap();
    for row in
        ["faithfulness.excess.test", "inverse.hurts", "perturbation.sharpens", "inverse.drop.test", "compute.wall"]
    {
        let line = shipped.lines.iter().find(|line| line.row == row).unwrap();
        for (regime, cell) in Regime::ALL.into_iter().zip(&line.cells) {
            if let Some(share) = cell.share.as_ref().filter(|_| matches!(cell.state, State::Holds | State::Broken)) {
                assert!(share.share <= 0.055, "{row}, {}: {}", regime.heading(), share.share);
            }
        }
    }
    let budget = shipped.lines.iter().find(|line| line.row == "sequential.weighted").unwrap();
    assert_eq!(budget.in_regime(Regime::AsAssumed).unwrap().state, State::Holds, "a budget cut in busy hours");
}

#[test]
fn the_same_plan_gives_the_same_table_on_any_number_of_threads() {
    let one = table(&["lift.gain"], 1);
    assert_eq!(one, table(&["lift.gain"], 3));
    assert_eq!(one.lines.iter().map(|line| line.row.as_str()).collect::<Vec<_>>(), ["lift.gain", "lift.gain.test"]);
    let gain = &one.lines[0];
    let cell = gain.in_regime(Regime::AsAssumed).unwrap();
    assert!(cell.share.as_ref().unwrap().share > 0.85 && cell.width.unwrap() > 0.0, "{cell:?}");
    assert_eq!(gain.in_regime(Regime::Tied).unwrap().state, State::Absent, "not asked for");
    // Twenty questions are fewer than the audit vouches for.
    assert_eq!(gain.in_regime(Regime::Few).unwrap().state, State::Unvouched);
}

#[test]
fn raw_draws_give_the_numbers_of_the_table() {
    let (mut draws, mut exact) = (Vec::new(), Vec::new());
    let found = {
        let mut draws = Draws::to(&mut draws, &mut exact).unwrap();
        run(&plan(&["statements.at_odds", "proportion.wilson"], 2), &mut draws, &|_, _| {}).unwrap()
    };
    let draws = String::from_utf8(draws).unwrap();
    let mut covered: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for line in draws.lines().skip(1).filter(|line| line.contains("as_assumed")) {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse::<f64>().unwrap();
        let entry = covered.entry(fields[0]).or_default();
        entry.1 += 1;
        entry.0 += u32::from(number(7) <= number(6) && number(6) <= number(8));
    }
    let (hits, all) = covered["statements.at_odds"];
    let share = found.lines[0].in_regime(Regime::AsAssumed).unwrap().share.unwrap();
    assert_eq!((all, u64::from(all)), (120, share.of));
    assert!((share.share - f64::from(hits) / f64::from(all)).abs() < 1e-12);
    assert!(String::from_utf8(exact).unwrap().contains("proportion.wilson,few,0.25,20,0,"));
}

#[test]
fn a_row_that_nobody_knows_is_refused() {
    let refused = run(&plan(&["tails"], 1), &mut Draws::unwanted(), &|_, _| {}).unwrap_err();
    assert!(refused.to_string().contains("tails"), "{refused}");
}
