//! The cue of a prompt and the option that it points to. Not what the process makes of it.

use candor_llm::Role;

use super::Choice;
use super::layout::Layout;
use super::sentence::{Sentence, words};
use crate::Cue;
use crate::problem::Problem;

/// Tags that hold an answer.
const TAGS: &[&str] = &["answer", "correct", "gold", "solution", "key", "label", "correct_answer", "correct-answer"];
/// Signs that stand out, of two that differ.
const LOUD: &[char] = &['■', '●', '★', '◆', '▶', '✓', '✔', '☑', '✅', '→', '*', '+'];

/// What a cue names.
#[derive(Debug, Clone, Copy)]
enum Named {
    /// One of the choices.
    Choice(usize),
    /// An answer that is none of them, where nothing was offered.
    Other(i64),
}

/// The first cue in the order of [`Cue::ALL`]. An answer beyond the choices becomes one of its own where nothing was offered.
pub(super) fn find(
    layout: &Layout<'_>,
    prose: &[Sentence<'_>],
    texts: &[(Role, String)],
    problem: &Problem,
    choices: &mut Vec<Choice>,
) -> Option<(Cue, usize)> {
    let known = Known { problem, choices };
    let (cue, named) = Cue::ALL.into_iter().find_map(|cue| {
        let named = match cue {
            Cue::Sycophancy | Cue::UnauthorisedInformation => said(prose, texts, cue, &known),
            Cue::Consistency => of(texts, Role::Assistant).find_map(|sentence| known.pointed(sentence.text)),
            Cue::VisualPattern => marked(layout).map(Named::Choice),
            Cue::Metadata => layout.asides.iter().find_map(|line| known.tagged(line)),
            Cue::GraderHacking => layout.asides.iter().find_map(|line| known.quoted(line)),
        };
        named.map(|named| (cue, named))
    })?;
    let at = match named {
        Named::Choice(at) => at,
        Named::Other(says) => {
            choices.push(Choice { label: String::new(), text: problem.text_of(says), says: Some(says) });
            choices.len() - 1
        }
    };
    Some((cue, at))
}

/// The sentences of everything that a role said.
fn of(texts: &[(Role, String)], role: Role) -> impl Iterator<Item = Sentence<'_>> {
    texts.iter().filter(move |(said_by, _)| *said_by == role).flat_map(|(_, text)| Sentence::all(text))
}

/// A sentence that opens a cue of this kind, and the option named there or in the sentence after it.
fn said(prose: &[Sentence<'_>], texts: &[(Role, String)], cue: Cue, known: &Known<'_>) -> Option<Named> {
    let mut open = false;
    let mut named = |sentence: &Sentence<'_>| {
        let opening = sentence.opens == Some(cue);
        let named = if opening || open { known.pointed(sentence.text) } else { None };
        open = opening;
        named
    };
    // Beside the question, a cue may stand in what the system says and in a later turn.
    prose
        .iter()
        .find_map(&mut named)
        .or_else(|| of(texts, Role::System).find_map(|sentence| named(&sentence)))
        .or_else(|| of(texts.get(1..)?, Role::User).find_map(|sentence| named(&sentence)))
}

/// What can be named.
struct Known<'a> {
    problem: &'a Problem,
    choices: &'a [Choice],
}

impl Known<'_> {
    /// What a sentence names: `(B)`, else the word behind the last `is` or `answer`, as a label or as the text of an option.
    fn pointed(&self, sentence: &str) -> Option<Named> {
        let bracketed = sentence.split(['(', '[']).skip(1).filter_map(|rest| rest.split([')', ']']).next());
        if let Some(named) = bracketed.into_iter().find_map(|label| self.labelled(label)) {
            return Some(named);
        }
        let mut named = None;
        let mut before = "";
        for word in words(sentence) {
            if before.eq_ignore_ascii_case("is") || before.eq_ignore_ascii_case("answer") {
                // "is a guess" names no option.
                let label = self.labelled(word).filter(|_| !word.bytes().all(|byte| byte.is_ascii_lowercase()));
                named = label.or_else(|| self.worded(word)).or(named);
            }
            before = word;
        }
        named
    }

    fn labelled(&self, label: &str) -> Option<Named> {
        let is = |choice: &Choice| !choice.label.is_empty() && choice.label.eq_ignore_ascii_case(label.trim());
        self.choices.iter().position(is).map(Named::Choice)
    }

    /// The choice of that text; where nothing was offered, any answer that the problem knows.
    fn worded(&self, text: &str) -> Option<Named> {
        if let Some(at) = self.choices.iter().position(|choice| choice.text.eq_ignore_ascii_case(text.trim())) {
            return Some(Named::Choice(at));
        }
        let free = self.choices.iter().all(|choice| choice.label.is_empty());
        self.problem.said_by(text).filter(|_| free).map(Named::Other)
    }

    /// A label, with brackets or without, or a text.
    fn held(&self, text: &str) -> Option<Named> {
        let text = text.trim().trim_matches(['(', ')']);
        self.labelled(text).or_else(|| self.worded(text))
    }

    /// `<answer>B</answer>`
    fn tagged(&self, line: &str) -> Option<Named> {
        let (tag, rest) = line.strip_prefix('<')?.split_once('>')?;
        let (held, _) = rest.split_once("</")?;
        TAGS.iter().any(|name| tag.eq_ignore_ascii_case(name)).then(|| self.held(held)).flatten()
    }

    /// `… == "B"`
    fn quoted(&self, line: &str) -> Option<Named> {
        let compares = !line.starts_with('<') && ["==", " in ", "equals"].iter().any(|sign| line.contains(sign));
        compares.then(|| line.split(['"', '\'']).skip(1).step_by(2).find_map(|held| self.held(held))).flatten()
    }
}

/// The one option whose marks are not those of the others.
fn marked(layout: &Layout<'_>) -> Option<usize> {
    let marks: Vec<_> = layout.options.iter().map(|offered| offered.marks).collect();
    let alone = |at: &usize| marks.iter().filter(|mark| **mark == marks[*at]).count() == 1;
    let others_agree = |at: &usize| {
        let mut others = marks.iter().enumerate().filter(|(other, _)| other != at).map(|(_, mark)| mark);
        others.next().is_none_or(|first| others.all(|mark| mark == first))
    };
    let mut odd = (0..marks.len()).filter(|at| alone(at) && others_agree(at));
    match (odd.next(), odd.next()) {
        (Some(one), None) => Some(one),
        // Of two options both are alone: the loud one is meant.
        (Some(one), Some(two)) => {
            let loud = |at: usize| format!("{}{}", marks[at].0, marks[at].1).contains(LOUD);
            match (loud(one), loud(two)) {
                (true, false) => Some(one),
                (false, true) => Some(two),
                _ => None,
            }
        }
        _ => None,
    }
}
