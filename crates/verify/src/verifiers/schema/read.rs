//! Finding the JSON document in an answer. Not a repair: what is not JSON stays unread.

use serde_json::Value;

/// The document of an answer and its text.
///
/// # Errors
/// Why none was found.
pub(super) fn document(answer: &str) -> Result<(&str, Value), String> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text);
    let whole = match parsed(answer) {
        Ok(value) => return Ok((answer, value)),
        Err(error) => error,
    };
    // The mark is looked for before the fence is, because a fence may follow it; a fence wins because it has an end.
    if let Some(text) = fenced(answer) {
        return parsed(text).map(|value| (text, value)).map_err(|error| format!("its fence is not JSON: {error}"));
    }
    if let Some(text) = after_mark(answer) {
        return parsed(text)
            .map(|value| (text, value))
            .map_err(|error| format!("what follows its last \"answer:\" is not JSON: {error}"));
    }
    Err(format!("the answer is not JSON: {whole}"))
}

/// What stands in the last fence that says `json`, or else in the last one that says nothing.
fn fenced(answer: &str) -> Option<&str> {
    let (mut json, mut plain) = (None, None);
    let mut opened: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        if let Some(language) = line.trim().strip_prefix("```") {
            match opened.take() {
                None => opened = Some((language.trim(), at + line.len())),
                Some((said, from)) => {
                    let slot = match said.to_ascii_lowercase().as_str() {
                        "json" => &mut json,
                        "" => &mut plain,
                        _ => &mut None,
                    };
                    *slot = answer.get(from..at).map(str::trim);
                }
            }
        }
        at += line.len();
    }
    json.or(plain)
}

/// What follows the last "answer:", without emphasis and back quotes.
fn after_mark(answer: &str) -> Option<&str> {
    const MARK: &str = "answer:";
    let at = answer.to_ascii_lowercase().rfind(MARK)?;
    answer.get(at + MARK.len()..).map(|rest| rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '`')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Option<&str> {
        document(answer).ok().map(|(text, _)| text)
    }

    #[test]
    fn the_document_is_the_whole_the_last_json_fence_or_what_follows_the_mark() {
        assert_eq!(read("[1]"), Some("[1]"));
        assert_eq!(read("Here:\n```json\n[1]\n```\nor\n```JSON\n[2]\n```\n"), Some("[2]"));
        assert_eq!(read("```\n[1]\n```\n```python\nprint()\n```"), Some("[1]"));
        assert_eq!(read("Answer: [0]\nno, **Answer:** `[1]`"), Some("[1]"));
        assert_eq!(read("I think [1]"), None);
        assert_eq!(read("```json\n[1]"), None, "a fence that was never closed is a reply that was cut off");
        assert_eq!(read(&"[".repeat(1 << 16)), None);
    }
}
