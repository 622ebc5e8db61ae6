//! A side table: another file whose records are found by a key. Loaded whole, bounded. Not the file's format.

use std::collections::BTreeMap;

use super::field::Field;
use super::scope::{Row, Scope};
use super::selection::{Picked, Selection};
use crate::error::Problem;

/// Records by their key.
#[derive(Debug, Default)]
pub(crate) struct Table {
    records: BTreeMap<String, Picked<'static>>,
}

impl Table {
    /// The record of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Picked<'static>> {
        self.records.get(key)
    }

    /// Adds a record under the key that its own fields give. A key that stands twice is refused: which of the two was meant cannot be
    /// known.
    pub(crate) fn add(&mut self, record: Picked<'_>, captures: &[String], fields: &[Field]) -> Result<(), Problem> {
        let row = Row { number: 0, of: 1, ..Row::default() };
        let scope = Scope {
            record: &record,
            slots: record.slots(),
            number: 0,
            captures,
            row: &row,
            differences: &[],
            tables: &[],
            on: &[],
            joined: Vec::new(),
        };
        let Some(key) = key(fields, &scope)? else {
            return Err(Problem::new(&fields[0].name, "a key for every record of a side table", "nothing"));
        };
        drop(scope);
        if self.records.contains_key(&key) {
            return Err(Problem::new(
                &fields[0].name,
                "every key once",
                format!("\"{}\" twice", key.replace(BETWEEN, ", ")),
            )
            .hint("name more fields in `key` and `on`, so that each record has a key of its own"));
        }
        self.records.insert(key, record.into_owned());
        Ok(())
    }
}

/// Stands between the parts of a key; a control character that no foreign key is likely to hold.
const BETWEEN: &str = "\u{1f}";

/// The key that some fields give together; `None` where one of them is not there.
pub(crate) fn key(fields: &[Field], scope: &Scope<'_>) -> Result<Option<String>, Problem> {
    let mut key = String::new();
    for (at, field) in fields.iter().enumerate() {
        let Some(part) = field.value(scope)? else { return Ok(None) };
        if at > 0 {
            key.push_str(BETWEEN);
        }
        key.push_str(&part.text().map_err(|expected| field.problem(expected, &part.shown()))?);
    }
    Ok(Some(key))
}

/// A side table as a mapping describes it.
#[derive(Debug, Clone)]
pub(crate) struct SidePlan {
    pub(crate) name: String,
    pub(crate) files: super::pattern::Pattern,
    pub(crate) shape: super::Shape,
    pub(crate) selection: Selection,
    pub(crate) key: Vec<Field>,
    pub(crate) optional: bool,
}
