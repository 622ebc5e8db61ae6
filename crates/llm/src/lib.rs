//! A conversation with a reasoning model: messages and their parts, reasoning with its provenance, effort, usage, and the
//! reply that came back.
//!
//! This crate holds the nouns that every vendor's spelling is translated into. It opens no socket, reads no file and knows
//! no price.

mod conversation;
mod effort;
mod reasoning;
mod reply;
mod tagged;
mod usage;

pub use conversation::{Conversation, Message, Part, Role};
pub use effort::Effort;
pub use reasoning::{Provenance, Reasoning};
pub use reply::{Finish, Reply};
pub use tagged::{Tagged, split_tagged};
pub use usage::Usage;
