//! What a record of tool calls shows: typed facts, from names, arguments, results and exit codes as plain strings. What a record does
//! not show is no fact; how a tool names itself is read by its words, not by a list of products.

use serde::{Deserialize, Serialize};

use crate::signal::stated::head;

mod command;
mod output;
mod summary;
mod tool;
mod wrapper;

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
    /// Whether whoever ran it recorded that it failed. Asked only where there is no exit code.
    pub is_error: Option<bool>,
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
    /// Results in lower case with single spaces, for quotations.
    texts: Vec<String>,
    /// Results that were too long to be kept whole.
    cut: Vec<usize>,
}

/// Of a result, this many bytes are searched for quotations.
const LONGEST: usize = 1 << 19;

impl Record {
    /// Reads the calls in order.
    #[must_use]
    pub fn read(calls: &[Call<'_>]) -> Self {
        let mut record = Self { calls: calls.len(), ..Self::default() };
        for (index, call) in calls.iter().enumerate() {
            let output = output::read(call);
            record.facts.extend(tool::facts(call, &output).into_iter().map(|what| Fact { call: index, what }));
            let kept = head(&output.text, LONGEST);
            record.texts.push(squeezed(kept));
            if kept.len() < output.text.len() {
                record.cut.push(index);
            }
        }
        record
    }

    /// The calls whose results were too long to be searched to their ends.
    pub(super) fn cut(&self) -> &[usize] {
        &self.cut
    }

    /// The calls whose result holds these words, white space and case aside.
    pub(super) fn holding(&self, words: &str) -> Vec<usize> {
        let words = squeezed(words.trim_matches(['…', '.', ' ']));
        let holds = |text: &(usize, &String)| !words.is_empty() && text.1.contains(&words);
        self.texts.iter().enumerate().filter(holds).map(|(index, _)| index).collect()
    }
}

/// What a command line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Tests,
    Build,
    Check,
}

/// What a command line is for, by its first step that says so.
pub(super) fn purpose(line: &str) -> Option<Purpose> {
    command::steps(line).iter().find_map(|step| match step {
        command::Step::Tests => Some(Purpose::Tests),
        command::Step::Build => Some(Purpose::Build),
        command::Step::Check => Some(Purpose::Check),
        _ => None,
    })
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
