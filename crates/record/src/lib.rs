//! Canonical bytes and digests: the ground of the record.
//!
//! One fact has one spelling ([`canonical`]), and one spelling has one name ([`Digest`]). Nothing here knows what a model
//! is. What appends to files and what signs stands in files of its own.
//!
//! | where | what |
//! |---|---|
//! | [`digest`] | SHA-256 of bytes, plain or apart by tag, whole or as they come |
//! | [`canonical`] | RFC 8785 JSON without floats and null: from any `serde` value, and strictly back |
//! | [`journal`] | records, durable before they are acknowledged: group commit into a chain of frames |

pub mod canonical;
pub mod digest;
pub mod error;
pub mod journal;

pub use canonical::{Integer, Name, Value};
pub use digest::{Digest, Digester};
pub use error::{Error, Place, Step};
