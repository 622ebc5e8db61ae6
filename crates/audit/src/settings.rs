//! What a run is asked to do. Each audit's own settings stand beside it; here they are only put together.

use candor_stats::{Level, Seed};
use serde::{Deserialize, Serialize};

use crate::audits::{arc, competence, compute, explore, faithfulness, inverse, lift, perturbation, statements, tail};

/// Everything that, together with the data, decides what a report says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where every random stream begins.
    pub seed: Seed,
    /// Confidence level of every interval, simultaneous over the family it is printed in.
    pub level: Level,
    /// The smallest difference that matters, as a share: 0.02 is two points.
    pub margin: f64,
    /// Resamples of every bootstrap.
    pub resamples: u32,
    /// Whether a run carries what its claims were computed from ([`crate::derive`]). It costs memory and time, and changes no number; a report
    /// does not say whether it was so.
    #[serde(skip)]
    pub derive: bool,
    /// Of the faithfulness audit.
    pub faithfulness: faithfulness::Settings,
    /// Of the compute audit.
    pub compute: compute::Settings,
    /// Of the lift audit.
    pub lift: lift::Settings,
    /// Of the audit of claims against the record.
    pub statements: statements::Settings,
    /// Of the inverse audit.
    pub inverse: inverse::Settings,
    /// Of the perturbation audit.
    pub perturbation: perturbation::Settings,
    /// Of the tail audit.
    pub tail: tail::Settings,
    /// Of the exploring audit.
    pub explore: explore::Settings,
    /// Of the competence audit.
    pub competence: competence::Settings,
    /// Of the audit of ARC-AGI.
    pub arc: arc::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: Seed(20_261_124),
            level: Level::P95,
            margin: 0.02,
            resamples: 2_000,
            derive: false,
            faithfulness: faithfulness::Settings::default(),
            compute: compute::Settings::default(),
            lift: lift::Settings::default(),
            statements: statements::Settings::default(),
            inverse: inverse::Settings::default(),
            perturbation: perturbation::Settings::default(),
            tail: tail::Settings::default(),
            explore: explore::Settings::default(),
            competence: competence::Settings::default(),
            arc: arc::Settings::default(),
        }
    }
}
