//! `candor record label`: what somebody says of a trace becomes a leaf of the record; one label, or a file of them, whole or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use candor_audit::foreign::clean;
use candor_record::record::{Reader, now_ms};
use candor_trace::labels::{self, Stated};
use candor_trace::recorded::{self, Read};
use candor_trace::redaction::Redaction;
use candor_trace::{Event, Label, LabelValue, Labeller, Trace, TraceId};

use crate::Outcome;
use crate::config::Config;
use crate::output;
use crate::problem::Problem;
use crate::reading;
use crate::recording::{self, Queue};
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The trace: its identifier, or the start of one
    #[arg(long, value_name = "ID", required_unless_present = "from", requires = "name", requires = "value")]
    trace: Option<String>,
    /// What is stated, such as mentions_cue. It stays in the log for ever: a name, never somebody's
    #[arg(long, value_name = "NAME", requires = "trace")]
    name: Option<String>,
    /// true or false, a number, or a word; content that can be erased
    #[arg(long, value_name = "VALUE", requires = "trace", allow_hyphen_values = true)]
    value: Option<String>,
    /// Which of several labellers, by a pseudonym such as rater-1; the last word of each counts
    #[arg(long, value_name = "WHO", requires = "trace")]
    by: Option<String>,
    /// Why, in your words; content that can be erased
    #[arg(long, value_name = "TEXT", requires = "trace")]
    note: Option<String>,
    /// A file of labels: JSON Lines or CSV with trace, name and value, and by and note where there are some
    #[arg(long, value_name = "FILE", conflicts_with = "trace")]
    from: Option<PathBuf>,
}

/// Records them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let stated = stated(args)?;
    let rules = Config::read(settings)?.redaction()?;
    // Opened for writing first, so that what was acknowledged can be spoken of.
    let record = recording::open(settings)?;
    let mut reader = recording::read(settings)?;
    let traces = traces(&mut reader)?;
    let mut leaves = Vec::with_capacity(stated.len());
    let (mut stood, mut redactions) = (0, 0);
    for stated in stated {
        let place = place(args, stated.line);
        let (id, leaf, subject) = the_one(&traces, &stated.trace).map_err(|problem| at(&place, problem))?;
        let trace = match recorded::read(&mut reader, leaf).map_err(|error| recording::problem(&error))? {
            Read::Trace(trace) => trace,
            Read::Broken { part, expected, found } => {
                let said = format!("trace {id}: part `{part}`: expected {expected}, found {found}");
                return Err(at(&place, Problem::record(said)));
            }
            Read::Erased | Read::Else(_) => {
                return Err(at(&place, Problem::record(format!("trace {id}: its content was erased"))));
            }
        };
        let (label, count) = redacted(stated.label, &rules)?;
        if stands(&trace, &label) {
            stood += 1;
            continue;
        }
        redactions += count;
        let made = recorded::label(id, subject.as_deref(), &label, now_ms());
        leaves.push(made.map_err(|error| at(&place, Problem::usage(error.to_string())))?);
    }
    let count = leaves.len() as u64;
    let mut queue = Queue::into(record);
    for (head, parts) in &leaves {
        queue.hand_in(head, parts)?;
    }
    let size = queue.end()?;
    let stood = if stood > 0 { format!("; {stood} stood already") } else { String::new() };
    output::print(&format!("{} recorded{stood}; the record has {size} leaves\n", text::counted(count, "label")))?;
    if redactions > 0 {
        output::print(&format!("{} taken out before anything was written\n", text::counted(redactions, "secret")))?;
    }
    Ok(Outcome::Done)
}

/// What the command line or the file states.
fn stated(args: &Args) -> Result<Vec<Stated>, Problem> {
    if let Some(path) = &args.from {
        return labels::read(path).map_err(|error| reading::unreadable(&error));
    }
    let (Some(trace), Some(name), Some(value)) = (&args.trace, &args.name, &args.value) else {
        return Err(Problem::usage("expected --trace ID --name NAME --value VALUE, or --from FILE"));
    };
    let label = Label {
        name: name.clone(),
        value: LabelValue::of_word(value),
        by: Labeller::Human,
        who: args.by.clone(),
        note: args.note.clone(),
    };
    Ok(vec![Stated { line: 0, trace: trace.clone(), label }])
}

/// Where in a file a label stands; nothing on the command line.
fn place(args: &Args, line: u64) -> String {
    let file = args.from.as_deref().and_then(std::path::Path::file_name);
    file.map_or_else(String::new, |file| clean(&format!("{}:{line}: ", file.to_string_lossy())).into_owned())
}

fn at(place: &str, problem: Problem) -> Problem {
    Problem { message: format!("{place}{}", problem.message), ..problem }
}

/// The traces of the record: identifier, leaf, subject. Of one that was recorded twice the last.
type Traces = BTreeMap<String, (u64, Option<String>)>;

fn traces(reader: &mut Reader) -> Result<Traces, Problem> {
    let mut traces = Traces::new();
    let size = reader.size();
    for (number, leaf) in reader.leaves(0..size) {
        let head = leaf.map_err(|error| recording::problem(&error))?.head;
        if let (recorded::KIND, Some(trace)) = (head.kind.as_str(), head.trace) {
            traces.insert(trace, (number, head.subject));
        }
    }
    Ok(traces)
}

/// The one trace whose identifier begins so.
fn the_one(traces: &Traces, start: &str) -> Result<(TraceId, u64, Option<String>), Problem> {
    super::chosen::check_start(start)?;
    let mut found = traces.range(start.to_owned()..).take_while(|(id, _)| id.starts_with(start));
    match (found.next(), found.next()) {
        (None, _) => Err(super::chosen::no_trace(start)),
        (Some((id, (leaf, subject))), None) => {
            let id = TraceId::try_from(id.clone()).map_err(|_| super::chosen::no_trace(start))?;
            Ok((id, *leaf, subject.clone()))
        }
        (Some(_), Some(_)) => Err(super::chosen::several_traces(start, 2 + found.count())),
    }
}

/// Whether the same labeller said the same already.
fn stands(trace: &Trace, label: &Label) -> bool {
    trace.events.iter().any(|event| matches!(event, Event::Label(standing) if standing == label))
}

/// The label without what the rules find, and how often they found something.
fn redacted(label: Label, rules: &Redaction) -> Result<(Label, u64), Problem> {
    let mut carrier = Trace { events: vec![Event::Label(label)], ..Trace::default() };
    let count = rules.apply(&mut carrier).map_err(|error| Problem::input(error.to_string()))?;
    match carrier.events.pop() {
        Some(Event::Label(label)) => Ok((label, count)),
        _ => Err(Problem::internal("a label that is none once it is redacted")),
    }
}
