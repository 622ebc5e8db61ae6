//! Streams of the three protocols, written from the vendors' documentation, cut at every byte. Not recordings.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

mod chat;
mod cut;
mod messages;
mod responses;
