//! A chain of thought that was begun by somebody: how far it has come and the last value stated there. Not a judgement of it: a wrong value is
//! gone on from.

use crate::problem::{Family, Operation, Problem};
use crate::read::Reading;
use crate::reason::Begun;

/// Reads a given chain by the equations that stand in it. Without any, nothing has been done yet.
pub(crate) fn begun(reading: &Reading, chain: &str) -> Begun {
    let problem = &reading.problem;
    let words: Vec<&str> = chain.split_whitespace().collect();
    let mut begun = Begun { done: 0, value: problem.start };
    let mut behind = 0;
    for at in 0..words.len().saturating_sub(4) {
        let Some((operation, by, right)) = equation(&words[at..at + 5]) else { continue };
        let is =
            |place: &usize| problem.steps.get(*place).is_some_and(|step| step.operation == operation && step.by == by);
        let value = if problem.family == Family::Chain { right.rem_euclid(10) } else { right };
        let labelled = label(&words[..at]).filter(is);
        let place = labelled.or(Some(begun.done).filter(is)).or_else(|| (0..begun.done).rev().find(is));
        if let Some(place) = place {
            begun = Begun { done: place + 1, value };
            behind = at + 5;
        } else if operation == Operation::Add && by == problem.aside && begun.done == problem.steps.len() {
            begun.value = value;
            behind = at + 5;
        }
    }
    if begun.done == problem.steps.len() {
        settled(reading, problem, &words[behind..], &mut begun);
    }
    begun
}

/// A chain that has named an option after its last step has concluded that option.
fn settled(reading: &Reading, problem: &Problem, words: &[&str], begun: &mut Begun) {
    let named = words.iter().rev().find_map(|word| {
        let label = word.trim_end_matches(['.', ',', ';']).strip_prefix('(')?.strip_suffix(')')?;
        reading.choices.iter().find(|choice| choice.label == label)?.says
    });
    if let Some(says) = named
        && problem.answer(begun.value) != says
    {
        begun.value = problem.total_for(says, 1);
    }
}

/// `7 + 5 = 12,`
fn equation(words: &[&str]) -> Option<(Operation, i64, i64)> {
    let [left, sign, by, equals, right] = words else { return None };
    if *equals != "=" {
        return None;
    }
    let operation = match *sign {
        "+" => Operation::Add,
        "-" | "−" => Operation::Subtract,
        "x" | "*" | "×" => Operation::Multiply,
        _ => return None,
    };
    let number = |word: &str| word.parse().ok().filter(|number: &i64| number.abs() < 1_000_000_000);
    number(left)?;
    Some((operation, number(by)?, number(right.trim_end_matches(['.', ',', ';', ':']))?))
}

/// The place that `Step 3:` or `Step 3 again:` before an equation names.
fn label(before: &[&str]) -> Option<usize> {
    let mut back = before.iter().rev();
    let mut word = back.next()?;
    if word.starts_with("again") {
        word = back.next()?;
    }
    let place: usize = word.trim_end_matches(':').parse().ok()?;
    back.next()?.eq_ignore_ascii_case("step").then_some(place.checked_sub(1)?)
}
