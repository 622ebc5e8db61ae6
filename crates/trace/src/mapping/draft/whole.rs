//! What the columns of a whole file hold, beyond the records that a draft looks at closely: the values of columns of few, whether something
//! stands there in every record, and later records of the questions that were seen first. Not what a column means.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{Leaf, gather};
use super::tree::Tree;
use crate::mapping::path::{Path, Step};

/// The values of a column that has more are counted no further.
const MOST_VALUES: usize = 40;
/// A longer one is a text and no value of few.
const LONGEST_VALUE: usize = 80;
const MOST_COLUMNS: usize = 500;
/// Later records that are kept for a closer look, in all and of one question, and how large each may be.
const MOST_KEPT: usize = 1600;
const MOST_OF_A_QUESTION: usize = 64;
const MOST_PARTS: usize = 400;
/// Records that are kept because something stands in a column in which nothing was.
const MOST_NEW: usize = 16;

/// Whether a number is the one that stands where nothing was measured.
pub(super) fn is_minus_one(number: f64) -> bool {
    number.to_bits() == (-1.0_f64).to_bits()
}

/// A column over the whole file.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// `None` where they are too many or too long.
    pub(super) values: Option<BTreeSet<String>>,
    /// In how many records a value stands.
    pub(super) there: u64,
    /// An empty text stands in some.
    pub(super) empty: bool,
    /// A number stands in some that is neither 0 nor 1.
    pub(super) counts: bool,
    /// -1 stands in some; so does another number below 0.
    pub(super) is_minus_one: bool,
    /// See [`Column::is_minus_one`].
    pub(super) is_negative: bool,
}

impl Column {
    fn see(&mut self, tree: &Tree) {
        let value = match tree {
            Tree::Null | Tree::List(_) | Tree::Object(_) => return,
            Tree::Text(text) if text.begins.trim().is_empty() => {
                self.empty = true;
                return;
            }
            Tree::Number(number) => {
                self.counts |= !matches!(number.to_bits(), 0 | 0x3ff0_0000_0000_0000);
                self.is_minus_one |= is_minus_one(*number);
                self.is_negative |= *number < 0.0 && !is_minus_one(*number);
                number.to_string()
            }
            Tree::Bool(truth) => truth.to_string(),
            Tree::Text(text) if text.length > LONGEST_VALUE => {
                self.values = None;
                String::new()
            }
            Tree::Text(text) if self.values.is_some() => text.begins.trim().to_owned(),
            Tree::Text(_) => String::new(),
        };
        self.there += 1;
        if let Some(values) = &mut self.values
            && !values.contains(&value)
        {
            if values.len() < MOST_VALUES {
                values.insert(value);
            } else {
                self.values = None;
            }
        }
    }
}

/// A file on the way through.
#[derive(Debug)]
pub(super) struct Whole<'l> {
    each: &'l [Path],
    /// How many records were looked at closely.
    close: u64,
    /// The column that names the question, with the questions that are looked at and how many later records of each are kept.
    unit: Option<(&'l Path, BTreeMap<String, usize>)>,
    /// Columns in which something was seen.
    filled: BTreeSet<Vec<Step>>,
    new: usize,
    pub(super) columns: BTreeMap<Vec<Step>, Column>,
    pub(super) records: u64,
    pub(super) kept: Vec<Tree>,
}

impl<'l> Whole<'l> {
    /// A file of which so many records were looked at closely, with the leaves and the lists of rows that were found there.
    pub(super) fn of(close: usize, leaves: &'l [Leaf], each: &'l [Path], unit: Option<&'l Leaf>) -> Self {
        let unit = unit.filter(|unit| !unit.path.is_many());
        let questions = |unit: &Leaf| unit.cells.iter().map(|cell| (cell.text.clone(), 0)).collect();
        let filled = leaves.iter().filter(|leaf| leaf.count() > 0).map(|leaf| leaf.path.steps().to_vec());
        Self {
            each,
            close: close as u64,
            unit: unit.map(|unit| (&unit.path, questions(unit))),
            filled: filled.collect(),
            new: 0,
            columns: BTreeMap::new(),
            records: 0,
            kept: Vec::new(),
        }
    }

    /// Takes in the next record.
    pub(super) fn see(&mut self, record: Tree) {
        self.records += 1;
        let (columns, filled, unit) = (&mut self.columns, &self.filled, &self.unit);
        let mut question = None;
        let mut is_new = false;
        let mut parts = 0;
        gather(&record, &mut Vec::new(), self.each, &mut |path, tree| {
            parts += 1;
            let fills = !matches!(tree, Tree::Null);
            is_new |= fills && !filled.contains(path);
            if let Some((of_unit, _)) = unit
                && of_unit.steps() == path
            {
                question = super::layout::shown(tree);
            }
            if let Some(column) = columns.get_mut(path) {
                column.see(tree);
            } else if columns.len() < MOST_COLUMNS {
                let mut column = Column { values: Some(BTreeSet::new()), ..Column::default() };
                column.see(tree);
                columns.insert(path.to_vec(), column);
            }
        });
        let later = self.records > self.close && self.kept.len() < MOST_KEPT && parts <= MOST_PARTS;
        if !later {
            return;
        }
        let mut is_of_a_question = false;
        if let (Some(question), Some((_, questions))) = (question, &mut self.unit)
            && let Some(kept) = questions.get_mut(&question).filter(|kept| **kept < MOST_OF_A_QUESTION)
        {
            *kept += 1;
            is_of_a_question = true;
        }
        let is_new = is_new && self.new < MOST_NEW;
        if is_of_a_question || is_new {
            if is_new {
                self.new += 1;
                let filled = &mut self.filled;
                gather(&record, &mut Vec::new(), self.each, &mut |path, tree| {
                    if !matches!(tree, Tree::Null) {
                        filled.insert(path.to_vec());
                    }
                });
            }
            self.kept.push(record);
        }
    }
}
