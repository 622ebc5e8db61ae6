//! What a record of tool calls shows: typed facts, from names, arguments, results and exit codes as plain strings. What a record does
//! not show is no fact; how a tool names itself is read by its words, not by a list of products.

use serde::{Deserialize, Serialize};

mod command;
mod summary;
mod tool;

/// One recorded call of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Call<'a> {
    /// The tool's name.
    pub name: &'a str,
    /// The arguments as recorded, JSON or plain.
    pub arguments: &'a str,
    /// The result, where one was recorded.
    pub result: Option<&'a str>,
    /// The exit code, where one was recorded.
    pub exit_code: Option<i64>,
}

/// How a run of tests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tests {
    /// All that ran passed.
    Passed,
    /// At least one failed, or the run broke off.
    Failed,
    /// None ran: the runner was not found, or there were no tests.
    NotRun,
    /// The record does not say.
    Unknown,
}

/// What one call did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A run of tests.
    Tests {
        /// How it ended.
        outcome: Tests,
        /// How many passed, where the output says so.
        passed: Option<u64>,
        /// How many failed, where the output says so.
        failed: Option<u64>,
    },
    /// A build; whether it went well, where the record says so.
    Build {
        /// Whether it went well.
        ok: Option<bool>,
    },
    /// A linter, formatter or type checker.
    Check {
        /// Whether it found nothing.
        ok: Option<bool>,
    },
    /// A file written or changed.
    Written {
        /// The file.
        path: String,
        /// Whether it worked, where the record says so.
        ok: Option<bool>,
    },
    /// A file removed.
    Deleted {
        /// The file.
        path: String,
        /// Whether it worked, where the record says so.
        ok: Option<bool>,
    },
    /// A file read.
    Read {
        /// The file.
        path: String,
    },
    /// A command run.
    Command {
        /// The command line, white space made single.
        line: String,
        /// Its exit code, where the record has one.
        exit: Option<i64>,
        /// It may have read or written files that it does not name: a script, an archive, a merge.
        opaque: bool,
    },
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The call that shows it, by its place in the record.
    pub call: usize,
    /// What it shows.
    pub what: What,
}

/// A record made ready for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The facts, in the order of the calls.
    pub facts: Vec<Fact>,
    /// How many calls there are.
    pub calls: usize,
    /// Results and arguments in lower case with single spaces, for quotations.
    texts: Vec<String>,
}

/// Of a result, this many bytes from its beginning and as many from its end are read.
const LONGEST: usize = 1 << 18;

impl Record {
    /// Reads the calls in order.
    #[must_use]
    pub fn read(calls: &[Call<'_>]) -> Self {
        let mut facts = Vec::new();
        let mut texts = Vec::with_capacity(calls.len());
        for (index, call) in calls.iter().enumerate() {
            facts.extend(tool::facts(call).into_iter().map(|what| Fact { call: index, what }));
            texts.push(squeezed(ends(call.result.unwrap_or_default())));
        }
        Self { facts, calls: calls.len(), texts }
    }

    /// The calls whose result holds these words, white space and case aside.
    pub(super) fn holding(&self, words: &str) -> Vec<usize> {
        let words = squeezed(words.trim_matches(['…', '.', ' ']));
        let holds = |text: &(usize, &String)| !words.is_empty() && text.1.contains(&words);
        self.texts.iter().enumerate().filter(holds).map(|(index, _)| index).collect()
    }
}

/// The beginning of a long text.
fn ends(text: &str) -> &str {
    crate::signal::stated::head(text, 2 * LONGEST)
}

/// Lower case, single spaces.
pub(super) fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.to_lowercase());
    }
    out
}
