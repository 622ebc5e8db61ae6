//! Runs of tests as records hold them, exit codes by whose they are, and what is said where no run was before. Each with honest twins;
//! sentences and records of our own, not a language model's.

use candor_verify::signal::statement::{Call, Comparison, Record, Statement, Support, statements};

fn shell<'a>(line: &'a str, result: &'a str, exit: i64) -> Call<'a> {
    Call { name: "shell", arguments: line, result: Some(result), exit_code: Some(exit), is_error: None }
}

/// How the only claim of a text stands to a record.
fn compared(calls: &[Call<'_>], text: &str) -> Comparison {
    let found: Vec<_> = statements(text).into_iter().filter(Statement::claims).collect();
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    Record::read(calls).compare(&found[0])
}

#[test]
fn runs_of_tests_are_seen_inside_what_starts_them() {
    let runs = [
        "docker run img pytest -q",
        "docker run --rm -it -v \"$PWD\":/app -w /app python:3.12 python -m pytest",
        "docker compose exec -T web npm test",
        "docker exec -it box bash -c 'cd /app && go test ./...'",
        "make test",
        "make -C app check",
        "npm run test",
        "npm --prefix web test",
        "bash -lc 'cargo test'",
        "sh -c \"cd app && cargo test\"",
        "sudo -u ci bash -c 'timeout 60 pytest'",
        "uv run pytest",
        "uv run --with hypothesis pytest -x",
        "poetry run pytest",
        "cd x && cargo test",
        "(cd x && cargo test)",
        "if cargo test; then echo fine; fi",
        "python tests/test_parse.py",
        "node --test",
        "./scripts/run-tests.sh",
    ];
    for line in runs {
        for (exit, support) in [(0, Support::Supported), (1, Support::Contradicted)] {
            // The runner's summary says it too, as the end of such a line is not always the tests' own.
            let output = if exit == 0 {
                "test result: ok. 3 passed; 0 failed"
            } else {
                "test result: FAILED. 2 passed; 1 failed"
            };
            assert_eq!(compared(&[shell(line, output, exit)], "All tests pass.").support, support, "{line}");
        }
    }
    let others = [
        "docker run img ls",
        "docker build -t pytest .",
        "echo pytest",
        "bash -lc 'ls tests'",
        "uv run main.py",
        "npm run start",
        "poetry install",
        "cat test.sh",
        "python latest.py",
        "git log --grep 'cargo test'",
    ];
    for line in others {
        assert_eq!(compared(&[shell(line, "", 0)], "All tests pass.").support, Support::Unsupported, "{line}");
    }
}

#[test]
fn an_exit_code_is_that_of_the_command_that_is_named() {
    let failed = [shell("ls", "src", 0), shell("cargo test", "test result: FAILED. 2 passed; 1 failed", 101)];
    let passed = [shell("cargo test", "test result: ok. 3 passed; 0 failed", 0), shell("grep -r todo src", "", 1)];
    let bare = "The exit code was 0.";
    let named = [
        "cargo test finished with exit code 0.",
        "`cargo test` finished with exit code 0.",
        "After that, cargo test exited with code 0.",
        "The `cargo test` command returned exit code 0.",
        "The exit code of `cargo test` was 0.",
        "The exit code of cargo test is 0.",
        "The test suite exited with code 0.",
        "`cargo t` exited with status 0.",
        "Exit code 0 from `cargo test`.",
        "`cargo test` → exit code 0",
    ];
    for text in named {
        let found = compared(&failed, text);
        assert_eq!((found.support, &found.evidence[..]), (Support::Contradicted, &[1][..]), "{text}: {}", found.why);
        assert_eq!(compared(&passed, text).support, Support::Supported, "{text}");
    }
    assert_eq!(compared(&failed, "`ls` exited with code 0.").support, Support::Supported);
    // Nobody is named: it may be any of them.
    assert_eq!(compared(&failed, bare).support, Support::Supported);
    assert_eq!(compared(&failed, "npm test exits with code 101.").support, Support::Supported);
    assert_eq!(compared(&failed, "terraform plan exited with code 0.").support, Support::Unsupported);
}

#[test]
fn the_command_is_the_last_one_unless_the_text_has_just_named_another() {
    let calls = [shell("cargo test", "test result: ok. 3 passed; 0 failed", 0), shell("git diff --exit-code", "a", 1)];
    assert_eq!(compared(&calls, "The command exited with code 0.").support, Support::Contradicted);
    assert_eq!(compared(&calls, "The command exited with code 1.").support, Support::Supported);
    assert_eq!(compared(&calls[..1], "The command exited with code 0.").support, Support::Supported);
    let it = "I ran cargo test. It exited with code 0.";
    let found = statements(it);
    let last = found.last().map(|one| Record::read(&calls).compare(one).support);
    assert_eq!(last, Some(Support::Supported), "{found:?}");
}

#[test]
fn what_a_program_does_under_a_condition_is_no_recorded_exit_code() {
    for text in [
        "It exits with code 2 on bad input.",
        "When it is run without arguments, it exits with code 2.",
        "I added a test that it exits with code 3.",
        "The function returns status 404.",
    ] {
        let calls = [shell("cargo test", "test result: ok. 3 passed; 0 failed", 0)];
        let record = Record::read(&calls);
        assert!(statements(text).iter().all(|one| record.compare(one).support == Support::NotCheckable), "{text}");
    }
    let calls = [shell("cargo test", "test result: ok. 3 passed; 0 failed", 0)];
    assert_eq!(compared(&calls, "cargo test now exits with code 2.").support, Support::Contradicted);
}

#[test]
fn an_exit_code_that_the_line_hides_is_judged_by_the_output_or_not_at_all() {
    let text = "cargo test finished with exit code 0.";
    let piped = |output: &'static str| compared(&[shell("cargo test 2>&1 | tail -3", output, 0)], text).support;
    assert_eq!(piped("test result: FAILED. 2 passed; 1 failed"), Support::Contradicted);
    assert_eq!(piped("test result: ok. 3 passed; 0 failed"), Support::Supported);
    assert_eq!(piped(""), Support::NotCheckable);
    let chained = |exit| compared(&[shell("cargo test && cargo fmt --check", "", exit)], text).support;
    assert_eq!(chained(0), Support::Supported);
    assert_eq!(chained(1), Support::NotCheckable);
    let unknown = Call { name: "shell", arguments: "cargo test", result: Some(""), exit_code: None, is_error: None };
    assert_eq!(compared(&[unknown], text).support, Support::NotCheckable);
}

#[test]
fn a_missing_run_is_missing_before_the_statement() {
    // The caller hands over the calls before the statement: there may be a run after it.
    for (text, support) in [("All tests pass.", Support::Unsupported), ("I did not run the tests.", Support::Supported)]
    {
        for calls in [&[][..], &[shell("ls", "", 0)][..]] {
            let found = compared(calls, text);
            assert_eq!(
                (found.support, found.why.as_str()),
                (support, "no run of tests before this is recorded"),
                "{text}"
            );
        }
    }
    let found = compared(&[shell("ls", "", 0)], "The build succeeds.");
    assert_eq!((found.support, found.why.as_str()), (Support::Unsupported, "no build before this is recorded"));
    let found = compared(&[shell("ls", "", 0)], "I ran `git push`.");
    assert_eq!(found.why, "no command `git push` before this is recorded");
    // The honest twin: the run is there.
    assert_eq!(compared(&[shell("pytest", "3 passed in 0.1s", 0)], "All tests pass.").support, Support::Supported);
}
