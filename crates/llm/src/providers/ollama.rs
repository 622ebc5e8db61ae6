//! Ollama, through its OpenAI-compatible endpoint. Not `/api/chat`.
//!
//! Source: its source and documentation (2026-08-21). It maps `minimal` to `low` and `xhigh` to `max`; only what it keeps apart is
//! asked for.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Replay};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials::named(&["low", "medium", "high", "max"]);

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("ollama"),
    base: Cow::Borrowed("http://localhost:11434/v1"),
    auth: Auth::None,
    key_variable: None,
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        replay: Replay::Field("reasoning"),
        continuing: Continuing::Refused("Ollama closes the chain before it goes on"),
        ..ChatDialect::COMPATIBLE
    }),
};
