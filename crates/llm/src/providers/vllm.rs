//! A server of vLLM.
//!
//! Source: its protocol types (main, autumn 2026) and documentation. Without a reasoning parser, reasoning is in band, its opening tag
//! often in the prompt template. Unconfirmed: whether reasoning tokens are counted, by version; and that a parser labels a continued
//! chain as reasoning.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "chat_template_kwargs.enable_thinking", value: Fixed::Bool(false) }],
    on: &[Setting { path: "chat_template_kwargs.enable_thinking", value: Fixed::Bool(true) }],
    level: Some("reasoning_effort"),
    levels: &["minimal", "low", "medium", "high", "xhigh", "max"],
    budget: Some("thinking_token_budget"),
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("vllm"),
    base: Cow::Borrowed("http://localhost:8000/v1"),
    auth: Auth::None,
    key_variable: Some(Cow::Borrowed("VLLM_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        replay: Replay::Field("reasoning"),
        continuing: Continuing::Tagged { no_generation_prompt: true },
        ..ChatDialect::COMPATIBLE
    }),
};
