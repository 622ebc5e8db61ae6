//! The record: canonical bytes, a journal, a Merkle log with signed checkpoints, and content that can be erased beside it.
//!
//! One fact has one spelling ([`canonical`]), and one spelling has one name ([`Digest`]). Nothing here knows what a model is. Files are touched
//! by [`journal`], [`content`], [`log`](mod@log)'s store and readers, and [`record`] alone.
//!
//! | where | what |
//! |---|---|
//! | [`digest`] | SHA-256 of bytes, plain or apart by tag, whole or as they come |
//! | [`canonical`] | RFC 8785 JSON without floats and null: from any `serde` value, and strictly back |
//! | [`leaf`] | what one entry of the log says, and the parts that it commits to |
//! | [`journal`] | records, durable before they are acknowledged: group commit into a chain of frames |
//! | [`log`](mod@log) | the public log in the layout of c2sp.org/tlog-tiles: checkpoints, proofs, verification |
//! | [`content`] | the parts themselves, in packs that can be rewritten |
//! | [`act`] | erasures, holds and their release, as leaves |
//! | [`record`] | all of it as one |
//! | [`proven`] | entries with their proofs, carried without the log |

pub mod act;
pub mod canonical;
pub mod content;
pub mod digest;
pub mod error;
pub mod journal;
pub mod leaf;
pub mod log;
pub mod proven;
pub mod record;

pub use canonical::{Integer, Name, Value};
pub use digest::{Digest, Digester};
pub use error::{Error, Place, Step};
