//! Google's Gemini, through its OpenAI-compatible endpoint. Not the native protocol.
//!
//! Source: Gemini API documentation on OpenAI compatibility; the place of thoughts and signatures from reports of users. Thoughts are
//! summaries, in band as `<thought>`. Unconfirmed: whether every model takes `include_thoughts` beside `reasoning_effort`, and whether
//! reasoning tokens are inside the output here (in the native protocol they are outside; a total decides); whether a seed has an
//! effect.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Replay, Setting};
use crate::{Auth, Dialect, Provenance, Provider};

const EFFORT: EffortDials = EffortDials {
    budget: Some("extra_body.google.thinking_config.thinking_budget"),
    ..EffortDials::named(&["minimal", "low", "medium", "high"])
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("google"),
    base: Cow::Borrowed("https://generativelanguage.googleapis.com/v1beta/openai"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("GEMINI_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        show: &[Setting { path: "extra_body.google.thinking_config.include_thoughts", value: Fixed::Bool(true) }],
        provenance: Provenance::Summary,
        in_band: InBand::AtStart,
        replay: Replay::Extra,
        continuing: Continuing::Refused("Gemini shows summaries of its chain and takes none"),
        ..ChatDialect::COMPATIBLE
    }),
};
