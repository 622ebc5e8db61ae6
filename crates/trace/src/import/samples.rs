//! One answer a record, under common names: JSON lines, a JSON list or a table. Not a vendor's format; `docs/formats/samples.md` lists the
//! names.

mod beginning;
mod chosen;

use std::collections::BTreeMap;

use super::Container;
use super::bytes::Window;
use super::reading::{Reading, Stop};
use super::source::{Found, can_be_read_again};
use crate::mapping::Mapped;
use crate::{Error, Mapping, Result};
use beginning::{Beginning, says_cues_later};
use chosen::Chosen;

/// The mapping, as a file.
const MAPPING: &str = include_str!("samples.toml");

/// Names of the question, in the order in which they are looked for.
const QUESTIONS: &[&str] =
    &["question_id", "problem_id", "task_id", "item_id", "qid", "unit", "question", "problem", "prompt", "id"];

/// Names of what came of it: without one of these a record says nothing that can be counted.
const RESULTS: &[&str] = &[
    "correct",
    "is_correct",
    "passed",
    "verdict",
    "answer",
    "prediction",
    "predicted",
    "pred",
    "parsed_answer",
    "extracted_answer",
    "verified_answer",
    "score",
    "reward",
];

/// Names that a table of questions has too: alone they are no sample.
const ALONE_NOT_ENOUGH: &[&str] = &["answer", "verified_answer"];

/// What, beside an answer, only somebody who has asked a model writes.
const OF_A_CALL: &[&str] =
    &["sample", "model", "model_name", "output", "response", "completion", "reply", "generation", "reasoning", "cost"];

/// Whether records with these names are samples.
pub(super) fn recognises(has: impl Fn(&str) -> bool) -> bool {
    let results = || RESULTS.iter().filter(|name| has(name));
    QUESTIONS.iter().any(|name| has(name))
        && results().next().is_some()
        && (results().any(|name| !ALONE_NOT_ENOUGH.contains(name)) || OF_A_CALL.iter().any(|name| has(name)))
}

/// The mapping that reads them, as a document: what every file of samples has, and what was chosen in this one.
fn mapping(chosen: &Chosen) -> Result<toml::Table> {
    let refused = |problem: String| Error::Mapping { place: "samples".to_owned(), problem, hint: String::new() };
    let mut document: toml::Table = toml::from_str(MAPPING).map_err(|error| refused(error.message().to_owned()))?;
    let traces = document.get_mut("trace").and_then(toml::Value::as_array_mut).into_iter().flatten();
    traces.filter_map(toml::Value::as_table_mut).for_each(|trace| chosen.add_to(trace));
    Ok(document)
}

/// The names of every field, by the field, in the order in which they are looked for.
fn fields(document: &toml::Table) -> BTreeMap<String, Vec<String>> {
    /// The names of one field: of a value, of the first that is there of several.
    fn names(value: &toml::Value, into: &mut Vec<String>) {
        match value {
            toml::Value::String(name) => into.push(name.clone()),
            toml::Value::Table(field) => {
                for key in ["path", "any", "equals"] {
                    field.get(key).into_iter().for_each(|value| names(value, into));
                }
            }
            toml::Value::Array(several) => several.iter().for_each(|value| names(value, into)),
            _ => {}
        }
    }
    fn gather(table: &toml::Table, above: &str, fields: &mut BTreeMap<String, Vec<String>>) {
        for (key, value) in table {
            let mut found = Vec::new();
            match value {
                toml::Value::Table(inner) if inner.get("value").is_some() => {
                    inner.get("value").into_iter().for_each(|value| names(value, &mut found));
                }
                toml::Value::Table(inner) if !["path", "any"].iter().any(|key| inner.contains_key(*key)) => {
                    gather(inner, &format!("{above}{key}."), fields);
                    continue;
                }
                field => names(field, &mut found),
            }
            fields.insert(format!("{above}{key}"), found);
        }
    }
    let mut fields = BTreeMap::new();
    for template in document.get("trace").and_then(toml::Value::as_array).into_iter().flatten() {
        template.as_table().into_iter().for_each(|template| gather(template, "", &mut fields));
    }
    fields
}

/// Reads a file of samples. Where it says what its cues are, its arms get the names that audits look for.
pub(super) fn read(
    found: &Found,
    whole_path: &str,
    container: Option<Container>,
    window: &mut Window,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    let is_whole = window.is_held_whole() && window.head().len() == window.held().len();
    let beginning = Beginning::of(window.head(), container);
    let beginning = if is_whole { beginning } else { beginning.without_last() };
    let may_say_later = beginning.has_own_arms() && container != Some(Container::Csv) && !window.is_held_whole();
    let mut says_cues = beginning.says_cues(window.held());
    if !says_cues && may_say_later {
        can_be_read_again(&found.path)?;
        says_cues = says_cues_later(&found.path, &found.name, &reading.options.limits)?;
    }
    let chosen = Chosen::of(&beginning, &fields(&mapping(&Chosen::default())?), says_cues);
    let document = mapping(&chosen)?;
    let mut read = fields(&document);
    if let Some((_, input)) = chosen.about {
        read.insert("about".to_owned(), vec![input.to_owned()]);
    }
    reading.summary.note_unread(|| Ok(beginning.unread(&read)))?;
    let mapping = Mapping::parse(&document.to_string())?;
    let mut mapped = Mapped::open(&mapping, whole_path, reading)?;
    if says_cues {
        mapped.respell_arms();
    }
    mapped.read(window, container, reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_by_which_samples_are_recognised_is_read() {
        let document = mapping(&Chosen::default()).unwrap();
        Mapping::parse(&document.to_string()).unwrap();
        let fields = fields(&document);
        for name in QUESTIONS.iter().chain(RESULTS).chain(beginning::CUES) {
            assert!(fields.values().flatten().any(|read| read == name), "{name}");
        }
        assert_eq!(fields["arm"], beginning::ARMS);
    }

    #[test]
    fn a_table_of_questions_is_no_table_of_samples() {
        let known = |names: &[&str]| recognises(|name| names.contains(&name));
        assert!(known(&["question_id", "correct"]));
        assert!(known(&["question", "sample", "answer"]));
        assert!(!known(&["question", "answer"]));
        assert!(!known(&["question_id", "verified_answer"]));
        assert!(!known(&["question_id", "switched"]));
        assert!(!known(&["correct", "answer"]));
    }
}
