//! Submissions: which attempts are made at which test inputs. Not what an attempt says.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::attempt::{Attempt, Meant};
use super::folder_and_stem;
use crate::Place;
use crate::error::Problem;
use crate::import::reading::{Reading, Stop};
use crate::import::records::Records;

/// Reads the attempts at many tasks, by their names.
pub(super) struct ByTask {
    submission: String,
}

/// Reads the attempts at one task: a record for every test input.
pub(super) struct Pairs {
    submission: Option<String>,
    task: String,
}

impl ByTask {
    /// Of a file, which is the submission.
    pub(super) fn of(file: &str) -> Self {
        let (folder, stem) = folder_and_stem(file);
        let submission = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
        Self { submission }
    }
}

impl Pairs {
    /// Of a file, which is a task; its folder is the submission.
    pub(super) fn of(file: &str) -> Self {
        let (folder, stem) = folder_and_stem(file);
        Self { submission: (!folder.is_empty()).then(|| folder.to_owned()), task: stem.to_owned() }
    }
}

impl Records for ByTask {
    fn record(
        &mut self,
        bytes: &[u8],
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let Some(task) = captures.first() else { return Ok(()) };
        let inputs = match serde_json::from_slice::<Vec<Attempts<'_>>>(bytes) {
            Ok(inputs) => inputs,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let mut part = 0;
        for (input, attempts) in (0_u64..).zip(inputs) {
            let meant = Meant { task, input, submission: Some(&self.submission) };
            attempts.hand_over(&meant, &format!("[{input}]."), place, &mut part, reading)?;
        }
        Ok(())
    }
}

impl Records for Pairs {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let attempts = match serde_json::from_slice::<Attempts<'_>>(bytes) {
            Ok(attempts) => attempts,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let input = place.record.saturating_sub(1);
        let meant = Meant { task: &self.task, input, submission: self.submission.as_deref() };
        attempts.hand_over(&meant, "", place, &mut 0, reading)
    }
}

/// The keys and values of an object, also those that stand twice.
struct Attempts<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Deserialize<'a> for Attempts<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'a> Visitor<'a> for Entries {
            type Value = Attempts<'a>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object with attempt_1, attempt_2")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<Attempts<'a>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = object.next_entry::<String, &'a RawValue>()? {
                    entries.push(entry);
                }
                Ok(Attempts(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Attempts<'_> {
    /// Hands over every attempt; one that cannot be read does not take the others with it.
    fn hand_over(
        self,
        meant: &Meant<'_>,
        before: &str,
        place: Place,
        part: &mut u32,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let mut seen = BTreeSet::new();
        for (key, value) in self.0 {
            let Some(number) = number(&key) else {
                reading.set_aside("a key beside the attempts at a test input");
                continue;
            };
            let place = Place { part: *part, ..place };
            *part = part.saturating_add(1);
            let field = format!("{before}{key}");
            if !seen.insert(number) {
                reading.invalid(Problem::new(field, "every attempt once", "it twice"), place)?;
                continue;
            }
            match Attempt::read(value).and_then(|attempt| attempt.into_trace(meant, number)) {
                Ok(trace) => reading.trace(place, trace, true)?,
                Err(mut problem) => {
                    problem.field = format!("{field}{}", problem.field);
                    reading.invalid(problem, place)?;
                }
            }
        }
        Ok(())
    }
}

/// Which sample `attempt_1` is: the first, 0.
fn number(key: &str) -> Option<u32> {
    let digits = key.strip_prefix("attempt_")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse::<u32>().ok().filter(|_| plain)?.checked_sub(1)
}
