//! The envelope of a recorded call: request, response, batch line, and what stands beside them. OpenAI's and Anthropic's fields have
//! different names, so that one structure holds both. Not their interpretation.

use std::fmt;
use std::marker::PhantomData;

use candor_llm::{Effort, Usage};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::loose::Loose;
use super::{Blocks, WireMessage};

/// One recorded call, or a part of one.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Call {
    #[serde(default)]
    pub(crate) custom_id: Loose,
    #[serde(default)]
    pub(crate) object: Option<String>,
    #[serde(default)]
    pub(crate) model: Option<String>,
    #[serde(default)]
    pub(crate) request: Option<Inner>,
    #[serde(default)]
    pub(crate) response: Option<Inner>,
    #[serde(default)]
    pub(crate) reply: Option<Inner>,
    #[serde(default)]
    pub(crate) body: Option<Inner>,
    #[serde(default)]
    pub(crate) params: Option<Inner>,
    #[serde(default)]
    pub(crate) model_parameters: Lenient<Settings>,
    #[serde(default)]
    pub(crate) result: Option<Inner>,
    #[serde(default)]
    pub(crate) message: Option<Inner>,
    #[serde(default)]
    pub(crate) error: Failure,
    #[serde(default)]
    pub(crate) status_code: Loose,
    #[serde(default)]
    pub(crate) status: Loose,
    #[serde(default)]
    pub(crate) incomplete_details: Option<Incomplete>,
    #[serde(default, rename = "type")]
    pub(crate) kind: Loose,
    // What was asked.
    #[serde(default)]
    pub(crate) messages: Option<Vec<WireMessage>>,
    #[serde(default)]
    pub(crate) system: Blocks,
    #[serde(default)]
    pub(crate) instructions: Blocks,
    #[serde(default)]
    pub(crate) input: Blocks,
    #[serde(default)]
    pub(crate) prompt: Blocks,
    #[serde(default)]
    pub(crate) reasoning_effort: Loose,
    #[serde(default)]
    pub(crate) reasoning: EffortField,
    #[serde(default)]
    pub(crate) thinking: EffortField,
    #[serde(default)]
    pub(crate) output_config: EffortField,
    // What came back.
    #[serde(default)]
    pub(crate) choices: Option<Vec<Choice>>,
    #[serde(default)]
    pub(crate) output: Blocks,
    #[serde(default)]
    pub(crate) content: Blocks,
    #[serde(default)]
    pub(crate) stop_reason: Option<String>,
    #[serde(default)]
    pub(crate) usage: Option<WireUsage>,
    #[serde(default)]
    pub(crate) created: Loose,
    #[serde(default)]
    pub(crate) created_at: Loose,
    // What stands beside the call.
    #[serde(default)]
    pub(crate) question_id: Loose,
    #[serde(default)]
    pub(crate) problem_id: Loose,
    #[serde(default)]
    pub(crate) task_id: Loose,
    #[serde(default)]
    pub(crate) item_id: Loose,
    #[serde(default)]
    pub(crate) unit: Loose,
    #[serde(default)]
    pub(crate) arm: Loose,
    #[serde(default)]
    pub(crate) sample: Loose,
    #[serde(default)]
    pub(crate) stratum: Loose,
    #[serde(default)]
    pub(crate) category: Loose,
    #[serde(default)]
    pub(crate) effort: Loose,
    #[serde(default)]
    pub(crate) gold: Loose,
    #[serde(default)]
    pub(crate) target: Loose,
    #[serde(default)]
    pub(crate) ground_truth: Loose,
    #[serde(default)]
    pub(crate) answer: Loose,
    #[serde(default)]
    pub(crate) prediction: Loose,
    #[serde(default)]
    pub(crate) correct: Loose,
    #[serde(default)]
    pub(crate) is_correct: Loose,
    #[serde(default)]
    pub(crate) passed: Loose,
    #[serde(default)]
    pub(crate) score: Loose,
    #[serde(default)]
    pub(crate) reward: Loose,
    #[serde(default)]
    pub(crate) cost: Loose,
    #[serde(default)]
    pub(crate) response_cost: Loose,
    #[serde(default)]
    pub(crate) planted: Loose,
    #[serde(default)]
    pub(crate) metadata: Lenient<Beside>,
}

/// An object that somebody may have filled with anything: what is no object is nothing.
#[derive(Debug)]
pub(crate) struct Lenient<T>(pub(crate) Option<Box<T>>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// How a call was made, where a logger keeps that apart.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Settings {
    #[serde(default)]
    pub(crate) model: Loose,
    #[serde(default)]
    pub(crate) effort: Loose,
    #[serde(default)]
    pub(crate) reasoning_effort: Loose,
    #[serde(default)]
    pub(crate) reasoning: EffortField,
    #[serde(default)]
    pub(crate) thinking: EffortField,
    #[serde(default)]
    pub(crate) output_config: EffortField,
}

impl Settings {
    /// The effort that was asked for.
    pub(crate) fn asked(self) -> Option<Effort> {
        let words = self.reasoning_effort.or(self.effort);
        words
            .into_text()
            .map(|text| Effort::from_foreign(&text))
            .or(self.reasoning.0)
            .or(self.output_config.0)
            .or(self.thinking.0)
    }
}

/// What OpenAI's `metadata` often says of a call.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Beside {
    #[serde(default)]
    pub(crate) question_id: Loose,
    #[serde(default)]
    pub(crate) arm: Loose,
    #[serde(default)]
    pub(crate) sample: Loose,
    #[serde(default)]
    pub(crate) gold: Loose,
    #[serde(default)]
    pub(crate) target: Loose,
    #[serde(default)]
    pub(crate) correct: Loose,
    #[serde(default)]
    pub(crate) is_correct: Loose,
    #[serde(default)]
    pub(crate) passed: Loose,
}

/// A nested call, or just its text.
#[derive(Debug)]
pub(crate) enum Inner {
    Call(Box<Call>),
    Text(String),
}

/// One of several replies to the same request.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    pub(crate) message: Option<WireMessage>,
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) finish_reason: Option<String>,
    #[serde(default)]
    pub(crate) stop_reason: Loose,
}

/// Why a response is incomplete.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Incomplete {
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// Whether something failed, and in which words.
#[derive(Debug, Default)]
pub(crate) struct Failure(pub(crate) Option<String>);

/// An effort setting: a word, a number, or an object that holds one.
#[derive(Debug, Default)]
pub(crate) struct EffortField(pub(crate) Option<Effort>);

#[derive(Debug, Default, Deserialize)]
pub(crate) struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    total_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    prompt_cache_hit_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<UsageDetails>,
    #[serde(default)]
    input_tokens_details: Option<UsageDetails>,
    #[serde(default)]
    completion_tokens_details: Option<UsageDetails>,
    #[serde(default)]
    output_tokens_details: Option<UsageDetails>,
    // Inspect AI.
    #[serde(default)]
    input_tokens_cache_read: Option<u64>,
    #[serde(default)]
    input_tokens_cache_write: Option<u64>,
    #[serde(default)]
    reasoning_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) cost: Loose,
    #[serde(default)]
    pub(crate) total_cost: Loose,
}

#[derive(Debug, Default, Deserialize)]
struct UsageDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
    #[serde(default)]
    reasoning_tokens: Option<u64>,
    #[serde(default)]
    thinking_tokens: Option<u64>,
}

impl WireUsage {
    /// The counts under one meaning each: cached tokens are part of the input, reasoning is part of the output.
    pub(crate) fn usage(&self) -> Usage {
        // Anthropic's and Inspect AI's buckets are disjoint, OpenAI's are not.
        let disjoint: u64 = [
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
            self.input_tokens_cache_read,
            self.input_tokens_cache_write,
        ]
        .into_iter()
        .flatten()
        .fold(0, u64::saturating_add);
        let input = match (self.prompt_tokens, self.input_tokens) {
            (Some(tokens), _) => Some(tokens),
            (None, Some(tokens)) => Some(tokens.saturating_add(disjoint)),
            (None, None) => None,
        };
        let cached = |details: &Option<UsageDetails>| details.as_ref().and_then(|details| details.cached_tokens);
        let cached_input = cached(&self.prompt_tokens_details)
            .or_else(|| cached(&self.input_tokens_details))
            .or(self.cache_read_input_tokens)
            .or(self.input_tokens_cache_read)
            .or(self.prompt_cache_hit_tokens);
        let thought = |details: &Option<UsageDetails>| {
            details.as_ref().and_then(|details| details.reasoning_tokens.or(details.thinking_tokens))
        };
        let reasoning = thought(&self.completion_tokens_details)
            .or_else(|| thought(&self.output_tokens_details))
            .or(self.reasoning_tokens);
        let mut output = self.completion_tokens.or(self.output_tokens);
        // Some vendors count reasoning outside of the output; their total says so.
        if let (Some(input), Some(out), Some(thought), Some(total)) = (input, output, reasoning, self.total_tokens)
            && thought > 0
            && input.checked_add(out).and_then(|sum| sum.checked_add(thought)) == Some(total)
        {
            output = Some(out.saturating_add(thought));
        }
        Usage { input, cached_input, output, reasoning }
    }
}

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InnerVisitor;
        impl<'de> Visitor<'de> for InnerVisitor {
            type Value = Inner;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object or text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Inner, E> {
                Ok(Inner::Text(text.to_owned()))
            }

            // `result: true` beside a call is no call.
            fn visit_bool<E>(self, _: bool) -> Result<Inner, E> {
                Ok(Inner::Text(String::new()))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Inner, E> {
                Ok(Inner::Text(String::new()))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Inner, E> {
                Ok(Inner::Text(String::new()))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Inner, E> {
                Ok(Inner::Text(String::new()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Inner, A::Error> {
                Call::deserialize(MapAccessDeserializer::new(map)).map(|call| Inner::Call(Box::new(call)))
            }
        }
        deserializer.deserialize_any(InnerVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LenientVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for LenientVisitor<T> {
            type Value = Lenient<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("any value")
            }

            fn visit_unit<E>(self) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Lenient<T>, E> {
                Ok(Lenient(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Lenient<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Lenient(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| Lenient(Some(Box::new(value))))
            }
        }
        deserializer.deserialize_any(LenientVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Words {
            #[serde(default)]
            message: Option<String>,
            #[serde(default, rename = "type")]
            kind: Option<String>,
            #[serde(default)]
            code: Loose,
        }
        struct FailureVisitor;
        impl<'de> Visitor<'de> for FailureVisitor {
            type Value = Failure;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an error, or null")
            }

            fn visit_unit<E>(self) -> Result<Failure, E> {
                Ok(Failure(None))
            }

            fn visit_bool<E>(self, failed: bool) -> Result<Failure, E> {
                Ok(Failure(failed.then(|| "error".to_owned())))
            }

            fn visit_i64<E>(self, code: i64) -> Result<Failure, E> {
                Ok(Failure((code != 0).then(|| code.to_string())))
            }

            fn visit_u64<E>(self, code: u64) -> Result<Failure, E> {
                Ok(Failure((code != 0).then(|| code.to_string())))
            }

            fn visit_f64<E>(self, code: f64) -> Result<Failure, E> {
                Ok(Failure(Some(code.to_string())))
            }

            fn visit_str<E>(self, text: &str) -> Result<Failure, E> {
                Ok(Failure((!text.is_empty()).then(|| text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Failure, A::Error> {
                let words = Words::deserialize(MapAccessDeserializer::new(map))?;
                let text = words.code.into_text().or(words.kind).or(words.message);
                Ok(Failure(Some(text.unwrap_or_else(|| "error".to_owned()))))
            }
        }
        deserializer.deserialize_any(FailureVisitor)
    }
}

impl<'de> Deserialize<'de> for EffortField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Words {
            #[serde(default)]
            effort: Loose,
            #[serde(default, rename = "type")]
            kind: Loose,
            #[serde(default)]
            budget_tokens: Option<u32>,
            #[serde(default)]
            max_tokens: Option<u32>,
        }
        struct EffortVisitor;
        impl<'de> Visitor<'de> for EffortVisitor {
            type Value = EffortField;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an effort setting, text, or null")
            }

            fn visit_unit<E>(self) -> Result<EffortField, E> {
                Ok(EffortField(None))
            }

            fn visit_bool<E>(self, on: bool) -> Result<EffortField, E> {
                Ok(EffortField((!on).then_some(Effort::Off)))
            }

            fn visit_i64<E>(self, _: i64) -> Result<EffortField, E> {
                Ok(EffortField(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<EffortField, E> {
                Ok(EffortField(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<EffortField, E> {
                Ok(EffortField(None))
            }

            // In a bare reply `reasoning` is text and not a setting.
            fn visit_str<E>(self, _: &str) -> Result<EffortField, E> {
                Ok(EffortField(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<EffortField, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(EffortField(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EffortField, A::Error> {
                let words = Words::deserialize(MapAccessDeserializer::new(map))?;
                let effort = words.effort.into_text().map(|text| Effort::from_foreign(&text));
                let budget = words.budget_tokens.or(words.max_tokens).map(Effort::Budget);
                let off = words.kind.into_text().filter(|kind| kind == "disabled").map(|_| Effort::Off);
                Ok(EffortField(effort.or(budget).or(off)))
            }
        }
        deserializer.deserialize_any(EffortVisitor)
    }
}
