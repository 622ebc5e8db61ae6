//! Exports of Langfuse: traces with their observations (API, SDK), and rows of observations (blob storage and UI; JSON, JSON lines, CSV). Known
//! from its documentation (langfuse.com, "Blob storage export field reference") and source (langfuse/langfuse:
//! `worker/src/features/database-read-stream/observation-stream.ts`). Not exports of traces or scores alone: no call to a model stands in them.
//!
//! | file | what |
//! |---|---|
//! | `observation` | one observation as a step |
//! | `judged` | scores |

mod judged;
mod observation;

use serde::Deserialize;

use super::Container;
use super::bytes::Window;
use super::keys::Keys;
use super::reading::{Reading, Stop};
use super::records::{self, BadRow, Records, Rows};
use super::steps::{Request, Requests};
use crate::error::Problem;
use crate::mapping::path::Step;
use crate::{Place, TraceId};
use judged::Score;
use observation::Observation;

/// Whether a file holds traces with observations, or rows of observations.
pub(super) fn recognises(keys: &Keys) -> bool {
    let trace = keys.begins("observations", b'[') && keys.has("id");
    trace || has_columns(|name| keys.has(name))
}

/// Whether a file is a page of the API: a list of such records under `data`.
pub(super) fn is_page(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"{") else { return false };
    let list =
        rest.trim_ascii_start().strip_prefix(b"\"data\"").and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    let first = list.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"["));
    first.is_some_and(|first| recognises(&Keys::of(first.trim_ascii_start())))
}

/// Whether these are columns of observations.
pub(super) fn has_columns(has: impl Fn(&str) -> bool) -> bool {
    let camel = has("traceId") && has("startTime") && (has("usageDetails") || has("parentObservationId"));
    let snake = has("trace_id") && has("start_time") && (has("usage_details") || has("parent_observation_id"));
    has("type") && has("id") && (camel || snake)
}

/// Reads an export.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut export = Export::default();
    match container {
        Container::Csv => rows(window, &mut export, reading)?,
        Container::JsonLines if !is_page(window.head().trim_ascii_start()) => {
            records::lines(window, &mut export, reading)?;
        }
        _ if is_page(window.head().trim_ascii_start()) => {
            let steps = [Step::Field("data".to_owned()), Step::Items];
            records::json(window, Some(&steps), &mut export, reading)?;
        }
        _ => records::json(window, None, &mut export, reading)?,
    }
    export.requests.end(reading)
}

/// Traces are handed over as they come; the rows of a trace may stand anywhere in a file and are held until its end.
#[derive(Default)]
struct Export {
    requests: Requests,
}

/// A trace with everything below it, or a row of observations: what tells them apart, and what only a trace has.
#[derive(Debug, Deserialize)]
struct Record {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "sessionId")]
    session: Option<String>,
    #[serde(default)]
    observations: Option<Vec<Observation>>,
    #[serde(default)]
    scores: Option<Vec<serde_json::Value>>,
}

impl Records for Export {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let record = match serde_json::from_slice::<Record>(bytes) {
            Ok(record) => record,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        if let Some(observations) = record.observations {
            let Some(id) = record.id else {
                return reading.invalid(Problem::new("id", "the identifier of the trace", "nothing"), place);
            };
            let mut request = Request { place, unit: id.clone(), recorded_id: recorded(&id), ..Request::default() };
            request.stratum = record.name.filter(|name| !name.is_empty());
            if let Some(session) = record.session.filter(|session| !session.is_empty()) {
                request.unit = session;
            }
            for (number, observation) in observations.into_iter().enumerate() {
                match observation.into_step() {
                    Ok(Ok(step)) => request.steps.push(step),
                    Ok(Err(aside)) => reading.set_aside(&aside),
                    Err(mut problem) => {
                        problem.field = format!("observations[{number}].{}", problem.field);
                        return reading.invalid(problem, place);
                    }
                }
            }
            for (number, score) in record.scores.into_iter().flatten().enumerate() {
                // A list of traces names its scores only by their identifiers.
                if score.is_string() {
                    reading.set_aside("a score of which only the identifier is exported");
                    continue;
                }
                match serde_json::from_value::<Score>(score) {
                    Ok(score) => request.steps.extend(score.into_step()),
                    Err(error) => {
                        let mut problem = Problem::json(&error);
                        problem.field = format!("scores[{number}]");
                        return reading.invalid(problem, place);
                    }
                }
            }
            return request.hand_over(reading);
        }
        match serde_json::from_slice::<Observation>(bytes) {
            Ok(observation) => self.row(observation, bytes.len(), place, reading),
            Err(error) => reading.invalid(Problem::json_in(bytes, &error), place),
        }
    }
}

impl Export {
    /// One observation of some trace.
    fn row(
        &mut self,
        mut observation: Observation,
        bytes: usize,
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let Some(trace) = observation.trace.take().filter(|trace| !trace.is_empty()) else {
            return reading.invalid(Problem::new("traceId", "the identifier of the trace", "nothing"), place);
        };
        let session = observation.session.take().filter(|session| !session.is_empty());
        let stratum = observation.trace_name.take().filter(|name| !name.is_empty());
        let step = match observation.into_step() {
            Ok(Ok(step)) => step,
            Ok(Err(aside)) => {
                reading.set_aside(&aside);
                return Ok(());
            }
            Err(problem) => return reading.invalid(problem, place),
        };
        self.requests.hold(bytes, reading)?;
        let request = self.requests.named(&trace, place);
        request.recorded_id = recorded(&trace);
        request.stratum = stratum.or(request.stratum.take());
        if let Some(session) = session {
            request.unit = session;
        }
        request.steps.push(step);
        Ok(())
    }
}

/// Newer identifiers are those of OpenTelemetry, which have the form of ours.
fn recorded(id: &str) -> Option<TraceId> {
    TraceId::try_from(id.to_ascii_lowercase()).ok()
}

/// Reads a table: cells that hold more than a word hold it as JSON.
fn rows(window: &mut Window, export: &mut Export, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut rows = Rows::open(window, None)?;
    let names = rows.names().to_vec();
    loop {
        let (line, row) = match rows.next() {
            Ok(None) => return Ok(()),
            Ok(Some(found)) => found,
            Err(BadRow::Invalid(problem, line)) => {
                reading.invalid(problem, Place { record: line, part: 0 })?;
                continue;
            }
            Err(BadRow::Stop(stop)) => return Err(stop),
        };
        let place = Place { record: line, part: 0 };
        let bytes = row.as_slice().len();
        let mut object = serde_json::Map::new();
        for (name, cell) in names.iter().zip(row) {
            // A cell of nothing is nothing. Text that is written as JSON stands in quotes; a name may look like a number.
            let value = match cell {
                "" => continue,
                _ if cell.starts_with(['{', '[', '"']) => serde_json::from_str(cell).unwrap_or_else(|_| cell.into()),
                _ => cell.into(),
            };
            object.insert(name.clone(), value);
        }
        match serde_json::from_value::<Observation>(object.into()) {
            Ok(observation) => export.row(observation, bytes, place, reading)?,
            Err(error) => reading.invalid(Problem::json(&error), place)?,
        }
    }
}
