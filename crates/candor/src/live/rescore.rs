//! Replies of a run judged again, by the verifiers and audits of now: nothing is asked, no key is looked for, no socket is opened. What
//! comes of it is a run of its own that names the other one, which stays as it is.

use candor_audit::Audit;

use super::sitting::{Sat, Sitting, conclude, ended, named, task};
use super::{Asked, Foreign, Judge, Models};
use crate::problem::Problem;
use crate::recording;
use crate::registering::{self, Identity};
use crate::runs::{LiveRun, Store};
use crate::settings::Settings;

/// What is different from the first time; everything else stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Again {
    /// Other audits; those of the run where none is named.
    pub(crate) audits: Vec<String>,
    /// The questions with other golds, verifiers or parameters; those of the run where no file is named. A question in other words is
    /// another question, whose calls are not made.
    pub(crate) task: Option<String>,
    /// Programs that the questions name may run.
    pub(crate) allow_programs: bool,
}

/// Judges the replies of a run again; `change` gives the audits' settings from those of the run.
pub(crate) fn rescore(
    name: &str,
    again: Again,
    change: impl FnOnce(candor_audit::Settings) -> Result<candor_audit::Settings, Problem>,
    settings: &Settings,
) -> Result<Sitting, Problem> {
    let store = Store::under(&settings.directory);
    let first = store.find_live(Some(name))?;
    let Some(mut asked) = first.plan.live.clone() else {
        return Err(Problem::record(format!("run {}: expected a plan with calls, found none", first.id)));
    };
    let Again { audits, task: other, allow_programs } = again;
    let mut questions = first.task.clone();
    if let Some(other) = other {
        asked.task = other;
        questions = task(&asked)?;
        questions.items.truncate(asked.limit.unwrap_or(usize::MAX));
    }
    asked.allow_programs |= allow_programs;
    asked.rescored = Some(first.id.clone());
    let mut plan = first.plan.clone();
    plan.candor = env!("CARGO_PKG_VERSION").to_owned();
    plan.live = Some(asked.clone());
    plan.settings = change(plan.settings)?;
    plan.settings.derive = recording::exists(settings);
    if plan.settings.seed != first.plan.settings.seed {
        // It says which cues and changes were asked about.
        return Err(Problem::usage(format!(
            "--seed: expected that of run {}, {}, found {}",
            first.id, first.plan.settings.seed, plan.settings.seed
        )));
    }
    if !audits.is_empty() {
        plan.audits = audits;
    }
    let named = named(&plan)?;
    Judge::checked(&asked, &questions, &named)?;
    let models = Models::silent(&asked, settings)?;
    let foreign = Foreign::of(&asked, &questions, settings)?;
    for model in &models.all {
        asked.plan(&questions, model, &named, &plan.settings)?;
    }
    let live = store.begin_live(plan, questions)?;
    // Before a reply is read.
    let judged = Identity::of(&live.plan, Some(&live.task))
        .and_then(|plan| registering::begin(&plan, Some(&live.id), Some(&first.id), settings))
        .and_then(|registering| {
            let judged = judge_again(&first, &live, &asked, &models, &foreign, &named)?;
            Ok((judged, registering))
        });
    match judged {
        Ok((judged, registering)) => ended(judged, registering.as_ref(), settings),
        Err(problem) => {
            // A folder without a report would look like a run to go on with.
            live.abandon();
            Err(problem)
        }
    }
}

fn judge_again(
    first: &LiveRun,
    live: &LiveRun,
    asked: &Asked,
    models: &Models,
    foreign: &Foreign,
    named: &[&'static dyn Audit],
) -> Result<Sitting, Problem> {
    let mut all = Vec::new();
    for (at, model) in models.all.iter().enumerate() {
        let calls = foreign.on(asked.plan(&live.task, model, named, &live.plan.settings)?);
        let ledger = live.ledger_from(first, at, calls.digest())?;
        let judge = models.judge.as_ref();
        let opinions = judge.map(|judge| {
            let judging = judge.judging(&calls, &ledger).digest();
            live.opinions_from(first, at, judging)
        });
        let opinions = opinions.transpose()?;
        all.push(Sat { plan: calls, ledger, opinions });
    }
    conclude(live, asked, models, &all, named, None)
}
