//! The sealed report: one file that carries a plan registered before its data, a report, what its claims were computed from, every run of that plan, and proofs; and its
//! examination, which is pure. Not the record that it is made from, and nothing is computed again here: `interop/rederive.py` does that, and shares no code.
//!
//! | where | what |
//! |---|---|
//! | `body` | what the file says, and how it is put together |
//! | `examine` | the order in which it is examined, and what comes of it |
//! | `runs` | its list of runs against the leaves that tell them |
//! | `content` | plan, report and derivation against their leaves and each other |
//! | `beside` | the same against the log that it was taken from |

mod beside;
mod body;
mod content;
mod examine;
mod runs;

pub use beside::{Beside, beside};
pub use body::{
    Body, MOST_SEALED_BYTES, MOST_SEALED_RUNS, PlanText, SealedError, SealedReport, SealedRunBody, VERSION,
};
pub use examine::{Counts, Examined, Finding, examine};
