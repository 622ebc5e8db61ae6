//! What is said of tests against the recorded runs of them: how each ended, and how much of the project it covered. A run of one file says
//! nothing of the others: whoever says that all tests pass needs every run that ended badly to have been followed by one that covers it.
//! Whether files were changed in between is not asked.

use super::super::record::{Relation, squeezed, tested};
use super::super::{Polarity, Record, Scope, Statement, Tests, What};
use super::{Comparison, Support, calls, outcome, said};

/// One recorded run of tests.
#[derive(Debug, Clone, Copy)]
struct Run<'r> {
    call: usize,
    outcome: Tests,
    passed: Option<u64>,
    scope: &'r Scope,
}

impl Run<'_> {
    fn went(&self) -> Option<bool> {
        match self.outcome {
            Tests::Passed => Some(true),
            Tests::Failed | Tests::NotRun => Some(false),
            Tests::Unknown => None,
        }
    }

    /// "in `pkg/b`", "of `tests/a.py`": for people.
    fn words(&self) -> String {
        let mut words = String::new();
        for (before, what) in [(" in ", self.scope.place.as_str()), (" of ", self.scope.parts.join(" ").as_str())] {
            if !what.is_empty() {
                words.push_str(&format!("{before}`{}`", crate::signal::stated::head(what, 80)));
            }
        }
        words
    }
}

/// What a statement about tests speaks of.
enum Claimed {
    /// Tests, no further said.
    Any,
    /// A file, a folder, a package.
    Name(String),
    /// A command, with its words.
    Command(String, Scope),
}

/// A run that ended badly and has not been made good.
struct Open<'r> {
    run: Run<'r>,
    /// A later run may have covered it.
    doubtful: bool,
}

impl Record {
    pub(super) fn tests(&self, statement: &Statement) -> Comparison {
        let runs: Vec<Run<'_>> = self
            .facts
            .iter()
            .filter_map(|fact| match &fact.what {
                What::Tests { outcome, passed, scope, .. } => {
                    Some(Run { call: fact.call, outcome: *outcome, passed: *passed, scope })
                }
                _ => None,
            })
            .collect();
        match claimed(statement) {
            _ if runs.is_empty() => self.any_tests(statement, &runs),
            Claimed::Any => self.any_tests(statement, &runs),
            Claimed::Name(name) => self.tests_of(statement, &runs, &name),
            Claimed::Command(words, scope) => self.tests_by(statement, &runs, &words, &scope),
        }
    }

    /// Tests, no further said: all that were run.
    fn any_tests(&self, statement: &Statement, runs: &[Run<'_>]) -> Comparison {
        let real: Vec<&Run<'_>> = runs.iter().filter(|run| run.outcome != Tests::NotRun).collect();
        let all = || calls(runs.iter().map(|run| run.call));
        let those = || calls(real.iter().map(|run| run.call));
        let in_part = statement.whole && real.iter().all(|run| !run.scope.is_whole());
        match statement.polarity {
            Polarity::Happened if !real.is_empty() && in_part => {
                said(Support::NotCheckable, those(), "the record has a run of a part of the tests")
            }
            Polarity::Happened if !real.is_empty() => {
                said(Support::Supported, those(), "the record has a run of tests")
            }
            Polarity::Happened if !runs.is_empty() => {
                said(Support::Contradicted, all(), "the record has an attempt in which no test ran")
            }
            Polarity::NotDone if real.is_empty() => {
                said(Support::Supported, all(), "no run of tests before this is recorded")
            }
            Polarity::NotDone if in_part => {
                said(Support::Supported, those(), "the record has a run of a part of the tests only")
            }
            Polarity::NotDone => said(Support::Contradicted, those(), "the record has a run of tests"),
            _ if runs.is_empty() => said(Support::Unsupported, Vec::new(), "no run of tests before this is recorded"),
            Polarity::Failed if !statement.earlier && runs.last().is_some_and(|run| run.outcome == Tests::NotRun) => {
                said(Support::NotCheckable, all(), "in the last attempt no test ran")
            }
            _ => counted(statement, runs, self.ended(statement, runs)),
        }
    }

    /// How runs ended, taken together.
    fn ended(&self, statement: &Statement, runs: &[Run<'_>]) -> Comparison {
        let ended: Vec<(usize, bool)> = runs.iter().filter_map(|run| Some((run.call, run.went()?))).collect();
        let all = calls(runs.iter().map(|run| run.call));
        let Some((last, went)) = ended.last().copied().filter(|_| !statement.earlier) else {
            return outcome(statement, &ended, all, "run of tests");
        };
        let open = self.open(runs);
        let good = statement.polarity == Polarity::Succeeded;
        let settled = open.iter().rev().find(|open| !open.doubtful);
        match (settled, open.last()) {
            (Some(Open { run, .. }), _) => {
                let support = if good { Support::Contradicted } else { Support::Supported };
                let why = if run.call == last {
                    "the last run of tests ended badly".to_owned()
                } else {
                    format!("the last run of tests{} ended badly, and no later run covers it", run.words())
                };
                said(support, vec![run.call], why)
            }
            (None, Some(open)) => {
                let calls = calls([open.run.call, last]);
                said(
                    Support::NotCheckable,
                    calls,
                    "whether a later run covers the one that ended badly is not recorded",
                )
            }
            // Numbers that are recorded say themselves whether these were all.
            (None, None)
                if went
                    && good
                    && statement.whole
                    && runs.iter().all(|run| !run.scope.is_whole())
                    && (statement.passed.is_none() || runs.iter().all(|run| run.passed.is_none())) =>
            {
                said(Support::NotCheckable, all, "the record has runs of a part of the tests only")
            }
            (None, None) => outcome(statement, &ended, all, "run of tests"),
        }
    }

    /// The runs that ended badly and were not followed by one that covers them.
    fn open<'r>(&self, runs: &[Run<'r>]) -> Vec<Open<'r>> {
        let mut open: Vec<Open<'r>> = Vec::new();
        for run in runs {
            let mut mended = Vec::new();
            open.retain_mut(|one| {
                let covers = run.scope.covers(one.run.scope);
                let ends = one.run.call != run.call && covers == Some(true);
                match run.outcome {
                    Tests::Passed if ends => {
                        mended.push(one.run.call);
                        return false;
                    }
                    // The same again, and again badly: the later one stands.
                    Tests::Failed if ends => return false,
                    Tests::Passed if covers.is_none() || self.was_failing(one.run.call, run.scope) => {
                        one.doubtful = true;
                    }
                    Tests::Unknown if covers != Some(false) => one.doubtful = true,
                    _ => {}
                }
                true
            });
            // Of two runs in one call, what the call put out does not tell which ended badly.
            open.iter_mut().filter(|one| mended.contains(&one.run.call)).for_each(|one| one.doubtful = true);
            if run.outcome == Tests::Failed {
                open.push(Open { run: *run, doubtful: false });
            }
        }
        open
    }

    /// Whether what a call put out names one of these parts as failing.
    fn was_failing(&self, call: usize, scope: &Scope) -> bool {
        scope.parts.iter().any(|part| self.names_failing(call, part.rsplit(' ').next().unwrap_or(part)))
    }

    /// "FAILED tests/a.py::test_x", "--- FAIL: TestX", "test a::b ... FAILED".
    fn names_failing(&self, call: usize, name: &str) -> bool {
        let name = name.trim_start_matches("./").to_lowercase();
        let Some(text) = self.text(call).filter(|_| !name.is_empty()) else { return false };
        let mut words = text.split(' ').peekable();
        let mut before = ["", ""];
        while let Some(word) = words.next() {
            let after = words.peek().copied().unwrap_or_default();
            let fails = matches!(word.trim_matches([':', '[', ']']), "fail" | "failed" | "error");
            if fails && (after.contains(&name) || before[0].contains(&name) && matches!(before[1], "..." | "-")) {
                return true;
            }
            before = [before[1], word];
        }
        false
    }

    /// The tests of a file, a folder or a package.
    fn tests_of(&self, statement: &Statement, runs: &[Run<'_>], name: &str) -> Comparison {
        let related: Vec<(Relation, &Run<'_>)> = runs
            .iter()
            .filter(|run| run.outcome != Tests::NotRun)
            .map(|run| (run.scope.relation(name), run))
            .filter(|(relation, _)| *relation != Relation::Other)
            .collect();
        let of = |wanted: &[Relation]| -> Vec<usize> {
            calls(related.iter().filter(|(relation, _)| wanted.contains(relation)).map(|(_, run)| run.call))
        };
        let ran = of(&[Relation::Same, Relation::Wider, Relation::Narrower]);
        let own = of(&[Relation::Same]);
        let has = format!("the record has a run of the tests of `{name}`");
        match statement.polarity {
            Polarity::Happened if !ran.is_empty() => return said(Support::Supported, ran, has),
            Polarity::NotDone if !own.is_empty() => return said(Support::Contradicted, own, has),
            Polarity::NotDone if related.is_empty() => {
                return said(Support::Supported, Vec::new(), format!("no run of the tests of `{name}` is recorded"));
            }
            Polarity::Happened | Polarity::NotDone if !related.is_empty() => {
                return said(
                    Support::NotCheckable,
                    of(&[Relation::Unknown, Relation::Wider, Relation::Narrower]),
                    UNTOLD,
                );
            }
            _ => {}
        }
        if related.is_empty() {
            // Tests of `cart.py` may stand in any file; those in `test_cart.py` stand there.
            let is_test = name.to_lowercase().contains("test") || name.to_lowercase().contains("spec");
            let support = if is_test { Support::Unsupported } else { Support::NotCheckable };
            return said(support, Vec::new(), format!("no run of the tests of `{name}` before this is recorded"));
        }
        // The last word on it: a run of just that; a wider one that ended well, or names it as failing; a narrower one that ended badly.
        let mut stands: Option<(bool, Run<'_>)> = None;
        for (relation, run) in &related {
            stands = match (relation, run.went()) {
                (Relation::Same, Some(went)) => Some((went, **run)),
                (Relation::Wider, Some(true)) => Some((true, **run)),
                (Relation::Wider, Some(false)) if self.names_failing(run.call, name) => Some((false, **run)),
                (Relation::Narrower, Some(false)) => Some((false, **run)),
                _ => stands,
            };
        }
        let Some((went, run)) = stands else {
            return said(Support::NotCheckable, calls(related.iter().map(|(_, run)| run.call)), UNTOLD);
        };
        let good = statement.polarity == Polarity::Succeeded;
        let ended = if went { "well" } else { "badly" };
        let support = match (went == good, statement.earlier) {
            (true, _) => Support::Supported,
            // Of an earlier state another run may speak.
            (false, true) => Support::NotCheckable,
            (false, false) => Support::Contradicted,
        };
        let compared = said(support, vec![run.call], format!("the last run of the tests of `{name}` ended {ended}"));
        let alone: Vec<Run<'_>> =
            related.iter().filter(|(relation, _)| *relation == Relation::Same).map(|(_, run)| **run).collect();
        counted(statement, &alone, compared)
    }

    /// Tests by the command that runs them.
    fn tests_by(&self, statement: &Statement, runs: &[Run<'_>], words: &str, claimed: &Scope) -> Comparison {
        let mut own = Vec::new();
        let (mut more, mut untold) = (Vec::new(), Vec::new());
        for run in runs {
            match self.by(run, words, claimed) {
                Relation::Same => own.push(*run),
                Relation::Wider => more.push(*run),
                Relation::Unknown => untold.push(*run),
                Relation::Narrower | Relation::Other => {}
            }
        }
        if own.is_empty() {
            let missing = format!("no command `{words}` before this is recorded");
            let rest = calls(more.iter().chain(&untold).map(|run| run.call));
            return match statement.polarity {
                Polarity::NotDone => said(Support::Supported, Vec::new(), missing),
                Polarity::Succeeded if !more.is_empty() && !statement.earlier => {
                    let compared = self.ended(statement, &more);
                    // What failed in a wider run need not have failed in this one.
                    if compared.support == Support::Supported {
                        compared
                    } else {
                        said(Support::NotCheckable, rest, UNTOLD)
                    }
                }
                _ if !rest.is_empty() => {
                    said(Support::NotCheckable, rest, format!("{missing}, but another run of tests"))
                }
                _ => said(Support::Unsupported, Vec::new(), missing),
            };
        }
        // What covers it speaks for it as well, in the order of the record: where it ended well, or names it as failing.
        more.retain(|run| run.outcome == Tests::Passed || self.was_failing(run.call, claimed));
        let speak: Vec<Run<'_>> = runs
            .iter()
            .filter(|run| own.iter().chain(&more).any(|one| one.call == run.call && one.scope == run.scope))
            .copied()
            .collect();
        match statement.polarity {
            Polarity::Happened | Polarity::NotDone => {
                self.any_tests(&Statement { whole: false, ..statement.clone() }, &own)
            }
            _ => self.any_tests(&Statement { whole: false, ..statement.clone() }, &speak),
        }
    }

    /// The calls whose runs of tests stand so to a command.
    pub(super) fn runs_like(&self, words: &str, wanted: &[Relation]) -> Vec<usize> {
        let Some(claimed) = tested(words) else { return Vec::new() };
        let like = |fact: &super::Fact| match &fact.what {
            What::Tests { outcome, passed, scope, .. } => {
                let run = Run { call: fact.call, outcome: *outcome, passed: *passed, scope };
                wanted.contains(&self.by(&run, words, &claimed)).then_some(fact.call)
            }
            _ => None,
        };
        calls(self.facts.iter().filter_map(like))
    }

    /// How a run stands to a command that is named.
    fn by(&self, run: &Run<'_>, words: &str, claimed: &Scope) -> Relation {
        let is_it = |line: &str| {
            line == words || line.ends_with(&format!("&& {words}")) || line.ends_with(&format!("; {words}"))
        };
        let literally = self
            .facts
            .iter()
            .any(|fact| fact.call == run.call && matches!(&fact.what, What::Command { line, .. } if is_it(line)));
        if literally {
            return Relation::Same;
        }
        if run.scope.runner != claimed.runner {
            return Relation::Unknown;
        }
        // A sentence seldom says where a command was run.
        let place = if claimed.place.is_empty() { run.scope.place.clone() } else { claimed.place.clone() };
        let claimed = Scope { place, ..claimed.clone() };
        match (run.scope.covers(&claimed), claimed.covers(run.scope)) {
            (Some(true), Some(true)) => Relation::Same,
            // All tests of some folder: whether those that are named lie there is not said.
            (Some(true), _) if !run.scope.place.is_empty() && run.scope.is_whole() => Relation::Unknown,
            (Some(true), _) => Relation::Wider,
            (Some(false), Some(true)) => Relation::Narrower,
            (Some(false), Some(false)) => Relation::Other,
            _ => Relation::Unknown,
        }
    }
}

/// Said where runs are recorded that may or may not be the ones that are meant.
const UNTOLD: &str = "the runs that are recorded do not tell how these tests ended";

/// What a statement speaks of.
fn claimed(statement: &Statement) -> Claimed {
    let Some(scope) = statement.scope.as_deref() else { return Claimed::Any };
    match tested(scope) {
        Some(found) => Claimed::Command(squeezed(scope.trim_start_matches("$ ")), found),
        None => Claimed::Name(scope.to_owned()),
    }
}

/// The number of tests is checked where the outcome agrees: against each run that ended well, and against those together of which none
/// covers another.
fn counted(statement: &Statement, runs: &[Run<'_>], compared: Comparison) -> Comparison {
    let agrees = matches!(compared.support, Support::Supported | Support::NotCheckable);
    let (true, Polarity::Succeeded, Some(claimed)) = (agrees, statement.polarity, statement.passed) else {
        return compared;
    };
    let well: Vec<&Run<'_>> = runs.iter().filter(|run| run.outcome == Tests::Passed).collect();
    let counts: Vec<u64> = well.iter().filter_map(|run| run.passed).collect();
    let mut apart: Vec<&Run<'_>> = Vec::new();
    for run in &well {
        apart.retain(|one| run.scope.covers(one.scope) != Some(true));
        apart.push(run);
    }
    let sum = apart.iter().filter_map(|run| run.passed).fold(0_u64, u64::saturating_add);
    let doubted = compared.support == Support::NotCheckable && runs.iter().any(|run| run.outcome != Tests::Passed);
    if counts.len() < well.len() || counts.is_empty() || counts.contains(&claimed) || sum == claimed || doubted {
        return compared;
    }
    let last = counts.last().copied().unwrap_or_default();
    said(
        Support::Contradicted,
        calls(well.iter().map(|run| run.call)),
        format!("{last} test{} passed, not {claimed}", if last == 1 { "" } else { "s" }),
    )
}
