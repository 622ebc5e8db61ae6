//! Tasks and solutions as entries of a roster: what stands to be answered, how many examples it comes with, and what is right. Not calls.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{folder_and_stem, grid, unit};
use crate::error::Problem;
use crate::import::reading::{Reading, Stop};
use crate::import::records::Records;
use crate::{Event, Label, LabelValue, Labeller, Place, Question, Trace, Trial, arm};

/// What files of one set are called after its name.
const PARTS_OF_A_SET: [&str; 4] = ["_challenges", "-challenges", "_solutions", "-solutions"];

/// Reads tasks: of one file each, or many by their names.
pub(super) struct Tasks {
    set: Option<String>,
    /// The name of the only task.
    only: Option<String>,
    read: bool,
}

/// Reads the outputs of test inputs, by task.
pub(super) struct Solutions {
    set: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Task<'a> {
    #[serde(borrow)]
    train: Vec<Pair<'a>>,
    #[serde(borrow)]
    test: Vec<Pair<'a>>,
}

#[derive(Debug, Deserialize)]
struct Pair<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
}

impl Tasks {
    /// Of a file that is one task: the folder is the set, the file's name the task.
    pub(super) fn one(file: &str) -> Self {
        let (folder, stem) = folder_and_stem(file);
        Self { set: (!folder.is_empty()).then(|| folder.to_owned()), only: Some(stem.to_owned()), read: false }
    }

    /// Of a file that is a set.
    pub(super) fn many(file: &str) -> Self {
        Self { set: Some(set(file)), only: None, read: false }
    }
}

impl Solutions {
    /// Of a file that belongs to a set.
    pub(super) fn of(file: &str) -> Self {
        Self { set: Some(set(file)) }
    }
}

/// The set that a file of many tasks holds: the file's path without what says which half of the set it is.
fn set(file: &str) -> String {
    let (folder, stem) = folder_and_stem(file);
    let name = PARTS_OF_A_SET.iter().find_map(|part| stem.strip_suffix(part)).unwrap_or(stem);
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl Records for Tasks {
    fn record(
        &mut self,
        bytes: &[u8],
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        if self.only.is_some() && std::mem::replace(&mut self.read, true) {
            let problem = Problem::new("", "one task in the file", "another");
            return reading.invalid(problem.hint("a file that holds several tasks names each: {name: task, …}"), place);
        }
        let Some(name) = self.only.as_ref().or(captures.first()) else { return Ok(()) };
        let task = match serde_json::from_slice::<Task<'_>>(bytes) {
            Ok(task) => task,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        match task.outputs() {
            Ok(outputs) => {
                let examples = Some(task.train.len());
                hand_over(self.set.as_deref(), name, examples, outputs, place, reading)
            }
            Err(problem) => reading.invalid(problem, place),
        }
    }
}

impl Task<'_> {
    /// What is right for each test input, as far as the file says it. Every grid of the task is looked at.
    fn outputs(&self) -> Result<Vec<Option<String>>, Problem> {
        for (number, pair) in self.train.iter().enumerate() {
            needed(Some(pair.input), &format!("train[{number}].input"))?;
            needed(pair.output, &format!("train[{number}].output"))?;
        }
        if self.test.is_empty() {
            return Err(Problem::new("test", "at least one test input", "an empty list"));
        }
        self.test
            .iter()
            .enumerate()
            .map(|(number, pair)| {
                needed(Some(pair.input), &format!("test[{number}].input"))?;
                let output = pair.output.map(|output| needed(Some(output), &format!("test[{number}].output")));
                output.transpose()
            })
            .collect()
    }
}

/// A grid that a task cannot do without.
fn needed(value: Option<&RawValue>, field: &str) -> Result<String, Problem> {
    let missing = |found: &str| Problem::new(field, grid::EXPECTED, found);
    let value = value.ok_or_else(|| missing("nothing"))?;
    let found = grid::grid(value).map_err(|mut problem| {
        problem.field = format!("{field}{}", problem.field);
        problem
    })?;
    found.ok_or_else(|| missing("a list without a cell"))
}

impl Records for Solutions {
    fn record(
        &mut self,
        bytes: &[u8],
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let Some(name) = captures.first() else { return Ok(()) };
        let outputs = match serde_json::from_slice::<Vec<&RawValue>>(bytes) {
            Ok(outputs) => outputs,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let outputs: Result<Vec<Option<String>>, Problem> = outputs
            .into_iter()
            .enumerate()
            .map(|(number, output)| needed(Some(output), &format!("[{number}]")).map(Some))
            .collect();
        match outputs {
            Ok(outputs) => hand_over(self.set.as_deref(), name, None, outputs, place, reading),
            Err(problem) => reading.invalid(problem, place),
        }
    }
}

/// Hands over an entry for every test input of a task.
fn hand_over(
    set: Option<&str>,
    task: &str,
    examples: Option<usize>,
    outputs: Vec<Option<String>>,
    place: Place,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    for (number, gold) in (0_u32..).zip(outputs) {
        let mut entry = Trace {
            trial: Trial { unit: unit(task, u64::from(number)), arm: Some(arm::ROSTER.to_owned()), ..Trial::default() },
            stratum: set.map(str::to_owned),
            question: Question { gold, options: None },
            ..Trace::default()
        };
        if let Some(examples) = examples {
            let value = LabelValue::Number(examples as f64);
            entry.events.push(Event::Label(Label {
                name: "train_pairs".to_owned(),
                value,
                by: Labeller::Source,
                who: None,
                note: None,
            }));
        }
        reading.trace(Place { part: number, ..place }, entry, true)?;
    }
    Ok(())
}
