//! Lists of messages as turns: who spoke, which tools were called and what they gave back. A vendor may put what a tool gave back into the user's mouth: it is
//! told apart here. Not how one message is spelt.

use candor_llm::{Conversation, Message, Part, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::reply_into;
use crate::{Event, Trace};

/// The tools that were called since somebody last spoke to the model, and what they gave back: the record that came with a request, beside what was asked.
pub(in crate::import) fn tools_into(messages: &[Message], trace: &mut Trace) {
    let since = messages.iter().rposition(spoke).map_or(0, |at| at + 1);
    for part in messages[since..].iter().flat_map(|message| &message.parts) {
        match part.clone() {
            Part::ToolCall { id, name, arguments } => trace.events.push(Event::ToolCall { id, name, arguments }),
            part => trace.events.extend(result(part)),
        }
    }
}

/// Whether somebody other than the model and its tools says something in a message.
fn spoke(message: &Message) -> bool {
    is_persons(message) && message.parts.iter().any(|part| matches!(part, Part::Text { .. }))
}

fn is_persons(message: &Message) -> bool {
    matches!(message.role, Role::System | Role::User)
}

/// What a tool gave back, as an event; `None` where the part is something else.
fn result(part: Part) -> Option<Event> {
    let Part::ToolResult { id, content, exit_code, is_error } = part else { return None };
    let exit_code = exit_code.or_else(|| framed_exit_code(&content));
    Some(Event::ToolResult { id, content, exit_code, is_error })
}

/// What was asked in a list of messages that ends with a reply: the words of the user and the system up to the last time that the user spoke. Neither what the
/// model said nor what its tools gave back, which differ from sample to sample of one question.
pub(in crate::import) fn persons_words(messages: &[Message]) -> Vec<Message> {
    let is_last = |message: &Message| message.role == Role::User && spoke(message);
    let end = messages.iter().rposition(is_last).map_or(0, |at| at + 1);
    let words = |message: &Message| {
        let said = message.parts.iter().filter(|part| matches!(part, Part::Text { .. })).cloned().collect();
        Message { role: message.role, parts: said }
    };
    messages[..end].iter().filter(|message| spoke(message)).map(words).collect()
}

/// The messages with what tools gave back in messages of their own, in front of what the user says in the same one.
fn told_apart(messages: Vec<Message>) -> Vec<Message> {
    let mut apart = Vec::with_capacity(messages.len());
    for mut message in messages {
        if is_persons(&message) && message.parts.iter().any(|part| matches!(part, Part::ToolResult { .. })) {
            let (results, rest) = message.parts.into_iter().partition(|part| matches!(part, Part::ToolResult { .. }));
            apart.push(Message { role: Role::Tool, parts: results });
            message.parts = rest;
            if message.parts.is_empty() {
                continue;
            }
        }
        apart.push(message);
    }
    apart
}

/// The exit code that a tool wrote beside what its command gave back: a JSON object with a number under one of the usual names and an output under another.
fn framed_exit_code(content: &str) -> Option<i32> {
    #[derive(Deserialize)]
    struct Framed {
        #[serde(alias = "exitCode", alias = "returncode", alias = "return_code")]
        exit_code: i32,
        #[serde(alias = "stdout", alias = "stderr")]
        output: Option<IgnoredAny>,
    }
    // Both of stdout and stderr are one field too many for the frame above.
    #[derive(Deserialize)]
    struct Streams {
        #[serde(alias = "exitCode", alias = "returncode", alias = "return_code")]
        exit_code: i32,
        #[serde(rename = "stdout")]
        _stdout: IgnoredAny,
        #[serde(rename = "stderr")]
        _stderr: IgnoredAny,
    }
    let body = content.trim_start().starts_with('{').then_some(content)?;
    let framed = serde_json::from_str::<Framed>(body).ok().filter(|framed| framed.output.is_some());
    framed.map(|framed| framed.exit_code).or_else(|| Some(serde_json::from_str::<Streams>(body).ok()?.exit_code))
}

/// Turns a list of messages into events: what stands before the first reply after somebody last spoke is the request.
pub(in crate::import) fn messages_into(messages: Vec<Message>, trace: &mut Trace) {
    let mut messages = told_apart(messages);
    let rest = messages.split_off(messages.iter().rposition(is_persons).map_or(0, |at| at + 1));
    if !messages.is_empty() {
        trace.events.push(Event::Request(Conversation { messages }));
    }
    for message in rest {
        match message.role {
            Role::Tool => trace.events.extend(message.parts.into_iter().filter_map(result)),
            _ => reply_into(message, None, None, trace),
        }
    }
}

/// Whether a list of messages ends with a reply.
pub(in crate::import) fn ends_with_reply(messages: &[Message]) -> bool {
    messages.last().is_some_and(|message| message.role == Role::Assistant)
}
