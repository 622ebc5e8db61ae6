//! Traces folded into entries of the roster and attempts. A grid is kept as a digest. Not the scoring.

use candor_trace::{LabelValue, Trace};
use candor_verify::verifiers::grid::VERIFIER;
use candor_verify::{Answer, Verifier};

use crate::names::Names;
use crate::rows::{Kept, Rows, normalised_digest};

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Attempts; their answers are digests of grids, their units numbers of [`Seen::inputs`].
    pub(super) attempts: Rows,
    /// Test inputs by name, `TASK#N`.
    pub(super) inputs: Names,
    /// Sets of tasks by name.
    pub(super) sets: Names,
    pub(super) roster: Vec<Entry>,
}

/// A test input of a task that stands to be solved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) set: u32,
    pub(super) input: u32,
    /// Examples of the task, where the source counts them.
    pub(super) train: Option<u32>,
    /// The digest of the right grid.
    pub(super) gold: Option<u64>,
}

const _: () = assert!(size_of::<Entry>() <= 64, "memory is bounded by the number of traces");

impl Seen {
    /// Takes in one trace; what is no test input of a task is none of this audit's business.
    pub(super) fn see(&mut self, trace: &Trace) {
        if place(&trace.trial.unit).is_none() {
            return;
        }
        let input = self.inputs.number(&trace.trial.unit);
        if !trace.trial.is_roster() {
            let answer = trace.answer().or(trace.output()).and_then(grid);
            self.attempts.fold(trace, None, |kept| Kept {
                unit: input,
                answer: answer.unwrap_or(0),
                answered: answer.is_some(),
                ..kept
            });
            return;
        }
        let train = match trace.label("train_pairs") {
            Some(LabelValue::Number(count)) if (0.0..1e9).contains(count) => Some(*count as u32),
            _ => None,
        };
        let set = self.sets.number(trace.stratum.as_deref().unwrap_or_default());
        let gold = trace.question.gold.as_deref().and_then(grid);
        self.roster.push(Entry { set, input, train, gold });
    }
}

/// The task and the number of its test input in `TASK#N`.
pub(super) fn place(unit: &str) -> Option<(&str, u32)> {
    let (task, input) = unit.rsplit_once('#')?;
    Some((task, input.parse().ok()?)).filter(|_| !task.is_empty())
}

/// A digest of the grid in a text, as the `grid` verifier reads it: equal for equal grids, size included. `None` where there is none.
fn grid(text: &str) -> Option<u64> {
    let answer = Answer::of_output(text);
    // A text held against itself: what the verifier reads out of it, in its one spelling.
    VERIFIER.decide(answer, answer.as_str()).extracted.map(|rows| normalised_digest(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_grids_have_one_digest_whatever_their_spelling_and_sizes_differ() {
        assert_eq!(grid("[[0,1],[2,3]]"), grid("The answer:\n0 1\n2 3"));
        assert!(grid("[[0,1],[2,3]]").is_some() && grid("no grid").is_none() && grid("").is_none());
        assert_ne!(grid("[[0,0]]"), grid("[[0],[0]]"));
        assert_ne!(grid("[[0,0]]"), grid("[[0,0],[0,0]]"));
    }

    #[test]
    fn a_test_input_is_named_by_task_and_number() {
        assert_eq!((place("a#0"), place("a#b#12")), (Some(("a", 0)), Some(("a#b", 12))));
        assert_eq!((place("a"), place("#1"), place("a#x"), place("a#-1")), (None, None, None, None));
    }
}
