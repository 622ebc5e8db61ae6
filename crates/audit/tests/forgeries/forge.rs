//! What forgers change, kind by kind. Each change is one that would make a report look better or its history shorter; repairing is another matter.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

use candor_audit::derive::{Cell, Derived};
use candor_audit::registered::RunLeaf;
use candor_record::canonical;
use candor_stats::Stream;
use serde_json::{Value, json};

use crate::honest::Honest;
use crate::repair::Story;

/// A kind of forgery.
pub(crate) type Forge = fn(&mut Story, &Honest, &mut Stream);

pub(crate) const KINDS: [(&str, Forge); 20] = [
    ("drop an item", drop_item),
    ("swap a label", swap_label),
    ("best of seven, the others left out", best_of_seven),
    ("change the margin afterwards", margin),
    ("trim the tail of the items", trim_tail),
    ("re-seed", reseed),
    ("change the level afterwards", level),
    ("a better number", number),
    ("raise a mark", mark),
    ("leave out the run that never ended", hide_begun),
    ("drop a claim", drop_claim),
    ("the report of another run", other_report),
    ("register the plan afterwards", plan_afterwards),
    ("other files", other_files),
    ("cut the log at an older checkpoint", cut_log),
    ("end the run that never ended", end_begun),
    ("date the plan back", date_back),
    ("silence the other plans", silence_others),
    ("other numbers for a run that is not shown", other_numbers),
    ("another audit in the plan", other_audit),
];

fn at(draws: &mut Stream, length: usize) -> usize {
    draws.below(length as u64) as usize
}

fn derived(story: &mut Story, change: impl FnOnce(&mut Derived)) {
    let mut derived: Derived = serde_json::from_str(&story.body.derived).unwrap();
    change(&mut derived);
    story.body.derived = String::from_utf8(canonical::to_vec(&derived).unwrap()).unwrap();
}

fn report(story: &mut Story, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&story.body.report).unwrap();
    change(&mut report);
    story.body.report = serde_json::to_string_pretty(&report).unwrap() + "\n";
}

fn plan(story: &mut Story, change: impl FnOnce(&mut Value)) {
    let mut plan: Value = serde_json::from_str(&story.body.plan.text).unwrap();
    change(&mut plan);
    story.body.plan.text = String::from_utf8(canonical::to_vec(&plan).unwrap()).unwrap();
}

fn drop_item(story: &mut Story, _: &Honest, draws: &mut Stream) {
    derived(story, |derived| {
        let row = at(draws, derived.columns["right"].len());
        derived.columns.values_mut().for_each(|column| drop(column.remove(row)));
    });
}

fn swap_label(story: &mut Story, _: &Honest, draws: &mut Stream) {
    derived(story, |derived| {
        let column = derived.columns.get_mut("right").unwrap();
        let row = at(draws, column.len());
        column[row] = if column[row] == Cell::Whole(4) { Cell::Whole(0) } else { Cell::Whole(4) };
    });
}

/// Only one run of them, as if it had been the only one.
fn best_of_seven(story: &mut Story, honest: &Honest, draws: &mut Stream) {
    let ended: Vec<String> =
        story.body.runs.iter().filter(|run| run.numbers.is_some()).map(|run| run.run.clone()).collect();
    let best = at(draws, ended.len());
    (story.body.report, story.body.derived) = honest.reports[best].clone();
    story.body.run.clone_from(&ended[best]);
    story.body.runs.retain(|run| run.run == ended[best]);
    story.body.runs[0].number = 1;
    story.leaves.retain(|_, told| RunLeaf::of_head(&told.head).unwrap().is_none_or(|said| said.of().0 == ended[best]));
    story.runs(|_, said| match said {
        RunLeaf::Begun { number, .. } | RunLeaf::WentOn { number, .. } | RunLeaf::Ended { number, .. } => *number = 1,
    });
}

fn margin(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let margin = 0.03 + draws.below(50) as f64 / 1000.0;
    report(story, |report| report["settings"]["margin"] = json!(margin));
    if draws.chance(0.5) {
        plan(story, |plan| plan["settings"]["margin"] = json!(margin.to_string()));
    }
}

fn trim_tail(story: &mut Story, _: &Honest, draws: &mut Stream) {
    derived(story, |derived| {
        let keep = 10 + at(draws, 19);
        derived.columns.values_mut().for_each(|column| column.truncate(keep));
    });
}

fn reseed(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let seed = draws.below(1 << 40);
    report(story, |report| report["settings"]["seed"] = json!(seed));
    if draws.chance(0.5) {
        plan(story, |plan| plan["settings"]["seed"] = json!(seed));
    }
}

fn level(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let level = [0.5, 0.8, 0.9][at(draws, 3)];
    report(story, |report| report["settings"]["level"] = json!(level));
    if draws.chance(0.5) {
        plan(story, |plan| plan["settings"]["level"] = json!(level.to_string()));
    }
}

/// The first number of the report, or of one of its claims, becomes another one.
fn number(story: &mut Story, _: &Honest, draws: &mut Stream) {
    report(story, |report| {
        let claims = report["reports"][0]["claims"].as_array_mut().unwrap();
        let first = at(draws, claims.len());
        let (before, behind) = claims.split_at_mut(first);
        let value = behind.iter_mut().chain(before).find_map(first_float).unwrap();
        *value = json!(value.as_f64().unwrap() * 0.5 + 0.25 + draws.unit() / 100.0);
    });
}

fn first_float(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Number(number) if number.is_f64() => Some(value),
        Value::Array(values) => values.iter_mut().find_map(first_float),
        Value::Object(members) => members.values_mut().find_map(first_float),
        _ => None,
    }
}

fn mark(story: &mut Story, _: &Honest, draws: &mut Stream) {
    report(story, |report| {
        let claims = report["reports"][0]["claims"].as_array_mut().unwrap();
        let standings: Vec<Value> = claims.iter().map(|claim| claim["standing"].clone()).collect();
        let one = at(draws, claims.len());
        let other = standings.iter().find(|other| **other != standings[one]).cloned();
        claims[one]["standing"] = other.unwrap_or_else(|| json!("planted"));
    });
}

fn hide_begun(story: &mut Story, _: &Honest, _: &mut Stream) {
    story.body.runs.retain(|run| run.numbers.is_some());
    let left: Vec<String> = story.body.runs.iter().map(|run| run.run.clone()).collect();
    story.leaves.retain(|_, told| {
        RunLeaf::of_head(&told.head).unwrap().is_none_or(|said| left.iter().any(|run| run == said.of().0))
    });
    let number = |id: &str| 1 + left.iter().position(|run| run == id).unwrap() as u64;
    for run in &mut story.body.runs {
        run.number = number(&run.run);
    }
    story.runs(|_, said| match said {
        RunLeaf::Begun { run, number: is, .. }
        | RunLeaf::WentOn { run, number: is, .. }
        | RunLeaf::Ended { run, number: is, .. } => *is = number(run),
    });
}

fn drop_claim(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let mut gone = String::new();
    report(story, |report| {
        let claims = report["reports"][0]["claims"].as_array_mut().unwrap();
        let one = claims.remove(at(draws, claims.len()));
        gone = one["name"].as_str().unwrap().to_owned();
    });
    if draws.chance(0.5) {
        derived(story, |derived| {
            derived.claims.retain(|recipe| recipe.claim != gone);
            derived.without.retain(|without| without.claim != gone);
        });
    }
}

fn other_report(story: &mut Story, honest: &Honest, draws: &mut Stream) {
    (story.body.report, story.body.derived) = honest.reports[at(draws, honest.reports.len() - 1)].clone();
}

/// The leaf of the plan and one of a later step change places.
fn plan_afterwards(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let places: Vec<u64> = story.leaves.keys().copied().collect();
    let (plan, later) = (places[0], places[1 + at(draws, places.len() - 2)]);
    let (one, two) = (story.leaves.remove(&plan).unwrap(), story.leaves.remove(&later).unwrap());
    story.leaves.insert(later, one);
    story.leaves.insert(plan, two);
}

fn other_files(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let digest = candor_record::Digest::of(&draws.bits().to_le_bytes());
    report(story, |report| report["files"][0]["digest"] = json!(digest));
}

/// The tail of the log goes: what was signed before it, and a seal where that ended.
fn cut_log(story: &mut Story, honest: &Honest, draws: &mut Stream) {
    let (size, checkpoint) = &honest.older[[0, 1, 2, 4, 5, 6][at(draws, 6)]];
    let (_, seal) = story.leaves.pop_last().unwrap();
    story.leaves.retain(|leaf, _| leaf + 1 < *size);
    story.leaves.insert(size - 1, seal);
    story.checkpoint = Some(checkpoint.clone());
    let left: Vec<String> = story
        .leaves
        .values()
        .filter_map(|told| RunLeaf::of_head(&told.head).unwrap())
        .map(|said| said.of().0.to_owned())
        .collect();
    story.body.runs.retain(|run| left.contains(&run.run));
    let ended = story.body.runs.iter().position(|run| run.numbers.is_some());
    if let Some(first) = ended {
        story.body.run.clone_from(&story.body.runs[first].run);
        (story.body.report, story.body.derived) = honest.reports[first].clone();
    }
}

fn end_begun(story: &mut Story, _: &Honest, _: &mut Stream) {
    let numbers = story.body.runs[0].numbers.clone();
    let begun = story.body.runs.iter_mut().find(|run| run.numbers.is_none()).unwrap();
    (begun.numbers, begun.without) = (numbers, None);
    let (id, leaf) = (begun.run.clone(), begun.leaves[0]);
    // The beginning of the run behind it becomes its end.
    let mut ended = story
        .leaves
        .values()
        .find_map(|told| RunLeaf::of_head(&told.head).unwrap().filter(|said| matches!(said, RunLeaf::Ended { .. })))
        .unwrap();
    if let RunLeaf::Ended { run, number, .. } = &mut ended {
        (*run, *number) = (id, 4);
    }
    let told = story.leaves.get_mut(&(leaf + 1)).unwrap();
    told.head.about = ended.to_head(0).unwrap().about;
}

fn date_back(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let plan = story.leaves.values_mut().next().unwrap();
    plan.head.at_ms -= 1 + draws.below(1 << 32) as i64;
}

fn silence_others(story: &mut Story, _: &Honest, _: &mut Stream) {
    story.others = Some((0, 0));
}

fn other_numbers(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let ended: Vec<usize> = (0..7).filter(|run| story.body.runs[*run].numbers.is_some()).collect();
    let numbers = story.body.runs[ended[at(draws, ended.len())]].numbers.as_mut().unwrap();
    let one = at(draws, numbers.len());
    numbers[one].value = Some(format!("0.{}", draws.below(1 << 30)));
}

fn other_audit(story: &mut Story, _: &Honest, draws: &mut Stream) {
    let audit = ["lift", "faithfulness", "inverse"][at(draws, 3)];
    plan(story, |plan| plan["audits"] = json!(["compute", audit]));
    if draws.chance(0.5) {
        report(story, |report| report["silent"] = json!([audit]));
    }
}
