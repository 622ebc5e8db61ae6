//! Questions made for the five families in which longer reasoning was seen to hurt (Gema et al. 2025, arXiv 2507.14417): own texts, seeded,
//! each with a right answer that a program computed. No text of a benchmark; not the audits that read the replies, which are `lift` and
//! `inverse`.
//!
//! Every question is drawn from two streams: the problem, with its answer and its options, from one; what distracts from the other. Another
//! number of distractors is therefore the same problem under the same identifier.

mod correlation;
mod deduction;
mod distraction;
mod framing;
mod preservation;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::Seed;
use candor_stats::seed::Stream;

use super::task::{Item, Task, Wording};
use crate::Error;

/// A family of questions.
pub trait Family: Sync {
    /// Its name on the command line: one lower-case word.
    fn name(&self) -> &'static str;

    /// What is planted in it, in one line.
    fn planted(&self) -> &'static str;

    /// One question. With the same `problem` stream and difficulty, problem, answer and options are the same whatever `distractors` is.
    fn draw(&self, knobs: Knobs, problem: &mut Stream, noise: &mut Stream) -> Drawn;
}

/// Every family, in the order in which METHODS names them.
pub static ALL: &[&dyn Family] = &[
    &distraction::Distraction,
    &framing::Framing,
    &correlation::Correlation,
    &deduction::Deduction,
    &preservation::Preservation,
];

/// The family of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Family> {
    ALL.iter().copied().find(|family| family.name() == name)
}

/// How hard a question is, and how much in it distracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knobs {
    /// The number of steps that lead to the answer, or what comes to it: 1 to [`MOST_DIFFICULTY`].
    pub difficulty: u32,
    /// Pieces that have nothing to do with the answer: 0 to [`MOST_DISTRACTORS`].
    pub distractors: u32,
}

/// The highest difficulty.
pub const MOST_DIFFICULTY: u32 = 8;

/// The most distractors.
pub const MOST_DISTRACTORS: u32 = 8;

/// The most questions of one task.
pub const MOST_QUESTIONS: usize = 100_000;

/// So many draws of one question that was there already end the making: there are not so many different ones.
const TRIES: u32 = 200;

/// A question as it was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The text.
    pub question: String,
    /// The options.
    pub options: Vec<String>,
    /// The place of the right one.
    pub right: usize,
    /// The place of the wrong one to which what is planted leads.
    pub runner_up: usize,
    /// What else tells its stratum apart, if anything.
    pub side: Option<&'static str>,
}

/// A task of so many different questions of a family. The same arguments give the same bytes.
///
/// # Errors
/// [`Error::Asked`] for knobs out of range, and where there are not so many different questions.
pub fn task(family: &dyn Family, knobs: Knobs, questions: usize, seed: Seed) -> Result<Task, Error> {
    let Knobs { difficulty, distractors } = knobs;
    let refused = |what: String| Err(Error::Asked { what });
    if !(1..=MOST_DIFFICULTY).contains(&difficulty) {
        return refused(format!("difficulty: expected 1 to {MOST_DIFFICULTY}, found {difficulty}"));
    }
    if distractors > MOST_DISTRACTORS {
        return refused(format!("distractors: expected 0 to {MOST_DISTRACTORS}, found {distractors}"));
    }
    if !(1..=MOST_QUESTIONS).contains(&questions) {
        return refused(format!("questions: expected 1 to {MOST_QUESTIONS}, found {questions}"));
    }
    let name = family.name();
    let mut seen = BTreeSet::new();
    let mut items = Vec::with_capacity(questions);
    for index in 0..questions {
        let drawn = (0..TRIES).find_map(|attempt| {
            let place = format!("{name}/{difficulty}/{index}/{attempt}");
            let draw = |distractors| {
                let (mut problem, mut noise) =
                    (seed.stream(&format!("problem/{place}")), seed.stream(&format!("noise/{place}")));
                family.draw(Knobs { difficulty, distractors }, &mut problem, &mut noise)
            };
            // Two questions that differ in what distracts alone are one.
            seen.insert(draw(0).question).then(|| draw(distractors))
        });
        let Some(drawn) = drawn else {
            return refused(format!(
                "{name}: expected {questions} different questions of difficulty {difficulty}, found {index}"
            ));
        };
        items.push(item(drawn, format!("{name}-{difficulty}-{seed}-{index}"), name, difficulty));
    }
    Ok(Task { name: name.to_owned(), items })
}

fn item(drawn: Drawn, id: String, name: &str, difficulty: u32) -> Item {
    let Drawn { question, options, right, runner_up, side } = drawn;
    let side = side.map_or_else(String::new, |side| format!(", {side}"));
    Item {
        id,
        runner_up: options.get(runner_up).cloned(),
        wording: Wording { question, answer: options.get(right).cloned().unwrap_or_default(), options },
        stratum: Some(format!("{name}, difficulty {difficulty}{side}")),
        verifier: None,
        params: BTreeMap::new(),
        variants: BTreeMap::new(),
    }
}

/// One of these words.
fn pick<'a>(stream: &mut Stream, from: &[&'a str]) -> &'a str {
    from.get(stream.index(from.len())).copied().unwrap_or_default()
}

/// So many different ones of these words.
fn several<'a>(stream: &mut Stream, from: &[&'a str], count: usize) -> Vec<&'a str> {
    stream.order(from.len()).into_iter().take(count).filter_map(|at| from.get(at)).copied().collect()
}

/// A whole number from `low` to `high`, both among them.
fn between(stream: &mut Stream, low: i64, high: i64) -> i64 {
    low + stream.below((high - low + 1).unsigned_abs()) as i64
}

/// Options that are numbers, rising: the right one, the one to which something leads, and the first two of the others that are neither.
fn numbers(right: i64, lure: i64, others: &[i64]) -> (Vec<String>, usize, usize) {
    let mut offered = vec![right, lure];
    for other in others.iter().copied().chain([right + 1, right + 2, right + 3]) {
        if offered.len() < 4 && other >= 0 && !offered.contains(&other) {
            offered.push(other);
        }
    }
    offered.sort_unstable();
    let at = |value: i64| offered.iter().position(|offered| *offered == value).unwrap_or_default();
    (offered.iter().map(ToString::to_string).collect(), at(right), at(lure))
}
