//! Programs that questions name to decide about answers: whether they may run, and the folder in which they do. Not the sandbox.

use std::path::PathBuf;
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
            return Ok(Self { programs: None });
        }
        let scratch = settings.directory.join(format!(".programs-{}", std::process::id()));
        std::fs::create_dir_all(&scratch).map_err(|error| Problem::writing(&scratch, &error))?;
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
            // It is empty.
            let _ = std::fs::remove_dir(&scratch);
        }
        Ok(Self { programs: Some((made?, scratch)) })
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
