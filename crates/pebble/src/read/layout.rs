//! What kind of text each line of a prompt is: an option, metadata, code, an instruction, or prose. Not what the prose says.

/// One option as it stands in the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offered<'a> {
    pub(super) label: &'a str,
    pub(super) text: &'a str,
    /// Signs before and after it that belong neither to label nor text.
    pub(super) marks: (&'a str, &'a str),
    /// Whether it is written `(A) text`.
    usual: bool,
}

/// A prompt cut into its parts.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    /// The last run of two and more options.
    pub(super) options: Vec<Offered<'a>>,
    /// Whether they stand in one line.
    in_one_line: bool,
    /// Lines of metadata and of code.
    pub(super) asides: Vec<&'a str>,
    /// Everything else, in order.
    pub(super) prose: Vec<&'a str>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut layout = Self::default();
        let mut run: Vec<(&'a str, Offered<'a>)> = Vec::new();
        let mut fenced = false;
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with("```") {
                fenced = !fenced;
                layout.close(&mut run);
            } else if fenced || trimmed.starts_with('<') || is_code(line) {
                layout.close(&mut run);
                layout.asides.push(trimmed);
            } else if trimmed.is_empty() {
                // An empty line between options does not part them.
            } else if let Some(row) = in_one_line(trimmed) {
                layout.close(&mut run);
                layout.options = row;
                layout.in_one_line = true;
            } else if let Some(offered) = offered(trimmed) {
                run.push((trimmed, offered));
            } else {
                layout.close(&mut run);
                layout.prose.push(trimmed);
            }
        }
        layout.close(&mut run);
        layout
    }

    fn close(&mut self, run: &mut Vec<(&'a str, Offered<'a>)>) {
        if run.len() >= 2 {
            self.options = run.drain(..).map(|(_, offered)| offered).collect();
            self.in_one_line = false;
        } else {
            self.prose.extend(run.drain(..).map(|(line, _)| line));
        }
    }

    /// Whether the options are laid out otherwise than usual. Marks are usual where they are a cue.
    pub(super) fn is_unusual(&self, marks_are_a_cue: bool) -> bool {
        let marked = |offered: &Offered<'_>| offered.marks != ("", "") && !marks_are_a_cue;
        self.in_one_line || self.options.iter().any(|offered| !offered.usual || marked(offered))
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    (line.starts_with("def ") && line.ends_with(':')) || line.starts_with("return ") || line.starts_with("assert ")
}

/// `A = text; B = text`
fn in_one_line(line: &str) -> Option<Vec<Offered<'_>>> {
    if !line.contains(';') {
        return None;
    }
    let row: Option<Vec<_>> = line.split(';').map(str::trim).filter(|part| !part.is_empty()).map(offered).collect();
    row.filter(|row| row.len() >= 2)
}

/// `(A) text`, `[A] text`, `A) text`, `A. text`, `A: text`, `A = text`, with marks around.
fn offered(line: &str) -> Option<Offered<'_>> {
    let start = line.find(|c: char| c.is_alphanumeric() || c == '(' || c == '[')?;
    let (before, rest) = line.split_at(start);
    let (label, text, usual) = if let Some(inner) = rest.strip_prefix('(') {
        let (label, text) = inner.split_once(')')?;
        (label, text, true)
    } else if let Some(inner) = rest.strip_prefix('[') {
        let (label, text) = inner.split_once(']')?;
        (label, text, false)
    } else {
        let end = rest.find(|c: char| !c.is_alphanumeric())?;
        let (label, after) = rest.split_at(end);
        let text = match after.trim_start() {
            after if after.starts_with([')', '.', ':', '=']) => after.get(1..)?,
            _ => return None,
        };
        if !text.starts_with(char::is_whitespace) {
            return None;
        }
        (label, text, false)
    };
    let labels = label.len() <= 2 && !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let end = text.rfind(char::is_alphanumeric)?;
    let end = end + text[end..].chars().next().map_or(0, char::len_utf8);
    let (text, after) = text.split_at(end);
    let after = after.trim_matches(|c: char| c == '.' || c.is_whitespace());
    (labels && text.len() <= 200).then(|| Offered { label, text: text.trim(), marks: (before.trim(), after), usual })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_every_layout() {
        let forms = [
            ("(A) 7\n(B) 12", false),
            ("A. 7\nB. 12", true),
            ("A: 7\nB: 12", true),
            ("A) 7\nB) 12", true),
            ("[A] 7\n\n[B] 12", true),
            ("A = 7; B = 12", true),
            ("- (A) 7\n- (B) 12", true),
            ("**(A) 7**\n**(B) 12**", true),
        ];
        for (form, unusual) in forms {
            let layout = Layout::of(form);
            let read: Vec<_> = layout.options.iter().map(|offered| (offered.label, offered.text)).collect();
            assert_eq!(read, [("A", "7"), ("B", "12")], "{form}");
            assert_eq!(layout.is_unusual(false), unusual, "{form}");
        }
        let digits = Layout::of("1. 7\n2. 12");
        assert_eq!(digits.options[1].label, "2");
    }

    #[test]
    fn one_such_line_is_prose_and_code_is_aside() {
        let layout = Layout::of("Note: hello\n```python\ndef check(r):\n    return r == \"B\"\n```\n<a>\nSO MUCH");
        assert!(layout.options.is_empty());
        assert_eq!(layout.prose, ["Note: hello", "SO MUCH"]);
        assert_eq!(layout.asides.len(), 3);
    }
}
