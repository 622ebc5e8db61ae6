//! Sessions of OpenAI's Codex CLI: rollouts below `~/.codex/sessions`, one `{timestamp, type, payload}` a line, and older ones whose lines are
//! the items themselves. Known from its source (openai/codex: `codex-rs/protocol/src/protocol.rs`, `models.rs`, `codex-rs/core/src/tools/mod.rs`).
//! Not what `codex exec --json` prints: that leaves most of the session out.

use candor_llm::{Effort, Provenance, Reasoning, Role, Usage};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::content::{Content, Word};
use super::exit::{self, Framed};
use super::turn::{Turn, Turns, reasoned};
use crate::error::Problem;
use crate::import::bytes::Window;
use crate::import::keys::Keys;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::wire;
use crate::import::{Container, instant};
use crate::{Event, LabelValue, Place};

/// A rollout that is being read.
#[derive(Debug, Default)]
pub(super) struct Rollout {
    unit: Option<String>,
    turns: Turns,
    /// What holds until a line says otherwise.
    model: Option<String>,
    effort: Option<Effort>,
    /// The session's tokens as last counted: the same count is written again whenever something else about the session changes.
    counted: Option<Tokens>,
}

#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    timestamp: Option<Word<'a>>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Word<'a>>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    /// Of the first line of an older rollout, which has no type.
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
    #[serde(borrow, default)]
    record_type: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Meta<'a> {
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct Context {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    effort: Option<String>,
}

/// An item of a conversation, as the vendor's `responses` spell it.
#[derive(Debug, Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Word<'a>,
    #[serde(borrow, default)]
    role: Option<Word<'a>>,
    #[serde(borrow, default)]
    content: Content<'a>,
    #[serde(borrow, default)]
    summary: Content<'a>,
    #[serde(borrow, default)]
    encrypted_content: Option<Word<'a>>,
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
    #[serde(borrow, default)]
    call_id: Option<Word<'a>>,
    #[serde(default)]
    name: Option<String>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct Told<'a> {
    #[serde(borrow, rename = "type")]
    kind: Word<'a>,
    #[serde(default)]
    info: Option<Info>,
    #[serde(borrow, default)]
    call_id: Option<Word<'a>>,
    #[serde(default)]
    exit_code: Option<i32>,
}

#[derive(Debug, Deserialize)]
struct Info {
    #[serde(default)]
    total_token_usage: Option<Tokens>,
    #[serde(default)]
    last_token_usage: Option<Tokens>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    cached_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    reasoning_output_tokens: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            input: tokens.input_tokens,
            cached_input: tokens.cached_input_tokens,
            output: tokens.output_tokens,
            reasoning: tokens.reasoning_output_tokens,
        }
    }
}

/// Whether the first line of a file is of such a session.
pub(super) fn recognises(keys: &Keys) -> bool {
    let text = |name: &str| keys.begins(name, b'"');
    let line = text("timestamp") && text("type") && keys.begins("payload", b'{');
    let inside = ["payload.type", "payload.cli_version", "payload.originator", "payload.model", "payload.message"];
    let older = text("timestamp") && text("id") && keys.has("instructions") && !keys.has("type");
    older || (line && inside.iter().any(|name| text(name)))
}

/// Reads a rollout.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut session = Rollout::default();
    records::read(window, container, &mut session, reading)?;
    session.end(reading)
}

impl Records for Rollout {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let line = match serde_json::from_slice::<Line<'_>>(bytes) {
            Ok(line) => line,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let at_ms = match instant::in_field("timestamp", line.timestamp.as_ref().map(|text| &*text.0)) {
            Ok(at) => at,
            Err(problem) => return reading.invalid(problem, place),
        };
        let outcome = match (line.kind.as_ref().map(|kind| &*kind.0), line.payload) {
            (None, _) => self.older(&line, reading),
            (Some("session_meta" | "turn_context" | "response_item" | "event_msg"), None) => {
                Err(Trouble::Record(Problem::new("payload", "an object", "nothing")))
            }
            (Some("session_meta"), Some(payload)) => self.meta(payload),
            (Some("turn_context"), Some(payload)) => parsed(payload).map(|context: Context| {
                self.model = context.model.or(self.model.take());
                self.effort = context.effort.map(|effort| Effort::from_foreign(&effort));
            }),
            (Some("response_item"), Some(payload)) => {
                parsed(payload).and_then(|item: Item<'_>| self.item(item, place, at_ms, reading))
            }
            (Some("event_msg"), Some(payload)) => parsed(payload).map(|told: Told<'_>| self.told(told, place, at_ms)),
            (Some(kind @ ("compacted" | "world_state")), _) => {
                if kind == "compacted" {
                    self.turns.cut();
                }
                reading.set_aside("a line of the agent's bookkeeping");
                Ok(())
            }
            (Some(kind), Some(_)) => {
                reading.set_aside(&format!("a line of a kind that is not known: {kind}"));
                Ok(())
            }
            // An older rollout: the line is the item.
            (Some(_), None) => match serde_json::from_slice::<Item<'_>>(bytes) {
                Ok(item) => self.item(item, place, at_ms, reading),
                Err(error) => Err(Trouble::Record(Problem::json_in(bytes, &error))),
            },
        };
        match outcome {
            Ok(()) => self.turns.grow(bytes.len(), reading).map(drop),
            Err(Trouble::Record(problem)) => reading.invalid(problem, place),
            Err(Trouble::Stop(stop)) => Err(stop),
        }
    }
}

/// Why a line gives nothing.
enum Trouble {
    /// The next one may.
    Record(Problem),
    Stop(Stop),
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The payload of a line.
fn parsed<'a, T: Deserialize<'a>>(payload: &'a RawValue) -> Result<T, Trouble> {
    serde_json::from_str(payload.get()).map_err(|error| {
        let mut problem = Problem::json_in(payload.get().as_bytes(), &error);
        problem.field =
            if problem.field.is_empty() { "payload".to_owned() } else { format!("payload.{}", problem.field) };
        Trouble::Record(problem)
    })
}

impl Rollout {
    /// The file has ended.
    fn end(&mut self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let unit = self.unit(reading);
        self.turns.end(&unit, reading)
    }

    fn unit(&self, reading: &Reading<'_>) -> String {
        self.unit.clone().unwrap_or_else(|| format!("session in {}", reading.file()))
    }

    /// A line without a type, as older rollouts have: the session's name, or its state.
    fn older(&mut self, line: &Line<'_>, reading: &mut Reading<'_>) -> Result<(), Trouble> {
        match (&line.id, &line.record_type) {
            (Some(Word(id)), _) => {
                self.unit.get_or_insert_with(|| id.clone().into_owned());
                Ok(())
            }
            (None, Some(_)) => {
                reading.set_aside("a line of the agent's bookkeeping");
                Ok(())
            }
            (None, None) => Err(Trouble::Record(Problem::new("type", "the kind of the line", "nothing"))),
        }
    }

    /// The first line. A session that was forked from another repeats that one's first line behind its own.
    fn meta(&mut self, payload: &RawValue) -> Result<(), Trouble> {
        let meta: Meta<'_> = parsed(payload)?;
        if self.unit.is_none() {
            self.unit = meta.id.map(|id| id.0.into_owned());
            if meta.source.is_some_and(|source| source.get().trim_start().starts_with("{\"subagent\"")) {
                self.turns = Turns::below();
            }
        }
        Ok(())
    }

    fn item(
        &mut self,
        item: Item<'_>,
        place: Place,
        at_ms: Option<i64>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Trouble> {
        let kind = item.kind.0.clone();
        if &*kind == "message" {
            let role = item.role.as_ref().and_then(|role| wire::role(&role.0));
            let Some(role) = role else {
                let found = item.role.map_or_else(|| "nothing".to_owned(), |role| format!("{:?}", role.0));
                return Err(Trouble::Record(Problem::new(
                    "payload.role",
                    "user, assistant, developer or system",
                    found,
                )));
            };
            if role != Role::Assistant {
                let unit = self.unit(reading);
                self.turns.ask(item.content.into_message(role), place, at_ms, &unit, reading)?;
                return Ok(());
            }
            let turn = self.reply(place, at_ms);
            for piece in item.content.0 {
                turn.push(Event::Output { text: piece.spoken(), answer: None, finish: None });
            }
            return Ok(());
        }
        let id = item.call_id.or(item.id);
        if &*kind == "reasoning" {
            let reasoning =
                reasoning(item.content.text(), item.summary.text(), item.encrypted_content.is_some() || id.is_some());
            if let Some(event) = reasoned(reasoning) {
                self.reply(place, at_ms).push(event);
            }
            return Ok(());
        }
        let id = id.map(|id| id.0.into_owned()).unwrap_or_default();
        if let Some(tool) = kind.strip_suffix("_call") {
            let name = item.name.unwrap_or_else(|| tool.to_owned());
            let raw = item.arguments.or(item.input).or(item.action);
            let arguments = raw.map(written).unwrap_or_default();
            self.reply(place, at_ms).push(Event::ToolCall { id, name, arguments });
        } else if kind.ends_with("_output") {
            let Some(output) = item.output else {
                return Err(Trouble::Record(Problem::new("payload.output", "what the tool gave back", "nothing")));
            };
            let (text, is_error) = returned(output);
            let Framed { content, exit_code } = exit::of_codex(text);
            self.turns.current(place, at_ms).push(Event::ToolResult { id, content, exit_code, is_error });
        } else if matches!(
            &*kind,
            "ghost_snapshot" | "compaction" | "compaction_summary" | "context_compaction" | "other"
        ) {
            if kind.contains("compaction") {
                self.turns.cut();
            }
            reading.set_aside("a line of the agent's bookkeeping");
        } else {
            reading.set_aside(&format!("an item of a kind that is not known: {kind}"));
        }
        Ok(())
    }

    /// The current request, of which something now comes from the model.
    fn reply(&mut self, place: Place, at_ms: Option<i64>) -> &mut Turn {
        let turn = self.turns.current(place, at_ms);
        turn.by(self.model.as_deref(), self.effort.as_ref());
        turn
    }

    /// What the agent tells its surface. Most of it repeats items; tokens, and exit codes that no item frames, stand only here.
    fn told(&mut self, told: Told<'_>, place: Place, at_ms: Option<i64>) {
        match (&*told.kind.0, told.info) {
            ("token_count", Some(info)) => {
                let again = info.total_token_usage.is_some() && info.total_token_usage == self.counted;
                self.counted = info.total_token_usage;
                if let Some(last) = info.last_token_usage
                    && !again
                {
                    self.turns.current(place, at_ms).usage.call(None, last.into());
                }
            }
            ("exec_command_end", _) => {
                if let (Some(Word(id)), Some(code)) = (told.call_id, told.exit_code) {
                    self.turns.current(place, at_ms).exits.insert(id.into_owned(), code);
                }
            }
            ("turn_aborted", _) => self.turns.current(place, at_ms).note("interrupted", LabelValue::Bool(true)),
            _ => {}
        }
    }
}

/// A reasoning item: its own text, else the vendor's summary, else a sign that there was one.
fn reasoning(own: String, summary: String, is_there: bool) -> Reasoning {
    if !own.trim().is_empty() {
        return Reasoning::raw(own);
    }
    if !summary.trim().is_empty() {
        return wire::readable(summary, Provenance::Summary);
    }
    if is_there { wire::redacted() } else { Reasoning::absent() }
}

/// Arguments as the model wrote them: text as it stands, an object as its JSON.
fn written(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// What a tool gave back, as text, and whether the log says that it failed.
fn returned(raw: &RawValue) -> (String, Option<bool>) {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow, default)]
        content: Content<'a>,
        #[serde(default)]
        success: Option<bool>,
    }
    let text = raw.get();
    if text.starts_with('{')
        && let Ok(Answer { content, success }) = serde_json::from_str(text)
        && !content.0.is_empty()
    {
        return (content.text(), success.map(|success| !success));
    }
    match serde_json::from_str::<Content<'_>>(text) {
        Ok(content) if !text.starts_with('{') => (content.text(), None),
        _ => (text.to_owned(), None),
    }
}
