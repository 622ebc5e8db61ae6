//! Columns that stand there once for every sample and are told apart by a number in their names: `try_1` to `try_8`, or `run0_answer` and
//! `run0_correct` to `run4_correct`. Each number becomes a [[trace]] of its own. Not options, steps or turns, which are numbered too: those
//! belong to one sample.

use std::collections::{BTreeMap, BTreeSet};

use super::fits::{decides, prose, short};
use super::guess::{Guess, quoted};
use super::layout::{Layout, Leaf, normal};
use super::targets::target_of;
use super::variant::Variant;
use crate::mapping::path::Step;

/// Words that say that a column holds one of several samples.
const SAMPLES: &[&str] = &[
    "sample",
    "attempt",
    "trial",
    "try",
    "take",
    "run",
    "repeat",
    "repetition",
    "replicate",
    "rep",
    "draw",
    "iteration",
    "seed",
    "generation",
    "gen",
];
/// Words that say that it holds what came of one.
const RESULTS: &[&str] = &[
    "answer",
    "ans",
    "prediction",
    "predicted",
    "pred",
    "response",
    "completion",
    "output",
    "reply",
    "correct",
    "verdict",
    "reasoning",
    "cot",
];
/// Words that say that it holds something else of which a question or a sample has several.
const OTHERS: &[&str] = &[
    "option",
    "choice",
    "hint",
    "step",
    "turn",
    "shot",
    "level",
    "gold",
    "expected",
    "reference",
    "truth",
    "target",
    "label",
    "tool",
    "example",
    "prompt",
    "question",
    "input",
    "document",
    "context",
    "passat",
    "top",
    "maj",
];
/// More columns than this are no samples but a table of measurements.
const MOST: usize = 256;
/// Values at least this long on average are texts: options may be as long, but are seldom all.
const LONG: usize = 40;

/// The columns that go with one another.
#[derive(Debug)]
pub(super) struct Numbered {
    /// The numbers in their names, rising.
    numbers: Vec<usize>,
    /// For every name without its number: the columns, in the order of the numbers.
    columns: Vec<(String, Vec<usize>)>,
}

impl Numbered {
    /// The numbered columns of a layout, if it has some that are samples.
    pub(super) fn of(layout: &Layout) -> Option<Self> {
        if !layout.each.is_empty() || layout.keyed {
            return None;
        }
        let mut groups: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
        for (at, leaf) in layout.leaves.iter().enumerate().filter(|(_, leaf)| leaf.count() > 0) {
            for (stem, number) in stems(leaf) {
                groups.entry(stem).or_default().insert(number, at);
            }
        }
        groups.retain(|stem, columns| is_run(columns) && !has_word(stem, OTHERS) && alike(layout, columns));
        let leads = |stem: &str, columns: &BTreeMap<usize, usize>| {
            has_word(stem, SAMPLES) || has_word(stem, RESULTS) && columns.values().all(|at| of(layout, *at).is_some())
        };
        let most = groups
            .iter()
            .filter(|(stem, columns)| leads(stem, columns) && repeats(layout, columns))
            .max_by_key(|(_, columns)| columns.len())
            .map(|(_, columns)| columns.keys().copied().collect::<Vec<usize>>())?;
        groups.retain(|_, columns| columns.keys().eq(most.iter()));
        let columns = groups.into_iter().map(|(stem, columns)| (stem, columns.into_values().collect()));
        Some(Self { numbers: most, columns: columns.collect() })
    }

    /// What the columns hold: a target with its column of the first number, each target once.
    pub(super) fn targets(&self, layout: &Layout) -> Vec<(&'static str, usize)> {
        let mut taken: Vec<(&'static str, usize)> = Vec::new();
        for (stem, columns) in &self.columns {
            let Some((at, leaf)) = columns.first().and_then(|at| Some((*at, of(layout, *at)?))) else { continue };
            let rest: String = words(stem).into_iter().filter(|word| !SAMPLES.contains(&word.as_str())).collect();
            let by_content = || match leaf {
                leaf if decides(leaf) => Some("verdict"),
                leaf if prose(leaf) && leaf.mean_length() >= LONG => Some("reply"),
                leaf if short(leaf) && !leaf.measures() => Some("answer"),
                _ => None,
            };
            let target = target_of(&rest, leaf).or_else(|| rest.is_empty().then(by_content).flatten());
            if let Some(target) = target.filter(|target| !taken.iter().any(|(other, _)| other == target)) {
                taken.push((target, at));
            }
        }
        taken
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().flat_map(|(_, columns)| columns.iter().copied())
    }

    /// A way of asking for every number.
    pub(super) fn variants(&self, layout: &Layout) -> Vec<Variant> {
        let path = |at: &usize| of(layout, *at).map(|leaf| quoted(&leaf.path.to_string()));
        let zero = self.numbers.first().copied().unwrap_or(0);
        let each = self.numbers.iter().enumerate().map(|(place, number)| {
            let pair =
                |(_, columns): &(String, Vec<usize>)| Some((path(columns.first()?)?, path(columns.get(place)?)?));
            let source = format!("{{ constant = {} }}", number - zero);
            let why = "the number in the columns' names".to_owned();
            Variant::of_sample(
                self.columns.iter().filter_map(pair).collect(),
                Guess { target: "sample", source, sure: false, why },
            )
        });
        each.collect()
    }
}

fn of(layout: &Layout, at: usize) -> Option<&Leaf> {
    layout.leaves.get(at)
}

/// A name with one of its numbers taken out, for each of them; nothing for what stands in lists.
fn stems(leaf: &Leaf) -> Vec<(String, usize)> {
    let steps = leaf.path.steps();
    let Some(Step::Field(name)) = steps.last() else { return Vec::new() };
    if !steps.iter().all(|step| matches!(step, Step::Field(_))) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rest = name.as_str();
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        let begins = name.len() - rest.len() + start;
        let (before, after) = (&name[..begins], &name[begins + digits..]);
        if let Ok(number) = name[begins..begins + digits].parse()
            && !before.ends_with('@')
        {
            let way = &leaf.path.to_string();
            let folder = way.strip_suffix(name.as_str()).unwrap_or_default();
            found.push((format!("{folder}{before}\u{0}{after}"), number));
        }
        rest = &rest[start + digits..];
    }
    found
}

/// The words of a name, in lower case: `run_Correct` and `runCorrect` have two.
fn words(stem: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for letter in stem.chars() {
        if !letter.is_alphabetic() || letter.is_uppercase() && lower {
            words.push(String::new());
        }
        lower = letter.is_lowercase();
        if let (true, Some(word)) = (letter.is_alphabetic(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn has_word(stem: &str, of: &[&str]) -> bool {
    let whole = normal(stem);
    words(stem).iter().any(|word| of.iter().any(|name| word == name || word.strip_suffix('s') == Some(name)))
        || of.contains(&whole.as_str())
}

/// Whether the numbers follow one another from 0 or 1.
fn is_run(columns: &BTreeMap<usize, usize>) -> bool {
    let first = columns.keys().next().copied().unwrap_or(2);
    (2..=MOST).contains(&columns.len()) && first < 2 && columns.keys().copied().eq(first..first + columns.len())
}

/// Whether the columns hold the same kind of thing.
fn alike(layout: &Layout, columns: &BTreeMap<usize, usize>) -> bool {
    let kinds = columns.values().filter_map(|at| of(layout, *at));
    let kinds: BTreeSet<(bool, bool)> = kinds.map(|leaf| (leaf.is_text(), leaf.is_number())).collect();
    kinds.len() == 1
}

/// Whether two columns of a record often say the same, as samples of one question do and its options do not; texts need not.
fn repeats(layout: &Layout, columns: &BTreeMap<usize, usize>) -> bool {
    let leaves: Vec<&Leaf> = columns.values().filter_map(|at| of(layout, *at)).collect();
    if leaves.iter().all(|leaf| leaf.is_text() && leaf.mean_length() >= LONG) {
        return true;
    }
    let mut records: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for cell in leaves.iter().flat_map(|leaf| &leaf.cells) {
        records.entry(cell.record).or_default().push(&cell.text);
    }
    let met = records.values().filter(|texts| texts.iter().collect::<BTreeSet<_>>().len() < texts.len()).count();
    met * 5 >= records.len()
}
