//! `candor record timestamp`: a request for a time-stamping authority, and its response checked and kept (RFC 3161). Files alone: nothing is sent from here.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use candor_audit::foreign::clean;
use candor_record::leaf::{Head, VERSION};
use candor_record::log::timestamp::{Anchors, MOST_BYTES};
use candor_record::record::now_ms;
use serde_json::json;

use super::checkpoint::SENT;
use super::moment;
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::{Settings, program};
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write a request for the current checkpoint: a .tsq file, for any authority of RFC 3161
    #[arg(long, value_name = "FILE", required_unless_present = "response", conflicts_with = "response")]
    request: Option<PathBuf>,
    /// Check a response, a .tsr file, and keep it beside the checkpoint: status, imprint, nonce, and the signature by the certificate inside. The chain to a root is
    /// looked at with --ca alone, revocation never
    #[arg(long, value_name = "FILE")]
    response: Option<PathBuf>,
    /// Certificates of roots that you trust, PEM: a response that leads to none is not kept
    #[arg(long, value_name = "FILE", requires = "response")]
    ca: Option<PathBuf>,
}

/// Writes the request, or keeps the response.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    match (&args.request, &args.response) {
        (Some(path), _) => request(path, settings),
        (None, Some(path)) => response(path, args.ca.as_deref(), settings),
        (None, None) => Err(Problem::usage("expected --request FILE or --response FILE")),
    }
}

fn request(path: &Path, settings: &Settings) -> Result<Outcome, Problem> {
    let record = recording::open(settings)?;
    let asked = record.request_stamp(now_ms());
    let (size, bytes) = asked.map_err(|error| recording::problem(&error))?;
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    let file = File::options().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(&bytes)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::usage(format!("{}: expected nothing there, found something", path.display()))
                .hint("a request is never written over another file; name another place")
        }
        _ => Problem::writing(path, &error),
    })?;
    let (name, dir) = (text::shell(&path.to_string_lossy()), &settings.to_directory);
    output::print(&format!(
        "request for the checkpoint of {} written to {name}\n\nsend it to an authority, such as\n  \
         curl -H 'Content-Type: application/timestamp-query' --data-binary @{name} -o response.tsr URL\nthen\n  \
         {} record timestamp --response response.tsr{dir}\n",
        text::counted(size, "leaf"),
        program(),
    ))?;
    Ok(Outcome::Done)
}

fn response(path: &Path, ca: Option<&Path>, settings: &Settings) -> Result<Outcome, Problem> {
    let anchors = ca.map(anchors).transpose()?;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Problem::reading(path, &error))?;
    let place = path.display().to_string();
    if let Some(anchors) = &anchors {
        let rooted = candor_record::log::timestamp::Stamp::read(&bytes).and_then(|stamp| stamp.is_rooted_in(anchors));
        rooted.map_err(|error| Problem::input(format!("{place}: {error}")).hint("nothing was kept"))?;
    }
    let record = recording::open(settings)?;
    let stamped = record.keep_stamp(&bytes, &place).map_err(|error| match error {
        candor_record::record::RecordError::Stamp { .. } => {
            Problem::input(error.to_string()).hint("nothing was kept; record timestamp --request FILE makes a request")
        }
        other => recording::problem(&other),
    })?;
    let at = moment(stamped.stamp.at_ms());
    let signer = stamped.stamp.signer();
    let about = json!({"size": stamped.size, "to": format!("a time stamp of {at} by {signer}")});
    let about = about.as_object().cloned().unwrap_or_default();
    // Whatever stopped it last time: what was kept is told once.
    let told = recording::read(settings)?.holding(&format!("\"kind\":\"{SENT}\""));
    let told = told.map_err(|error| recording::problem(&error))?;
    if !told.iter().any(|(_, leaf)| leaf.head.kind == SENT && leaf.head.about == about) {
        let head = Head {
            version: VERSION,
            kind: SENT.into(),
            at_ms: now_ms(),
            trace: None,
            subject: None,
            parts: Vec::new(),
            about,
        };
        record.append(head, &[]).map_err(|error| recording::problem(&error))?;
    }
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    let known = if stamped.known { ", as it was before" } else { "" };
    let chain = match ca {
        Some(path) => format!("its certificate leads to a root in {}; revocation was not looked at", path.display()),
        None => "not looked at: whether its certificate leads to a root that you trust (--ca FILE), and revocation"
            .to_owned(),
    };
    output::print(&clean(&format!(
        "checkpoint of {}: stamped at {at} by {signer}; kept as log/{}{known}\nlooked at: status, digest, nonce, the certificate's purpose and time, its signature\n{chain}\n",
        text::counted(stamped.size, "leaf"),
        stamped.file,
    )))?;
    Ok(Outcome::Done)
}

/// Certificates that are trusted.
pub(super) fn anchors(path: &Path) -> Result<Anchors, Problem> {
    let text = fs::read(path).map_err(|error| Problem::reading(path, &error))?;
    Anchors::of_pem(&text).map_err(|error| Problem::usage(format!("{}: {error}", path.display())))
}
