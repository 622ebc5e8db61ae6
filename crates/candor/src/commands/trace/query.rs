//! `candor trace query "select …"`: read-only SQL over the index of the record, within bounds of time and rows.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candor_record::record::Places;
use candor_trace::Index;
use candor_trace::index::{Anew, Bounds, Folded, IndexError, Table};

use crate::Outcome;
use crate::output;
use crate::problem::{Kind, Problem};
use crate::recording;
use crate::settings::Settings;
use crate::show::answer::{self, Answer};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One select, such as "select model, count(*) from traces group by model"
    #[arg(value_name = "SQL", required_unless_present_any = ["schema", "rebuild"])]
    sql: Option<String>,
    /// List tables, columns and functions
    #[arg(long)]
    schema: bool,
    /// The folder of a record [default: the record in the folder of state]
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    rows: usize,
    /// At most so many seconds
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    seconds: f64,
    /// Print CSV
    #[arg(long, group = "form", conflicts_with = "json")]
    csv: bool,
    /// Print Markdown
    #[arg(long, group = "form", conflicts_with = "json")]
    md: bool,
    /// Fold the index anew from the record first
    #[arg(long)]
    rebuild: bool,
}

/// An answer is held whole: so many bytes of it, give or take a row.
const MOST_BYTES: usize = 256 << 20;

/// Asks.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    if args.schema {
        output::print(&if settings.json {
            output::as_json(&answer::Schema::new())?
        } else {
            answer::schema(settings.page)
        })?;
        return Ok(Outcome::Done);
    }
    let folder = args.from.clone().unwrap_or_else(|| recording::folder(settings));
    let limit = Duration::try_from_secs_f64(args.seconds).ok().filter(|limit| !limit.is_zero()).ok_or_else(|| {
        Problem::usage(format!("--seconds: expected a number above 0, found {}", args.seconds)).hint("--seconds 60")
    })?;
    let mut index = if args.rebuild {
        told(Index::rebuild(&folder, Anew::Asked).map_err(|error| failed(&error))?)
    } else {
        open(&folder)?
    };
    let Some(sql) = &args.sql else {
        let counts = index.counts().map_err(|error| failed(&error))?;
        output::print(&format!("{} folded anew\n", crate::show::text::counted(counts.traces, "trace")))?;
        return Ok(Outcome::Done);
    };
    let table = match ask(&mut index, sql, args.rows, limit) {
        Err(IndexError::Damaged { found, .. }) => {
            drop(index);
            index = told(Index::rebuild(&folder, Anew::Damaged(found)).map_err(|error| failed(&error))?);
            ask(&mut index, sql, args.rows, limit)
        }
        other => other,
    };
    let answer = Answer {
        table: table.map_err(|error| failed(&error))?,
        counts: index.counts().map_err(|error| failed(&error))?,
    };
    let shown = if settings.json {
        output::as_json(&answer)?
    } else if args.csv {
        answer::csv(&answer)
    } else if args.md {
        answer::markdown(&answer)
    } else {
        answer::terminal(&answer, settings.page)
    };
    output::print(&shown)?;
    Ok(Outcome::Done)
}

fn ask(index: &mut Index, sql: &str, rows: usize, limit: Duration) -> Result<Table, IndexError> {
    let begun = Instant::now();
    index.ask(sql, Bounds { rows, bytes: MOST_BYTES, stop: Box::new(move || begun.elapsed() > limit) })
}

/// Opens the index of a record, with a word where it had to be folded anew.
pub(crate) fn open(folder: &Path) -> Result<Index, Problem> {
    if !Places::of(folder).exist() {
        return Err(Problem::input(format!("{}: expected a record, found none", folder.display()))
            .hint("candor record init makes one; --from PATH names another"));
    }
    Ok(told(Index::open(folder).map_err(|error| failed(&error))?))
}

fn told((index, folded): (Index, Folded)) -> Index {
    match &folded.anew {
        None | Some(Anew::None | Anew::Asked) => {}
        Some(why) => output::remark(&format!("the index of the record was folded anew: {why}")),
    }
    index
}

/// An index that cannot be folded or asked.
pub(super) fn failed(error: &IndexError) -> Problem {
    let kind = match error {
        IndexError::Record(error) => return recording::problem(error),
        IndexError::Question { .. } => Kind::Usage,
        IndexError::Stopped => Kind::Stopped,
        IndexError::Io { .. } => Kind::Configuration,
        _ => Kind::Record,
    };
    let problem = Problem::new(kind, error.to_string());
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}
