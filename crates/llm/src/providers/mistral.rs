//! Mistral.
//!
//! Source: mistralai 3.7 (types) and its documentation, which shows the levels `none` and `high`. Reasoning is a part of the content.
//! Signatures of such parts are not sent back. Unconfirmed: how a prefix with an open chain behaves.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, InBand, Knob, Replay};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials::named(&["minimal", "low", "medium", "high", "xhigh", "max"]);

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("mistral"),
    base: Cow::Borrowed("https://api.mistral.ai/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("MISTRAL_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        seed: Knob::Field("random_seed"),
        ask_usage: false,
        in_band: InBand::AtStart,
        replay: Replay::Parts,
        continuing: Continuing::ThinkingPart,
        ..ChatDialect::COMPATIBLE
    }),
};
