//! What the columns of an unknown file hold, where their names do not tell: which one repeats like a question's id, which one reads like an
//! answer, which one is settled by the question. Everything here is a guess; what a field is called is `guess`.

use std::collections::BTreeMap;

use candor_verify::Outcome;

use super::arm;
use super::guess::quoted;
use super::layout::{Cell, Layout, Leaf, normal};
use crate::mapping::scalar::Scalar;

/// What names the question, for telling samples of one question from other questions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit<'l> {
    Column(&'l Leaf),
    /// Every record is a question of its own.
    Record,
}

/// Parts of names that speak of an identifier.
const IDENTIFIERS: &[&str] = &[
    "id", "ref", "key", "hash", "code", "question", "problem", "item", "task", "case", "prompt", "quiz", "frage",
    "aufgabe",
];
/// Parts of names that count samples of one question.
const COUNTERS: &[&str] =
    &["take", "attempt", "sample", "trial", "repeat", "try", "run", "round", "seed", "iter", "rep", "replica"];
/// Names that number records more often than questions.
const RECORD_NUMBERS: &[&str] = &["id", "uid", "uuid", "idx", "index", "key", "hash", "sampleid"];
/// Parts of names that speak of a condition and not of a result.
const CONDITIONS: &[&str] = &[
    "hint",
    "nudg",
    "cue",
    "bias",
    "flag",
    "cach",
    "stream",
    "retr",
    "error",
    "trunc",
    "finish",
    "timeout",
    "test",
    "train",
    "control",
    "treat",
    "exit",
    "returncode",
    "errno",
];
/// Parts of names of what was said: no question is called like it.
const SAID: &[&str] = &["answer", "reply", "response", "output", "completion", "message", "said"];
pub(super) const LONGEST_ANSWER: usize = 40;
/// A longer text is said and asks nothing.
const LONGEST_NAME: usize = 2000;

pub(super) fn names(leaf: &Leaf, parts: &[&str]) -> bool {
    let name = leaf.name();
    parts.iter().any(|part| name.contains(part))
}

fn counts(leaf: &Leaf) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for cell in &leaf.cells {
        *counts.entry(cell.text.as_str()).or_default() += 1;
    }
    counts
}

/// Whether a name ends like one of an identifier or speaks of a question.
fn named_identifier(leaf: &Leaf) -> bool {
    names(leaf, IDENTIFIERS) && !names(leaf, COUNTERS)
}

/// Whether the values could name something: whole numbers, texts with a digit, or whole sentences.
fn is_identifier(leaf: &Leaf) -> bool {
    if leaf.bools > 0 || leaf.cells.is_empty() || leaf.nulls * 10 > leaf.cells.len() {
        return false;
    }
    if leaf.is_number() {
        return leaf.is_whole();
    }
    let named = named_identifier(leaf);
    let fits = leaf.cells.iter().filter(|cell| {
        // A decimal comma makes a number no name either.
        let fraction = cell.text.contains(['.', ',']) && cell.text.replacen(',', ".", 1).parse::<f64>().is_ok();
        let has_digit = cell.text.bytes().any(|byte| byte.is_ascii_digit());
        !fraction && (named || has_digit || cell.text.len() >= 20)
    });
    fits.count() * 10 >= leaf.cells.len() * 9
}

/// Whether the values of an identifier stand equally often, each more than once; the last one may be cut off.
pub(super) fn repeats_evenly(leaf: &Leaf) -> bool {
    let mut sizes: Vec<usize> = counts(leaf).into_values().collect();
    sizes.sort_unstable();
    let Some(middle) = sizes.get(sizes.len() / 2).copied().filter(|middle| *middle >= 2 && sizes.len() >= 2) else {
        return false;
    };
    let near = sizes.iter().filter(|size| **size * 2 >= middle && **size <= middle * 2).count();
    (near + 1) * 10 >= sizes.len() * 9
}

/// Whether every value is another one.
pub(super) fn all_distinct(leaf: &Leaf) -> bool {
    leaf.cells.len() >= 2 && counts(leaf).len() == leaf.cells.len()
}

/// The column whose values name the questions, by how they repeat; with why.
pub(super) fn unit(layout: &Layout, used: &[bool]) -> Option<(usize, &'static str)> {
    // A sample's own field does not name the question.
    let free = || {
        let free = layout.leaves.iter().enumerate().filter(|(at, _)| !used[*at]);
        let free = free.filter(|(_, leaf)| !leaf.path.is_many() && is_identifier(leaf) && !arm::is_named(leaf));
        let free = free.filter(|(_, leaf)| !names(leaf, SAID) || names(leaf, &["question", "id"]));
        free.filter(|(_, leaf)| !leaf.measures() && leaf.mean_length() <= LONGEST_NAME)
    };
    let best = |even: bool| {
        free()
            .filter(|(_, leaf)| !names(leaf, COUNTERS) && counts(leaf).len() >= 2 && !all_distinct(leaf))
            .filter(|(_, leaf)| !even || repeats_evenly(leaf))
            .filter(|(_, leaf)| even || named_identifier(leaf))
            .max_by_key(|(at, leaf)| (named_identifier(leaf), counts(leaf).len(), std::cmp::Reverse(*at)))
            .map(|(at, _)| at)
    };
    if let Some(at) = best(true) {
        return Some((at, "its values repeat, each about equally often"));
    }
    if let Some(at) = best(false) {
        return Some((at, "its values repeat and its name reads like an identifier"));
    }
    let distinct = free().filter(|(_, leaf)| all_distinct(leaf) && leaf.nulls == 0);
    if let Some((at, _)) = distinct.min_by_key(|(at, leaf)| (leaf.mean_length() > 200, *at)) {
        return Some((at, "the first column in which every value is another one"));
    }
    // Records that share something like a name are not questions of their own.
    let shared = free().filter(|(_, leaf)| leaf.is_text() && !names(leaf, COUNTERS) && counts(leaf).len() >= 2);
    let most = shared.max_by_key(|(at, leaf)| (counts(leaf).len(), std::cmp::Reverse(*at)))?;
    Some((most.0, "its values read like names and repeat"))
}

/// The column that names the questions better than one that numbers the records.
pub(super) fn instead_of(layout: &Layout, used: &[bool], unit_at: usize) -> Option<(usize, &'static str)> {
    let chosen = &layout.leaves[unit_at];
    if !RECORD_NUMBERS.contains(&chosen.name().as_str()) || !all_distinct(chosen) {
        return None;
    }
    let (at, why) = unit(layout, used)?;
    let leaf = &layout.leaves[at];
    (named_identifier(leaf) && repeats_evenly(leaf)).then_some((at, why))
}

/// The column that tells the questions apart more finely: each of its values belongs to one of the values of the column that was chosen, and every
/// model has it once.
pub(super) fn finer(layout: &Layout, used: &[bool], unit_at: usize, model: &Leaf) -> Option<(usize, &'static str)> {
    let unit = &layout.leaves[unit_at];
    let free = layout.leaves.iter().enumerate().filter(|(at, _)| !used[*at]);
    let mut free = free.filter(|(_, leaf)| !leaf.path.is_many() && is_identifier(leaf) && names(leaf, &["id"]));
    let found = free.find(|(_, leaf)| {
        let mut of: BTreeMap<&str, &str> = BTreeMap::new();
        let belongs = pairs(leaf, unit).into_iter().all(|(own, unit)| *of.entry(own).or_insert(unit) == unit);
        let mut asked: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        pairs(leaf, model).into_iter().for_each(|pair| *asked.entry(pair).or_default() += 1);
        belongs
            && of.len() > counts(unit).len()
            && counts(model).len() >= 2
            && !all_distinct(leaf)
            && asked.values().all(|count| *count == 1)
    })?;
    Some((found.0, "tells the questions apart more finely, once for every model"))
}

/// Pairs of values that stand in the same row; the value of a record goes with each of its rows.
pub(super) fn pairs<'l>(one: &'l Leaf, other: &'l Leaf) -> Vec<(&'l str, &'l str)> {
    let row = |leaf: &Leaf, row: usize| if leaf.path.is_many() { row } else { 0 };
    // The finer of the two gives the rows.
    let turned = other.path.is_many() && !one.path.is_many();
    let (fine, coarse) = if turned { (other, one) } else { (one, other) };
    let there: BTreeMap<(usize, usize), &str> =
        coarse.cells.iter().map(|cell| ((cell.record, row(coarse, cell.row)), cell.text.as_str())).collect();
    let found = fine.cells.iter().filter_map(|cell| {
        let met = *there.get(&(cell.record, row(coarse, cell.row)))?;
        Some(if turned { (met, cell.text.as_str()) } else { (cell.text.as_str(), met) })
    });
    found.collect()
}

/// Of all pairs of samples of one question, how many there are and how many say the same.
fn within(leaf: &Leaf, unit: Unit<'_>) -> (usize, usize) {
    let mut groups: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    match unit {
        Unit::Column(column) => {
            for (value, key) in pairs(leaf, column) {
                *groups.entry(key.to_owned()).or_default().entry(value).or_default() += 1;
            }
        }
        Unit::Record => {
            for cell in &leaf.cells {
                *groups.entry(cell.record.to_string()).or_default().entry(&cell.text).or_default() += 1;
            }
        }
    }
    let two = |count: usize| count * count.saturating_sub(1) / 2;
    groups.values().fold((0, 0), |(all, same), values| {
        (all + two(values.values().sum()), same + values.values().map(|count| two(*count)).sum::<usize>())
    })
}

/// Whether every question has one value, and not all questions the same.
pub(super) fn settled(leaf: &Leaf, unit: Unit<'_>) -> bool {
    let (all, same) = within(leaf, unit);
    all == same && counts(leaf).len() >= 2
}

fn is_short(leaf: &Leaf) -> bool {
    let fraction = leaf.numbers.iter().any(|number| number.fract() != 0.0)
        || leaf.texts.iter().any(|text| text.begins.contains('.') && text.begins.parse::<f64>().is_ok());
    leaf.bools == 0 && !leaf.cells.is_empty() && !fraction && leaf.mean_length() <= LONGEST_ANSWER
}

/// Whether nothing stands there but 0 and 1: that decides something, and answers nothing unless its name says so.
fn is_bit(leaf: &Leaf) -> bool {
    leaf.cells.iter().all(|cell| matches!(cell.text.trim(), "0" | "1" | "0.0" | "1.0"))
}

fn agreement(one: &Leaf, other: &Leaf) -> (usize, usize) {
    let pairs = pairs(one, other);
    (pairs.iter().filter(|(left, right)| left == right).count(), pairs.len())
}

/// Whether two columns say the same in at least one row of seven, but not in all.
fn agree(one: &Leaf, other: &Leaf) -> bool {
    let (same, all) = agreement(one, other);
    same >= 2 && same * 7 >= all && same < all && counts(one).len() >= 2 && counts(other).len() >= 2
}

/// The column that reads like an answer; with why. `gold` is the column of the right answers, where it is known.
pub(super) fn answer(
    layout: &Layout,
    used: &[bool],
    unit: Unit<'_>,
    gold: Option<&Leaf>,
) -> Option<(usize, &'static str)> {
    const PARTS: &[&str] = &[
        "pick", "select", "guess", "ans", "chos", "said", "say", "verdict", "given", "respon", "letter", "decision",
        "output", "result",
    ];
    let rows = !layout.each.is_empty();
    let free: Vec<(usize, &Leaf)> = layout
        .leaves
        .iter()
        .enumerate()
        .filter(|(at, leaf)| !used[*at] && is_short(leaf) && !leaf.measures() && (!rows || leaf.path.is_many()))
        .filter(|(_, leaf)| !leaf.is_of_the_question())
        .filter(|(_, leaf)| counts(leaf).len() >= 2 && !names(leaf, COUNTERS) && !names(leaf, CONDITIONS))
        .filter(|(_, leaf)| leaf.nulls * 2 <= leaf.cells.len())
        .collect();
    let named = |leaf: &Leaf| names(leaf, PARTS);
    let free: Vec<(usize, &Leaf)> = free.into_iter().filter(|(_, leaf)| !is_bit(leaf) || named(leaf)).collect();
    if let Some(gold) = gold {
        let met = free.iter().filter(|(_, leaf)| agree(leaf, gold));
        let best = met.max_by_key(|(at, leaf)| (named(leaf), agreement(leaf, gold).0, std::cmp::Reverse(*at)));
        if let Some((at, _)) = best {
            return Some((*at, "often the same as the right answer"));
        }
    }
    // Samples of one question differ in their answer, but meet again and again.
    let recurring = free.iter().filter_map(|(at, leaf)| {
        let (all, same) = within(leaf, unit);
        (same * 6 >= all && same < all && same > 0).then_some((*at, *leaf))
    });
    let best = recurring.max_by_key(|(at, leaf)| (named(leaf), leaf.is_text(), std::cmp::Reverse(*at)));
    if let Some((at, _)) = best {
        return Some((at, "samples of one question differ in it, but often meet"));
    }
    let paired = free.iter().filter(|(at, leaf)| {
        free.iter().any(|(other, second)| at != other && agree(leaf, second) && !names_gold(leaf))
    });
    let best = paired.max_by_key(|(at, leaf)| (named(leaf), names(leaf, &["ans", "pick"]), std::cmp::Reverse(*at)));
    if let Some((at, _)) = best {
        return Some((*at, "often the same as another column"));
    }
    let few = free.iter().filter(|(_, leaf)| {
        let letters = leaf.is_text() && leaf.mean_length() <= 2;
        let repeats = settled(leaf, unit) && within(leaf, unit).0 > 0;
        (named(leaf) || letters) && !repeats && !names_gold(leaf) && counts(leaf).len() * 2 <= leaf.cells.len().max(8)
    });
    let best = few.max_by_key(|(at, leaf)| (named(leaf), std::cmp::Reverse(*at)))?;
    Some((best.0, "short values, few of them different"))
}

/// Whether the name speaks of right answers.
pub(super) fn names_gold(leaf: &Leaf) -> bool {
    names(
        leaf,
        &["right", "true", "truth", "key", "soll", "correct", "solution", "gold", "expect", "official", "label"],
    )
}

/// The column that holds the right answers, given the one that holds the answers; with why.
pub(super) fn gold(layout: &Layout, used: &[bool], unit: Unit<'_>, answer: &Leaf) -> Option<(usize, &'static str)> {
    let free = layout.leaves.iter().enumerate();
    let free = free.filter(|(at, leaf)| !used[*at] && is_short(leaf) && !leaf.measures());
    let free = free.filter(|(_, leaf)| !is_bit(leaf) || names_gold(leaf));
    let fits = free.filter(|(_, leaf)| settled(leaf, unit) && agree(leaf, answer) && !names(leaf, CONDITIONS));
    let best = fits.max_by_key(|(at, leaf)| (names_gold(leaf), agreement(leaf, answer).0, std::cmp::Reverse(*at)))?;
    Some((best.0, "one value a question, often the same as the answer"))
}

/// How often a column of right answers says the same as the column of the layout that meets it most, where one does so often enough.
pub(super) fn met(layout: &Layout, used: &[bool], gold: &Leaf) -> usize {
    let free = layout.leaves.iter().zip(used).filter(|(leaf, used)| !**used && is_short(leaf));
    free.filter(|(leaf, _)| agree(leaf, gold)).map(|(leaf, _)| agreement(leaf, gold).0).max().unwrap_or(0)
}

/// The column of truth values that could say whether the answer was right; with why.
pub(super) fn verdict(layout: &Layout, used: &[bool], decides: fn(&Leaf) -> bool) -> Option<(usize, &'static str)> {
    let rows = !layout.each.is_empty();
    let fits = layout.leaves.iter().enumerate().filter(|(at, leaf)| {
        let varies = counts(leaf).len() == 2;
        !used[*at] && varies && decides(leaf) && (!rows || leaf.path.is_many())
    });
    let fits: Vec<usize> =
        fits.filter(|(_, leaf)| !names(leaf, CONDITIONS) && !names(leaf, COUNTERS)).map(|(at, _)| at).collect();
    match fits.as_slice() {
        [at] | [at, _] => Some((*at, "nothing but yes and no, and nothing else says what came of it")),
        // Of several nobody can tell.
        _ => None,
    }
}

/// The column of a few words of which some say right and others wrong, with the right-hand side that reads them: every word that says neither counts as wrong.
pub(super) fn verdict_in_words(layout: &Layout, used: &[bool]) -> Option<(usize, String)> {
    const MOST: usize = 8;
    const RIGHT: &[&str] = &["pass", "passed", "correct", "right", "solved", "resolved", "accepted"];
    const WRONG: &[&str] = &["fail", "failed", "wrong", "incorrect", "unsolved", "unresolved", "rejected"];
    let rows = !layout.each.is_empty();
    let free = layout.leaves.iter().enumerate().filter(|(at, leaf)| {
        !used[*at] && leaf.is_text() && !names(leaf, CONDITIONS) && (!rows || leaf.path.is_many())
    });
    let mut found = free.filter_map(|(at, leaf)| {
        let values = leaf.values().filter(|values| (3..=MOST).contains(&values.len()))?;
        let is = |words: &[&str], value: &String| words.contains(&normal(value).as_str());
        let says = |words: &[&str]| values.iter().any(|value| is(words, value));
        if !says(RIGHT) || !says(WRONG) {
            return None;
        }
        let entry = |value: &String| {
            // Words that a mapping reads as another outcome keep it.
            let known = Scalar::Text(value.as_str().into()).outcome();
            let called = match known {
                _ if is(RIGHT, value) => "correct",
                Some(Outcome::NoAnswer) => "no_answer",
                Some(Outcome::Error) => "error",
                _ => "wrong",
            };
            format!("{} = {}", quoted(value), quoted(called))
        };
        let map: Vec<String> = values.iter().filter(|value| !value.is_empty()).map(entry).collect();
        Some((at, format!("{{ path = {}, map = {{ {} }} }}", quoted(&leaf.path.to_string()), map.join(", "))))
    });
    found.next()
}

/// The column of yes and no that says of nearly every sample whether its answer is the right one: what the source itself decided, also where there is
/// no answer.
pub(super) fn verdict_beside(
    layout: &Layout,
    used: &[bool],
    (answer, gold): (&Leaf, &Leaf),
    decides: fn(&Leaf) -> bool,
) -> Option<(usize, &'static str)> {
    const FEWEST: usize = 10;
    let rows = !layout.each.is_empty();
    let place = |leaf: &Leaf, cell: &Cell| (cell.record, if leaf.path.is_many() { cell.row } else { 0 });
    let of = |leaf: &Leaf| -> BTreeMap<(usize, usize), String> {
        leaf.cells.iter().map(|cell| (place(leaf, cell), cell.text.trim().to_lowercase())).collect()
    };
    let (answers, golds) = (of(answer), of(gold));
    let found =
        layout.leaves.iter().enumerate().filter(|(at, leaf)| {
            !used[*at] && counts(leaf).len() == 2 && decides(leaf) && (!rows || leaf.path.is_many())
        });
    let mut found = found.filter(|(_, leaf)| {
        // Of the right answers and of the others: a column that nearly always says no says nothing of either.
        let (mut seen, mut same) = ([0, 0], [0, 0]);
        for cell in &leaf.cells {
            let at = place(leaf, cell);
            let Some(answer) = answers.get(&at).or_else(|| answers.get(&(at.0, 0))).filter(|text| !text.is_empty())
            else {
                continue;
            };
            let Some(gold) = golds.get(&at).or_else(|| golds.get(&(at.0, 0))) else { continue };
            let is_right = answer == gold;
            // As a mapping would read it.
            let says = Scalar::Text(cell.text.as_str().into()).outcome() == Some(Outcome::Correct);
            seen[usize::from(is_right)] += 1;
            same[usize::from(is_right)] += usize::from(says == is_right);
        }
        let agrees = |at: usize| seen[at] > 0 && same[at] * 20 >= seen[at] * 19;
        seen[0] + seen[1] >= FEWEST && agrees(0) && agrees(1)
    });
    found.next().map(|(at, _)| (at, "yes where the answer is the right one, no where it is not"))
}

/// The long texts that differ between samples of one question, the longest first.
pub(super) fn texts(layout: &Layout, used: &[bool], unit: Unit<'_>) -> Vec<usize> {
    let rows = !layout.each.is_empty();
    let fits = layout.leaves.iter().enumerate().filter(|(at, leaf)| {
        let (all, same) = within(leaf, unit);
        let long = leaf.is_text() && leaf.mean_length() > LONGEST_ANSWER;
        // What stands there again and again was not said anew each time.
        let is_new = counts(leaf).len() * 2 >= leaf.cells.len();
        !used[*at] && long && is_new && (!rows || leaf.path.is_many()) && all > 0 && same * 10 <= all
    });
    let mut fits: Vec<(usize, usize)> = fits.map(|(at, leaf)| (at, leaf.mean_length())).collect();
    fits.sort_by_key(|(at, length)| (std::cmp::Reverse(*length), *at));
    fits.into_iter().map(|(at, _)| at).collect()
}
