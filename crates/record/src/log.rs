//! A transparency log on disk in the layout of c2sp.org/tlog-tiles, its signed checkpoints, its proofs, and its verification.
//!
//! | where | what |
//! |---|---|
//! | [`merkle`] | hashing of RFC 6962, and the compact range that grows with a tree |
//! | [`proof`] | inclusion and consistency: made from subtrees, checked against a root; `.tlog-proof` files and hash lines |
//! | [`tile`] | coordinates of tiles and their paths |
//! | [`bundle`] | entries in an entry bundle |
//! | [`note`], [`key`] | signed notes and their keys, as Go's note package writes them |
//! | [`checkpoint`], [`cosignature`] | what a log signs, and what a witness adds |
//! | [`timestamp`] | what a time-stamping authority says of a checkpoint |
//! | [`addenda`] | digests of detached content that an entry indicates |
//! | [`store`] | the one writer: integrates entries, signs checkpoints |
//! | [`tiles`] | a reader: entries and proofs from tiles |
//! | [`verify`](mod@verify) | an offline examination of a copied directory with the public key alone |
//!
//! Entries are opaque here. A log shows that what was signed has not changed since; whoever holds the signing key can rewrite
//! a log whose checkpoints never left the house.

pub mod addenda;
pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
mod disk;
pub mod error;
mod folder;
pub mod key;
pub(crate) mod lines;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod store;
pub mod tile;
pub mod tiles;
pub mod timestamp;
pub mod verify;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use error::Error;
pub use key::{SigningKey, VerifierKey};
pub use store::{Log, Settings};
pub use tiles::Tiles;
pub use verify::{Verification, verify};

/// Leaves that a tree may have: what a signed 64-bit integer counts, as in other implementations.
pub const MOST_LEAVES: u64 = i64::MAX as u64;
