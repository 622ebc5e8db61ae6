//! Foreign text made safe to read on a page. Not the escaping of `<` and `&`: every page is written with maud, which does that.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could hide text, reorder a line or be dropped by a browser without a trace.
fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with control, invisible and direction-changing characters written as `\u{…}`, so that what is read is what was recorded.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hostile(c) {
            // Writing to a string does not fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A count with its thousands set apart: 18,400.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The count with its noun: "1 trace", "2 traces".
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// The text with a capital at its start, as headings and sentences have it.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(rest).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_shown_and_not_obeyed() {
        assert_eq!(clean("plain é 汉\n\t"), "plain é 汉\n\t");
        assert_eq!(clean("x\u{202e}gpj.exe\u{0}"), "x\\u{202e}gpj.exe\\u{0}");
        assert_eq!(clean("a\u{200b}b\u{1b}[31m"), "a\\u{200b}b\\u{1b}[31m");
    }

    #[test]
    fn counts_and_sentences_read_well() {
        assert_eq!(
            (thousands(0), thousands(999), thousands(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!((counted(1, "file"), counted(1_150, "file")), ("1 file".into(), "1,150 files".into()));
        assert_eq!((capital("éa"), capital("")), ("Éa".into(), String::new()));
    }
}
