//! Programs that questions name to decide about answers: whether they may run, and the folder in which they do. Not the sandbox.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candor_audit::live::{Plan, Programs, Task};
use candor_verify::program::Launcher;

use super::Asked;
use crate::ending;
use crate::problem::Problem;
use crate::settings::{self, Settings};

/// The programs of a task that may run, with their scratch folder, which goes when this does.
#[derive(Debug)]
pub(crate) struct Foreign {
    programs: Option<(Arc<Programs>, PathBuf)>,
    /// Held as long as the folder is in use: it goes with the process, however that ends.
    _lock: Option<File>,
}

/// Scratch folders begin with this.
const SCRATCH: &str = ".programs-";

/// What stands before that while nobody holds the lock yet.
const BEING_MADE: &str = ".new";

/// The file in a scratch folder whose lock says that somebody is at work there.
const LOCK: &str = "lock";

/// Removes the scratch folders of runs that were killed: those whose lock nobody holds, and those of an hour ago that have none or are not in place.
fn sweep(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let in_place = name.starts_with(SCRATCH);
        if !in_place && !name.starts_with(&format!("{BEING_MADE}{SCRATCH}")) {
            continue;
        }
        let dead = match File::open(entry.path().join(LOCK)) {
            Ok(lock) if in_place => lock.try_lock().is_ok(),
            _ => {
                let made = entry.metadata().and_then(|metadata| metadata.modified()).ok();
                made.and_then(|at| at.elapsed().ok()).is_some_and(|age| age.as_secs() > 3600)
            }
        };
        if dead {
            // Another run may have removed it first.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Foreign {
    /// Refuses questions that name programs, unless the plan or a flag allows them.
    pub(crate) fn allowed(asked: &Asked, task: &Task) -> Result<(), Problem> {
        let named = Programs::named(task);
        let Some(first) = named.first().filter(|_| !asked.allow_programs) else { return Ok(()) };
        let more = match named.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        Err(Problem::configuration(format!(
            "{}: expected questions that candor decides about by itself, found ones that name a program: `{first}`{more}",
            asked.task
        ))
        .hint("a task from elsewhere is foreign data: read its programs before they run")
        .hint("--allow-programs lets them decide, confined; in a plan: allow_programs = true under [live]"))
    }

    /// The programs of a task, ready to run.
    pub(crate) fn of(asked: &Asked, task: &Task, settings: &Settings) -> Result<Self, Problem> {
        Self::allowed(asked, task)?;
        if Programs::named(task).is_empty() {
            return Ok(Self { programs: None, _lock: None });
        }
        sweep(&settings.directory);
        let scratch = settings.directory.join(format!("{SCRATCH}{}", std::process::id()));
        // Under another name until it is locked, so that nobody takes it for one of the dead.
        let made = settings.directory.join(format!("{BEING_MADE}{SCRATCH}{}", std::process::id()));
        let lock = std::fs::create_dir_all(&made)
            .and_then(|()| File::create(made.join(LOCK)))
            .and_then(|file| file.lock().map(|()| file))
            .and_then(|file| std::fs::rename(&made, &scratch).map(|()| file))
            .map_err(|error| Problem::writing(&scratch, &error))?;
        let at_once = settings.threads.map_or(1, std::num::NonZero::get);
        let made = settings::executable()
            .and_then(|helper| {
                let launcher = Launcher { helper, scratch: scratch.clone() };
                Programs::of(task, &launcher, at_once).map_err(|error| Problem::configuration(error.to_string()))
            })
            .map(Arc::new);
        // Ctrl-C while they decide leaves nothing of it.
        ending::unfinished(Some(scratch.clone()));
        if made.is_err() {
            ending::unfinished(None);
            // Nothing was decided in it.
            let _ = std::fs::remove_dir_all(&scratch);
        }
        Ok(Self { programs: Some((made?, scratch)), _lock: Some(lock) })
    }

    /// A plan whose programs may run.
    pub(crate) fn on<'a>(&self, plan: Plan<'a>) -> Plan<'a> {
        match &self.programs {
            Some((programs, _)) => plan.with_programs(Arc::clone(programs)),
            None => plan,
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some((_, scratch)) = &self.programs {
            ending::unfinished(None);
            // Each decision has removed its own folder; what a killed one left behind goes too.
            let _ = std::fs::remove_dir_all(scratch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_the_dead_are_swept_and_those_of_the_living_stay() {
        let state = tempfile::tempdir().unwrap();
        let made = |name: &str| {
            let folder = state.path().join(name);
            std::fs::create_dir_all(folder.join("decision")).unwrap();
            (File::create(folder.join(LOCK)).unwrap(), folder)
        };
        let (dead, killed) = made(".programs-1");
        drop(dead);
        let (alive, at_work) = made(".programs-2");
        alive.try_lock().unwrap();
        let young = state.path().join(".programs-3");
        std::fs::create_dir_all(&young).unwrap();
        let (_, being_made) = made(".new.programs-4");
        let (_, other) = made("runs");
        sweep(state.path());
        assert!(!killed.exists());
        assert!(at_work.exists() && young.exists() && being_made.exists() && other.exists());
    }
}
