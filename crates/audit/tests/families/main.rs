//! The questions made for the five families: each is read from its text alone and answered by another program, which shares no code with
//! the one that made it; and what the knobs change, and what they leave alone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

mod knobs;
mod solved;
