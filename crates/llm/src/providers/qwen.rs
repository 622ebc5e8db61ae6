//! Qwen in Alibaba's Model Studio, international endpoint.
//!
//! Source: its documentation of deep thinking. Newer models take `reasoning_effort`; which levels is not confirmed, so that any is
//! passed on. A part of the models answers in streams only. `partial` works without thinking only.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Setting};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials {
    off: &[Setting { path: "enable_thinking", value: Fixed::Bool(false) }],
    on: &[Setting { path: "enable_thinking", value: Fixed::Bool(true) }],
    level: Some("reasoning_effort"),
    levels: &[],
    budget: Some("thinking_budget"),
};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("qwen"),
    base: Cow::Borrowed("https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("DASHSCOPE_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        effort: &EFFORT,
        in_band: InBand::AtStart,
        continuing: Continuing::Refused("Qwen goes on from a message only without thinking"),
        ..ChatDialect::COMPATIBLE
    }),
};
