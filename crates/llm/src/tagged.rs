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

/// Every pair of tags that is known, in whichever case, for whole texts and for streams: most open models; Magistral; Kimi-VL; Gemini and Gemma; MiniMax.
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
        if begins(trimmed, open) {
            let rest = &trimmed[open.len()..];
            return match find(rest, close) {
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
/// without them. A pair counts where it begins a line or three words or more stand between its tags, and it is not quoted: a text that talks about the tag is not cut. A tag that
/// begins a line and is never closed opens a chain that was cut off: what follows it is no answer.
#[must_use]
pub fn cut_within(text: &str) -> (Vec<Reasoning>, String) {
    const WORDS: usize = 3;
    const NEAR: usize = 300;
    let (mut chains, mut rest, mut from) = (Vec::new(), String::new(), 0);
    let (mut fences, mut counted) = (0, 0);
    let mut tags = TAGS.map(|(open, close)| (Ahead::of(open), Ahead::of(close)));
    while let Some((at, tag)) =
        tags.iter_mut().enumerate().filter_map(|(tag, (open, _))| Some((open.from(text, from)?, tag))).min()
    {
        let (open, close) = TAGS[tag];
        let inside = at + open.len();
        // An odd number of fences stands before what is a block of code.
        fences += text[counted..at].matches("```").count();
        counted = at;
        let quoted = fences % 2 == 1 || text[..at].ends_with(['`', '"', '\'', '“', '‘']);
        let begins_line = text[..at].trim_end_matches([' ', '\t']).ends_with('\n');
        let end = tags[tag].1.from(text, inside).map(|end| end - inside);
        let chain = &text[inside..end.map_or(text.len(), |length| inside + length)];
        // Words are found near the beginning, or a text of nothing but tags would be gone through once for each.
        let near = chain.char_indices().nth(NEAR).map_or(chain, |(end, _)| &chain[..end]);
        let words = near.split_whitespace().take(WORDS).count();
        match end {
            Some(length) if !quoted && (words == WORDS || begins_line) => {
                rest.push_str(&text[from..at]);
                chains.extend((words > 0).then(|| Reasoning::raw(chain.trim())));
                from = inside + length + close.len();
            }
            None if !quoted && begins_line && words == WORDS => {
                rest.push_str(&text[from..at]);
                chains.push(Reasoning { text: chain.trim().to_owned(), provenance: Provenance::Truncated });
                from = text.len();
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

/// Whether a text begins with a tag.
fn begins(text: &str, tag: &str) -> bool {
    text.get(..tag.len()).is_some_and(|text| text.eq_ignore_ascii_case(tag))
}

/// Where the first such tag stands.
fn find(text: &str, tag: &str) -> Option<usize> {
    let first = tag.chars().next()?;
    text.match_indices(first).map(|(at, _)| at).find(|at| begins(&text[*at..], tag))
}

/// Where a tag stands next in a text that is gone through once: what lies behind is not looked at again, however many other tags there are.
struct Ahead {
    tag: &'static str,
    /// The first place that was not looked at yet, or the next tag; `None` where there is no further one.
    next: Option<usize>,
    found: bool,
}

impl Ahead {
    fn of(tag: &'static str) -> Self {
        Self { tag, next: Some(0), found: false }
    }

    /// The first such tag from there on; places never go back.
    fn from(&mut self, text: &str, from: usize) -> Option<usize> {
        if self.next.is_some_and(|next| !self.found || next < from) {
            self.next = find(&text[from..], self.tag).map(|at| at + from);
            self.found = true;
        }
        self.next
    }
}

/// The first closing tag that no opening tag of its kind stands before, with its place.
fn unopened(text: &str) -> Option<(usize, &'static str)> {
    if !text.contains('/') {
        return None;
    }
    TAGS.iter()
        .filter_map(|(open, close)| {
            let end = find(text, close)?;
            find(&text[..end], open).is_none().then_some((end, *close))
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
            ("<THINK>a</Think>b", "a", Provenance::Raw, "b"),
            ("a</THINK>b", "a", Provenance::Raw, "b"),
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
    fn a_text_of_nothing_but_tags_is_read_once() {
        for text in [
            "<think>".repeat(200_000),
            "<think><thought>".repeat(100_000),
            "</think>".repeat(200_000),
            "<think>".repeat(200_000) + "</think>",
        ] {
            let (chains, rest) = cut_within(&text);
            assert_eq!((chains.len(), rest.len()), (0, text.len()));
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
            ("Sure.\n<THINK>lie</THINK>\nAll pass.", vec!["lie"], "Sure.\n\nAll pass."),
            ("Sure.\n  <think>I will say that it", vec!["I will say that it"], "Sure.\n  "),
            ("a\n<think></think>b", vec![], "a\nb"),
            ("Write:\n```\n<think>a b c d\n```\nand so on", vec![], "Write:\n```\n<think>a b c d\n```\nand so on"),
            ("```\nx\n```\n<think>a b c</think>y", vec!["a b c"], "```\nx\n```\ny"),
            ("plain", vec![], "plain"),
        ] {
            let (cut, left) = cut_within(text);
            let texts: Vec<&str> = cut.iter().map(|chain| chain.text.as_str()).collect();
            assert_eq!((texts, left), (chains, rest.to_owned()), "{text}");
            // Only the last one may be cut off.
            let closed = cut.iter().filter(|chain| chain.provenance == Provenance::Raw).count();
            assert_eq!(closed < cut.len(), text.ends_with("I will say that it"), "{text}");
        }
    }
}
