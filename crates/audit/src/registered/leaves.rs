//! What the leaves of plans, runs and seals say in `about`. Where they lie is the record's matter.

use candor_record::leaf::{Head, VERSION};
use candor_record::{Digest, Error, canonical};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kind of the leaf that registers a plan.
pub const PLAN: &str = "plan";

/// The kind of a leaf of a run: it was begun, went on, or came to an end.
pub const RUN: &str = "run";

/// The kind of the leaf that seals a report.
pub const SEAL: &str = "seal";

/// The part of a plan's leaf that holds its canonical text.
pub const PLAN_PART: &str = "plan";

/// A plan is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanLeaf {
    /// SHA-256 of its canonical text, under the tag `candor plan 1`.
    pub plan: Digest,
    /// What it is about, by digest: the same source or the same models and task, whatever seed, margin and audits. Plans that ask the same thing in another way share it.
    pub on: Digest,
}

/// A run of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RunLeaf {
    /// It begins: nothing was read, no call was made.
    Begun {
        /// Its identifier.
        run: String,
        /// The plan that it follows.
        plan: Digest,
        /// Its number among the runs of that plan, from 1.
        number: u64,
        /// The version that runs it.
        candor: String,
        /// The run whose replies are judged again, where no call is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rescored: Option<String>,
    },
    /// It goes on where it was stopped.
    WentOn {
        /// Its identifier.
        run: String,
        /// The plan that it follows.
        plan: Digest,
        /// Its number among the runs of that plan.
        number: u64,
        /// The version that goes on with it.
        candor: String,
    },
    /// It came to an end, for now or for good.
    Ended {
        /// Its identifier.
        run: String,
        /// The plan that it follows.
        plan: Digest,
        /// Its number among the runs of that plan.
        number: u64,
        /// Whether everything was read or asked that the plan wants.
        finished: bool,
        /// Whether it went on at least once before.
        resumed: bool,
        /// SHA-256 of `report.json`.
        report: Digest,
        /// SHA-256 of the canonical bytes of what its claims were computed from.
        derived: Digest,
        /// SHA-256 of the canonical bytes of its numbers, under the tag `candor numbers 1`: what every claim came to.
        numbers: Digest,
        /// SHA-256 of the canonical bytes of paths and digests of the files that were read, under the tag `candor source 1`.
        source: Digest,
    },
}

impl RunLeaf {
    /// Identifier, plan and number: what every step says.
    #[must_use]
    pub fn of(&self) -> (&str, &Digest, u64) {
        match self {
            Self::Begun { run, plan, number, .. }
            | Self::WentOn { run, plan, number, .. }
            | Self::Ended { run, plan, number, .. } => (run, plan, *number),
        }
    }
}

/// A report is sealed: what a file for strangers says, at which size of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealLeaf {
    /// SHA-256 of the canonical bytes of the file's body, under the tag `candor sealed body 1`.
    pub body: Digest,
    /// The plan.
    pub plan: Digest,
    /// The leaf that registered it.
    pub plan_leaf: u64,
    /// The run whose report it is.
    pub run: String,
    /// Every run of that plan that the log holds, with all its leaves.
    pub runs: Vec<SealedRun>,
    /// Plans about the same thing that the log holds beside this one, and their runs.
    pub other_plans: u64,
    /// Runs of those.
    pub other_runs: u64,
    /// Leaves of the log before this one.
    pub size: u64,
}

/// A run in a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRun {
    /// Its identifier.
    pub run: String,
    /// Its leaves, in order.
    pub leaves: Vec<u64>,
}

/// The plan that a leaf is about, where it registers one or tells of a run.
///
/// # Errors
/// Where it says that it does and cannot be read.
pub fn of_plan(head: &Head) -> Result<Option<Digest>, Error> {
    Ok(PlanLeaf::of_head(head)?.map(|said| said.plan).or(RunLeaf::of_head(head)?.map(|said| *said.of().1)))
}

macro_rules! told {
    ($told:ty, $kind:expr) => {
        impl $told {
            /// What its leaf says.
            ///
            /// # Errors
            /// Where the form cannot be written.
            pub fn to_head(&self, at_ms: i64) -> Result<Head, Error> {
                head($kind, self, at_ms)
            }

            /// What a leaf tells; `None` where it tells another fact.
            ///
            /// # Errors
            /// Where the leaf says that it is of this kind and is not.
            pub fn of_head(head: &Head) -> Result<Option<Self>, Error> {
                read(head, $kind)
            }
        }
    };
}

told!(PlanLeaf, PLAN);
told!(RunLeaf, RUN);
told!(SealLeaf, SEAL);

fn head<T: Serialize>(kind: &str, about: &T, at_ms: i64) -> Result<Head, Error> {
    let about = match serde_json::to_value(about).map_err(|error| Error::Shape(error.to_string()))? {
        Value::Object(about) => about,
        other => return Err(Error::Shape(format!("a leaf that is no object: {other}"))),
    };
    Ok(Head { version: VERSION, kind: kind.to_owned(), at_ms, trace: None, subject: None, parts: Vec::new(), about })
}

fn read<T: DeserializeOwned>(head: &Head, kind: &str) -> Result<Option<T>, Error> {
    if head.kind != kind {
        return Ok(None);
    }
    // Through canonical bytes: what cannot be written is not read either.
    canonical::from_slice(&canonical::to_vec(&head.about)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_and_nothing_else_is() {
        let of = Digest::of(b"plan");
        let begun = RunLeaf::Begun { run: "r".into(), plan: of, number: 1, candor: "0".into(), rescored: None };
        let head = begun.to_head(7).unwrap();
        assert_eq!((head.kind.as_str(), head.at_ms), (RUN, 7));
        assert_eq!(RunLeaf::of_head(&head).unwrap(), Some(begun));
        assert_eq!(PlanLeaf::of_head(&head).unwrap(), None);
        let mut strange = head.clone();
        strange.about.insert("more".into(), 1.into());
        assert!(RunLeaf::of_head(&strange).is_err());
        let mut other = head;
        other.about.insert("step".into(), "never".into());
        assert!(RunLeaf::of_head(&other).is_err());
    }
}
