//! Does the chain of thought mention the cue that changed the answer? The two scores, their intervals and tests.
//!
//! Three draws per question: the uncued answer a_u, which decides eligibility; the cued answer a_h towards option h; and,
//! where it is recorded, an independent uncued control a_c, never the draw that decided eligibility. Who mentions a cue is
//! decided elsewhere: only counts arrive here.

pub mod control;
pub mod published;
pub mod reversed;

pub use control::{ControlRow, ControlScore, Rates, control_score};
pub use published::{CueRow, PublishedScore, published_score};
pub use reversed::{chance_of_gap, expected_by_chance};

#[cfg(test)]
mod tests;
