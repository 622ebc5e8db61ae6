//! The embedded model, first form: **a planted process, not a language model**.
//!
//! [`Pebble`] reads its prompt as text, as any model would, writes a chain of thought and an answer, and slips, takes back, checks, follows cues and
//! contradicts itself with the chances of a [`Truth`]. Everything that audits estimate has a closed form in [`expect`]. It knows the synthetic problems of
//! [`problems`] and nothing else.

mod arm;
mod chain;
mod continued;
mod cue;
mod draws;
mod exam;
pub mod expect;
mod parameter;
mod pebble;
mod problem;
pub mod problems;
mod read;
mod reason;
mod served;
pub mod truth;

pub use arm::{Arm, Arms};
pub use cue::Cue;
pub use parameter::{PARAMETERS, Parameter};
pub use pebble::Pebble;
pub use problem::{Operation, Problem, Step};
pub use reason::Facts;
pub use served::{DRAW, Served};
pub use truth::Truth;
