//! Going on from a given chain of thought, in a vendor's spelling, and read back. Most vendors refuse it.

use serde_json::{Value, json};

use super::dialect::Continuing;
use super::said::{Fields, content, fields, raw, texts, thinking};
use super::wire::{Content, Said};
use crate::{Continuation, Part, Refusal};

const OPEN: &str = "<think>\n";
const CLOSE: &str = "\n</think>\n\n";

/// Appends the message that the reply goes on from, with the settings for it. The path is another one with some vendors.
///
/// # Errors
/// [`Refusal::Continuation`] with the reason.
pub(super) fn spell(
    continuing: Continuing,
    begun: &Continuation,
    body: &mut Fields,
    messages: &mut Vec<Fields>,
) -> Result<Option<&'static str>, Refusal> {
    let Continuation { reasoning, closed, answer } = begun;
    if !closed && !answer.is_empty() {
        return Err(Refusal::Continuation("an answer was begun although the chain is not closed"));
    }
    let mut set = |name: &str, value: Value| drop(body.insert(name.to_owned(), raw(&value)));
    let (last, path) = match continuing {
        Continuing::Refused(reason) => return Err(Refusal::Continuation(reason)),
        Continuing::Prefix { .. } if *closed && answer.is_empty() => {
            return Err(Refusal::Continuation("that the chain ends here can only be said by beginning the answer"));
        }
        Continuing::Prefix { path } => {
            let last = json!({
                "role": "assistant", "prefix": true, "reasoning_content": reasoning, "content": answer,
            });
            (fields(last), Some(path))
        }
        Continuing::ThinkingPart => {
            let mut parts = vec![thinking(reasoning, Some(*closed))];
            if !answer.is_empty() {
                parts.extend(texts(&[Part::Text { text: answer.clone() }]));
            }
            let mut last = fields(json!({ "role": "assistant", "prefix": true }));
            last.insert("content".to_owned(), content(&parts, false));
            (last, None)
        }
        Continuing::Tagged { .. } if reasoning.contains("</think>") => {
            return Err(Refusal::Continuation("the chain holds a closing tag itself"));
        }
        Continuing::Tagged { no_generation_prompt } => {
            set("continue_final_message", true.into());
            if no_generation_prompt {
                set("add_generation_prompt", false.into());
            }
            let end = if *closed { CLOSE } else { "" };
            (fields(json!({ "role": "assistant", "content": format!("{OPEN}{reasoning}{end}{answer}") })), None)
        }
        Continuing::NamedField => {
            set("continue_final_message", if *closed { "content" } else { "reasoning_content" }.into());
            set("add_generation_prompt", false.into());
            (fields(json!({ "role": "assistant", "reasoning_content": reasoning, "content": answer })), None)
        }
    };
    messages.push(last);
    Ok(path)
}

/// The continuation that a last message asks for, where it does.
pub(super) fn read(last: &Said, continue_final_message: Option<&Value>) -> Option<Continuation> {
    if last.role.as_deref() != Some("assistant") {
        return None;
    }
    let named = match continue_final_message {
        Some(Value::Bool(true)) => None,
        Some(Value::String(name)) => Some(name.as_str()),
        _ if last.prefix == Some(true) => None,
        _ => return None,
    };
    let mut given = last.plain_reasoning().map(str::to_owned);
    let mut closed = None;
    let mut answer = String::new();
    match &last.content {
        Some(Content::Text(text)) => answer.clone_from(text),
        Some(Content::Parts(parts)) => {
            for part in parts {
                if let Some(text) = part.thinking() {
                    given.get_or_insert_default().push_str(&text);
                    closed = part.closed;
                } else if let Some(text) = &part.text {
                    answer.push_str(text);
                }
            }
        }
        None => {}
    }
    if let Some(reasoning) = given {
        let closed = closed.unwrap_or(named == Some("content") || !answer.is_empty());
        return Some(Continuation { reasoning, closed, answer });
    }
    let Some(rest) = answer.strip_prefix("<think>") else {
        // No chain was given: the answer alone goes on, unless the field that goes on is the empty chain.
        return Some(Continuation { reasoning: String::new(), closed: named != Some("reasoning_content"), answer });
    };
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    Some(match rest.split_once("</think>") {
        Some((reasoning, answer)) => Continuation {
            reasoning: reasoning.strip_suffix('\n').unwrap_or(reasoning).to_owned(),
            closed: true,
            answer: answer.strip_prefix("\n\n").unwrap_or(answer).to_owned(),
        },
        None => Continuation { reasoning: rest.to_owned(), closed: false, answer: String::new() },
    })
}
