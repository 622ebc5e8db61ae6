//! Spans in OTLP's JSON (`resourceSpans`), as the OpenTelemetry Collector's file exporter and SDKs write them: one document, or one a line. What
//! is read of them are the GenAI conventions v1.41.1; spans of other things are passed over and counted. Known from opentelemetry-proto
//! (`docs/specification.md`, JSON encoding) and open-telemetry/semantic-conventions (`docs/gen-ai`). Not metrics and not logs.
//!
//! | file | what |
//! |---|---|
//! | `span` | a span and its attributes |
//! | `convention` | what a span says by the conventions |

mod convention;
mod span;

use serde::Deserialize;

use super::Container;
use super::bytes::Window;
use super::keys::Keys;
use super::reading::{Reading, Stop};
use super::records::{self, Records};
use super::steps::Requests;
use crate::Place;
use crate::error::Problem;
use crate::mapping::path::Step;
use span::Span;

/// Whether a file holds spans.
pub(super) fn recognises(keys: &Keys) -> bool {
    keys.begins("resourceSpans", b'[')
}

/// Reads the spans of a file. The spans of a request may stand anywhere in it, so that what is read of them is held until its end.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut spans = Spans::default();
    if container == Container::JsonLines {
        records::lines(window, &mut Lines(&mut spans), reading)?;
    } else {
        let field = |name: &str| Step::Field(name.to_owned());
        let mut steps =
            vec![field("resourceSpans"), Step::Items, field("scopeSpans"), Step::Items, field("spans"), Step::Items];
        if container == Container::JsonList {
            steps.insert(0, Step::Items);
        }
        records::json(window, Some(&steps), &mut spans, reading)?;
    }
    spans.requests.end(reading)
}

/// Takes spans one by one.
#[derive(Default)]
struct Spans {
    requests: Requests,
}

/// Takes a document of spans a line.
struct Lines<'s>(&'s mut Spans);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow, default)]
    resource_spans: Vec<Resource<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow, default)]
    scope_spans: Vec<Scope<'a>>,
}

#[derive(Debug, Deserialize)]
struct Scope<'a> {
    #[serde(borrow, default)]
    spans: Vec<Span<'a>>,
}

impl Records for Lines<'_> {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let document = match serde_json::from_slice::<Document<'_>>(bytes) {
            Ok(document) => document,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        for (resource, of_resource) in document.resource_spans.into_iter().enumerate() {
            for (scope, of_scope) in of_resource.scope_spans.into_iter().enumerate() {
                for (number, span) in of_scope.spans.into_iter().enumerate() {
                    if let Err(mut problem) = self.0.span(&span, place, reading)? {
                        let within = format!("resourceSpans[{resource}].scopeSpans[{scope}].spans[{number}]");
                        problem.field = format!("{within}.{}", problem.field);
                        reading.invalid(problem, place)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Records for Spans {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match serde_json::from_slice::<Span<'_>>(bytes) {
            Ok(span) => match self.span(&span, place, reading)? {
                Ok(()) => Ok(()),
                Err(problem) => reading.invalid(problem, place),
            },
            Err(error) => reading.invalid(Problem::json_in(bytes, &error), place),
        }
    }
}

impl Spans {
    fn span(&mut self, span: &Span<'_>, place: Place, reading: &mut Reading<'_>) -> Result<Result<(), Problem>, Stop> {
        let id = match span.trace() {
            Ok(id) => id,
            Err(problem) => return Ok(Err(problem)),
        };
        let read = match convention::read(span) {
            Ok(read) => read,
            Err(problem) => return Ok(Err(problem)),
        };
        if let Some(reason) = read.aside {
            reading.set_aside(&reason);
        }
        if read.steps.is_empty() && read.sums.is_empty() {
            return Ok(Ok(()));
        }
        self.requests.hold(read.bytes, reading)?;
        let request = self.requests.named(&id.to_string(), place);
        request.recorded_id = Some(id);
        if let Some(conversation) = read.conversation {
            request.unit = conversation;
        }
        request.steps.extend(read.steps);
        request.sums.extend(read.sums);
        Ok(Ok(()))
    }
}
