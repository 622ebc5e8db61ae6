//! Which bytes of a text stand between quotation marks, also across the ends of sentences and lines of a paragraph. Block quotations and
//! fences are `sentence`'s business; whose words they are is not said.

use std::ops::Range;

/// Quotations longer than this many bytes are taken for stray marks.
const LONGEST: usize = 4000;

/// The quotations of a text, in order. Marks inside code are code; a mark without its other half is none.
pub(super) fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut before = ' ';
    let mut code = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        // Paragraphs and items of lists end what was left open.
        let ends = c == '\n' && matches!(next, '\n' | '-' | '*' | '#' | '>' | '`');
        if ends {
            (open, code) = (None, false);
        }
        code ^= c == '`' && (code || closes_in_line(&text[at + 1..]));
        if !code {
            let closing = match open {
                Some((_, '"')) => c == '"',
                Some((_, '“')) => c == '”',
                Some((_, '«')) => c == '»',
                // An apostrophe has a letter after it.
                Some((_, '\'')) => c == '\'' && !next.is_alphanumeric() && !before.is_whitespace(),
                Some((_, '‘')) => c == '’' && !next.is_alphanumeric(),
                _ => false,
            };
            let begins = before.is_whitespace() || matches!(before, '(' | '[' | '*' | '_' | ':' | '—' | '–' | '=');
            if let (true, Some((from, _))) = (closing, open) {
                if at - from <= LONGEST {
                    found.push(from..at);
                }
                open = None;
            } else if open.is_none()
                && (matches!(c, '"' | '“' | '«') || matches!(c, '\'' | '‘') && begins && next.is_alphanumeric())
            {
                open = Some((at, c));
            }
        }
        before = c;
    }
    found
}

fn closes_in_line(rest: &str) -> bool {
    rest.find(['`', '\n']).is_some_and(|at| rest[at..].starts_with('`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_cross_sentences_and_apostrophes_are_none() {
        let cases: [(&str, &[&str]); 8] = [
            ("It says \"Fast. All pass. Enjoy.\" there", &["\"Fast. All pass. Enjoy."]),
            ("a “b\nc” d", &["“b\nc"]),
            ("it's 'all of it' and that's it", &["'all of it"]),
            ("the users' tests and the tests' names", &[]),
            ("a stray \" mark\n\nand \"more\"", &["\"more"]),
            ("`echo \"` and \"x\"", &["\"x"]),
            ("‘don’t’ stop", &["‘don’t"]),
            ("none", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = quotations(text).into_iter().map(|one| &text[one]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
