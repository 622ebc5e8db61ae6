//! DeepSeek.
//!
//! Source: chat reference (2026-08-27) and thinking guide. The vendor maps other names onto its three levels without a word; a run that
//! compares levels would compare one with itself, so that only the three are asked for. Temperature and nucleus have no effect while it
//! thinks; a seed is not among its fields. Unconfirmed: whether a prefix with an empty answer leaves the chain open, and whether the
//! reply repeats the prefix.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Knob, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "thinking.type", value: Fixed::Text("disabled") }],
    on: &[Setting { path: "thinking.type", value: Fixed::Text("enabled") }],
    level: Some("reasoning_effort"),
    levels: &["low", "high", "max"],
    budget: None,
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("deepseek"),
    base: Cow::Borrowed("https://api.deepseek.com"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("DEEPSEEK_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        temperature: Knob::WithoutReasoning("temperature"),
        top_p: Knob::WithoutReasoning("top_p"),
        seed: Knob::Refused,
        ask_usage: false,
        in_band: InBand::Never,
        replay: Replay::WithTools("reasoning_content"),
        continuing: Continuing::Prefix { path: "/beta/chat/completions" },
        ..ChatDialect::COMPATIBLE
    }),
};
