//! OpenAI, Chat Completions. Not its Responses, which show summaries of reasoning; here it shows none.
//!
//! Source: openai-python 3.54 (types) and the API reference. Which level a model takes differs per model; a wrong one is refused by the
//! vendor. GPT-5-class models take a temperature only with effort off: by reports of users, so that the parameter travels and the
//! vendor decides.

use std::borrow::Cow;

use crate::protocol::chat::{ChatDialect, Continuing, EffortDials, InBand};
use crate::{Auth, Dialect, Provider};

const EFFORT: EffortDials = EffortDials::named(&["minimal", "low", "medium", "high", "xhigh", "max"]);

pub(super) static PROVIDER: Provider = Provider {
    name: Cow::Borrowed("openai"),
    base: Cow::Borrowed("https://api.openai.com/v1"),
    auth: Auth::Bearer,
    key_variable: Some(Cow::Borrowed("OPENAI_API_KEY")),
    dialect: Dialect::Chat(ChatDialect {
        limit: "max_completion_tokens",
        effort: &EFFORT,
        in_band: InBand::Never,
        continuing: Continuing::Refused("OpenAI neither shows nor takes a chain of thought"),
        ..ChatDialect::COMPATIBLE
    }),
};
