//! Moonshot's Kimi.
//!
//! Source: its documentation. K2 models switch thinking off through `thinking`, K3 always thinks and takes `reasoning_effort`. Sampling
//! is fixed: the vendor answers other values with an error. Unconfirmed: whether `partial` goes on from a chain.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Knob, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "thinking.type", value: Fixed::Text("disabled") }],
    on: &[],
    level: Some("reasoning_effort"),
    levels: &["low", "high", "max"],
    budget: None,
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("kimi"),
    base: Cow::Borrowed("https://api.moonshot.ai/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("MOONSHOT_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        temperature: Knob::Refused,
        top_p: Knob::Refused,
        in_band: InBand::Never,
        replay: Replay::Field("reasoning_content"),
        continuing: Continuing::Refused("it is not confirmed that Kimi goes on from a chain"),
        ..ChatDialect::COMPATIBLE
    }),
};
