//! Which audits are wanted, with which settings: from flags before a settings file before the defaults. Not on what they run.

use std::fs;
use std::path::PathBuf;

use candor_audit::audits::compute::Aggregate;
use candor_audit::{Audit, audits};
use candor_stats::Seed;
use candor_trace::spelling::nearest;

use crate::commands::{OF_A_PLAN, misread};
use crate::problem::Problem;
use crate::reading;

/// Arguments.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Wanted {
    /// The audits to run [default: all that find something to read]
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
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
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', value_parser = paths)]
    paths: Option<Vec<u32>>,
    /// How several samples become one answer: majority, best (by a recorded score) or any
    #[arg(long, value_parser = aggregate)]
    aggregate: Option<Aggregate>,
    /// The recorded score that chooses in best-of-k
    #[arg(long, value_name = "NAME")]
    score: Option<String>,
}

/// One of the numbers of `--paths`.
fn paths(text: &str) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|paths| *paths > 0);
    number.ok_or_else(|| "expected whole numbers from 1 on with commas between them, such as 1,4,16".to_owned())
}

fn aggregate(text: &str) -> Result<Aggregate, String> {
    [Aggregate::Majority, Aggregate::Best, Aggregate::Any]
        .into_iter()
        .find(|aggregate| aggregate.as_str() == text)
        .ok_or_else(|| "expected majority, best or any".to_owned())
}

/// The audits of these names; all where none is named.
pub(super) fn named(names: &[String]) -> Result<Vec<&'static dyn Audit>, Problem> {
    if names.is_empty() {
        return Ok(audits::ALL.to_vec());
    }
    names
        .iter()
        .map(|name| {
            audits::named(name).ok_or_else(|| {
                let known: Vec<&str> = audits::ALL.iter().map(|audit| audit.about().name).collect();
                let found = format!("audit `{name}`: expected one of {}, found none of that name", known.join(", "));
                let meant = nearest(name, known).map(|meant| format!("did you mean `{meant}`?"));
                meant
                    .into_iter()
                    .fold(Problem::usage(found), Problem::hint)
                    .hint("candor audit list says what each measures")
            })
        })
        .collect()
}

impl Wanted {
    /// Flags before the settings file before `defaults`.
    pub(super) fn settings(&self, defaults: candor_audit::Settings) -> Result<candor_audit::Settings, Problem> {
        let mut wanted = match &self.settings {
            None => defaults,
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
                toml::from_str(&text).map_err(|error| misread(path, &text, &error, OF_A_PLAN))?
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
