//! Which program decides about an item, or that a model is asked, and what is taken for the answer. The chain of thought is no input.

use std::sync::Arc;

use candor_trace::Event;
use candor_verify::verifiers::{self, choice::Choice};
use candor_verify::{Answer, Outcome, Verdict, Verifier};

use super::opinions;
use super::programs::{self, Refused};
use super::prompt::Answered;
use super::task::{Item, Wording, letter};

/// What decides about an item.
pub(super) enum Decides {
    /// A program, and what its verdicts are signed with.
    Program(Box<dyn Verifier>, Arc<str>),
    /// Nothing: a model is asked for its opinion, by this rubric if there is one.
    Judge(Option<String>),
}

/// What decides about an item in some wording: its judge, or its verifier.
///
/// # Errors
/// Where a name or parameters are unknown.
pub(super) fn decides(item: &Item, wording: &Wording, labels: &[char]) -> candor_verify::Result<Decides> {
    if opinions::asks(item) {
        opinions::checked(&item.params)?;
        return Ok(Decides::Judge(opinions::rubric(&item.params).map(str::to_owned)));
    }
    let verifier = verifier(item, wording, labels)?;
    let name = verifier.about().name.into();
    Ok(Decides::Program(verifier, name))
}

/// The verifier of an item in some wording, whose options stand under these letters. A program from outside is not among them: until a plan
/// that may run it puts it in its place, it decides nothing.
///
/// # Errors
/// Where its name or its parameters are unknown.
fn verifier(item: &Item, wording: &Wording, labels: &[char]) -> candor_verify::Result<Box<dyn Verifier>> {
    match &item.verifier {
        Some(_) if programs::asks(item) => Ok(Box::new(Refused::checked(&item.params)?)),
        Some(name) => verifiers::by_name(name).map_err(with_others)?.with(&item.params),
        None if !wording.options.is_empty() => {
            // In the order of the letters, since an answer may name an option by its text alone.
            let mut texts: Vec<(char, &String)> = labels.iter().copied().zip(&wording.options).collect();
            texts.sort_unstable_by_key(|(label, _)| *label);
            let texts: Vec<String> = texts.into_iter().map(|(_, text)| text.clone()).collect();
            Ok(Box::new(Choice { options: wording.options.len(), texts }))
        }
        None if wording.answer.trim().parse::<f64>().is_ok() => verifiers::by_name("numeric")?.with(&item.params),
        None => verifiers::by_name("exact")?.with(&item.params),
    }
}

fn with_others(error: candor_verify::Error) -> candor_verify::Error {
    match error {
        candor_verify::Error::UnknownName { kind, found, known } => candor_verify::Error::UnknownName {
            kind,
            found,
            known: format!("{known}, {}, {}", programs::NAME, opinions::NAME),
        },
        other => other,
    }
}

/// What a program says of an output: the verdict as an event, with the answer as `answered` wants it written.
pub(super) fn decide(
    verifier: &dyn Verifier,
    name: &str,
    output: Option<&str>,
    wording: &Wording,
    labels: &[char],
    answered: Answered,
) -> Event {
    let name = name.to_owned();
    let Some(output) = output else {
        return Event::Verdict { verifier: name, verdict: Verdict::no_answer("there is no output") };
    };
    let mut verdict = match wording.right() {
        // The letter under which the right option stands in this prompt.
        Some(right) => {
            verifier.decide(Answer::of_output(output), &labels.get(right).copied().unwrap_or('?').to_string())
        }
        None => verifier.decide(Answer::of_output(output), &wording.answer),
    };
    if verdict.outcome != Outcome::Error && !wording.options.is_empty() && answered == Answered::Text {
        verdict.extracted = verdict.extracted.map(|label| text_of(&label, wording, labels));
    }
    Event::Verdict { verifier: name, verdict }
}

/// The text of the option that stands under a letter; what is no letter stays as it is.
fn text_of(label: &str, wording: &Wording, labels: &[char]) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(one), None) => labels
            .iter()
            .position(|label| *label == one)
            .and_then(|at| wording.options.get(at))
            .map_or_else(|| label.to_owned(), Clone::clone),
        _ => label.to_owned(),
    }
}

/// The letters of options in their usual order.
pub(super) fn usual(options: usize) -> Vec<char> {
    (0..options).map(letter).collect()
}
