//! One answer a record, under common names: JSON lines, a JSON list or a table. Not a vendor's format; `docs/formats/samples.md` lists the
//! names.

use crate::{Mapping, Result};

/// Names of the question, in the order in which they are looked for.
const QUESTIONS: &[&str] =
    &["question_id", "problem_id", "task_id", "item_id", "qid", "unit", "question", "problem", "prompt", "id"];

/// Names of what came of it: without one of these a record says nothing that can be counted.
const RESULTS: &[&str] = &[
    "correct",
    "is_correct",
    "passed",
    "verdict",
    "answer",
    "prediction",
    "predicted",
    "pred",
    "parsed_answer",
    "extracted_answer",
    "verified_answer",
    "score",
    "reward",
];

/// Names that a table of questions has too: alone they are no sample.
const ALONE_NOT_ENOUGH: &[&str] = &["answer", "verified_answer"];

/// What, beside an answer, only somebody who has asked a model writes.
const OF_A_CALL: &[&str] =
    &["sample", "model", "model_name", "output", "response", "completion", "reply", "generation", "reasoning", "cost"];

/// Whether records with these names are samples.
pub(super) fn recognises(has: impl Fn(&str) -> bool) -> bool {
    let results = || RESULTS.iter().filter(|name| has(name));
    QUESTIONS.iter().any(|name| has(name))
        && results().next().is_some()
        && (results().any(|name| !ALONE_NOT_ENOUGH.contains(name)) || OF_A_CALL.iter().any(|name| has(name)))
}

/// The mapping that reads them.
pub(super) fn mapping() -> Result<Mapping> {
    Mapping::parse(include_str!("samples.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_by_which_samples_are_recognised_is_read() {
        let text = include_str!("samples.toml");
        mapping().unwrap();
        for name in QUESTIONS.iter().chain(RESULTS) {
            assert!(text.contains(&format!("\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn a_table_of_questions_is_no_table_of_samples() {
        let known = |names: &[&str]| recognises(|name| names.contains(&name));
        assert!(known(&["question_id", "correct"]));
        assert!(known(&["question", "sample", "answer"]));
        assert!(!known(&["question", "answer"]));
        assert!(!known(&["question_id", "verified_answer"]));
        assert!(!known(&["question_id", "switched"]));
        assert!(!known(&["correct", "answer"]));
    }
}
