//! Text measured, wrapped and cut for a terminal. Not tables: those stand in `table.rs`.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) use candor_audit::foreign::clean_line as clean;
pub(crate) use candor_audit::words::{counted, thousands};

/// How many columns a cleaned text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A space at which no line is broken. Tables print it as a space.
pub(crate) const TIED: char = '\u{a0}';

/// The text in lines of at most `limit` columns, broken at spaces, inside a word only where the word alone is too long.
pub(crate) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() && c != TIED).filter(|word| !word.is_empty()) {
        let needed = width(word) + if line.is_empty() { 0 } else { width(&line) + 1 };
        if needed <= limit {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut pieces = split_word(word, limit);
        line = pieces.pop().unwrap_or_default();
        lines.append(&mut pieces);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word in pieces of at most `limit` columns.
fn split_word(word: &str, limit: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut taken = 0;
    for c in word.chars() {
        let columns = c.width().unwrap_or(0);
        if taken + columns > limit && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            taken = 0;
        }
        piece.push(c);
        taken += columns;
    }
    pieces.push(piece);
    pieces
}

/// The text in at most `limit` columns; what is left out is shown as `…` at the end.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut taken = 0;
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if taken + columns + 1 > limit {
            break;
        }
        out.push(c);
        taken += columns;
    }
    out.push('…');
    Cow::Owned(out)
}

/// What a text is sorted by so that its numbers stand in their order and not in that of their digits: 73 before 118.
pub(crate) fn by_number(text: &str) -> Vec<(&str, u128)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (words, after) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
        let (digits, after) = after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len()));
        pieces.push((words, digits.parse().unwrap_or(if digits.is_empty() { 0 } else { u128::MAX })));
        rest = after;
    }
    pieces
}

/// `text` followed by spaces up to `columns`.
pub(crate) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Spaces, then `text`, up to `columns`.
pub(crate) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A number of bytes as people say it: 812 B, 4.2 MB.
pub(crate) fn bytes(count: u64) -> String {
    const STEPS: [(&str, f64); 4] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let exact = count as f64;
    STEPS
        .iter()
        .find(|(_, size)| exact >= *size)
        .map_or_else(|| format!("{count} B"), |(unit, size)| format!("{:.1} {unit}", exact / size))
}

/// A path or argument as it would be typed in a shell: quoted only where it has to be.
pub(crate) fn shell(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./~@:+=,%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

/// What follows the name of the program in a command that is suggested.
const COMMANDS: [&str; 9] = ["look", "audit", "compare", "trace", "init", "config", "validity", "exam", "--help"];

/// The text with every command in it as it would be typed here: `program` in place of `candor`.
pub(crate) fn typed<'t>(text: &'t str, program: &str) -> Cow<'t, str> {
    const NAME: &str = "candor";
    if program == NAME {
        return Cow::Borrowed(text);
    }
    let is_word = |c: char| c.is_alphanumeric() || "-_./".contains(c);
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(NAME) {
        let after = text[at + NAME.len()..].strip_prefix(' ');
        let next = after.map(|after| after.split(|c: char| !is_word(c)).next().unwrap_or_default());
        if next.is_some_and(|next| COMMANDS.contains(&next)) && !text[..at].ends_with(is_word) {
            out.push_str(&text[done..at]);
            out.push_str(program);
            done = at + NAME.len();
        }
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// The text in lines of at most `limit` columns, broken at spaces only: what is longer, such as a path, stays whole. Other spaces are kept. Lines
/// after the first begin with `indent`.
pub(crate) fn fill(text: &str, limit: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            let is_empty = line.trim().is_empty();
            if width(&line) + 1 + width(word) > limit && !is_empty {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
            } else {
                line.push(' ');
            }
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The words of a command line, single quotes kept together.
pub(crate) fn shell_words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in command.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if !quoted => escaped = true,
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(&command[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&command[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_their_order() {
        let mut lines = ["about 118 units", "about 325 units", "about 73 units", "about 7 labels", "none", "9", "10"];
        lines.sort_by_key(|line| by_number(line));
        assert_eq!(
            lines,
            ["9", "10", "about 7 labels", "about 73 units", "about 118 units", "about 325 units", "none"]
        );
        assert_eq!(by_number(""), []);
        assert_eq!(by_number("a12b"), [("a", 12), ("b", 0)]);
    }

    #[test]
    fn wrapping_keeps_every_word_and_every_limit() {
        let text = "no measured setting above 8 is better by 2 points averyveryverylongwordwithoutspaces end";
        for limit in 1..40 {
            let lines = wrap(text, limit);
            assert!(lines.iter().all(|line| width(line) <= limit), "{limit}: {lines:?}");
            let joined: String = lines.concat().split_whitespace().collect();
            assert_eq!(joined, text.split_whitespace().collect::<String>());
        }
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn cutting_counts_columns_and_not_bytes() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("汉字汉字", 5), "汉字…");
    }

    #[test]
    fn a_command_falls_apart_only_between_its_words() {
        assert_eq!(
            shell_words("candor look  'my runs' --map m.toml"),
            ["candor", "look", "'my runs'", "--map", "m.toml"]
        );
        assert_eq!(shell_words(&shell("it's here")), ["'it'\\''s here'"]);
    }

    #[test]
    fn commands_are_typed_as_the_program_was_started_and_nothing_else_changes() {
        let text = "candor look PATH says it; `candor audit run` runs; candor traces, candor 0.1.0, x/candor look";
        assert_eq!(typed(text, "candor"), text);
        assert_eq!(
            typed(text, "./candor"),
            "./candor look PATH says it; `./candor audit run` runs; candor traces, candor 0.1.0, x/candor look"
        );
    }

    #[test]
    fn filling_breaks_at_spaces_and_keeps_paths_whole() {
        let path = "a/".repeat(30);
        let text = format!("{path}x.jsonl:1: expected a  number, found text");
        let lines = fill(&text, 30, "  ");
        assert!(
            lines[0].starts_with(&path) && lines.iter().skip(1).all(|line| line.starts_with("  ") && width(line) <= 30)
        );
        assert_eq!(lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "), text);
        assert_eq!(fill("short  text", 30, "  "), ["short  text"]);
    }

    #[test]
    fn bytes_and_paths_read_well() {
        assert_eq!((bytes(812), bytes(4_200_000)), ("812 B".to_owned(), "4.2 MB".to_owned()));
        assert_eq!((shell("runs/a.jsonl"), shell("my runs")), ("runs/a.jsonl".to_owned(), "'my runs'".to_owned()));
    }
}
