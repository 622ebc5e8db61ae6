//! A server of llama.cpp.
//!
//! Source: its README and source (main, autumn 2026). A budget is a flag of the server and not a field. Going on from a chain needs a
//! build of May 2026 or later; older ones refuse it.

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
    name: Cow::Borrowed("llama-cpp"),
    base: Cow::Borrowed("http://localhost:8080/v1"),
    auth: Auth::None,
    key_variable: None,
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        replay: Replay::Field("reasoning_content"),
        continuing: Continuing::NamedField,
        ..ChatDialect::COMPATIBLE
    }),
};
