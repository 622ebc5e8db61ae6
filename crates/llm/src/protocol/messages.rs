//! Anthropic Messages: the codec and what vendors differ in.

mod dialect;

pub use dialect::MessagesDialect;
