//! What is asked of a model in one call. Not how a vendor spells it: that is for a [codec](crate::protocol).

use serde::{Deserialize, Serialize};

use crate::{Conversation, Effort};

/// One call, in nobody's spelling.
///
/// Numbers are whole so that the canonical bytes of a call, and with them its digest, are the same on every machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The model as the vendor names it.
    pub model: String,
    /// What was said so far.
    pub conversation: Conversation,
    /// How much reasoning is asked for; `None` leaves it to the vendor's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// At most this many tokens of output, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    /// How tokens are drawn.
    #[serde(default, skip_serializing_if = "Sampling::is_default")]
    pub sampling: Sampling,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Tools that the model may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// A chain of thought that the model is to go on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation: Option<Continuation>,
}

/// How tokens are drawn. `None` is the vendor's default; several reasoning models refuse anything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Temperature in thousandths: 800 is 0.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<u32>,
    /// Nucleus in thousandths: 950 is 0.95.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<u32>,
    /// The seed of the draw, where the vendor takes one. Vendors do not promise that it makes a reply repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl Sampling {
    /// Whether everything is left to the vendor.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A tool that the model may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model to read.
    pub description: String,
    /// The JSON schema of its arguments, as text, byte for byte.
    pub parameters: String,
}

/// A reply that has been begun for the model: its chain of thought, and the answer where the chain is closed.
///
/// Most vendors refuse this; a codec then answers with [`Refusal::Continuation`](crate::Refusal::Continuation) and nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continuation {
    /// The chain of thought so far.
    pub reasoning: String,
    /// Whether the chain ends here, so that the model has to answer; else it goes on reasoning.
    pub closed: bool,
    /// The beginning of the answer; empty unless the chain is closed.
    pub answer: String,
}
