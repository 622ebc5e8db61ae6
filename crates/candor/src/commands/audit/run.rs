//! `candor audit run`: the audits on recorded calls, or on the shipped example. Every run is stored.

use std::fs;
use std::path::{Path, PathBuf};

use candor_audit::audits::compute::{self, Aggregate};
use candor_audit::{Audit, Run, audits, recorded};
use candor_stats::Seed;

use crate::Outcome;
use crate::commands::audit::form::Form;
use crate::example;
use crate::output;
use crate::problem::Problem;
use crate::reading::{self, From};
use crate::runs::{self, Plan, Store};
use crate::settings::Settings;
use crate::show::run::Source;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The audits to run [default: all that find something to read]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// A file or folder of recorded calls [default: a small planted example that is shipped]
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// A mapping for recorded calls in a form of their own; `candor look` drafts one
    #[arg(long, value_name = "FILE", requires = "from")]
    map: Option<PathBuf>,
    /// Count and list records that cannot be read, and go on
    #[arg(long)]
    skip_invalid: bool,
    /// A TOML file with settings of the audits; flags come before it
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Where every random stream begins
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Confidence level of the intervals, such as 0.95
    #[arg(long, allow_negative_numbers = true)]
    level: Option<f64>,
    /// The smallest difference that matters, in percentage points
    #[arg(long, value_name = "POINTS", allow_negative_numbers = true)]
    margin: Option<f64>,
    /// The setting in production, such as paths=16: its row is marked
    #[arg(long, value_name = "paths=N")]
    operate: Option<String>,
    /// The numbers of paths to compare, such as 1,4,8
    #[arg(long, value_name = "N,N,…", value_delimiter = ',')]
    paths: Option<Vec<u32>>,
    /// How several samples become one answer: majority, best (by a recorded score) or any
    #[arg(long, value_parser = aggregate)]
    aggregate: Option<Aggregate>,
    /// The recorded score that chooses in best-of-k
    #[arg(long, value_name = "NAME")]
    score: Option<String>,
    /// A published curve instead of data: paths=per cent, `?` where it was only supposed
    #[arg(long, value_name = "1=62,4=74,…", conflicts_with = "from")]
    published: Option<String>,
    #[command(flatten)]
    form: Form,
}

fn aggregate(text: &str) -> Result<Aggregate, String> {
    [Aggregate::Majority, Aggregate::Best, Aggregate::Any]
        .into_iter()
        .find(|aggregate| aggregate.as_str() == text)
        .ok_or_else(|| "expected majority, best or any".to_owned())
}

/// Runs them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let wanted = args.audit_settings()?;
    if let Some(text) = &args.published {
        if let Some(other) = args.names.iter().find(|name| *name != "compute") {
            return Err(Problem::usage(format!("--published: expected the audit compute, found `{other}`"))
                .hint("candor audit run compute --published '1=62,4=74,8=79'"));
        }
        let run = published(text, &wanted)?;
        args.form.deliver(&run, &Source::default(), settings)?;
        return Ok(Outcome::Done);
    }
    let audits = named(&args.names)?;
    let store = Store::under(&settings.directory);
    let mut unfinished = store.begin()?;
    let from = match &args.from {
        Some(path) => {
            From { path: path.clone(), map: args.map.clone(), skip_invalid: args.skip_invalid, shipped: false }
        }
        None => From { path: example::lay(unfinished.folder())?, map: None, skip_invalid: false, shipped: true },
    };
    let found = reading::audited(&from, &audits, &wanted, settings, |trace| unfinished.observe(trace));
    if args.from.is_none() {
        // It is part of the binary; the run keeps what it says.
        let _ = fs::remove_file(&from.path);
    }
    let run = match found {
        Ok(run) => run,
        Err(problem) => {
            unfinished.abandon();
            return Err(problem);
        }
    };
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let source = runs::Source {
        from: args.from.as_deref().map(shown),
        map: args.map.as_deref().map(shown),
        skip_invalid: args.skip_invalid,
    };
    let arguments = Source::of(&source);
    let plan = Plan {
        candor: run.candor.clone(),
        audits: audits.iter().map(|audit| audit.about().name.to_owned()).collect(),
        source,
        settings: wanted,
    };
    let stored = unfinished.finish(&plan, &run, &candor_web::render_from(&run, &arguments.arguments))?;
    args.form.deliver(&run, &arguments, settings)?;
    if !settings.quiet {
        // On standard error, since it changes with the clock: what is printed on standard output does not.
        output::remark(&format!(
            "stored as run {}: candor audit report @last --html report.html{}",
            stored.id, settings.to_directory
        ));
    }
    Ok(Outcome::Done)
}

/// The audits of these names; all where none is named.
fn named(names: &[String]) -> Result<Vec<&'static dyn Audit>, Problem> {
    if names.is_empty() {
        return Ok(audits::ALL.to_vec());
    }
    names
        .iter()
        .map(|name| {
            audits::named(name).ok_or_else(|| {
                let known: Vec<&str> = audits::ALL.iter().map(|audit| audit.about().name).collect();
                Problem::usage(format!("audit `{name}`: expected one of {}, found none of that name", known.join(", ")))
                    .hint("candor audit list says what each measures")
            })
        })
        .collect()
}

/// A published curve as a run of its own, without data behind it.
fn published(text: &str, wanted: &candor_audit::Settings) -> Result<Run, Problem> {
    let points = compute::parse_published(text).map_err(|error| {
        Problem::usage(format!("--published: {error}")).hint("--published '1=62,4=74,8=79,16=80,32=80?'")
    })?;
    Ok(recorded::unsourced(vec![compute::published(&points, wanted)], wanted))
}

impl Args {
    /// Flags before the settings file before the defaults.
    fn audit_settings(&self) -> Result<candor_audit::Settings, Problem> {
        let mut wanted = match &self.settings {
            None => candor_audit::Settings::default(),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
                toml::from_str(&text).map_err(|error| misread(path, &text, &error))?
            }
        };
        if let Some(seed) = self.seed {
            // Settings are stored as TOML, whose integers have 63 bits.
            if i64::try_from(seed).is_err() {
                return Err(Problem::usage(format!("--seed: expected at most {}, found {seed}", i64::MAX)));
            }
            wanted.seed = Seed(seed);
        }
        if let Some(level) = self.level {
            wanted.level = reading::level(level)?;
        }
        if let Some(points) = self.margin {
            if !(points > 0.0 && points < 100.0) {
                return Err(Problem::usage(format!("--margin: expected points between 0 and 100, found {points}"))
                    .hint("--margin 2 is two percentage points"));
            }
            wanted.margin = points / 100.0;
        }
        if let Some(operate) = &self.operate {
            wanted.compute.operate = Some(operated(operate)?);
        }
        if let Some(paths) = &self.paths {
            wanted.compute.paths = Some(paths.clone());
        }
        if self.aggregate.is_some() {
            wanted.compute.aggregate = self.aggregate;
        }
        if self.score.is_some() {
            wanted.compute.score.clone_from(&self.score);
            // Who names a score wants it to choose.
            wanted.compute.aggregate = self.aggregate.or(Some(Aggregate::Best));
        }
        Ok(wanted)
    }
}

/// `paths=16`.
fn operated(text: &str) -> Result<u32, Problem> {
    text.strip_prefix("paths=").and_then(|number| number.trim().parse().ok()).filter(|paths| *paths > 0).ok_or_else(
        || {
            Problem::usage(format!("--operate: expected paths=N with N from 1 on, found `{text}`"))
                .hint("--operate paths=16")
        },
    )
}

/// A settings file that makes no sense: its line, and what was expected.
fn misread(path: &Path, text: &str, error: &toml::de::Error) -> Problem {
    let line =
        error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
    Problem::configuration(format!("{}:{line}: {}", path.display(), error.message().replace('\n', " ")))
        .hint("a stored run's plan.toml shows every setting under [settings]")
}
