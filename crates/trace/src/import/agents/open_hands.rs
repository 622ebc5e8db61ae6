//! Trajectories of OpenHands: a list of its events, actions and observations, as `--save-trajectory` and its event stream write them. Known from
//! its source (All-Hands-AI/OpenHands: `openhands/events/serialization`, `frontend/src/types/core`). Not the results of its evaluations.

use std::collections::BTreeMap;

use candor_llm::{Message, Reasoning, Role};
use serde::Deserialize;
use serde_json::Value;

use super::turn::{Turn, Turns, reasoned};
use crate::error::Problem;
use crate::import::bytes::Window;
use crate::import::keys::Keys;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::wire::call::WireUsage;
use crate::import::{Container, instant, messages};
use crate::{Event, Money, Place};

/// A conversation that is being read.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    turns: Turns,
    /// The identifier of the call that each event of the current request asks for.
    calls: BTreeMap<i64, String>,
    /// The reply whose reasoning was told last: several events may come of one.
    reply: Option<String>,
    /// What the conversation had cost before.
    cost: f64,
}

#[derive(Debug, Deserialize)]
struct Happened {
    #[serde(default)]
    id: Option<i64>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    args: Value,
    #[serde(default)]
    observation: Option<String>,
    #[serde(default)]
    content: Value,
    #[serde(default)]
    extras: Value,
    #[serde(default)]
    cause: Option<i64>,
    #[serde(default)]
    success: Option<bool>,
    #[serde(default, rename = "tool_call_metadata")]
    tool: Option<Tool>,
    #[serde(default, rename = "llm_metrics")]
    metrics: Option<Metrics>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    #[serde(default, rename = "function_name")]
    name: Option<String>,
    #[serde(default, rename = "tool_call_id")]
    id: Option<String>,
    #[serde(default, rename = "model_response")]
    reply: Option<Reply>,
}

#[derive(Debug, Deserialize)]
struct Reply {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    message: Option<Shown>,
}

#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Asked>>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<Function>,
}

#[derive(Debug, Deserialize)]
struct Function {
    #[serde(default)]
    arguments: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Metrics {
    #[serde(default)]
    accumulated_cost: Option<f64>,
}

/// Whether the first record of a file is such an event.
pub(super) fn recognises(keys: &Keys) -> bool {
    let named = keys.begins("action", b'"') || keys.begins("observation", b'"');
    named && keys.begins("source", b'"') && keys.begins("timestamp", b'"') && keys.has("id") && keys.has("message")
}

/// Reads a trajectory.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut session = Conversation::default();
    records::read(window, container, &mut session, reading)?;
    session.end(reading)
}

impl Records for Conversation {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let event = match serde_json::from_slice::<Happened>(bytes) {
            Ok(event) => event,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let at_ms = match instant::in_field("timestamp", event.timestamp.as_deref()) {
            Ok(at) => at,
            Err(problem) => return reading.invalid(problem, place),
        };
        let unit = format!("conversation in {}", reading.file());
        let text = |name: &str| event.args.get(name).map(messages::text).filter(|text| !text.is_empty());
        if event.action.as_deref().is_some_and(|action| action.starts_with("condensation")) {
            self.turns.cut();
        }
        match (event.action.as_deref(), event.observation.as_deref()) {
            (Some("system"), _) => {
                if let Some(text) = text("content") {
                    self.turns.ask(Message::text(Role::System, text), place, at_ms, &unit, reading)?;
                }
            }
            (Some("message"), _) if event.source.as_deref() == Some("user") => {
                if self.turns.is_answered() {
                    self.calls.clear();
                }
                let asked = Message::text(Role::User, text("content").unwrap_or_default());
                self.turns.ask(asked, place, at_ms, &unit, reading)?;
            }
            (Some(action), _) if event.source.as_deref() == Some("agent") => self.act(action, &event, place, at_ms),
            (Some(_), _) | (None, Some("null" | "agent_state_changed" | "recall")) => {
                reading.set_aside("a line of the agent's bookkeeping");
            }
            (None, Some(observation)) => {
                let turn = self.turns.current(place, at_ms);
                observed(observation, &event, &self.calls, turn);
            }
            (None, None) => {
                let problem = Problem::new("action", "an action or an observation", "nothing");
                return reading.invalid(problem, place);
            }
        }
        self.turns.grow(bytes.len(), reading).map(drop)
    }
}

impl Conversation {
    /// The file has ended.
    fn end(&mut self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let unit = format!("conversation in {}", reading.file());
        self.turns.end(&unit, reading)
    }

    /// The agent does something: it speaks, or asks for a tool.
    fn act(&mut self, action: &str, event: &Happened, place: Place, at_ms: Option<i64>) {
        let turn = self.turns.current(place, at_ms);
        if let Some(total) = event.metrics.as_ref().and_then(|metrics| metrics.accumulated_cost) {
            // The sum of the whole conversation is written each time.
            if let Some(Money(cost)) = Money::from_units(total - self.cost) {
                turn.cost = Some(Money(turn.cost.unwrap_or_default().0.saturating_add(cost)));
            }
            self.cost = total;
        }
        if let Some(reply) = event.tool.as_ref().and_then(|tool| tool.reply.as_ref()) {
            turn.by(reply.model.as_deref(), None);
            if let Some(usage) = &reply.usage {
                turn.usage.call(reply.id.as_deref(), usage.usage());
            }
            if reply.id.is_none() || self.reply != reply.id {
                let shown = reply.choices.iter().find_map(|choice| choice.message.as_ref()?.reasoning_content.clone());
                if let Some(event) = shown.and_then(|text| reasoned(Reasoning::raw(text))) {
                    turn.push(event);
                }
                self.reply.clone_from(&reply.id);
            }
        }
        let text = |name: &str| event.args.get(name).map(messages::text).filter(|text| !text.is_empty());
        let spoken = match action {
            "message" => text("content"),
            "finish" => text("final_thought").or_else(|| text("thought")),
            "think" => None,
            _ => text("thought"),
        };
        if let Some(text) = spoken {
            turn.push(Event::Output { text, answer: None, finish: None });
        }
        if matches!(action, "message" | "finish") {
            turn.has_reply();
            return;
        }
        let id = event.tool.as_ref().and_then(|tool| tool.id.clone());
        let id = id.or_else(|| event.id.map(|id| format!("event {id}"))).unwrap_or_default();
        if let Some(number) = event.id {
            self.calls.insert(number, id.clone());
        }
        let name = event.tool.as_ref().and_then(|tool| tool.name.clone()).unwrap_or_else(|| action.to_owned());
        let arguments = event.tool.as_ref().and_then(Tool::arguments).unwrap_or_else(|| {
            let mut args = event.args.clone();
            if let Some(args) = args.as_object_mut() {
                // What the agent adds to the arguments has been told.
                args.remove("thought");
            }
            messages::text(&args)
        });
        turn.push(Event::ToolCall { id, name, arguments });
    }
}

impl Tool {
    /// The arguments as the model wrote them, where the reply is kept.
    fn arguments(&self) -> Option<String> {
        let mut asked =
            self.reply.as_ref()?.choices.iter().filter_map(|choice| choice.message.as_ref()?.tool_calls.as_ref());
        let asked = asked.find_map(|asked| asked.iter().find(|asked| asked.id.is_some() && asked.id == self.id))?;
        asked.function.as_ref()?.arguments.clone()
    }
}

/// What came of an action. -1 is what OpenHands writes where it knows no exit code.
fn observed(observation: &str, event: &Happened, calls: &BTreeMap<i64, String>, turn: &mut Turn) {
    let named = event.tool.as_ref().and_then(|tool| tool.id.clone());
    let id = named.or_else(|| calls.get(&event.cause?).cloned()).unwrap_or_default();
    let code =
        event.extras.get("metadata").and_then(|metadata| metadata.get("exit_code")).or(event.extras.get("exit_code"));
    let exit_code = code.and_then(Value::as_i64).and_then(|code| i32::try_from(code).ok()).filter(|code| *code != -1);
    let is_error = if observation == "error" { Some(true) } else { event.success.map(|success| !success) };
    turn.push(Event::ToolResult { id, content: messages::text(&event.content), exit_code, is_error });
}
