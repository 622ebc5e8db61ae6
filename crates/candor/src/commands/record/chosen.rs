//! Which content is meant, from the command line: a trace, a leaf, a retention class and age.

use candor_record::act::Selection;
use candor_record::leaf::PartName;
use candor_record::record::Reader;

use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// What is meant; exactly one way to say it.
#[derive(Debug, clap::Args)]
pub(super) struct Chosen {
    /// Everything of one trace: its identifier, or the start of one
    #[arg(long, value_name = "ID", group = "chosen")]
    trace: Option<String>,
    /// Everything of one person, by the identifier that imports were given or by the pseudonym in the record
    #[arg(long, value_name = "WHO", group = "chosen")]
    subject: Option<String>,
    /// The content of one leaf
    #[arg(long, value_name = "N", group = "chosen")]
    leaf: Option<u64>,
    /// Of that leaf only this part (request, retrieval, tools, reasoning, output, verdict, label); may be repeated
    #[arg(long, value_name = "NAME", requires = "leaf")]
    part: Vec<String>,
    /// The parts of one retention class, such as reasoning
    #[arg(long, value_name = "CLASS", group = "chosen", requires = "older_than")]
    class: Option<String>,
    /// Recorded more than so many days ago
    #[arg(long, value_name = "DAYS", requires = "class")]
    older_than: Option<u32>,
}

impl Chosen {
    /// Whether anything was said.
    pub(super) fn said(&self) -> bool {
        self.trace.is_some() || self.subject.is_some() || self.leaf.is_some() || self.class.is_some()
    }

    /// What it comes to.
    pub(super) fn selection(
        &self,
        settings: &Settings,
        reader: &mut Reader,
        now_ms: i64,
    ) -> Result<Selection, Problem> {
        if let Some(start) = &self.trace {
            return trace(reader, start).map(|(_, id)| Selection::Trace(id));
        }
        if let Some(subject) = &self.subject {
            return recording::subject(settings, reader, subject).map(Selection::Subject);
        }
        if let Some(leaf) = self.leaf {
            let parts = self.part.iter().map(|part| PartName::new(part));
            let parts = parts.collect::<Result<_, _>>().map_err(|error| Problem::usage(error.to_string()))?;
            return Ok(Selection::Leaf { leaf, parts });
        }
        match (&self.class, self.older_than) {
            (Some(class), Some(days)) => {
                Ok(Selection::Retention { class: class.clone(), before_ms: now_ms - i64::from(days) * DAY_MS })
            }
            _ => {
                Err(Problem::usage("expected what is meant: --trace, --subject, --leaf, or --class with --older-than"))
            }
        }
    }
}

/// The one trace whose identifier begins so, and its leaf.
pub(super) fn trace(reader: &mut Reader, start: &str) -> Result<(u64, String), Problem> {
    check_start(start)?;
    let found = reader.holding(&format!("\"trace\":\"{start}")).map_err(|error| recording::problem(&error))?;
    let mut ids: Vec<(u64, String)> = found
        .into_iter()
        .filter(|(_, leaf)| leaf.head.kind == candor_trace::recorded::KIND)
        .filter_map(|(number, leaf)| Some((number, leaf.head.trace?)))
        .filter(|(_, id)| id.starts_with(start))
        .collect();
    ids.sort_by(|a, b| a.1.cmp(&b.1));
    ids.dedup_by(|a, b| a.1 == b.1);
    match ids.len() {
        0 => Err(no_trace(start)),
        1 => Ok(ids.remove(0)),
        several => Err(several_traces(start, several)),
    }
}

/// Whether that can begin an identifier.
pub(super) fn check_start(start: &str) -> Result<(), Problem> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if (4..=32).contains(&start.len()) && start.bytes().all(digit) {
        return Ok(());
    }
    let found: String = start.chars().take(40).flat_map(char::escape_debug).collect();
    Err(Problem::usage(format!(
        "expected the identifier of a trace, at least 4 of 32 hexadecimal digits, found `{found}`"
    ))
    .hint("candor trace list shows them"))
}

/// No identifier begins so.
pub(super) fn no_trace(start: &str) -> Problem {
    Problem::input(format!("expected a trace {start} in the record, found none")).hint("candor trace list shows them")
}

/// So many identifiers begin so.
pub(super) fn several_traces(start: &str, several: usize) -> Problem {
    Problem::usage(format!("expected one trace, found {several} that begin with {start}"))
        .hint("give more of its digits")
}
