//! In what models and vendors of OpenAI Responses differ, as data. Not the protocol itself, and not who the vendors are: that is
//! [the catalogue](crate::providers).

use crate::Provenance;

/// The peculiarities of one vendor. The default is a server of which nothing is known but that it speaks the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponsesDialect {
    /// The models that differ from [`others`](Self::others), newest first.
    pub models: &'static [ResponsesModel],
    /// What every other model takes.
    pub others: ResponsesTakes,
    /// What `reasoning.summary` asks for; without it OpenAI shows nothing of the chain.
    pub summary: Option<&'static str>,
    /// Whether the encrypted chain is asked for, so that it can be sent back.
    pub encrypted: bool,
    /// Whether `store: false` is sent: nothing is kept with the vendor, and every call says everything.
    pub stateless: bool,
    /// What kind of text stands in `summary`. Some servers put the chain itself there.
    pub summaries: Provenance,
    /// Whether reasoning tokens are counted beside the output tokens. A total that the vendor gives says it better.
    pub reasoning_outside: bool,
    /// Why a model does not go on from a given chain.
    pub continuation: &'static str,
}

/// What models whose names begin so take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponsesModel {
    /// Beginnings of names.
    pub names: &'static [&'static str],
    /// What they take.
    pub takes: ResponsesTakes,
}

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponsesTakes {
    /// Whether it reasons: `reasoning` and `include` are sent to such models alone.
    pub reasons: bool,
    /// The levels of `reasoning.effort`; others are refused.
    pub levels: &'static [&'static str],
    /// Whether `none` switches reasoning off.
    pub off: bool,
}

/// Every level of OpenAI's models; which of them a model takes differs, and the vendor refuses a wrong one.
const LEVELS: &[&str] = &["minimal", "low", "medium", "high", "xhigh", "max"];

impl ResponsesTakes {
    /// Every level that there is, and off.
    pub const ALL: Self = Self { reasons: true, levels: LEVELS, off: true };

    /// It does not reason.
    pub const NOTHING: Self = Self { reasons: false, levels: &[], off: true };
}

/// OpenAI's models that do not reason.
const OPENAI: &[ResponsesModel] =
    &[ResponsesModel { names: &["gpt-4", "gpt-3.5", "chatgpt-", "gpt-5-chat"], takes: ResponsesTakes::NOTHING }];

/// Source: xAI's documentation of models, and reports of users. `max` is refused by all.
const GROK: &[ResponsesModel] = &[
    ResponsesModel {
        names: &["grok-4.3"],
        takes: ResponsesTakes { reasons: true, levels: &["low", "medium", "high"], off: true },
    },
    ResponsesModel {
        names: &["grok-4.20", "grok-4-1-fast", "grok-4.1-fast"],
        takes: ResponsesTakes { reasons: true, levels: &[], off: false },
    },
];

impl ResponsesDialect {
    /// A server of which nothing is known but that it speaks the protocol.
    pub const COMPATIBLE: Self = Self {
        models: &[],
        others: ResponsesTakes::ALL,
        summary: None,
        encrypted: false,
        stateless: false,
        summaries: Provenance::Summary,
        reasoning_outside: false,
        continuation: "it is not known how this server does it",
    };

    /// OpenAI itself.
    pub const OPENAI: Self = Self {
        models: OPENAI,
        summary: Some("auto"),
        encrypted: true,
        stateless: true,
        continuation: "OpenAI takes a chain of thought back only as it encrypted it",
        ..Self::COMPATIBLE
    };

    /// xAI. That reasoning is counted beside the output is documented of Chat Completions alone; here the total decides.
    pub const XAI: Self = Self {
        models: GROK,
        others: ResponsesTakes { reasons: true, levels: &["low", "medium", "high", "xhigh"], off: false },
        encrypted: true,
        stateless: true,
        continuation: "xAI takes a chain of thought back only as it encrypted it",
        ..Self::COMPATIBLE
    };

    /// What the model of that name takes.
    #[must_use]
    pub fn takes(&self, model: &str) -> &ResponsesTakes {
        let model = model.to_ascii_lowercase();
        let rule = self.models.iter().find(|rule| rule.names.iter().any(|name| model.starts_with(name)));
        rule.map_or(&self.others, |rule| &rule.takes)
    }
}

impl Default for ResponsesDialect {
    fn default() -> Self {
        Self::COMPATIBLE
    }
}
