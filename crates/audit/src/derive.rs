//! Per-item sufficient data of every claim of a run, so that a stranger recomputes each. Not the report and not the traces: what stands between them.
//!
//! The form is described in docs/formats/derivation.md; `interop/rederive.py` is written from that page.

mod gather;

use std::collections::BTreeMap;

use candor_record::Digest;
use candor_stats::derivation::Column;
use serde::{Deserialize, Serialize};

/// What every claim of a run was computed from. Integers and strings only, so that it has canonical bytes; a float is a string in its shortest form
/// that reads back as the same number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// One value per item, by the name of the column. Each column stands once and is shared by the claims that were computed from it.
    pub columns: BTreeMap<String, Vec<Cell>>,
    /// How each claim follows from columns.
    pub claims: Vec<Recipe>,
    /// Claims that do not follow from columns here, and why.
    pub without: Vec<Without>,
}

/// One value of a column, or of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A count, a code, a whole number.
    Whole(i64),
    /// A float in its shortest form, a digest, a word.
    Text(String),
}

/// How one claim follows from columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The audit that makes the claim.
    pub audit: String,
    /// The claim's name.
    pub claim: String,
    /// The step that gives its estimate.
    #[serde(flatten)]
    pub step: Step,
}

/// An estimator with its parameters and what it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The estimator.
    pub by: String,
    /// The columns it was given, in the order that the estimator names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Estimates it was given, in the order that the estimator names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Step>,
    /// Level, margin, seed and what else it was told.
    #[serde(flatten)]
    pub parameters: BTreeMap<String, Cell>,
}

/// A claim that is not recomputed from columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Without {
    /// The audit that makes the claim.
    pub audit: String,
    /// The claim's name.
    pub claim: String,
    /// Why.
    pub why: String,
}

/// The tag of the digests by which items are named.
const ITEM: &str = "candor.derived.item.v1";
/// So many hexadecimal digits of a digest name an item: two of a million are called alike with a chance below one in ten
/// million.
const DIGITS: usize = 16;

/// What an item is called: a digest of its name, so that what a question is called does not leave with the numbers.
pub(crate) fn item(name: &str) -> String {
    let mut digest = Digest::tagged(ITEM, name.as_bytes()).to_string();
    digest.truncate(DIGITS);
    digest
}

/// The items of these names, in order.
pub(crate) fn items<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Column {
    Column::Text(names.into_iter().map(|name| item(name.as_ref())).collect())
}

/// What one sample of a question is called before its digest is taken.
pub(crate) fn sample(question: &str, number: u32) -> String {
    format!("{question}\u{1f}{number}")
}
