//! What the perturbation audit may be told.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Settings of the perturbation audit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Arms of other names under which the answer must stay the same.
    pub same: Vec<String>,
    /// The recorded score that is a scalar judgement; `None` for the first one.
    pub score: Option<String>,
    /// Whether answers are numbers whose mean is compared, in place of a recorded score.
    pub numeric: bool,
    /// The smallest shift of that mean that matters, in its own unit.
    pub minimum_shift: Option<f64>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.minimum_shift {
            Some(shift) if !(shift.is_finite() && shift > 0.0) => Err(Error::Setting {
                name: "perturbation.minimum_shift",
                expected: "a finite number above 0",
                found: shift.to_string(),
            }),
            _ => Ok(()),
        }
    }
}
