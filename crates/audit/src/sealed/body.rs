//! What a sealed file says, and how it is put together: from texts that the caller read and leaves that the record gave. Canonical bytes, so that a file has one
//! spelling.

use candor_record::proven::Proven;
use candor_record::{Digest, canonical};
use serde::{Deserialize, Serialize};

use crate::registered::{History, Number, SealLeaf, SealedRun};

/// The layout that this version writes and reads.
pub const VERSION: u8 = 1;

/// Bytes that a sealed file may have.
pub const MOST_SEALED_BYTES: usize = 5_000_000;

/// Runs of one plan that a sealed file may list: all of them stand in one leaf.
pub const MOST_SEALED_RUNS: usize = 400;

/// Why a report is not sealed, or a file is no sealed report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// More than a file may have.
    #[error("sealed report: expected at most {most} {what}, found {found}{}", .share.as_deref().map_or_else(String::new, |share| format!(": {share}")))]
    TooMuch {
        /// Bytes, or runs.
        what: &'static str,
        /// The bound.
        most: usize,
        /// How many there are.
        found: usize,
        /// What takes how much of it.
        share: Option<String>,
    },
    /// The bytes are no sealed report.
    #[error("sealed report: {0}")]
    Form(#[from] candor_record::Error),
    /// The run cannot be sealed.
    #[error("sealed report: {0}")]
    Run(String),
}

/// A sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedReport {
    /// The layout, [`VERSION`].
    pub sealed: u8,
    /// What the seal's leaf commits to.
    pub body: Body,
    /// The leaves of the plan, of its runs and of the seal, in the order of the log.
    pub leaves: Vec<Proven>,
    /// The signed checkpoint that all of them are proved under.
    pub checkpoint: String,
    /// The verifier key, as the log has it: who gets it from elsewhere compares.
    pub vkey: String,
}

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The plan.
    pub plan: PlanText,
    /// The run whose report it is.
    pub run: String,
    /// `report.json`, byte for byte.
    pub report: String,
    /// What its claims were computed from, as canonical bytes.
    pub derived: String,
    /// Every run of the plan, in order.
    pub runs: Vec<SealedRunBody>,
}

/// The text of a plan with the salt that its leaf's digest was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanText {
    /// The canonical text.
    pub text: String,
    /// 16 bytes as hexadecimal digits.
    pub salt: String,
}

/// A run of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRunBody {
    /// Its identifier.
    pub run: String,
    /// Its number among them.
    pub number: u64,
    /// Its leaves, in order.
    pub leaves: Vec<u64>,
    /// What its claims came to, as the leaf of its last end commits to it; absent where it never ended or its report is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<Number>>,
    /// Why there are no numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
}

impl Body {
    /// The digest that the seal's leaf commits to: SHA-256 of the canonical bytes, under a tag.
    ///
    /// # Errors
    /// Where they would be too long.
    pub fn digest(&self) -> Result<Digest, SealedError> {
        Ok(canonical::digest("candor sealed body 1", self)?)
    }

    /// What the seal's leaf says of this body, at that size of the log, with so many other plans about the same thing and their runs.
    ///
    /// # Errors
    /// Where the plan is not registered, its runs are too many for one leaf, or the body is too long.
    pub fn seal(
        &self,
        plan: Digest,
        history: &History,
        others: (u64, u64),
        size: u64,
    ) -> Result<SealLeaf, SealedError> {
        let Some((told, _)) = &history.plan else {
            return Err(SealedError::Run("expected its plan registered, found it not".to_owned()));
        };
        if history.runs.len() > MOST_SEALED_RUNS {
            let (most, found) = (MOST_SEALED_RUNS, history.runs.len());
            return Err(SealedError::TooMuch { what: "runs of one plan", most, found, share: None });
        }
        Ok(SealLeaf {
            body: self.digest()?,
            plan,
            plan_leaf: told.leaf,
            run: self.run.clone(),
            runs: history.runs.iter().map(|run| SealedRun { run: run.run.clone(), leaves: run.leaves() }).collect(),
            other_plans: others.0,
            other_runs: others.1,
            size,
        })
    }
}

impl SealedReport {
    /// The bytes of the file.
    ///
    /// # Errors
    /// Where they are more than [`MOST_SEALED_BYTES`], with what takes how much of them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SealedError> {
        let bytes = canonical::to_vec(self)?;
        if bytes.len() <= MOST_SEALED_BYTES {
            return Ok(bytes);
        }
        let numbers = canonical::to_vec(&self.body.runs)?.len();
        let leaves = canonical::to_vec(&self.leaves)?.len();
        let share = format!(
            "plan {}, report {}, derivation {}, runs {numbers}, leaves with proofs {leaves}",
            self.body.plan.text.len(),
            self.body.report.len(),
            self.body.derived.len()
        );
        Err(SealedError::TooMuch { what: "bytes", most: MOST_SEALED_BYTES, found: bytes.len(), share: Some(share) })
    }

    /// Reads a file: canonical bytes and nothing else.
    ///
    /// # Errors
    /// Where it is none, with the first byte that cannot stand where it stands, or larger than may be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealedError> {
        if bytes.len() > MOST_SEALED_BYTES {
            return Err(SealedError::TooMuch {
                what: "bytes",
                most: MOST_SEALED_BYTES,
                found: bytes.len(),
                share: None,
            });
        }
        Ok(canonical::from_slice(bytes)?)
    }
}
