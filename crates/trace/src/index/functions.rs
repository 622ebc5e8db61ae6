//! Functions of the domain for SQL on an index, from `candor_stats`. No estimator stands here.
//!
//! What is undefined for these data is `null`; what can be no data at all (more right ones than samples) is an error.

use std::collections::BTreeMap;

use candor_stats::curve::{Tally, pass_at_k};
use candor_stats::{Clusters, Level, Proportion};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// The functions with their arguments and what they give.
pub const FUNCTIONS: [(&str, &str, &str); 5] = [
    ("wilson_low", "k, n [, level]", "lower end of Wilson's interval for k of n independent trials; level 0.95"),
    ("wilson_high", "k, n [, level]", "its upper end"),
    ("pass_at_k", "n, c, k", "probability that one of k samples is right, from n of which c are"),
    (
        "maj_at_k",
        "answer, right, k",
        "aggregate over the samples of one question: that a majority of k samples is right",
    ),
    ("clustered_se", "value, cluster", "aggregate: standard error of the mean of cluster means"),
];

/// Values that an aggregate may hold.
const MOST_VALUES: usize = 20_000_000;

/// Right ones that are counted one by one.
const MOST_RIGHT: u64 = 10_000_000;

/// Steps that one vote may take to compute.
const MOST_STEPS: f64 = 2e9;

/// Adds them to a connection.
pub(super) fn add(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for arguments in [2, 3] {
        connection.create_scalar_function("wilson_low", arguments, flags, |call| {
            Ok(wilson("wilson_low", call)?.map(|interval| interval.low()))
        })?;
        connection.create_scalar_function("wilson_high", arguments, flags, |call| {
            Ok(wilson("wilson_high", call)?.map(|interval| interval.high()))
        })?;
    }
    connection.create_scalar_function("pass_at_k", 3, flags, pass)?;
    connection.create_aggregate_function("maj_at_k", 3, flags, Votes)?;
    connection.create_aggregate_function("clustered_se", 2, flags, ByCluster)
}

fn wrong(function: &str, expected: &str, found: &str) -> Error {
    Error::UserFunctionError(format!("{function}: expected {expected}, found {found}").into())
}

fn said(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("`{}`", crate::error::shown(&String::from_utf8_lossy(text))),
        ValueRef::Blob(_) => "bytes".to_owned(),
    }
}

/// A count; `None` for null.
fn count(function: &str, name: &str, value: ValueRef<'_>) -> Result<Option<u64>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) if number >= 0 => Ok(u64::try_from(number).ok()),
        other => Err(wrong(function, &format!("a whole number from 0 on for {name}"), &said(other))),
    }
}

fn number(function: &str, name: &str, value: ValueRef<'_>) -> Result<Option<f64>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number as f64)),
        ValueRef::Real(number) if number.is_finite() => Ok(Some(number)),
        other => Err(wrong(function, &format!("a number for {name}"), &said(other))),
    }
}

fn wilson(function: &str, call: &Context<'_>) -> Result<Option<candor_stats::Interval>> {
    let (k, n) = (count(function, "k", call.get_raw(0))?, count(function, "n", call.get_raw(1))?);
    let level = match call.len() {
        3 => {
            let Some(level) = number(function, "level", call.get_raw(2))? else { return Ok(None) };
            Level::new(level).map_err(|_| wrong(function, "a level between 0 and 1", &level.to_string()))?
        }
        _ => Level::P95,
    };
    let (Some(k), Some(n)) = (k, n) else { return Ok(None) };
    let trials =
        Proportion::new(k, n).map_err(|_| wrong(function, "k of n trials with k <= n", &format!("{k} of {n}")))?;
    Ok(trials.wilson(level).ok().and_then(|estimate| estimate.interval().ok().copied()))
}

fn pass(call: &mut Context<'_>) -> Result<Option<f64>> {
    const NAME: &str = "pass_at_k";
    let [n, c, k] = [(0, "n"), (1, "c"), (2, "k")].map(|(at, name)| count(NAME, name, call.get_raw(at)));
    let (Some(n), Some(c), Some(k)) = (n?, c?, k?) else { return Ok(None) };
    if c > n {
        return Err(wrong(NAME, "at most n right ones", &format!("{c} of {n}")));
    }
    if c > MOST_RIGHT {
        return Err(wrong(NAME, &format!("at most {MOST_RIGHT} right ones"), &c.to_string()));
    }
    Ok(pass_at_k(n, c, k).ok())
}

/// `maj_at_k(answer, right, k)`.
struct Votes;

/// The answers of one question.
#[derive(Default)]
struct Answers {
    /// How often each was given, and how often it was judged right.
    given: BTreeMap<Vec<u8>, (u32, u32)>,
    silent: u32,
    /// An answer that nobody judged: nothing can be said of a vote.
    unjudged: bool,
    k: Option<u64>,
}

impl Aggregate<Answers, Option<f64>> for Votes {
    fn init(&self, _: &mut Context<'_>) -> Result<Answers> {
        Ok(Answers::default())
    }

    fn step(&self, call: &mut Context<'_>, answers: &mut Answers) -> Result<()> {
        const NAME: &str = "maj_at_k";
        let Some(k) = count(NAME, "k", call.get_raw(2))? else {
            return Err(wrong(NAME, "a whole number from 1 on for k", "null"));
        };
        if *answers.k.get_or_insert(k) != k {
            return Err(wrong(NAME, "one k for all samples of a question", "several"));
        }
        let Some(answer) = key(call.get_raw(0)) else {
            answers.silent = answers.silent.saturating_add(1);
            return Ok(());
        };
        let right = number(NAME, "right", call.get_raw(1))?;
        answers.unjudged |= right.is_none();
        if answers.given.len() >= MOST_VALUES {
            return Err(wrong(NAME, &format!("at most {MOST_VALUES} answers"), "more"));
        }
        let given = answers.given.entry(answer).or_default();
        given.0 = given.0.saturating_add(1);
        given.1 += u32::from(right.is_some_and(|right| right != 0.0));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, answers: Option<Answers>) -> Result<Option<f64>> {
        let Some(answers) = answers.filter(|answers| !answers.unjudged) else { return Ok(None) };
        let Some(k) = answers.k.and_then(|k| u32::try_from(k).ok()) else { return Ok(None) };
        let given = answers.given.values().copied();
        let tally = Tally::new(given.clone(), answers.silent);
        if u64::from(k) > tally.samples() {
            return Ok(None);
        }
        if steps(given.map(|(count, _)| count), k) > MOST_STEPS {
            return Err(wrong("maj_at_k", "fewer answers or a smaller k", &format!("k = {k}: it would take too long")));
        }
        Ok(tally.majority(k).ok())
    }
}

/// About how many steps a vote of k takes: for every winning number of votes m, every answer that can have them, over samples used, ties and
/// votes.
fn steps(given: impl Iterator<Item = u32> + Clone, k: u32) -> f64 {
    let most = given.clone().max().unwrap_or(0).min(k);
    let mut counts: Vec<u32> = given.collect();
    counts.sort_unstable();
    (1..=most)
        .map(|m| {
            let able = counts.len() - counts.partition_point(|count| *count < m);
            let ties = f64::from(k / m).min(able as f64) + 1.0;
            able as f64 * f64::from(k) * ties * f64::from(m) / 2.0
        })
        .sum()
}

/// `clustered_se(value, cluster)`.
struct ByCluster;

/// Values by cluster.
#[derive(Default)]
struct Values {
    clusters: BTreeMap<Vec<u8>, Vec<f64>>,
    count: usize,
}

impl Aggregate<Values, Option<f64>> for ByCluster {
    fn init(&self, _: &mut Context<'_>) -> Result<Values> {
        Ok(Values::default())
    }

    fn step(&self, call: &mut Context<'_>, values: &mut Values) -> Result<()> {
        const NAME: &str = "clustered_se";
        // As other aggregates: a row without a value, or without a cluster, is no row.
        let Some(value) = number(NAME, "value", call.get_raw(0))? else { return Ok(()) };
        let Some(cluster) = key(call.get_raw(1)) else { return Ok(()) };
        values.count += 1;
        if values.count > MOST_VALUES {
            return Err(wrong(NAME, &format!("at most {MOST_VALUES} values"), "more"));
        }
        values.clusters.entry(cluster).or_default().push(value);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, values: Option<Values>) -> Result<Option<f64>> {
        let Some(values) = values else { return Ok(None) };
        let all = values.clusters.values().flatten();
        // Shares as they are; other values within the range that they have.
        let (low, high) = all.fold((0.0_f64, 1.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
        let width = high - low;
        if !width.is_finite() {
            return Ok(None);
        }
        let clusters = Clusters::from_bounded(values.clusters.values(), low, high).ok();
        Ok(clusters.and_then(|clusters| clusters.standard_error().ok()).map(|error| error * width))
    }
}

/// A value as a key, its type before it; `None` for null.
fn key(value: ValueRef<'_>) -> Option<Vec<u8>> {
    let tagged = |tag: u8, bytes: &[u8]| Some([&[tag], bytes].concat());
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => tagged(b'i', &number.to_be_bytes()),
        ValueRef::Real(number) => tagged(b'r', &number.to_be_bytes()),
        ValueRef::Text(text) => tagged(b't', text),
        ValueRef::Blob(bytes) => tagged(b'b', bytes),
    }
}

#[cfg(test)]
mod tests;
