//! Replies that are there, judged again: the same verifiers find the same, other golds find other things, and nothing is asked.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::environment::TestEnvironment;

/// The runs of a store, oldest first.
fn runs(environment: &TestEnvironment) -> Vec<String> {
    let entries = environment.path(".candor/runs").read_dir().into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    ids.sort();
    ids
}

fn file(environment: &TestEnvironment, run: &str, name: &str) -> Vec<u8> {
    std::fs::read(environment.path(&format!(".candor/runs/{run}/{name}"))).unwrap_or_default()
}

fn report(environment: &TestEnvironment, run: &str) -> Value {
    serde_json::from_slice(&file(environment, run, "report.json")).unwrap_or_default()
}

/// What each report claims, without its notes.
fn claims(report: &Value) -> Vec<&Value> {
    report["reports"].as_array().into_iter().flatten().map(|report| &report["claims"]).collect()
}

#[test]
fn judged_again_by_the_same_verifiers_a_run_says_the_same_and_stays_as_it_is() {
    let environment = TestEnvironment::new();
    environment.done(&["audit", "run", "compute", "lift", "--on", "pebble", "--limit", "48", "--quiet"]);
    let first = runs(&environment).remove(0);
    let files = ["plan.toml", "task.jsonl", "ledger-0", "report.json", "report.html", "observations.jsonl.zst"];
    let before: Vec<Vec<u8>> = files.iter().map(|name| file(&environment, &first, name)).collect();
    let out = environment.done(&["audit", "run", "--rescore", "@last", "--full"]);
    assert!(out.contains(&format!("begun with the replies of run {first}, which were judged again")), "{out}");
    assert_eq!(files.map(|name| file(&environment, &first, name)).to_vec(), before, "the first run stays as it is");
    let second = runs(&environment).pop().unwrap_or_default();
    assert_ne!(first, second);
    let plan = String::from_utf8(file(&environment, &second, "plan.toml")).unwrap_or_default();
    assert!(plan.contains(&format!("rescored = \"{first}\"")), "{plan}");
    let (one, two) = (report(&environment, &first), report(&environment, &second));
    assert!(claims(&one).len() >= 3, "two audits and the planted truth beside them");
    assert_eq!(claims(&one), claims(&two));
    assert_eq!(one["files"], two["files"], "the same plan");
    // Other audits that read the same calls, and again from what was judged again.
    let out = environment.done(&["audit", "run", "tail", "--rescore", &second, "--json"]);
    let third: Value = serde_json::from_str(&out).unwrap_or_default();
    assert_eq!(third["reports"][0]["audit"], "tail", "{out}");
    // What decides which calls were made cannot be changed afterwards.
    for changed in [["--seed", "3"], ["--repeat", "2"], ["--on", "pebble"]] {
        let ran = environment.run(&[&["audit", "run", "--rescore", "@last"], &changed[..]].concat());
        assert_eq!(ran.code, Some(2), "{changed:?}: {}", ran.err);
    }
    assert_eq!(environment.run(&["audit", "run", "--rescore", "1999"]).code, Some(5));
    // What reads calls that were never made finds nothing, and leaves nothing to go on with.
    let before = runs(&environment);
    let ran = environment.run(&["audit", "run", "perturbation", "--rescore", &first]);
    assert_eq!(ran.code, Some(6), "{}", ran.err);
    assert_eq!(runs(&environment), before);
}

#[test]
fn other_golds_find_other_things_and_nothing_is_asked() {
    let environment = TestEnvironment::new();
    let (base, asked) = counting();
    let config = format!("[providers.mine]\nlike = \"openai\"\nbase = \"{base}\"\nkey = {{ file = \"key\" }}\n");
    environment.write("candor.toml", &config);
    environment.write("key", "sk-test");
    let task = |gold: &str| -> String {
        let line = |at: usize| {
            format!(
                "{{\"id\":\"q{at}\",\"question\":\"Number {at}?\",\"options\":[\"x\",\"y\"],\"answer\":\"{gold}\"}}\n"
            )
        };
        (0..12).map(line).collect()
    };
    environment.write("task.jsonl", &task("x"));
    environment.done(&["audit", "run", "compute", "--on", "mine:m", "--task", "task.jsonl", "--repeat", "2"]);
    let made = asked.load(Ordering::SeqCst);
    assert_eq!(made, 24);
    let accuracy = |run: &str| -> Option<f64> {
        let run: Value = serde_json::from_str(run).unwrap_or_default();
        let claims = run["reports"][0]["claims"].as_array().cloned().unwrap_or_default();
        let named = |claim: &&Value| claim["name"].as_str().is_some_and(|name| name.starts_with("compute.accuracy"));
        claims.iter().find(named)?["estimate"]["value"].as_f64()
    };
    // Nobody listens there any more, and there is no key: neither is wanted.
    environment.write("candor.toml", &config.replace(&base, "http://127.0.0.1:9/v1"));
    std::fs::remove_file(environment.path("key")).unwrap_or_default();
    let same = environment.done(&["audit", "run", "--rescore", "@last", "--json"]);
    assert_eq!(accuracy(&same), Some(0.0), "every answer is B");
    environment.write("other.jsonl", &task("y"));
    let other = environment.done(&["audit", "run", "--rescore", "@last", "--task", "other.jsonl", "--json"]);
    assert_eq!(accuracy(&other), Some(1.0));
    // In other words it is another question, about which nothing was asked.
    environment
        .write("more.jsonl", &(task("y") + &task("y").replace("Number", "Figure").replace("\"id\":\"q", "\"id\":\"r")));
    let more = environment.done(&["audit", "run", "--rescore", "@last", "--task", "more.jsonl", "--json"]);
    assert!(more.contains("24 of 48 calls are not made yet"), "{more}");
    assert_eq!(asked.load(Ordering::SeqCst), made, "not one more call");
}

/// A server that says `Answer: B` to everything and counts how often it was asked.
fn counting() -> (String, Arc<AtomicUsize>) {
    let body = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let Ok(listener) = TcpListener::bind(("127.0.0.1", 0)) else { return (String::new(), asked) };
    let address = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 65536];
            let _ = stream.read(&mut buffer);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    (format!("http://{address}/v1"), asked)
}
