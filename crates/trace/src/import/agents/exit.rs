//! Exit codes as agents write them into what a tool gave back. Read where they stand in the agent's own words, never guessed from a program's
//! output.

use serde::Deserialize;

/// What a tool gave back, without the agent's own frame around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Framed {
    pub(super) content: String,
    pub(super) exit_code: Option<i32>,
}

/// Claude Code begins the result of a command that failed with `Exit code 127` on a line of its own, and marks it as an error. The mark is
/// asked for: a file that was read may begin with the same words.
pub(super) fn of_failed_command(content: &str, is_error: Option<bool>) -> Option<i32> {
    if is_error != Some(true) {
        return None;
    }
    content.lines().next()?.strip_prefix("Exit code ")?.trim().parse().ok()
}

/// Codex frames what a command gave back in one of three ways: JSON with `output` and `metadata.exit_code`; `Exit code: 1` and `Wall time: …`
/// above `Output:`; or, for sessions that stay open, `Process exited with code 1` in such a head.
pub(super) fn of_codex(text: String) -> Framed {
    #[derive(Deserialize)]
    struct Structured {
        output: String,
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        #[serde(default)]
        exit_code: Option<i32>,
    }
    if text.starts_with('{')
        && let Ok(Structured { output, metadata }) = serde_json::from_str(&text)
    {
        return Framed { content: output, exit_code: metadata.exit_code };
    }
    match head(&text) {
        Some((exit_code, from)) => Framed { content: text[from..].to_owned(), exit_code },
        None => Framed { content: text, exit_code: None },
    }
}

/// The exit code in a head of lines, and where the output behind it begins. `None` where there is no such head.
fn head(text: &str) -> Option<(Option<i32>, usize)> {
    const LONGEST: usize = 8;
    let mut exit_code = None;
    let mut timed = false;
    let mut at = 0;
    for line in text.split_inclusive('\n').take(LONGEST) {
        at += line.len();
        let line = line.trim_end();
        if let Some(code) = line.strip_prefix("Exit code: ").or(line.strip_prefix("Process exited with code ")) {
            exit_code = Some(code.parse().ok()?);
        } else if line.starts_with("Wall time: ") {
            timed = true;
        } else if line == "Output:" {
            return timed.then_some((exit_code, at));
        } else if !["Chunk ID: ", "Total output lines: ", "Original token count: ", "Process running with session ID "]
            .iter()
            .any(|known| line.starts_with(known))
        {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_failed_is_told_from_a_file_that_says_so() {
        assert_eq!(of_failed_command("Exit code 127\nno such command", Some(true)), Some(127));
        assert_eq!(of_failed_command("Exit code 1", Some(true)), Some(1));
        assert_eq!(of_failed_command("Exit code 1", None), None);
        assert_eq!(of_failed_command("Exit code 1", Some(false)), None);
        assert_eq!(of_failed_command("Exit code one", Some(true)), None);
        assert_eq!(of_failed_command("<tool_use_error>no such file</tool_use_error>", Some(true)), None);
        assert_eq!(of_failed_command("Exit code 99999999999", Some(true)), None);
    }

    #[test]
    fn the_three_frames_of_codex_are_taken_off() {
        let cases = [
            ("{\"output\":\"a\\nb\",\"metadata\":{\"exit_code\":2,\"duration_seconds\":0.1}}", "a\nb", Some(2)),
            ("Exit code: 0\nWall time: 0.2 seconds\nOutput:\na\nb", "a\nb", Some(0)),
            ("Exit code: 1\nWall time: 0.2 seconds\nTotal output lines: 900\nOutput:\na", "a", Some(1)),
            ("Chunk ID: f9\nWall time: 0.1 seconds\nProcess exited with code -1\nOutput:\na", "a", Some(-1)),
            ("Chunk ID: f9\nWall time: 9 seconds\nProcess running with session ID 3\nOutput:\na", "a", None),
            ("Exit code: 1\nno frame", "Exit code: 1\nno frame", None),
            ("Output:\na", "Output:\na", None),
            ("{\"output\":7}", "{\"output\":7}", None),
            ("plain", "plain", None),
        ];
        for (text, content, exit_code) in cases {
            assert_eq!(of_codex(text.to_owned()), Framed { content: content.to_owned(), exit_code }, "{text}");
        }
    }
}
