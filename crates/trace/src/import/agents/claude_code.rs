//! Sessions of Claude Code: the JSON lines below `~/.claude/projects`, and what `--output-format stream-json` writes. Not an official format:
//! what is known of it stands in public descriptions (jeremedia/claude-code-log-format, DRMacIver/claude-reliability `notes/transcript-format.md`)
//! and in the tests of tools that read it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use candor_llm::{Effort, Finish, Message, Role};
use serde::Deserialize;

use super::content::{Content, Interrupted, Piece, Word};
use super::exit;
use super::turn::{Turn, Turns, reasoned};
use crate::error::Problem;
use crate::import::bytes::Window;
use crate::import::keys::Keys;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::wire::{self, call::WireUsage};
use crate::import::{Container, instant};
use crate::{Event, LabelValue, Money, Place};

/// A session that is being read: the person's chain of requests, and those of agents below it.
#[derive(Debug, Default)]
pub(super) struct Session {
    unit: Option<String>,
    /// A line of the person's chain has been read.
    begun: bool,
    own: Turns,
    below: BTreeMap<String, Turns>,
    /// For logs that do not name the agents below: which line belongs to the chain that began with which.
    roots: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Word<'a>,
    #[serde(borrow, default, rename = "sessionId")]
    session: Option<Word<'a>>,
    #[serde(borrow, default, rename = "session_id")]
    stream_session: Option<Word<'a>>,
    #[serde(borrow, default)]
    uuid: Option<Word<'a>>,
    #[serde(borrow, default, rename = "parentUuid")]
    parent: Option<Word<'a>>,
    #[serde(default, rename = "isSidechain")]
    is_sidechain: Option<bool>,
    #[serde(borrow, default, rename = "agentId")]
    agent: Option<Word<'a>>,
    #[serde(borrow, default, rename = "parent_tool_use_id")]
    stream_agent: Option<Word<'a>>,
    #[serde(default, rename = "isMeta")]
    is_meta: Option<bool>,
    #[serde(default, rename = "isCompactSummary")]
    is_summary: Option<bool>,
    #[serde(default, rename = "isApiErrorMessage")]
    is_failure: Option<bool>,
    #[serde(borrow, default)]
    timestamp: Option<Word<'a>>,
    #[serde(borrow, default)]
    message: Option<Said<'a>>,
    #[serde(default, rename = "toolUseResult")]
    result: Interrupted,
    #[serde(default, rename = "thinkingMetadata")]
    thinking: Option<Thinking>,
    #[serde(borrow, default)]
    attachment: Option<Attachment<'a>>,
    #[serde(default, rename = "costUSD")]
    cost: Option<f64>,
    #[serde(default, rename = "total_cost_usd")]
    total_cost: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Said<'a> {
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
    #[serde(borrow, default)]
    model: Option<Word<'a>>,
    #[serde(borrow, default)]
    content: Content<'a>,
    #[serde(borrow, default)]
    stop_reason: Option<Word<'a>>,
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Debug, Deserialize)]
struct Thinking {
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    disabled: Option<bool>,
    #[serde(default, rename = "maxThinkingTokens")]
    most: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Attachment<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Word<'a>>,
    #[serde(borrow, default)]
    prompt: Content<'a>,
}

/// What the agent writes in the person's place when the person stops it.
const INTERRUPTED: [&str; 2] = ["[Request interrupted by user]", "[Request interrupted by user for tool use]"];

/// The model's name on messages that the agent itself wrote.
const NO_MODEL: &str = "<synthetic>";

/// Lines that say something about the session and nothing of what happened in it.
const BOOKKEEPING: [&str; 14] = [
    "summary",
    "system",
    "progress",
    "attachment",
    "file-history-snapshot",
    "queue-operation",
    "turn_end",
    "stream_event",
    "custom-title",
    "agent-name",
    "permission-mode",
    "last-prompt",
    "mode",
    "pr-link",
];

/// Whether the first line of a file is of such a session.
pub(super) fn recognises(keys: &Keys) -> bool {
    let text = |name: &str| keys.begins(name, b'"');
    let of_a_session = [
        "uuid",
        "parentUuid",
        "isSidechain",
        "message",
        "operation",
        "permissionMode",
        "customTitle",
        "agentName",
        "lastPrompt",
        "mode",
    ];
    text("type")
        && ((text("sessionId") && of_a_session.iter().any(|name| keys.has(name)))
            || (text("session_id") && (keys.has("uuid") || keys.has("parent_tool_use_id")))
            || (text("summary") && text("leafUuid"))
            || (text("messageId") && keys.begins("snapshot", b'{')))
}

/// Reads a session.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut session = Session::default();
    records::read(window, container, &mut session, reading)?;
    session.end(reading)
}

impl Records for Session {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match serde_json::from_slice::<Line<'_>>(bytes) {
            Ok(line) => self.line(line, bytes.len(), place, reading),
            Err(error) => reading.invalid(Problem::json_in(bytes, &error), place),
        }
    }
}

impl Session {
    /// The file has ended.
    fn end(&mut self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let unit = self.unit.clone().unwrap_or_else(|| format!("session in {}", reading.file()));
        self.end_all(&unit, reading)
    }

    /// The person's request ends, and with it what was asked of agents below.
    fn end_all(&mut self, unit: &str, reading: &mut Reading<'_>) -> Result<(), Stop> {
        self.roots.clear();
        self.own.end(unit, reading)?;
        for (_, mut turns) in std::mem::take(&mut self.below) {
            turns.end(unit, reading)?;
        }
        Ok(())
    }

    fn line(&mut self, mut line: Line<'_>, bytes: usize, place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let at_ms = match instant::in_field("timestamp", line.timestamp.as_ref().map(|text| &*text.0)) {
            Ok(at) => at,
            Err(problem) => return reading.invalid(problem, place),
        };
        let named = line.session.take().or(line.stream_session.take());
        if let Some(Word(named)) = named
            && self.unit.as_deref() != Some(&*named)
        {
            // A session that goes on under another name is another session.
            self.end(reading)?;
            if self.unit.is_some() {
                self.own.forget();
            }
            self.unit = Some(named.into_owned());
        }
        let unit = self.unit.clone().unwrap_or_else(|| format!("session in {}", reading.file()));
        let speaks = matches!(&*line.kind.0, "user" | "assistant");
        if speaks && line.message.is_none() {
            let problem = Problem::new("message", "an object with `role` and `content`", "nothing");
            return reading.invalid(problem.hint("every line of a person or a model has one"), place);
        }
        let below = self.below(&line);
        if below.is_none() && line.uuid.is_some() {
            // The first line of a session follows none.
            let resumed = !self.begun && line.parent.is_some();
            self.begun = true;
            if resumed || line.is_summary == Some(true) {
                self.own.cut();
            }
        }
        let asks = &*line.kind.0 == "user" && asks(&line);
        if asks && below.is_none() && self.own.is_answered() {
            self.end_all(&unit, reading)?;
        }
        let turns = match below {
            None => &mut self.own,
            Some(name) => self.below.entry(name).or_insert_with(Turns::below),
        };
        match &*line.kind.0 {
            "user" if asks => {
                let message = line.message.take().map(|said| said.content).unwrap_or_default();
                turns.ask(message.into_message(Role::User), place, at_ms, &unit, reading)?;
                turns.current(place, at_ms).by(None, line.thinking.and_then(Thinking::effort).as_ref());
            }
            "user" => {
                if let Err(problem) = given(line, turns.current(place, at_ms)) {
                    return reading.invalid(problem, place);
                }
            }
            "assistant" => {
                if let Err(problem) = said(line, turns.current(place, at_ms), reading) {
                    return reading.invalid(problem, place);
                }
            }
            "result" => {
                if let Some(cost) = line.total_cost.and_then(Money::from_units) {
                    turns.current(place, at_ms).cost = Some(cost);
                }
            }
            kind => {
                let queued = line.attachment.filter(|attachment| {
                    attachment.kind.as_ref().is_some_and(|kind| kind.0 == "queued_command")
                        && !attachment.prompt.0.is_empty()
                });
                if let Some(Attachment { prompt, .. }) = queued {
                    turns.current(place, at_ms).inject(prompt.into_message(Role::User));
                } else if BOOKKEEPING.contains(&kind) {
                    reading.set_aside("a line of the agent's bookkeeping");
                } else {
                    reading.set_aside(&format!("a line of a kind that is not known: {kind}"));
                }
            }
        }
        turns.grow(bytes, reading).map(drop)
    }

    /// The chain of an agent below that a line belongs to; `None` for the person's own.
    fn below(&mut self, line: &Line<'_>) -> Option<String> {
        if line.is_sidechain != Some(true) && line.stream_agent.is_none() {
            return None;
        }
        if let Some(Word(name)) = line.agent.as_ref().or(line.stream_agent.as_ref()) {
            return Some(name.clone().into_owned());
        }
        // Older logs let several such chains run through one another: a line belongs where its parent does.
        let own = line.uuid.as_ref().map_or(Cow::Borrowed(""), |uuid| uuid.0.clone());
        let parent = line.parent.as_ref().and_then(|parent| self.roots.get(&*parent.0));
        let root = parent.cloned().unwrap_or_else(|| own.clone().into_owned());
        self.roots.insert(own.into_owned(), root.clone());
        Some(root)
    }
}

/// Whether a line in the person's place is a request: not what a tool gave back, nor what the agent itself puts there.
fn asks(line: &Line<'_>) -> bool {
    let Some(said) = &line.message else { return false };
    let is_marker = |piece: &Piece<'_>| piece.text.as_deref().is_some_and(|text| INTERRUPTED.contains(&text));
    line.is_meta != Some(true)
        && line.is_summary != Some(true)
        && !said.content.0.is_empty()
        && !said.content.0.iter().any(|piece| piece.kind() == "tool_result")
        && !said.content.0.iter().all(is_marker)
}

/// What stands in the person's place and is no request.
fn given(line: Line<'_>, turn: &mut Turn) -> Result<(), Problem> {
    let interrupted = line.result.0;
    for (number, piece) in line.message.map(|said| said.content.0).unwrap_or_default().into_iter().enumerate() {
        if piece.kind() == "tool_result" {
            let Some(id) = piece.tool_use_id else {
                let field = format!("message.content[{number}].tool_use_id");
                return Err(Problem::new(field, "the identifier of the call", "nothing"));
            };
            let content = piece.content.text();
            let exit_code = exit::of_failed_command(&content, piece.is_error);
            turn.push(Event::ToolResult { id, content, exit_code, is_error: piece.is_error });
        } else if piece.text.as_deref().is_some_and(|text| INTERRUPTED.contains(&text)) {
            turn.note("interrupted", LabelValue::Bool(true));
        } else {
            turn.inject(Message::text(Role::User, piece.spoken()));
        }
    }
    if interrupted {
        turn.note("tool_interrupted", LabelValue::Bool(true));
    }
    Ok(())
}

/// What the model said. The log writes a line for every piece of a message and repeats its identifier and its tokens on each.
fn said(line: Line<'_>, turn: &mut Turn, reading: &mut Reading<'_>) -> Result<(), Problem> {
    let Some(said) = line.message else { return Ok(()) };
    let model = said.model.as_ref().map(|model| &*model.0);
    if line.is_failure == Some(true) || model == Some(NO_MODEL) {
        reading.set_aside("a message that the agent wrote in the model's place");
        return Ok(());
    }
    turn.by(model, None);
    if let Some(usage) = &said.usage {
        turn.usage.call(said.id.as_ref().map(|id| &*id.0), usage.usage());
    }
    if let Some(cost) = line.cost.and_then(Money::from_units) {
        turn.cost = Some(Money(turn.cost.unwrap_or_default().0.saturating_add(cost.0)));
    }
    let finish = said.stop_reason.as_ref().map(|reason| Finish::from_foreign(&reason.0));
    for (number, piece) in said.content.0.into_iter().enumerate() {
        let signed = piece.signature.as_ref().is_some_and(|signature| !signature.0.is_empty());
        match piece.kind() {
            "thinking" => {
                let text = piece.thinking.or(piece.text).unwrap_or_default();
                if let Some(event) = reasoned(wire::signed_reasoning(text, signed, model)) {
                    turn.push(event);
                }
            }
            "redacted_thinking" => turn.push(Event::Reasoning(wire::redacted())),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                let Some(name) = piece.name else {
                    return Err(Problem::new(format!("message.content[{number}].name"), "a tool's name", "nothing"));
                };
                turn.push(Event::ToolCall {
                    id: piece.id.map(|id| id.0.into_owned()).unwrap_or_default(),
                    name,
                    arguments: piece.input.map(|input| input.get().to_owned()).unwrap_or_default(),
                });
            }
            kind if kind.ends_with("tool_result") => {
                let id = piece.tool_use_id.unwrap_or_default();
                turn.push(Event::ToolResult {
                    id,
                    content: piece.content.text(),
                    exit_code: None,
                    is_error: piece.is_error,
                });
            }
            _ => turn.push(Event::Output { text: piece.spoken(), answer: None, finish: finish.clone() }),
        }
    }
    Ok(())
}

impl Thinking {
    fn effort(self) -> Option<Effort> {
        if self.disabled == Some(true) {
            return Some(Effort::Off);
        }
        self.most.map(Effort::Budget).or_else(|| self.level.map(|level| Effort::from_foreign(&level)))
    }
}
