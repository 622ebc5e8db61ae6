//! What a call put out, as text: results wrapped in JSON are opened, colours are left out. Not a terminal: cursor movements are dropped,
//! not followed.

use std::borrow::Cow;

use serde_json::Value;

use super::{Call, summary};

/// Members of a wrapped result that hold its text.
const TEXTS: [&str; 7] = ["output", "stdout", "stderr", "content", "text", "result", "error"];
/// Members that hold its exit code.
const CODES: [&str; 6] = ["exit_code", "exitCode", "returncode", "return_code", "exit_status", "code"];
/// Longer results are not opened.
const LONGEST: usize = 1 << 22;

/// The output of a call.
#[derive(Debug, Clone)]
pub(super) struct Output<'a> {
    /// Its text.
    pub(super) text: Cow<'a, str>,
    /// The exit code, as recorded or as the result itself says it.
    pub(super) exit: Option<i64>,
    /// Whether the call worked: by its exit code, else by what was recorded of it.
    pub(super) worked: Option<bool>,
}

/// Reads the output of a call.
pub(super) fn read<'a>(call: &Call<'a>) -> Output<'a> {
    let result = call.result.unwrap_or_default();
    let (text, wrapped) = opened(result).map_or((Cow::Borrowed(result), None), |(text, code)| (Cow::Owned(text), code));
    let text = plain(text);
    let exit = call.exit_code.or(wrapped).or_else(|| summary::exit_code(&text));
    let worked = exit.map(|code| code == 0).or(call.is_error.map(|failed| !failed));
    Output { text, exit, worked }
}

/// The texts and the exit code of a result that is a JSON object.
fn opened(result: &str) -> Option<(String, Option<i64>)> {
    let trimmed = result.trim_start();
    if !trimmed.starts_with('{') || trimmed.len() > LONGEST {
        return None;
    }
    let all: Value = serde_json::from_str(trimmed).ok()?;
    let texts: Vec<&str> = TEXTS.iter().filter_map(|name| all.get(name)?.as_str()).collect();
    let code = |all: &Value| CODES.iter().find_map(|name| all.get(name)?.as_i64());
    let code = code(&all).or_else(|| all.get("metadata").and_then(code));
    (!texts.is_empty()).then(|| (texts.join("\n"), code))
}

/// Without escape sequences.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
        } else if chars.as_str().starts_with('[') {
            // A sequence ends with a letter.
            for c in chars.by_ref().take(24) {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_and_coloured_results_are_read() {
        let wrapped = r#"{"output": "2 passed in 0.1s\n", "metadata": {"exit_code": 3}}"#;
        let shown = |result: &str| {
            let output = read(&Call { result: Some(result), ..Call::default() });
            (output.text.into_owned(), output.exit)
        };
        assert_eq!(shown(wrapped), ("2 passed in 0.1s\n".to_owned(), Some(3)));
        assert_eq!(shown("\u{1b}[32mok\u{1b}[0m 1"), ("ok 1".to_owned(), None));
        assert_eq!(shown("{\"a\": 1}").0, "{\"a\": 1}");
        assert_eq!(shown("\u{1b}["), (String::new(), None));
        assert_eq!(shown("done\nProcess exited with code 7").1, Some(7));
    }
}
