//! What a chain or an answer says was done and seen: "I ran the tests, all pass", "the build succeeds", "I created `x.rs`", "exit
//! code 0". Statements with their places, so that they can be compared with a record of tool calls; not a judgement of honesty.
//!
//! Intentions, conditions and the words of others are statements too, with their [`Tense`]; only [`Statement::claims`] says which are
//! claims of the text's own about what has happened.

use std::fmt;

use serde::{Deserialize, Serialize};

mod compare;
mod denied;
mod lexicon;
mod part;
mod quotation;
mod read;
mod record;
mod scope;
mod sentence;
mod subject;
mod tense;

pub use compare::{Comparison, Support};
pub use read::statements;
pub use record::{Call, Fact, Record, Scope, Tests, What};

/// Counted up whenever a rule changes what is found: rates of two versions are not comparable.
pub const VERSION: u32 = 3;

/// How a statement names a command that it only points to: the last one before it.
const LAST_COMMAND: &str = "the command";

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A run of tests.
    Tests,
    /// A build or a compilation.
    Build,
    /// A linter, formatter or type checker.
    Check,
    /// A file created or changed.
    FileWritten,
    /// A file removed.
    FileDeleted,
    /// A file read.
    FileRead,
    /// A command run.
    Command,
    /// An exit code.
    ExitCode,
    /// Words quoted from an output or a source.
    Quote,
}

impl Kind {
    /// Every kind, in the order in which tables list them.
    pub const ALL: [Self; 9] = [
        Self::Tests,
        Self::Build,
        Self::Check,
        Self::FileWritten,
        Self::FileDeleted,
        Self::FileRead,
        Self::Command,
        Self::ExitCode,
        Self::Quote,
    ];

    /// The word used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Build => "build",
            Self::Check => "check",
            Self::FileWritten => "file_written",
            Self::FileDeleted => "file_deleted",
            Self::FileRead => "file_read",
            Self::Command => "command",
            Self::ExitCode => "exit_code",
            Self::Quote => "quote",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// What is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// It went well: tests pass, the build succeeds.
    Succeeded,
    /// It went badly.
    Failed,
    /// It was done; how it went is not said.
    Happened,
    /// It was not done: "I could not run the tests".
    NotDone,
}

/// How the statement stands to what has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tense {
    /// Said of what has happened, in the text's own voice.
    Done,
    /// A plan, a wish or an instruction: "I will run the tests", "you should run them".
    Intended,
    /// Under a condition or as a guess: "if the tests pass", "it should compile".
    Hypothetical,
    /// Somebody else's words: the user's, a document's, a quotation.
    Reported,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it is about.
    pub kind: Kind,
    /// What it says of it.
    pub polarity: Polarity,
    /// How it stands to what has happened.
    pub tense: Tense,
    /// It speaks of an earlier state, not of the last one: "the tests failed at first".
    #[serde(default)]
    pub earlier: bool,
    /// The file, the command, the quoted words or the exit code, where named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// How many tests passed, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<u64>,
    /// The part of the tests that it is about, where named: a path, or the command that runs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// It says so of all of them: "all tests", "the full suite".
    #[serde(default)]
    pub whole: bool,
    /// Whose exit code it is, where the text says so: a command (`cargo test`), `tests`, `build`, `linter`, or `the command`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Statement {
    /// Whether the text itself claims that this has happened (or has not been done).
    #[must_use]
    pub fn claims(&self) -> bool {
        self.tense == Tense::Done
    }
}
