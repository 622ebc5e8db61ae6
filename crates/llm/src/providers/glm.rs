//! GLM of Z.ai.
//!
//! Source: its documentation. `reasoning_effort` from 5.2 on, which levels is not confirmed, so that any is passed on; 5.3 cannot be
//! switched off. The vendor drops earlier reasoning unless told otherwise.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Replay, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "thinking.type", value: Fixed::Text("disabled") }],
    on: &[Setting { path: "thinking.type", value: Fixed::Text("enabled") }],
    level: Some("reasoning_effort"),
    levels: &[],
    budget: None,
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("glm"),
    base: Cow::Borrowed("https://api.z.ai/api/paas/v4"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("ZAI_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        in_band: InBand::Never,
        replay: Replay::Field("reasoning_content"),
        continuing: Continuing::Refused("GLM documents no way to begin a chain"),
        ..ChatDialect::COMPATIBLE
    }),
};
