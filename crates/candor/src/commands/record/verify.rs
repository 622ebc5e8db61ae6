//! `candor record verify`: everything that does not hold, named; offline, with nothing to believe but the public key.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use candor_audit::foreign::clean;
use candor_record::log::{VerifierKey, store};
use candor_record::record::Stamped;
use candor_record::record::examine::{Examined, examine, log_of};
use candor_web::bundle::{self, Looked};
use serde::Serialize;

use super::export::FIRST_PAGE;
use super::timestamp::anchors;
use super::{day, moment, sealed};
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::page::WIDEST;
use crate::show::text;

/// Findings that are printed; all are counted.
const SHOWN: usize = 20;

/// Erasures that are printed; all are counted.
const ERASURES: usize = 10;

/// Time stamps that are printed, the last first.
const STAMPS: usize = 5;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A record, a copy of one, the public part of one, an unpacked bundle, or the file of a sealed report [default: the record here]
    path: Option<PathBuf>,
    /// The public key as you got it from elsewhere: a file, or the text itself [default: the copy beside the log, which shows only that the log fits itself]
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    /// Hold a sealed report against that record, too: its entries are the log's, and no run of its plan is left out
    #[arg(long, value_name = "FILE")]
    sealed: Option<PathBuf>,
    /// Certificates of time-stamping roots that you trust, PEM: every stamp must lead to one [default: chains are not looked at]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The public key of a witness that you trust, a file or the text itself: a checkpoint must be cosigned by it; may be repeated
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Both<'a, S: Serialize> {
    #[serde(flatten)]
    log: Found<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<S>,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    holds: bool,
    origin: Option<&'a str>,
    leaves: u64,
    root: Option<String>,
    kinds: &'a BTreeMap<String, u64>,
    tiles: u64,
    older_checkpoints: u64,
    inclusion_proofs: u64,
    consistency_proofs: u64,
    stamps: Vec<Stamp>,
    witnesses: &'a [Witness],
    parts_there: u64,
    parts_not_shown: u64,
    parts_erased: u64,
    waiting: u64,
    findings: Vec<String>,
    more: u64,
    milliseconds: u128,
}

/// What a witness that was asked after saw last.
#[derive(Debug, Serialize)]
struct Witness {
    name: String,
    leaves: u64,
    at_ms: i64,
}

/// A time stamp.
#[derive(Debug, Serialize)]
struct Stamp {
    leaves: u64,
    file: String,
    at_ms: i64,
    signer: String,
}

/// Checks it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    if let Some(file) = args.path.as_deref().filter(|path| path.is_file()) {
        if args.sealed.is_some() {
            return Err(Problem::usage("--sealed: expected a record or a bundle to hold it against, found a file"));
        }
        let key = args.vkey.as_deref().map(|given| key(Some(given), file)).transpose()?;
        return sealed::run(file, key.as_ref(), settings);
    }
    let folder = args.path.clone().unwrap_or_else(|| recording::folder(settings));
    let log = log_of(&folder);
    if !log.join(store::CHECKPOINT).exists() && !log.join(store::VKEY).exists() {
        // Where nothing was named it is the record that is missing, as for every other command.
        let missing = if args.path.is_some() { Problem::input } else { Problem::record };
        return Err(missing(format!("{}: expected a record or a bundle, found neither", folder.display()))
            .hint("candor record init makes a record; a bundle is unpacked first: unzip case.zip -d case"));
    }
    let key = key(args.vkey.as_deref(), &log)?;
    let mut examined = examine(&folder, &key).map_err(|error| recording::problem(&error))?;
    if let Some(path) = &args.ca {
        let anchors = anchors(path)?;
        let unrooted = examined.stamps.iter().filter_map(|stamped| {
            let error = stamped.stamp.is_rooted_in(&anchors).err()?;
            Some(format!("{}: {error}", stamped.file))
        });
        let unrooted: Vec<String> = unrooted.collect();
        examined.strange.extend(unrooted);
    }
    let page_of = first_page(&log, &examined);
    examined.strange.extend(page_of.as_ref().err().cloned());
    let mut seen = Vec::new();
    for witness in &args.witness {
        match witnessed(&examined, &self::key(Some(witness), &log)?) {
            Ok(witness) => seen.push(witness),
            Err(finding) => examined.strange.push(finding),
        }
    }
    let file = args.sealed.as_deref().map(|path| sealed::of_file(path, Some(&key)));
    let mut file = file.transpose()?;
    if let Some(file) = &mut file {
        file.beside(&log, &key)?;
    }
    if settings.json {
        output::json(&Both { log: found(&examined, &seen), sealed: file.as_ref().map(sealed::OfFile::json) })?;
    } else {
        if let Some(file) = &file {
            output::print(&format!("{}\n", file.page()))?;
        }
        output::print(&clean(&page(
            &examined,
            &seen,
            page_of.ok().flatten().as_deref(),
            &key,
            args.vkey.is_some(),
            args.ca.is_some(),
        )))?;
        if file.is_some() {
            output::print(&(text::fill(sealed::NOT_SHOWN.trim_end(), WIDEST, "  ").join("\n") + "\n"))?;
        }
    }
    let count = examined.count() + file.as_ref().map_or(0, sealed::OfFile::count);
    if count == 0 {
        return Ok(Outcome::Done);
    }
    Err(Problem::record(format!("{}: {}", folder.display(), text::counted(count, "finding"))))
}

/// Bytes of a first page that are looked at.
const MOST_PAGE: u64 = 64 << 20;

/// What became of the first page of a bundle, which nobody signed: in words, nothing where there is none to look at, or a finding.
fn first_page(log: &Path, examined: &Examined) -> Result<Option<String>, String> {
    let (Some(shown), Some(checkpoint)) = (&examined.shown, &examined.verification.checkpoint) else { return Ok(None) };
    let mut page = Vec::new();
    let read = File::open(log.join(FIRST_PAGE)).and_then(|file| file.take(MOST_PAGE).read_to_end(&mut page));
    if read.is_err() {
        return Err(format!("{FIRST_PAGE}: expected the first page of the bundle, found none that can be read"));
    }
    match bundle::look_at(&String::from_utf8_lossy(&page), checkpoint, shown) {
        Looked::Same => Ok(Some("made again from the files that were checked, and the same".to_owned())),
        Looked::ByVersion(version) => {
            Ok(Some(format!("made by candor {version}, and not looked at: only that version makes it again")))
        }
        Looked::Other => {
            Err(format!("{FIRST_PAGE}: expected the page that follows from the files beside it, found another one"))
        }
    }
}

/// The largest checkpoint that a witness cosigned, or why it vouches for none.
fn witnessed(examined: &Examined, witness: &VerifierKey) -> Result<Witness, String> {
    for cosigned in examined.cosigned.iter().rev() {
        match cosigned.by(witness) {
            Ok(None) => {}
            Ok(Some(seconds)) => {
                let at_ms = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
                return Ok(Witness { name: witness.label(), leaves: cosigned.size, at_ms });
            }
            Err(error) => return Err(format!("{}: {error}", cosigned.file)),
        }
    }
    Err(format!("no checkpoint is cosigned by the witness {}", witness.label()))
}

/// What witnesses saw, in lines.
fn cosigned(examined: &Examined, seen: &[Witness], leaves: u64) -> String {
    let mut out = String::new();
    for witness in seen {
        let since = match leaves.saturating_sub(witness.leaves) {
            0 => "all there are".to_owned(),
            later => format!("{} came later", text::thousands(later)),
        };
        out += &format!(
            "witness  {} saw {} at {}; {since}\n",
            witness.name,
            text::counted(witness.leaves, "leaf"),
            moment(witness.at_ms)
        );
    }
    if seen.is_empty() && !examined.cosigned.is_empty() {
        let many = text::counted(examined.cosigned.len() as u64, "checkpoint");
        out += &format!("witness  {many} cosigned; whose lines they are was not looked at: --witness KEY\n");
    }
    out
}

/// The key: the text itself, a file, or the log's own copy.
pub(super) fn key(given: Option<&str>, log: &Path) -> Result<VerifierKey, Problem> {
    let path = match given {
        Some(text) if text.contains('+') && !Path::new(text).exists() => {
            return VerifierKey::parse(text).map_err(|error| Problem::usage(error.to_string()));
        }
        Some(path) => PathBuf::from(path),
        None => log.join(store::VKEY),
    };
    VerifierKey::read(&path).map_err(|error| {
        Problem::record(error.to_string()).hint("--vkey takes the public key, or a file that holds it")
    })
}

fn stamp(stamped: &Stamped) -> Stamp {
    Stamp {
        leaves: stamped.size,
        file: stamped.file.clone(),
        at_ms: stamped.stamp.at_ms(),
        signer: stamped.stamp.signer().to_owned(),
    }
}

fn found<'a>(examined: &'a Examined, witnesses: &'a [Witness]) -> Found<'a> {
    let counts = &examined.verification.counts;
    let signed = examined.verification.checkpoint.as_ref().map(candor_record::log::SignedCheckpoint::checkpoint);
    Found {
        holds: examined.holds(),
        origin: signed.map(candor_record::log::Checkpoint::origin),
        leaves: counts.entries,
        root: signed.map(|signed| signed.root().to_string()),
        kinds: &examined.kinds,
        tiles: counts.tiles,
        older_checkpoints: counts.checkpoints,
        inclusion_proofs: counts.inclusion_proofs,
        consistency_proofs: counts.consistency_proofs,
        stamps: examined.stamps.iter().map(stamp).collect(),
        witnesses,
        parts_there: examined.there,
        parts_not_shown: examined.not_shown,
        parts_erased: examined.erased.iter().map(|told| told.parts).sum(),
        waiting: examined.waiting,
        findings: examined.lines().collect(),
        more: examined.verification.more,
        milliseconds: examined.verification.time.as_millis(),
    }
}

fn page(
    examined: &Examined,
    seen: &[Witness],
    first_page: Option<&str>,
    key: &VerifierKey,
    from_elsewhere: bool,
    rooted: bool,
) -> String {
    let found = found(examined, seen);
    let mut out = String::new();
    for line in found.findings.iter().take(SHOWN) {
        out += &(text::fill(&format!("FAIL  {line}"), WIDEST, "      ").join("\n") + "\n");
    }
    let hidden = (found.findings.len().saturating_sub(SHOWN)) as u64 + found.more;
    if hidden > 0 {
        out += &format!("      and {} more: --json lists them\n", text::counted(hidden, "finding"));
    }
    if let (Some(origin), Some(root)) = (found.origin, &found.root) {
        out += &format!("log      {origin}, {}\nroot     {root}\n", text::counted(found.leaves, "leaf"));
    }
    let kinds: Vec<_> = found.kinds.iter().map(|(kind, count)| format!("{kind} {}", text::thousands(*count))).collect();
    if !kinds.is_empty() {
        out += &format!("entries  {}\n", kinds.join(", "));
    }
    out += &format!(
        "held     {} tiles, {} older checkpoints, {} inclusion proofs, {} consistency proofs\n",
        found.tiles, found.older_checkpoints, found.inclusion_proofs, found.consistency_proofs
    );
    for stamped in examined.stamps.iter().rev().take(STAMPS) {
        out += &format!(
            "stamp    on {}, at {}, by {}\n",
            text::counted(stamped.size, "leaf"),
            moment(stamped.stamp.at_ms()),
            stamped.stamp.signer()
        );
    }
    if examined.stamps.len() > STAMPS {
        out += &format!("         and {} more stamps\n", examined.stamps.len() - STAMPS);
    }
    if !examined.stamps.is_empty() {
        out += if rooted {
            "         chains looked at up to the roots of --ca; revocation not\n"
        } else {
            "         by the certificates they bring along; chains and revocation not looked at: --ca FILE\n"
        };
    }
    out += &cosigned(examined, seen, found.leaves);
    out += &format!("content  {} there", text::counted(found.parts_there, "part"));
    if found.parts_not_shown > 0 {
        out += &format!(", {} not shown in this bundle", found.parts_not_shown);
    }
    out += &format!(", {} erased\n", found.parts_erased);
    for told in examined.erased.iter().take(ERASURES) {
        out += &format!(
            "         {} erased at {}, told in leaf {}; basis stated by the operator: {}; not examined\n",
            text::counted(told.parts, "part"),
            day(told.at_ms),
            told.leaf,
            told.basis
        );
    }
    if examined.erased.len() > ERASURES {
        out += &format!("         and {} more erasures\n", examined.erased.len() - ERASURES);
    }
    if found.waiting > 0 {
        out += &format!(
            "journal  {} acknowledged and not in the signed log yet\n",
            text::counted(found.waiting, "record")
        );
    }
    if let Some(looked) = first_page {
        out += &format!("page     {FIRST_PAGE}: {looked}\n");
    }
    out += &format!("key      {}\n", key.label());
    out += &format!("time     {:.2} s\n\n", examined.verification.time.as_secs_f64());
    out += if found.holds { "holds: " } else { "does not hold: " };
    out += if found.holds {
        "entries, order and content are those that were signed.\n"
    } else {
        "what is named above does not fit what was signed.\n"
    };
    if !from_elsewhere {
        out += "The key is the log's own copy: give the one you got from elsewhere with --vkey.\n";
    }
    let limits = "Not shown by it: that what was recorded is true, or that everything was recorded; and whoever holds the signing key can rewrite a log whose checkpoints never \
                  left the house.";
    out += &text::fill(limits, WIDEST, "  ").join("\n");
    out.push('\n');
    out
}
