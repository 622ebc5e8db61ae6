//! Every claim of every audit stands beside the data it was computed from, or beside the reason why not; and keeping that data changes no report. Whether
//! the data gives the claims is tried by software that shares no code: `scripts/derivations`.

use candor_audit::audits::{self, named};
use candor_audit::derive::{Cell, Derived, Step};
use candor_audit::{Report, Settings};
use candor_stats::derivation::kept;
use candor_stats::{Seed, Stream};
use candor_trace::Trace;

use crate::world::World;
use crate::{arc, backtracking, competence, compute, consistency, explore, inverse, lift, perturbation, tail};

/// What each audit but `statements` reads, planted; that one is tried where its sessions are.
pub(crate) fn planted() -> Vec<(&'static str, Vec<Trace>)> {
    let stream = || Seed(7).stream("derived");
    let rate = |stream: &mut Stream| 0.2 + 0.6 * stream.unit();
    let cued = World {
        questions: 120,
        follow: 0.3,
        names_if_followed: 0.5,
        names_otherwise: 0.1,
        chains: true,
        ..World::PLAIN
    };
    vec![
        ("faithfulness", cued.traces()),
        ("compute", compute::process(60, 8, 5, 3, rate)),
        ("lift", lift::planted("m", &[("low", 0.0, 100), ("medium", 0.1, 200), ("high", 0.2, 400)], 5)),
        ("inverse", inverse::planted("m", &[("1024", 0.0), ("4096", 0.0), ("16384", -0.3)], 11)),
        ("inverse", inverse::wrong_takes_longer(3)),
        (
            "perturbation",
            perturbation::planted(&[("original", 0.7), ("reorder-1", 0.6), ("reorder-2", 0.6), ("format", 0.3)], 4, 3),
        ),
        ("competence", competence::twins(80, &[("original", 0.0), ("rename", 0.2)], &mut stream())),
        ("competence", competence::composed(60, 2, 0.1, &mut stream())),
        ("competence", competence::depths(120, 0.2, &mut stream())),
        ("backtracking", backtracking::planted(0.2, 5)),
        ("consistency", consistency::planted(0.2, 5)),
        ("tail", tail::planted(400, 4, 0.35, &mut stream())),
        ("explore", explore::planted(120, 6, explore::Plant::default(), &mut stream())),
        ("explore", explore::planted(200, 1, explore::Plant::default(), &mut stream())),
        ("arc", arc::submissions(&[("low", 0.3), ("high", 0.5)], 3)),
    ]
}

pub(crate) fn report(audit: &str, traces: &[Trace], keep: bool) -> Report {
    let mut observer = named(audit).unwrap().start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    kept(keep, || observer.report()).unwrap().unwrap()
}

fn whole(cell: &Cell) -> i64 {
    match cell {
        Cell::Whole(value) => *value,
        Cell::Text(text) => panic!("a count, found {text}"),
    }
}

/// Every column that a step names is there; its items are as many as its values, each once.
fn check(step: &Step, derived: &Derived, claim: &str) {
    for name in &step.of {
        assert!(derived.columns.contains_key(name), "{claim}: no column {name}");
    }
    if let (Some(Cell::Text(items)), Some(first)) = (step.parameters.get("items"), step.of.first()) {
        let items = &derived.columns[items];
        assert_eq!(items.len(), derived.columns[first].len(), "{claim}");
        let mut once = items.clone();
        once.sort();
        once.dedup();
        assert!(once.len() == items.len(), "{claim}: an item stands twice");
    }
    step.parts.iter().for_each(|part| check(part, derived, claim));
}

#[test]
fn every_claim_stands_beside_its_data_or_beside_the_reason_why_not() {
    let planted = planted();
    let mut tried: Vec<&str> = planted.iter().map(|(audit, _)| *audit).chain(["statements"]).collect();
    tried.sort_unstable();
    tried.dedup();
    assert_eq!(tried.len(), audits::ALL.len(), "an audit is missing here: {tried:?}");
    let (mut numbers, mut with_data) = (0, 0);
    for (audit, traces) in &planted {
        let found = report(audit, traces, true);
        assert_eq!(found, report(audit, traces, false), "{audit}: keeping data changes no number");
        let derived = Derived::of(std::slice::from_ref(&found));
        let mut expected: Vec<&str> = found.claims.iter().map(candor_stats::Claim::name).collect();
        let mut said: Vec<&str> = derived.claims.iter().map(|recipe| recipe.claim.as_str()).collect();
        said.extend(derived.without.iter().map(|without| without.claim.as_str()));
        expected.sort_unstable();
        said.sort_unstable();
        assert_eq!(expected, said, "{audit}");
        for recipe in &derived.claims {
            check(&recipe.step, &derived, &recipe.claim);
            if recipe.step.by == "sum" {
                // The one estimator that needs no statistics is followed here, too.
                let columns: Vec<&Vec<Cell>> = recipe.step.of.iter().map(|name| &derived.columns[name]).collect();
                let items = columns[0].len();
                let sum: i64 =
                    (0..items).map(|at| columns.iter().map(|column| whole(&column[at])).product::<i64>()).sum();
                let printed = found.claim(&recipe.claim).unwrap().estimate().unwrap().value();
                assert!((sum as f64 - printed).abs() < 1e-9, "{}: {sum} for {printed}", recipe.claim);
            }
        }
        let silent = |why: &str| why.starts_with("no number is printed");
        numbers += derived.claims.len() + derived.without.iter().filter(|without| !silent(&without.why)).count();
        with_data += derived.claims.len();
        let told = serde_json::to_value(&derived).unwrap();
        assert_eq!(serde_json::from_value::<Derived>(told).unwrap(), derived, "{audit}");
        assert!(candor_record::canonical::to_vec(&derived).is_ok(), "{audit}: canonical bytes");
    }
    println!("{with_data} of {numbers} numbers with data");
    assert!(with_data * 100 >= numbers * 98, "{with_data} of {numbers}");
}

#[test]
fn without_being_asked_nothing_is_kept() {
    let found = report("compute", &compute::process(30, 4, 3, 1, |_| 0.5), false);
    let derived = Derived::of(std::slice::from_ref(&found));
    assert!(derived.claims.is_empty() && derived.columns.is_empty() && !derived.without.is_empty());
}
