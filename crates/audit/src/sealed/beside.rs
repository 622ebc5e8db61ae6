//! A sealed file against the log that it was taken from: whether it is that log, whether every run of the plan stands in the file, and what came after the seal.

use candor_record::leaf::Head;
use candor_record::proven::Proven;

use super::{Examined, Finding, SealedReport};
use crate::registered::History;

/// What a sealed file and a log came to.
#[derive(Debug, Default)]
pub struct Beside {
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// What is no fault of the file and a reader must know: what came after the seal.
    pub shown: Vec<String>,
}

/// Holds an examined file against the log: `entries` are the log's own bytes at the places that the file names, `leaves` the log's leaves of that plan in order,
/// `others` how many other plans about the same thing it holds before the seal and how many runs of those.
#[must_use]
pub fn beside(
    file: &SealedReport,
    examined: &Examined,
    entries: &[Option<Vec<u8>>],
    leaves: &[(u64, &Head)],
    others: (u64, u64),
) -> Beside {
    let mut out = Beside::default();
    let mut find = |leaf: Option<u64>, what: String| out.findings.push(Finding { leaf, claim: None, what });
    for (carried, logged) in file.leaves.iter().zip(entries) {
        match logged {
            None => find(Some(carried.index), "expected it in the log, found the log shorter".to_owned()),
            Some(logged) if Proven::bytes(carried).as_ref() != Some(logged) => {
                find(Some(carried.index), "expected the log's own entry, found another".to_owned());
            }
            Some(_) => {}
        }
    }
    let (Some(plan), Some((seal, _, said))) = (examined.plan, &examined.seal) else { return out };
    for (leaf, head) in leaves.iter().filter(|(leaf, _)| leaf < seal) {
        if !file.leaves.iter().any(|carried| carried.index == *leaf) {
            find(Some(*leaf), format!("expected this leaf of the plan ({}) in the file, found it left out", head.kind));
        }
    }
    if (said.other_plans, said.other_runs) != others {
        find(
            Some(*seal),
            format!(
                "other plans on the same source: expected {} with {} runs, as the log has, found {} with {}",
                others.0, others.1, said.other_plans, said.other_runs
            ),
        );
    }
    match History::of(&plan, leaves.iter().copied()) {
        Ok(history) => {
            for run in history.runs.iter().filter(|run| run.leaves().first().is_some_and(|first| first > seal)) {
                out.shown.push(format!("run {} of this plan was begun after the seal", run.run));
            }
            for run in history.runs.iter().filter(|run| run.leaves().first().is_some_and(|first| first < seal)) {
                if run.leaves().iter().any(|leaf| leaf > seal) {
                    out.shown.push(format!("run {} of this plan went on or ended after the seal", run.run));
                }
            }
        }
        Err(error) => out.findings.push(Finding { leaf: None, claim: None, what: format!("log: {error}") }),
    }
    out
}
