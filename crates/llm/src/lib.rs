//! A conversation with a reasoning model, and how vendors spell it on the wire.
//!
//! The nouns: messages and their parts, reasoning with its provenance, effort, a [`Call`], its [`Reply`] whole or in pieces ([`Delta`]),
//! usage. The [protocols](protocol) are code without sockets, in both directions; the [providers] are data. Bytes travel
//! through a [`Transport`](transport::Transport); a [`Client`] asks, waits and tries again.

mod call;
pub mod client;
mod conversation;
mod delta;
mod effort;
mod error;
pub mod prices;
pub mod protocol;
pub mod provider;
pub mod providers;
mod reasoning;
mod reply;
mod sse;
mod tagged;
pub mod transport;
mod usage;

pub use call::{Call, Continuation, Sampling, Tool};
pub use client::Client;
pub use conversation::{Conversation, Message, Part, Role};
pub use delta::{Assembler, Delta};
pub use effort::Effort;
pub use error::{Blame, Error, Refusal, Retry};
pub use protocol::{Codec, Protocol};
pub use provider::{Auth, Dialect, Provider};
pub use reasoning::{Provenance, Reasoning};
pub use reply::{Finish, Reply};
pub use tagged::{Tagged, cut_within, split_tagged};
pub use usage::Usage;
