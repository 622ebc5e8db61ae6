//! The folder of a run that makes calls: plan, task and ledgers from the first moment, so that it can go on after whatever ended it; observations, report and page
//! once it has come to an end, for now or for good. Not the calls themselves.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use candor_audit::Run;
use candor_audit::live::task::{read_task, write_task};
use candor_audit::live::{Ledger, LedgerError, Task};
use candor_record::Digest;
use candor_trace::Trace;
use jiff::Timestamp;

use super::{
    DERIVED, LEVEL, OBSERVATIONS, PAGE, PLAN, Plan, REPORT, Store, Stored, UNFINISHED, damaged, identifier,
    packed_derived, write_durably, write_whole, write_whole_bytes,
};
use crate::output;
use crate::problem::Problem;

const TASK: &str = "task.jsonl";

/// Stands where every call of a run was made and none given up, and its report says so: there is nothing to go on with.
const WHOLE: &str = "whole";

/// The file whose lock says that somebody is at work.
const LOCK: &str = "lock";

/// A run that makes calls.
#[derive(Debug)]
pub(crate) struct LiveRun {
    /// Its identifier.
    pub(crate) id: String,
    folder: PathBuf,
    /// What it was asked to do.
    pub(crate) plan: Plan,
    /// On which questions.
    pub(crate) task: Task,
    /// Held as long as somebody is at work on it: two sittings at once would pay for every call twice. It goes with the process, however that ends.
    _lock: File,
}

impl Store {
    /// Begins a run that makes calls. Its folder is there, whole, before the first call is made.
    pub(crate) fn begin_live(&self, mut plan: Plan, task: Task) -> Result<LiveRun, Problem> {
        fs::create_dir_all(&self.folder).map_err(|error| Problem::writing(&self.folder, &error))?;
        self.sweep();
        let made = self.folder.join(format!("{UNFINISHED}{}-live", std::process::id()));
        fs::create_dir_all(&made).map_err(|error| Problem::writing(&made, &error))?;
        let (id, folder) = self.free(|id| {
            plan.source.from = Some(self.folder.join(id).join(OBSERVATIONS).to_string_lossy().into_owned());
            let text = toml::to_string(&plan)
                .map_err(|error| Problem::internal(format!("a plan that TOML cannot hold: {error}")))?;
            write_durably(&made.join(PLAN), text.as_bytes())?;
            write_durably(&made.join(TASK), write_task(&task).as_bytes())?;
            Ok(made.clone())
        })?;
        let lock = locked(&folder, &id)?;
        Ok(LiveRun { id, folder, plan, task, _lock: lock })
    }

    /// The run of that name that makes calls, finished or not; the last one that is not finished where no name is given.
    pub(crate) fn find_live(&self, name: Option<&str>) -> Result<LiveRun, Problem> {
        let mut live: Vec<String> = self.every()?;
        live.retain(|id| self.folder.join(id).join(TASK).exists());
        let found: Vec<&String> = match name {
            None => live.iter().rev().find(|id| self.can_go_on(id)).into_iter().collect(),
            Some("@last") => live.last().into_iter().collect(),
            Some(name) => live.iter().filter(|id| id.starts_with(name)).collect(),
        };
        let id = match found.as_slice() {
            [one] => (*one).clone(),
            [] if name.is_none() && !live.is_empty() => {
                return Err(Problem::record(format!(
                    "expected a run with calls left to make under {}, found none",
                    self.folder.display()
                ))
                .hint("candor audit report @last shows the last one; candor audit resume RUN asks again for what was given up"));
            }
            [] => {
                return Err(Problem::record(format!(
                    "run `{}`: expected a run that makes calls under {}, found none of that name",
                    name.unwrap_or("@last"),
                    self.folder.display()
                ))
                .hint("candor audit run --on MODEL --task FILE begins one"));
            }
            many => {
                return Err(Problem::usage(format!(
                    "run `{}`: expected the start of one run, found {} of them",
                    name.unwrap_or_default(),
                    many.len()
                )));
            }
        };
        let folder = self.folder.join(&id);
        let stored = Stored { id: id.clone(), folder: folder.clone() };
        let plan = stored.plan()?;
        let path = folder.join(TASK);
        let text = fs::read_to_string(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        // By its file alone, as when the run began.
        let named = plan.live.as_ref().map(|live| Path::new(&live.task));
        let name = named.and_then(Path::file_name).map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let task = read_task(&name, &text).map_err(|error| damaged(&path, &error.to_string()))?;
        let lock = locked(&folder, &id)?;
        Ok(LiveRun { id, folder, plan, task, _lock: lock })
    }

    /// The last run that is not finished and follows this plan on these questions, whatever it may spend and in how much of a hurry it is.
    pub(crate) fn unfinished(&self, plan: &Plan, task: &Task) -> Result<Option<String>, Problem> {
        if !self.folder.exists() {
            return Ok(None);
        }
        let (wanted, questions) = (plan.deciding(), write_task(task));
        let same = |id: &String| {
            let folder = self.folder.join(id);
            self.can_go_on(id)
                && fs::read_to_string(folder.join(TASK)).is_ok_and(|text| text == questions)
                && Stored { id: id.clone(), folder }.plan().is_ok_and(|plan| plan.deciding() == wanted)
        };
        Ok(self.every()?.into_iter().rev().find(same))
    }

    /// Whether a run has calls of its own that are still to be made.
    fn can_go_on(&self, id: &str) -> bool {
        let folder = self.folder.join(id);
        let whole = folder.join(WHOLE).exists() && folder.join(REPORT).exists();
        let plan = || Stored { id: id.to_owned(), folder: folder.clone() }.plan();
        // One that cannot be read is found by its name, and says why.
        !whole && plan().is_ok_and(|plan| plan.live.is_some_and(|asked| asked.rescored.is_none()))
    }

    /// Gives a folder that `make` has made its place, under a free identifier.
    pub(super) fn free(
        &self,
        mut make: impl FnMut(&str) -> Result<PathBuf, Problem>,
    ) -> Result<(String, PathBuf), Problem> {
        // Two runs of one millisecond: the later one gets a number.
        let stem = identifier(Timestamp::now());
        for number in 1..1000 {
            let id = if number == 1 { stem.clone() } else { format!("{stem}-{number:03}") };
            let place = self.folder.join(&id);
            if place.exists() {
                continue;
            }
            let made = make(&id)?;
            // A folder that appeared since is not empty, so that the rename fails and the next number is tried.
            match fs::rename(&made, &place) {
                Ok(()) => return Ok((id, place)),
                Err(_) if place.exists() => {}
                Err(error) => return Err(Problem::writing(&place, &error)),
            }
        }
        Err(Problem::internal(format!("no free name under {}", self.folder.display())))
    }
}

fn locked(folder: &Path, id: &str) -> Result<File, Problem> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(|error| Problem::writing(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(Problem::record(format!("run {id}: expected nobody at work on it, found another sitting"))
                .hint("it goes on by itself; candor audit report shows it when it has ended")
                .hint("candor audit run --again begins a new one beside it"))
        }
        Err(fs::TryLockError::Error(error)) => Err(Problem::writing(&path, &error)),
    }
}

impl LiveRun {
    /// The ledger of the model at that place of the plan.
    pub(crate) fn ledger(&self, at: usize, plan: Digest) -> Result<Ledger, Problem> {
        self.open(&format!("ledger-{at}"), plan)
    }

    /// The ledger of what the judge said of that model's replies.
    pub(crate) fn opinions(&self, at: usize, judging: Digest) -> Result<Ledger, Problem> {
        self.open(&format!("opinions-{at}"), judging)
    }

    fn open(&self, name: &str, plan: Digest) -> Result<Ledger, Problem> {
        Ledger::open(&self.folder.join(name), plan).map_err(|error| match error {
            // Programs are part of the plan by their bytes.
            LedgerError::Line { line: 1, .. } => Problem::record(error.to_string()).hint(format!(
                "what decides has changed (a program, a judge's anchors), or candor has: candor audit run --rescore {} judges again what is there",
                self.id
            )),
            error => Problem::record(error.to_string()),
        })
    }

    /// The ledger of the model at that place of the plan, with what the same model's ledger of another run holds.
    pub(crate) fn ledger_from(&self, other: &Self, at: usize, plan: Digest) -> Result<Ledger, Problem> {
        let name = format!("ledger-{at}");
        Ledger::copied(&other.folder.join(&name), &self.folder.join(&name), plan)
            .map_err(|error| Problem::record(error.to_string()))
    }

    /// The same for what the judge said; an empty one where nobody judged.
    pub(crate) fn opinions_from(&self, other: &Self, at: usize, judging: Digest) -> Result<Ledger, Problem> {
        let from = other.folder.join(format!("opinions-{at}"));
        if !from.exists() {
            return self.opinions(at, judging);
        }
        Ledger::copied(&from, &self.folder.join(format!("opinions-{at}")), judging)
            .map_err(|error| Problem::record(error.to_string()))
    }

    /// Leaves nothing behind.
    pub(crate) fn abandon(self) {
        // What cannot be removed has no report, and is listed nowhere.
        let _ = fs::remove_dir_all(&self.folder);
    }

    /// Keeps another plan in place of the one that it began with: one that asks for the same calls.
    pub(crate) fn keep(&mut self, plan: Plan) -> Result<(), Problem> {
        let text = toml::to_string(&plan)
            .map_err(|error| Problem::internal(format!("a plan that TOML cannot hold: {error}")))?;
        write_whole(&self.folder.join(PLAN), &text)?;
        self.plan = plan;
        Ok(())
    }

    /// Notes that there is nothing left to ask, and that the report says so.
    pub(crate) fn mark_whole(&self) -> Result<(), Problem> {
        write_durably(&self.folder.join(WHOLE), b"")
    }

    /// Notes that a sitting is writing its report, whose end nobody knows.
    pub(crate) fn mark_open(&self) -> Result<(), Problem> {
        let path = self.folder.join(WHOLE);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Problem::writing(&path, &error)),
            _ => Ok(()),
        }
    }

    /// Begins to write what the calls left behind.
    pub(crate) fn observations(&self) -> Result<Observations, Problem> {
        let path = self.folder.join(format!(".{OBSERVATIONS}"));
        let packed = File::create(&path)
            .and_then(|file| zstd::Encoder::new(BufWriter::new(file), LEVEL))
            .map_err(|error| Problem::writing(&path, &error))?;
        Ok(Observations { path, packed, failed: None })
    }

    /// Puts observations, page and report in their places, the report last: where it is, the others are.
    pub(crate) fn finish(&self, observations: Observations, run: &Run, page: &str) -> Result<Stored, Problem> {
        observations.into_place(&self.folder.join(OBSERVATIONS))?;
        write_whole(&self.folder.join(PAGE), page)?;
        write_whole_bytes(&self.folder.join(DERIVED), &packed_derived(run)?)?;
        write_whole(&self.folder.join(REPORT), &output::as_json(run)?)?;
        Ok(Stored { id: self.id.clone(), folder: self.folder.clone() })
    }
}

/// What the calls left behind, being written: whole traces, since nobody else has them.
pub(crate) struct Observations {
    path: PathBuf,
    packed: zstd::Encoder<'static, BufWriter<File>>,
    failed: Option<std::io::Error>,
}

impl Observations {
    /// Writes one trace. A failure is reported when it is put in its place.
    pub(crate) fn keep(&mut self, trace: &Trace) {
        if self.failed.is_some() {
            return;
        }
        let named = Trace { recorded_id: Some(trace.id()), ..trace.clone() };
        let written = serde_json::to_writer(&mut self.packed, &named)
            .map_err(std::io::Error::from)
            .and_then(|()| self.packed.write_all(b"\n"));
        self.failed = written.err();
    }

    fn into_place(self, place: &Path) -> Result<(), Problem> {
        let Self { path, packed, failed } = self;
        let whole = match failed {
            Some(error) => Err(error),
            None => packed
                .finish()
                .and_then(|buffer| buffer.into_inner().map_err(std::io::IntoInnerError::into_error))
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&path, place)),
        };
        whole.map_err(|error| Problem::writing(place, &error))
    }
}
