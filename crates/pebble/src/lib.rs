//! The embedded model, first form: **a planted process, not a language model**.
//!
//! [`Pebble`] reads its prompt as text, as any model would, writes a chain of thought and an answer, and slips, takes back, checks, follows cues and
//! contradicts itself with the chances of a [`Truth`]. Everything that audits estimate has a closed form in [`expect`]. It knows the
//! synthetic problems of [`problems`] and nothing else.

mod arm;
mod cue;
mod draws;
mod parameter;
pub mod truth;

pub use arm::{Arm, Arms};
pub use cue::Cue;
pub use parameter::{PARAMETERS, Parameter};
pub use truth::Truth;
