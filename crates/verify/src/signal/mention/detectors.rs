//! The catalogue of mention detectors: every way to tell whether a chain mentions a cue, side by side.

pub mod combined;
pub mod lexicon;
pub mod overlap;

use super::Detector;
use crate::{Error, Result};

/// Every detector, in the order in which tables list them.
pub static ALL: &[&dyn Detector] = &[&lexicon::DETECTOR, &overlap::DETECTOR, &combined::DETECTOR];

/// The detector that an audit uses where none is named.
pub static DEFAULT: &dyn Detector = &combined::DETECTOR;

/// The detector of a name.
///
/// # Errors
/// [`Error::UnknownName`], with the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Detector> {
    ALL.iter().copied().find(|detector| detector.about().name == name).ok_or_else(|| Error::UnknownName {
        kind: "mention detector",
        found: name.to_owned(),
        known: ALL.iter().map(|detector| detector.about().name).collect::<Vec<_>>().join(", "),
    })
}
