//! Whether what a mapping names is there at all: a path that no record has is a misspelt one more often than an answer that nobody gave. Not how a
//! value is read. A table says it of its columns when it is opened.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Mapping;
use super::selection::{Go, Needed, Picked, Selection};
use crate::error::shown;
use crate::spelling::edits;

/// A path of a mapping that was in none of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentField {
    /// The first file that was looked at.
    pub file: String,
    /// The path, as the mapping spells it.
    pub path: String,
    /// The field of a trace that it is for.
    pub target: String,
    /// What a record has that is spelt most alike.
    pub nearest: Option<String>,
}

impl fmt::Display for AbsentField {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: `{}` (for {}) is in none of the records", self.file, self.path, self.target)?;
        match &self.nearest {
            Some(nearest) => write!(out, "; did you mean `{nearest}`?"),
            None => out.write_str("; `default` or `any` say that it may be absent"),
        }
    }
}

/// What was found of a mapping's paths over all files of an import, from however many threads.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The records first, then every side table.
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    needed: Vec<Needed>,
    found: Vec<AtomicBool>,
    /// The number of the record that was noted: later ones go on without a lock.
    noted: AtomicU64,
    /// The first record of the first file that lacked something: its file, its number and its paths. What no record has, the first one lacks, so
    /// that it is the same however many threads read.
    seen: Mutex<Option<(String, u64, BTreeSet<String>)>>,
}

impl Watch {
    pub(crate) fn of(mapping: &Mapping) -> Self {
        let group = |selection: &Selection| Group {
            needed: selection.needed().to_vec(),
            found: selection.needed().iter().map(|_| AtomicBool::new(false)).collect(),
            noted: AtomicU64::new(u64::MAX),
            seen: Mutex::new(None),
        };
        let sides = mapping.sides.iter().map(|side| group(&side.selection));
        Self { groups: std::iter::once(group(&mapping.selection)).chain(sides).collect() }
    }

    /// The paths of a group that no record had yet.
    pub(crate) fn unseen(&self, group: usize) -> Vec<usize> {
        let Some(group) = self.groups.get(group) else { return Vec::new() };
        (0..group.needed.len()).filter(|at| !group.found[*at].load(Ordering::Relaxed)).collect()
    }

    /// Notes what a record has of the paths that are still unseen; nothing is done once all were seen.
    pub(crate) fn note(
        &self,
        group: usize,
        unseen: &mut Vec<usize>,
        at: (&str, u64),
        picked: &Picked<'_>,
        bytes: &[u8],
    ) {
        let (file, record) = at;
        let Some(group) = self.groups.get(group).filter(|_| !unseen.is_empty()) else { return };
        unseen.retain(|at| {
            let there = is_there(picked, &group.needed[*at].way);
            if there {
                group.found[*at].store(true, Ordering::Relaxed);
            }
            !there
        });
        if unseen.is_empty() || group.noted.load(Ordering::Relaxed) <= record {
            return;
        }
        let mut seen = group.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.as_ref().is_some_and(|(first, number, _)| first != file || *number <= record) {
            return;
        }
        group.noted.store(record, Ordering::Relaxed);
        let mut paths = BTreeSet::new();
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
            gather(&value, "", 0, &mut paths);
        }
        *seen = Some((file.to_owned(), record, paths));
    }

    /// The paths that no record had; nothing where no record was looked at.
    pub(crate) fn absent(&self) -> Vec<AbsentField> {
        let mut absent: Vec<AbsentField> = Vec::new();
        for group in &self.groups {
            let seen = group.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((file, _, paths)) = &*seen else { continue };
            for (needed, found) in group.needed.iter().zip(&group.found) {
                if found.load(Ordering::Relaxed)
                    || absent.iter().any(|one| one.path == needed.path && one.file == *file)
                {
                    continue;
                }
                let nearest = nearest(&needed.path, paths).map(|path| shown(path));
                let (path, target) = (shown(&needed.path), needed.target.clone());
                absent.push(AbsentField { file: shown(file), path, target, nearest });
            }
        }
        absent
    }
}

/// Whether the key at the end of a way stands in a record, whatever its value.
fn is_there(picked: &Picked<'_>, way: &[Go]) -> bool {
    let Some((go, rest)) = way.split_first() else { return !matches!(picked, Picked::Missing) };
    match (go, picked.inside()) {
        (Go::Field(slot), Picked::Object(object)) => object.field(*slot).is_some_and(|inner| is_there(inner, rest)),
        (Go::Item(at), Picked::List(list)) => list.items.get(*at).is_some_and(|inner| is_there(inner, rest)),
        (Go::Row(_), Picked::List(list)) => list.items.iter().any(|inner| is_there(inner, rest)),
        (Go::Capture(_), Picked::Object(object)) => object.entries.iter().any(|(_, inner)| is_there(inner, rest)),
        _ => false,
    }
}

const DEEPEST: usize = 6;
const MOST_PATHS: usize = 500;

/// The paths of a record, as a mapping would spell them.
fn gather(value: &serde_json::Value, path: &str, depth: usize, paths: &mut BTreeSet<String>) {
    if depth > DEEPEST || paths.len() >= MOST_PATHS {
        return;
    }
    match value {
        serde_json::Value::Object(entries) => {
            for (key, inner) in entries.iter().take(MOST_PATHS) {
                let longer = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                gather(inner, &longer, depth + 1, paths);
                paths.insert(longer);
            }
        }
        serde_json::Value::Array(items) => {
            for inner in items.iter().take(1) {
                gather(inner, &format!("{path}[*]"), depth + 1, paths);
            }
        }
        _ => {}
    }
}

/// The path that is spelt most alike, where one differs in at most a third of its letters or only in where it stands.
pub(super) fn nearest<'p>(wanted: &str, paths: &'p BTreeSet<String>) -> Option<&'p String> {
    const LONGEST: usize = 100;
    let last = |path: &str| path.rsplit(['.', ']']).next().unwrap_or_default().to_lowercase();
    let fits = paths.iter().filter(|path| path.len() <= LONGEST && wanted.len() <= LONGEST).filter_map(|path| {
        let moved = last(path) == last(wanted);
        let differs = edits(&wanted.to_lowercase(), &path.to_lowercase());
        (moved || differs * 3 <= wanted.chars().count().max(3)).then_some((differs, path))
    });
    fits.min().map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_path_is_named_and_a_far_one_is_not() {
        let paths: BTreeSet<String> = ["takes[*].said", "bill.usd", "ref"].map(str::to_owned).into();
        assert_eq!(nearest("takes[*].siad", &paths).map(String::as_str), Some("takes[*].said"));
        assert_eq!(nearest("usd", &paths).map(String::as_str), Some("bill.usd"));
        assert_eq!(nearest("temperature", &paths), None);
    }
}
