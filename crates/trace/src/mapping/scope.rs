//! What a field may look at while one trace is made: the record, the row, the captured keys, the side tables. Not the fields.

use std::cell::OnceCell;

use super::field::Field;
use super::selection::{Go, Picked, Slots};
use super::side_table::Table;
use crate::error::Problem;
use crate::mapping::scalar::Scalar;

/// One row of the lists that a template goes through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row<'r> {
    /// Which row, from 0, and of how many.
    pub(crate) number: usize,
    pub(crate) of: usize,
    /// The position in the list, level by level.
    pub(crate) items: Vec<usize>,
    /// The captured keys with their names.
    pub(crate) keys: Vec<(&'r str, &'r str)>,
}

/// Everything that a field may look at.
#[derive(Debug)]
pub(crate) struct Scope<'r> {
    pub(crate) record: &'r Picked<'r>,
    /// The fields that the record has.
    pub(crate) slots: Slots,
    /// The number of the record in its file, from 1.
    pub(crate) number: u64,
    /// Captured from the name of the file and on the way to the record.
    pub(crate) captures: &'r [String],
    pub(crate) row: &'r Row<'r>,
    /// The differences of cumulative counters, by the number of the counter.
    pub(crate) differences: &'r [Option<Scalar<'static>>],
    pub(crate) tables: &'r [Option<std::sync::Arc<Table>>],
    /// The fields that name the row of a side table, by table.
    pub(crate) on: &'r [Vec<Field>],
    pub(crate) joined: Vec<OnceCell<Option<&'r Picked<'static>>>>,
}

impl<'r> Scope<'r> {
    /// Follows a way from the record.
    pub(crate) fn find(&self, way: &[Go]) -> &'r Picked<'r> {
        follow(self.record, way, self.row)
    }

    /// The record of a side table that belongs to this row.
    pub(crate) fn joined(&self, table: usize) -> Result<Option<&'r Picked<'static>>, Problem> {
        if let Some(found) = self.joined[table].get() {
            return Ok(*found);
        }
        let found = match &self.tables[table] {
            None => None,
            Some(side) => match super::side_table::key(&self.on[table], self)? {
                None => None,
                Some(key) => side.get(&key),
            },
        };
        Ok(*self.joined[table].get_or_init(|| found))
    }
}

static MISSING: Picked<'static> = Picked::Missing;

/// Follows a way through what was picked.
#[inline]
pub(crate) fn follow<'r>(mut at: &'r Picked<'r>, way: &[Go], row: &Row<'_>) -> &'r Picked<'r> {
    for go in way {
        let next = match (go, at.inside()) {
            (Go::Field(slot), Picked::Object(object)) => object.field(*slot),
            (Go::Item(index), Picked::List(list)) => list.items.get(*index),
            (Go::Row(level), Picked::List(list)) => row.items.get(*level).and_then(|index| list.items.get(*index)),
            (Go::Capture(name), object) => {
                row.keys.iter().find(|(seen, _)| seen == name).and_then(|(_, key)| object.entry(key))
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return &MISSING,
        }
    }
    at
}
