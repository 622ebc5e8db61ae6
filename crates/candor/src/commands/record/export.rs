//! `candor record export`: a bundle for somebody else, as a ZIP archive or a folder, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use candor_record::record::{Reader, now_ms};
use candor_trace::recorded::{KIND, LABEL, REASONING};

use super::chosen;
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::page::WIDEST;
use crate::show::text;

/// The first thing that a reader should open.
pub(super) const FIRST_PAGE: &str = "READ-ME-FIRST.html";

/// Endings by which somebody means an archive of another kind.
const OTHER_ARCHIVES: [&str; 7] = [".tar", ".tgz", ".gz", ".xz", ".zst", ".7z", ".rar"];

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The trace: its identifier, or the start of one; may be repeated
    #[arg(long, value_name = "ID", required_unless_present_any = ["from", "all"])]
    trace: Vec<String>,
    /// Everything recorded on this day or later (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "trace")]
    from: Option<jiff::civil::Date>,
    /// Everything recorded before this day (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", requires = "from")]
    until: Option<jiff::civil::Date>,
    /// All of it
    #[arg(long, conflicts_with_all = ["trace", "from"])]
    all: bool,
    /// With the chain of thought, which is left out otherwise: a debugging surface, no evidence of what the model did
    #[arg(long)]
    chain: bool,
    /// The file (its name ends in .zip) or folder to write
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,
}

/// Writes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    // Kept open: nobody writes while the log is copied.
    let record = recording::open(settings)?;
    let mut reader = recording::read(settings)?;
    let leaves = leaves(args, &mut reader)?;
    if leaves.is_empty() {
        return Err(Problem::record("expected something to export, found nothing recorded in that time"));
    }
    if args.output.exists() {
        return Err(Problem::usage(format!("{}: expected nothing there, found something", args.output.display()))
            .hint("a bundle is never written over; name another place"));
    }
    let name = args.output.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(kind) = OTHER_ARCHIVES.iter().find(|kind| name.to_ascii_lowercase().ends_with(**kind)) {
        return Err(Problem::usage(format!(
            "--output: expected a name that ends in .zip, or that of a folder, found {kind}"
        ))
        .hint("a bundle is a ZIP archive or a folder"));
    }
    if let Some(parent) = args.output.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.is_dir()) {
        return Err(Problem::usage(format!("{}: expected a folder, found none", parent.display()))
            .hint("make it first, or name another place"));
    }
    let beside = args.output.with_file_name(format!(".{name}.unfinished-{}", std::process::id()));
    let written = if name.ends_with(".zip") {
        archive(&beside, &mut reader, settings, &leaves, args.chain)
    } else {
        folder(&beside, &mut reader, settings, &leaves, args.chain)
    };
    let written = written.and_then(|count| {
        fs::rename(&beside, &args.output).map(|()| count).map_err(|error| Problem::writing(&args.output, &error))
    });
    if written.is_err() {
        // Whichever of both it was, it may never have been made.
        let _ = fs::remove_file(&beside);
        let _ = fs::remove_dir_all(&beside);
    }
    let parts = written?;
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    let told = format!(
        "{} of {} written to {}; {FIRST_PAGE} says in plain words what is shown and what is not",
        text::counted(parts, "part"),
        text::counted(leaves.len() as u64, "leaf"),
        args.output.display()
    );
    output::print(&(text::fill(&told, WIDEST, "  ").join("\n") + "\n"))?;
    if parts == 0 {
        output::remark(
            "none of their content exists any more: the bundle shows that they were there, and when and why it went",
        );
    }
    Ok(Outcome::Done)
}

fn leaves(args: &Args, reader: &mut Reader) -> Result<Vec<u64>, Problem> {
    if !args.trace.is_empty() {
        let mut leaves = Vec::new();
        for start in &args.trace {
            let (_, id) = chosen::trace(reader, start)?;
            let of_it = reader.holding(&format!("\"trace\":\"{id}\"")).map_err(|error| recording::problem(&error))?;
            leaves.extend(
                of_it.into_iter().filter(|(_, leaf)| leaf.head.trace.as_ref() == Some(&id)).map(|(leaf, _)| leaf),
            );
        }
        leaves.sort_unstable();
        leaves.dedup();
        return Ok(leaves);
    }
    let start = |date: jiff::civil::Date| -> Result<i64, Problem> {
        let at = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        at.map(jiff::Timestamp::as_millisecond).map_err(|error| Problem::usage(error.to_string()))
    };
    let from = args.from.map(start).transpose()?.unwrap_or(i64::MIN);
    let until = args.until.map(start).transpose()?.unwrap_or(i64::MAX);
    let mut leaves = Vec::new();
    let size = reader.size();
    for (number, leaf) in reader.leaves(0..size) {
        let leaf = leaf.map_err(|error| recording::problem(&error))?;
        if [KIND, LABEL].contains(&leaf.head.kind.as_str()) && (from..until).contains(&leaf.head.at_ms) {
            leaves.push(number);
        }
    }
    Ok(leaves)
}

/// Writes every file of a bundle; returns how many parts are shown.
fn bundle(
    reader: &mut Reader,
    settings: &Settings,
    leaves: &[u64],
    chain: bool,
    put: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<u64, Problem> {
    let chosen = |part: &candor_record::leaf::PartHead| chain || part.name.as_str() != REASONING;
    let bundle = reader
        .export(&recording::folder(settings), leaves, &chosen, put)
        .map_err(|error| recording::problem(&error))?;
    let page = candor_web::bundle::first_page(reader.checkpoint(), &bundle, now_ms());
    put(FIRST_PAGE, page.as_bytes()).map_err(|error| Problem::writing(Path::new(FIRST_PAGE), &error))?;
    Ok(bundle.exported.iter().map(candor_record::record::export::Exported::shown).sum())
}

fn folder(path: &Path, reader: &mut Reader, settings: &Settings, leaves: &[u64], chain: bool) -> Result<u64, Problem> {
    fs::create_dir_all(path).map_err(|error| Problem::writing(path, &error))?;
    let mut put = |name: &str, bytes: &[u8]| {
        let file = path.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, bytes)
    };
    bundle(reader, settings, leaves, chain, &mut put)
}

fn archive(path: &Path, reader: &mut Reader, settings: &Settings, leaves: &[u64], chain: bool) -> Result<u64, Problem> {
    let failed = |error: io::Error| Problem::writing(path, &error);
    let mut archive = zip::ZipWriter::new(BufWriter::new(File::create(path).map_err(failed)?));
    // No times: the same record gives the same bytes.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut put = |name: &str, bytes: &[u8]| {
        archive.start_file(name, options).map_err(io::Error::other)?;
        archive.write_all(bytes)
    };
    let parts = bundle(reader, settings, leaves, chain, &mut put)?;
    let mut out = archive.finish().map_err(|error| failed(io::Error::other(error)))?;
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(failed)?;
    Ok(parts)
}
