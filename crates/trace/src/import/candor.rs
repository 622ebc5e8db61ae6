//! Traces in candor's own form: one JSON object a line. The only format that is also written.

use std::io::Write;

use super::reading::{Reading, Stop};
use super::records::Records;
use crate::error::Problem;
use crate::{Error, Place, Result, Trace};

/// Reads what [`write`] wrote.
#[derive(Debug, Default)]
pub(super) struct Candor;

impl Records for Candor {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match serde_json::from_slice::<Trace>(bytes) {
            Ok(trace) => reading.trace(place, trace, true),
            Err(error) => reading.invalid(Problem::json_of(bytes, &error), place),
        }
    }

    fn fork(&self) -> Option<Box<dyn Records + Send + '_>> {
        Some(Box::new(Self))
    }
}

/// Writes a trace as one line. Where it was read is written as its identifier, so that it keeps its name.
///
/// # Errors
/// [`Error::Io`] where the line cannot be written.
pub fn write(trace: &Trace, out: &mut dyn Write) -> Result<()> {
    let refused = |source| Error::Io { path: "traces".into(), doing: "written", source };
    let with_id;
    let trace = if trace.recorded_id.is_none() && !trace.origin.file.is_empty() {
        with_id = Trace { recorded_id: Some(trace.id()), ..trace.clone() };
        &with_id
    } else {
        trace
    };
    serde_json::to_writer(&mut *out, trace).map_err(|error| refused(error.into()))?;
    out.write_all(b"\n").map_err(refused)
}
