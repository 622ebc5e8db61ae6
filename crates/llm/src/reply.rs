//! What came back from one call. Not whether it was right: that is for a verifier.

use serde::{Deserialize, Serialize};

use crate::{Message, Usage};

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was done.
    Stop,
    /// It ran into the token limit: what it would have answered is unknown.
    Length,
    /// It asks for tools.
    ToolCalls,
    /// A content filter ended it.
    Filtered,
    /// A reason of the vendor's own, as spelled there.
    Other(String),
}

impl Finish {
    /// Reads a foreign spelling of OpenAI, Anthropic, Google or Inspect AI.
    #[must_use]
    pub fn from_foreign(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "stop" | "end_turn" | "stop_sequence" | "completed" => Self::Stop,
            "length" | "max_tokens" | "model_length" | "max_output_tokens" | "incomplete" => Self::Length,
            "tool_calls" | "tool_use" | "function_call" => Self::ToolCalls,
            "content_filter" | "refusal" | "safety" => Self::Filtered,
            _ => Self::Other(text.to_owned()),
        }
    }
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The vendor's identifier of the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model as the vendor named it in the reply.
    pub model: Option<String>,
    /// The assistant's message.
    pub message: Message,
    /// Why it stopped, where that was recorded.
    pub finish: Option<Finish>,
    /// Tokens.
    pub usage: Usage,
}
