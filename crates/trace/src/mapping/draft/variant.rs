//! What stands twice in a record: the same questions asked in two ways, side by side in the items of a list, or at two efforts, side by side in two
//! columns; and what several models said, a column each. Each way becomes a [[trace]] of its own. Not ways that are told by a column's values: that is `arm`.

use std::collections::BTreeSet;

use super::content::pairs;
use super::fits::{answers, decides};
use super::guess::{Guess, quoted};
use super::layout::{Layout, Leaf, normal};
use super::whole::is_minus_one;
use crate::mapping::path::{Path, Step};

/// One way of asking, as it differs from the first.
#[derive(Debug, Default)]
pub(super) struct Variant {
    /// Paths of the first way, each with the one that stands in its place.
    paths: Vec<(String, String)>,
    /// The lists of rows of this way alone, where the ways have their own.
    pub(super) each: Option<Vec<Path>>,
    /// A condition under which it was asked.
    pub(super) when: Option<String>,
    /// What it is called: an arm, an effort or a model.
    pub(super) called: Option<Guess>,
    /// Nothing was planted.
    pub(super) is_plain: bool,
}

impl Variant {
    /// One sample of those that stand side by side.
    pub(super) fn of_sample(paths: Vec<(String, String)>, called: Guess) -> Self {
        Self { paths, called: Some(called), ..Self::default() }
    }

    /// A right-hand side of the first way, for this one.
    pub(super) fn source(&self, source: &str) -> String {
        self.paths.iter().fold(source.to_owned(), |source, (first, own)| source.replace(first, own))
    }
}

type Places = [(&'static str, usize)];

fn leaf<'l>(layout: &'l Layout, places: &Places, target: &str) -> Option<&'l Leaf> {
    let (_, at) = places.iter().find(|(name, _)| *name == target)?;
    layout.leaves.get(*at)
}

/// The ways, the first one first; one alone where nothing stands twice. What they take is marked as used.
pub(super) fn variants(layout: &Layout, places: &Places, used: &mut [bool]) -> Vec<Variant> {
    let found = of_items(layout, places, used).or_else(|| of_columns(layout, places, used));
    found.unwrap_or_else(|| vec![Variant::default()])
}

/// Where in a path the first item of a list is named by its number.
fn numbered(path: &Path) -> Option<(usize, usize)> {
    path.steps().iter().enumerate().find_map(|(at, step)| match step {
        Step::Item(number) => Some((at, *number)),
        _ => None,
    })
}

fn with_item(path: &Path, at: usize, number: usize) -> Path {
    let mut steps = path.steps().to_vec();
    if let Some(step) = steps.get_mut(at) {
        *step = Step::Item(number);
    }
    Path::new(steps)
}

/// Lists of the same rows in several items of one list: `outputs[0].gen[*]` beside `outputs[1].gen[*]`.
fn of_items(layout: &Layout, places: &Places, used: &mut [bool]) -> Option<Vec<Variant>> {
    let results = places.iter().filter(|(target, _)| matches!(*target, "reply" | "reasoning" | "answer" | "verdict"));
    let result = results.filter_map(|(_, at)| layout.leaves.get(*at)).find(|leaf| leaf.path.is_many())?;
    let (at, first) = numbered(&result.path)?;
    let before = result.path.steps().get(..at)?.to_vec();
    let is_here = |path: &Path, number: usize| {
        path.steps().starts_with(&before) && path.steps().get(at) == Some(&Step::Item(number))
    };
    let taken: Vec<&Leaf> = places.iter().filter_map(|(_, at)| layout.leaves.get(*at)).collect();
    let taken: Vec<&Leaf> = taken.into_iter().filter(|leaf| is_here(&leaf.path, first)).collect();
    let find = |path: &Path| layout.leaves.iter().position(|leaf| leaf.path == *path && leaf.count() > 0);
    let numbers: BTreeSet<usize> = layout
        .leaves
        .iter()
        .filter(|leaf| leaf.path.steps().starts_with(&before))
        .filter_map(|leaf| Some(numbered(&leaf.path)?.1))
        .collect();
    let whole = |number: &usize| taken.iter().all(|leaf| find(&with_item(&leaf.path, at, *number)).is_some());
    let numbers: Vec<usize> = numbers.into_iter().filter(whole).collect();
    if numbers.len() < 2 {
        return None;
    }
    let is_cued = cued(layout, places, &numbers, at);
    let list = before.iter().rev().find_map(|step| match step {
        Step::Field(name) => Some(normal(name)),
        _ => None,
    });
    let ways = numbers.iter().map(|number| {
        let own = |leaf: &&Leaf| with_item(&leaf.path, at, *number);
        for path in taken.iter().map(own) {
            if let Some(used) = find(&path).and_then(|at| used.get_mut(at)) {
                *used = true;
            }
        }
        let name = |path: &Path| quoted(&path.to_string());
        let (arm, why) = match is_cued {
            Some(cued) if cued == *number => {
                ("cued".to_owned(), "its answers are more often the ones that were suggested")
            }
            Some(_) => ("uncued".to_owned(), "its answers are less often the ones that were suggested"),
            None => (
                format!("{}-{number}", list.as_deref().unwrap_or("item")),
                "say how these were asked: docs/formats/trace.md",
            ),
        };
        let source = format!("{{ constant = {} }}", quoted(&arm));
        Variant {
            paths: taken.iter().map(|leaf| (name(&leaf.path), name(&own(leaf)))).collect(),
            each: Some(layout.each.iter().filter(|path| is_here(path, *number)).cloned().collect()),
            when: None,
            called: Some(Guess { target: "arm", source, sure: false, why: why.to_owned() }),
            is_plain: arm == "uncued",
        }
    });
    Some(ways.collect())
}

/// Of two ways with a suggested option, the one whose answers meet it more often.
fn cued(layout: &Layout, places: &Places, numbers: &[usize], at: usize) -> Option<usize> {
    let (answer, target) = (leaf(layout, places, "answer")?, leaf(layout, places, "cue.target")?);
    let of = |leaf: &Leaf, number: usize| {
        let path = with_item(&leaf.path, at, number);
        layout.leaves.iter().find(|leaf| leaf.path == path)
    };
    let met = |number: usize| {
        let pairs = pairs(of(answer, number)?, of(target, number)?);
        Some(pairs.iter().filter(|(said, suggested)| said == suggested).count())
    };
    let [one, other] = numbers else { return None };
    let (of_one, of_other) = (met(*one)?, met(*other)?);
    (of_one != of_other).then_some(if of_one > of_other { *one } else { *other })
}

/// Columns called like models, at least two of them, that hold the same kind of result: the places, the first one first, and what they hold.
pub(super) fn models(layout: &Layout, used: &[bool]) -> Option<(&'static str, Vec<usize>)> {
    let is_model =
        |leaf: &Leaf| leaf.path.steps().len() == 1 && leaf.count() > 0 && is_called_like_a_model(&name_of(leaf));
    let called: Vec<usize> =
        layout.leaves.iter().enumerate().filter(|(at, leaf)| !used[*at] && is_model(leaf)).map(|(at, _)| at).collect();
    let all = |fits: fn(&Leaf) -> bool| called.iter().filter_map(|at| layout.leaves.get(*at)).all(fits);
    let target = match (all(decides), all(answers)) {
        (true, _) => "verdict",
        (false, true) => "answer",
        (false, false) => return None,
    };
    (called.len() > 1).then_some((target, called))
}

/// The ways of such columns: a [[trace]] for each model.
pub(super) fn of_models(layout: &Layout, columns: &[usize]) -> Vec<Variant> {
    let leaves: Vec<&Leaf> = columns.iter().filter_map(|at| layout.leaves.get(*at)).collect();
    let path = |leaf: &Leaf| quoted(&leaf.path.to_string());
    let way = |leaf: &&Leaf| {
        let source = format!("{{ constant = {} }}", quoted(&name_of(leaf)));
        let why = "the column is called like a model".to_owned();
        let paths = leaves.first().map(|first| (path(first), path(leaf)));
        let called = Some(Guess { target: "model", source, sure: false, why });
        Variant { paths: paths.into_iter().collect(), called, ..Variant::default() }
    };
    leaves.iter().map(way).collect()
}

fn name_of(leaf: &Leaf) -> String {
    let last = leaf.path.steps().iter().rev().find_map(|step| match step {
        Step::Field(name) => Some(name.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

/// Whether a name is that of a model of one of the families that have names of their own, with what tells it from others of its family.
fn is_called_like_a_model(name: &str) -> bool {
    const FAMILIES: &[&str] = &[
        "chatgpt",
        "claude",
        "codestral",
        "command-r",
        "deepseek",
        "gemini",
        "gemma",
        "glm",
        "gpt",
        "grok",
        "kimi",
        "llama",
        "magistral",
        "mistral",
        "mixtral",
        "nemotron",
        "o1",
        "o3",
        "o4",
        "olmo",
        "phi",
        "qwen",
        "qwq",
    ];
    let name = name.trim().to_lowercase();
    let base = name.rsplit('/').next().unwrap_or(&name);
    FAMILIES.iter().any(|family| base.strip_prefix(family).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))
}

/// What a name says of an effort, beside the same name without it.
const EFFORTS: &[&str] =
    &["cot", "withcot", "chainofthought", "thinking", "withthinking", "reasoning", "withreasoning"];

/// Results in two columns of which one is called like the other, with an effort: `acc` beside `acc_cot`.
fn of_columns(layout: &Layout, places: &Places, used: &mut [bool]) -> Option<Vec<Variant>> {
    const RESULTS: &[&str] = &["scores.score", "verdict", "answer", "reply"];
    if places.iter().any(|(target, _)| *target == "effort") {
        return None;
    }
    let effort = |base: &Leaf, other: &Leaf| {
        let (base, other) = (base.name(), other.name());
        let rest = other.strip_prefix(base.as_str()).or_else(|| other.strip_suffix(base.as_str()))?;
        EFFORTS.iter().copied().find(|word| *word == rest)
    };
    let mut pairs = Vec::new();
    for base in RESULTS.iter().filter_map(|target| leaf(layout, places, target)) {
        let mut free = layout.leaves.iter().enumerate().filter(|(at, other)| !used[*at] && other.count() > 0);
        pairs.extend(free.find_map(|(at, other)| Some((base, at, other, effort(base, other)?))));
    }
    let (.., name) = *pairs.first()?;
    pairs.iter().for_each(|(_, at, ..)| used[*at] = true);
    let path = |leaf: &Leaf| quoted(&leaf.path.to_string());
    // A number below zero among shares and counts says that nothing was measured.
    let when = |leaf: &Leaf| {
        // What is rare stands beyond the records that are looked at closely.
        let whole = leaf.whole.as_ref().map(|(column, _)| column);
        let has_minus_one =
            leaf.numbers.iter().any(|number| is_minus_one(*number)) || whole.is_some_and(|column| column.is_minus_one);
        let is_negative = leaf.numbers.iter().any(|number| *number < 0.0 && !is_minus_one(*number))
            || whole.is_some_and(|column| column.is_negative);
        (has_minus_one && !is_negative).then(|| format!("[{{ value = {}, not = -1 }}]", path(leaf)))
    };
    let called = |name: &str, why: &str| {
        let source = format!("{{ constant = {} }}", quoted(name));
        Some(Guess { target: "effort", source, sure: false, why: why.to_owned() })
    };
    let plain = Variant {
        when: pairs.iter().find_map(|(base, ..)| when(base)),
        called: called("none", "the column without a word for it"),
        ..Variant::default()
    };
    let with = Variant {
        paths: pairs.iter().map(|(base, _, other, _)| (path(base), path(other))).collect(),
        when: pairs.iter().find_map(|(_, _, other, _)| when(other)),
        called: called(name, "the column's name ends with it"),
        ..Variant::default()
    };
    Some(vec![plain, with])
}
