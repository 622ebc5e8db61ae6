//! Anthropic. It shows summaries of reasoning, of Claude 3.7 the reasoning itself.
//!
//! Source: anthropic-python 2.12 (types), the documentation of thinking (September 2026) and of the step to Sonnet 5.5 (October 2026).
//! Which model takes what is in [`MessagesDialect::ANTHROPIC`].

use std::borrow::Cow;

use crate::protocol::messages::MessagesDialect;
use crate::{Auth, Dialect, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("anthropic"),
    base: Cow::Borrowed("https://api.anthropic.com"),
    auth: Auth::Header(Cow::Borrowed("x-api-key")),
    key_variable: Some(Cow::Borrowed("ANTHROPIC_API_KEY")),
    dialect: Dialect::Messages(MessagesDialect::ANTHROPIC),
};
