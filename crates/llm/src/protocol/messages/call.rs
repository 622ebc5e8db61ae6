//! Calls, spelled for a vendor and read by a server. Not replies.

use serde_json::json;

use super::dialect::MessagesDialect;
use super::{NAME, said, settings};
use crate::protocol::Encoded;
use crate::protocol::chat::failure::not_the_protocol;
use crate::protocol::json::{Object, verbatim_object};
use crate::{Call, Continuation, Conversation, Error, Message, Part, Refusal, Role, Sampling, Tool};

/// Where calls go, below the base URL.
const PATH: &str = "/v1/messages";

/// Spells a call.
///
/// # Errors
/// What the model cannot be asked for.
pub(super) fn encode(dialect: &MessagesDialect, call: &Call, stream: bool) -> Result<Encoded, Refusal> {
    let mut body = settings::spell(dialect, call)?;
    let (system, mut messages) = said::spell(&call.conversation, dialect.replay_unsigned)?;
    match &call.continuation {
        Some(begun) => {
            let answer = settings::begun(dialect, call, begun)?;
            messages.push(Object::of(json!({ "role": "assistant", "content": answer })));
        }
        None if call.conversation.messages.last().is_some_and(|last| last.role == Role::Assistant) => {
            settings::may_begin(dialect, call)?;
        }
        None => {}
    }
    body.put("model", &call.model);
    body.put("messages", &messages);
    body.put_some("system", system);
    if !call.tools.is_empty() {
        body.put("tools", &call.tools.iter().map(spelled).collect::<Result<Vec<_>, _>>()?);
    }
    if stream {
        body.put("stream", &true);
    }
    Ok(Encoded {
        path: PATH.to_owned(),
        headers: vec![("anthropic-version".to_owned(), dialect.version.to_owned())],
        body: body.json().into_bytes(),
    })
}

fn spelled(tool: &Tool) -> Result<Object, Refusal> {
    let schema = verbatim_object(&tool.parameters)
        .ok_or_else(|| Refusal::Parameter(format!("the schema of tool `{}` is no JSON object", tool.name)))?;
    let mut spelled = Object::of(json!({ "name": tool.name }));
    if !tool.description.is_empty() {
        spelled.put("description", &tool.description);
    }
    spelled.put("input_schema", &schema);
    Ok(spelled)
}

/// Reads a call, and whether a stream is asked for.
///
/// # Errors
/// [`Error::Malformed`].
pub(super) fn decode(body: &[u8]) -> Result<(Call, bool), Error> {
    let malformed = |expected: &str| not_the_protocol(NAME, expected, body);
    let asked = Object::of_bytes(body).ok_or_else(|| malformed("a JSON object"))?;
    let model = asked.text("model").ok_or_else(|| malformed("text `model`"))?;
    if !asked.raw("messages").is_some_and(|messages| messages.get().starts_with('[')) {
        return Err(malformed("a list `messages`"));
    }
    let mut messages: Vec<Message> = said::system(&asked).into_iter().collect();
    for message in asked.objects("messages") {
        messages.extend(said::hear(&message)?);
    }
    let continuation = match messages.last() {
        Some(Message { role: Role::Assistant, parts }) => match parts.as_slice() {
            [Part::Text { text }] => {
                Some(Continuation { reasoning: String::new(), closed: true, answer: text.clone() })
            }
            _ => None,
        },
        _ => None,
    };
    if continuation.is_some() {
        messages.pop();
    }
    let tools = asked.objects("tools").into_iter().filter_map(|tool| {
        Some(Tool {
            name: tool.text("name")?,
            description: tool.words("description"),
            // Tools that the vendor runs itself have no schema; they are not ours to call.
            parameters: tool.raw("input_schema")?.get().to_owned(),
        })
    });
    let call = Call {
        conversation: Conversation { messages },
        effort: settings::effort(&asked, &model),
        max_output: asked.small("max_tokens"),
        sampling: Sampling {
            temperature: asked.thousandths("temperature"),
            top_p: asked.thousandths("top_p"),
            seed: None,
        },
        stop: asked.texts("stop_sequences"),
        tools: tools.collect(),
        continuation,
        model,
    };
    Ok((call, asked.flag("stream") == Some(true)))
}
