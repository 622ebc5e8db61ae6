//! `candor compare BEFORE AFTER`: paired on the questions that both have. Passes, fails, or cannot tell: exit code 0, 1 or 8.

use std::path::{Path, PathBuf};

use candor_audit::compare::{FailIf, Only, Side, compare};
use candor_llm::Effort;
use candor_stats::paired::margin::Decision;

use crate::Outcome;
use crate::output;
use crate::problem::{Kind, Problem};
use crate::reading::{self, From};
use crate::runs::{Early, Store, stopped_early, write_whole};
use crate::settings::Settings;
use crate::show::{comparison, junit, text};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The run before: an id, the start of one, @last, @prev; or a file or folder of recorded calls
    before: String,
    /// The run after, named in the same ways
    after: String,
    /// What must not be: "accuracy drops by more than 2 points"
    #[arg(long, value_name = "SENTENCE")]
    fail_if: Option<String>,
    /// Compare only calls of this model (`none` where none was recorded): needed where a side has several
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// The model of the side after, where it is another one
    #[arg(long, value_name = "NAME", requires = "model")]
    model_after: Option<String>,
    /// Compare only this arm (`none` where none was recorded); else a planted cue is left out
    #[arg(long, value_name = "NAME")]
    arm: Option<String>,
    /// Compare only this effort (a level or a number of tokens; `none` where none was recorded); else a question's efforts are averaged
    #[arg(long, value_name = "NAME")]
    effort: Option<String>,
    /// Compare the majority vote over K samples of a question; else one draw
    #[arg(long, value_name = "K")]
    paths: Option<u32>,
    /// A mapping for recorded calls in a form of their own
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The mapping of the side after, where it is another one: for one file that holds both
    #[arg(long, value_name = "FILE", requires = "map")]
    map_after: Option<PathBuf>,
    /// Count and list records that cannot be read, and go on
    #[arg(long)]
    skip_invalid: bool,
    /// Confidence level of the intervals, such as 0.95
    #[arg(long, value_name = "LEVEL")]
    level: Option<f64>,
    /// Print Markdown
    #[arg(long, conflicts_with = "json")]
    md: bool,
    /// Write JUnit XML to a file, too: the decision passes, fails, or is skipped where the data cannot tell
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Compares.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let fail_if = args.fail_if.as_deref().map(FailIf::parse).transpose().map_err(|error| {
        Problem::usage(format!("--fail-if: {error}")).hint("--fail-if \"accuracy drops by more than 2 points\"")
    })?;
    let mut audit_settings = candor_audit::Settings::default();
    if let Some(level) = args.level {
        audit_settings.level = reading::level(level)?;
    }
    if args.before == args.after && args.map_after.is_none() && !settings.quiet {
        output::remark(&format!("both sides are {}; {BOTH_IN_ONE}", text::clean(&args.before)));
    }
    let model = args.model.as_deref();
    let (before, first) = side(&args.before, args.map.as_ref(), model, args, settings)?;
    let map_after = args.map_after.as_ref().or(args.map.as_ref());
    let (after, second) = side(&args.after, map_after, args.model_after.as_deref().or(model), args, settings)?;
    for (name, side) in [(&args.before, &before), (&args.after, &after)] {
        side.is_of_one_model().map_err(|error| {
            Problem::usage(format!("{}: {}", text::clean(name), text::clean(&error.to_string())))
                .hint("--model NAME compares the calls of one; --model-after NAME where the side after has another one")
        })?;
        if !side.has_verdicts() {
            return Err(Problem::input(format!(
                "{}: no verdicts, so that it has no accuracy to compare",
                text::clean(name)
            ))
            .hint(format!(
                "candor look {}{} says what this data can answer and what is missing",
                text::shell(name),
                mapped(args)
            )));
        }
    }
    let only = Only { arm: args.arm.clone(), effort: args.effort.as_deref().map(effort), paths: args.paths };
    let mut comparison =
        compare(&before, &after, fail_if, &only, &audit_settings).map_err(|error| refused(&error, args))?;
    for (side, early) in [("the first run", first), ("the second run", second)] {
        // Samples of questions that were left when they were settled are told by their arm.
        if early == Some(Early::Until) {
            let because = "its answers decided how many questions were asked (--until)";
            comparison = comparison.stopped_early(side, because, "a run without --until");
        }
    }
    if settings.json {
        output::json(&comparison)?;
    } else if args.md {
        output::print(&comparison::markdown(&comparison))?;
    } else {
        output::print(&comparison::comparison(&comparison, settings.page))?;
    }
    if let Some(path) = &args.junit {
        write_whole(path, &junit::comparison(&comparison))?;
    }
    Ok(match comparison.decision.map(|decided| decided.decision) {
        None | Some(Decision::Pass) => Outcome::Done,
        Some(Decision::Fail) => Outcome::Unmet,
        Some(Decision::CannotTell { .. }) => Outcome::CannotTell,
    })
}

/// What helps where one file holds what should be two.
const BOTH_IN_ONE: &str = "where one file holds both, two mappings with `when` take a side each, --map and --map-after: \
                           docs/formats/mapping.md, \"One file with both sides of a comparison\"";

/// A comparison that is not possible.
fn refused(error: &candor_audit::Error, args: &Args) -> Problem {
    match error {
        candor_audit::Error::Nothing { .. } => Problem::input(error.to_string())
            .hint(format!("candor look {}{} says what this data holds", text::shell(&args.after), mapped(args)))
            .hint(BOTH_IN_ONE),
        error => reading::refused(error),
    }
}

/// The mapping as an argument, where one was named.
fn mapped(args: &Args) -> String {
    args.map.as_ref().map_or_else(String::new, |map| format!(" --map {}", text::shell(&map.to_string_lossy())))
}

/// An effort as traces name it: a budget is written as its number.
fn effort(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |tokens| Effort::Budget(tokens).to_string())
}

/// One side, and what stopped it early: a path that is there is read; anything else is a stored run.
fn side(
    name: &str,
    map: Option<&PathBuf>,
    model: Option<&str>,
    args: &Args,
    settings: &Settings,
) -> Result<(Side, Option<Early>), Problem> {
    let mut side = Side::of_model(model);
    if !name.starts_with('@') && Path::new(name).exists() {
        let from = From { path: PathBuf::from(name), map: map.cloned(), skip_invalid: args.skip_invalid };
        let summary = reading::traces(&from, settings, |trace| side.see(trace))?;
        side.left_out(summary.invalid);
        return Ok((side, stopped_early(&from.path)));
    }
    // Neither a path nor a run: it is the data that is missing, not the record that is damaged.
    let stored = Store::under(&settings.directory).find(name).map_err(|problem| {
        let problem = problem.hint(format!("there is no file or folder `{name}` either"));
        if problem.kind == Kind::Record && !name.starts_with('@') {
            Problem { kind: Kind::Input, ..problem }
        } else {
            problem
        }
    })?;
    stored.observations(|trace| side.see(trace))?;
    Ok((side, stopped_early(&stored.seen())))
}
