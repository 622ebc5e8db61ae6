//! The rules of the mark, one test each.

use super::flag::Flag;
use super::*;
use crate::estimate::{Method, Size};
use crate::interval::{Interval, Level};

fn held() -> Flags {
    Flag::ALL.into_iter().fold(Flags::unexamined(), |flags, flag| flags.holds(flag, "test"))
}

fn estimate(value: f64, low: f64, high: f64, units: u64) -> Result<Estimate, Undefined> {
    let interval = Interval::new(low, high, Level::P95).unwrap();
    Estimate::new(value, Ok(interval), Size::single(units), Method::named("test"))
}

fn draft(estimate: Result<Estimate, Undefined>, asserted: Asserted) -> Draft {
    Draft {
        name: "test.gain".into(),
        statement: "B is better".into(),
        negation: "B is not better".into(),
        parameter: Parameter::DIFFERENCE,
        estimate,
        asserted,
        provenance: Provenance::new(Origin::Own, "test"),
        flags: held(),
        derived_from: Vec::new(),
    }
}

fn mark(draft: Draft) -> Option<Mark> {
    Claim::new(draft).mark()
}

#[test]
fn an_interval_inside_the_asserted_set_with_every_flag_is_evidence() {
    let claim = Claim::new(draft(estimate(0.05, 0.01, 0.09, 200), Asserted::Better));
    assert_eq!(claim.mark(), Some(Mark::EvidenceBacked));
    assert_eq!(claim.sentence(), "B is better");
    assert!(claim.raise().is_empty());
}

#[test]
fn one_failing_or_unexamined_flag_makes_it_inferred_and_says_which() {
    let mut d = draft(estimate(0.05, 0.01, 0.09, 200), Asserted::Better);
    d.flags = held().fails(Flag::Measurement, "no labels", "120 labels");
    let claim = Claim::new(d.clone());
    assert_eq!(claim.mark(), Some(Mark::Inferred));
    assert!(claim.why().iter().any(|w| w.contains("V4")) && claim.raise().contains(&"120 labels".to_owned()));
    d.flags = Flags::unexamined();
    assert_eq!(mark(d), Some(Mark::Inferred));
}

#[test]
fn a_failure_is_not_overwritten_by_a_later_success() {
    let flags = held().fails(Flag::Scope, "old model", "a new run").holds(Flag::Scope, "fine");
    assert_eq!(flags.failing().len(), 1);
}

#[test]
fn an_open_interval_is_inferred_and_says_how_many_units_are_needed() {
    let claim = Claim::new(draft(estimate(0.02, -0.02, 0.06, 100), Asserted::Better));
    assert_eq!(claim.mark(), Some(Mark::Inferred));
    assert!(claim.undecided());
    assert_eq!(claim.raise(), ["about 400 units, if the value stays as it is (50 % power)"]);
}

#[test]
fn a_disjoint_interval_prints_the_negation_which_is_then_evidence() {
    let claim = Claim::new(draft(estimate(-0.05, -0.09, -0.01, 200), Asserted::Better));
    assert_eq!((claim.mark(), claim.negated()), (Some(Mark::EvidenceBacked), true));
    assert_eq!(claim.sentence(), "B is not better");
}

#[test]
fn hope_for_few_units_no_data_undefined_and_an_interval_that_excludes_nothing() {
    assert_eq!(mark(draft(estimate(0.5, 0.4, 0.6, 9), Asserted::Better)), Some(Mark::Hope));
    assert_eq!(mark(draft(Err(Undefined::no_data("questions")), Asserted::Better)), Some(Mark::Hope));
    assert_eq!(mark(draft(estimate(0.0, -1.0, 1.0, 50), Asserted::OWN_INTERVAL)), Some(Mark::Hope));
    let mut nobody = draft(estimate(0.5, 0.4, 0.6, 100), Asserted::OWN_INTERVAL);
    nobody.provenance.origin = Origin::None;
    assert_eq!(mark(nobody), Some(Mark::Hope));
}

#[test]
fn an_own_value_without_interval_is_hope_but_a_published_one_is_inferred() {
    let mut d = draft(Estimate::published(0.74), Asserted::OWN_INTERVAL);
    assert_eq!(mark(d.clone()), Some(Mark::Hope));
    d.provenance.origin = Origin::Foreign;
    assert_eq!(mark(d), Some(Mark::Inferred));
}

#[test]
fn a_foreign_number_is_never_evidence() {
    let mut d = draft(estimate(0.05, 0.01, 0.09, 2000), Asserted::Better);
    d.provenance.origin = Origin::Foreign;
    assert_eq!(mark(d), Some(Mark::Inferred));
}

#[test]
fn a_level_asserts_its_own_interval_unless_a_precision_was_planned() {
    let e = || estimate(0.5, 0.3, 0.7, 40);
    assert_eq!(mark(draft(e(), Asserted::OWN_INTERVAL)), Some(Mark::EvidenceBacked));
    assert_eq!(mark(draft(e(), Asserted::Level { precision: Some(0.05) })), Some(Mark::Inferred));
    assert_eq!(mark(draft(e(), Asserted::Level { precision: Some(0.3) })), Some(Mark::EvidenceBacked));
}

#[test]
fn a_margin_is_met_only_from_inside() {
    let asserted = Asserted::NoDifference { margin: 0.02 };
    assert_eq!(mark(draft(estimate(0.0, -0.019, 0.019, 4000), asserted)), Some(Mark::EvidenceBacked));
    assert_eq!(mark(draft(estimate(0.0, -0.019, 0.020, 4000), asserted)), Some(Mark::Inferred));
    assert!(Claim::new(draft(estimate(0.05, 0.02, 0.08, 4000), asserted)).negated());
}

#[test]
fn predictions_are_inferred_within_reach_and_error_and_hope_beyond() {
    let with = |held_out_error, reach| {
        let mut d = draft(estimate(0.8, 0.78, 0.82, 400), Asserted::OWN_INTERVAL);
        d.provenance.origin = Origin::Fit { held_out_error, reach };
        mark(d)
    };
    assert_eq!(with(Some(0.004), 2.0), Some(Mark::Inferred));
    assert_eq!(with(Some(0.004), 4.1), Some(Mark::Hope));
    assert_eq!(with(Some(0.03), 2.0), Some(Mark::Hope));
    assert_eq!(with(None, 2.0), Some(Mark::Hope));
}

#[test]
fn derived_claims_take_the_weakest_mark_and_planted_ones_none() {
    let mut d = draft(estimate(0.05, 0.01, 0.09, 200), Asserted::Better);
    d.derived_from = vec![Standing::Marked(Mark::EvidenceBacked), Standing::Marked(Mark::Hope)];
    assert_eq!(mark(d.clone()), Some(Mark::Hope));
    d.derived_from = vec![Standing::Planted];
    assert_eq!(Claim::new(d.clone()).standing(), Standing::Planted);
    d.derived_from.clear();
    d.provenance.origin = Origin::Planted;
    assert_eq!(Claim::new(d).standing().to_string(), "planted");
}

#[test]
fn a_stored_mark_that_does_not_follow_is_refused() {
    let claim = Claim::new(draft(estimate(0.02, -0.02, 0.06, 100), Asserted::Better));
    let text = serde_json::to_string(&claim).unwrap();
    assert_eq!(serde_json::from_str::<Claim>(&text).unwrap(), claim);
    let forged = text.replace("\"inferred\"", "\"evidence-backed\"");
    assert_ne!(forged, text);
    assert!(serde_json::from_str::<Claim>(&forged).unwrap_err().to_string().contains("not what its evidence gives"));
}

#[test]
fn infinite_ends_and_undefined_survive_storage() {
    let interval = Interval::new(f64::NEG_INFINITY, 0.3, Level::P95).unwrap();
    let text = serde_json::to_string(&interval).unwrap();
    assert_eq!(text, r#"{"low":"-inf","high":0.3,"level":0.95}"#);
    assert_eq!(serde_json::from_str::<Interval>(&text).unwrap(), interval);
    let claim = Claim::new(draft(Err(Undefined::too_few("questions", 1, 2)), Asserted::Better));
    let text = serde_json::to_string(&claim).unwrap();
    assert!(text.contains(r#"{"undefined":{"reason":"too_few","what":"questions","have":1,"needed":2}}"#), "{text}");
    assert_eq!(serde_json::from_str::<Claim>(&text).unwrap(), claim);
}

#[test]
fn an_interval_lost_to_overflow_excludes_nothing_and_is_hope() {
    let lost = Interval::ordered(f64::NAN, 1.0, Level::P95);
    assert!(lost.low().is_infinite() && lost.high().is_infinite());
    let e = Estimate::new(0.5, Ok(lost), Size::single(100), Method::named("test"));
    assert_eq!(mark(draft(e, Asserted::OWN_INTERVAL)), Some(Mark::Hope));
}
