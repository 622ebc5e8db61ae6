//! What was said, by whom, in which parts. Not how a vendor spells it.

use serde::{Deserialize, Serialize};

use crate::{Protocol, Reasoning};

/// Who speaks in a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions of whoever built the product; OpenAI's `developer` is read as this too.
    System,
    /// The person, or the program in the person's place.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// One piece of a [`Message`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Visible text.
    Text {
        /// The text as it stood.
        text: String,
    },
    /// The chain of thought, or what was shown of it. Never part of an answer.
    Reasoning(Reasoning),
    /// The model asks for a tool to be run.
    ToolCall {
        /// The vendor's identifier, byte for byte.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments as the model wrote them: usually JSON, not always valid JSON.
        arguments: String,
    },
    /// What a tool gave back.
    ToolResult {
        /// The identifier of the call that this answers.
        id: String,
        /// The result as text.
        content: String,
        /// The exit code where the tool was a program and recorded one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_code: Option<i32>,
        /// Whether whoever ran the tool says that it failed; `None` where that was not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
    },
    /// A piece that only its vendor can read (a signature, an encrypted chain), kept byte for byte since it has to be sent back unchanged. It
    /// follows the reasoning that it belongs to; in its own protocol it stands for that reasoning.
    Sealed {
        /// In whose spelling.
        protocol: Protocol,
        /// The vendor's JSON.
        json: String,
    },
}

/// One turn of a [`Conversation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// In the order in which they came.
    pub parts: Vec<Part>,
}

impl Message {
    /// A message of one text part.
    #[must_use]
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text { text: text.into() }] }
    }

    /// The visible text: text parts joined by a line break, without reasoning and tool traffic.
    #[must_use]
    pub fn visible_text(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            if let Part::Text { text } = part {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(text);
            }
        }
        out
    }
}

/// Messages in order, the system's first where there are any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The turns.
    pub messages: Vec<Message>,
}
