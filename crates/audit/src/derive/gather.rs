//! From estimates that carry what they were computed from to one table of columns and a recipe for every claim.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use candor_stats::derivation::{Column, Derivation, Told};

use super::{Cell, Derived, Recipe, Step, Without};
use crate::Report;

/// Columns by what is in them, so that each stands once.
#[derive(Default)]
struct Table {
    numbers: BTreeMap<Vec<Cell>, String>,
}

impl Table {
    /// The name of a column; a new one where it was not seen before.
    fn name(&mut self, audit: &str, column: &Column) -> String {
        let next = format!("{audit}.{}", self.numbers.len() + 1);
        match self.numbers.entry(cells(column)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(next).clone(),
        }
    }

    fn step(&mut self, audit: &str, derivation: &Derivation) -> Step {
        let mut parameters: BTreeMap<String, Cell> =
            derivation.told.iter().map(|(name, told)| ((*name).to_owned(), cell(told))).collect();
        if let Some(items) = &derivation.items {
            parameters.insert("items".to_owned(), Cell::Text(self.name(audit, items)));
        }
        Step {
            by: derivation.by.to_owned(),
            of: derivation.of.iter().map(|column| self.name(audit, column)).collect(),
            parts: derivation.parts.iter().map(|part| self.step(audit, part)).collect(),
            parameters,
        }
    }
}

/// A float in its shortest form that reads back as the same number, a whole one within 2^53 as an integer.
fn number(value: f64) -> Cell {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    if value.fract().abs() <= 0.0 && value.abs() <= EXACT && !(value.abs() <= 0.0 && value.is_sign_negative()) {
        return Cell::Whole(value as i64);
    }
    Cell::Text(format!("{value:?}"))
}

fn cell(told: &Told) -> Cell {
    match told {
        Told::Whole(value) => Cell::Whole(*value),
        Told::Real(value) => number(*value),
        Told::Word(word) => Cell::Text(word.clone()),
    }
}

fn cells(column: &Column) -> Vec<Cell> {
    match column {
        Column::Whole(values) => values.iter().map(|value| Cell::Whole(*value)).collect(),
        Column::Real(values) => values.iter().map(|value| number(*value)).collect(),
        Column::Text(values) => values.iter().map(|value| Cell::Text(value.clone())).collect(),
    }
}

/// Why a derivation, or a part of it, cannot be followed.
fn lacks(derivation: &Derivation) -> Option<&'static str> {
    derivation.lacks.or_else(|| derivation.parts.iter().find_map(lacks))
}

impl Derived {
    /// What the claims of these reports were computed from; every claim stands in `claims` or in `without`.
    #[must_use]
    pub fn of(reports: &[Report]) -> Self {
        let mut table = Table::default();
        let mut found = Self::default();
        for report in reports {
            for claim in &report.claims {
                let why = match claim.estimate() {
                    Err(undefined) => Err(format!("no number is printed: {undefined}")),
                    Ok(estimate) if estimate.size().is_none() => {
                        Err("a published number: there are no items".to_owned())
                    }
                    Ok(estimate) => match estimate.derivation() {
                        None => Err("its data is not kept by item".to_owned()),
                        Some(derivation) => lacks(derivation).map_or(Ok(derivation), |why| Err(why.to_owned())),
                    },
                };
                let (audit, claim) = (report.audit.clone(), claim.name().to_owned());
                match why {
                    Ok(derivation) => {
                        let step = table.step(&audit, derivation);
                        found.claims.push(Recipe { audit, claim, step });
                    }
                    Err(why) => found.without.push(Without { audit, claim, why }),
                }
            }
        }
        found.columns = table.numbers.into_iter().map(|(cells, name)| (name, cells)).collect();
        found
    }
}
