//! Calls, spelled for a vendor and read by a server. Not replies.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::choice::Reading;
use super::dialect::{ChatDialect, InBand};
use super::failure::malformed;
use super::said::{Fields, fields, messages, raw};
use super::wire::{Content, Said, lenient, verbatim};
use super::{continuing, effort};
use crate::protocol::Encoded;
use crate::{Assembler, Call, Conversation, Error, Message, Part, Refusal, Role, Sampling, Tool};

/// Where calls go, below the base URL.
const PATH: &str = "/chat/completions";

/// Spells a call.
///
/// # Errors
/// What the vendor cannot be asked for.
pub(super) fn encode(dialect: &ChatDialect, call: &Call, stream: bool) -> Result<Encoded, Refusal> {
    let mut body = fields(Value::Object(effort::settings(dialect, call)?));
    let spoken = call.conversation.messages.iter().flat_map(|message| &message.parts);
    let tools = !call.tools.is_empty() || spoken.into_iter().any(|part| matches!(part, Part::ToolCall { .. }));
    let mut all: Vec<Fields> =
        call.conversation.messages.iter().flat_map(|message| messages(message, dialect.replay, tools)).collect();
    let path = match &call.continuation {
        Some(begun) => continuing::spell(dialect.continuing, begun, &mut body, &mut all)?,
        None => None,
    };
    if !call.tools.is_empty() {
        let tools: Vec<Fields> = call.tools.iter().map(spelled).collect::<Result<_, _>>()?;
        body.insert("tools".to_owned(), raw(&tools));
    }
    if stream {
        body.insert("stream".to_owned(), raw(&true));
        if dialect.ask_usage {
            body.insert("stream_options".to_owned(), raw(&json!({ "include_usage": true })));
        }
    }
    body.insert("model".to_owned(), raw(&call.model));
    body.insert("messages".to_owned(), raw(&all));
    let body = raw(&body).get().as_bytes().to_vec();
    Ok(Encoded { path: path.unwrap_or(PATH).to_owned(), headers: Vec::new(), body })
}

fn spelled(tool: &Tool) -> Result<Fields, Refusal> {
    let schema: Box<RawValue> = serde_json::from_str(&tool.parameters)
        .map_err(|error| Refusal::Parameter(format!("the schema of tool `{}` is no JSON: {error}", tool.name)))?;
    let mut function = fields(json!({ "name": tool.name }));
    if !tool.description.is_empty() {
        function.insert("description".to_owned(), raw(&tool.description));
    }
    function.insert("parameters".to_owned(), schema);
    let mut spelled = fields(json!({ "type": "function" }));
    spelled.insert("function".to_owned(), raw(&function));
    Ok(spelled)
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
    #[serde(default)]
    messages: Option<Vec<Said>>,
    #[serde(default)]
    tools: Option<Vec<AskedTool>>,
    #[serde(default, deserialize_with = "lenient")]
    stream: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    max_completion_tokens: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    max_tokens: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    temperature: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    top_p: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    seed: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    random_seed: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    stop: Option<Stop>,
    #[serde(default, deserialize_with = "lenient")]
    continue_final_message: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct AskedTool {
    #[serde(default)]
    function: Option<AskedFunction>,
}

#[derive(Debug, Deserialize)]
struct AskedFunction {
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    description: Option<String>,
    #[serde(default, deserialize_with = "verbatim")]
    parameters: Option<Box<RawValue>>,
}

/// Reads a call, and whether a stream is asked for.
///
/// # Errors
/// [`Error::Malformed`].
pub(super) fn decode(body: &[u8]) -> Result<(Call, bool), Error> {
    let not_a_call = |error: serde_json::Error| malformed(&format!("a call ({error})"), body);
    let text = std::str::from_utf8(body).map_err(|_| malformed("UTF-8", body))?;
    if !text.trim_start().starts_with('{') {
        return Err(malformed("a JSON object", body));
    }
    let asked: Asked = serde_json::from_str(text).map_err(not_a_call)?;
    let value: Value = serde_json::from_str(text).map_err(not_a_call)?;
    let mut said = asked.messages.ok_or_else(|| malformed("a list `messages`", body))?;
    let continuation = said.last().and_then(|last| continuing::read(last, asked.continue_final_message.as_ref()));
    if continuation.is_some() {
        said.pop();
    }
    let tools = asked.tools.unwrap_or_default().into_iter().filter_map(|tool| tool.function).map(|function| Tool {
        name: function.name,
        description: function.description.unwrap_or_default(),
        parameters: function.parameters.map_or_else(|| "{}".to_owned(), |schema| schema.get().to_owned()),
    });
    let call = Call {
        model: asked.model.ok_or_else(|| malformed("text `model`", body))?,
        conversation: Conversation { messages: said.into_iter().map(heard).collect::<Result<_, _>>()? },
        effort: effort::read(&value),
        max_output: asked.max_completion_tokens.or(asked.max_tokens),
        sampling: Sampling {
            temperature: asked.temperature.and_then(thousandths),
            top_p: asked.top_p.and_then(thousandths),
            seed: asked.seed.or(asked.random_seed),
        },
        stop: match asked.stop {
            Some(Stop::One(text)) => vec![text],
            Some(Stop::Several(texts)) => texts,
            None => Vec::new(),
        },
        tools: tools.collect(),
        continuation,
    };
    Ok((call, asked.stream == Some(true)))
}

fn thousandths(value: f64) -> Option<u32> {
    let thousandths = (value * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range, by the line before")]
    (0.0..=f64::from(u32::MAX)).contains(&thousandths).then_some(thousandths as u32)
}

/// One message as a noun.
fn heard(said: Said) -> Result<Message, Error> {
    let role = match said.role.as_deref() {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool" | "function") => Role::Tool,
        other => {
            return Err(malformed("role system, user, assistant or tool", other.unwrap_or_default().as_bytes()));
        }
    };
    let parts = match role {
        // What an assistant said earlier reads like a reply; tags in it are what the caller wrote.
        Role::Assistant => {
            let dialect = ChatDialect { in_band: InBand::Never, ..ChatDialect::COMPATIBLE };
            let mut reading = Reading::new(dialect, true);
            let mut pieces = Vec::new();
            reading.take(said, None, &mut pieces)?;
            reading.end(&mut pieces);
            let mut whole = Assembler::default();
            pieces.into_iter().for_each(|piece| whole.push(piece));
            whole.finish().message.parts
        }
        Role::Tool => {
            let id = said.tool_call_id.clone().unwrap_or_default();
            let content = Message { role, parts: text_parts(said) }.visible_text();
            vec![Part::ToolResult { id, content, exit_code: None, is_error: None }]
        }
        Role::System | Role::User => text_parts(said),
    };
    Ok(Message { role, parts })
}

fn text_parts(said: Said) -> Vec<Part> {
    match said.content {
        Some(Content::Text(text)) if !text.is_empty() => vec![Part::Text { text }],
        Some(Content::Parts(parts)) => parts
            .into_iter()
            .map(|part| Part::Text {
                // Something that is not text stands there: it is named, not passed over.
                text: part.text.unwrap_or_else(|| format!("[{}]", part.kind.unwrap_or_default().escape_debug())),
            })
            .collect(),
        _ => Vec::new(),
    }
}
