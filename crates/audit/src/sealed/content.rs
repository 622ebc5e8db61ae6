//! Plan, report and derivation of a sealed file against the leaves that commit to them, and against each other. What a claim comes to is not computed again here.

use std::collections::{BTreeMap, BTreeSet};

use candor_record::leaf::{Leaf, Part, PartName, Salt};
use candor_record::{Digest, canonical};
use serde_json::Value;

use super::{Body, Examined};
use crate::Run;
use crate::derive::{Derived, Step};
use crate::registered::{self, Ended, PLAN_PART};

pub(super) fn against(body: &Body, leaves: &[(u64, Leaf)], found: &mut Examined) {
    plan(body, leaves, found);
    let end = shown(body, found);
    for (what, text, digest) in [
        ("report", &body.report, end.as_ref().map(|end| end.report)),
        ("derivation", &body.derived, end.as_ref().map(|end| end.derived)),
    ] {
        let is = Digest::of(text.as_bytes());
        if let (Some(expected), Some(end)) = (digest.filter(|expected| *expected != is), &end) {
            found.find(end.told.leaf, format!("{what}: expected digest {expected}, found {is}"));
        }
    }
    let run = match serde_json::from_str::<Run>(&body.report) {
        Ok(run) => run,
        Err(error) => return found.find(None, format!("report: {error}")),
    };
    report(body, &run, end.as_ref(), found);
    match canonical::from_slice::<Derived>(body.derived.as_bytes()) {
        Ok(derived) => derivation(&run, &derived, found),
        Err(error) => found.find(None, format!("derivation: {error}")),
    }
}

/// The plan's text against the leaf that registered it, and that leaf against the run.
fn plan(body: &Body, leaves: &[(u64, Leaf)], found: &mut Examined) {
    let Some((told, _)) = found.history.plan.clone() else {
        return found.find(None, "expected the leaf that registered the plan, found none that is proved");
    };
    if let Some((leaf, _, seal)) = found.seal.clone().filter(|(_, _, seal)| seal.plan_leaf != told.leaf) {
        found.find(leaf, format!("expected the plan registered in leaf {}, found it in {}", seal.plan_leaf, told.leaf));
    }
    let committed =
        leaves.iter().find(|(leaf, _)| *leaf == told.leaf).and_then(|(_, leaf)| leaf.digests.first().copied());
    match (salted(body), committed) {
        (Ok(digest), Some(committed)) if digest == committed => {}
        (Ok(digest), Some(committed)) => {
            found.find(
                told.leaf,
                format!("text of the plan with its salt: expected digest {committed}, found {digest}"),
            );
        }
        (Ok(_), None) => found.find(told.leaf, "expected it to commit to the plan's text, found no digest"),
        (Err(what), _) => found.find(told.leaf, what),
    }
}

fn salted(body: &Body) -> Result<Digest, String> {
    let name = PartName::new(PLAN_PART).map_err(|error| error.to_string())?;
    let salt = salt(&body.plan.salt).ok_or("salt of the plan: expected 32 hexadecimal digits, found something else")?;
    Ok(Part::new(salt, name, body.plan.text.clone().into_bytes()).digest())
}

fn salt(digits: &str) -> Option<Salt> {
    let mut salt = Salt::default();
    let plain =
        digits.len() == 2 * salt.len() && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if !plain {
        return None;
    }
    for (at, byte) in salt.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(salt)
}

/// The end of the run whose report it is; it was begun after its plan was registered.
fn shown(body: &Body, found: &mut Examined) -> Option<Ended> {
    let Some(run) = found.history.run(&body.run).cloned() else {
        found.find(None, format!("run {}: expected its leaves, found none that is proved", body.run));
        return None;
    };
    let registered = found.history.plan.as_ref().map(|(told, _)| told.leaf);
    match (run.begun, registered) {
        (Some(begun), Some(plan)) if plan < begun.leaf => {}
        (Some(begun), plan) => found.find(
            begun.leaf,
            format!(
                "expected the plan registered before the run, found it in leaf {}",
                plan.map_or("none".to_owned(), |leaf| leaf.to_string())
            ),
        ),
        (None, _) => found.find(
            None,
            format!("run {}: expected it begun after its plan was registered, found no beginning", run.run),
        ),
    }
    let end = run.end().cloned();
    if end.is_none() {
        found.find(None, format!("run {}: expected the leaf of its end, found none that is proved", run.run));
    }
    end
}

/// The report against its plan and against what its leaf says of it.
fn report(body: &Body, run: &Run, end: Option<&Ended>, found: &mut Examined) {
    found.counts.claims = run.reports.iter().map(|report| report.claims.len() as u64).sum();
    if run.registered.is_some() {
        found.find(None, "report: expected it as it was stored, found what the record said later in it");
    }
    if let Some(end) = end {
        match registered::source(run) {
            Ok(source) if source == end.source => {}
            Ok(source) => found
                .find(end.told.leaf, format!("files that were read: expected digest {}, found {source}", end.source)),
            Err(error) => found.find(end.told.leaf, error.to_string()),
        }
    }
    let listed = body.runs.iter().find(|listed| listed.run == body.run).and_then(|listed| listed.numbers.as_ref());
    match listed {
        None => found.find(None, format!("run {}: expected its numbers in the list of runs, found none", body.run)),
        Some(listed) => {
            let numbers = registered::numbers(run);
            if numbers.len() != listed.len() {
                found.find(None, format!("report: expected {} numbers, found {}", listed.len(), numbers.len()));
            }
            for (said, is) in listed.iter().zip(&numbers).filter(|(said, is)| said != is) {
                found.find_claim(&is.audit, &is.claim, format!("expected {}, found {}", told(said), told(is)));
            }
        }
    }
    let plan = match canonical::from_slice::<Value>(body.plan.text.as_bytes()) {
        Ok(plan) => plan,
        Err(error) => return found.find(None, format!("plan: {error}")),
    };
    agree(&plan, run, found);
}

fn told(number: &registered::Number) -> String {
    let value = number.value.as_deref().unwrap_or("no value");
    let interval = number.interval.as_ref().map_or_else(String::new, |(low, high)| format!(" [{low}, {high}]"));
    format!("{} {value}{interval}", number.claim)
}

/// What the report says it was made with is what the plan asked for.
fn agree(plan: &Value, run: &Run, found: &mut Examined) {
    let settings = match serde_json::to_value(&run.settings) {
        Ok(settings) => registered::plain(&settings),
        Err(error) => return found.find(None, format!("report: {error}")),
    };
    let none = serde_json::Map::new();
    let planned = plan.get("settings").and_then(Value::as_object).unwrap_or(&none);
    let made = settings.as_object().unwrap_or(&none);
    let names: BTreeSet<&String> = planned.keys().chain(made.keys()).collect();
    for name in names {
        let (expected, is) = (planned.get(name), made.get(name));
        if expected != is {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), short);
            found.find(None, format!("report: {name}: expected {} as planned, found {}", shown(expected), shown(is)));
        }
    }
    let audits: BTreeSet<&str> =
        plan.get("audits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let told: BTreeSet<&str> =
        run.reports.iter().map(|report| report.audit.as_str()).chain(run.silent.iter().map(String::as_str)).collect();
    for audit in audits.difference(&told) {
        found.find(
            None,
            format!(
                "report: audit {audit}: expected it as planned, found neither a report nor that it had nothing to read"
            ),
        );
    }
    for audit in told.difference(&audits).filter(|audit| crate::audits::named(audit).is_some()) {
        found.find(None, format!("report: audit {audit}: expected only what was planned, found it"));
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        None => text,
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

/// Every claim of the report comes with what it was computed from, or with why it does not; and nothing else does.
fn derivation(run: &Run, derived: &Derived, found: &mut Examined) {
    found.counts.columns = derived.columns.len() as u64;
    found.counts.derived = derived.claims.len() as u64;
    found.counts.without = derived.without.len() as u64;
    if *derived == Derived::default() {
        // It carries nothing to compute from, and the counts say so.
        return;
    }
    let mut there: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let claims = derived.claims.iter().map(|recipe| (recipe.audit.as_str(), recipe.claim.as_str()));
    let without = derived.without.iter().map(|without| (without.audit.as_str(), without.claim.as_str()));
    for claim in claims.chain(without) {
        *there.entry(claim).or_insert(0) += 1;
    }
    for report in &run.reports {
        for claim in &report.claims {
            match there.remove(&(report.audit.as_str(), claim.name())) {
                Some(1) => {}
                Some(times) => {
                    found.find_claim(&report.audit, claim.name(), format!("expected one derivation, found {times}"));
                }
                None => found.find_claim(
                    &report.audit,
                    claim.name(),
                    "expected what it was computed from or why that is missing, found neither",
                ),
            }
        }
    }
    for (audit, claim) in there.into_keys() {
        found.find_claim(audit, claim, "expected it in the report, found only its derivation");
    }
    for recipe in &derived.claims {
        let mut columns = BTreeSet::new();
        of_step(&recipe.step, &mut columns);
        for column in &columns {
            if !derived.columns.contains_key(*column) {
                found.find_claim(
                    &recipe.audit,
                    &recipe.claim,
                    format!("expected column {column}, found none of that name"),
                );
            }
        }
    }
}

fn of_step<'s>(step: &'s Step, columns: &mut BTreeSet<&'s str>) {
    // The bytes were canonical, which bounds how deep steps lie.
    columns.extend(step.of.iter().map(String::as_str));
    for part in &step.parts {
        of_step(part, columns);
    }
}
