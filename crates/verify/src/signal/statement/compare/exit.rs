//! An exit code that was said against the one recorded: of the command that the text names, by its words, else of the last one. A code of
//! another command supports nothing.

use super::super::record::{Purpose, Relation, purpose, squeezed};
use super::super::{Fact, LAST_COMMAND, Record, Statement, Tests, What};
use super::{Comparison, Support, said};

impl Record {
    pub(super) fn exit(&self, statement: &Statement) -> Comparison {
        let Some(wanted) = statement.object.as_deref().and_then(|code| code.parse::<i64>().ok()) else {
            return said(Support::NotCheckable, Vec::new(), "no exit code is named");
        };
        match statement.command.as_deref() {
            None => self.some_exit(statement, wanted),
            Some(LAST_COMMAND) => self.last_exit(statement, wanted),
            Some(words) => self.exit_of(statement, wanted, words),
        }
    }

    fn exits(&self) -> Vec<(usize, Option<i64>)> {
        let code = |fact: &Fact| match &fact.what {
            What::Command { exit, .. } => Some((fact.call, *exit)),
            _ => None,
        };
        self.facts.iter().filter_map(code).collect()
    }

    /// Nobody is named: any command may be meant, where there are several.
    fn some_exit(&self, statement: &Statement, wanted: i64) -> Comparison {
        let known: Vec<(usize, i64)> = self.exits().into_iter().filter_map(|one| Some((one.0, one.1?))).collect();
        let same: Vec<usize> = known.iter().filter(|one| one.1 == wanted).map(|one| one.0).collect();
        match (same.is_empty(), known.last()) {
            (_, None) => said(Support::NotCheckable, Vec::new(), "no exit code is recorded"),
            (false, Some(last)) if statement.earlier || last.1 == wanted || known.len() > 1 => {
                said(Support::Supported, same, "an exit code is that one")
            }
            (_, Some(last)) => said(Support::Contradicted, vec![last.0], format!("the exit code is {}", last.1)),
        }
    }

    /// "The command": the last one before the statement.
    fn last_exit(&self, statement: &Statement, wanted: i64) -> Comparison {
        let exits = self.exits();
        let same: Vec<usize> = exits.iter().filter(|one| one.1 == Some(wanted)).map(|one| one.0).collect();
        match exits.last() {
            Some((call, Some(code))) if *code == wanted => {
                said(Support::Supported, vec![*call], "the last command has that exit code")
            }
            Some(_) if statement.earlier && !same.is_empty() => {
                said(Support::Supported, same, "an earlier command has that exit code")
            }
            Some((call, Some(code))) => {
                said(Support::Contradicted, vec![*call], format!("the exit code of the last command is {code}"))
            }
            _ => said(Support::NotCheckable, Vec::new(), "the exit code of the last command is not recorded"),
        }
    }

    fn exit_of(&self, statement: &Statement, wanted: i64, words: &str) -> Comparison {
        let words = squeezed(words.trim_start_matches("$ "));
        let mut calls: Vec<usize> = self
            .facts
            .iter()
            .filter(|fact| matches!(&fact.what, What::Command { line, .. } if holds(line, &words)))
            .map(|fact| fact.call)
            .collect();
        if calls.is_empty() {
            // "The tests" are whatever ran them; a command under another spelling is the same, another command is not.
            calls = match named_purpose(&words) {
                Some(named) => self.calls_of(Some(named)),
                None => self.same_runs(&words),
            };
        }
        let Some(last) = calls.last().copied() else {
            let missing = format!("no command `{words}` before this is recorded");
            let others = self.perhaps(&words);
            return if others.is_empty() {
                said(Support::Unsupported, others, missing)
            } else {
                said(Support::NotCheckable, others, format!("{missing}, but another one that may do the same"))
            };
        };
        let codes: Vec<(usize, Code)> = calls.iter().map(|call| (*call, self.code(*call, &words))).collect();
        let same =
            |code: &Code| matches!(code, Code::Is(code) if *code == wanted) || wanted == 0 && *code == Code::Good;
        let agreeing: Vec<usize> = codes.iter().filter(|one| same(&one.1)).map(|one| one.0).collect();
        let code = self.code(last, &words);
        if same(&code) {
            return said(Support::Supported, vec![last], format!("the last run of `{words}` has that exit code"));
        }
        if statement.earlier && !agreeing.is_empty() {
            return said(Support::Supported, agreeing, format!("an earlier run of `{words}` has that exit code"));
        }
        match code {
            Code::Is(code) => {
                said(Support::Contradicted, vec![last], format!("the exit code of the last run of `{words}` is {code}"))
            }
            Code::Bad if wanted == 0 => {
                said(Support::Contradicted, vec![last], format!("the last run of `{words}` ended badly"))
            }
            Code::Good => said(Support::Contradicted, vec![last], format!("the last run of `{words}` ended well")),
            Code::Bad | Code::Hidden => {
                said(Support::NotCheckable, vec![last], format!("the exit code of `{words}` is not recorded"))
            }
        }
    }

    /// The calls that run just what a command would, in other words: `cargo t` for `cargo test`.
    fn same_runs(&self, words: &str) -> Vec<usize> {
        let purpose = purpose(words);
        if purpose == Some(Purpose::Tests) {
            return self.runs_like(words, &[Relation::Same]);
        }
        let program = words.split(' ').next().unwrap_or_default();
        let begins = |call: &usize| {
            let line = |fact: &Fact| {
                fact.call == *call
                    && matches!(&fact.what, What::Command { line, .. } if line.split(' ').any(|word| word == program))
            };
            self.facts.iter().any(line)
        };
        self.calls_of(purpose).into_iter().filter(begins).collect()
    }

    /// The calls that may have run what a command would.
    fn perhaps(&self, words: &str) -> Vec<usize> {
        match purpose(words) {
            Some(Purpose::Tests) => self.runs_like(words, &[Relation::Unknown, Relation::Wider]),
            other => self.calls_of(other),
        }
    }

    fn calls_of(&self, purpose: Option<Purpose>) -> Vec<usize> {
        let same = |fact: &&Fact| match fact.what {
            What::Tests { .. } => purpose == Some(Purpose::Tests),
            What::Build { .. } => purpose == Some(Purpose::Build),
            What::Check { .. } => purpose == Some(Purpose::Check),
            _ => false,
        };
        self.facts.iter().filter(same).map(|fact| fact.call).collect()
    }

    /// The exit code of the command with these words in one call. The code of a line is its last command's; of another one in it, only what
    /// its output says is known.
    fn code(&self, call: usize, words: &str) -> Code {
        let mut code = Code::Hidden;
        let mut ended = None;
        let purpose = named_purpose(words).or_else(|| purpose(words));
        for fact in self.facts.iter().filter(|fact| fact.call == call) {
            match &fact.what {
                What::Command { line, exit: Some(exit), .. } => {
                    let (hiding, chained) = (last_part(line, false), last_part(line, true));
                    let parted = hiding.len() < line.len() && !holds(hiding, words);
                    // Of `a && b`, a bad code may be either's; a good one is both's.
                    let either = *exit != 0 && chained.len() < hiding.len() && !holds(chained, words);
                    if !parted && !either {
                        code = Code::Is(*exit);
                    }
                }
                What::Tests { outcome, .. } if purpose == Some(Purpose::Tests) => {
                    ended = (*outcome != Tests::Unknown).then_some(*outcome == Tests::Passed);
                }
                What::Build { ok } if purpose == Some(Purpose::Build) => ended = *ok,
                What::Check { ok } if purpose == Some(Purpose::Check) => ended = *ok,
                _ => {}
            }
        }
        match (code, ended) {
            (Code::Hidden, Some(true)) => Code::Good,
            (Code::Hidden, Some(false)) => Code::Bad,
            (code, _) => code,
        }
    }
}

/// What is known of an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Is(i64),
    /// It went well, by its output.
    Good,
    /// It went badly, by its output.
    Bad,
    Hidden,
}

fn named_purpose(words: &str) -> Option<Purpose> {
    match words {
        "tests" => Some(Purpose::Tests),
        "build" => Some(Purpose::Build),
        "linter" => Some(Purpose::Check),
        _ => None,
    }
}

/// Whether a line holds these words as words: `ls` is not in `tools`.
fn holds(line: &str, words: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
    !words.is_empty()
        && line
            .match_indices(words)
            .any(|(at, _)| !line[..at].ends_with(inside) && !line[at + words.len()..].starts_with(inside))
}

/// The end of a line from its last `;` or `|` outside quotation marks; with `chained`, from its last `&&` too.
fn last_part(line: &str, chained: bool) -> &str {
    let mut quote = None;
    let mut begin = 0;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ';' | '|') => begin = at + 1,
            (None, '&') if chained && line[..at].ends_with('&') => begin = at + 1,
            _ => {}
        }
    }
    &line[begin..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_lines_have_ends() {
        assert!(holds("cd x && ls -l", "ls") && !holds("tools", "ls") && !holds("npm test:unit", "npm test"));
        assert_eq!(last_part("a; b 'c;d' && e", false).trim(), "b 'c;d' && e");
        assert_eq!(last_part("a; b 'c;d' && e", true).trim(), "e");
    }
}
