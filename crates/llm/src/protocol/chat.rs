//! OpenAI Chat Completions: the codec and what vendors differ in.

mod dialect;

pub use dialect::ChatDialect;
