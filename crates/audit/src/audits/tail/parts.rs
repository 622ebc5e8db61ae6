//! The parts that have a tail of their own, and the settings that are slices. A setting under which the same question was asked twice is no slice:
//! its values are compared on the same questions by other audits, and each has its own tail here. No statistics.

use std::collections::{BTreeMap, HashMap};

use super::attributes::Asked;
use crate::names::Fixed;
use crate::places::Place;
use crate::rows::{Rows, Subject};

/// A setting of a call.
pub(super) struct Setting {
    pub(super) name: &'static str,
    of: fn(&Subject) -> u32,
}

/// The settings, in the order of their names in claims.
static SETTINGS: [Setting; 4] = [
    Setting { name: "model", of: |subject| subject.model },
    Setting { name: "effort", of: |subject| subject.effort },
    Setting { name: "arm", of: |subject| subject.arm },
    Setting { name: "cue", of: |subject| subject.cue },
];

/// The rows of one part.
pub(super) struct Part<'r> {
    /// The settings in which parts differ, and those that are the same everywhere.
    pub(super) place: Place,
    pub(super) rows: Vec<(&'r Subject, &'r Asked)>,
    pub(super) verifiers: Vec<String>,
}

/// The parts in the order of their names, and the settings that differ from question to question only.
pub(super) fn parts(rows: &Rows<Asked>) -> (Vec<Part<'_>>, Vec<&'static Setting>) {
    let (mut own, mut slices) = (Vec::new(), Vec::new());
    for setting in &SETTINGS {
        let mut values: Vec<u32> = rows.subjects.iter().map(|(subject, _)| (setting.of)(subject)).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() > 1 && !crossed(rows, setting) { &mut slices } else { &mut own }.push(setting);
    }
    let mut parts: BTreeMap<Place, Part<'_>> = BTreeMap::new();
    for (at, (subject, asked)) in rows.subjects.iter().enumerate() {
        let place: Place = own
            .iter()
            .map(|setting| (setting.name, setting.value(rows, subject).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let part =
            parts.entry(place.clone()).or_insert_with(|| Part { place, rows: Vec::new(), verifiers: Vec::new() });
        part.rows.extend(asked.iter().map(|one| (subject, one)));
        part.verifiers.extend(rows.verifiers.get(at).into_iter().flatten().cloned());
    }
    let mut parts: Vec<Part<'_>> = parts.into_values().collect();
    for part in &mut parts {
        part.verifiers.sort();
        part.verifiers.dedup();
    }
    (parts, slices)
}

/// Whether a question was asked under two values of a setting.
fn crossed(rows: &Rows<Asked>, setting: &Setting) -> bool {
    let mut values: HashMap<u32, u32, Fixed> = HashMap::default();
    rows.subjects.iter().any(|(subject, asked)| {
        let value = (setting.of)(subject);
        asked.iter().any(|one| *values.entry(one.kept.unit).or_insert(value) != value)
    })
}

impl Setting {
    /// Its value in words; empty where it was not recorded.
    pub(super) fn value<'r>(&self, rows: &'r Rows<Asked>, subject: &Subject) -> &'r str {
        rows.words.name((self.of)(subject))
    }
}
