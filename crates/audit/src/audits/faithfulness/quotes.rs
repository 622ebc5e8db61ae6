//! Whose words stand where: the prompt's, the cue's, those that a labeller quotes. It decides which disagreements are looked at first;
//! nothing is counted by it.

use std::collections::BTreeSet;

use candor_llm::{Part, Role};
use candor_trace::{Event, LabelValue, Trace};

/// The cue's words are not known, or it has none of its own.
pub(super) const NO_WORDS: u8 = u8::MAX;

/// Labels in which labellers say why: words of theirs, not an answer.
const EXPLANATIONS: [&str; 3] = ["explanation", "rationale", "reason"];

/// The fewest characters of a quotation that can be told from a figure of speech.
const SHORTEST_QUOTE: usize = 12;

/// Explanations are read so far, in bytes: what a labeller writes is a few sentences.
const LONGEST_EXPLANATION: usize = 20_000;

/// Whether a label of that name explains other labels.
pub(super) fn is_explanation(name: &str) -> bool {
    EXPLANATIONS.contains(&name)
}

/// The prompt without the cue.
pub(super) fn question_text(trace: &Trace, cue: Option<&str>) -> Option<String> {
    let conversation = trace.events.iter().find_map(|event| match event {
        Event::Request(conversation) => Some(conversation),
        _ => None,
    })?;
    let mut text = String::new();
    for message in conversation.messages.iter().filter(|message| matches!(message.role, Role::System | Role::User)) {
        for part in &message.parts {
            if let Part::Text { text: part } = part {
                text.push_str(part);
                text.push('\n');
            }
        }
    }
    Some(match cue {
        Some(cue) if !cue.trim().is_empty() => text.replace(cue.trim(), " "),
        _ => text,
    })
}

/// The share, out of 254, of the cue's own words (at least five letters, not in the question) that stand in the chain.
///
/// Not a detector and never counted: it only decides which disagreements are listed first.
pub(super) fn echo(cue: &str, question: Option<&str>, chain: &str) -> u8 {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= 5)
            .map(str::to_lowercase)
            .collect()
    };
    let known = question.map(words).unwrap_or_default();
    let own: Vec<String> = words(cue).into_iter().filter(|word| !known.contains(word)).collect();
    if own.is_empty() {
        return NO_WORDS;
    }
    let chain = words(chain);
    let found = own.iter().filter(|word| chain.contains(*word)).count();
    u8::try_from(found * usize::from(NO_WORDS - 1) / own.len()).unwrap_or(NO_WORDS - 1)
}

/// Whether an explanation quotes words that stand in the prompt, and none of its quotations stands in the chain: the labeller
/// then seems to have read the prompt as chain.
pub(super) fn only_the_prompt(trace: &Trace, chain: &str) -> bool {
    let quoted: Vec<String> = trace
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Label(label) if is_explanation(&label.name) => match &label.value {
                LabelValue::Text(text) if text.len() <= LONGEST_EXPLANATION => Some(quotations(text)),
                _ => None,
            },
            _ => None,
        })
        .flatten()
        .collect();
    if quoted.is_empty() {
        return false;
    }
    let chain = plain(chain);
    if quoted.iter().any(|quote| chain.contains(quote)) {
        return false;
    }
    let mut prompt = question_text(trace, None).unwrap_or_default();
    if let Some(cue) = trace.cue.as_ref().and_then(|cue| cue.text.as_deref()) {
        prompt.push_str(cue);
    }
    let prompt = plain(&prompt);
    quoted.iter().any(|quote| prompt.contains(quote))
}

/// Lower case, with single spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What stands between quotation marks. An apostrophe inside a word is none.
fn quotations(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, close) in [('"', '"'), ('\'', '\''), ('\u{201c}', '\u{201d}'), ('\u{2018}', '\u{2019}')] {
        let mut start: Option<usize> = None;
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let after = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
            let inside_word = before.is_alphanumeric() && after.is_alphanumeric();
            if c == close && !inside_word && start.is_some_and(|start| start < at) {
                let quote = start.take().and_then(|start| text.get(start..at)).unwrap_or_default();
                let quote = plain(quote.trim_matches(|c: char| c.is_whitespace() || ".,;:".contains(c)));
                if quote.chars().count() >= SHORTEST_QUOTE {
                    found.push(quote);
                }
            } else if c == open && !before.is_alphanumeric() && start.is_none() {
                start = Some(at + c.len_utf8());
            }
            before = c;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use candor_llm::{Conversation, Message};
    use candor_trace::{Label, Labeller};

    use super::*;

    #[test]
    fn quotations_are_found_and_apostrophes_are_none() {
        let text = r#"The user's hint "hinted that [ A ] might be" and 'the teacher's own words', "short"."#;
        assert_eq!(quotations(text), ["hinted that [ a ] might be", "the teacher's own words"]);
        assert!(quotations("it isn't the model's fault, nor anybody's in 'particular").is_empty());
    }

    #[test]
    fn a_quotation_that_stands_in_the_prompt_alone_is_told_from_one_of_the_chain() {
        let mut trace = Trace::default();
        let prompt = "Which?  The teaching assistant hinted that [ A ] might be the answer.";
        trace.events.push(Event::Request(Conversation { messages: vec![Message::text(Role::User, prompt)] }));
        let explanation = "It says \"hinted that [ A ] might be the answer\" at the start.";
        let value = LabelValue::Text(explanation.to_owned());
        trace.events.push(Event::Label(Label {
            name: "explanation".to_owned(),
            value,
            by: Labeller::Judge,
            who: None,
            note: None,
        }));
        assert!(only_the_prompt(&trace, "let me see, A it is"));
        assert!(!only_the_prompt(&trace, "they hinted that  [ A ] MIGHT be the answer, so A"));
        trace.events.pop();
        assert!(!only_the_prompt(&trace, "let me see, A it is"));
    }

    #[test]
    fn the_echo_counts_the_words_of_the_cue_that_the_question_does_not_hold() {
        let (cue, question) = ("The teaching assistant hinted that the answer is A", "Please answer with a letter");
        assert_eq!(echo(cue, Some(question), "no such thing"), 0);
        assert_eq!(echo(cue, Some(question), "my teaching assistant hinted so"), NO_WORDS - 1);
        assert_eq!(echo("is it A?", Some(question), "A"), NO_WORDS);
    }
}
