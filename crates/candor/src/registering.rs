//! Registering: the leaf of a plan before its data, the leaves of a run at its beginning, when it goes on and at its end, and what a report says of them. Where
//! there is no record, nothing is registered and the report says so. Not the forms of the leaves, which are the library's.

use std::path::{Component, Path, PathBuf};

use candor_audit::live::Task;
use candor_audit::live::task::write_task;
use candor_audit::registered::{
    self, Data, History, PLAN, PLAN_PART, PlanLeaf, RUN, Registered, RunLeaf, RunSaid, Said,
};
use candor_record::leaf::{Head, Part, PartName};
use candor_record::record::{Reader, Record, now_ms};
use candor_record::{Digest, canonical};
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::recording;
use crate::runs::{Plan, Stored, identifier};
use crate::settings::Settings;

/// The retention class of a plan's text: one of its own, so that a rule for traces does not take it away.
const CLASS: &str = "plan";

/// The version that registers.
const CANDOR: &str = env!("CARGO_PKG_VERSION");

/// A run that is registered: its end is still to be told.
#[derive(Debug, Clone)]
pub(crate) struct Registering {
    /// Its identifier.
    pub(crate) run: String,
    plan: Digest,
    number: u64,
    resumed: bool,
}

/// What a plan is in the record.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    text: String,
    digest: Digest,
    on: Digest,
}

impl Identity {
    /// Of a plan on these questions, where it makes calls. What does not decide what is asked and how it is judged is no part of it: the version, the place of
    /// the run, how fast and for how much money at most.
    pub(crate) fn of(plan: &Plan, task: Option<&Task>) -> Result<Self, Problem> {
        let mut plan = plan.clone();
        plan.source.from = match &plan.live {
            Some(_) => None,
            None => plan.source.from.map(|from| plainly(&from)),
        };
        let mut value = serde_json::to_value(&plan).map_err(|error| unwritten(&error))?;
        if let Some(members) = value.as_object_mut() {
            members.remove("candor");
            if let Some(live) = members.get_mut("live").and_then(Value::as_object_mut) {
                live.remove("connections");
                live.remove("ceiling");
                live.remove("no_ceiling");
            }
            if let Some(task) = task {
                members.insert("task".to_owned(), json!(Digest::of(write_task(task).as_bytes())));
            }
        }
        let text = registered::canonical(&value).map_err(|error| unwritten(&error))?;
        let about = match &plan.live {
            Some(live) => json!({"on": live.on, "task": live.task}),
            None => json!({"from": plan.source.from.as_deref().unwrap_or_default()}),
        };
        let on = canonical::digest("candor on 1", &about).map_err(|error| unwritten(&error))?;
        Ok(Self { digest: registered::digest(&text), text, on })
    }
}

/// A path in one spelling: `./data/` is `data`.
fn plainly(path: &str) -> String {
    let plain: PathBuf = Path::new(path).components().filter(|part| *part != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { ".".to_owned() } else { plain.to_string_lossy().into_owned() }
}

fn unwritten(error: &dyn std::fmt::Display) -> Problem {
    Problem::internal(format!("a plan that cannot be registered: {error}"))
}

/// Registers a plan, where that is not done yet, and the beginning of a run of it: durable and signed when this returns. `None` where there is no record.
///
/// `id` is the run's identifier where it has one; else it gets one that no run has.
pub(crate) fn begin(
    plan: &Identity,
    id: Option<&str>,
    rescored: Option<&str>,
    settings: &Settings,
) -> Result<Option<Registering>, Problem> {
    if !recording::exists(settings) {
        return Ok(None);
    }
    let record = recording::open_waiting(settings)?;
    let mut reader = recording::read(settings)?;
    let told = told(&mut reader)?;
    let history = history(&told, &plan.digest)?;
    if history.plan.is_none() {
        register(&record, plan)?;
    }
    let run = match id {
        Some(id) => id.to_owned(),
        None => free(&told, settings)?,
    };
    let number = history.next();
    let said = RunLeaf::Begun {
        run: run.clone(),
        plan: plan.digest,
        number,
        candor: CANDOR.to_owned(),
        rescored: rescored.map(str::to_owned),
    };
    append(&record, said.to_head(now_ms()))?;
    close(record)?;
    Ok(Some(Registering { run, plan: plan.digest, number, resumed: false }))
}

/// Registers that a run goes on. A plan that is not registered yet is registered now: later than the run began, and its report says so.
pub(crate) fn go_on(plan: &Identity, run: &str, settings: &Settings) -> Result<Option<Registering>, Problem> {
    if !recording::exists(settings) {
        return Ok(None);
    }
    let record = recording::open_waiting(settings)?;
    let mut reader = recording::read(settings)?;
    let told = told(&mut reader)?;
    let history = history(&told, &plan.digest)?;
    if history.plan.is_none() {
        register(&record, plan)?;
    }
    let number = history.run(run).map_or_else(|| history.next(), |known| known.number);
    let said = RunLeaf::WentOn { run: run.to_owned(), plan: plan.digest, number, candor: CANDOR.to_owned() };
    append(&record, said.to_head(now_ms()))?;
    close(record)?;
    Ok(Some(Registering { run: run.to_owned(), plan: plan.digest, number, resumed: true }))
}

impl Registering {
    /// Registers the end of the run, for now or for good, with what it stored.
    pub(crate) fn end(&self, stored: &Stored, finished: bool, settings: &Settings) -> Result<(), Problem> {
        let (text, run) = stored.report_with_text()?;
        let said = RunLeaf::Ended {
            run: self.run.clone(),
            plan: self.plan,
            number: self.number,
            finished,
            resumed: self.resumed,
            report: Digest::of(text.as_bytes()),
            derived: Digest::of(stored.derived()?.as_bytes()),
            numbers: registered::numbers_digest(&registered::numbers(&run)).map_err(|error| unwritten(&error))?,
            source: registered::source(&run).map_err(|error| unwritten(&error))?,
        };
        let told = recording::open_waiting(settings).and_then(|record| {
            append(&record, said.to_head(now_ms()))?;
            close(record)
        });
        told.map_err(|problem| {
            problem.hint(format!("run {} is stored; the record lists it as begun and never ended", self.run))
        })
    }
}

fn register(record: &Record, plan: &Identity) -> Result<(), Problem> {
    let said = PlanLeaf { plan: plan.digest, on: plan.on };
    let head = said.to_head(now_ms()).map_err(|error| unwritten(&error))?;
    let name = PartName::new(PLAN_PART).map_err(|error| unwritten(&error))?;
    let part = Part::fresh(name, plan.text.clone().into_bytes()).map_err(|error| unwritten(&error))?;
    record.append(head, &[(part, CLASS.to_owned())]).map(drop).map_err(|error| recording::problem(&error))
}

fn append(record: &Record, head: Result<Head, candor_record::Error>) -> Result<(), Problem> {
    let head = head.map_err(|error| unwritten(&error))?;
    record.append(head, &[]).map(drop).map_err(|error| recording::problem(&error))
}

fn close(record: Record) -> Result<(), Problem> {
    record.close(now_ms()).map(drop).map_err(|error| recording::problem(&error))
}

/// An identifier that neither a stored run has nor one that is only begun.
fn free(told: &[(u64, Head)], settings: &Settings) -> Result<String, Problem> {
    let stem = identifier(jiff::Timestamp::now());
    for number in 1..1000 {
        let id = if number == 1 { stem.clone() } else { format!("{stem}-{number:03}") };
        let stored = settings.directory.join("runs").join(&id).exists();
        if !stored && of_run(told, &id)?.is_empty() {
            return Ok(id);
        }
    }
    Err(Problem::internal(format!("no free identifier beside {stem}")))
}

/// The leaves of all plans and runs, in order.
pub(crate) fn told(reader: &mut Reader) -> Result<Vec<(u64, Head)>, Problem> {
    let held =
        reader.holding_any(&[r#""kind":"plan""#, r#""kind":"run""#]).map_err(|error| recording::problem(&error))?;
    let heads = held.into_iter().map(|(leaf, told)| (leaf, told.head));
    Ok(heads.filter(|(_, head)| [PLAN, RUN].contains(&head.kind.as_str())).collect())
}

/// The leaves of a run, in order.
fn of_run(told: &[(u64, Head)], id: &str) -> Result<Vec<RunLeaf>, Problem> {
    let mut found = Vec::new();
    for (_, head) in told {
        let said = RunLeaf::of_head(head).map_err(|error| recording::problem(&error.into()))?;
        found.extend(said.filter(|said| said.of().0 == id));
    }
    Ok(found)
}

/// A plan with all its runs.
pub(crate) fn history(told: &[(u64, Head)], plan: &Digest) -> Result<History, Problem> {
    History::of(plan, told.iter().map(|(leaf, head)| (*leaf, head))).map_err(|error| recording::problem(&error.into()))
}

/// The plan that a run follows, as its leaves say; `None` where the record does not know the run.
pub(crate) fn plan_of(told: &[(u64, Head)], id: &str) -> Result<Option<Digest>, Problem> {
    Ok(of_run(told, id)?.first().map(|said| *said.of().1))
}

/// Whether a step of the run was made under another plan.
pub(crate) fn changed(told: &[(u64, Head)], id: &str, plan: &Digest) -> Result<bool, Problem> {
    Ok(of_run(told, id)?.iter().any(|step| step.of().1 != plan))
}

/// Other plans about the same thing, and their runs.
pub(crate) fn others(told: &[(u64, Head)], plan: &Digest) -> Result<(u64, u64), Problem> {
    registered::others(plan, told.iter().map(|(leaf, head)| (*leaf, head)))
        .map_err(|error| recording::problem(&error.into()))
}

/// What the record says of the plan of a stored run, for its report. A record that cannot be read says nothing, and the report says that.
pub(crate) fn said(stored: &Stored, plan: &Plan, settings: &Settings) -> Registered {
    told_of(stored, plan, settings)
        .unwrap_or_else(|problem| Registered::Not(format!("the record cannot be read: {}", problem.message)))
}

fn told_of(stored: &Stored, plan: &Plan, settings: &Settings) -> Result<Registered, Problem> {
    if !recording::exists(settings) {
        return Ok(Registered::Not("there is no record here (candor record init makes one)".to_owned()));
    }
    let mut reader = recording::read(settings)?;
    let leaves = told(&mut reader)?;
    let Some(digest) = plan_of(&leaves, &stored.id)? else {
        return Ok(Registered::Not("the record does not know this run".to_owned()));
    };
    let history = history(&leaves, &digest)?;
    let (Some((told, _)), Some(run)) = (&history.plan, history.run(&stored.id)) else {
        return Ok(Registered::Not("the record knows this run and not its plan".to_owned()));
    };
    if changed(&leaves, &stored.id, &digest)? {
        let why = format!("the run went on under another plan than the one that leaf {} registered", told.leaf);
        return Ok(Registered::Not(why));
    }
    if run.begun.is_none_or(|begun| begun.leaf < told.leaf) {
        return Ok(Registered::Not(format!("the run had begun when leaf {} registered it", told.leaf)));
    }
    let data = match &plan.live {
        None => Data::Recorded,
        Some(live) => live.rescored.clone().map_or(Data::Calls, Data::RepliesOf),
    };
    let (other_plans, other_runs) = others(&leaves, &digest)?;
    Ok(Registered::Before(Said {
        plan: digest.to_string(),
        leaf: told.leaf,
        at: shown(told.at_ms),
        data,
        runs: history
            .runs
            .iter()
            .map(|run| RunSaid {
                run: run.run.clone(),
                number: run.number,
                shown: run.run == stored.id,
                begun: run.begun.map(|told| told.leaf),
                ended: run.end().map(|end| end.told.leaf),
                finished: run.end().is_some_and(|end| end.finished),
                resumed: run.went_on.len() as u64,
            })
            .collect(),
        other_plans,
        other_runs,
    }))
}

/// A time by the operator's clock, to the second (UTC).
pub(crate) fn shown(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| format!("{ms} ms since 1970"), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        for (path, plain) in
            [("./data/", "data"), ("data", "data"), ("/a//b/./c", "/a/b/c"), ("../x", "../x"), (".", ".")]
        {
            assert_eq!(plainly(path), plain);
        }
    }
}
