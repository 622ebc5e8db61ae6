//! Estimates with intervals, from counts and numbers: pure and seeded.
//!
//! Nothing here reads a file, a clock or the environment, and nothing knows what a model is. What comes in are counts,
//! scores and per-question rows; what goes out is an [`Estimate`] (a value with interval, size and method) or a typed
//! [`Undefined`] that says why there is none. A [`Claim`] binds an estimate to a statement; its [`Mark`] is computed
//! from the interval, the set the statement asserts, where the number comes from and eight validity flags.
//!
//! | where | what |
//! |---|---|
//! | [`estimate`], [`interval`], [`undefined`] | a number that never travels alone |
//! | [`claim`] | statements, what they assert, and the computed mark |
//! | [`proportion`] | independent trials |
//! | [`clusters`] | several samples per question |
//! | [`seed`] | seeded streams that replay for ever |

pub mod agreement;
pub mod claim;
pub mod clusters;
pub mod cue;
pub mod curve;
pub mod detector;
pub mod error;
pub mod estimate;
pub mod interval;
pub mod multiplicity;
pub mod paired;
pub mod power;
pub mod proportion;
pub mod ratio;
pub mod resample;
pub mod seed;
mod serialised;
mod special;
pub mod strata;
pub mod undefined;

pub use claim::asserted::Asserted;
pub use claim::flag::{Finding, Flag, Flags};
pub use claim::mark::{Mark, Standing};
pub use claim::origin::{Origin, Provenance};
pub use claim::parameter::{Parameter, Unit};
pub use claim::{Claim, Draft};
pub use clusters::{Clusters, Tally};
pub use error::Error;
pub use estimate::{Estimate, Method, Size};
pub use interval::{Interval, Level};
pub use paired::{Paired, PairedCounts, Test};
pub use proportion::Proportion;
pub use seed::{Seed, Stream};
pub use undefined::Undefined;
