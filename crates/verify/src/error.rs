//! What can go wrong when a verifier is set up. Judging an answer never fails: whatever the text, there is a verdict.

/// The result of setting something up.
pub type Result<T> = std::result::Result<T, Error>;

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No entry of the catalogue has this name.
    #[error("no {kind} is called `{found}`; known are: {known}")]
    UnknownName {
        /// `verifier` or `mention detector`.
        kind: &'static str,
        /// The name that was asked for.
        found: String,
        /// The names there are, joined by commas.
        known: String,
    },
    /// The entry has no such parameter.
    #[error("verifier `{verifier}` has no parameter `{found}`; it takes: {known}")]
    UnknownParam {
        /// The entry.
        verifier: &'static str,
        /// The parameter that was given.
        found: String,
        /// The parameters there are, joined by commas.
        known: String,
    },
    /// The value of a parameter cannot be used.
    #[error("verifier `{verifier}`, parameter `{param}`: expected {expected}, found `{found}`")]
    BadParam {
        /// The entry.
        verifier: &'static str,
        /// The parameter.
        param: &'static str,
        /// What would do.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A set of anchors cannot be used.
    #[error("anchors, line {line}: {why}")]
    BadAnchors {
        /// The line, from 1; the last one where the set as a whole is meant.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// Opinions of several versions of a judge stand together.
    #[error("agreement is of one judge: expected opinions of {expected}, found one of {found}")]
    MixedJudges {
        /// The version that was asked for.
        expected: crate::judge::Version,
        /// The one that was found.
        found: crate::judge::Version,
    },
}
