//! Who serves a model, as data: where, with which credentials, in which protocol and with which of its peculiarities. A new vendor is one
//! description in [the catalogue](crate::providers); nothing here opens a connection.

use std::borrow::Cow;

use crate::Protocol;
use crate::protocol::chat::ChatDialect;
use crate::protocol::messages::MessagesDialect;
use crate::protocol::responses::ResponsesDialect;

/// Who serves a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The name on the command line: `openai` in `openai:gpt-5`.
    pub name: Cow<'static, str>,
    /// The URL under which the protocol's paths lie, without a `/` at its end.
    pub base: Cow<'static, str>,
    /// How the key travels.
    pub auth: Auth,
    /// The environment variable in which people usually keep the key. Data: only the binary reads the environment.
    pub key_variable: Option<Cow<'static, str>>,
    /// The protocol with this vendor's peculiarities.
    pub dialect: Dialect,
}

/// How a key travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone in a header of this (lower-case) name.
    Header(Cow<'static, str>),
    /// No key is needed; one that is given travels as a bearer token.
    None,
}

/// A protocol with a vendor's peculiarities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI Chat Completions and compatible ones.
    Chat(ChatDialect),
    /// OpenAI Responses and compatible ones.
    Responses(ResponsesDialect),
    /// Anthropic Messages and compatible ones.
    Messages(MessagesDialect),
}

impl Provider {
    /// The protocol it speaks.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        match self.dialect {
            Dialect::Chat(_) => Protocol::ChatCompletions,
            Dialect::Responses(_) => Protocol::Responses,
            Dialect::Messages(_) => Protocol::Messages,
        }
    }
}
