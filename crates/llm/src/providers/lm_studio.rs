//! LM Studio, through its OpenAI-compatible endpoint.
//!
//! Source: its documentation. Reports of users say that effort is accepted here and does nothing, so that none is asked for. Whether
//! reasoning has a field of its own or stands in band is a setting of the server.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials};
use crate::{Auth, Dialect, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("lm-studio"),
    base: Cow::Borrowed("http://localhost:1234/v1"),
    auth: Auth::None,
    key_variable: None,
    dialect: Dialect::Chat(ChatDialect {
        effort: &EffortDials::NONE,
        continuing: Continuing::Refused("LM Studio documents no way to begin a chain"),
        ..ChatDialect::COMPATIBLE
    }),
};
