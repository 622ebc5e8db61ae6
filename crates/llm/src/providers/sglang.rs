//! A server of SGLang.
//!
//! Source: its protocol types (main, autumn 2026). It reads in the last message's tags whether a continued chain is open.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "chat_template_kwargs.enable_thinking", value: Fixed::Bool(false) }],
    on: &[Setting { path: "chat_template_kwargs.enable_thinking", value: Fixed::Bool(true) }],
    level: Some("reasoning_effort"),
    levels: &[],
    budget: None,
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("sglang"),
    base: Cow::Borrowed("http://localhost:30000/v1"),
    auth: Auth::None,
    key_variable: None,
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        replay: Replay::Field("reasoning_content"),
        continuing: Continuing::Tagged { no_generation_prompt: false },
        ..ChatDialect::COMPATIBLE
    }),
};
