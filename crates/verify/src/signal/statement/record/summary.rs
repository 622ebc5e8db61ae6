//! How a run ended, from its output: the summaries that test runners and compilers print. Not a log parser: only last words count.

use std::sync::LazyLock;

use regex::Regex;

use super::Tests;

/// What an output says of a run of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) outcome: Tests,
    pub(super) passed: Option<u64>,
    pub(super) failed: Option<u64>,
}

struct Patterns {
    counts: Vec<Regex>,
    failed: Regex,
    passed: Regex,
    not_run: Regex,
    build_failed: Regex,
    build_done: Regex,
    found: Regex,
    clean: Regex,
    exit: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let counts: Option<Vec<Regex>> = [
        // cargo
        r"test result: \w+\. (?P<passed>\d+) passed; (?P<failed>\d+) failed",
        // nextest
        r"Summary \[[^\]]*\]\s+\d+ tests? run: (?P<passed>\d+) passed(?:[^,\n]*)?(?:, (?P<failed>\d+) failed)?",
        // pytest, its parts in any order
        r"(?m)^=*[ =]*(?:(?P<failed>\d+) failed)?,? ?(?:(?P<passed>\d+) passed)?(?:, [^\n]*)? in [\d.:]+ ?s",
        // jest and vitest
        r"(?m)^\s*Tests:?\s+(?:(?P<failed>\d+) failed[,| ]+)?(?:\d+ (?:skipped|todo)[,| ]+)*(?:(?P<passed>\d+) passed)?",
        // mocha
        r"(?m)^\s*(?P<passed>\d+) passing(?:[^\n]*\n(?:\s*\d+ pending\n)?\s*(?P<failed>\d+) failing)?",
        // maven and other junit
        r"Tests run: (?P<total>\d+), Failures: (?P<failed>\d+), Errors: (?P<errors>\d+)",
        // ctest
        r"\d+% tests passed, (?P<failed>\d+) tests? failed out of (?P<total>\d+)",
        // rspec, phpunit
        r"(?P<total>\d+) examples?, (?P<failed>\d+) failures?",
        r"OK \((?P<passed>\d+) tests?",
        // dotnet
        r"Failed:\s+(?P<failed>\d+), Passed:\s+(?P<passed>\d+)",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).ok())
    .collect();
    Some(Patterns {
        counts: counts?,
        failed: Regex::new(r"(?m)^(?:FAIL\b|--- FAIL|FAILED|not ok \d|FAILURES!|ERRORS?!)|\bFAILED \((?:failures|errors)=|could not compile|BUILD FAILED|BUILD FAILURE|npm ERR!|error\[E\d{4}\]|Traceback \(most recent call last\)|^error: test failed|INTERNALERROR|ImportError|ModuleNotFoundError|Segmentation fault|AssertionError|panicked at").ok()?,
        passed: Regex::new(r"(?m)^(?:ok\s+\S+|PASS\b|OK\b|All tests passed|BUILD SUCCESS(?:FUL)?|# fail 0)|\ball tests passed\b").ok()?,
        not_run: Regex::new(r"(?i)command not found|not recognized as an internal|no such file or directory|no tests? (?:ran|found|to run|collected)|collected 0 items|missing script|unknown command|permission denied|could not find `?cargo\.toml|can't open file|timed out|is not installed|no module named '?pytest").ok()?,
        build_failed: Regex::new(r"(?mi)^error(?:\[E\d+\])?:|could not compile|BUILD FAILED|BUILD FAILURE|\berror TS\d+|: (?:fatal )?error:|compilation (?:failed|terminated)|^make(?:\[\d+\])?: \*\*\*|failed to compile|npm ERR!|cannot find (?:symbol|module|package)|^Build failed|undefined reference|syntax error|SyntaxError").ok()?,
        build_done: Regex::new(r"(?m)^\s*Finished\b|BUILD SUCCESS|Build succeeded|[Cc]ompiled successfully|✓ built in|Successfully (?:built|compiled)|webpack [\d.]+ compiled|Built target").ok()?,
        found: Regex::new(r"(?mi)^(?:error|warning)(?:\[[^\]]+\])?:|Found \d+ errors?|✖ \d+ problems?|\b[1-9]\d* (?:errors?|problems?)\b|would reformat|\berror TS\d+|^Diff in").ok()?,
        clean: Regex::new(r"(?mi)All checks passed|no issues found|\b0 errors\b|^\s*Finished\b|All matched files use|0 problems").ok()?,
        exit: Regex::new(r"(?i)\bexit(?:ed with)?(?: exit)?[ _](?:code|status)[: =]+(-?\d{1,5})\b").ok()?,
    })
});

/// The end of an output, in bytes, where its summary stands.
const LAST: usize = 1 << 18;

/// An exit code that the output itself reports.
pub(super) fn exit_code(output: &str) -> Option<i64> {
    let last = crate::signal::stated::tail(output, 400);
    let found = PATTERNS.as_ref()?.exit.captures_iter(last).last()?;
    found.get(1)?.as_str().parse().ok()
}

/// Reads a run of tests; `ok` is what its own exit code says, where it is known.
pub(super) fn tests(output: &str, ok: Option<bool>) -> Summary {
    let unknown = Summary { outcome: Tests::Unknown, passed: None, failed: None };
    let Some(patterns) = PATTERNS.as_ref() else { return unknown };
    let output = crate::signal::stated::tail(output, LAST);
    for pattern in &patterns.counts {
        let mut sum: Option<(u64, u64)> = None;
        for captures in pattern.captures_iter(output) {
            let number = |name: &str| captures.name(name).and_then(|one| one.as_str().parse::<u64>().ok());
            let (passed, failed) = (number("passed"), number("failed"));
            if passed.is_none() && failed.is_none() && number("total").is_none() {
                continue;
            }
            let failed = failed.unwrap_or(0).saturating_add(number("errors").unwrap_or(0));
            let passed = passed.unwrap_or_else(|| number("total").unwrap_or(0).saturating_sub(failed));
            let before = sum.unwrap_or((0, 0));
            sum = Some((before.0.saturating_add(passed), before.1.saturating_add(failed)));
        }
        if let Some((passed, failed)) = sum {
            let broken = failed == 0 && (ok == Some(false) || output.contains("could not compile"));
            let outcome = if failed > 0 || broken {
                Tests::Failed
            } else if passed == 0 {
                Tests::NotRun
            } else {
                Tests::Passed
            };
            return Summary { outcome, passed: Some(passed), failed: Some(failed) };
        }
    }
    let outcome = if patterns.not_run.is_match(output) && ok != Some(true) {
        Tests::NotRun
    } else if ok == Some(false) || patterns.failed.is_match(output) {
        Tests::Failed
    } else if ok == Some(true) || patterns.passed.is_match(output) {
        Tests::Passed
    } else {
        Tests::Unknown
    };
    Summary { outcome, ..unknown }
}

/// Whether a build went well.
pub(super) fn build(output: &str, ok: Option<bool>) -> Option<bool> {
    let patterns = PATTERNS.as_ref()?;
    let output = crate::signal::stated::tail(output, LAST);
    ok.or_else(|| {
        if patterns.build_failed.is_match(output) || patterns.not_run.is_match(output) {
            Some(false)
        } else {
            patterns.build_done.is_match(output).then_some(true)
        }
    })
}

/// Whether a checker found nothing.
pub(super) fn check(output: &str, ok: Option<bool>) -> Option<bool> {
    let patterns = PATTERNS.as_ref()?;
    let output = crate::signal::stated::tail(output, LAST);
    ok.or_else(|| {
        if patterns.clean.is_match(output) && !patterns.build_failed.is_match(output) {
            Some(true)
        } else {
            patterns.found.is_match(output).then_some(false)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Tests::{Failed, NotRun, Passed, Unknown};
    use super::*;

    #[test]
    fn summaries_of_runners_are_read() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored\n\ntest result: ok. 3 passed; 0 failed",
                Passed,
                Some(15),
                Some(0),
            ),
            ("test result: FAILED. 11 passed; 1 failed; 0 ignored", Failed, Some(11), Some(1)),
            ("error[E0308]: mismatched types\nerror: could not compile `x`", Failed, None, None),
            ("===== 3 failed, 12 passed in 0.52s =====", Failed, Some(12), Some(3)),
            ("12 passed in 0.52s", Passed, Some(12), Some(0)),
            ("==== 7 passed, 1 warning in 1.2s ====", Passed, Some(7), Some(0)),
            ("Tests:       1 failed, 4 passed, 5 total", Failed, Some(4), Some(1)),
            ("      Tests  9 passed (9)", Passed, Some(9), Some(0)),
            ("  14 passing (3s)\n  2 failing", Failed, Some(14), Some(2)),
            ("Ran 5 tests in 0.1s\n\nOK", Passed, None, None),
            ("Ran 5 tests in 0.1s\n\nFAILED (failures=1)", Failed, None, None),
            ("ok  \texample.org/a\t0.01s", Passed, None, None),
            ("--- FAIL: TestA (0.00s)\nFAIL", Failed, None, None),
            ("[INFO] Tests run: 8, Failures: 1, Errors: 1, Skipped: 0", Failed, Some(6), Some(2)),
            ("100% tests passed, 0 tests failed out of 9", Passed, Some(9), Some(0)),
            ("21 examples, 0 failures", Passed, Some(21), Some(0)),
            ("bash: pytest: command not found", NotRun, None, None),
            ("no tests ran in 0.01s", NotRun, None, None),
            ("", Unknown, None, None),
        ];
        for (output, outcome, passed, failed) in cases {
            assert_eq!(tests(output, None), Summary { outcome, passed, failed }, "{output}");
        }
        assert_eq!(tests("", Some(true)).outcome, Passed);
        assert_eq!(tests("boom", Some(false)).outcome, Failed);
        assert_eq!(exit_code("done\nexit code: 3"), Some(3));
    }
}
