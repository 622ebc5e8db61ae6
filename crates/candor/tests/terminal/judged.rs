//! A model as judge of replies: named by the user and never by the questions, its opinions are scores and never verdicts, what rests on them is never
//! evidence-backed, and it is held against labels.
#![expect(clippy::expect_used, reason = "a test that cannot set itself up fails")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::environment::{TestEnvironment, assert_readable};

const ASKED: [&str; 11] =
    ["audit", "run", "lift", "--on", "mine:m", "--task", "task.jsonl", "--efforts", "low,high", "--repeat", "1"];

/// Questions whose even ones the model answers well, and who answers them and judges the answers.
fn set(environment: &TestEnvironment) -> Arc<AtomicUsize> {
    let line = |at: usize| {
        let question = if at.is_multiple_of(2) { "an even one" } else { "an odd one" };
        json!({ "id": format!("q{at}"), "question": format!("Number {at}, {question}?"), "answer": "well",
                "verifier": "judge", "params": { "rubric": "Only the last word counts." } })
        .to_string()
            + "\n"
    };
    environment.write("task.jsonl", &(0_usize..40).map(line).collect::<String>());
    let (base, asked) = server();
    environment.write("candor.toml", &format!("[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n"));
    asked
}

#[test]
fn a_judge_is_named_by_the_user_and_only_where_somebody_asks_for_one() {
    let environment = TestEnvironment::new();
    let asked = set(&environment);
    let ran = environment.run(&ASKED);
    assert!(ran.code == Some(3) && ran.err.contains("--judge PROVIDER:MODEL"), "{:?} {}", ran.code, ran.err);
    let judged = std::fs::read_to_string(environment.path("task.jsonl")).expect("the task");
    let plain = r#"{"id":"p","question":"2+2?","answer":"4"}"#;
    environment.write("task.jsonl", &format!("{judged}{plain}\n"));
    let ran = environment.run(&[&ASKED[..], &["--judge", "mine:j"]].concat());
    assert!(ran.code == Some(6) && ran.err.contains("question `p`"), "{:?} {}", ran.code, ran.err);
    environment.write("task.jsonl", plain);
    let ran = environment.run(&[&ASKED[..], &["--judge", "mine:j"]].concat());
    assert!(ran.code == Some(2) && ran.err.contains("verifier judge"), "{:?} {}", ran.code, ran.err);
    environment.write("task.jsonl", &judged.replace("rubric", "model"));
    let ran = environment.run(&[&ASKED[..], &["--judge", "mine:j"]].concat());
    assert!(ran.code == Some(6) && ran.err.contains("no parameter `model`"), "{:?} {}", ran.code, ran.err);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn opinions_are_scores_beside_labels_and_are_not_asked_for_twice() {
    let environment = TestEnvironment::new();
    let asked = set(&environment);
    let anchor = |id: &str, output: &str, label: &str| {
        json!({ "id": id, "question": "Q?", "gold": "well", "output": output, "label": label, "by": "P" }).to_string()
    };
    let anchors =
        [anchor("a", "all is well", "same"), anchor("b", "it is odd", "different"), anchor("c", "well", "different")];
    environment.write("anchors.jsonl", &anchors.join("\n"));
    let judge = ["--judge", "mine:j", "--anchors", "anchors.jsonl", "--json"];
    let out = environment.done(&[&ASKED[..], &judge].concat());
    // Two efforts of 40 questions, an opinion on each, and one on each anchor.
    assert_eq!(asked.load(Ordering::SeqCst), 80 + 80 + 3);
    let run: Value = serde_json::from_str(&out).expect("JSON");
    let claims = run["reports"][0]["claims"].as_array().expect("claims");
    let accuracy = claims.iter().find(|claim| claim["estimate"]["value"].as_f64() == Some(0.5));
    assert!(accuracy.is_some(), "half of the answers are right: {out}");
    // Counts of what was asked and lost rest on nobody's opinion.
    let resting = || claims.iter().filter(|claim| claim["parameter"]["unit"] != "count");
    let marks: Vec<String> = resting().map(|claim| claim["standing"].to_string()).collect();
    assert!(marks.iter().any(|mark| mark.contains("inferred")), "{marks:?}");
    assert!(marks.iter().all(|mark| mark.contains("inferred") || mark.contains("hope")), "{marks:?}");
    let notes = run["reports"][0]["notes"].to_string();
    assert!(
        notes.contains("opinions of the model mine:j stand for accuracy, not verdicts: different (40), same (40)"),
        "{notes}"
    );
    assert!(notes.contains("agrees with 2 of 3 labels (same: 1 of 1; different: 1 of 2)"), "{notes}");
    // The judge's rate stands beside what labels of this model's answers make of it: here there are none, and how many are missing is said.
    let shown = environment.done(&["audit", "report", "@last", "--full"]);
    assert_readable(&shown, 100);
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("50 labels more of this model's answers at this effort"), "{shown}");
    // Judged again nothing is asked, of the judge neither.
    let again = environment.done(&["audit", "run", "--rescore", "@last", "--json"]);
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(again["reports"][0]["claims"], run["reports"][0]["claims"]);
    assert_eq!(asked.load(Ordering::SeqCst), 80 + 80 + 3);
    // Where only verdicts count nobody is asked.
    let ran = environment.run(&["audit", "run", "--on", "mine:m", "--task", "task.jsonl", "--judge", "mine:j"]);
    assert!(ran.code == Some(2) && ran.err.contains("which needs verdicts"), "{:?} {}", ran.code, ran.err);
    assert_eq!(asked.load(Ordering::SeqCst), 80 + 80 + 3);
}

#[test]
fn the_plan_counts_prices_and_bounds_the_judge_and_the_ceiling_holds_with_it() {
    let environment = TestEnvironment::new();
    let asked = set(&environment);
    let anchor = |id: &str, label: &str| {
        json!({ "id": id, "question": "Q?", "gold": "well", "output": "well", "label": label, "by": "P" }).to_string()
    };
    environment.write("anchors.jsonl", &[anchor("a", "same"), anchor("b", "different")].join("\n"));
    let config = std::fs::read_to_string(environment.path("candor.toml")).expect("the configuration");
    // A reply of the model costs four cents, one of the judge a dollar.
    let price = |model: &str, output: u64| {
        format!(
            "[[price]]\nprovider = \"mine\"\nmodel = \"{model}\"\ninput = 0\noutput = {output}\nas_of = \"2026-11-26\"\nsource = \"test\"\n"
        )
    };
    environment.write("candor.toml", &format!("{}{}{config}", price("m", 10_000_000_000), price("j", 250_000_000_000)));
    let judge = ["--judge", "mine:j", "--anchors", "anchors.jsonl", "--max-output", "4"];
    let of = |verb: &'static str| {
        let asked: Vec<&str> = ASKED.iter().map(|word| if *word == "run" { verb } else { word }).collect();
        [asked, judge.to_vec()].concat()
    };
    let plan = environment.done(&of("plan"));
    assert!(plan.contains("# mine:m: 80 calls on task.jsonl") && plan.contains("in all at most $3.20"), "{plan}");
    assert!(plan.contains("# judge mine:j: at most 82 calls on what comes back"), "{plan}");
    assert!(plan.contains("opinions       80 calls about 40 questions, at most $80"), "{plan}");
    assert!(plan.contains("anchors         2 calls about 2 questions, at most $2"), "{plan}");
    assert!(plan.contains("# all of them at most $85.20"), "{plan}");
    let bounded = environment.done(&[of("plan"), vec!["--ceiling", "50usd"]].concat());
    assert!(bounded.contains("the ceiling of $50.0000 is less"), "{bounded}");
    assert_eq!(asked.load(Ordering::SeqCst), 0, "a plan asks nobody");
    // The model is asked whole, and the judge until the rest is used up: five dollars less 3.20, and the call that crosses it.
    let ran = environment.run(&[of("run"), vec!["--ceiling", "5usd"]].concat());
    assert!(ran.code == Some(7) && ran.err.contains("the ceiling of $5"), "{:?} {}", ran.code, ran.err);
    assert_eq!(asked.load(Ordering::SeqCst), 80 + 2);
    let ran = environment.run(&["audit", "resume", "--ceiling", "7usd"]);
    assert!(ran.code == Some(7) && ran.err.contains("the ceiling of $7"), "{:?} {}", ran.code, ran.err);
    assert_eq!(asked.load(Ordering::SeqCst), 80 + 4);
}

/// A server of two models: `m` answers even questions well, `j` compares the end of an answer with the gold `well`. It counts how often it was asked.
fn server() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            count.fetch_add(1, Ordering::SeqCst);
            answer(stream);
        }
    });
    (format!("http://{address}/v1"), asked)
}

fn answer(mut stream: TcpStream) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    let body = loop {
        let read = stream.read(&mut piece).unwrap_or(0);
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let body = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str::<Value>(body).ok());
        if let Some(body) = body {
            break body;
        }
        if read == 0 {
            return;
        }
    };
    let prompt = body["messages"][0]["content"].as_str().unwrap_or_default();
    let said = if body["model"] == "j" {
        let given =
            prompt.rsplit_once("<given ").and_then(|(_, rest)| rest.split_once("</given ")).unwrap_or_default().0;
        if given.trim_end().ends_with("well") {
            "They agree.\nOPINION: same"
        } else {
            "They do not.\nOPINION: different"
        }
    } else if prompt.contains("even") {
        "I looked at it.\nAnswer: well"
    } else {
        "Answer: badly"
    };
    let reply = json!({ "id": "1", "object": "chat.completion", "model": body["model"],
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": said } }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 4 } })
    .to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        reply.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(reply.as_bytes()));
}
