//! Audits on planted processes: a planted effect is found, a planted null is not, losses are counted, what is undefined stays undefined. No file is read.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

mod arc;
mod backtracking;
mod competence;
mod compute;
mod consistency;
mod derived;
mod explore;
mod inverse;
mod lift;
mod perturbation;
mod promised;
mod reported;
mod tail;
#[path = "../faithfulness/world.rs"]
#[expect(dead_code, reason = "another test plants more in this world")]
mod world;
