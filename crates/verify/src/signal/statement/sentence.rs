//! A text cut into sentences for the reading of statements: code fences left out, quotations marked. Not a parser of Markdown.

use std::ops::Range;

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// It stands in a block quotation.
    pub(super) quoted: bool,
}

/// Sentences are ended here at the latest, in bytes, so that looking around in one costs a bounded time.
const LONGEST: usize = 600;

/// The sentences of a text in order.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                continue;
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                continue;
            }
            (Some(_), _) => continue,
            (None, None) => {}
        }
        line_sentences(line, start, trimmed.starts_with('>'), &mut found);
    }
    found
}

fn line_sentences(line: &str, offset: usize, quoted: bool, found: &mut Vec<Sentence>) {
    let mut begun = 0;
    let mut code = false;
    let mut push = |range: Range<usize>| {
        let piece = &line[range.clone()];
        let lead = piece.len() - piece.trim_start().len();
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let start = offset + range.start + lead;
            found.push(Sentence { range: start..start + trimmed.len(), quoted });
        }
    };
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        code ^= c == '`';
        let space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let stop = matches!(c, '.' | '!' | '?') && space && !code;
        if stop || after - begun >= LONGEST {
            push(begun..after);
            begun = after;
            code = false;
        }
    }
    push(begun..line.len());
}

/// Whether a place stands between double quotation marks.
pub(super) fn in_quotation(sentence: &str, at: usize) -> bool {
    let mut open = false;
    for c in sentence[..at].chars() {
        match c {
            '"' => open = !open,
            '“' | '«' => open = true,
            '”' | '»' => open = false,
            _ => {}
        }
    }
    open && sentence[at..].contains(['"', '”', '»'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_leave_out_fences_and_mark_quotations() {
        let text = "I ran `a.b. c` 1.5 times. Then\n```\nall tests pass.\n```\n> you said so\n- Done!";
        let cut: Vec<(&str, bool)> =
            sentences(text).into_iter().map(|one| (&text[one.range.clone()], one.quoted)).collect();
        assert_eq!(
            cut,
            [("I ran `a.b. c` 1.5 times.", false), ("Then", false), ("> you said so", true), ("- Done!", false)]
        );
        let quoted = "You wrote \"all tests pass\" there";
        assert!(in_quotation(quoted, 12) && !in_quotation(quoted, 30));
    }
}
