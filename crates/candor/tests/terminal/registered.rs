//! Plans registered before their data: what the record says after a run, what a report says of it, and that a run that broke off is seen. Not the sealed file.

use serde_json::Value;

use crate::environment::{TestEnvironment, assert_readable, call};

fn own_calls(environment: &TestEnvironment) {
    let calls: String =
        (0..40).flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, (7 * q + 3 * s) % 10 < 6))).collect();
    environment.write("data/a.jsonl", &calls);
}

/// The leaves of the record, by kind.
#[expect(clippy::expect_used, reason = "a test that cannot set itself up fails")]
fn kinds(environment: &TestEnvironment) -> Value {
    let said = environment.done(&["record", "verify", "--json"]);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["holds"], true, "{said}");
    said["kinds"].clone()
}

/// What a report says of its plan, without the numbers of its runs.
fn said(out: &str) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for line in out.lines().skip_while(|line| !line.starts_with("plan ")) {
        match said.last_mut() {
            // What was broken at the width of the page; a sentence begins at the margin or two columns in, with a letter or a number.
            Some(last) if last.ends_with(" at") => last.push_str(&format!(" {}", line.trim())),
            _ => said.push(line.trim().to_owned()),
        }
    }
    said
}

#[test]
fn without_a_record_a_report_says_that_its_plan_was_not_registered() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    let out = environment.done(&["audit", "run", "compute", "--from", "data"]);
    let why = "plan not registered before its data: there is no record here (candor record init makes one)";
    assert_eq!(said(&out), [why]);
    assert!(environment.done(&["audit", "report", "--md"]).contains("- plan not registered before its data: "));
    environment.done(&["record", "init"]);
    let out = environment.done(&["audit", "report"]);
    assert_eq!(said(&out), ["plan not registered before its data: the record does not know this run"]);
}

#[test]
fn a_plan_is_registered_before_its_data_and_every_run_of_it_is_listed() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    environment.done(&["record", "init"]);
    let out = environment.done(&["audit", "run", "compute", "--from", "data"]);
    assert_readable(&out, 100);
    let lines = said(&out);
    assert!(lines[0].starts_with("plan registered before its data were read: leaf 0, at 20"), "{lines:?}");
    assert_eq!(lines[1..], ["the only run of this plan in the record"]);
    assert_eq!(kinds(&environment), serde_json::json!({"plan": 1, "run": 2}));
    // The same plan, written in another way, is no second plan.
    environment.done(&["audit", "run", "compute", "--from", "./data/"]);
    // A run that breaks off behind its beginning is seen: what it read holds nothing that the audit is about.
    std::fs::rename(environment.path("data"), environment.path("away")).expect("moved");
    environment.write("data/a.jsonl", "{\"events\":[]}\n");
    let broken = environment.run(&["audit", "run", "compute", "--from", "data"]);
    assert_ne!(broken.code, Some(0), "{}", broken.out);
    std::fs::remove_dir_all(environment.path("data")).expect("gone");
    std::fs::rename(environment.path("away"), environment.path("data")).expect("moved back");
    // Another margin is another plan about the same source.
    environment.done(&["audit", "run", "compute", "--from", "data", "--margin", "5"]);
    let out = environment.done(&["audit", "report", "@prev", "--html", "page.html"]);
    let lines = said(&out);
    assert_eq!(lines[1], "run 2 of 3 of this plan in the record:");
    assert!(lines[2].ends_with(": begun, leaf 1; ended, leaf 2") && lines[2].starts_with("1. run 20"), "{lines:?}");
    assert!(lines[3].ends_with(": begun, leaf 3; ended, leaf 4; this one"), "{lines:?}");
    assert!(lines[4].ends_with(": begun, leaf 5; never ended"), "{lines:?}");
    assert_eq!(lines[5], "on the same source the record has 1 other plan with 1 run");
    assert_eq!(kinds(&environment), serde_json::json!({"plan": 2, "run": 7}));
    let page = std::fs::read_to_string(environment.path("page.html")).expect("a page");
    assert!(page.contains("begun, leaf 5; never ended"));
    let json: Value = serde_json::from_str(&environment.done(&["audit", "report", "@prev", "--json"])).expect("JSON");
    assert_eq!(json["registered"]["before"]["runs"][2]["finished"], false);
    assert_eq!(json["registered"]["before"]["leaf"], 0);
    // A record that cannot be read keeps nobody from a report.
    std::fs::rename(environment.path(".candor/record/log/checkpoint"), environment.path("kept")).expect("moved");
    let lines = said(&environment.done(&["audit", "report"]));
    assert!(lines[0].starts_with("plan not registered before its data: the record cannot be read: "), "{lines:?}");
    std::fs::rename(environment.path("kept"), environment.path(".candor/record/log/checkpoint")).expect("moved back");
    // What is stored says nothing of it: the same data give the same bytes, with a record and without.
    let plain = TestEnvironment::new();
    own_calls(&plain);
    plain.done(&["audit", "run", "compute", "--from", "data"]);
    let stored = |environment: &TestEnvironment| {
        let mut runs: Vec<_> =
            environment.path(".candor/runs").read_dir().expect("runs").flatten().map(|run| run.path()).collect();
        runs.sort();
        std::fs::read(runs[0].join("report.json")).expect("a report")
    };
    assert!(stored(&environment) == stored(&plain), "the same bytes");
}

#[test]
fn a_run_of_calls_is_registered_before_the_first_of_them_and_where_it_goes_on() {
    let environment = TestEnvironment::new();
    environment.done(&["record", "init"]);
    let small = ["audit", "run", "compute", "--on", "pebble", "--limit", "48", "--quiet"];
    let out = environment.done(&small);
    assert!(said(&out)[0].starts_with("plan registered before its data: leaf 0, at "), "{out}");
    let id = crate::environment::only_run(&environment);
    // As if it had been killed: no report, and a ledger that ends in the midst of a line.
    let folder = environment.path(&format!(".candor/runs/{id}"));
    for name in ["report.json", "report.html", "observations.jsonl.zst", "derived.json.zst"] {
        std::fs::remove_file(folder.join(name)).expect("a file");
    }
    let bytes = std::fs::read(folder.join("ledger-0")).expect("a ledger");
    std::fs::write(folder.join("ledger-0"), &bytes[..bytes.len() / 2]).expect("a shorter ledger");
    let out = environment.done(&["audit", "resume", "--quiet"]);
    assert_eq!(said(&out)[1], "the only run of this plan in the record");
    assert_eq!(kinds(&environment), serde_json::json!({"plan": 1, "run": 4}));
    // Judged again it is a run of its own, of a plan of its own, and says whose replies it read.
    let out = environment.done(&["audit", "run", "--rescore", "@last", "--quiet"]);
    let lines = said(&out);
    assert!(
        lines[0].starts_with(&format!("plan registered before the replies of run {id} were judged again: leaf 5")),
        "{lines:?}"
    );
    assert_eq!(lines[2], "on the same source the record has 1 other plan with 1 run", "{lines:?}");
}

#[test]
fn a_run_that_went_on_under_a_changed_plan_is_not_a_run_of_the_registered_one() {
    let environment = TestEnvironment::new();
    environment.done(&["record", "init"]);
    environment.done(&["audit", "run", "compute", "--on", "pebble", "--limit", "48", "--quiet"]);
    let folder = environment.path(&format!(".candor/runs/{}", crate::environment::only_run(&environment)));
    // Stopped before its end, its margin changed, and resumed.
    std::fs::remove_file(folder.join("whole")).expect("a file");
    let plan = std::fs::read_to_string(folder.join("plan.toml")).expect("a plan");
    assert!(plan.contains("margin = 0.02"), "{plan}");
    std::fs::write(folder.join("plan.toml"), plan.replacen("margin = 0.02", "margin = 0.2", 1)).expect("written");
    let lines = said(&environment.done(&["audit", "resume", "--quiet"]));
    let why = "plan not registered before its data: the run went on under another plan than the one that leaf 0";
    assert!(lines.join(" ").starts_with(why), "{lines:?}");
    let ran = environment.run(&["audit", "report", "--sealed", "report.sealed"]);
    assert!(ran.code == Some(5) && !environment.path("report.sealed").exists(), "{}", ran.err);
}

#[test]
fn two_that_write_at_once_wait_for_each_other() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    environment.done(&["record", "init"]);
    let held = std::fs::File::open(environment.path(".candor/record/lock")).expect("a lock");
    held.lock().expect("nobody writes");
    let outs: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..2).map(|_| scope.spawn(|| environment.run(&["audit", "run", "compute", "--from", "data"]))).collect();
        held.unlock().expect("let go");
        runs.into_iter().map(|run| run.join().expect("it ends")).collect()
    });
    assert!(outs.iter().all(|ran| ran.code == Some(0)), "{outs:?}");
    assert_eq!(kinds(&environment), serde_json::json!({"plan": 1, "run": 4}));
    let out = environment.done(&["audit", "report"]);
    assert_eq!(said(&out).len(), 4, "both are listed: {out}");
}
