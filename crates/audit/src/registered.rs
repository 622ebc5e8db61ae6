//! A plan that was registered before its data, and the runs of it: what their leaves say, and what a reader of a report learns from them. Not the record, which
//! keeps the leaves, and not the file that carries them to a stranger ([`crate::sealed`]).
//!
//! | where | what |
//! |---|---|
//! | `plan` | the canonical text of a plan, by whose digest its runs are found |
//! | `leaves` | what the leaves of plans, runs and seals say |
//! | `history` | a plan with all its runs, folded from leaves |
//! | `numbers` | the numbers of a report, as the leaf of a run commits to them |
//! | `said` | what stands in a report |

mod history;
mod leaves;
mod numbers;
mod plan;
mod said;

pub use history::{Ended, History, RunOfPlan, Told, others};
pub use leaves::{PLAN, PLAN_PART, PlanLeaf, RUN, RunLeaf, SEAL, SealLeaf, SealedRun, of_plan};
pub use numbers::{Number, numbers, numbers_digest, source};
pub(crate) use plan::plain;
pub use plan::{MOST_PLAN_BYTES, canonical, digest};
pub use said::{Data, Registered, RunSaid, Said};
