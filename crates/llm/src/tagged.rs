//! Reasoning that stands between tags in the reply text itself (`<think>…</think>`), also where a tag is missing. Not the
//! vendors' separate fields: those need no splitting.

mod stream;

pub use stream::InBand;
pub(crate) use stream::{Piece, TagStream};

use crate::{Provenance, Reasoning};

/// A reply text cut into reasoning and answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// The chain of thought without its tags.
    pub reasoning: &'a str,
    /// What kind it is: [`Provenance::Raw`] when the closing tag stands there, [`Provenance::Truncated`] when only the opening
    /// one does, [`Provenance::Absent`] when there is no tag or nothing between them.
    pub provenance: Provenance,
    /// What follows the closing tag; everything where there is no tag; empty where the reasoning was never closed.
    pub answer: &'a str,
}

impl Tagged<'_> {
    /// The reasoning as an owned noun.
    #[must_use]
    pub fn to_reasoning(&self) -> Reasoning {
        if self.provenance == Provenance::Absent {
            Reasoning::absent()
        } else {
            Reasoning { text: self.reasoning.to_owned(), provenance: self.provenance }
        }
    }
}

/// Every pair of tags that is known, for whole texts and for streams: most open models; Magistral; Kimi-VL; Gemini and Gemma; MiniMax.
const TAGS: [(&str, &str); 7] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<mm:think>", "</mm:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
];

/// Cuts a reply text at its reasoning tags.
///
/// - `<think>a</think>b`: reasoning `a`, answer `b`;
/// - `a</think>b`, with the opening tag in the prompt template: the same;
/// - `<think>a`: the reasoning never ended; it is truncated and there is no answer;
/// - `a`: no reasoning, all answer.
///
/// The opening tag counts only at the start of the text (white space aside): a reply that *talks about* the tag is not cut. Channels of gpt-oss are cut
/// the same way: analysis and final.
#[must_use]
pub fn split_tagged(text: &str) -> Tagged<'_> {
    if let Some(cut) = channels(text) {
        return cut;
    }
    let trimmed = text.trim_start();
    for (open, close) in TAGS {
        if let Some(rest) = trimmed.strip_prefix(open) {
            return match rest.find(close) {
                Some(end) => closed(&rest[..end], &rest[end + close.len()..]),
                None if rest.trim().is_empty() => Tagged { reasoning: "", provenance: Provenance::Absent, answer: "" },
                None => Tagged { reasoning: rest.trim(), provenance: Provenance::Truncated, answer: "" },
            };
        }
    }
    match unopened(text) {
        Some((end, close)) => closed(&text[..end], &text[end + close.len()..]),
        None => Tagged { reasoning: "", provenance: Provenance::Absent, answer: text },
    }
}

/// What gpt-oss writes between its channels, where no server has read them.
const ANALYSIS: &str = "<|channel|>analysis<|message|>";
const FINAL: &str = "<|channel|>final<|message|>";

/// The chain and the answer of a text with channels (OpenAI's harmony form): the first analysis, and what the final channel says; an analysis that no final
/// channel follows was cut off.
fn channels(text: &str) -> Option<Tagged<'_>> {
    let (_, rest) = text.split_once(ANALYSIS)?;
    let end = rest.find("<|").unwrap_or(rest.len());
    let reasoning = rest[..end].trim();
    Some(match rest.split_once(FINAL) {
        Some((_, answer)) => {
            let answer = answer.find("<|").map_or(answer, |end| &answer[..end]);
            closed(reasoning, answer)
        }
        None if reasoning.is_empty() => Tagged { reasoning: "", provenance: Provenance::Absent, answer: "" },
        None => Tagged { reasoning, provenance: Provenance::Truncated, answer: "" },
    })
}

/// Chains in the midst of a text, as models write them that think between their words: what stands between the tags of each pair, and the text
/// without them. A pair counts where three words or more stand between its tags and it is not quoted: a text that talks about the tag is not cut.
#[must_use]
pub fn cut_within(text: &str) -> (Vec<&str>, String) {
    const WORDS: usize = 3;
    let (mut chains, mut rest, mut from) = (Vec::new(), String::new(), 0);
    while let Some((at, open, close)) = TAGS
        .iter()
        .filter_map(|(open, close)| Some((text[from..].find(open)? + from, *open, *close)))
        .min_by_key(|(at, ..)| *at)
    {
        let inside = at + open.len();
        let quoted = text[..at].ends_with(['`', '"', '\'', '“', '‘']);
        match text[inside..].find(close) {
            Some(length) if !quoted && text[inside..inside + length].split_whitespace().nth(WORDS - 1).is_some() => {
                rest.push_str(&text[from..at]);
                chains.push(text[inside..inside + length].trim());
                from = inside + length + close.len();
            }
            _ => {
                rest.push_str(&text[from..inside]);
                from = inside;
            }
        }
    }
    rest.push_str(&text[from..]);
    (chains, rest)
}

/// The first closing tag that no opening tag of its kind stands before, with its place.
fn unopened(text: &str) -> Option<(usize, &'static str)> {
    if !text.contains('/') {
        return None;
    }
    TAGS.iter()
        .filter_map(|(open, close)| {
            let end = text.find(close)?;
            (!text[..end].contains(open)).then_some((end, *close))
        })
        .min()
}

fn closed<'a>(reasoning: &'a str, answer: &'a str) -> Tagged<'a> {
    let reasoning = reasoning.trim();
    let provenance = if reasoning.is_empty() { Provenance::Absent } else { Provenance::Raw };
    Tagged { reasoning, provenance, answer: answer.trim_start() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_tags_is_cut_where_it_should_be() {
        let cases = [
            ("<think>a</think>b", "a", Provenance::Raw, "b"),
            ("\n<think>\na\n</think>\n\nb", "a", Provenance::Raw, "b"),
            ("a</think>b", "a", Provenance::Raw, "b"),
            ("<think>a", "a", Provenance::Truncated, ""),
            ("<think></think>b", "", Provenance::Absent, "b"),
            ("<think> ", "", Provenance::Absent, ""),
            ("plain", "", Provenance::Absent, "plain"),
            ("write <think> and </think> yourself", "", Provenance::Absent, "write <think> and </think> yourself"),
            ("<thinking>a</thinking>b", "a", Provenance::Raw, "b"),
            ("<thought>a</thought>b", "a", Provenance::Raw, "b"),
            ("[THINK]a[/THINK]b", "a", Provenance::Raw, "b"),
            ("◁think▷a◁/think▷b", "a", Provenance::Raw, "b"),
            ("a</thought>b</think>c", "a", Provenance::Raw, "b</think>c"),
            (
                "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>",
                "a",
                Provenance::Raw,
                "b",
            ),
            ("<|channel|>analysis<|message|>a and", "a and", Provenance::Truncated, ""),
            ("<|channel|>final<|message|>b", "", Provenance::Absent, "<|channel|>final<|message|>b"),
        ];
        for (text, reasoning, provenance, answer) in cases {
            assert_eq!(split_tagged(text), Tagged { reasoning, provenance, answer }, "{text}");
        }
    }

    #[test]
    fn chains_between_words_are_cut_and_talk_about_tags_is_not() {
        for (text, chains, rest) in [
            (
                "Sure. <think>it fails but I say pass</think>I will look.",
                vec!["it fails but I say pass"],
                "Sure. I will look.",
            ),
            (
                "a <think>one two three</think>b<thought>four five six</thought>c",
                vec!["one two three", "four five six"],
                "a bc",
            ),
            ("write <think> and </think> yourself", vec![], "write <think> and </think> yourself"),
            ("the tag `<think>a b c d</think>` is cut", vec![], "the tag `<think>a b c d</think>` is cut"),
            ("open <think>and never closed at all", vec![], "open <think>and never closed at all"),
            ("plain", vec![], "plain"),
        ] {
            assert_eq!(cut_within(text), (chains, rest.to_owned()), "{text}");
        }
    }
}
