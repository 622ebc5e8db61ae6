//! Calls, spelled for a vendor and read by a server. Not replies.

use serde_json::json;

use super::dialect::ResponsesDialect;
use super::{NAME, said};
use crate::protocol::Encoded;
use crate::protocol::chat::failure::not_the_protocol;
use crate::protocol::json::{Object, decimal, verbatim_object};
use crate::{Call, Conversation, Effort, Error, Message, Refusal, Role, Sampling, Tool};

/// Where calls go, below the base URL.
const PATH: &str = "/responses";

/// Spells a call.
///
/// # Errors
/// What the vendor cannot be asked for.
pub(super) fn encode(dialect: &ResponsesDialect, call: &Call, stream: bool) -> Result<Encoded, Refusal> {
    if call.continuation.is_some() {
        return Err(Refusal::Continuation(dialect.continuation));
    }
    if !call.stop.is_empty() {
        return Err(Refusal::Parameter("the protocol takes no texts to stop at".to_owned()));
    }
    let Sampling { temperature, top_p, seed } = call.sampling;
    if seed.is_some() {
        return Err(Refusal::Parameter("the protocol takes no seed".to_owned()));
    }
    let mut body = Object::default();
    body.put("model", &call.model);
    let (instructions, input) = said::spell(&call.conversation);
    body.put_some("instructions", instructions);
    body.put("input", &input);
    reason(dialect, call, &mut body)?;
    body.put_some("max_output_tokens", call.max_output);
    body.put_some("temperature", temperature.map(decimal));
    body.put_some("top_p", top_p.map(decimal));
    if !call.tools.is_empty() {
        body.put("tools", &call.tools.iter().map(spelled).collect::<Result<Vec<_>, _>>()?);
    }
    if dialect.stateless {
        body.put("store", &false);
    }
    if stream {
        body.put("stream", &true);
    }
    Ok(Encoded { path: PATH.to_owned(), headers: Vec::new(), body: body.json().into_bytes() })
}

/// `reasoning` and `include`.
fn reason(dialect: &ResponsesDialect, call: &Call, body: &mut Object) -> Result<(), Refusal> {
    let takes = dialect.takes(&call.model);
    let effort = match &call.effort {
        None => None,
        Some(Effort::Off) if takes.off => takes.reasons.then_some("none"),
        Some(Effort::Level(level)) if takes.levels.contains(&level.as_str()) => Some(level.as_str()),
        Some(effort) => {
            let mut known = takes.levels.to_vec();
            if takes.off {
                known.insert(0, "off");
            }
            let known = if known.is_empty() { "the vendor's own".to_owned() } else { known.join(", ") };
            return Err(Refusal::Effort { effort: effort.to_string(), known });
        }
    };
    if !takes.reasons {
        return Ok(());
    }
    let mut reasoning = Object::default();
    reasoning.put_some("effort", effort);
    reasoning.put_some("summary", dialect.summary.filter(|_| call.effort != Some(Effort::Off)));
    if !reasoning.is_empty() {
        body.put("reasoning", &reasoning);
    }
    if dialect.encrypted {
        body.put("include", &["reasoning.encrypted_content"]);
    }
    Ok(())
}

fn spelled(tool: &Tool) -> Result<Object, Refusal> {
    let schema = verbatim_object(&tool.parameters)
        .ok_or_else(|| Refusal::Parameter(format!("the schema of tool `{}` is no JSON object", tool.name)))?;
    // Left out, `strict` would make the vendor rewrite the schema.
    let mut spelled = Object::of(json!({ "type": "function", "name": tool.name, "strict": false }));
    if !tool.description.is_empty() {
        spelled.put("description", &tool.description);
    }
    spelled.put("parameters", &schema);
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
    let mut messages = Vec::new();
    if let Some(text) = asked.named("instructions") {
        messages.push(Message::text(Role::System, text));
    }
    match (asked.text("input"), asked.raw("input")) {
        (Some(text), _) => messages.push(Message::text(Role::User, text)),
        (None, Some(input)) if input.get().starts_with('[') => messages.extend(said::hear(&asked.elements("input"))?),
        _ => return Err(malformed("text or a list `input`")),
    }
    let tools = asked.objects("tools").into_iter().filter_map(|tool| {
        Some(Tool {
            name: tool.text("name")?,
            description: tool.words("description"),
            // Tools that the vendor runs itself have no schema; they are not ours to call.
            parameters: tool.raw("parameters")?.get().to_owned(),
        })
    });
    let effort = asked.object("reasoning").named("effort");
    let call = Call {
        conversation: Conversation { messages },
        effort: effort.map(|effort| if effort == "none" { Effort::Off } else { Effort::Level(effort) }),
        max_output: asked.small("max_output_tokens"),
        sampling: Sampling {
            temperature: asked.thousandths("temperature"),
            top_p: asked.thousandths("top_p"),
            seed: None,
        },
        stop: Vec::new(),
        tools: tools.collect(),
        continuation: None,
        model,
    };
    Ok((call, asked.flag("stream") == Some(true)))
}
