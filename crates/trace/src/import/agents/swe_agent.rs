//! Trajectories of SWE-agent (`.traj`): one JSON document for one task. Known from its documentation (SWE-agent/SWE-agent,
//! `docs/usage/trajectories.md`) and source (`sweagent/types.py`). Not those of mini-swe-agent, which are lists of messages.

use candor_llm::{Conversation, Usage};
use serde::Deserialize;

use super::turn::reasoned;
use crate::error::Problem;
use crate::import::Container;
use crate::import::bytes::Window;
use crate::import::keys::Keys;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::wire::{Blocks, WireMessage};
use crate::{Event, Label, LabelValue, Labeller, Money, Place, Trace, Trial};

/// Reads whole trajectories.
#[derive(Debug, Default)]
pub(super) struct Trajectory;

#[derive(Debug, Deserialize)]
struct Document {
    trajectory: Vec<Step>,
    #[serde(default)]
    history: Vec<Remembered>,
    #[serde(default)]
    info: Info,
    #[serde(default)]
    environment: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Step {
    action: String,
    #[serde(default)]
    observation: Option<String>,
    #[serde(default)]
    response: String,
    #[serde(default)]
    thought: Option<String>,
    #[serde(default)]
    query: Vec<WireMessage>,
}

/// What the model was shown again later; where it thinks, its thinking stands only here.
#[derive(Debug, Deserialize)]
struct Remembered {
    #[serde(default)]
    role: String,
    #[serde(default)]
    content: Blocks,
    #[serde(default)]
    is_demo: Option<bool>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    thinking_blocks: Option<Blocks>,
}

#[derive(Debug, Default, Deserialize)]
struct Info {
    #[serde(default)]
    exit_status: Option<String>,
    #[serde(default)]
    submission: Option<String>,
    #[serde(default)]
    model_stats: Option<Stats>,
}

#[derive(Debug, Deserialize)]
struct Stats {
    #[serde(default)]
    instance_cost: Option<f64>,
    #[serde(default)]
    tokens_sent: Option<u64>,
    #[serde(default)]
    tokens_received: Option<u64>,
}

/// Whether a document is such a trajectory; of a long one only the steps may be in sight.
pub(super) fn recognises(keys: &Keys) -> bool {
    let beside = ["history", "info", "environment", "replay_config"].iter().any(|name| keys.has(name));
    keys.begins("trajectory", b'[') && (beside || !keys.is_whole())
}

/// Reads trajectories.
pub(super) fn read(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    records::read(window, container, &mut Trajectory, reading)
}

impl Records for Trajectory {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match serde_json::from_slice::<Document>(bytes) {
            Ok(document) => {
                let trace = document.into_trace(reading.file());
                reading.trace(place, trace, false)
            }
            Err(error) => reading.invalid(Problem::json_in(bytes, &error), place),
        }
    }
}

impl Document {
    fn into_trace(self, file: &str) -> Trace {
        // The task is named by the file: `<instance_id>.traj`.
        let name = file.rsplit('/').next().unwrap_or(file);
        let unit = name.strip_suffix(".traj").unwrap_or(name).to_owned();
        let mut trace = Trace {
            trial: Trial { unit, ..Trial::default() },
            stratum: self.environment.filter(|environment| !environment.is_empty()),
            ..Trace::default()
        };
        let mut remembered =
            self.history.into_iter().filter(|item| item.role == "assistant" && item.is_demo != Some(true)).peekable();
        for (number, step) in self.trajectory.into_iter().enumerate() {
            if number == 0 && !step.query.is_empty() {
                let messages = step.query.into_iter().map(|message| message.into_message(None)).collect();
                trace.events.push(Event::Request(Conversation { messages }));
            }
            // Steps that were tried again are not remembered, all others are, in order.
            if let Some(item) = remembered.next_if(|item| item.is(&step.action, &step.response))
                && let Some(blocks) = item.thinking_blocks
            {
                let message = WireMessage::of(Some("assistant"), blocks).into_message(None);
                let thinking = message.parts.into_iter().find_map(|part| match part {
                    candor_llm::Part::Reasoning(reasoning) => reasoned(reasoning),
                    _ => None,
                });
                trace.events.extend(thinking);
            }
            // The thought is the visible text in front of the action, not a chain of thought of its own.
            let text = step.thought.filter(|thought| !thought.is_empty()).unwrap_or(step.response);
            if !text.is_empty() {
                trace.events.push(Event::Output { text, answer: None, finish: None });
            }
            if !step.action.is_empty() {
                let id = format!("step {number}");
                trace.events.push(Event::ToolCall {
                    id: id.clone(),
                    name: "action".to_owned(),
                    arguments: step.action,
                });
                if let Some(content) = step.observation {
                    trace.events.push(Event::ToolResult { id, content, exit_code: None, is_error: None });
                }
            }
        }
        if let Some(submission) = self.info.submission.filter(|submission| !submission.is_empty()) {
            trace.events.push(Event::Output { text: submission.clone(), answer: Some(submission), finish: None });
        }
        if let Some(status) = self.info.exit_status {
            let value = LabelValue::Text(status);
            trace.events.push(Event::Label(Label {
                name: "exit_status".to_owned(),
                value,
                by: Labeller::Source,
                who: None,
                note: None,
            }));
        }
        if let Some(stats) = self.info.model_stats {
            trace.cost = stats.instance_cost.and_then(Money::from_units);
            trace.usage = Usage { input: stats.tokens_sent, output: stats.tokens_received, ..Usage::default() };
        }
        trace
    }
}

impl Remembered {
    fn is(&self, action: &str, response: &str) -> bool {
        match &self.action {
            Some(own) => own == action,
            None => self.content.text() == response,
        }
    }
}
