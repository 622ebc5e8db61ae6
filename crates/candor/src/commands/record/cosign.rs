//! `candor record cosign`: what a witness signs, and what of it is kept (c2sp.org/tlog-cosignature). Files alone: nothing is sent from here.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use candor_record::leaf::{Head, VERSION};
use candor_record::log::key::Algorithm;
use candor_record::log::note::MOST_NOTE_BYTES;
use candor_record::log::{SignedCheckpoint, SigningKey, VerifierKey, cosignature};
use candor_record::record::examine::log_of;
use candor_record::record::{now_ms, witnesses};
use serde_json::json;

use super::checkpoint::SENT;
use super::{moment, verify};
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::{Settings, program};
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// As a witness: the log, a copy of it, or an unpacked bundle, whose checkpoint is looked at and cosigned
    #[arg(requires = "key", required_unless_present_any = ["new", "add"])]
    path: Option<PathBuf>,
    /// As a witness: the file of your key. Beside it stands what you saw last of each log: no checkpoint is cosigned whose tree does not begin with that one's
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// As a witness: the public key of the log, as you got it from elsewhere: a file, or the text itself
    #[arg(long, value_name = "KEY", requires = "path")]
    vkey: Option<String>,
    /// As a witness: where to write the cosigned checkpoint [default: standard output]
    #[arg(long, short, value_name = "FILE", requires = "path")]
    output: Option<PathBuf>,
    /// As a witness: make a key of this name, a domain and path of yours, in --key FILE
    #[arg(long, value_name = "NAME", requires = "key", conflicts_with_all = ["path", "add"])]
    new: Option<String>,
    /// As the keeper of the record: keep the cosigned checkpoint that a witness gave back
    #[arg(long, value_name = "FILE", requires = "witness", conflicts_with_all = ["path", "key"])]
    add: Option<PathBuf>,
    /// As the keeper of the record: the public key of that witness: a file, or the text itself
    #[arg(long, value_name = "KEY")]
    witness: Option<String>,
}

/// Makes a key, cosigns, or keeps what was cosigned.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    match args {
        Args { new: Some(name), key: Some(key), .. } => new(name, key),
        Args { add: Some(file), witness: Some(witness), .. } => add(file, witness, settings),
        Args { path: Some(path), key: Some(key), .. } => cosign(path, key, args),
        _ => Err(Problem::usage("expected --new NAME, a log with --key FILE, or --add FILE")),
    }
}

fn new(name: &str, path: &Path) -> Result<Outcome, Problem> {
    let key =
        SigningKey::generate(name, Algorithm::CosignatureV1).map_err(|error| Problem::usage(error.to_string()))?;
    key.create(path).map_err(|error| {
        Problem::usage(error.to_string()).hint("a key is never written over; --key names another place")
    })?;
    let (file, program) = (text::shell(&path.to_string_lossy()), program());
    output::print(&format!(
        "key of a witness made in {file} (mode 0600)\npublic key, for whoever is to check what it cosigned:\n  {}\n\nnext: {program} record cosign LOG --key {file} --vkey KEY -o cosigned\n",
        key.verifier()
    ))?;
    Ok(Outcome::Done)
}

fn cosign(path: &Path, key_file: &Path, args: &Args) -> Result<Outcome, Problem> {
    let log = log_of(path);
    let Some(vkey) = args.vkey.as_deref() else {
        return Err(Problem::usage("expected --vkey KEY: the public key of the log, as you got it from elsewhere")
            .hint("a copy beside the log shows only that the log fits itself"));
    };
    let vkey = verify::key(Some(vkey), &log)?;
    let key = SigningKey::read(key_file).map_err(|error| Problem::record(error.to_string()))?;
    let seen_file = seen_beside(key_file, &vkey);
    let seen = match fs::read(&seen_file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Problem::reading(&seen_file, &error)),
        Ok(bytes) => Some(
            SignedCheckpoint::open(&bytes, &vkey)
                .map_err(|error| Problem::record(format!("{}: {error}", seen_file.display())))?,
        ),
    };
    let mut now = witnesses::witnessed(&log, &vkey, seen.as_ref()).map_err(|error| {
        let problem = recording::problem(&error);
        match &seen {
            Some(seen) => problem.hint(format!(
                "nothing was cosigned: the log is not what grew out of the {} that were seen last ({})",
                text::counted(seen.checkpoint().size(), "leaf"),
                seen_file.display()
            )),
            None => problem,
        }
    })?;
    let seconds = u64::try_from(now_ms() / 1000).unwrap_or(0);
    let line = cosignature::sign(&now, &key, seconds).map_err(|error| Problem::usage(error.to_string()))?;
    now.add(line).map_err(|error| Problem::record(error.to_string()))?;
    // Before it leaves: what was cosigned once is never forgotten.
    replace(&seen_file, now.to_string().as_bytes())?;
    let size = text::counted(now.checkpoint().size(), "leaf");
    let since = match &seen {
        Some(seen) if seen.checkpoint().size() == now.checkpoint().size() => "the same as seen before".to_owned(),
        Some(seen) => format!("which begin with the {} seen before", text::thousands(seen.checkpoint().size())),
        None => "seen for the first time".to_owned(),
    };
    match &args.output {
        None => output::print(&now.to_string())?,
        Some(file) => replace(file, now.to_string().as_bytes())?,
    }
    output::remark(&format!(
        "checkpoint of {size} of {}, {since}, cosigned as {}",
        vkey.name(),
        key.verifier().label()
    ));
    Ok(Outcome::Done)
}

/// Where a witness keeps the checkpoint that it saw last of a log.
fn seen_beside(key_file: &Path, log: &VerifierKey) -> PathBuf {
    let name = key_file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    key_file.with_file_name(format!("{name}.seen-{:08x}", log.id()))
}

/// Writes a file whole or not at all, durable on return.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{name}.unfinished-{}", std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // It may never have been made.
        let _ = fs::remove_file(&beside);
        Problem::writing(path, &error)
    })
}

fn add(file: &Path, witness: &str, settings: &Settings) -> Result<Outcome, Problem> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(MOST_NOTE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Problem::reading(file, &error))?;
    let record = recording::open(settings)?;
    let witness = verify::key(Some(witness), &recording::folder(settings))?;
    let (cosigned, seconds, known) = record
        .keep_cosigned(&bytes, &witness)
        .map_err(|error| Problem::input(format!("{}: {error}", file.display())).hint("nothing was kept"))?;
    let at = moment(i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX));
    if !known {
        let about =
            json!({"size": cosigned.size, "to": format!("the witness {}, who cosigned it at {at}", witness.label())});
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
    output::print(&candor_audit::foreign::clean(&format!(
        "checkpoint of {}: cosigned at {at} by {}; kept as log/{}{}\n",
        text::counted(cosigned.size, "leaf"),
        witness.label(),
        cosigned.file,
        if known { ", as it was before" } else { "" }
    )))?;
    Ok(Outcome::Done)
}
