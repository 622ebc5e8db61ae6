//! A text cut into sentences for the reading of statements: code fences left out, quotations marked. Not a parser of Markdown.

use std::ops::Range;

use super::quotation::quotations;

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// It stands in a block quotation.
    pub(super) quoted: bool,
    /// The quotations that it overlaps, as bytes of the text.
    pub(super) quotations: Vec<Range<usize>>,
}

impl Sentence {
    /// Whether a byte of the sentence stands in somebody else's words.
    pub(super) fn quotes(&self, at: usize) -> bool {
        let at = at + self.range.start;
        self.quoted || self.quotations.iter().any(|one| one.start < at && at < one.end)
    }
}

/// Sentences are ended here at the latest, in bytes, so that looking around in one costs a bounded time.
const LONGEST: usize = 600;

/// The sentences of a text in order.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    let quotations = quotations(text);
    let mut fence: Option<(char, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        match (fence, fence_mark(trimmed)) {
            (None, Some(mark)) => fence = Some(mark),
            // As in Markdown, a fence is closed by one as long as itself with nothing after it.
            (Some(open), Some(mark))
                if open.0 == mark.0 && mark.1 >= open.1 && trimmed.trim_end().chars().all(|c| c == mark.0) =>
            {
                fence = None;
            }
            (Some(_), _) => {}
            (None, None) => line_sentences(line, start, trimmed.starts_with('>'), &mut found),
        }
    }
    for sentence in &mut found {
        let first = quotations.partition_point(|one| one.end <= sentence.range.start);
        let inside = quotations.iter().skip(first).take_while(|one| one.start < sentence.range.end);
        sentence.quotations = inside.cloned().collect();
    }
    found
}

/// The mark of a code fence at the beginning of a line, and how long it is.
fn fence_mark(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == mark).count();
    // "```x```" is code in a line.
    let inline = mark == '`' && line.get(length..).is_some_and(|rest| rest.contains('`'));
    (length >= 3 && !inline).then_some((mark, length))
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
            found.push(Sentence { range: start..start + trimmed.len(), quoted, quotations: Vec::new() });
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
        let quoted = sentences("You wrote \"all tests pass\" there");
        assert!(quoted[0].quotes(12) && !quoted[0].quotes(30));
        let across = sentences("It says \"Fast. All tests pass. Enjoy.\" Fine.");
        assert_eq!(across.iter().map(|one| one.quotes(2)).collect::<Vec<_>>(), [false, true, true]);
        let longer = sentences("````\n```\nall tests pass\n```\n````\nDone");
        assert_eq!(longer.len(), 1);
    }
}
