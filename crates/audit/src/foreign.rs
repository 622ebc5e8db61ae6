//! Foreign text made safe to show: nothing hides, reorders a line or moves a cursor. Not the escaping of a markup: each surface has its own.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could move the cursor, change colours, reorder the line, hide something in it, or be dropped without a trace.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with control, invisible and direction-changing characters written as `\u{…}`, so that what is read is what was recorded. Line
/// breaks and tabs stay.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    shown(text, |c, out| {
        if matches!(c, '\n' | '\t') {
            out.push(c);
            true
        } else {
            false
        }
    })
}

/// The same on one line: line breaks and tabs become spaces.
#[must_use]
pub fn clean_line(text: &str) -> Cow<'_, str> {
    shown(text, |c, out| match c {
        '\n' | '\t' => {
            out.push(' ');
            true
        }
        '\r' => true,
        _ => false,
    })
}

/// `spared` says what becomes of a hostile character that is harmless on this surface.
fn shown(text: &str, spared: impl Fn(char, &mut String) -> bool) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !is_hostile(c) {
            out.push(c);
        } else if !spared(c, &mut out) {
            // Writing to a string does not fail.
            let _ = write!(out, "{}", c.escape_unicode());
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_shown_and_not_obeyed() {
        assert_eq!(clean("plain é 汉\n\t"), "plain é 汉\n\t");
        assert_eq!(clean("x\u{202e}gpj.exe\u{0}"), "x\\u{202e}gpj.exe\\u{0}");
        assert_eq!(clean("a\u{200b}b\u{1b}[31m"), "a\\u{200b}b\\u{1b}[31m");
        assert_eq!(clean_line("plain é 汉"), "plain é 汉");
        assert_eq!(clean_line("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
        assert_eq!(clean_line("one\r\ntwo\tthree\u{200b}"), "one two three\\u{200b}");
    }
}
