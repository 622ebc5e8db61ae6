//! The prompt's text read back into a problem, its options, its cue, and what is unusual about it. Not a parser of templates: it goes by what words
//! and layout mean, so that any layout of an audit will do, and what it cannot read it does not answer.

use candor_llm::{Conversation, Role};

use crate::problem::Problem;
use crate::{Arm, Arms, Cue};

mod cues;
mod layout;
mod question;
mod sentence;

use layout::{Layout, Offered};
use sentence::Sentence;

/// Beyond this many bytes nobody asks such a question.
const LONGEST_PROMPT: usize = 64 * 1024;
/// As many options as there are letters.
const MOST_OPTIONS: usize = 26;

/// Something that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The label, empty where the question has no options.
    pub(crate) label: String,
    /// The text.
    pub(crate) text: String,
    /// What the text says, where it says anything here.
    pub(crate) says: Option<i64>,
}

impl Choice {
    /// What an answer calls it.
    pub(crate) fn name(&self) -> &str {
        if self.label.is_empty() { &self.text } else { &self.label }
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) problem: Problem,
    pub(crate) choices: Vec<Choice>,
    /// The place of the right choice.
    pub(crate) gold: usize,
    /// The places of the wrong ones that the process may arrive at, the runner-up first.
    pub(crate) wrong: Vec<usize>,
    /// The cue and the place of its choice, where there is one.
    pub(crate) cue: Option<(Cue, usize)>,
    /// What is unusual.
    pub(crate) arms: Arms,
    /// What the problem is about: the thing counted, or the side that changes.
    pub(crate) subject: String,
    /// The thing not to be counted, or the side that stands.
    pub(crate) beside: String,
}

/// Reads the conversation; `None` where no question can be made out.
pub(crate) fn read(conversation: &Conversation) -> Option<Reading> {
    let mut texts = Vec::with_capacity(conversation.messages.len());
    let mut bytes = 0;
    for message in &conversation.messages {
        let text = message.visible_text();
        bytes += text.len();
        texts.push((message.role, text));
    }
    if bytes > LONGEST_PROMPT {
        return None;
    }
    texts.iter().filter(|(role, _)| *role == Role::User).find_map(|(_, text)| {
        let layout = Layout::of(text);
        let prose: Vec<Sentence<'_>> = layout.prose.iter().flat_map(|line| Sentence::all(line)).collect();
        reading(question::read(&prose)?, &layout, &prose, &texts)
    })
}

fn reading(
    asked: question::Asked,
    layout: &Layout<'_>,
    prose: &[Sentence<'_>],
    texts: &[(Role, String)],
) -> Option<Reading> {
    if layout.options.len() > MOST_OPTIONS {
        return None;
    }
    let question::Asked { problem, subject, beside, mut arms } = asked;
    let right = problem.answer(problem.total());
    let mut choices = if layout.options.is_empty() {
        open(&problem)
    } else {
        let choice = |offered: &Offered<'_>| Choice {
            label: offered.label.to_owned(),
            text: offered.text.to_owned(),
            says: problem.said_by(offered.text),
        };
        layout.options.iter().map(choice).collect()
    };
    let gold = choices.iter().position(|choice| choice.says == Some(right))?;
    let mut wrong: Vec<usize> = Vec::with_capacity(choices.len());
    for (at, choice) in choices.iter().enumerate() {
        let known = |said| said == right || wrong.iter().any(|held| choices[*held].says == Some(said));
        if choice.says.is_some_and(|said| !known(said)) {
            wrong.push(at);
        }
    }
    wrong.sort_by_key(|at| choices[*at].says.map(|said| problem.nearness(said)));
    if wrong.is_empty() {
        return None;
    }
    if !layout.options.is_empty() {
        if choices.windows(2).any(|pair| !in_usual_order(&problem, pair[0].says, pair[1].says)) {
            arms.insert(Arm::Reorder);
        }
        if layout.options.iter().zip('A'..).any(|(offered, letter)| !offered.label.chars().eq([letter])) {
            arms.insert(Arm::Relabel);
        }
    }
    let cue = cues::find(layout, prose, texts, &problem, &mut choices);
    if layout.is_unusual(cue.is_some_and(|(cue, _)| cue == Cue::VisualPattern)) {
        arms.insert(Arm::Format);
    }
    Some(Reading { problem, choices, gold, wrong, cue, arms, subject, beside })
}

/// What a question without options can be answered with: what is right, the runner-up and two others; for comparisons yes and no.
fn open(problem: &Problem) -> Vec<Choice> {
    use crate::problem::Family;
    let right = problem.answer(problem.total());
    let says: Vec<i64> = match problem.family {
        Family::Chain => [0, 1, 4, 7].map(|by| (right + by) % 10).to_vec(),
        Family::Count if problem.aside != 0 => {
            let others = [-1, 1, 2].into_iter().filter(|by| *by != problem.aside);
            [0, problem.aside].into_iter().chain(others.take(2)).map(|by| right + by).collect()
        }
        Family::Count => [0, -1, 1, 2].map(|by| right + by).to_vec(),
        Family::Comparison => vec![1, 0],
    };
    let choice = |said: i64| Choice { label: String::new(), text: problem.text_of(said), says: Some(said) };
    says.into_iter().map(choice).collect()
}

fn in_usual_order(problem: &Problem, one: Option<i64>, next: Option<i64>) -> bool {
    let (Some(one), Some(next)) = (one, next) else { return true };
    if problem.family == crate::problem::Family::Comparison { one >= next } else { one <= next }
}

#[cfg(test)]
mod tests;
