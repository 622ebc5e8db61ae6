//! The keys of a JSON object of which perhaps only the beginning is known. Not its values.

use super::Format;

/// The paths of the keys seen, down to the third level, each with the first byte of its value.
pub(crate) struct Keys {
    paths: Vec<(String, u8)>,
    whole: bool,
}

const DEEPEST: usize = 3;
const MOST: usize = 2_000;

impl Keys {
    /// Reads the object that `text` begins with, as far as it goes. Never fails: what cannot be read ends the list.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut keys = Self { paths: Vec::new(), whole: false };
        keys.whole = keys.scan(text).is_some();
        keys
    }

    fn scan(&mut self, text: &[u8]) -> Option<()> {
        let mut prefix: Vec<String> = Vec::new();
        // What is open: `true` for an object.
        let mut open: Vec<bool> = Vec::new();
        let mut at = 0;
        let mut expects_key = false;
        while at < text.len() {
            match text[at] {
                b'{' => {
                    open.push(true);
                    expects_key = true;
                    at += 1;
                }
                b'[' => {
                    open.push(false);
                    at += 1;
                }
                b'}' | b']' => {
                    let was_object = open.pop()?;
                    if open.is_empty() {
                        return Some(());
                    }
                    let _ = was_object;
                    if open.last() == Some(&true) && prefix.len() >= open.len() {
                        prefix.truncate(open.len() - 1);
                    }
                    expects_key = false;
                    at += 1;
                }
                b',' => {
                    if open.last() == Some(&true) {
                        expects_key = true;
                        prefix.truncate(open.len() - 1);
                    }
                    at += 1;
                }
                b'"' => {
                    let end = string_end(&text[at..])? + at;
                    if expects_key {
                        expects_key = false;
                        let objects_only = open.iter().all(|is_object| *is_object);
                        let colon = end + text[end..].iter().position(|byte| *byte == b':')?;
                        let value = *text[colon + 1..].iter().find(|byte| !byte.is_ascii_whitespace())?;
                        prefix.truncate(open.len() - 1);
                        let key = serde_json::from_slice::<String>(&text[at..end]).ok()?;
                        prefix.push(key);
                        if objects_only && open.len() <= DEEPEST && self.paths.len() < MOST {
                            self.paths.push((prefix.join("."), value));
                        }
                        at = colon + 1;
                    } else {
                        at = end;
                    }
                }
                _ => at += 1,
            }
            if open.len() > 128 {
                return None;
            }
        }
        None
    }

    /// Whether the object was seen to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The paths of the keys seen, in the order of the text, each with the first byte of its value.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, u8)> {
        self.paths.iter().map(|(path, first)| (path.as_str(), *first))
    }

    /// Whether a key of this path was seen.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|(seen, _)| seen == path)
    }

    /// Whether it was seen and its value begins with this byte.
    pub(super) fn begins(&self, path: &str, with: u8) -> bool {
        self.paths.iter().any(|(seen, first)| seen == path && *first == with)
    }

    /// The importer that knows these keys.
    pub(crate) fn format(&self) -> Option<Format> {
        if self.has("trial") && self.begins("events", b'[') {
            return Some(Format::Candor);
        }
        if super::otlp::recognises(self) {
            return Some(Format::Otlp);
        }
        if super::langfuse::recognises(self) {
            return Some(Format::Langfuse);
        }
        if super::promptfoo::recognises(self) {
            return Some(Format::Promptfoo);
        }
        if let Some(format) = super::agents::recognises(self) {
            return Some(format);
        }
        if self.begins("eval", b'{') && (self.has("eval.task") || self.has("samples") || self.has("plan")) {
            return Some(Format::InspectJson);
        }
        for inside in ["", "response.", "response.body.", "body.", "result.message.", "message.", "output.", "reply."] {
            let has = |key: &str, first: u8| self.begins(&format!("{inside}{key}"), first);
            if self.has(&format!("{inside}stop_reason")) && (has("content", b'[') || has("content", b'"')) {
                return Some(Format::Anthropic);
            }
            if has("choices", b'[') || (has("output", b'[') && (has("object", b'"') || has("status", b'"'))) {
                return Some(Format::OpenAi);
            }
        }
        if self.has("result.type") && self.has("custom_id") {
            return Some(Format::Anthropic);
        }
        if self.begins("messages", b'[') || (self.has("custom_id") && self.begins("response", b'{')) {
            return Some(Format::OpenAi);
        }
        // A sample has one value under each name: a list of verdicts belongs to a list of samples, which a mapping takes apart.
        let single = |name: &str| self.paths.iter().any(|(seen, first)| seen == name && !matches!(first, b'[' | b'{'));
        super::samples::recognises(single).then_some(Format::Samples)
    }

    /// The keys of the first level, for a message.
    pub(crate) fn top(&self) -> String {
        const SHOWN: usize = 12;
        let top: Vec<&str> =
            self.paths.iter().map(|(path, _)| path.as_str()).filter(|path| !path.contains('.')).collect();
        let mut text = crate::error::shown(&top.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", "));
        if top.len() > SHOWN {
            text.push_str(", …");
        }
        if text.is_empty() { "(none)".to_owned() } else { text }
    }
}

/// One past the closing quote of the string that `text` begins with.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let offset = memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at + offset] == b'"' {
            return Some(at + offset + 1);
        }
        at += offset + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_seen_down_to_the_third_level_and_never_within_lists() {
        let keys = Keys::of(br#"{"a":{"b":{"c":{"d":1}}},"l":[{"x":1}],"s":"{\"no\":1}","z":null}"#);
        let paths: Vec<&str> = keys.paths.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["a", "a.b", "a.b.c", "l", "s", "z"]);
        assert!(keys.is_whole());
    }

    #[test]
    fn an_object_that_is_cut_off_gives_what_was_seen() {
        let keys = Keys::of(br#"{"eval":{"task":"qa","dataset":{"sam"#);
        assert!(keys.has("eval.task") && !keys.is_whole());
        assert_eq!(keys.format(), Some(Format::InspectJson));
    }

    #[test]
    fn formats_are_told_apart_by_their_keys() {
        let cases = [
            (r#"{"trial":{"unit":"q"},"events":[]}"#, Some(Format::Candor)),
            (r#"{"choices":[{"message":{}}]}"#, Some(Format::OpenAi)),
            (r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[]}}}"#, Some(Format::OpenAi)),
            (r#"{"request":{},"response":{"object":"response","output":[]}}"#, Some(Format::OpenAi)),
            (r#"{"messages":[{"role":"user","content":"x"}]}"#, Some(Format::OpenAi)),
            (r#"{"type":"message","content":[],"stop_reason":"end_turn"}"#, Some(Format::Anthropic)),
            (r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[]}}}"#, Some(Format::Anthropic)),
            (r#"{"question_id":1,"correct":true}"#, Some(Format::Samples)),
            (r#"{"question":"x","is_correct":[true,false]}"#, None),
            (r#"{"a":1,"b":2}"#, None),
        ];
        for (text, format) in cases {
            assert_eq!(Keys::of(text.as_bytes()).format(), format, "{text}");
        }
    }
}
