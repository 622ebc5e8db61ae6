//! Every quotation in the answer stands in the text that was retrieved. Not a judgement of meaning: a true quotation can still
//! be torn out of its context, and what is not between quotation marks is not looked at.

use super::settings;
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

/// Looks for each quotation of the answer in the retrieved text, which travels as the gold.
///
/// Read are `"…"`, `“…”`, `„…“`, `«…»`, `‘…’` and `「…」`, each up to its closing mark or, where that is missing, to the end of the
/// paragraph; `'…'` is not read, since an apostrophe looks the same. Compared are words and punctuation one by one, without the
/// punctuation at the two ends; dashes of every length are the same. An ellipsis splits a quotation: its pieces must stand in
/// the text in this order. Letters are compared as they are encoded: no Unicode normal form is made.
#[derive(Debug, Clone, Copy)]
pub struct Quoted {
    /// Quotations of fewer words are not looked for, at least 1: a single word between marks is often no quotation.
    pub shortest: usize,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// White space of any kind and length, or none beside punctuation, is the same.
    pub ignore_space: bool,
    /// Quotation marks and apostrophes of every kind are the same.
    pub ignore_marks: bool,
}

/// The verifier with its default parameters.
pub static VERIFIER: Quoted = Quoted { shortest: 3, ignore_case: false, ignore_space: true, ignore_marks: true };

static ABOUT: About = About {
    name: "quoted",
    one_line: "every quotation in the answer stands in the retrieved text, which is the gold",
    params: &[
        Param { name: "shortest", one_line: "quotations of fewer words are not looked for; at least 1", default: "3" },
        Param { name: "ignore_case", one_line: "upper and lower case are the same: true or false", default: "false" },
        Param {
            name: "ignore_space",
            one_line: "white space of any length is the same: true or false",
            default: "true",
        },
        Param {
            name: "ignore_marks",
            one_line: "quotation marks and apostrophes of every kind are the same: true or false",
            default: "true",
        },
    ],
};

/// More pieces than this are not looked for: each is a pass over the text, and an answer may be hostile.
const MOST_PIECES: usize = 256;

/// Stands between tokens, so that a piece is found at the edges of words only.
const EDGE: char = '\u{1f}';

/// The mark that closes a quotation which this one opens.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '“' => &['”'],
        '„' => &['“', '”'],
        '«' => &['»'],
        '‘' => &['’'],
        '「' => &['」'],
        _ => return None,
    })
}

/// The quotations of a text in order, without their marks.
fn quotations(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").flat_map(in_paragraph)
}

fn in_paragraph(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut before = None;
    let mut from = 0;
    while let Some(here) = text.get(from..).and_then(|rest| rest.chars().next()) {
        from += here.len_utf8();
        let rest = text.get(from..).unwrap_or_default();
        let inch_mark = here == '"' && before.is_some_and(char::is_alphanumeric);
        before = Some(here);
        let Some(marks) = closing(here).filter(|_| !inch_mark) else { continue };
        // The closing ’ is an apostrophe where a letter follows.
        let apostrophe = |at: usize| {
            here == '‘' && rest.get(at..).and_then(|rest| rest.chars().nth(1)).is_some_and(char::is_alphanumeric)
        };
        let end = rest.match_indices(marks).map(|(at, _)| at).find(|at| !apostrophe(*at)).unwrap_or(rest.len());
        found.push(rest.get(..end).unwrap_or(rest));
        from += end + rest.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    found
}

/// Whether the letter belongs to a script that is written without spaces, so that it is a word by itself here.
fn alone(letter: char) -> bool {
    matches!(letter, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{abff}' | '\u{f900}'..='\u{faff}')
}

impl Quoted {
    /// Tokens between edges, and how many of them are words. `trimmed`: without punctuation and space at both ends.
    fn tokens(self, text: &str, trimmed: bool) -> (String, usize) {
        let text = if trimmed { text.trim_matches(|c: char| !c.is_alphanumeric()) } else { text };
        let mut out = String::from(EDGE);
        let (mut words, mut in_word) = (0, false);
        for letter in text.chars().filter(|letter| *letter != EDGE) {
            if letter.is_whitespace() && self.ignore_space {
                in_word = false;
                continue;
            }
            let word = letter.is_alphanumeric();
            let joins = word && in_word && !alone(letter);
            if !joins && !out.ends_with(EDGE) {
                out.push(EDGE);
            }
            words += usize::from(word && !joins);
            in_word = word && !alone(letter);
            match letter {
                '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '"' | '「' | '」' if self.ignore_marks => {
                    out.push('\'');
                }
                '‐' | '‑' | '‒' | '–' | '—' | '−' => out.push('-'),
                _ if self.ignore_case => out.extend(letter.to_lowercase()),
                _ => out.push(letter),
            }
        }
        if !out.ends_with(EDGE) {
            out.push(EDGE);
        }
        (out, words)
    }
}

/// The pieces of a quotation between its ellipses.
fn pieces(quotation: &str) -> Vec<String> {
    quotation.replace("...", "…").split('…').map(str::to_owned).collect()
}

/// Whether the pieces stand in the text in this order.
fn stand_in<'p>(text: &str, pieces: impl IntoIterator<Item = &'p String>) -> bool {
    let mut rest = text;
    for piece in pieces {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        // The last edge may be the first edge of the next piece.
        rest = rest.get(at + piece.len() - EDGE.len_utf8()..).unwrap_or_default();
    }
    true
}

impl Verifier for Quoted {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let (text, words) = self.tokens(gold, false);
        if words == 0 {
            return Verdict::error("the retrieved text (the gold) holds no words");
        }
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        let mut looked_for = Vec::new();
        let mut count = 0;
        for quotation in quotations(answer.as_str()) {
            let pieces: Vec<(String, usize)> = pieces(quotation)
                .iter()
                .map(|piece| self.tokens(piece, true))
                .filter(|(_, words)| *words > 0)
                .collect();
            if pieces.iter().map(|(_, words)| words).sum::<usize>() < self.shortest {
                continue;
            }
            count += pieces.len();
            if count > MOST_PIECES {
                return Verdict::no_answer(format!("the answer holds more than {MOST_PIECES} pieces of quotations"));
            }
            looked_for.push((quotation.trim(), pieces));
        }
        let missing: Vec<&str> = looked_for
            .iter()
            .filter(|(_, pieces)| !stand_in(&text, pieces.iter().map(|(piece, _)| piece)))
            .map(|(quotation, _)| *quotation)
            .collect();
        match (missing.first(), looked_for.first()) {
            (_, None) => {
                Verdict::no_answer(format!("the answer holds no quotation of {} or more words", self.shortest))
            }
            (None, Some((first, _))) => {
                Verdict::of(true, *first, format!("all {} quotations stand in the retrieved text", looked_for.len()))
            }
            (Some(first), _) => Verdict::of(
                false,
                *first,
                format!(
                    "{} of {} quotations not found; the first: `{}`",
                    missing.len(),
                    looked_for.len(),
                    shown(first)
                ),
            ),
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let flag = |name, default| settings::flag(&ABOUT, params, name, default);
        Ok(Box::new(Self {
            shortest: settings::read(
                &ABOUT,
                params,
                "shortest",
                self.shortest,
                "a whole number from 1",
                |n: &usize| *n > 0,
            )?,
            ignore_case: flag("ignore_case", self.ignore_case)?,
            ignore_space: flag("ignore_space", self.ignore_space)?,
            ignore_marks: flag("ignore_marks", self.ignore_marks)?,
        }))
    }
}

/// The beginning of a quotation, in one line.
fn shown(quotation: &str) -> String {
    let mut words = quotation.split_whitespace();
    let mut out: String = words.by_ref().take(12).collect::<Vec<_>>().join(" ").chars().take(120).collect();
    if words.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_read_between_marks_of_every_kind() {
        let read = |text| quotations(text).collect::<Vec<_>>();
        let text = "\"a b\" “c \"d\"” „e“ «f» ‘it’s g’ 「h」 a 5\" nail";
        assert_eq!(read(text), ["a b", "c \"d\"", "e", "f", "it’s g", "h"]);
        assert_eq!(read("he said \"not closed\n\nnext \"closed\""), ["not closed", "closed"]);
    }

    #[test]
    fn a_piece_is_found_at_the_edges_of_words_only() {
        let (text, _) = VERIFIER.tokens("the party is over, they said", false);
        let found = |piece: &str| stand_in(&text, &[VERIFIER.tokens(piece, true).0]);
        assert!(found("party is over") && found("is over.") && found("over, they"));
        assert!(!found("art is over") && !found("over they"));
    }

    #[test]
    fn scripts_without_spaces_are_compared_letter_by_letter() {
        let verdict = VERIFIER.decide(Answer::of_output("「天气很好」"), "今天天气很好。");
        assert_eq!(verdict.outcome, crate::Outcome::Correct, "{verdict:?}");
    }
}
