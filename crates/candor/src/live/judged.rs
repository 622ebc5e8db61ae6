//! The model that judges replies, where the questions ask for one: who it is, and the labelled answers that it is held against. Not what its
//! opinions mean.

use std::path::Path;

use candor_audit::Audit;
use candor_audit::live::{Judging, Ledger, Plan, Task};
use candor_verify::judge::Anchors;

use super::{Asked, Model};
use crate::problem::Problem;

/// A judge that can be asked.
pub(crate) struct Judge {
    /// Who answers.
    pub(crate) model: Model,
    anchors: Option<Anchors>,
}

impl Judge {
    /// Refuses questions that ask for a judge where none is named, a judge whom nobody asks for, and audits that could read nothing of it:
    /// all before a call is paid for.
    pub(crate) fn checked(asked: &Asked, task: &Task, audits: &[&'static dyn Audit]) -> Result<(), Problem> {
        let wanted = Judging::wanted(task).map_err(|odd| {
            Problem::input(format!(
                "{}: question `{odd}`: expected the verifier judge as for others, found another: opinions and verdicts do not go into one number",
                asked.task
            ))
            .hint("put the questions that a model judges into a task of their own")
        })?;
        match (&asked.judge, wanted) {
            (None, true) => Err(Problem::configuration(format!(
                "{}: expected a model that judges, since the questions ask for one, found none",
                asked.task
            ))
            .hint("--judge PROVIDER:MODEL names it; a judge of another family than the judged is the better one")),
            (Some(_), false) => Err(Problem::usage(format!(
                "--judge: expected questions with the verifier judge in {}, found none",
                asked.task
            ))),
            (Some(_), true) => {
                let deaf = audits.iter().find(|audit| !audit.reads_scores());
                deaf.map_or(Ok(()), |audit| {
                    let name = audit.about().name;
                    Err(Problem::usage(format!(
                        "--judge: expected audits that read opinions, found {name}, which needs verdicts"
                    ))
                    .hint("candor audit run lift inverse --judge PROVIDER:MODEL …"))
                })
            }
            (None, false) => Ok(()),
        }
    }

    /// That model, with the anchors that the plan names.
    pub(super) fn of(model: Model, asked: &Asked) -> Result<Self, Problem> {
        let read = |file: &String| {
            let path = Path::new(file);
            let text = std::fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
            Anchors::of_lines(&text).map_err(|error| Problem::input(format!("{file}: {error}")))
        };
        Ok(Self { model, anchors: asked.anchors.as_ref().map(read).transpose()? })
    }

    /// What it is asked about these replies.
    pub(crate) fn judging<'a>(&'a self, plan: &'a Plan<'a>, replies: &'a Ledger) -> Judging<'a> {
        let Model { provider, name, .. } = &self.model;
        Judging { plan, replies, provider, model: name, anchors: self.anchors.as_ref() }
    }
}
