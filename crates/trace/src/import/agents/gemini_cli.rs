//! Sessions of Gemini CLI: the JSON lines below `~/.gemini/tmp/*/chats`, and the older single documents. Known from its source
//! (google-gemini/gemini-cli: `packages/core/src/services/chatRecordingTypes.ts`, `chatRecordingService.ts`).

use std::collections::BTreeMap;

use candor_llm::{Provenance, Role, Usage};
use serde::Deserialize;
use serde_json::Value;

use super::turn::Turns;
use crate::error::Problem;
use crate::import::bytes::Window;
use crate::import::keys::Keys;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::{Container, instant, messages, wire};
use crate::{Event, LabelValue, Place};

/// A session that is being read. A message that changes is written again whole, under its identifier: those of the current request are held
/// until the next one begins.
#[derive(Debug, Default)]
pub(super) struct Session {
    unit: Option<String>,
    turns: Turns,
    said: Vec<Said>,
    /// Where among them a message stands.
    known: BTreeMap<String, usize>,
    /// The identifier of the last message of the person.
    asked: Option<String>,
    begun: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Record {
    #[serde(default, rename = "sessionId")]
    session: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    messages: Option<Vec<Said>>,
    #[serde(default, rename = "$set")]
    set: Option<Set>,
    #[serde(default, rename = "$rewindTo")]
    rewind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Set {
    #[serde(default)]
    messages: Option<Vec<Said>>,
}

#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    content: Value,
    #[serde(default, rename = "toolCalls")]
    calls: Option<Vec<Called>>,
    #[serde(default)]
    thoughts: Option<Vec<Thought>>,
    #[serde(default)]
    tokens: Option<Tokens>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Called {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default)]
    args: Value,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Thought {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    description: String,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    #[serde(default)]
    input: Option<u64>,
    #[serde(default)]
    output: Option<u64>,
    #[serde(default)]
    cached: Option<u64>,
    #[serde(default)]
    thoughts: Option<u64>,
}

/// Whether the first record of a file is of such a session.
pub(super) fn recognises(keys: &Keys) -> bool {
    keys.begins("sessionId", b'"') && keys.begins("projectHash", b'"')
}

/// Reads a session.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut session = Session::default();
    records::read(window, container, &mut session, reading)?;
    session.end(reading)
}

impl Records for Session {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let record = match serde_json::from_slice::<Record>(bytes) {
            Ok(record) => record,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        if let Some(named) = record.session {
            if self.unit.as_ref() != Some(&named) {
                self.end(reading)?;
                self.unit = Some(named);
                self.turns = if record.kind.as_deref() == Some("subagent") { Turns::below() } else { Turns::default() };
            }
            return self.all(record.messages, bytes.len(), place, reading);
        }
        if record.rewind.is_some() {
            // What was taken back was said all the same.
            self.settle();
            self.turns.current(place, None).note("rewound", LabelValue::Bool(true));
            return Ok(());
        }
        if let Some(set) = record.set {
            if !self.begun {
                return self.all(set.messages, bytes.len(), place, reading);
            }
            reading.set_aside("a line of the agent's bookkeeping");
            return Ok(());
        }
        match serde_json::from_slice::<Said>(bytes) {
            Ok(said) => self.message(said, bytes.len(), place, reading),
            Err(error) => reading.invalid(Problem::json_in(bytes, &error), place),
        }
    }
}

impl Session {
    /// The file has ended.
    fn end(&mut self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let unit = self.unit(reading);
        self.settle();
        self.turns.end(&unit, reading)
    }

    fn unit(&self, reading: &Reading<'_>) -> String {
        self.unit.clone().unwrap_or_else(|| format!("session in {}", reading.file()))
    }

    /// The messages of a document; each request is a part of its record.
    fn all(
        &mut self,
        messages: Option<Vec<Said>>,
        bytes: usize,
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let messages = messages.unwrap_or_default();
        let share = bytes / messages.len().max(1);
        for (part, said) in messages.into_iter().enumerate() {
            let place = Place { part: u32::try_from(part).unwrap_or(u32::MAX), ..place };
            self.message(said, share, place, reading)?;
        }
        Ok(())
    }

    fn message(&mut self, said: Said, bytes: usize, place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let at_ms = match instant::in_field("timestamp", said.timestamp.as_deref()) {
            Ok(at) => at,
            Err(problem) => return reading.invalid(problem, place),
        };
        match said.kind.as_deref() {
            Some("user") => {
                let again = said.id.is_some() && said.id == self.asked;
                // What a tool gave back stands in the person's place too; it is told with the call.
                if let Some(text) = asked(&said.content)
                    && !again
                {
                    self.settle();
                    let unit = self.unit(reading);
                    let message = candor_llm::Message::text(Role::User, text);
                    self.turns.ask(message, place, at_ms, &unit, reading)?;
                    self.asked = said.id;
                }
            }
            Some("gemini") => {
                let turn = self.turns.current(place, at_ms);
                turn.by(said.model.as_deref(), None);
                turn.has_reply();
                let known = said.id.as_ref().and_then(|id| self.known.get(id)).copied();
                match known.and_then(|at| self.said.get_mut(at)) {
                    Some(known) => *known = said,
                    None => {
                        if let Some(id) = &said.id {
                            self.known.insert(id.clone(), self.said.len());
                        }
                        self.said.push(said);
                    }
                }
            }
            Some("info" | "error" | "warning") => reading.set_aside("a line of the agent's bookkeeping"),
            Some(kind) => reading.set_aside(&format!("a line of a kind that is not known: {kind}")),
            None => {
                let problem = Problem::new("type", "user, gemini, info, error or warning", "nothing");
                return reading.invalid(problem, place);
            }
        }
        self.begun = true;
        if self.turns.grow(bytes, reading)? {
            self.said.clear();
            self.known.clear();
        }
        Ok(())
    }

    /// What was said to the current request, as it finally stood, becomes its events.
    fn settle(&mut self) {
        let said = std::mem::take(&mut self.said);
        self.known.clear();
        if said.is_empty() {
            return;
        }
        let turn = self.turns.current(Place::default(), None);
        for message in said {
            if let Some(tokens) = message.tokens {
                turn.usage.call(message.id.as_deref(), tokens.into());
            }
            let thoughts: Vec<String> = message.thoughts.into_iter().flatten().map(Thought::into_text).collect();
            if !thoughts.is_empty() {
                turn.push(Event::Reasoning(wire::readable(thoughts.join("\n\n"), Provenance::Summary)));
            }
            let text = spoken(&message.content);
            if !text.is_empty() {
                turn.push(Event::Output { text, answer: None, finish: None });
            }
            for call in message.calls.into_iter().flatten() {
                turn.push(Event::ToolCall {
                    id: call.id.clone(),
                    name: call.name,
                    arguments: messages::text(&call.args),
                });
                let is_error = match call.status.as_deref() {
                    Some("success") => Some(false),
                    Some("error") => Some(true),
                    _ => None,
                };
                if is_error.is_some() || !call.result.is_null() {
                    let content = returned(&call.result);
                    turn.push(Event::ToolResult { id: call.id, content, exit_code: None, is_error });
                }
            }
        }
    }
}

impl Thought {
    fn into_text(self) -> String {
        if self.subject.is_empty() { self.description } else { format!("{}: {}", self.subject, self.description) }
    }
}

impl From<Tokens> for Usage {
    /// Thoughts are counted beside the output here.
    fn from(tokens: Tokens) -> Self {
        Self {
            input: tokens.input,
            cached_input: tokens.cached,
            output: tokens.output.map(|output| output.saturating_add(tokens.thoughts.unwrap_or(0))),
            reasoning: tokens.thoughts,
        }
    }
}

/// The parts of a content: one, several, or text.
fn parts(content: &Value) -> &[Value] {
    match content {
        Value::Array(parts) => parts,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// The text of a content; a part that is no text is named.
fn spoken(content: &Value) -> String {
    let texts = parts(content).iter().map(|part| match (part, part.get("text")) {
        (Value::String(text), _) | (_, Some(Value::String(text))) => text.clone(),
        _ => format!("[{}]", part.as_object().and_then(|part| part.keys().next()).map_or("part", String::as_str)),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// What a person asks; nothing where only a tool answers.
fn asked(content: &Value) -> Option<String> {
    let all = parts(content);
    let answers = !all.is_empty() && all.iter().all(|part| part.get("functionResponse").is_some());
    (!answers && !all.is_empty()).then(|| spoken(content))
}

/// What a tool gave back: the output or the error of its responses, else their JSON.
fn returned(result: &Value) -> String {
    let texts = parts(result).iter().map(|part| {
        let response = part.get("functionResponse").and_then(|answer| answer.get("response"));
        match (response, part) {
            (Some(response), _) => messages::text(response.get("output").or(response.get("error")).unwrap_or(response)),
            (None, part) => spoken(part),
        }
    });
    texts.collect::<Vec<_>>().join("\n")
}
