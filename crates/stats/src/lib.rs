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
//! | [`proportion`], [`clusters`], [`strata`] | one rate: independent trials, several samples per question, fixed tasks |
//! | [`paired`], [`power`], [`multiplicity`] | two systems on the same questions, decisions with a margin, how many questions |
//! | [`perturbation`] | did a change of the prompt change the answers: divergence with a resampling control, scalar shifts |
//! | [`slices`] | worst slices and exploratory features: found on one half, confirmed on the other |
//! | [`curve`] | accuracy against samples: pass@k, maj@k, best-of-k, gains, the wall, fits, adaptive stopping |
//! | [`inverse`] | does accuracy fall along budgets, and from where on; natural lengths as an association |
//! | [`cue`] | faithfulness: the published score, the control-arm score, reversed pairs |
//! | [`detector`], [`agreement`] | detectors against labels and against each other; rates corrected by labels |
//! | [`ratio`], [`resample`] | MOVER-R, Fieller; sign-flips, the question bootstrap |
//! | [`sequential`] | looked at all the time: confidence sequences, windows, sampled audits, drift |
//! | [`attrition`] | lost units, and what the worst case makes of them |
//! | [`derivation`] | what an estimate was computed from, for who wants to compute it again |
//! | [`seed`] | seeded streams that replay for ever |
//!
//! ```
//! use candor_stats::{Asserted, Claim, Clusters, Draft, Flag, Flags, Level, Mark, Origin, Parameter, Provenance, Tally};
//!
//! // 40 questions with 5 samples each: the question is the unit.
//! let questions = (0..40).map(|i| Tally { samples: 5, correct: [5, 4, 3, 0][i % 4] });
//! let clusters = Clusters::from_tallies(questions)?;
//! let accuracy = clusters.proportion(Level::P95)?;
//! assert_eq!(format!("{:.2} {:.2}", accuracy.value(), accuracy.interval().unwrap()), "0.60 [0.48, 0.71]");
//!
//! let claim = Claim::new(Draft {
//!     name: "compute.accuracy[paths=1]".into(),
//!     statement: "accuracy with one path".into(),
//!     negation: String::new(),
//!     parameter: Parameter::SHARE,
//!     estimate: Ok(accuracy),
//!     asserted: Asserted::OWN_INTERVAL,
//!     provenance: Provenance::new(Origin::Own, "samples.jsonl"),
//!     flags: Flags::unexamined().with(Flag::Interval, clusters.interval_finding()),
//!     derived_from: Vec::new(),
//! });
//! // Seven flags were not looked at: silence is not validity.
//! assert_eq!(claim.mark(), Some(Mark::Inferred));
//! assert_eq!(claim.raise().len(), 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Three rules hold throughout. A caller's mistake is an [`Error`]; data that cannot carry a number give [`Undefined`] with the
//! reason; no function returns NaN. The unit of analysis is the question, not the sample. Everything random takes a
//! [`Seed`], and results do not depend on the order of the questions.

pub mod agreement;
pub mod attrition;
pub mod claim;
pub mod clusters;
pub mod cue;
pub mod curve;
pub mod derivation;
pub mod detector;
pub mod error;
pub mod estimate;
pub mod interval;
pub mod inverse;
pub mod multiplicity;
pub mod paired;
pub mod perturbation;
pub mod power;
pub mod proportion;
pub mod ratio;
pub mod resample;
pub mod seed;
pub mod sequential;
mod serialised;
pub mod slices;
mod special;
pub mod strata;
pub mod undefined;

pub use attrition::Attrition;
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
pub use sequential::ConfidenceSequence;
pub use undefined::Undefined;
