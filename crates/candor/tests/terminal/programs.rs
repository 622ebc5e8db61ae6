//! Programs that questions name to decide about answers: refused until allowed, confined when they run, part of the plan, and never a wrong
//! answer when they fail. Linux only, where they can be confined; skipped with a message where the machine cannot.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a test says where it is skipped")]

use serde_json::{Value, json};

use crate::environment::{Ran, TestEnvironment};

/// A task whose questions all name a program, by its command and further parameters.
fn task(environment: &TestEnvironment, questions: usize, command: &str, more: &[(&str, &str)]) {
    let mut params = json!({ "command": command });
    for (name, value) in more {
        params[*name] = json!(value);
    }
    let line = |at: usize| {
        json!({ "id": format!("q{at}"), "question": format!("Question {at}: an anagram of stone?"), "answer": "onset",
                "verifier": "program", "params": params })
        .to_string()
            + "\n"
    };
    environment.write("task.jsonl", &(0..questions).map(line).collect::<String>());
    environment
        .write("candor.toml", &format!("[providers.mine]\nlike = \"vllm\"\nbase = \"{}\"\n", says("Answer: notes")));
}

fn says(words: &str) -> String {
    let body = json!({ "id": "1", "object": "chat.completion", "model": "m",
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": words } }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 4 } });
    crate::live::server("200 OK", Box::leak(body.to_string().into_boxed_str()))
}

const ASKED: [&str; 9] = ["audit", "run", "compute", "--on", "mine:m", "--task", "task.jsonl", "--repeat", "2"];

fn run(environment: &TestEnvironment, more: &[&str]) -> Ran {
    environment.run(&[&ASKED, more].concat())
}

/// What came of a run that lets programs decide; `None`, with a message, where this machine cannot confine them.
fn decided(environment: &TestEnvironment) -> Option<Value> {
    let ran = run(environment, &["--allow-programs", "--json"]);
    if ran.out.contains("this machine lacks parts of the sandbox") {
        println!("skipped: this machine cannot confine programs");
        return None;
    }
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    Some(serde_json::from_str(&ran.out).expect("JSON"))
}

/// The accuracy that a run found, if it is defined.
fn accuracy(run: &Value) -> Option<f64> {
    let claims = run["reports"][0]["claims"].as_array().expect("claims");
    let named = |claim: &&Value| claim["name"].as_str().is_some_and(|name| name.starts_with("compute.accuracy"));
    claims.iter().find(named).expect("the accuracy")["estimate"]["value"].as_f64()
}

fn notes(run: &Value) -> String {
    run["reports"][0]["notes"].to_string()
}

#[test]
fn a_program_runs_only_where_somebody_allowed_it() {
    let environment = TestEnvironment::new();
    task(&environment, 3, "/bin/true", &[]);
    let ran = run(&environment, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("`/bin/true`") && ran.err.contains("--allow-programs"), "{}", ran.err);
    assert!(!environment.path(".candor/runs").exists(), "nothing was asked");
    let ran = environment.run(&["audit", "plan", "compute", "--on", "mine:m", "--task", "task.jsonl"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let ran = run(&environment, &["--allow-programs", "--until", "accuracy above 60 %"]);
    assert!(
        ran.code == Some(3) && ran.err.contains("decides by what candor decides by itself"),
        "{:?} {}",
        ran.code,
        ran.err
    );
    assert!(!environment.path(".candor/runs").exists(), "nothing was asked");
    task(&environment, 3, "/no/such/program", &[]);
    let ran = run(&environment, &["--allow-programs"]);
    assert!(ran.code == Some(3) && ran.err.contains("/no/such/program"), "{:?} {}", ran.code, ran.err);
    task(&environment, 3, "relative", &[]);
    let ran = run(&environment, &["--allow-programs"]);
    assert!(ran.code == Some(6) && ran.err.contains("an absolute path"), "{:?} {}", ran.code, ran.err);
}

#[test]
fn a_shell_script_decides_and_its_permission_is_part_of_the_plan() {
    let environment = TestEnvironment::new();
    let script = environment.path("always.sh");
    environment.write("always.sh", "echo '{\"outcome\": \"correct\", \"why\": \"always\"}'\n");
    task(&environment, 12, &format!("/bin/sh\n{}", script.display()), &[]);
    let plan = ["audit", "plan", "compute", "--on", "mine:m", "--task", "task.jsonl", "--allow-programs"];
    let plan = environment.done(&plan);
    assert!(plan.contains("allow_programs = true"), "{plan}");
    environment.write("plan.toml", &plan);
    let ran = environment.run(&["audit", "run", "--plan", "plan.toml", "--repeat", "2"]);
    assert_eq!(ran.code, Some(0), "the plan allows it: {}", ran.err);
    let Some(run) = decided(&environment) else { return };
    assert_eq!((accuracy(&run), run["traces"].as_u64()), (Some(1.0), Some(24)), "{}", notes(&run));
    assert!(run.to_string().contains("verdicts of program always.sh "), "it is named, with the start of its digest");
    let left = environment.path(".candor").read_dir().expect("a folder");
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().starts_with(".programs")), "no scratch");
    // Another program under the same name is another plan: what it would say of the replies is not mixed with what the first one said.
    let names = |run: &Value| run["files"][0]["digest"].as_str().expect("a digest").to_owned();
    environment.write("always.sh", "echo '{\"outcome\": \"wrong\", \"why\": \"never\"}'\n");
    let ran = environment.run(&["audit", "resume", "@last"]);
    assert!(ran.code == Some(5) && ran.err.contains("the ledger of this plan"), "{:?} {}", ran.code, ran.err);
    assert!(ran.err.contains("--rescore"), "{}", ran.err);
    let ran = environment.run(&["audit", "resume"]);
    assert!(
        ran.err.contains("expected a run with calls left to make"),
        "what was refused is as done as before: {}",
        ran.err
    );
    let other = decided(&environment).expect("it was confined before");
    assert_eq!(accuracy(&other), Some(0.0));
    environment.write("always.sh", "echo '{\"outcome\": \"correct\", \"why\": \"again\"}'\n");
    let again = environment.done(&["audit", "run", "--rescore", "@last", "--json"]);
    assert_eq!(accuracy(&serde_json::from_str(&again).expect("JSON")), Some(1.0), "judged by the program of now");
    assert_ne!(names(&run), names(&other));
}

#[test]
fn a_program_that_fails_gives_no_verdict_and_says_why() {
    let faults = [
        ("exit 3", "the program ended with status 3"),
        ("kill -9 $$", "the program was ended by the signal SIGKILL"),
        ("echo nonsense", "the program's line is no verdict"),
        ("while true; do :; done", "the program took longer than 0.2 s"),
        ("true", "the program printed nothing"),
    ];
    for (body, why) in faults {
        let environment = TestEnvironment::new();
        environment.write("faulty.sh", &format!("{body}\n"));
        task(&environment, 3, &format!("/bin/sh\n{}", environment.path("faulty.sh").display()), &[("seconds", "0.2")]);
        let ran = run(&environment, &["--allow-programs", "--json"]);
        if ran.out.contains("lacks parts of the sandbox") || ran.err.contains("lacks parts of the sandbox") {
            println!("skipped: this machine cannot confine programs");
            return;
        }
        assert_eq!((ran.code, ran.out.as_str()), (Some(6), ""), "{body}: no verdict is no zero");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("6 of 6 calls have no verdict, which is not wrong: {why}")), "{body}: {said}");
    }
}

#[test]
fn replies_without_a_verdict_are_counted_beside_those_with_one() {
    let environment = TestEnvironment::new();
    let body = "read line\ncase \"$line\" in *q1:*|*onset*) exit 3;; esac\necho '{\"outcome\": \"correct\", \"why\": \"always\"}'\n";
    environment.write("at-times.sh", body);
    task(&environment, 16, &format!("/bin/sh\n{}", environment.path("at-times.sh").display()), &[]);
    let text = std::fs::read_to_string(environment.path("task.jsonl")).expect("the task");
    // Half of the questions have another gold.
    let half: String = text
        .lines()
        .enumerate()
        .map(|(at, line)| if at % 2 == 0 { line.to_owned() } else { line.replace("onset", "tones") } + "\n")
        .collect();
    environment.write("task.jsonl", &half);
    let Some(run) = decided(&environment) else { return };
    assert_eq!(accuracy(&run), Some(1.0), "what failed is not wrong");
    let notes = notes(&run);
    assert!(
        notes.contains("16 of 32 calls have no verdict, which is not wrong: the program ended with status 3 (16)"),
        "{notes}"
    );
}

#[test]
fn the_example_in_python_decides() {
    let asked = "import os, sys; print(os.path.realpath(sys.executable)); print(os.path.realpath(sys.prefix))";
    let Some(output) =
        std::process::Command::new("python3").args(["-c", asked]).output().ok().filter(|it| it.status.success())
    else {
        println!("skipped: no python3 on this machine");
        return;
    };
    let said = String::from_utf8(output.stdout).expect("text");
    let mut lines = said.lines();
    let (python, home) = (lines.next().expect("a path"), lines.next().expect("a folder"));
    let environment = TestEnvironment::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/verifier.py");
    let example = std::fs::canonicalize(example).expect("the example");
    task(&environment, 6, &format!("{python}\n{}", example.display()), &[("read", home)]);
    let Some(run) = decided(&environment) else { return };
    assert_eq!((accuracy(&run), run["traces"].as_u64()), (Some(1.0), Some(12)), "{}", notes(&run));
}
