//! xAI, through its Responses endpoint; its Chat Completions are deprecated and show no reasoning. It gives the chain encrypted.
//!
//! Source: xai-sdk 1.21 (types) and its documentation; which model takes which effort also by reports of users.

use std::borrow::Cow;

use crate::protocol::responses::ResponsesDialect;
use crate::{Auth, Dialect, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("xai"),
    base: Cow::Borrowed("https://api.x.ai/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("XAI_API_KEY")),
    dialect: Dialect::Responses(ResponsesDialect::XAI),
};
