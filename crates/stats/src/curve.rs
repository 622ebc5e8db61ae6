//! Accuracy against the number of samples per question: pass@k, maj@k, best-of-k, gains, the wall, fits, adaptive stopping.
//!
//! What comes in are counts and answers per question; every curve value is an average over *all* subsets of the recorded
//! samples (a U-statistic), never over one order. A setting beyond what was sampled is never called sampled: it is a fit
//! ([`power_law`], [`beta_binomial`]).

pub mod adaptive;
pub mod best;
pub mod beta_binomial;
pub mod gains;
pub mod majority;
pub mod pass;
pub mod power_law;
pub mod settled;
pub mod simultaneous;

pub use adaptive::{Adaptive, Replay, Stopping, replay};
pub use best::best_of_k;
pub use beta_binomial::BetaBinomial;
pub use gains::{Gains, Step, Wall, gains, gains_where};
pub use majority::{Majority, Tally};
pub use pass::{most_gain, pass_at_k, pass_hat_k};
pub use power_law::PowerLaw;
