//! Canonical bytes, digests, and the log that holds them to what was signed.
//!
//! One fact has one spelling ([`canonical`]), and one spelling has one name ([`Digest`]). A [`log`] of such bytes can be checked by strangers. Nothing here
//! knows what a model is.
//!
//! | where | what |
//! |---|---|
//! | [`digest`] | SHA-256 of bytes, plain or apart by tag, whole or as they come |
//! | [`canonical`] | RFC 8785 JSON without floats and null: from any `serde` value, and strictly back |
//! | [`log`] | a transparency log on disk: tiles, signed checkpoints, proofs |

pub mod canonical;
pub mod digest;
pub mod error;
pub mod log;

pub use canonical::{Integer, Name, Value};
pub use digest::{Digest, Digester};
pub use error::{Error, Place, Step};
