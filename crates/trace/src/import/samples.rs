//! One answer a record, under common names: JSON lines, a JSON list or a table. Not a vendor's format.

/// Names of the question, in the order in which they are looked for.
const QUESTIONS: &[&str] =
    &["question_id", "problem_id", "task_id", "item_id", "unit", "question", "problem", "id", "prompt"];

/// Names of what came of it.
const RESULTS: &[&str] =
    &["correct", "is_correct", "answer", "prediction", "pred", "verdict", "score", "passed", "result"];

/// Whether records with these names are samples.
pub(super) fn recognises(has: impl Fn(&str) -> bool) -> bool {
    QUESTIONS.iter().any(|name| has(name)) && RESULTS.iter().any(|name| has(name))
}
