//! `candor record checkpoint`: the signed checkpoint, and a note that it left the house.

use candor_record::leaf::{Head, VERSION};
use candor_record::record::now_ms;
use serde_json::json;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;

/// The kind of the leaf that says that a checkpoint left the house.
pub(super) const SENT: &str = "sent";

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Record that this checkpoint left the house, and where it went: mail to an auditor, print, a bucket with object lock
    #[arg(long, value_name = "WORDS")]
    sent: Option<String>,
}

/// Prints it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let record = recording::open(settings)?;
    let text = record.checkpoint(now_ms()).map_err(|error| recording::problem(&error))?;
    if let Some(where_to) = &args.sent {
        if where_to.trim().is_empty() || where_to.len() > 500 {
            return Err(Problem::usage("expected where it went, in 1 to 500 bytes"));
        }
        let about = json!({"size": record.size(), "to": where_to});
        let head = Head {
            version: VERSION,
            kind: SENT.into(),
            at_ms: now_ms(),
            trace: None,
            subject: None,
            parts: Vec::new(),
            about: about.as_object().cloned().unwrap_or_default(),
        };
        record.append(head, &[]).map_err(|error| recording::problem(&error))?;
    }
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    output::print(&text)?;
    Ok(Outcome::Done)
}
