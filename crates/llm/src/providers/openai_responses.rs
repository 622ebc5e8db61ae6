//! OpenAI, Responses. It shows summaries of reasoning, and gives the chain itself encrypted, to be sent back.
//!
//! Source: openai-python 3.54 (types) and openai-openapi (2026-08-21). GPT-5-class models take a temperature only with effort off: by
//! reports of users, so that the parameter travels and the vendor decides.

use std::borrow::Cow;

use crate::protocol::responses::ResponsesDialect;
use crate::{Auth, Dialect, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("openai-responses"),
    base: Cow::Borrowed("https://api.openai.com/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("OPENAI_API_KEY")),
    dialect: Dialect::Responses(ResponsesDialect::OPENAI),
};
