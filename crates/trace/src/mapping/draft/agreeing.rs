//! Three columns that speak of each other: an answer, what is right, and whether the two are the same. Whatever they are called and in whatever language, no
//! chance makes a column of two words agree with the equality of two others in every row. Not guesses by names: see `guess`.

use std::collections::{BTreeMap, BTreeSet};

use super::content;
use super::layout::{Layout, Leaf};

/// Rows that must agree, and how often each of the two words must stand.
const ROWS: usize = 20;
const EACH: usize = 3;

/// Columns that are looked at; tables with more have names.
const COLUMNS: usize = 40;

/// The three, by their places among the leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Agreeing {
    pub(super) answer: usize,
    pub(super) gold: usize,
    pub(super) verdict: usize,
    /// The word for right, and the one for wrong.
    pub(super) words: [String; 2],
}

/// The first three that agree.
pub(super) fn agreeing(layout: &Layout) -> Option<Agreeing> {
    let single = layout.leaves.iter().enumerate().filter(|(_, leaf)| !leaf.path.is_many() && leaf.cells.len() >= ROWS);
    let columns: Vec<(usize, Column<'_>)> =
        single.filter_map(|(at, leaf)| Some((at, Column::of(leaf)?))).take(COLUMNS).collect();
    let deciding = || columns.iter().filter(|(_, column)| column.values.len() == 2);
    let answering: Vec<_> = columns.iter().filter(|(_, column)| (2..=1000).contains(&column.values.len())).collect();
    for (place, one) in answering.iter().enumerate() {
        for other in &answering[place + 1..] {
            if one.1.values.intersection(&other.1.values).next().is_none() {
                continue;
            }
            for (verdict, words) in deciding().filter(|(at, _)| *at != one.0 && *at != other.0) {
                let Some(words) = decides(&words.cells, &one.1.cells, &other.1.cells) else { continue };
                let (answer, gold) = roles(layout, one.0, other.0)?;
                return Some(Agreeing { answer, gold, verdict: *verdict, words });
            }
        }
    }
    None
}

/// A column: its values, and what stands in each record.
struct Column<'l> {
    values: BTreeSet<&'l str>,
    cells: BTreeMap<usize, &'l str>,
}

impl<'l> Column<'l> {
    /// Short values, one a record.
    fn of(leaf: &'l Leaf) -> Option<Self> {
        let cells: BTreeMap<usize, &str> = leaf.cells.iter().map(|cell| (cell.record, cell.text.as_str())).collect();
        let values: BTreeSet<&str> = cells.values().copied().collect();
        (leaf.mean_length() <= content::LONGEST_ANSWER && cells.len() == leaf.cells.len())
            .then_some(Self { values, cells })
    }
}

/// The word that stands wherever two columns say the same, and the one that stands wherever they do not; `None` where they mix.
fn decides(
    verdict: &BTreeMap<usize, &str>,
    one: &BTreeMap<usize, &str>,
    other: &BTreeMap<usize, &str>,
) -> Option<[String; 2]> {
    let mut said: [BTreeMap<&str, usize>; 2] = Default::default();
    let mut rows = 0;
    for (record, word) in verdict {
        let (Some(one), Some(other)) = (one.get(record), other.get(record)) else { continue };
        rows += 1;
        *said[usize::from(one != other)].entry(word).or_default() += 1;
    }
    let [right, wrong] = said.map(|words| words.into_iter().collect::<Vec<_>>());
    match (right.as_slice(), wrong.as_slice()) {
        ([(right, agreed)], [(wrong, differed)])
            if rows >= ROWS && *agreed >= EACH && *differed >= EACH && right != wrong =>
        {
            Some([(*right).to_owned(), (*wrong).to_owned()])
        }
        _ => None,
    }
}

/// Which of the two is the answer and which is right: right is what some column settles, else what its name says.
fn roles(layout: &Layout, one: usize, other: usize) -> Option<(usize, usize)> {
    let leaf = |at: usize| layout.leaves.get(at);
    let settled = |at: usize| {
        let units = layout.leaves.iter().enumerate().filter(|(unit, _)| *unit != one && *unit != other);
        let counted = units.filter(|(_, unit)| !unit.path.is_many() && content::repeats_evenly(unit));
        counted
            .filter(|(_, unit)| leaf(at).is_some_and(|leaf| content::settled(leaf, content::Unit::Column(unit))))
            .count()
    };
    match settled(one).cmp(&settled(other)) {
        std::cmp::Ordering::Less => Some((one, other)),
        std::cmp::Ordering::Greater => Some((other, one)),
        std::cmp::Ordering::Equal => {
            let named = |at: usize| {
                leaf(at).is_some_and(|leaf| {
                    content::names(
                        leaf,
                        &["gold", "target", "expect", "truth", "ref", "right", "correct", "solution", "key"],
                    )
                })
            };
            match (named(one), named(other)) {
                (false, true) => Some((one, other)),
                (true, false) => Some((other, one)),
                _ => None,
            }
        }
    }
}
