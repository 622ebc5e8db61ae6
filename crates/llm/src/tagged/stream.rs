//! Reasoning between tags in a reply text that comes in pieces, cut wherever the pieces are. Not the wire: pieces are text already.
//!
//! Whole texts go through here too, as one piece, so that a streamed reply and a whole one are cut at the same place.

use super::{TAGS, begins, find, split_tagged};
use crate::Provenance;

/// Where reasoning tags are looked for in visible text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InBand {
    /// Nowhere: the vendor has a field for reasoning, or shows none.
    Never,
    /// At the start of the text only.
    AtStart,
    /// At the start, and a closing tag whose opening one stood in the prompt template. Text that does not begin with a tag is held back
    /// until it is complete: only its end says what its beginning was.
    Template,
}

/// What a piece of text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// More of the chain of thought.
    Reasoning(String),
    /// The chain of thought was never closed.
    Unclosed,
    /// More visible text.
    Text(String),
}

/// Reads text as it comes.
#[derive(Debug)]
pub(crate) struct TagStream {
    in_band: InBand,
    state: State,
    held: String,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Too little text to say whether it begins with a tag.
    Undecided,
    /// Between tags; whether any reasoning came out so far.
    Inside { close: &'static str, begun: bool },
    /// Right behind the closing tag: white space there is not part of the answer.
    Behind,
    /// Held back until the end.
    HeldBack,
    /// Visible text, passed on as it is.
    Passing,
}

impl TagStream {
    pub(crate) fn new(in_band: InBand) -> Self {
        let state = if in_band == InBand::Never { State::Passing } else { State::Undecided };
        Self { in_band, state, held: String::new() }
    }

    /// Takes in the next piece of text.
    pub(crate) fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        if matches!(self.state, State::Passing) {
            return emit(Piece::Text, text, out);
        }
        self.held.push_str(text);
        if matches!(self.state, State::Undecided) {
            self.decide(out);
        }
        if let State::Inside { close, begun } = self.state {
            self.inside(close, begun, out);
        }
        if matches!(self.state, State::Behind) && !self.held.trim_start().is_empty() {
            self.state = State::Passing;
            emit(Piece::Text, std::mem::take(&mut self.held).trim_start(), out);
        }
    }

    /// Ends the text: what is held back comes out. What follows is visible text.
    pub(crate) fn end(&mut self, out: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        match std::mem::replace(&mut self.state, State::Passing) {
            State::Inside { begun, .. } => {
                let rest = if begun { held.trim_end() } else { held.trim() };
                emit(Piece::Reasoning, rest, out);
                if begun || !rest.is_empty() {
                    out.push(Piece::Unclosed);
                }
            }
            State::HeldBack => {
                let tagged = split_tagged(&held);
                emit(Piece::Reasoning, tagged.reasoning, out);
                if tagged.provenance == Provenance::Truncated {
                    out.push(Piece::Unclosed);
                }
                emit(Piece::Text, tagged.answer, out);
            }
            State::Undecided | State::Passing => emit(Piece::Text, &held, out),
            State::Behind => {}
        }
    }

    fn decide(&mut self, out: &mut Vec<Piece>) {
        let trimmed = self.held.trim_start();
        if let Some((open, close)) = TAGS.iter().find(|(open, _)| begins(trimmed, open)) {
            self.state = State::Inside { close, begun: false };
            self.held = trimmed[open.len()..].to_owned();
        } else if !TAGS.iter().any(|(open, _)| begins(open, trimmed)) {
            if self.in_band == InBand::Template {
                self.state = State::HeldBack;
            } else {
                self.state = State::Passing;
                emit(Piece::Text, &std::mem::take(&mut self.held), out);
            }
        }
    }

    fn inside(&mut self, close: &'static str, begun: bool, out: &mut Vec<Piece>) {
        let (end, behind) = match find(&self.held, close) {
            Some(end) => (end, Some(end + close.len())),
            None => (self.held.len() - half_a_tag(&self.held, close), None),
        };
        // White space at either end of a chain is not part of it; whether this is an end, the next piece says.
        let text = self.held[..end].trim_end();
        let shown = if begun { text } else { text.trim_start() };
        emit(Piece::Reasoning, shown, out);
        let begun = begun || !shown.is_empty();
        let rest = behind.unwrap_or(if text.is_empty() && !begun { 0 } else { text.len() });
        self.held.drain(..rest);
        self.state = if behind.is_some() { State::Behind } else { State::Inside { close, begun } };
    }
}

/// How many bytes at the end of the text could be the beginning of a tag.
fn half_a_tag(text: &str, tag: &str) -> usize {
    let ends = |half: &str| {
        text.len()
            .checked_sub(half.len())
            .and_then(|at| text.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(half))
    };
    (1..tag.len()).rev().find(|length| tag.get(..*length).is_some_and(ends)).unwrap_or(0)
}

fn emit(kind: fn(String) -> Piece, text: &str, out: &mut Vec<Piece>) {
    if !text.is_empty() {
        out.push(kind(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reasoning, whether it was left open, and the answer.
    fn read(in_band: InBand, pieces: &[&str]) -> (String, bool, String) {
        let mut stream = TagStream::new(in_band);
        let mut out = Vec::new();
        for piece in pieces {
            stream.push(piece, &mut out);
        }
        stream.end(&mut out);
        let (mut reasoning, mut unclosed, mut answer) = (String::new(), false, String::new());
        for piece in out {
            match piece {
                Piece::Reasoning(text) => reasoning.push_str(&text),
                Piece::Unclosed => unclosed = true,
                Piece::Text(text) => answer.push_str(&text),
            }
        }
        (reasoning, unclosed, answer)
    }

    #[test]
    fn a_chain_comes_out_as_it_comes_in() {
        let mut stream = TagStream::new(InBand::Template);
        let mut out = Vec::new();
        for piece in ["<th", "ink>", "\nso", " 4 </thi", "s> \n", "</think>", "\n\nfo", "ur "] {
            stream.push(piece, &mut out);
        }
        let expected = [
            Piece::Reasoning("so".to_owned()),
            Piece::Reasoning(" 4".to_owned()),
            Piece::Reasoning(" </this>".to_owned()),
            Piece::Text("fo".to_owned()),
            Piece::Text("ur ".to_owned()),
        ];
        assert_eq!(out, expected);
    }

    #[test]
    fn a_vendor_with_a_field_of_its_own_has_no_tags_in_its_text() {
        let text = "<think>a</think>b";
        assert_eq!(read(InBand::Never, &[text]), (String::new(), false, text.to_owned()));
        let unopened = "a</think>b";
        assert_eq!(read(InBand::AtStart, &[unopened]), (String::new(), false, unopened.to_owned()));
    }

    fn text() -> impl Strategy<Value = Vec<&'static str>> {
        let words = [
            "<think>",
            "</think>",
            "<thinking>",
            "</thinking>",
            "<thought>",
            "</THOUGHT>",
            "[THINK]",
            "[/THINK]",
            "◁think▷",
            "◁/think▷",
            "<",
            "</",
            "think",
            ">",
            " ",
            "\n",
            "a",
            "é",
            "◁",
            "/",
        ];
        proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..10)
    }

    proptest! {
        #[test]
        fn wherever_a_text_is_cut_it_reads_as_the_whole(words in text()) {
            let whole = words.concat();
            let tagged = split_tagged(&whole);
            let expected =
                (tagged.reasoning.to_owned(), tagged.provenance == Provenance::Truncated, tagged.answer.to_owned());
            prop_assert_eq!(read(InBand::Template, &[&whole]), expected.clone());
            prop_assert_eq!(read(InBand::Template, &words), expected.clone());
            let letters: Vec<String> = whole.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            prop_assert_eq!(read(InBand::Template, &letters), expected);
            prop_assert_eq!(read(InBand::AtStart, &letters), read(InBand::AtStart, &[&whole]));
        }
    }
}
