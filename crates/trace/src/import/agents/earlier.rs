//! What an agent called in earlier requests of a session, carried into the next as context: the conversation that a request stands in, not
//! something that happened in it. Bounded: of long results the end is carried, where summaries stand, and of long sessions the last calls.

use std::collections::VecDeque;

use candor_llm::{Message, Part, Role};

use crate::Event;

/// The label of a request that does not hold all that its session had called before: the log begins in the middle, the session was
/// compacted, resumed under another name, or is longer than what is carried.
pub(super) const CUT: &str = "session_cut";

/// Of a result, this many bytes are carried; what is left out is said in front of them.
const LONGEST_RESULT: usize = 4 << 10;
/// Longer arguments are not carried.
const LONGEST_ARGUMENTS: usize = 8 << 10;
/// Of a text that is written into a file, this many bytes are carried.
const LONGEST_TEXT: usize = 256;
/// All calls together.
const MOST: usize = 64 << 10;

/// Arguments that hold what is written into a file: that it was written is what matters here.
const TEXTS: [&str; 10] = [
    "content",
    "contents",
    "old_string",
    "new_string",
    "old_str",
    "new_str",
    "file_text",
    "insert_text",
    "new_source",
    "edits",
];

/// The calls of the requests so far.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    calls: VecDeque<Called>,
    bytes: usize,
    /// Something is missing before the next request.
    pub(super) cut: bool,
}

#[derive(Debug)]
struct Called {
    call: Part,
    result: Option<Part>,
    bytes: usize,
}

impl Earlier {
    /// A request has ended; these are its events.
    pub(super) fn add(&mut self, events: &[Event]) {
        let begin = self.calls.len();
        for event in events {
            match event {
                Event::ToolCall { id, name, arguments } => match shortened(arguments) {
                    Some(arguments) => {
                        let bytes = id.len() + name.len() + arguments.len();
                        let call = Part::ToolCall { id: id.clone(), name: name.clone(), arguments };
                        self.calls.push_back(Called { call, result: None, bytes });
                        self.bytes += bytes;
                    }
                    None => self.cut = true,
                },
                Event::ToolResult { id, content, exit_code, is_error } => {
                    let waits = |called: &&mut Called| {
                        called.result.is_none() && matches!(&called.call, Part::ToolCall { id: own, .. } if own == id)
                    };
                    let Some(called) = self.calls.iter_mut().skip(begin).rfind(waits) else { continue };
                    let content = ended(content);
                    called.bytes += content.len();
                    self.bytes += content.len();
                    called.result =
                        Some(Part::ToolResult { id: id.clone(), content, exit_code: *exit_code, is_error: *is_error });
                }
                _ => {}
            }
        }
        while self.bytes > MOST {
            let Some(first) = self.calls.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(first.bytes);
            self.cut = true;
        }
    }

    /// The calls as messages, each followed by what it gave back.
    pub(super) fn messages(&self) -> Vec<Message> {
        let message = |role, part: &Part| Message { role, parts: vec![part.clone()] };
        let of = |called: &Called| {
            let call = message(Role::Assistant, &called.call);
            std::iter::once(call).chain(called.result.as_ref().map(|result| message(Role::Tool, result)))
        };
        self.calls.iter().flat_map(of).collect()
    }

    /// What comes now has nothing to do with what was before, or is not known to.
    pub(super) fn forget(&mut self) {
        *self = Self { cut: true, ..Self::default() };
    }
}

/// Arguments without the texts that they write; nothing where they are too long even so.
fn shortened(arguments: &str) -> Option<String> {
    if arguments.len() <= LONGEST_TEXT {
        return Some(arguments.to_owned());
    }
    let Ok(serde_json::Value::Object(mut all)) = serde_json::from_str(arguments) else {
        return (arguments.len() <= LONGEST_ARGUMENTS).then(|| arguments.to_owned());
    };
    for (name, value) in &mut all {
        if !TEXTS.contains(&name.as_str()) {
            continue;
        }
        match value {
            serde_json::Value::String(text) if text.len() > LONGEST_TEXT => {
                let kept = (0..=LONGEST_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(kept);
                text.push('…');
            }
            serde_json::Value::Array(_) => *value = serde_json::Value::Array(Vec::new()),
            _ => {}
        }
    }
    let short = serde_json::Value::Object(all).to_string();
    (short.len() <= LONGEST_ARGUMENTS).then_some(short)
}

/// The end of a result.
fn ended(content: &str) -> String {
    if content.len() <= LONGEST_RESULT {
        return content.to_owned();
    }
    let mut begin = content.len() - LONGEST_RESULT;
    while !content.is_char_boundary(begin) {
        begin += 1;
    }
    let kept = &content[begin..];
    format!("[… {begin} bytes left out]\n{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str, arguments: &str) -> Event {
        Event::ToolCall { id: id.to_owned(), name: "Bash".to_owned(), arguments: arguments.to_owned() }
    }

    fn result(id: &str, content: &str) -> Event {
        Event::ToolResult { id: id.to_owned(), content: content.to_owned(), exit_code: Some(0), is_error: None }
    }

    fn words(message: &Message) -> String {
        let of = |part: &Part| match part {
            Part::ToolCall { arguments: words, .. } | Part::ToolResult { content: words, .. } => words.clone(),
            _ => String::new(),
        };
        message.parts.iter().map(of).collect()
    }

    #[test]
    fn calls_are_carried_with_the_ends_of_their_results() {
        let mut earlier = Earlier::default();
        let long = format!("{}14 passed in 0.3s", "é".repeat(LONGEST_RESULT));
        earlier.add(&[call("a", "{\"command\": \"pytest\"}"), result("a", &long), call("b", "{}")]);
        let messages = earlier.messages();
        assert_eq!(
            messages.iter().map(|one| one.role).collect::<Vec<_>>(),
            [Role::Assistant, Role::Tool, Role::Assistant]
        );
        let content = words(&messages[1]);
        assert!(content.starts_with("[… ") && content.ends_with("14 passed in 0.3s") && content.len() < long.len());
        assert!(matches!(messages[1].parts[0], Part::ToolResult { exit_code: Some(0), .. }) && !earlier.cut);
    }

    #[test]
    fn what_is_written_is_left_out_and_what_is_too_much_is_said() {
        let mut earlier = Earlier::default();
        let text = "x".repeat(LONGEST_ARGUMENTS);
        earlier.add(&[call("a", &format!("{{\"file_path\": \"a.rs\", \"content\": \"{text}\"}}"))]);
        let arguments = words(&earlier.messages()[0]);
        assert!(arguments.contains("a.rs") && arguments.len() < 400 && !earlier.cut, "{arguments}");
        earlier.add(&[call("b", &format!("{{\"command\": \"{text}\"}}"))]);
        assert!(earlier.cut && earlier.messages().len() == 1);

        let mut earlier = Earlier::default();
        let part = "y".repeat(LONGEST_RESULT);
        for _ in 0..40 {
            earlier.add(&[call("a", "{}"), result("a", &part)]);
        }
        assert!(earlier.cut && earlier.bytes <= MOST && earlier.messages().len() > 8);
        earlier.forget();
        assert!(earlier.cut && earlier.messages().is_empty());
    }
}
