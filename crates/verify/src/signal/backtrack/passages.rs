//! A chain cut into passages: at empty lines, and before every sentence that opens with a cue. Not the cut of any data set.

use std::ops::Range;

use super::cue::opens;

/// The passages in order; they cover the chain but for white space between them.
pub(super) fn passages(chain: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at_start = true;
    let mut breaks = 0_u32;
    let mut stop = false;
    let mut end = 0;
    for (at, c) in chain.char_indices() {
        if c.is_whitespace() {
            breaks += u32::from(c == '\n');
            at_start |= stop || c == '\n';
            continue;
        }
        if at_start && begun.is_none_or(|_| breaks > 1 || opens(&chain[at..])) {
            found.extend(begun.replace(at).map(|start| start..end));
        }
        at_start = false;
        breaks = 0;
        stop = matches!(c, '.' | '!' | '?' | '…') || stop && matches!(c, '"' | '”' | ')' | '*' | '\'');
        end = at + c.len_utf8();
    }
    found.extend(begun.map(|start| start..end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_begin_at_empty_lines_and_cues() {
        let chain = "It is 0.5. So far. Wait, no.  It is 6.\nThen more.\n\nLast? \"Hmm.\" ok";
        let cut: Vec<&str> = passages(chain).into_iter().map(|range| &chain[range]).collect();
        assert_eq!(cut, ["It is 0.5. So far.", "Wait, no.  It is 6.\nThen more.", "Last?", "\"Hmm.\" ok"]);
        assert!(passages(" \n ").is_empty());
    }
}
