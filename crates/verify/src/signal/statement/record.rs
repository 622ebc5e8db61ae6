//! What a record of tool calls shows: typed facts, from names, arguments, results and exit codes as plain strings. What a record does
//! not show is no fact; how a tool names itself is read by its words, not by a list of products.

use serde::{Deserialize, Serialize};

use crate::signal::stated::head;

mod command;
mod output;
mod scope;
mod summary;
mod tool;
mod wrapper;

pub(super) use scope::Relation;
pub use scope::Scope;

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
    /// Only the end of its result is known.
    pub is_cut: bool,
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
        /// How much of the project it covers.
        #[serde(default)]
        scope: Scope,
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
    /// There were calls before the first one that are not known: what the record does not show may have been there.
    pub is_partial: bool,
    /// Calls that handed something to an agent below, whose calls are not among these.
    delegated: Vec<usize>,
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
            let facts = tool::facts(call, &output).into_iter();
            record
                .facts
                .extend(facts.map(|what| Fact { call: index, what: if call.is_cut { uncounted(what) } else { what } }));
            if tool::delegates(call) {
                record.delegated.push(index);
            }
            let kept = head(&output.text, LONGEST);
            record.texts.push(squeezed(kept));
            if call.is_cut || kept.len() < output.text.len() {
                record.cut.push(index);
            }
        }
        record
    }

    /// What a call gave back, in lower case with single spaces.
    pub(super) fn text(&self, call: usize) -> Option<&str> {
        self.texts.get(call).map(String::as_str)
    }

    /// The calls that handed something to an agent below.
    pub(super) fn delegated(&self) -> &[usize] {
        &self.delegated
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

/// A fact from the end of an output: how many tests passed may stand in front of it.
fn uncounted(what: What) -> What {
    match what {
        What::Tests { outcome, scope, .. } => What::Tests { outcome, passed: None, failed: None, scope },
        other => other,
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
    command::steps(line, "").iter().find_map(|step| match step {
        command::Step::Tests(_) => Some(Purpose::Tests),
        command::Step::Build => Some(Purpose::Build),
        command::Step::Check => Some(Purpose::Check),
        _ => None,
    })
}

/// How much a command line that runs tests covers. A file of tests alone is what they are in, not what runs them.
pub(super) fn tested(line: &str) -> Option<Scope> {
    if !line.contains(' ') && scope::is_source(line) {
        return None;
    }
    command::steps(line.trim_start_matches("$ "), "").into_iter().find_map(|step| match step {
        command::Step::Tests(scope) => Some(scope),
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
