//! The catalogue of verifiers: every program that decides without running foreign code.

use crate::{Error, Result, Verifier};

pub mod choice;
pub mod exact;
pub mod expression;
pub mod grid;
pub mod numeric;
pub mod quoted;
pub mod regex;
pub mod schema;
pub(crate) mod settings;
pub mod yes_no;

/// Every verifier with its default parameters, in the order in which they are listed.
pub static ALL: &[&dyn Verifier] = &[
    &exact::VERIFIER,
    &numeric::VERIFIER,
    &choice::VERIFIER,
    &yes_no::VERIFIER,
    &regex::VERIFIER,
    &expression::VERIFIER,
    &grid::VERIFIER,
    &quoted::VERIFIER,
    &schema::VERIFIER,
];

/// The verifier of a name, with its default parameters.
///
/// # Errors
/// [`Error::UnknownName`], with the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Verifier> {
    ALL.iter().copied().find(|verifier| verifier.about().name == name).ok_or_else(|| Error::UnknownName {
        kind: "verifier",
        found: name.to_owned(),
        known: ALL.iter().map(|verifier| verifier.about().name).collect::<Vec<_>>().join(", "),
    })
}
