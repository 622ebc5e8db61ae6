//! A sealed report from its making to the stranger who examines it, alone and beside the log. Not every forgery: `crates/audit/tests/forgeries` makes those.

use serde_json::Value;

use crate::environment::{TestEnvironment, assert_readable, call};

const VKEY: &str = ".candor/record/log/vkey";

fn calls(environment: &TestEnvironment, shift: usize) {
    let calls: String = (0..40)
        .flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, (7 * q + 3 * s as usize + shift * q) % 10 < 6)))
        .collect();
    environment.write("data/a.jsonl", &calls);
}

/// A record with three runs of one plan, the middle one never ended, and the last one sealed.
fn sealed() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.done(&["record", "init", "--origin", "example.org/record"]);
    let run = ["audit", "run", "compute", "--from", "data", "--quiet"];
    calls(&environment, 0);
    environment.done(&run);
    environment.write("data/a.jsonl", "{\"events\":[]}\n");
    assert_ne!(environment.run(&run).code, Some(0));
    calls(&environment, 1);
    environment.done(&run);
    let ran = environment.run(&["audit", "report", "@last", "--sealed", "report.sealed"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("sealed in leaf 6, with 3 runs of its plan, in report.sealed ("), "{}", ran.err);
    environment
}

#[test]
fn a_stranger_examines_it_with_the_key_alone() {
    let environment = sealed();
    let alone = TestEnvironment::new();
    for (from, to) in [("report.sealed", "report.sealed"), (VKEY, "vkey")] {
        std::fs::copy(environment.path(from), alone.path(to)).expect("a copy");
    }
    assert!(std::fs::metadata(alone.path("report.sealed")).expect("a file").len() < 5_000_000);
    let out = alone.done(&["record", "verify", "report.sealed", "--vkey", "vkey"]);
    for line in [
        "log      example.org/record, 7 leaves, root ",
        "\n         7 leaves proved under it\n",
        "\n         registered in leaf 0, at 20",
        "runs     3 of this plan: 2 finished, 1 begun and never ended; numbers of 2\n         1. 20",
        ": ended, leaves 1, 2\n",
        ": begun, never ended, leaves 3\n",
        ": ended, leaves 4, 5; the report is of this one\n",
        "\nseal     leaf 6, at 20",
        "\nholds: plan, report, derivation and list of runs are those that the log committed to.\nNot shown by it: ",
    ] {
        assert!(out.contains(line), "{line:?}: {out}");
    }
    assert_readable(&out, 400);
    let own = alone.done(&["record", "verify", "report.sealed"]).replace("\n  ", " ");
    assert!(
        own.contains("The key is the file's own, which shows only that the file fits itself: anybody can make one."),
        "{own}"
    );
    let json: Value =
        serde_json::from_str(&alone.done(&["record", "verify", "report.sealed", "--json"])).expect("JSON");
    assert_eq!((&json["holds"], &json["runs"], &json["findings"]), (&true.into(), &3.into(), &serde_json::json!([])));

    // Another key, another byte, another form.
    let other = TestEnvironment::new();
    other.done(&["record", "init", "--origin", "example.org/record"]);
    std::fs::copy(other.path(VKEY), alone.path("other")).expect("a copy");
    let ran = alone.run(&["record", "verify", "report.sealed", "--vkey", "other"]);
    assert!(
        ran.code == Some(5) && ran.out.contains("FAIL  vkey: expected example.org/record+"),
        "{}{}",
        ran.out,
        ran.err
    );
    let text = std::fs::read_to_string(alone.path("report.sealed")).expect("a file");
    alone.write("margin.sealed", &text.replacen(r#"\"margin\":\"0.02\""#, r#"\"margin\":\"0.05\""#, 1));
    let ran = alone.run(&["record", "verify", "margin.sealed", "--vkey", "vkey"]);
    assert!(
        ran.code == Some(5) && ran.out.contains("report: margin: expected \"0.05\" as planned, found \"0.02\""),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("does not hold: ") && ran.err.contains("margin.sealed: "), "{}{}", ran.out, ran.err);
    alone.write("case.zip", "PK\u{3}\u{4}");
    let ran = alone.run(&["record", "verify", "case.zip"]);
    assert!(ran.code == Some(6) && ran.err.contains("unzip case.zip -d case"), "{}", ran.err);
    alone.write("spaced.sealed", &(text + "\n"));
    let ran = alone.run(&["record", "verify", "spaced.sealed"]);
    assert!(ran.code == Some(5) && ran.err.contains("canonical bytes: byte "), "{}", ran.err);
}

#[test]
fn beside_the_log_what_came_later_is_shown_and_another_log_is_refused() {
    let environment = sealed();
    let verify = ["record", "verify", "--sealed", "report.sealed"];
    let out = environment.done(&verify);
    assert!(out.contains("holds: ") && !out.contains("\nafter "), "{out}");
    environment.done(&["audit", "run", "compute", "--from", "data", "--quiet"]);
    environment.done(&["audit", "run", "compute", "--from", "data", "--seed", "7", "--quiet"]);
    let out = environment.done(&verify);
    assert!(out.contains("\nafter    run 20") && out.contains(" of this plan was begun after the seal\n"), "{out}");
    // Sealed again, it says more: a fourth run, and another plan on the same source.
    environment.done(&["audit", "report", "@prev", "--sealed", "again.sealed", "--quiet"]);
    let out = environment.done(&["record", "verify", "again.sealed", "--vkey", VKEY]);
    assert!(out.contains("runs     4 of this plan") && out.contains("had 1 other plan with 1 run,"), "{out}");
    // Another record of the same origin is another log.
    let other = sealed();
    std::fs::copy(environment.path("report.sealed"), other.path("foreign.sealed")).expect("a copy");
    let ran = other.run(&["record", "verify", "--sealed", "foreign.sealed"]);
    assert!(
        ran.code == Some(5) && ran.out.contains("FAIL  leaf 0: expected the log's own entry, found another"),
        "{}",
        ran.out
    );
}

#[test]
fn what_cannot_be_sealed_is_refused_with_its_reason() {
    let environment = TestEnvironment::new();
    calls(&environment, 0);
    environment.done(&["audit", "run", "compute", "--from", "data", "--quiet"]);
    let seal = ["audit", "report", "--sealed", "report.sealed"];
    let ran = environment.run(&seal);
    assert!(ran.code == Some(5) && ran.err.contains("expected a record, found none"), "{}", ran.err);
    environment.done(&["record", "init"]);
    let ran = environment.run(&seal);
    assert!(
        ran.code == Some(5) && ran.err.contains("expected it registered in the record, found it not"),
        "{}",
        ran.err
    );
    environment.done(&["audit", "run", "compute", "--from", "data", "--quiet"]);
    let mut runs: Vec<_> =
        environment.path(".candor/runs").read_dir().expect("runs").flatten().map(|run| run.path()).collect();
    runs.sort();
    let report = runs[1].join("report.json");
    let text = std::fs::read_to_string(&report).expect("a report");
    std::fs::write(&report, text.replacen("\"margin\": 0.02", "\"margin\": 0.01", 1)).expect("written");
    let ran = environment.run(&seal);
    assert!(ran.code == Some(5) && ran.err.contains("report.json: expected digest"), "{}", ran.err);
    std::fs::write(&report, text).expect("written");
    environment.done(&["record", "erase", "--leaf", "0", "--basis", "asked by letter"]);
    let ran = environment.run(&seal);
    assert!(ran.code == Some(5) && ran.err.contains("operator: asked by letter; not examined"), "{}", ran.err);
    assert!(!environment.path("report.sealed").exists());
}
