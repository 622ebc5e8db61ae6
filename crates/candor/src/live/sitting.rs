//! One sitting of a run that makes calls: from the ledger as it stands to as far as it comes, with progress, and the report over what is there. Stopped or whole, the
//! run is stored; a killed one goes on with `candor audit resume`.

use std::path::Path;
use std::time::Instant;

use candor_audit::derive::Derived;
use candor_audit::live::runner::{self, Bounds, Ended, Progress, Stop};
use candor_audit::live::task::read_task;
use candor_audit::live::until::Answer;
use candor_audit::live::{Kept, Ledger, Opinions, Plan as Calls, Task, observe};
use candor_audit::planted::examine;
use candor_audit::{Audit, Run, audits};
use candor_trace::Money;
use candor_trace::spelling::instead;

use super::bill::Bill;
use super::model::PEBBLE;
use super::{Asked, Foreign, Judge, Model, Models};
use crate::ending;
use crate::exam::truths;
use crate::output;
use crate::problem::{Kind, Problem};
use crate::progress::Called;
use crate::recording;
use crate::registering::{self, Identity, Registering};
use crate::runs::{LiveRun, Plan, Store, Stored};
use crate::settings::Settings;
use crate::show::text;

/// So many calls in a row that were given up before the first was answered end a run.
const HOPELESS: u32 = 20;

/// How Ctrl-C reaches the calls.
static STOP: Stop = Stop::new();

/// What a sitting came to.
pub(crate) struct Sitting {
    /// The report over everything that is there.
    pub(crate) run: Run,
    /// Where it is stored.
    pub(crate) stored: Stored,
    /// The plan that it follows.
    pub(crate) plan: Plan,
    /// Why there is more to do, if there is.
    pub(crate) unfinished: Option<Problem>,
    /// What it was to decide cannot be told, of one model at least.
    pub(crate) undecided: bool,
}

/// The calls of one model, as far as they are made.
pub(super) struct Sat<'a> {
    pub(super) plan: Calls<'a>,
    pub(super) ledger: Ledger,
    /// What the judge said of the replies.
    pub(super) opinions: Option<Ledger>,
}

/// Begins a run; or goes on with one of the same plan that was not finished, unless it is to be begun `anew`.
pub(crate) fn begin(plan: Plan, asked: &Asked, anew: bool, settings: &Settings) -> Result<Sitting, Problem> {
    let mut task = task(asked)?;
    if let Some(limit) = asked.limit {
        task.items.truncate(limit);
    }
    let store = Store::under(&settings.directory);
    if !anew && let Some(id) = store.unfinished(&plan, &task)? {
        output::remark(&format!(
            "run {id} of the same plan is not finished: going on with it; what is there is not asked again (--again begins a new run)"
        ));
        return go_on(Some(&id), asked.ceiling, asked.no_ceiling, settings);
    }
    let named = named(&plan)?;
    Judge::checked(asked, &task, &named)?;
    let foreign = Foreign::of(asked, &task, settings)?;
    let models = Models::of(asked, settings)?;
    // What cannot be planned, or was not agreed to, is refused before there is a folder.
    let mut bill = Bill::default();
    for model in &models.all {
        let calls = foreign.on(asked.plan(&task, model, &named, &plan.settings)?);
        bill.add(model, &calls.shares());
        if let Some(judge) = &models.judge {
            let nothing = Ledger::in_memory();
            bill.add(&judge.model, &judge.judging(&calls, &nothing).shares());
        }
    }
    for model in models.paid() {
        affordable(asked, model)?;
    }
    bill.agreed(asked)?;
    let live = store.begin_live(plan, task)?;
    // Before the first call is made.
    let registered = Identity::of(&live.plan, Some(&live.task))
        .and_then(|plan| registering::begin(&plan, Some(&live.id), None, settings));
    match registered {
        Ok(registering) => {
            let sat = sit(&live, asked, &models, &foreign, &named, settings)?;
            closed(&live, sat, registering.as_ref(), settings)
        }
        Err(problem) => {
            // Nothing was asked; what is not registered does not look like a run to go on with.
            live.abandon();
            Err(problem)
        }
    }
}

/// Goes on with a run; `ceiling` stands for the plan's from now on, and none does where it is `lifted`.
pub(crate) fn go_on(
    name: Option<&str>,
    ceiling: Option<Money>,
    lifted: bool,
    settings: &Settings,
) -> Result<Sitting, Problem> {
    let mut live = Store::under(&settings.directory).find_live(name)?;
    live.plan.settings.derive = recording::exists(settings);
    let Some(mut asked) = live.plan.live.clone() else {
        return Err(Problem::record(format!("run {}: expected a plan with calls, found none", live.id)));
    };
    asked.no_ceiling = lifted || (asked.no_ceiling && ceiling.is_none());
    asked.ceiling = if lifted { None } else { ceiling.or(asked.ceiling) };
    let models = Models::of(&asked, settings)?;
    for model in models.paid() {
        affordable(&asked, model)?;
    }
    let named = named(&live.plan)?;
    let foreign = Foreign::of(&asked, &live.task, settings)?;
    if ceiling.is_some() || lifted {
        let plan = Plan { live: Some(asked.clone()), ..live.plan.clone() };
        live.keep(plan)?;
    }
    let plan = Identity::of(&live.plan, Some(&live.task))?;
    let registering = registering::go_on(&plan, &live.id, settings)?;
    let sat = sit(&live, &asked, &models, &foreign, &named, settings)?;
    closed(&live, sat, registering.as_ref(), settings)
}

/// Registers what a sitting came to, and notes last of all whether there is anything left to ask: one that is killed before is gone on with.
fn closed(
    live: &LiveRun,
    (sitting, whole): (Sitting, bool),
    registering: Option<&Registering>,
    settings: &Settings,
) -> Result<Sitting, Problem> {
    let sitting = ended(sitting, registering, settings)?;
    if whole {
        live.mark_whole()?;
    }
    Ok(sitting)
}

/// Registers what a sitting came to. One that came to nothing stands in the record as begun.
pub(super) fn ended(
    sitting: Sitting,
    registering: Option<&Registering>,
    settings: &Settings,
) -> Result<Sitting, Problem> {
    if let Some(registering) = registering {
        registering.end(&sitting.stored, sitting.unfinished.is_none(), settings)?;
    }
    Ok(sitting)
}

/// Runs audits on a planted process of that truth, on questions that a phrase draws, and keeps nothing.
pub(crate) fn sit_in_memory(
    truth: &candor_pebble::Truth,
    phrase: &str,
    questions: usize,
    asked: &Asked,
    named: &[&'static dyn Audit],
    wanted: &candor_audit::Settings,
) -> Result<Run, Problem> {
    let task = super::model::drawn_task(phrase, questions);
    let model = super::model::pebble(truth.clone(), asked.connections);
    let runtime = super::model::runtime()?;
    let plan = asked.plan(&task, &model, named, wanted)?;
    let mut ledger = Ledger::in_memory();
    let bounds = Bounds { connections: asked.connections, ceiling: None, tariff: &*model.tariff, hopeless: HOPELESS };
    let mut silent = |_: &Progress| {};
    let made = runner::run(&plan, &*model.asks, &mut ledger, bounds, &STOP, &mut silent);
    runtime.block_on(made).map_err(|error| Problem::record(error.to_string()))?;
    let kept = [Kept { plan: &plan, ledger: &ledger, tariff: &*model.tariff, opinions: None }];
    observe(&kept, named, wanted, &mut |_| {}).map_err(|error| crate::reading::refused(&error))
}

/// The questions: of a file, or pebble's own.
pub(crate) fn task(asked: &Asked) -> Result<Task, Problem> {
    if asked.task == PEBBLE {
        return Ok(super::model::own_task());
    }
    let path = Path::new(&asked.task);
    let text = std::fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
    let name = path.file_name().map_or_else(|| asked.task.clone(), |name| name.to_string_lossy().into_owned());
    read_task(&name, &text).map_err(|error| {
        let place = if error.line == 0 { asked.task.clone() } else { format!("{}:{}", asked.task, error.line) };
        let message = error.to_string();
        let meant = instead(&message).map(|meant| format!("did you mean `{meant}`?"));
        let problem = Problem::input(format!("{place}: {message}"));
        meant.into_iter().fold(problem, Problem::hint).hint("candor init NAME writes a task to start from")
    })
}

pub(super) fn named(plan: &Plan) -> Result<Vec<&'static dyn Audit>, Problem> {
    plan.audits
        .iter()
        .map(|name| {
            audits::named(name)
                .ok_or_else(|| Problem::record(format!("audit `{name}`: expected one that this version has")))
        })
        .collect()
}

/// A ceiling needs prices.
fn affordable(asked: &Asked, model: &Model) -> Result<(), Problem> {
    if asked.ceiling.is_none()
        || (model.tariff)(&candor_llm::Usage { input: Some(1), output: Some(1), ..Default::default() }).is_some()
    {
        return Ok(());
    }
    Err(Problem::configuration(format!(
        "--ceiling: expected a known price for {}:{}, found none",
        model.provider, model.name
    ))
    .hint("give one as [[price]] in candor.toml (docs/formats/configuration.md), or say --no-ceiling instead, with --limit"))
}

/// Makes the calls that are left; and whether every one is made now, none given up.
fn sit(
    live: &LiveRun,
    asked: &Asked,
    models: &Models,
    foreign: &Foreign,
    named: &[&'static dyn Audit],
    settings: &Settings,
) -> Result<(Sitting, bool), Problem> {
    if asked.ceiling.is_some() && asked.max_output.is_none() {
        output::remark("--ceiling without --max-output: no call has a bound, so one is asked at a time");
    }
    ending::stops_by(Some(&STOP));
    let wanted = &live.plan.settings;
    let mut all = Vec::new();
    let (mut unfinished, mut lost) = (None, 0);
    let mut left = asked.ceiling;
    for (at, model) in models.all.iter().enumerate() {
        let plan = foreign.on(asked.plan(&live.task, model, named, wanted)?);
        let mut ledger = live.ledger(at, plan.digest())?;
        if ledger.in_flight > 0 {
            output::remark(&format!(
                "on the way when the last sitting ended: {}, which may have been paid for and will be asked again",
                text::counted(ledger.in_flight, "call")
            ));
        }
        if unfinished.is_none() {
            let shown = Called::of(&format!("{}:{}", model.provider, model.name), settings);
            let began = Instant::now();
            let bounds =
                Bounds { connections: asked.connections, ceiling: left, tariff: &*model.tariff, hopeless: HOPELESS };
            let mut each = |progress: &Progress| shown.at(progress, began.elapsed());
            let made = models.runtime.block_on(runner::run(&plan, &*model.asks, &mut ledger, bounds, &STOP, &mut each));
            let (ended, progress) = made.map_err(|error| Problem::record(error.to_string()))?;
            shown.end(&progress, began.elapsed());
            // What was spent on an earlier model and is not known may be everything.
            left = left.map(|left| Money(progress.spent.map_or(0, |spent| left.0.saturating_sub(spent.0))));
            unfinished = why_unfinished(&ended, &progress, live, asked, settings);
            lost += progress.lost;
        }
        let mut opinions = None;
        if let Some(judge) = &models.judge {
            let judging = judge.judging(&plan, &ledger);
            let mut said = live.opinions(at, judging.digest())?;
            if unfinished.is_none() {
                let Model { provider, name, asks, tariff, .. } = &judge.model;
                let shown = Called::of(&format!("judge {provider}:{name}"), settings);
                let began = Instant::now();
                let bounds =
                    Bounds { connections: asked.connections, ceiling: left, tariff: &**tariff, hopeless: HOPELESS };
                let mut each = |progress: &Progress| shown.at(progress, began.elapsed());
                let made = models.runtime.block_on(runner::run(&judging, &**asks, &mut said, bounds, &STOP, &mut each));
                let (ended, progress) = made.map_err(|error| Problem::record(error.to_string()))?;
                shown.end(&progress, began.elapsed());
                left = left.map(|left| Money(progress.spent.map_or(0, |spent| left.0.saturating_sub(spent.0))));
                unfinished = why_unfinished(&ended, &progress, live, asked, settings);
                lost += progress.lost;
            }
            opinions = Some(said);
        }
        all.push(Sat { plan, ledger, opinions });
    }
    ending::stops_by(None);
    // From here on the older report does not fit what is beside it. What was refused before has changed nothing.
    live.mark_open()?;
    let whole = unfinished.is_none() && lost == 0;
    Ok((conclude(live, asked, models, &all, named, unfinished)?, whole))
}

/// Reads what is in the ledgers, and stores what the audits say of it.
pub(super) fn conclude(
    live: &LiveRun,
    asked: &Asked,
    models: &Models,
    all: &[Sat<'_>],
    named: &[&'static dyn Audit],
    unfinished: Option<Problem>,
) -> Result<Sitting, Problem> {
    let wanted = &live.plan.settings;
    let mut undecided = false;
    for Sat { plan, ledger, .. } in all {
        let account = plan.account(ledger).map_err(|error| Problem::record(error.to_string()))?;
        undecided |= account.is_some_and(|account| account.answer == Answer::CannotTell);
    }
    let mut observations = live.observations()?;
    let kept: Vec<Kept<'_>> = all
        .iter()
        .zip(&models.all)
        .map(|(Sat { plan, ledger, opinions }, model)| {
            let judged = models.judge.as_ref().zip(opinions.as_ref());
            let opinions = judged.map(|(judge, said)| Opinions { judging: judge.judging(plan, ledger), ledger: said });
            Kept { plan, ledger, tariff: &*model.tariff, opinions }
        })
        .collect();
    let run = observe(&kept, named, wanted, &mut |trace| observations.keep(trace));
    let mut run = match (run, &unfinished) {
        (Ok(run), _) => run,
        // Nothing came back: why is what matters.
        (Err(_), Some(problem)) => return Err(problem.clone()),
        (Err(error), None) => return Err(crate::reading::refused(&error)),
    };
    if asked.on == [PEBBLE] && asked.task == PEBBLE && unfinished.is_none() && asked.stops_early().is_none() {
        // What is true of it is known, and stands beside what was found.
        let kinds = super::model::own_kinds(live.task.items.len());
        let examined = examine(&run, &truths(&candor_pebble::Truth::default(), &kinds, asked));
        run.reports.push(examined.report(&run));
        if run.settings.derive {
            run.derived = Derived::of(&run.reports);
        }
    }
    if let Some(id) = &asked.rescored {
        for report in &mut run.reports {
            report.notes.insert(0, format!("begun with the replies of run {id}, which were judged again"));
        }
    }
    let source = crate::show::run::Source::of(&live.plan.source);
    let stored = live.finish(observations, &run, &candor_web::render_from(&run, &source.arguments))?;
    Ok(Sitting { run, stored, plan: live.plan.clone(), unfinished, undecided })
}

fn why_unfinished(
    ended: &Ended,
    progress: &Progress,
    live: &LiveRun,
    asked: &Asked,
    settings: &Settings,
) -> Option<Problem> {
    let made = progress.found + progress.replied;
    let so_far = format!("{} of {} calls are made", text::thousands(made), text::thousands(progress.planned));
    let resume =
        format!("candor audit resume {}{} goes on and asks for nothing that is there", live.id, settings.to_directory);
    match ended {
        Ended::Whole => None,
        Ended::Stopped => Some(Problem::new(Kind::Stopped, format!("stopped: {so_far}")).hint(resume)),
        Ended::Ceiling => {
            let ceiling = asked.ceiling.unwrap_or_default();
            let message = format!("the ceiling of {ceiling} is reached: {so_far}");
            Some(Problem::new(Kind::Stopped, message).hint(format!("{resume}; add --ceiling MONEY to raise it")))
        }
        Ended::Hopeless(error) => Some(
            Problem::new(Kind::Upstream, format!("no reply to be had: {error}")).hint(format!("{so_far}; {resume}")),
        ),
    }
}
