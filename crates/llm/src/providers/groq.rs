//! Groq.
//!
//! Source: groq 1.7 (types). `reasoning_format` is left to the vendor: reasoning comes in `reasoning`, or between tags.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, InBand};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials::named(&["default", "low", "medium", "high"]);

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("groq"),
    base: Cow::Borrowed("https://api.groq.com/openai/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("GROQ_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        limit: "max_completion_tokens",
        effort: &EFFORT,
        in_band: InBand::AtStart,
        continuing: Continuing::Refused("Groq documents no way to begin a chain"),
        ..ChatDialect::COMPATIBLE
    }),
};
