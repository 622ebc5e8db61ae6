//! What vendors send, field by field, read leniently: a field of an unexpected type is a field that is not there. Only what would take a
//! whole piece of a reply with it (choices, messages, deltas) has to be what it should. Not what it means.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::Usage;

/// Reads a field, or passes it over where it is of another type.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    // Streams are full of nulls, and an error for each would be the dearest part of reading them.
    Ok(if raw.get() == "null" { None } else { serde_json::from_str(raw.get()).ok() })
}

/// A field as the vendor wrote it; null is nothing.
pub(super) fn verbatim<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    let raw = <Box<RawValue>>::deserialize(deserializer)?;
    Ok((raw.get() != "null").then_some(raw))
}

/// A list, without what is not of its type.
pub(super) fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Box<RawValue>>> = lenient(deserializer)?;
    Ok(items.unwrap_or_default().iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect())
}

/// A whole reply, or one chunk of a streamed one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    #[serde(default, deserialize_with = "verbatim")]
    pub(super) error: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) object: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) x_groq: Option<Groq>,
}

/// Groq's own envelope of the counts of a stream.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Groq {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
}

/// One of the replies to one call, whole (`message`) or a piece of it (`delta`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<u32>,
    #[serde(default)]
    pub(super) delta: Option<Said>,
    #[serde(default)]
    pub(super) message: Option<Said>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
}

/// What was said, whole or in part.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) role: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content: Option<Content>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_content: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    thinking: Option<String>,
    #[serde(default, deserialize_with = "each")]
    pub(super) reasoning_details: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "each")]
    pub(super) tool_calls: Vec<WireCall>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) tool_call_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) refusal: Option<String>,
    #[serde(default, deserialize_with = "verbatim")]
    pub(super) extra_content: Option<Box<RawValue>>,
    /// The reply is to go on from this message (DeepSeek, Mistral).
    #[serde(default, deserialize_with = "lenient")]
    pub(super) prefix: Option<bool>,
}

impl Said {
    /// The plain reasoning text; a server that is between two names for the field fills both.
    pub(super) fn plain_reasoning(&self) -> Option<&str> {
        [&self.reasoning_content, &self.reasoning, &self.thinking]
            .into_iter()
            .find_map(|field| field.as_deref().filter(|text| !text.is_empty()))
    }
}

/// Text, or a list of typed parts.
#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<ContentPart>),
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw.starts_with('"') {
            return serde_json::from_str(raw).map(Self::Text).map_err(D::Error::custom);
        }
        if raw.starts_with('{') {
            return serde_json::from_str(raw).map(|part| Self::Parts(vec![part])).map_err(D::Error::custom);
        }
        let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(D::Error::custom)?;
        let part = |item: &RawValue| match serde_json::from_str::<String>(item.get()) {
            Ok(text) => Some(ContentPart { text: Some(text), ..ContentPart::default() }),
            Err(_) => serde_json::from_str(item.get()).ok(),
        };
        Ok(Self::Parts(items.into_iter().filter_map(part).collect()))
    }
}

/// One typed part of a content.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ContentPart {
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) refusal: Option<String>,
    /// Text, or a list of text parts. Not read as a content: foreign nesting must not become recursion.
    #[serde(default, deserialize_with = "verbatim")]
    thinking: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) signature: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) closed: Option<bool>,
}

impl ContentPart {
    /// The chain of thought in this part, where it is one.
    pub(super) fn thinking(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct TextPart {
            text: String,
        }
        (self.kind.as_deref() == Some("thinking")).then(|| {
            let raw = self.thinking.as_deref().map_or("null", RawValue::get);
            if let Ok(text) = serde_json::from_str::<String>(raw) {
                return text;
            }
            let items: Vec<&RawValue> = serde_json::from_str(raw).unwrap_or_default();
            items
                .iter()
                .filter_map(|item| serde_json::from_str::<TextPart>(item.get()).ok())
                .map(|part| part.text)
                .collect()
        })
    }
}

/// A tool call, whole or a piece of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireCall {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    function: Option<Function>,
    /// OpenAI's calls of tools that take free text.
    #[serde(default, deserialize_with = "lenient")]
    custom: Option<Function>,
    #[serde(default, deserialize_with = "verbatim")]
    pub(super) extra_content: Option<Box<RawValue>>,
}

#[derive(Debug, Default, Deserialize)]
struct Function {
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "verbatim")]
    arguments: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "verbatim")]
    input: Option<Box<RawValue>>,
}

impl WireCall {
    fn called(&self) -> Option<&Function> {
        self.function.as_ref().or(self.custom.as_ref())
    }

    /// The tool's name, where this piece says it.
    pub(super) fn name(&self) -> Option<&str> {
        self.called()?.name.as_deref().filter(|name| !name.is_empty())
    }

    /// The arguments as the model wrote them: text as it stands, an object as its JSON.
    pub(super) fn arguments(&self) -> Option<String> {
        let called = self.called()?;
        let raw = called.arguments.as_ref().or(called.input.as_ref())?.get();
        if raw.starts_with('"') { serde_json::from_str(raw).ok() } else { Some(raw.to_owned()) }
    }
}

/// Counts in OpenAI's spelling, and in those of DeepSeek and xAI.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    total_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_cache_hit_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens_details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "lenient")]
    cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_tokens: Option<u64>,
}

impl WireUsage {
    /// The counts under one meaning: cached tokens are part of the input, reasoning is part of the output.
    ///
    /// A total that only fits reasoning beside the output, or only reasoning inside it, decides; without one the vendor's habit does.
    pub(super) fn usage(&self, reasoning_outside: bool) -> Usage {
        let cached = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        let thought = self.completion_tokens_details.as_ref().and_then(|details| details.reasoning_tokens);
        let (input, output, reasoning) =
            (self.prompt_tokens, self.completion_tokens, thought.or(self.reasoning_tokens));
        let sum = |outside: u64| input?.checked_add(output?)?.checked_add(outside);
        let outside = match (self.total_tokens, reasoning) {
            (Some(total), Some(thought)) if sum(thought) == Some(total) => true,
            (Some(total), Some(_)) if sum(0) == Some(total) => false,
            _ => reasoning_outside,
        };
        Usage {
            input,
            cached_input: cached.or(self.prompt_cache_hit_tokens),
            output: output.map(|output| output.saturating_add(reasoning.filter(|_| outside).unwrap_or(0))),
            reasoning,
        }
    }
}
