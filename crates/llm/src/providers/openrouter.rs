//! OpenRouter: many vendors behind one door.
//!
//! Source: openrouter-python 1.3.84 (types) and its documentation (2026-08-22). What kind of text the reasoning is, `reasoning_details`
//! say. A last message of the assistant is a prefill where the vendor behind supports it, and nothing says which do.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "reasoning.effort", value: Fixed::Text("none") }],
    on: &[],
    level: Some("reasoning.effort"),
    levels: &["minimal", "low", "medium", "high", "xhigh", "max"],
    budget: Some("reasoning.max_tokens"),
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("openrouter"),
    base: Cow::Borrowed("https://openrouter.ai/api/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("OPENROUTER_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        ask_usage: false,
        in_band: InBand::AtStart,
        replay: Replay::Details,
        continuing: Continuing::Refused("it depends on the vendor behind OpenRouter"),
        ..ChatDialect::COMPATIBLE
    }),
};
