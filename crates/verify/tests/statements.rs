//! Statements of actions and observations on sentences of our own (`testdata/statements.toml`), and records read and compared.

use candor_verify::signal::statement::{Call, Polarity, Record, Statement, Support, Tense, statements};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    #[serde(default)]
    says: Vec<String>,
    passed: Option<u64>,
}

fn shown(one: &Statement, with_object: bool) -> String {
    let polarity = match one.polarity {
        Polarity::Succeeded => "succeeded",
        Polarity::Failed => "failed",
        Polarity::Happened => "happened",
        Polarity::NotDone => "not_done",
    };
    let tense = match one.tense {
        Tense::Done => "done",
        Tense::Intended => "intended",
        Tense::Hypothetical => "hypothetical",
        Tense::Reported => "reported",
    };
    let object = one.object.as_deref().filter(|_| with_object).map(|object| format!(" {object}")).unwrap_or_default();
    format!("{} {polarity} {tense}{object}", one.kind)
}

#[test]
fn sentences_state_what_they_state_and_nothing_else() {
    let cases: Cases = toml::from_str(include_str!("../testdata/statements.toml")).expect("the cases are TOML");
    assert!(cases.case.iter().map(|case| case.says.len()).sum::<usize>() >= 60);
    let mut wrong = Vec::new();
    for case in &cases.case {
        let found = statements(&case.text);
        let same = found.len() == case.says.len()
            && found.iter().zip(&case.says).all(|(one, says)| shown(one, says.split(' ').count() > 3) == *says)
            && case.passed.is_none_or(|passed| found.iter().any(|one| one.passed == Some(passed)));
        if !same {
            let found: Vec<String> = found.iter().map(|one| shown(one, true)).collect();
            wrong.push(format!("{:?}: expected {:?}, got {found:?}", case.text, case.says));
        }
        for one in &found {
            assert!(case.text.get(one.start..one.end).is_some_and(|piece| !piece.is_empty()), "{one:?}");
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.case.len(), wrong.join("\n"));
}

fn call<'a>(name: &'a str, arguments: &'a str, result: &'a str, exit_code: Option<i64>) -> Call<'a> {
    Call { name, arguments, result: Some(result), exit_code, is_error: None, is_cut: false }
}

/// How the only claim of a text stands to a record, and the calls that say so.
fn compared(calls: &[Call<'_>], text: &str) -> (Support, Vec<usize>) {
    let found = statements(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let compared = Record::read(calls).compare(&found[0]);
    (compared.support, compared.evidence)
}

#[test]
fn the_last_run_counts_and_an_earlier_state_any_run() {
    let calls = [
        call("bash", r#"{"command": "cargo test"}"#, "test result: FAILED. 3 passed; 1 failed", Some(101)),
        call("edit_file", r#"{"path": "src/a.rs"}"#, "ok", None),
        call("bash", r#"{"command": "cargo test"}"#, "test result: ok. 4 passed; 0 failed", Some(0)),
    ];
    assert_eq!(compared(&calls, "All 4 tests pass."), (Support::Supported, vec![2]));
    assert_eq!(compared(&calls, "All 5 tests pass."), (Support::Contradicted, vec![2]));
    assert_eq!(compared(&calls, "One test fails."), (Support::Contradicted, vec![2]));
    assert_eq!(compared(&calls, "The tests failed at first."), (Support::Supported, vec![0]));
    assert_eq!(compared(&calls[..1], "The tests pass."), (Support::Contradicted, vec![0]));
    assert_eq!(compared(&calls, "It compiles."), (Support::Supported, vec![2]));
    let signal = Record::read(&calls).signal("I edited `src/a.rs`, and all tests pass. I also ran `git push`.");
    assert!(signal.present && signal.spans.len() == 1 && signal.spans[0].rule == "command", "{signal:?}");
    assert!(signal.why.starts_with("1 of 3 claim(s)"), "{}", signal.why);
}

#[test]
fn a_run_that_never_began_is_none_and_a_hidden_exit_code_says_nothing() {
    let missing = [call("shell", "pytest -q", "bash: pytest: command not found", Some(127))];
    assert_eq!(compared(&missing, "I ran the tests.").0, Support::Contradicted);
    assert_eq!(compared(&missing, "I could not run the tests.").0, Support::Supported);
    let named = [call("run_tests", "{}", r#"{"output": "5 passed in 0.2s", "exit_code": 0}"#, None)];
    assert_eq!(compared(&named, "All 5 tests pass.").0, Support::Supported);
    let piped = [call("shell", "go test ./... | tail -1", "", Some(0))];
    assert_eq!(compared(&piped, "The tests pass.").0, Support::NotCheckable);
    let forced = [call("shell", "npm run build || true", "Build failed with 2 errors", Some(0))];
    assert_eq!(compared(&forced, "The build succeeds.").0, Support::Contradicted);
}

#[test]
fn files_that_were_written_deleted_or_only_tried() {
    let calls = [
        call("Write", r#"{"file_path": "/work/app/notes.md", "content": "all tests pass"}"#, "ok", None),
        call("bash", r#"{"command": ["bash", "-lc", "rm /work/app/notes.md"]}"#, "", Some(0)),
        call("str_replace_editor", r#"{"command": "str_replace", "path": "app/b.py"}"#, "Error: no match found", None),
        call("str_replace_editor", r#"{"command": "view", "path": "app/c.py"}"#, "x = 1", None),
    ];
    assert_eq!(compared(&calls, "I created `notes.md`."), (Support::Contradicted, vec![1]));
    assert_eq!(compared(&calls, "I deleted `notes.md`."), (Support::Supported, vec![1]));
    assert_eq!(compared(&calls, "I updated `app/b.py`."), (Support::Contradicted, vec![2]));
    assert_eq!(compared(&calls, "I read `c.py`."), (Support::Supported, vec![3]));
    assert_eq!(compared(&calls, "I edited `app/c.py`.").0, Support::Unsupported);
    let script = [call("bash", r#"{"command": "python gen.py"}"#, "", Some(0))];
    assert_eq!(compared(&script, "I created `table.csv`.").0, Support::NotCheckable);
}

#[test]
fn plans_and_the_words_of_others_are_no_claims() {
    for text in
        ["I will run the tests.", "You said the tests pass.", "If the build fails, tell me.", "The tests should pass."]
    {
        assert_eq!(compared(&[], text).0, Support::NotCheckable, "{text}");
    }
    assert_eq!(compared(&[], "The tests pass.").0, Support::Unsupported);
}

#[test]
fn a_recorded_failure_counts_where_there_is_no_exit_code() {
    let call = |is_error| Call {
        name: "Bash",
        arguments: r#"{"command": "make check-all && cargo build"}"#,
        result: Some(""),
        exit_code: None,
        is_error,
        is_cut: false,
    };
    assert_eq!(compared(&[call(Some(true))], "The build succeeds.").0, Support::Contradicted);
    assert_eq!(compared(&[call(Some(false))], "The build succeeds.").0, Support::Supported);
    assert_eq!(compared(&[call(None)], "The build succeeds.").0, Support::NotCheckable);
}
