//! What a span says by the GenAI conventions v1.41.1 of OpenTelemetry: a call to a model, a tool that ran, a retrieval, a judgement. Not the
//! conventions before v1.37, which put messages into events of their own.

use std::collections::BTreeMap;

use candor_llm::{Effort, Message, Part, Role, Usage};
use serde_json::Value;

use super::span::{self, Attribute, Span};
use crate::error::Problem;
use crate::import::messages::{self, Speaker};
use crate::import::steps::{Called, Ran, Step, What};
use crate::{Document, Event, Label, LabelValue, Labeller};

/// What was read of a span.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) steps: Vec<Step>,
    pub(super) sums: Vec<Step>,
    pub(super) conversation: Option<String>,
    /// Why it gives no step.
    pub(super) aside: Option<String>,
    /// How many bytes of the file are held for it.
    pub(super) bytes: usize,
}

/// An event of a span that holds what others write as attributes of it.
const DETAILS: &str = "gen_ai.client.inference.operation.details";
const EVALUATION: &str = "gen_ai.evaluation.result";

/// The attributes that the conventions name.
struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// Reads those that are meant; the first of a name stands. Gives how many bytes they take.
    fn of(lists: &[&[Attribute<'_>]]) -> Result<(Self, usize), Problem> {
        let mut found = BTreeMap::new();
        let mut bytes = 0;
        for attribute in lists.iter().copied().flatten() {
            if !(attribute.key.starts_with("gen_ai.") || attribute.key == "error.type") {
                continue;
            }
            let Some(raw) = attribute.value else { continue };
            let Some(value) = span::value(raw) else {
                let field = format!("attributes.{}", attribute.key);
                return Err(Problem::new(field, "a typed value such as {\"stringValue\":\"x\"}", raw.get()));
            };
            bytes += raw.get().len();
            found.entry(attribute.key.clone().into_owned()).or_insert(value);
        }
        Ok((Self(found), bytes))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|value| messages::text(&value)).filter(|text| !text.is_empty())
    }

    fn tokens(&mut self, names: &[&str]) -> Result<Option<u64>, Problem> {
        for name in names {
            if let Some(value) = self.take(name) {
                return match value.as_u64() {
                    Some(tokens) => Ok(Some(tokens)),
                    None => Err(Problem::new(format!("attributes.{name}"), "a number of tokens", value.to_string())),
                };
            }
        }
        Ok(None)
    }
}

/// Reads a span.
pub(super) fn read(span: &Span<'_>) -> Result<Read, Problem> {
    let mut lists: Vec<&[Attribute<'_>]> = vec![&span.attributes];
    lists.extend(span.events.iter().filter(|event| event.name == DETAILS).map(|event| event.attributes.as_slice()));
    let (mut attributes, bytes) = Attributes::of(&lists)?;
    let began = span.began()?;
    let mut read = Read { bytes, conversation: attributes.text("gen_ai.conversation.id"), ..Read::default() };
    let operation = attributes.text("gen_ai.operation.name");
    let is_error = span.status.as_ref().and_then(span::Status::is_error);
    let failure = attributes.text("error.type");
    let is_error = if failure.is_some() { Some(true) } else { is_error };
    let is_call =
        attributes.0.contains_key("gen_ai.request.model") || attributes.0.contains_key("gen_ai.output.messages");
    let step = |what| Step { began, what };
    match operation.as_deref() {
        Some("execute_tool") => read.steps.push(step(What::Tool(ran(&mut attributes, is_error)))),
        None if attributes.0.contains_key("gen_ai.tool.name") => {
            read.steps.push(step(What::Tool(ran(&mut attributes, is_error))));
        }
        Some("retrieval") => read.steps.push(step(retrieved(&mut attributes))),
        Some("invoke_agent" | "invoke_workflow") => {
            read.sums.push(step(What::Call(Box::new(called(&mut attributes)?))));
        }
        Some("embeddings" | "create_agent" | "create_memory" | "search_memory" | "update_memory" | "delete_memory") => {
            read.aside = Some("a span of a model that says nothing (embeddings, agents made, memory)".to_owned());
        }
        Some("chat" | "generate_content" | "text_completion") => {
            call(&mut read, &mut attributes, is_error, failure, began)?;
        }
        _ if is_call => call(&mut read, &mut attributes, is_error, failure, began)?,
        Some(other) => read.aside = Some(format!("a span of an operation that is not known: {other}")),
        None => read.aside = Some("a span of something else than a model".to_owned()),
    }
    for event in span.events.iter().filter(|event| event.name == EVALUATION) {
        let (mut attributes, bytes) = Attributes::of(&[&event.attributes])?;
        read.bytes += bytes;
        let at = event.at()?.or(began);
        read.steps
            .extend(judged(&mut attributes).into_iter().map(|event| Step { began: at, what: What::Judged(event) }));
    }
    Ok(read)
}

/// A call; one that failed before the model said anything is counted.
fn call(
    read: &mut Read,
    attributes: &mut Attributes,
    is_error: Option<bool>,
    failure: Option<String>,
    began: Option<u64>,
) -> Result<(), Problem> {
    let called = called(attributes)?;
    if is_error == Some(true) && called.output.is_empty() {
        let failure = failure.unwrap_or_else(|| "error".to_owned());
        read.aside = Some(format!("the call failed: {failure}"));
    } else {
        read.steps.push(Step { began, what: What::Call(Box::new(called)) });
    }
    Ok(())
}

fn called(attributes: &mut Attributes) -> Result<Called, Problem> {
    let asked = attributes.text("gen_ai.request.model");
    let model = attributes.text("gen_ai.response.model").or(asked);
    let provider = attributes.text("gen_ai.provider.name").or_else(|| attributes.text("gen_ai.system"));
    let speaker = Speaker { provider: provider.as_deref(), model: model.as_deref() };
    let mut input = Vec::new();
    if let Some(Value::Array(parts)) = attributes.take("gen_ai.system_instructions").map(messages::unfolded) {
        let parts: Vec<Part> = parts.into_iter().map(|part| messages::part(part, speaker)).collect();
        input.push(Message { role: Role::System, parts });
    }
    input.extend(
        attributes.take("gen_ai.input.messages").map(|value| messages::given(value, speaker)).unwrap_or_default(),
    );
    let mut output =
        attributes.take("gen_ai.output.messages").map(|value| messages::said(value, speaker)).unwrap_or_default();
    if let Some(Value::Array(reasons)) = attributes.take("gen_ai.response.finish_reasons").map(messages::unfolded) {
        for ((_, finish), reason) in output.iter_mut().zip(reasons) {
            if finish.is_none() {
                *finish = reason.as_str().map(messages::finished);
            }
        }
    }
    let usage = Usage {
        input: attributes.tokens(&["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"])?,
        cached_input: attributes.tokens(&["gen_ai.usage.cache_read.input_tokens"])?,
        output: attributes.tokens(&["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"])?,
        reasoning: attributes.tokens(&["gen_ai.usage.reasoning.output_tokens"])?,
    };
    let effort = attributes.text("gen_ai.request.reasoning.level").map(|level| Effort::from_foreign(&level));
    Ok(Called { input, output, model, effort, usage, cost: None })
}

fn ran(attributes: &mut Attributes, is_error: Option<bool>) -> Ran {
    Ran {
        id: attributes.text("gen_ai.tool.call.id"),
        name: attributes.text("gen_ai.tool.name").unwrap_or_default(),
        arguments: attributes.text("gen_ai.tool.call.arguments").unwrap_or_default(),
        result: attributes.take("gen_ai.tool.call.result").map(|result| messages::text(&result)),
        is_error,
    }
}

fn retrieved(attributes: &mut Attributes) -> What {
    let query = attributes.text("gen_ai.retrieval.query.text").unwrap_or_default();
    let documents = match attributes.take("gen_ai.retrieval.documents").map(messages::unfolded) {
        Some(Value::Array(documents)) => documents.iter().map(document).collect(),
        _ => Vec::new(),
    };
    What::Retrieval { query, documents }
}

/// A document; the conventions name its identifier and its score, and leave the text to whoever writes more.
fn document(value: &Value) -> Document {
    let field = |names: &[&str]| names.iter().find_map(|name| value.get(name)).map(messages::text).unwrap_or_default();
    Document { id: field(&["id"]), text: field(&["content", "text"]) }
}

/// A judgement, as its number and its word. Who judged is not recorded.
fn judged(attributes: &mut Attributes) -> Vec<Event> {
    let name = attributes.text("gen_ai.evaluation.name").unwrap_or_else(|| "evaluation".to_owned());
    let value = attributes.take("gen_ai.evaluation.score.value").as_ref().and_then(Value::as_f64);
    let label = attributes.text("gen_ai.evaluation.score.label");
    let score = value.map(|value| Event::Score { name: name.clone(), value });
    let label = label.map(|word| {
        Event::Label(Label { name, value: LabelValue::Text(word), by: Labeller::Source, who: None, note: None })
    });
    score.into_iter().chain(label).collect()
}
