//! Canonical bytes and digests: the ground of the record.
//!
//! One fact has one spelling ([`canonical`]), and one spelling has one name ([`Digest`]). Nothing here knows what a model
//! is, and nothing here signs, appends or stores: a log of such bytes is a matter of its own.
//!
//! | where | what |
//! |---|---|
//! | [`digest`] | SHA-256 of bytes, plain or apart by tag, whole or as they come |
//! | [`canonical`] | RFC 8785 JSON without floats and null: from any `serde` value, and strictly back |

pub mod act;
pub mod canonical;
pub mod content;
pub mod digest;
pub mod error;
pub mod leaf;

pub use canonical::{Integer, Name, Value};
pub use digest::{Digest, Digester};
pub use error::{Error, Place, Step};
