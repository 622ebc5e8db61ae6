//! The planted process from outside: what it was told to be true against what it does, in text alone.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

#[path = "pebble/asking.rs"]
mod asking;
#[path = "pebble/chains.rs"]
mod chains;
#[path = "pebble/closed_forms.rs"]
mod closed_forms;
#[path = "pebble/continuing.rs"]
mod continuing;
#[path = "pebble/cues.rs"]
mod cues;
#[path = "pebble/hostile.rs"]
mod hostile;
#[path = "pebble/served.rs"]
mod served;
