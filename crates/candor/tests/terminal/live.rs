//! Calls that are made: on pebble inside the program, and on a scripted server. Planned, killed, resumed, held against thresholds; the examination.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::environment::{TestEnvironment, assert_readable, only_run};

const PLANTED: &str = "planted process, not a language model";
const SMALL: [&str; 4] = ["--on", "pebble", "--limit", "48"];

fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

#[test]
fn a_plan_says_what_would_be_asked_and_is_taken_back() {
    let environment = TestEnvironment::new();
    let plan = environment.done(&with(&["audit", "plan", "compute"], &SMALL));
    let comments: String =
        plan.lines().filter(|line| line.starts_with('#')).map(|line| line.to_owned() + "\n").collect();
    assert_readable(&comments, 100);
    assert!(plan.contains("# pebble:planted-process: 768 calls on pebble"), "{plan}");
    assert!(!environment.path(".candor").exists(), "nothing is asked, nothing is stored");
    environment.write("plan.toml", &plan);
    let again = environment.done(&["audit", "plan", "--plan", "plan.toml"]);
    assert_eq!(again, plan, "a plan is its own plan");
    // A plan that says neither whom to ask nor what to read asks nobody.
    let (neither, _) = plan.split_once("[live").expect("calls");
    environment.write("neither.toml", neither);
    let ran = environment.run(&["audit", "run", "--plan", "neither.toml"]);
    assert!(ran.code == Some(3) && ran.err.contains("found neither"), "{:?} {}", ran.code, ran.err);
    let ran = environment.run(&["audit", "run", "--plan", "plan.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("accuracy") && ran.err.contains("768 of 768 calls"), "{}\n{}", ran.out, ran.err);
}

#[test]
fn pebble_is_asked_and_its_truth_stands_beside_every_estimate() {
    let environment = TestEnvironment::new();
    let ran = environment.run(&with(&["audit", "run", "--full"], &SMALL));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_readable(&ran.out, 100);
    assert!(
        ran.out.contains("planted truth beside each estimate") && ran.out.contains("intervals cover"),
        "{}",
        ran.out
    );
    for mark in ["evidence-backed", "inferred", " hope"] {
        assert!(!ran.out.contains(mark), "planted data bears no mark: {mark}");
    }
    let stored = environment.path(&format!(".candor/runs/{}", only_run(&environment)));
    assert!(std::fs::read_to_string(stored.join("report.html")).expect("a page").contains(PLANTED));
    // What was asked and said is there again, for a closer look and for another reading.
    let shown = environment.done(&["trace", "list", "has:cue", "--limit", "1"]);
    assert!(shown.contains("cued"), "{shown}");
}

#[test]
fn killed_and_resumed_a_run_ends_in_the_same_bytes() {
    let environment = TestEnvironment::new();
    let report = |folder: &str, id: &str| {
        let stored = environment.path(&format!("{folder}/runs/{id}"));
        // The place of the run is its own; everything else is the same.
        let text = std::fs::read_to_string(stored.join("report.json")).expect("a report");
        (text, std::fs::read(stored.join("observations.jsonl.zst")).expect("observations"))
    };
    let id = |folder: &str| {
        let mut runs = environment.path(&format!("{folder}/runs")).read_dir().expect("the store");
        runs.next().expect("a run").expect("an entry").file_name().into_string().expect("a name")
    };
    environment.done(&with(&["audit", "run", "compute", "--quiet", "--dir", "a"], &SMALL));
    let whole = report("a", &id("a"));
    environment.done(&with(&["audit", "run", "compute", "--quiet", "--dir", "b"], &SMALL));
    // As if it had been killed: no report, and a ledger that ends in the midst of a line.
    let folder = environment.path(&format!("b/runs/{}", id("b")));
    for name in ["report.json", "report.html", "observations.jsonl.zst"] {
        std::fs::remove_file(folder.join(name)).expect("a file");
    }
    let ledger = folder.join("ledger-0");
    let bytes = std::fs::read(&ledger).expect("a ledger");
    std::fs::write(&ledger, &bytes[..bytes.len() * 2 / 5]).expect("a shorter ledger");
    assert_eq!(environment.run(&["audit", "report", "--dir", "b"]).code, Some(5), "a run without a report is none yet");
    // Two sittings at once would pay for every call twice.
    let held = std::fs::File::create(folder.join("lock")).expect("a lock");
    held.try_lock().expect("nobody is at work");
    let ran = environment.run(&["audit", "resume", "--dir", "b"]);
    assert!(ran.code == Some(5) && ran.err.contains("found another sitting"), "{}", ran.err);
    drop(held);
    // Another run came in between: what goes on is named by its own name, not as the last one.
    let first = id("b");
    environment.done(&with(&["audit", "run", "compute", "--quiet", "--dir", "b", "--seed", "9"], &SMALL));
    let ran = environment.run(&["audit", "resume", &first, "--dir", "b"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("were there)"), "{}", ran.err);
    assert!(ran.out.contains(&format!("--from {first} --dir b")) && !ran.out.contains("@last"), "{}", ran.out);
    assert!(report("b", &first) == whole, "the same bytes");
}

#[test]
fn a_threshold_of_the_plan_decides_the_exit_code() {
    let environment = TestEnvironment::new();
    let plan = environment.done(&with(&["audit", "plan", "compute"], &SMALL));
    let threshold = |name: &str, least: f64| {
        let required = format!("{plan}\n[[require]]\nclaim = \"{name}\"\nat_least = {least}\n");
        environment.write("required.toml", &required);
        environment.run(&["audit", "run", "--plan", "required.toml", "--quiet"]).code
    };
    assert_eq!(threshold("compute.accuracy", 0.3), Some(0));
    assert_eq!(threshold("compute.accuracy", 0.99), Some(1));
    assert_eq!(threshold("compute.beauty", 0.3), Some(8));
}

#[test]
fn an_examination_tells_the_digest_before_anything_else_and_keeps_nothing() {
    let environment = TestEnvironment::new();
    let out = environment.done(&["exam", "--phrase", "any words", "--questions", "48"]);
    assert_readable(&out, 100);
    let digest = candor_pebble::Truth::of_phrase("any words").digest();
    assert!(out.lines().nth(2).expect("a third line").ends_with(&digest), "{out}");
    assert!(
        environment.done(&["exam", "--script"]).starts_with("#!")
            || environment.done(&["exam", "--script"]).contains("import hashlib")
    );
    assert!(out.contains("intervals cover") && out.matches(PLANTED).count() >= 4, "{out}");
    assert!(
        !environment.path(".candor").exists() || environment.path(".candor").read_dir().expect("a folder").count() == 0
    );
    let other = environment.done(&["exam", "--phrase", "other words", "--questions", "48", "--json"]);
    let other: serde_json::Value = serde_json::from_str(&other).expect("JSON");
    assert_ne!(other["digest"], digest);
    assert_eq!(environment.run(&["exam", "--phrase", "x", "--questions", "3"]).code, Some(2));
}

#[test]
fn several_models_are_asked_the_same_and_told_apart() {
    let environment = TestEnvironment::new();
    environment.done(&["init", "mine"]);
    let good = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#;
    let base = server("200 OK", good);
    environment.write("candor.toml", &format!("[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n"));
    let asked = ["audit", "run", "compute", "--on", "mine:one,mine:two", "--task", "mine/task.jsonl", "--repeat", "2"];
    let out = environment.done(&with(&asked, &["--json"]));
    let run: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let files: Vec<&str> =
        run["files"].as_array().expect("files").iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(files, ["mine:one", "mine:two"]);
    assert_eq!(run["traces"], 16);
    for model in ["one", "two"] {
        assert!(out.contains(&format!("compute.accuracy[model={model},")), "{model}");
    }
    assert_eq!(environment.run(&with(&asked[..3], &["--on", "pebble,pebble"])).code, Some(2));
}

#[test]
fn a_ceiling_ends_a_run_and_a_higher_one_goes_on() {
    let environment = TestEnvironment::new();
    environment.done(&["init", "mine"]);
    let good = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":0,"completion_tokens":10}}"#;
    let base = server("200 OK", good);
    // A reply costs a dollar.
    let price = "[[price]]\nprovider = \"mine\"\nmodel = \"m\"\ninput = 0\noutput = 100_000_000_000\nas_of = \"2026-11-26\"\nsource = \"test\"\n";
    environment.write("candor.toml", &format!("{price}[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n"));
    let task =
        ["--on", "mine:m", "--task", "mine/task.jsonl", "--repeat", "2", "--max-output", "10", "--ceiling", "3usd"];
    let ran = environment.run(&with(&["audit", "run", "compute"], &task));
    assert!(ran.code == Some(7) && ran.err.contains("3 of 8 calls are made"), "{:?} {}", ran.code, ran.err);
    let first = only_run(&environment);
    // Judged again in between, it makes no calls, and is nothing to go on with; and the ceiling is the one that was given last.
    environment.done(&["audit", "run", "compute", "--rescore", "@last"]);
    let ran = environment.run(&["audit", "resume", "--ceiling", "5usd"]);
    assert!(ran.code == Some(7) && ran.err.contains("5 of 8 calls are made"), "{:?} {}", ran.code, ran.err);
    let ran = environment.run(&["audit", "resume"]);
    assert!(ran.code == Some(7) && ran.err.contains("the ceiling of $5"), "{:?} {}", ran.code, ran.err);
    // All calls are made, and the report cannot be written: the older one is not the last word.
    let in_the_way = environment.path(&format!(".candor/runs/{first}/.observations.jsonl.zst"));
    std::fs::create_dir(&in_the_way).expect("made");
    let ran = environment.run(&["audit", "resume", "--ceiling", "20usd"]);
    assert!(ran.code == Some(3) && ran.err.contains("8 of 8 calls (5 were there)"), "{:?} {}", ran.code, ran.err);
    std::fs::remove_dir(&in_the_way).expect("removed");
    let ran = environment.run(&["audit", "resume"]);
    assert!(ran.code == Some(0) && ran.err.contains("8 of 8 calls (8 were there)"), "{:?} {}", ran.code, ran.err);
    let ran = environment.run(&["audit", "resume"]);
    assert!(ran.code == Some(5) && ran.err.contains("calls left to make"), "{:?} {}", ran.code, ran.err);
}

/// A server that answers every call in the same words, or refuses every call.
#[expect(clippy::expect_used, reason = "a test without a port cannot go on")]
pub(crate) fn server(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut buffer = [0; 65536];
            let _ = stream.read(&mut buffer);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    format!("http://{address}/v1")
}

#[test]
fn a_server_of_ones_own_is_asked_and_one_that_refuses_ends_the_run() {
    let environment = TestEnvironment::new();
    environment.done(&["init", "mine"]);
    let good = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#;
    let config = |base: &str| format!("[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n");
    environment.write("candor.toml", &config(&server("200 OK", good)));
    let asked = ["audit", "run", "compute", "--on", "mine:m", "--task", "mine/task.jsonl", "--repeat", "2"];
    let ran = environment.run(&asked);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("8 of 8 calls") && !ran.out.contains(PLANTED), "{}\n{}", ran.out, ran.err);
    environment.write("candor.toml", &config(&server("401 Unauthorized", r#"{"error":{"message":"no such key"}}"#)));
    let ran = environment.run(&asked);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("401: no such key"), "{}", ran.err);
    environment.write("candor.toml", "[providers.mine]\nlike = \"vllm\"\nurl = 3\n");
    let ran = environment.run(&asked);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("candor.toml:3: unknown field `url`"), "{}", ran.err);
}

#[test]
fn keys_are_named_and_never_shown() {
    let environment = TestEnvironment::new();
    environment.write("key", "sk-very-secret\n");
    environment.write("candor.toml", "[providers.openai]\nkey = { file = \"key\" }\n");
    let shown = environment.done(&["config", "show"]);
    assert!(shown.contains("file key (there)") && !shown.contains("sk-very"), "{shown}");
    environment.write("candor.toml", "[providers.openai]\nkey = { file = \"nokey\" }\n");
    let ran = environment.run(&["config", "check"]);
    assert!(ran.code != Some(0) && ran.err.contains("nokey"), "{}", ran.err);
    // A plan asks nobody, and needs no key; a run does.
    let plan = environment.done(&["audit", "plan", "--on", "deepseek:x", "--max-output", "100", "--ceiling", "1usd"]);
    assert!(plan.contains("# deepseek:x: ") && plan.contains("cannot be kept where no price is known"), "{plan}");
    let free = environment.done(&["audit", "plan", "--on", "pebble", "--ceiling", "1usd"]);
    assert!(free.contains(", no cost\n") && free.contains("#   nothing is paid"), "{free}");
    let ran = environment.run(&["audit", "run", "--on", "deepseek:x", "--no-ceiling"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("DEEPSEEK_API_KEY"), "{}", ran.err);
}

#[test]
fn a_run_stops_when_its_sentence_is_decided_and_says_what_it_saved() {
    let environment = TestEnvironment::new();
    let asked = ["--until", "any cue moves answers by more than 10 points"];
    let plan = environment.done(&with(&["audit", "plan"], &asked));
    let comments: String =
        plan.lines().filter(|line| line.starts_with('#')).map(|line| line.to_owned() + "\n").collect();
    assert_readable(&comments, 100);
    assert!(plan.contains("# Until \"any cue moves") && plan.contains("audits = [\"faithfulness\"]"), "{plan}");
    assert!(plan.contains("[live.wanted.until]") && plan.contains("detect = 0.1"), "{plan}");
    environment.write("plan.toml", &plan);
    assert_eq!(environment.done(&["audit", "plan", "--plan", "plan.toml"]), plan, "a plan is its own plan");
    let ran = environment.run(&["audit", "run", "--plan", "plan.toml", "--full"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_readable(&ran.out, 100);
    // Pebble follows five of six cues in 25 % and more.
    assert!(ran.out.contains("points\": yes, after"), "{}", ran.out);
    assert!(!ran.out.contains("intervals cover"), "{}", ran.out);
    let id = only_run(&environment);
    let resumed = environment.run(&["audit", "resume", &id, "--full"]);
    assert!(resumed.out == ran.out, "nothing is left to ask\n{}", resumed.out);
    // Read once more, its calls are still those of a run that was stopped by its answers.
    let again = environment.done(&["audit", "run", "faithfulness", "--from", "@last", "--json"]);
    assert!(again.contains("the answers decided how many questions were asked"), "{again}");
    // Twelve questions tell nothing of the cue that does nothing.
    let few = ["--limit", "12", "--until", "cue visual_pattern moves answers by more than 25 points"];
    let ran = environment.run(&with(&["audit", "run"], &few));
    assert_eq!(ran.code, Some(8), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("cannot tell"), "{}", ran.out);
}

#[test]
fn questions_are_left_when_they_are_settled_and_what_that_loses_is_said() {
    let environment = TestEnvironment::new();
    let adaptive = ["--on", "pebble", "--limit", "60", "--adaptive=90%"];
    let plan = environment.done(&with(&["audit", "plan", "compute"], &adaptive));
    let comments: String =
        plan.lines().filter(|line| line.starts_with('#')).map(|line| line.to_owned() + "\n").collect();
    assert_readable(&comments, 100);
    assert!(plan.contains("30 of 60 questions asked in full") && plan.contains("960 at most"), "{plan}");
    assert!(plan.contains("[live.wanted.adaptive]") && plan.contains("threshold = 0.9"), "{plan}");
    environment.write("plan.toml", &plan);
    assert_eq!(environment.done(&["audit", "plan", "--plan", "plan.toml"]), plan, "a plan is its own plan");
    let ran = environment.run(&["audit", "run", "--plan", "plan.toml", "--full"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_readable(&ran.out, 100);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("30 of 60 are asked in full") && said.contains("saved, lost"), "{}", ran.out);
    let resumed = environment.run(&["audit", "resume", &only_run(&environment), "--full"]);
    assert!(resumed.out == ran.out, "nothing is left to ask\n{}", resumed.out);
    // Read once more, samples whose number was decided by answers stand in no curve, and are counted over with a caution.
    let again = environment.done(&["audit", "run", "compute", "consistency", "--from", "@last", "--json"]);
    assert!(again.contains("the answers decided how many samples of a question were drawn"), "{again}");
    assert!(again.contains("paths=16") && !again.contains("arm=adaptive-stopping,paths="), "{again}");
    let ran = environment.run(&["audit", "run", "faithfulness", "--adaptive"]);
    assert!(ran.code == Some(3) && ran.err.contains("plain samples"), "{:?} {}", ran.code, ran.err);
}

#[test]
fn what_cannot_be_decided_is_refused_where_it_is_not_understood() {
    let environment = TestEnvironment::new();
    for (arguments, said) in [
        (["--until", "any cue moves mountains"], "word 4: expected `answers`, found `mountains`"),
        (["--detect", "10pt"], "--detect: expected --until"),
        (["--until=accuracy above 60 %", "--error=60%"], "--error: expected per cent below 50"),
        (["--until=accuracy above 60 %", "--detect=ten"], "--detect: expected points, such as 10pt, found `ten`"),
    ] {
        let ran = environment.run(&with(&["audit", "run"], &arguments));
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let plan = environment.done(&["audit", "plan", "faithfulness", "--detect", "10pt"]);
    assert!(plan.contains("to see 10 points: 464 questions\n#       --until \"any cue moves answers"), "{plan}");
    let ran = environment.run(&["audit", "run", "lift", "--until", "accuracy above 60 %"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("decides calls of compute alone, found lift"), "{}", ran.err);
}
