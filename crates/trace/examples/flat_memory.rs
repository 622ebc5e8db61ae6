//! Reads a large generated file and says how fast and in how much memory: `flat_memory FORM MEGABYTES FOLDER`, where FORM is candor, openai,
//! lines, list, samples, claude-code, codex or otlp (of which what models said is held until the file ends). `benches/flat_memory.sh` runs those of calls.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use candor_trace::Mapping;
use candor_trace::import::{Options, Source, read};

#[path = "../benches/made/calls.rs"]
mod calls;
#[path = "../benches/made/sessions.rs"]
mod sessions;

use calls::{Form, MAPPING};

/// What is generated.
enum Made {
    /// Calls, and whether they need the mapping.
    Calls(Form, bool),
    Sessions(sessions::Form),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, form, megabytes, folder] = arguments.as_slice() else {
        return Err(
            "usage: flat_memory candor|openai|lines|list|samples|claude-code|codex|otlp MEGABYTES FOLDER".into()
        );
    };
    let made = match form.as_str() {
        "candor" => Made::Calls(Form::Candor, false),
        "openai" => Made::Calls(Form::OpenAi, false),
        "lines" => Made::Calls(Form::ForeignLines, true),
        "list" => Made::Calls(Form::ForeignList, true),
        "samples" => Made::Calls(Form::Samples, false),
        other => match sessions::FORMS.iter().find(|(name, _)| *name == other) {
            Some((_, form)) => Made::Sessions(*form),
            None => return Err(format!("no form is called `{other}`").into()),
        },
    };
    let path = Path::new(folder).join(format!("flat_memory_{}", arguments[1]));
    let mut out = BufWriter::new(File::create(&path)?);
    let bytes = megabytes.parse::<u64>()? << 20;
    let (records, mapped) = match made {
        Made::Calls(form, mapped) => (calls::write(form, bytes, &mut out)?, mapped),
        Made::Sessions(form) => (sessions::write(form, bytes, &mut out)?, false),
    };
    out.flush()?;
    drop(out);
    let mapping = if mapped { Some(Mapping::parse(MAPPING)?) } else { None };
    let before = peak_kilobytes();
    let busy = busy_seconds();
    let start = Instant::now();
    let summary =
        read(&Source::new(&path), &Options { mapping, ..Options::default() }, &mut |_| ControlFlow::Continue(()));
    let seconds = start.elapsed().as_secs_f64();
    let busy = busy_seconds() - busy;
    std::fs::remove_file(&path)?;
    let summary = summary?;
    let bytes: u64 = summary.files.iter().map(|file| file.bytes).sum();
    writeln!(
        std::io::stdout(),
        "{}: {records} records, {} MB, {:.0} MB/s, {:.0} MB per second of processor time, peak memory {} MB ({} MB before reading)",
        arguments[1],
        bytes / 1_000_000,
        bytes as f64 / 1e6 / seconds,
        bytes as f64 / 1e6 / busy,
        peak_kilobytes() / 1000,
        before / 1000,
    )?;
    Ok(())
}

/// Processor time of this process so far, so that a machine that does other things too gives the same figure. NaN where the system does
/// not say.
fn busy_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime and stime, in ticks of which Linux makes 100 a second.
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that this process has held so far; 0 where the system does not say.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|count| count.parse().ok()).unwrap_or(0)
}
