//! Coverage and false alarms by simulation: 1,000 seeded replications a row, gates at 99.9 % binomial limits.
//!
//! Run on request: `cargo test --release -p candor-stats --features slow --test coverage -- --nocapture` prints every row. Not the
//! validity table, which takes 10,000 replications a row. The seed is fixed and is never changed to pass.

#[cfg(test)]
mod coverage {
    pub(crate) mod world;

    mod clusters;
    mod comparison;
    mod cues;
    mod inverse;
    mod labels;
    mod perturbation;
    mod sequential;
    mod slices;
}
