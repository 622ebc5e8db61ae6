//! OpenAI Responses: the codec and what vendors differ in.

mod dialect;

pub use dialect::ResponsesDialect;
