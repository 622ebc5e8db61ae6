//! The questions of one part with the slices that they belong to. Which slices are worse is not said here.

use std::collections::BTreeMap;

use candor_stats::slices::Sliced;

use super::attributes::{Asked, Attributes, NO_PROMPT};
use super::parts::{Part, Setting};
use crate::Error;
use crate::rows::{Rows, Subject};
use crate::values::{CutOff, Measure, Values, gather, measure};

/// The quarters of a length.
const QUARTERS: [&str; 4] = ["shortest quarter", "second quarter", "third quarter", "longest quarter"];

/// The attribute that is a length.
const LENGTH: &str = "prompt";

/// An attribute and its value, in words.
pub(super) type Slice = (String, String);

/// The questions of a part.
pub(super) struct Questions {
    pub(super) values: Values,
    pub(super) measure: Measure,
    /// The slices, in the order of their names.
    pub(super) slices: Vec<Slice>,
    /// Per slice its questions, in ascending order.
    pub(super) members: Vec<Vec<u32>>,
    /// Attributes of which nearly every question has a value of its own.
    pub(super) own_values: Vec<String>,
}

impl Questions {
    pub(super) fn of(
        part: &Part<'_>,
        settings: &[&'static Setting],
        rows: &Rows<Asked>,
        attributes: &Attributes,
    ) -> Self {
        let measure = measure(part.rows.iter().map(|(_, asked)| &asked.kept));
        let values = gather(part.rows.iter().map(|(_, asked)| &asked.kept), measure, CutOff::Counted);
        let mut found = known(part, settings, rows, attributes, &values);
        found.extend(by_length(part, &values));
        let mut own_values = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        found.keys().for_each(|(attribute, _)| *counts.entry(attribute).or_default() += 1);
        for (attribute, count) in counts {
            if 2 * count > values.questions.len() && count > 1 {
                own_values.push(attribute.to_owned());
            }
        }
        found.retain(|(attribute, _), units| !own_values.contains(attribute) && units.len() < values.questions.len());
        // Two attributes that cut the questions alike are one.
        let mut kept: Vec<(Slice, Vec<u32>)> = Vec::new();
        for (slice, units) in found {
            if !kept.iter().any(|(_, other)| *other == units) {
                kept.push((slice, units));
            }
        }
        let (slices, members) = kept.into_iter().unzip();
        Self { values, measure, slices, members, own_values }
    }

    /// For the estimator.
    pub(super) fn sliced(&self) -> Result<Sliced, Error> {
        let mut slices: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (slice, units) in self.members.iter().enumerate() {
            units.iter().for_each(|unit| slices.entry(*unit).or_default().push(slice));
        }
        let rows = self.values.questions.iter().map(|(unit, value)| {
            // Equal shares are equal in whatever order the samples were added up: the split looks at them.
            ((value.accuracy * 1e9).round() * 1e-9, slices.remove(unit).unwrap_or_default())
        });
        Ok(Sliced::new(self.slices.len(), rows)?)
    }
}

/// Slices by what was recorded of the question. A question belongs to one where all of its calls agree.
fn known(
    part: &Part<'_>,
    settings: &[&'static Setting],
    rows: &Rows<Asked>,
    attributes: &Attributes,
    values: &Values,
) -> BTreeMap<Slice, Vec<u32>> {
    let mut calls: Vec<(u32, u32, &Subject)> = part
        .rows
        .iter()
        .map(|(subject, asked)| (asked.kept.unit, asked.class, *subject))
        .filter(|(unit, ..)| values.questions.contains_key(unit))
        .collect();
    calls.sort_unstable();
    calls.dedup();
    let mut found: BTreeMap<Slice, Vec<u32>> = BTreeMap::new();
    for question in calls.chunk_by(|a, b| a.0 == b.0) {
        let mut of: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (_, class, subject) in question {
            let of_settings = settings.iter().map(|setting| (setting.name, setting.value(rows, subject)));
            for (name, value) in attributes.of(*class).map(|one| attributes.words(one)).chain(of_settings) {
                let known = of.entry(name).or_insert(Some(value));
                if *known != Some(value) {
                    *known = None;
                }
            }
        }
        let Some((unit, ..)) = question.first() else { continue };
        for (name, value) in of {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                found.entry((name.to_owned(), value.to_owned())).or_default().push(*unit);
            }
        }
    }
    found
}

/// Slices by quarters of the mean length of the prompt; none where a length was not recorded.
fn by_length(part: &Part<'_>, values: &Values) -> BTreeMap<Slice, Vec<u32>> {
    let mut sums: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (_, asked) in &part.rows {
        if !values.questions.contains_key(&asked.kept.unit) {
            continue;
        }
        if asked.words == NO_PROMPT {
            return BTreeMap::new();
        }
        let (words, calls) = sums.entry(asked.kept.unit).or_default();
        *words += u64::from(asked.words);
        *calls += 1;
    }
    let mean = |(words, calls): (u64, u64)| words as f64 / calls.max(1) as f64;
    let mut lengths: Vec<f64> = sums.values().map(|sum| mean(*sum)).collect();
    lengths.sort_unstable_by(f64::total_cmp);
    let cuts: Vec<f64> = (1..4).filter_map(|quarter| lengths.get(quarter * lengths.len() / 4).copied()).collect();
    let mut found: BTreeMap<Slice, Vec<u32>> = BTreeMap::new();
    for (unit, sum) in sums {
        let quarter = cuts.iter().filter(|cut| mean(sum) >= **cut).count();
        if let Some(name) = QUARTERS.get(quarter) {
            found.entry((LENGTH.to_owned(), (*name).to_owned())).or_default().push(unit);
        }
    }
    found
}
