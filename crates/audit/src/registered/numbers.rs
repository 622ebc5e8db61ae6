//! The numbers of a report and the files behind it, as the leaf of a run commits to them: so that a run whose report is not shown cannot be given other numbers.

use candor_record::{Digest, Error, canonical};
use serde::{Deserialize, Serialize};

use crate::Run;

/// What one claim came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The audit.
    pub audit: String,
    /// The claim's name.
    pub claim: String,
    /// The value in its shortest text; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The ends of its interval; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(String, String)>,
}

/// Every number of a run, in the order of its reports.
#[must_use]
pub fn numbers(run: &Run) -> Vec<Number> {
    let all = run.reports.iter().flat_map(|report| report.claims.iter().map(|claim| (report.audit.clone(), claim)));
    all.map(|(audit, claim)| {
        let estimate = claim.estimate().ok();
        let interval = estimate.and_then(|estimate| estimate.interval().ok());
        Number {
            audit,
            claim: claim.name().to_owned(),
            value: estimate.map(|estimate| estimate.value().to_string()),
            interval: interval.map(|interval| (interval.low().to_string(), interval.high().to_string())),
        }
    })
    .collect()
}

/// The digest of numbers: SHA-256 of their canonical bytes, under a tag.
///
/// # Errors
/// Where they cannot be written.
pub fn numbers_digest(numbers: &[Number]) -> Result<Digest, Error> {
    canonical::digest("candor numbers 1", numbers)
}

/// The digest of the files that a run read: SHA-256 of the canonical bytes of `[[path, digest] …]`, under a tag.
///
/// # Errors
/// Where they cannot be written.
pub fn source(run: &Run) -> Result<Digest, Error> {
    let files: Vec<(&str, &str)> = run.files.iter().map(|file| (file.path.as_str(), file.digest.as_str())).collect();
    canonical::digest("candor source 1", &files)
}
