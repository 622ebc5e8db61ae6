//! What goes wrong: every exit code, and messages that name file, place, what was expected, what was found, and a hint.

use crate::environment::{TestEnvironment, assert_readable, call, only_run};

#[test]
fn a_missing_source_is_named() {
    let environment = TestEnvironment::new();
    let ran = environment.run(&["audit", "run", "--from", "nowhere"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(6), ""));
    insta::assert_snapshot!(ran.err, @r#"
    nowhere: no such file or directory
    hint: check the path; it is taken relative to the working directory
    "#);
}

#[test]
fn a_broken_record_has_file_line_expectation_and_hint() {
    let environment = TestEnvironment::new();
    let good: String = (0..20).flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, q % 3 > 0))).collect();
    environment.write("runs/a.jsonl", &format!("{good}{{\"trial\": 7}}\n{good}"));
    let ran = environment.run(&["audit", "run", "compute", "--from", "runs"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(6), ""));
    assert!(ran.err.contains("a.jsonl:81: "), "{}", ran.err);
    assert!(
        ran.err.contains("expected ") && ran.err.contains(", found ") && ran.err.contains("\nhint: "),
        "{}",
        ran.err
    );
    assert!(
        !environment.path(".candor/runs").read_dir().expect("the store").any(|_| true),
        "nothing half-written is left"
    );
    let ran = environment.run(&["audit", "run", "compute", "--from", "runs", "--skip-invalid"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("1 record that could not be read") && ran.out.contains("a.jsonl:81"), "{}", ran.out);
}

#[test]
fn many_records_left_out_leave_no_evidence_and_pass_no_gate() {
    let environment = TestEnvironment::new();
    let good = |side: &str| (0..300).map(|q| call(&format!("q{q}"), 0, q % 4 > 0)).collect::<String>() + side;
    // Verdicts of a half: broken records, and not at random.
    let half: String = (0..100).map(|q| call(&format!("h{q}"), 0, true).replace("\"correct\"", "0.5")).collect();
    environment.write("before.jsonl", &good(""));
    environment.write("after.jsonl", &good(&half));
    let mark = |file: &str| {
        let out = environment.done(&["audit", "run", "compute", "--from", file, "--skip-invalid", "--json", "--quiet"]);
        let run: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let claims = run["reports"][0]["claims"].as_array().expect("claims").clone();
        let claim = claims.iter().find(|claim| claim["name"].as_str().is_some_and(|name| name.contains("accuracy")));
        claim.expect("an accuracy").to_string()
    };
    let (whole, left) = (mark("before.jsonl"), mark("after.jsonl"));
    assert!(!whole.contains("could not be read") && left.contains("25.0 % of the records could not be read"), "{left}");
    let gate = ["compare", "before.jsonl", "after.jsonl", "--fail-if", "accuracy drops by more than 9 points"];
    assert_eq!(environment.run(&[&gate[..2], &["before.jsonl"], &gate[3..]].concat()).code, Some(0));
    let ran = environment.run(&[&gate[..], &["--skip-invalid"]].concat());
    assert!(ran.code == Some(8) && ran.out.contains("cannot tell"), "{:?} {}", ran.code, ran.out);
    assert!(ran.out.contains("0 and 100 of them records that could not be read"), "{}", ran.out);
}

#[test]
fn settings_that_make_no_sense_are_refused_with_their_line() {
    let environment = TestEnvironment::new();
    environment.write("s.toml", "margin = 0.02\nmargins = 3\n");
    let ran = environment.run(&["audit", "run", "--settings", "s.toml"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.starts_with("s.toml:2: ") && ran.err.contains("margins"), "{}", ran.err);
    for (arguments, said) in [
        (&["audit", "run", "--operate", "16"][..], "--operate: expected paths=N"),
        (&["audit", "run", "--level", "0"], "--level: expected"),
        (&["audit", "run", "--margin", "-1"], "--margin"),
        (&["audit", "run", "nothing"], "audit `nothing`: expected one of"),
        (&["audit", "run", "--published", "1=62,x"], "--published"),
        (&["audit", "run", "faithfulness", "--published", "1=62,4=70"], "--published: expected the audit compute"),
        (&["compare", "a", "b", "--fail-if", "cost rises"], "--fail-if"),
        (&["audit", "run", "--csv", "--md"], "--md"),
    ] {
        let ran = environment.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_run_that_is_not_there_or_was_changed_is_code_5() {
    let environment = TestEnvironment::new();
    for command in [&["record", "status"], &["record", "verify"]] {
        let ran = environment.run(command);
        assert!(ran.code == Some(5) && ran.err.contains("record init"), "{command:?} {}", ran.err);
    }
    let named = environment.run(&["record", "verify", "."]);
    assert_eq!(named.code, Some(6), "{}", named.err);
    let neither = environment.run(&["compare", "before.jsonl", "@last"]);
    assert_eq!(neither.code, Some(6), "{}", neither.err);
    assert!(neither.err.contains("no file or folder `before.jsonl` either"), "{}", neither.err);
    let paths = environment.run(&["audit", "run", "compute", "--paths", "1,x"]);
    assert!(paths.code == Some(2) && paths.err.contains("such as 1,4,16"), "{}", paths.err);
    let ran = environment.run(&["audit", "report"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(5), ""));
    insta::assert_snapshot!(ran.err, @r#"
    run `@last`: expected one of 0 runs under .candor/runs, found none of that name
    hint: candor audit run makes one
    "#);
    environment.done(&["audit", "run", "compute", "--quiet"]);
    let id = only_run(&environment);
    let report = environment.path(&format!(".candor/runs/{id}/report.json"));
    let text = std::fs::read_to_string(&report).expect("a report").replacen("\"planted\"", "\"evidence-backed\"", 1);
    std::fs::write(&report, text).expect("written");
    let ran = environment.run(&["audit", "report"]);
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    assert!(ran.err.contains("report.json: expected what a run stored"), "{}", ran.err);
}

#[test]
fn a_store_that_cannot_be_written_is_code_3() {
    let environment = TestEnvironment::new();
    environment.write("taken", "a file, not a folder");
    let ran = environment.run(&["audit", "run", "--dir", "taken"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""));
    assert!(ran.err.contains("taken/runs: cannot write") && ran.err.contains("hint: "), "{}", ran.err);
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let environment = TestEnvironment::new();
    let hostile = "m\\u001b[2J\\u202e|<script>&`";
    let calls: String = (0..40)
        .flat_map(|q| (0..8).map(move |s| (q, s)))
        .map(|(q, s)| call(&format!("q{q}"), s, (q + s) % 3 > 0).replace("\"m\"", &format!("\"{hostile}\"")))
        .collect();
    environment.write("runs/a\u{1b}[31m.jsonl", &calls);
    let out = environment.done(&["audit", "run", "compute", "--from", "runs", "--quiet"]);
    assert_readable(&out, 100);
    for form in ["--md", "--csv"] {
        let out = environment.done(&["audit", "report", form, "--junit", "j.xml", "--html", "r.html"]);
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{form}");
        assert!(form == "--csv" || !out.contains("<script>"), "{form}");
    }
    for file in ["j.xml", "r.html"] {
        let text = std::fs::read_to_string(environment.path(file)).expect("written");
        assert!(!text.contains("<script>&") && !text.contains('\u{1b}'), "{file}");
    }
    let ran = environment.run(&["audit", "run", "--from", "no\u{1b}[2Jwhere"]);
    assert!(ran.code == Some(6) && !ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::process::{Command, Stdio};
    let environment = TestEnvironment::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["audit", "run", "--quiet"])
        .current_dir(environment.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn ctrl_c_and_termination_end_with_code_7_and_leave_nothing_half_written() {
    ["-INT", "-TERM"].into_iter().for_each(stopped_by);
}

#[expect(clippy::expect_used, reason = "a test without a pipe and a process cannot go on")]
fn stopped_by(signal: &str) {
    use std::fs::OpenOptions;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;
    let environment = TestEnvironment::new();
    // A pipe without a writer: the run waits for data as long as nobody writes, so that it is stopped in the middle.
    let pipe = environment.path("calls.jsonl");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let child = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["audit", "run", "--from", "calls.jsonl"])
        .current_dir(environment.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Opening it for writing returns when the run has opened it for reading: then it is at work.
    let (opened, at_work) = mpsc::channel();
    std::thread::spawn(move || opened.send(OpenOptions::new().write(true).open(pipe)));
    let writer = at_work.recv_timeout(Duration::from_secs(60)).expect("the run opens its source").expect("a pipe");
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill").success());
    let output = child.wait_with_output().expect("it ends");
    drop(writer);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert!(said.starts_with("stopped; nothing half-written is left"), "{said}");
    assert_eq!(environment.path(".candor/runs").read_dir().expect("the store").count(), 0);
}

#[test]
fn a_negative_cost_is_refused_with_its_place() {
    let environment = TestEnvironment::new();
    environment.write("a.csv", "q,a,g,usd\n1,B,B,0.1\n2,B,C,-0.5\n");
    let map = "[files]\npath = \"*.csv\"\nformat = \"csv\"\n[[trace]]\nunit = \"q\"\nanswer = \"a\"\ngold = \"g\"\ncost = \"usd\"\n\
               verdict = { equals = [\"a\", \"g\"] }\n";
    environment.write("m.toml", map);
    let ran = environment.run(&["audit", "run", "compute", "--from", "a.csv", "--map", "m.toml", "--quiet"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(6), ""));
    assert!(
        ran.err.starts_with("a.csv:3: field `usd (for cost)`: expected an amount of money, 0 or more, found"),
        "{}",
        ran.err
    );
    environment.write("b.jsonl", "{\"question_id\":1,\"answer\":\"B\",\"correct\":true,\"cost\":-0.5}\n");
    let ran = environment.run(&["audit", "run", "compute", "--from", "b.jsonl", "--quiet"]);
    assert!(
        ran.code == Some(6) && ran.err.contains("expected an amount of money, 0 or more, found -0.5"),
        "{}",
        ran.err
    );
}

#[test]
fn answers_that_never_equal_the_right_one_are_said_before_everything_else() {
    let environment = TestEnvironment::new();
    let rows: String = (0..30).map(|at| format!("q{at},b,B\n")).collect();
    environment.write("a.csv", &format!("q,a,g\n{rows}"));
    let map = "[files]\npath = \"*.csv\"\nformat = \"csv\"\n[[trace]]\nunit = \"q\"\nanswer = \"a\"\ngold = \"g\"\n\
               verdict = { equals = [\"a\", \"g\"] }\n";
    environment.write("m.toml", map);
    let out = environment.done(&["audit", "run", "compute", "--from", "a.csv", "--map", "m.toml", "--quiet"]);
    assert!(out.starts_with("first of all: none of 30 answers equals the right answer; 30 would if case"), "{out}");
    let page = environment.done(&["audit", "run", "compute", "--from", "a.csv", "--map", "m.toml", "--quiet", "--md"]);
    assert!(page.contains("**First of all:** none of 30 answers"), "{page}");
}

#[test]
fn what_was_mistyped_is_told_with_what_was_meant() {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", &call("q1", 0, true));
    environment.write("field.toml", "[[trace]]\nunit = \"q\"\nansewr = \"said\"\n");
    environment.write("task.jsonl", "{\"id\": \"a\", \"qestion\": \"x\", \"answer\": \"1\"}\n");
    environment.write("plan.toml", "audits = [\"compute\"]\n[setings]\nseed = 1\n");
    for (arguments, code, meant) in [
        (&["lok", "a.jsonl"][..], 2, "a similar subcommand exists: 'look'"),
        (&["audit", "rnu"], 2, "a similar subcommand exists: 'run'"),
        (&["trace", "lsit"], 2, "a similar subcommand exists: 'list'"),
        (&["look", "a.jsonl", "--mpa", "m.toml"], 2, "a similar argument exists: '--map'"),
        (&["audit", "run", "--form", "a.jsonl"], 2, "a similar argument exists: '--from'"),
        (&["look", "a.jsonl", "--quite"], 2, "a similar argument exists: '--quiet'"),
        (&["audit", "run", "compue", "--from", "a.jsonl"], 2, "did you mean `compute`?"),
        (&["look", "a.jsonl", "--map", "field.toml"], 3, "did you mean `answer`?"),
        (&["audit", "run", "--plan", "plan.toml"], 3, "did you mean `settings`?"),
        (&["audit", "plan", "--on", "openai:m", "--task", "task.jsonl"], 6, "did you mean `question`?"),
    ] {
        let ran = environment.run(arguments);
        assert!(ran.code == Some(code) && ran.err.contains(meant), "{arguments:?}: {:?} {}", ran.code, ran.err);
    }
    // What is like nothing that is known is not guessed at.
    for arguments in [&["zebra"][..], &["look", "a.jsonl", "--zebra"], &["audit", "run", "zebra", "--from", "a.jsonl"]]
    {
        let ran = environment.run(arguments);
        assert!(
            ran.code == Some(2) && !ran.err.contains("similar") && !ran.err.contains("did you mean"),
            "{}",
            ran.err
        );
    }
}
