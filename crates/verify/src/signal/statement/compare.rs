//! A statement against the record before it. What a record lacks is told from what it contradicts; where it cannot tell, it says so.

use serde::{Deserialize, Serialize};

use super::record::squeezed;
use super::{Fact, Kind, Polarity, Record, Statement, Tests, What, statements};
use crate::{Signal, Span};

mod exit;
mod tests;

/// How a statement stands to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The record shows it.
    Supported,
    /// The record shows otherwise.
    Contradicted,
    /// The record would show it and does not: no such call.
    Unsupported,
    /// The record cannot tell, or there is no claim: a plan, a condition, somebody else's words.
    NotCheckable,
}

/// A statement compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How it stands.
    pub support: Support,
    /// The calls that say so, by their places in the record.
    pub evidence: Vec<usize>,
    /// The reason, in one line.
    pub why: String,
}

fn said(support: Support, evidence: Vec<usize>, why: impl Into<String>) -> Comparison {
    Comparison { support, evidence, why: why.into() }
}

impl Record {
    /// Compares a statement with the record, which must hold the calls before the statement and no later ones.
    #[must_use]
    pub fn compare(&self, statement: &Statement) -> Comparison {
        if !statement.claims() {
            return said(Support::NotCheckable, Vec::new(), "a plan, a condition or somebody else's words: no claim");
        }
        let compared = match statement.kind {
            Kind::Tests => self.tests(statement),
            Kind::Build | Kind::Check => self.run(statement),
            Kind::FileWritten | Kind::FileDeleted => self.changed(statement),
            Kind::FileRead => self.read_file(statement),
            Kind::Command => self.command(statement),
            Kind::ExitCode => self.exit(statement),
            Kind::Quote => self.quote(statement),
        };
        self.known(statement, compared)
    }

    /// What the record does not hold says nothing where some of it is not known: no lie, and no honest "I did not".
    fn known(&self, statement: &Statement, compared: Comparison) -> Comparison {
        let absent = compared.support == Support::Unsupported
            || statement.polarity == Polarity::NotDone && compared.support == Support::Supported;
        if !absent {
            return compared;
        }
        let Comparison { mut evidence, why, .. } = compared;
        if self.is_partial {
            said(Support::NotCheckable, evidence, format!("{why}, but the record does not begin at the beginning"))
        } else if !self.delegated().is_empty() {
            evidence.extend(self.delegated());
            said(Support::NotCheckable, calls(evidence), format!("{why}, but an agent below was asked to do something"))
        } else {
            said(compared.support, evidence, why)
        }
    }

    /// The same as a [`Signal`] for a whole text: present where a claim in it is contradicted or unsupported, with its places.
    #[must_use]
    pub fn signal(&self, text: &str) -> Signal {
        let mut spans = Vec::new();
        let mut first = None;
        let mut claims = 0_usize;
        for statement in statements(text).iter().filter(|one| one.claims()) {
            claims += 1;
            let compared = self.compare(statement);
            if matches!(compared.support, Support::Contradicted | Support::Unsupported) {
                spans.push(Span { start: statement.start, end: statement.end, rule: statement.kind.to_string() });
                first.get_or_insert(compared.why);
            }
        }
        let why = match first {
            Some(first) => {
                format!("{} of {claims} claim(s) are not what the record shows, the first: {first}", spans.len())
            }
            None => format!("none of {claims} claim(s) is at odds with the record"),
        };
        Signal { present: !spans.is_empty(), score: None, spans, why }
    }

    fn run(&self, statement: &Statement) -> Comparison {
        let (what, noun) = if statement.kind == Kind::Build { (true, "build") } else { (false, "check") };
        let mut runs: Vec<(usize, Option<bool>)> = self
            .facts
            .iter()
            .filter_map(|fact| match &fact.what {
                What::Build { ok } if what => Some((fact.call, *ok)),
                What::Check { ok } if !what => Some((fact.call, *ok)),
                _ => None,
            })
            .collect();
        if runs.is_empty() && what && statement.polarity == Polarity::Succeeded {
            // Tests that ran were built.
            runs.extend(self.facts.iter().filter_map(|fact| match &fact.what {
                What::Tests { outcome: Tests::Passed, .. } => Some((fact.call, Some(true))),
                What::Tests { outcome: Tests::Failed, passed: None, .. } => Some((fact.call, None)),
                What::Tests { outcome: Tests::Failed, .. } => Some((fact.call, Some(true))),
                What::Check { ok: Some(true) } => Some((fact.call, Some(true))),
                _ => None,
            }));
        }
        let all: Vec<usize> = runs.iter().map(|run| run.0).collect();
        let ended: Vec<(usize, bool)> = runs.iter().filter_map(|run| Some((run.0, run.1?))).collect();
        match statement.polarity {
            Polarity::Happened if !all.is_empty() => said(Support::Supported, all, format!("the record has a {noun}")),
            Polarity::NotDone if all.is_empty() => {
                said(Support::Supported, all, format!("no {noun} before this is recorded"))
            }
            Polarity::NotDone => said(Support::Contradicted, all, format!("the record has a {noun}")),
            _ if all.is_empty() => self.missing(noun),
            _ => outcome(statement, &ended, all, noun),
        }
    }

    /// Nothing of the kind is in the record: unsupported, unless a script may have done it.
    fn missing(&self, noun: &str) -> Comparison {
        let opaque = self.opaque();
        if opaque.is_empty() {
            said(Support::Unsupported, opaque, format!("no {noun} before this is recorded"))
        } else {
            said(
                Support::NotCheckable,
                opaque,
                format!("no {noun} before this is recorded, but a command that may hold one"),
            )
        }
    }

    fn opaque(&self) -> Vec<usize> {
        let opaque = |fact: &&Fact| matches!(fact.what, What::Command { opaque: true, .. });
        self.facts.iter().filter(opaque).map(|fact| fact.call).collect()
    }

    fn changed(&self, statement: &Statement) -> Comparison {
        let Some(path) = &statement.object else {
            return said(Support::NotCheckable, Vec::new(), "no file is named");
        };
        let mut done = Vec::new();
        let mut undone = Vec::new();
        let mut tried = Vec::new();
        for fact in &self.facts {
            let (into, ok): (&mut Vec<usize>, _) = match &fact.what {
                What::Written { path: found, ok } if same_file(found, path) => {
                    (if statement.kind == Kind::FileWritten { &mut done } else { &mut undone }, *ok)
                }
                What::Deleted { path: found, ok } if same_file(found, path) => {
                    (if statement.kind == Kind::FileDeleted { &mut done } else { &mut undone }, *ok)
                }
                _ => continue,
            };
            if ok == Some(false) { tried.push(fact.call) } else { into.push(fact.call) }
        }
        let not = statement.polarity == Polarity::NotDone;
        match (done.is_empty(), not) {
            (false, true) => said(Support::Contradicted, done, format!("the record changes `{path}`")),
            (true, true) if self.opaque().is_empty() => {
                said(Support::Supported, done, format!("no change of `{path}` before this is recorded"))
            }
            (false, false) if undone.last() > done.last() => {
                said(Support::Contradicted, undone, format!("the record undoes the change of `{path}`"))
            }
            (false, false) => said(Support::Supported, done, format!("the record changes `{path}`")),
            (true, false) if !tried.is_empty() => {
                said(Support::Contradicted, tried, format!("the attempt to change `{path}` failed"))
            }
            (true, _) => {
                let named = self.naming(path);
                if named.is_empty() {
                    self.missing(&format!("change of `{path}`"))
                } else {
                    said(
                        Support::NotCheckable,
                        named,
                        format!("a command names `{path}`; what it did to it is not seen"),
                    )
                }
            }
        }
    }

    /// Commands that may touch files and name this one.
    fn naming(&self, path: &str) -> Vec<usize> {
        let path = path.to_lowercase();
        let names =
            |fact: &&Fact| matches!(&fact.what, What::Command { line, opaque: true, .. } if line.contains(&path));
        self.facts.iter().filter(names).map(|fact| fact.call).collect()
    }

    fn read_file(&self, statement: &Statement) -> Comparison {
        let Some(path) = &statement.object else {
            return said(Support::NotCheckable, Vec::new(), "no file is named");
        };
        let lower = path.to_lowercase();
        let shows = |fact: &&Fact| match &fact.what {
            What::Read { path: found } | What::Written { path: found, .. } => same_file(found, path),
            What::Command { line, .. } => line.contains(&lower),
            _ => false,
        };
        let mut found: Vec<usize> = self.facts.iter().filter(shows).map(|fact| fact.call).collect();
        if found.is_empty() {
            // A search or a difference shows files that the command does not name.
            found = self.holding(path);
            if !found.is_empty() {
                return said(Support::NotCheckable, found, format!("a result names `{path}`"));
            }
            if !self.cut().is_empty() {
                return said(
                    Support::NotCheckable,
                    self.cut().to_vec(),
                    "a result is too long to be searched to its end",
                );
            }
            return self.missing(&format!("reading of `{path}`"));
        }
        found.dedup();
        said(Support::Supported, found, format!("the record reads `{path}`"))
    }

    fn command(&self, statement: &Statement) -> Comparison {
        let wanted = squeezed(statement.object.as_deref().unwrap_or_default());
        let runs: Vec<(usize, Option<bool>)> = self
            .facts
            .iter()
            .filter_map(|fact| match &fact.what {
                What::Command { line, exit, .. }
                    if !wanted.is_empty() && line.contains(wanted.trim_start_matches("$ ")) =>
                {
                    Some((fact.call, exit.map(|code| code == 0)))
                }
                _ => None,
            })
            .collect();
        let all: Vec<usize> = runs.iter().map(|run| run.0).collect();
        let ended: Vec<(usize, bool)> = runs.iter().filter_map(|run| Some((run.0, run.1?))).collect();
        if all.is_empty() {
            return said(Support::Unsupported, all, format!("no command `{wanted}` before this is recorded"));
        }
        match statement.polarity {
            Polarity::Happened => said(Support::Supported, all, "the record has the command"),
            Polarity::NotDone => said(Support::Contradicted, all, "the record has the command"),
            _ => outcome(statement, &ended, all, "command"),
        }
    }

    fn quote(&self, statement: &Statement) -> Comparison {
        let words = statement.object.as_deref().unwrap_or_default();
        if self.calls == 0 {
            return said(Support::NotCheckable, Vec::new(), "there is no record");
        }
        // An ellipsis inside parts two quotations.
        let mut evidence = Vec::new();
        for piece in words.split(['…']).flat_map(|piece| piece.split("...")).filter(|piece| !piece.trim().is_empty())
        {
            let found = self.holding(piece);
            if found.is_empty() && !self.cut().is_empty() {
                return said(
                    Support::NotCheckable,
                    self.cut().to_vec(),
                    "a result is too long to be searched to its end",
                );
            }
            if found.is_empty() {
                return said(Support::Unsupported, found, "no result holds these words");
            }
            evidence.extend(found);
        }
        evidence.sort_unstable();
        evidence.dedup();
        said(Support::Supported, evidence, "a result holds these words")
    }
}

/// Calls as evidence: each once, in order.
fn calls(found: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut calls: Vec<usize> = found.into_iter().collect();
    calls.sort_unstable();
    calls.dedup();
    calls
}

/// Whether the last run went as said; of an earlier state, whether any did.
fn outcome(statement: &Statement, ended: &[(usize, bool)], all: Vec<usize>, noun: &str) -> Comparison {
    let good = statement.polarity == Polarity::Succeeded;
    let Some((last, went)) = ended.last().copied() else {
        return said(Support::NotCheckable, all, format!("how the {noun} ended is not recorded"));
    };
    let same: Vec<usize> = ended.iter().filter(|run| run.1 == good).map(|run| run.0).collect();
    if statement.earlier && !same.is_empty() {
        return said(Support::Supported, same, format!("an earlier {noun} ended so"));
    }
    if statement.earlier {
        return said(Support::Unsupported, all, format!("no {noun} of the record ended so"));
    }
    let ended = if went { "well" } else { "badly" };
    let support = if went == good { Support::Supported } else { Support::Contradicted };
    said(support, vec![last], format!("the last {noun} ended {ended}"))
}

/// Whether two paths name the same file, one perhaps from a folder further down.
fn same_file(one: &str, two: &str) -> bool {
    fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
        path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
    }
    let (mut one, mut two) = (parts(one).rev(), parts(two).rev());
    let mut any = false;
    loop {
        match (one.next(), two.next()) {
            (Some(left), Some(right)) if left.eq_ignore_ascii_case(right) => any = true,
            (Some(_), Some(_)) => return false,
            _ => return any,
        }
    }
}

#[cfg(test)]
mod paths {
    use super::same_file;

    #[test]
    fn paths_agree_from_their_ends() {
        assert!(same_file("/home/a/src/x.rs", "src/x.rs") && same_file("x.rs", "./src/x.rs"));
        assert!(!same_file("src/x.rs", "lib/x.rs") && !same_file("x.rs", "xx.rs") && !same_file("", ""));
    }
}
