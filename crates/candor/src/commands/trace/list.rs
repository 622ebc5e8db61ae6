//! `candor trace list [QUERY]`: which traces there are, a line each.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use candor_trace::{Trace, Whom};
use serde::Serialize;

use super::places::{self, Places, Wanted};
use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::trace as shown;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which traces: terms such as model:gpt-* verdict:wrong 'tokens>1000' has:tools "all tests pass"; all hold
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    places: Places,
    /// Those about one person alone, by identifier or pseudonym in the record
    #[arg(long, value_name = "WHO")]
    subject: Option<String>,
    /// At most so many lines; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// What a list says of a trace.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    /// Its identifier.
    pub(crate) id: String,
    /// Where it was read.
    pub(crate) place: String,
    /// The question.
    pub(crate) unit: String,
    /// The pseudonym of whom it is about.
    pub(crate) subject: Option<String>,
    /// The arm.
    pub(crate) arm: Option<String>,
    /// The sample.
    pub(crate) sample: u32,
    /// The model.
    pub(crate) model: Option<String>,
    /// The effort.
    pub(crate) effort: Option<String>,
    /// What a verifier decided.
    pub(crate) verdict: Option<String>,
    /// The answer.
    pub(crate) answer: Option<String>,
    /// The provenance of the reasoning.
    pub(crate) reasoning: String,
    /// Tool calls.
    pub(crate) tools: u64,
    /// Output tokens.
    pub(crate) tokens: Option<u64>,
    /// Dollars.
    pub(crate) cost: Option<f64>,
    /// It is planted, not a language model's.
    pub(crate) planted: bool,
}

impl Listed {
    fn of(trace: &Trace) -> Self {
        let tools = trace.events.iter().filter(|event| matches!(event, candor_trace::Event::ToolCall { .. })).count();
        Self {
            id: trace.id().to_string(),
            place: trace.origin.to_string(),
            unit: trace.trial.unit.clone(),
            subject: trace.whom.as_ref().and_then(Whom::pseudonym).map(str::to_owned),
            arm: trace.trial.arm.clone(),
            sample: trace.trial.sample,
            model: trace.model.clone(),
            effort: trace.effort.as_ref().map(ToString::to_string),
            verdict: trace.verdict().map(|verdict| verdict.outcome.to_string()),
            answer: trace.answer().map(str::to_owned),
            reasoning: trace.provenance().to_string(),
            tools: tools as u64,
            tokens: trace.usage.output,
            cost: trace.cost.map(candor_trace::Money::units),
            planted: trace.planted,
        }
    }
}

/// A list with what it was taken from.
#[derive(Debug, Serialize)]
pub(crate) struct List {
    /// Traces that were looked at.
    pub(crate) seen: u64,
    /// Of them, those that the query means.
    pub(crate) meant: u64,
    /// The first of those.
    pub(crate) traces: Vec<Listed>,
    /// Where arms were asked for and no trace is meant: the arms that there are, with their traces; those without one under the empty name.
    pub(crate) arms: BTreeMap<String, u64>,
}

/// Arms are told apart up to this many.
const MOST_ARMS: usize = 100;

/// Lists them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let query = places::meant(&args.query)?;
    let mut list = List { seen: 0, meant: 0, traces: Vec::new(), arms: BTreeMap::new() };
    let subject = match &args.subject {
        Some(who) => Some(recording::subject(settings, &mut recording::read(settings)?, who)?),
        None => None,
    };
    let about =
        |trace: &Trace| subject.is_none() || trace.whom.as_ref().and_then(Whom::pseudonym) == subject.as_deref();
    let names_arms = query.names_arms();
    let passed = args.places.search(settings, true, &Wanted::Meant(&query), &mut |trace| {
        list.seen += 1;
        if query.holds(trace) && about(trace) {
            list.meant += 1;
            if list.traces.len() < args.limit {
                list.traces.push(Listed::of(trace));
            }
        }
        if names_arms && list.meant == 0 {
            let arm = trace.trial.arm.as_deref().unwrap_or_default();
            if let Some(count) = list.arms.get_mut(arm) {
                *count += 1;
            } else if list.arms.len() < MOST_ARMS {
                list.arms.insert(arm.to_owned(), 1);
            }
        }
        ControlFlow::Continue(())
    })?;
    list.seen += passed;
    if list.meant > 0 {
        list.arms.clear();
    }
    if settings.json {
        output::json(&list)?;
    } else {
        output::print(&shown::list(&list, settings.page))?;
    }
    Ok(Outcome::Done)
}
