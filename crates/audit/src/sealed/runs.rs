//! The list of runs of a sealed file against the leaves that tell them and against the seal: none left out, none invented, none given other numbers.

use super::{Body, Examined, MOST_SEALED_RUNS};
use crate::registered::{self, RunOfPlan, SealedRun};

pub(super) fn against(body: &Body, found: &mut Examined) {
    if body.runs.len() > MOST_SEALED_RUNS {
        found.find(None, format!("list of runs: expected at most {MOST_SEALED_RUNS}, found {}", body.runs.len()));
        return;
    }
    let history = found.history.clone();
    let told: Vec<SealedRun> =
        history.runs.iter().map(|run| SealedRun { run: run.run.clone(), leaves: run.leaves() }).collect();
    found.counts.runs = told.len() as u64;
    found.counts.finished = history.runs.iter().filter(|run| run.end().is_some_and(|end| end.finished)).count() as u64;
    found.counts.never_ended = history.runs.iter().filter(|run| run.end().is_none()).count() as u64;
    if let Some((leaf, _, seal)) = found.seal.clone() {
        same("seal", &seal.runs, &told, leaf, found);
    }
    let listed: Vec<SealedRun> =
        body.runs.iter().map(|run| SealedRun { run: run.run.clone(), leaves: run.leaves.clone() }).collect();
    same("list of runs", &listed, &told, None, found);
    for listed in &body.runs {
        let Some(run) = history.run(&listed.run) else { continue };
        if listed.number != run.number {
            found.find(None, format!("run {}: expected number {}, found {}", run.run, run.number, listed.number));
        }
        numbers(listed, run, found);
    }
}

/// Two lists of runs with their leaves.
fn same(
    which: &str,
    said: &[SealedRun],
    told: &[SealedRun],
    leaf: impl Into<Option<u64>> + Copy,
    found: &mut Examined,
) {
    for run in said.iter().filter(|run| !told.iter().any(|told| told.run == run.run)) {
        found.find(
            leaf,
            format!("{which}: run {}: expected its leaves {:?}, found none of them proved", run.run, run.leaves),
        );
    }
    for run in told {
        match said.iter().find(|said| said.run == run.run) {
            None => found.find(leaf, format!("{which}: expected run {} listed, found it not", run.run)),
            Some(said) if said.leaves != run.leaves => found.find(
                leaf,
                format!("{which}: run {}: expected leaves {:?}, found {:?}", run.run, said.leaves, run.leaves),
            ),
            Some(_) => {}
        }
    }
    let order = |runs: &[SealedRun]| runs.iter().map(|run| run.run.clone()).collect::<Vec<_>>();
    if said.len() == told.len() && order(said) != order(told) {
        found.find(leaf, format!("{which}: expected the runs in the order in which they were begun"));
    } else if said.len() > told.len() {
        found.find(leaf, format!("{which}: expected {} runs, found {}", told.len(), said.len()));
    }
}

/// What a run came to, against the leaf of its end.
fn numbers(listed: &super::SealedRunBody, run: &RunOfPlan, found: &mut Examined) {
    match (&listed.numbers, run.end()) {
        (Some(numbers), Some(end)) => match registered::numbers_digest(numbers) {
            Ok(digest) if digest == end.numbers => found.counts.numbers += 1,
            Ok(digest) => found.find(
                end.told.leaf,
                format!("numbers of run {}: expected digest {}, found {digest}", run.run, end.numbers),
            ),
            Err(error) => found.find(end.told.leaf, error.to_string()),
        },
        (Some(_), None) => {
            found.find(None, format!("run {}: expected no numbers of a run that never ended, found some", run.run));
        }
        (None, _) if listed.without.is_none() => {
            found.find(None, format!("run {}: expected its numbers or why there are none, found neither", run.run));
        }
        (None, _) => {}
    }
}
