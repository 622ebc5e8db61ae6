//! `candor audit`: list, run on the planted process inside and on own data, report.

use crate::environment::{TestEnvironment, assert_readable, call, only_run};

const PLANTED: &str = "planted process, not a language model";

fn own_calls(environment: &TestEnvironment) {
    let calls: String =
        (0..60).flat_map(|q| (0..8).map(move |s| call(&format!("q{q}"), s, (7 * q + 3 * s) % 10 < 6))).collect();
    environment.write("my runs/a.jsonl", &calls);
}

#[test]
fn the_audits_are_listed() {
    let environment = TestEnvironment::new();
    let out = environment.done(&["audit", "list"]);
    assert_readable(&out, 100);
    let json: serde_json::Value = serde_json::from_str(&environment.done(&["audit", "list", "--json"])).expect("JSON");
    for audit in json.as_array().expect("a list") {
        assert!(out.contains(audit["name"].as_str().expect("a name")));
    }
}

#[test]
fn without_a_word_the_process_inside_is_asked_and_called_planted_on_every_figure() {
    let environment = TestEnvironment::new();
    let ran = environment.run(&["audit", "run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_readable(&ran.out, 100);
    let (findings, rest) = ran.out.split_once("────").expect("findings first");
    assert!(findings.contains(PLANTED) && findings.contains(" 1  ") && !findings.contains(" 4  "), "{findings}");
    assert!(rest.contains(PLANTED));
    for mark in ["evidence-backed", "inferred", " hope"] {
        assert!(!ran.out.contains(mark), "planted data bears no mark: {mark}\n{}", ran.out);
    }
    assert!(ran.err.contains("pebble:planted-process: ") && ran.out.contains("intervals cover"), "{}", ran.err);
    let run = only_run(&environment);
    let page = std::fs::read_to_string(environment.path(&format!(".candor/runs/{run}/report.html")));
    assert!(page.expect("a page").contains(PLANTED));
    // The suggested command reaches what the run saw, by its short name and by its own.
    let closer = |name: &str| environment.done(&["audit", "run", "consistency", "--from", name, "--quiet"]);
    let by_id = closer(&run);
    assert!(by_id.contains(PLANTED) && ran.out.contains("--from @last"), "{}", ran.out);
    assert_eq!(closer(&format!(".candor/runs/{run}/observations.jsonl.zst")), by_id);
    assert_eq!(environment.run(&["audit", "run", "--from", "@first"]).code, Some(5));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let environment = TestEnvironment::new();
    let run = |folder: &str| {
        let out = environment.done(&["audit", "run", "--limit", "48", "--dir", folder, "--quiet"]);
        let mut runs = environment.path(&format!("{folder}/runs")).read_dir().expect("the store");
        let stored = runs.next().expect("a run").expect("an entry").path();
        // The page and the plan name the place of the run; nothing else differs.
        let named = stored.strip_prefix(environment.path("")).expect("below").to_str().expect("text").to_owned();
        let files = ["report.json", "report.html", "plan.toml", "observations.jsonl.zst"].map(|name| {
            let bytes = std::fs::read(stored.join(name)).expect("a file of the run");
            match String::from_utf8(bytes) {
                Ok(text) => text.replace(&named, "HERE").into_bytes(),
                Err(packed) => packed.into_bytes(),
            }
        });
        (out.replace(&format!(" --dir {folder}"), ""), files)
    };
    let (first, second) = (run("a"), run("b"));
    assert_eq!(first.0, second.0, "standard output");
    assert!(first.1 == second.1, "stored files");
}

#[test]
fn own_data_is_audited_and_the_next_command_reaches_it() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    let ran = environment.run(&["audit", "run", "--from", "my runs", "--operate", "paths=4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_readable(&ran.out, 100);
    assert!(!ran.out.contains(PLANTED));
    assert!(ran.out.contains("<- you operate here"), "{}", ran.out);
    if ran.out.contains("look closer: ") {
        assert!(ran.out.contains("--from 'my runs'"), "{}", ran.out);
    }
    assert!(ran.err.contains("reading my runs (") && ran.err.contains("stored as run "), "{}", ran.err);
    let quiet = environment.run(&["audit", "run", "--from", "my runs", "--operate", "paths=4", "--quiet"]);
    assert_eq!((quiet.out, quiet.err.as_str()), (ran.out, ""));
}

#[test]
fn a_stored_run_is_shown_again_as_it_was() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    for form in [&[][..], &["--json"], &["--csv"], &["--md"]] {
        let with = |first: &[&'static str]| [first, form].concat();
        let run = environment.done(&with(&["audit", "run", "compute", "--from", "my runs", "--quiet"]));
        let report = environment.done(&with(&["audit", "report", "@last"]));
        assert_eq!(run, report, "{form:?}");
    }
    environment.done(&["audit", "report", "--html", "r.html", "--junit", "j.xml"]);
    let page = std::fs::read_to_string(environment.path("r.html")).expect("a page");
    assert!(!page.contains("<script") && !page.contains("src=\"http"), "self-contained");
    assert!(std::fs::read_to_string(environment.path("j.xml")).expect("XML").contains("<testsuites"));
}

#[test]
fn narrow_terminals_and_colours() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    let arguments = ["audit", "run", "compute", "--from", "my runs", "--quiet"];
    let narrow = environment.command(&arguments).env("COLUMNS", "44").output().expect("it runs");
    assert_readable(&String::from_utf8(narrow.stdout).expect("text"), 44);
    let coloured = environment.command(&["--color", "always"]).args(arguments).output().expect("it runs");
    assert!(String::from_utf8(coloured.stdout).expect("text").contains("\u{1b}["));
}

#[test]
fn a_published_curve_is_inferred_and_its_supposed_row_is_hope() {
    let environment = TestEnvironment::new();
    let out = environment.done(&["audit", "run", "compute", "--published", "1=62,4=74,8=79,16=80,32=80?"]);
    assert_readable(&out, 100);
    insta::assert_snapshot!(out, @r#"
    findings
     1  the gain falls below 2 points at row 16; nothing above 8 gains 2
        +1.0 points (no interval: no n published)   n unknown   inferred
        because no interval: no n published
        look closer: candor audit run compute --from PATH

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    Test-time compute, as published
    about: what the source measured; its questions and their number are not stated

    What more paths buy, as published
    paths  accuracy  gain       cost  mark
        1  62.0 (1)      - (2)    1x  inferred
        4  74.0 (1)  +12.0 (1)    4x  inferred
        8  79.0 (1)   +5.0 (1)    8x  inferred
       16  80.0 (1)   +1.0 (1)   16x  inferred
       32  80.0 (1)    0.0 (1)   32x  hope
    (1) no interval: no n published
    (2) nothing before it
    n unknown; no intervals; as published
    no interval is drawn: the number of questions was not published

    why a number is not evidence-backed, and what would raise it
      - inferred: no interval: no n published; measured elsewhere
        raised by a source that states n; the same measurement on your own data
        (compute.accuracy[paths=1] and 7 more)
      - hope: nobody measured it
        raised by a measurement (compute.accuracy[paths=32] and 1 more)

    what this cannot show
      - a published curve carries no n: which of its steps are noise cannot be said, and nothing here
        can be evidence-backed
      - another model, other questions and another prompt may have another curve

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    no traces were read; seed 20261124, 95 % intervals; margin 2 points; candor 0.1.0
    "#);
    assert!(!environment.path(".candor").exists(), "nothing was measured, nothing is stored");
}

#[test]
fn json_csv_and_terminal_agree_on_the_number_of_claims() {
    let environment = TestEnvironment::new();
    let json: serde_json::Value =
        serde_json::from_str(&environment.done(&["audit", "run", "--json", "--quiet"])).expect("JSON");
    let claims: usize = json["reports"]
        .as_array()
        .expect("reports")
        .iter()
        .map(|report| report["claims"].as_array().expect("claims").len())
        .sum();
    let csv = environment.done(&["audit", "report", "--csv"]);
    assert!(claims > 10);
    assert_eq!(csv.lines().count(), claims + 1);
}

#[test]
fn the_environment_says_where_runs_are_stored_and_a_flag_says_it_first() {
    let environment = TestEnvironment::new();
    let stored = |arguments: &[&str], folder: &str| {
        let output = environment.command(arguments).env("CANDOR_DIR", "by environment").output().expect("it runs");
        assert_eq!(output.status.code(), Some(0));
        environment.path(folder).join("runs").is_dir()
    };
    assert!(stored(&["audit", "run", "compute", "--quiet"], "by environment"));
    assert!(stored(&["audit", "run", "compute", "--quiet", "--dir", "by flag"], "by flag"));
    assert!(!environment.path(".candor").exists());
}

#[test]
fn columns_that_nothing_reads_are_named_beside_the_numbers() {
    let environment = TestEnvironment::new();
    let rows: String = (0..40)
        .flat_map(|q| {
            (0..4).map(move |s| format!("q{q},{s},{},{}\n", u8::from((q + s) % 3 > 0), ["dawn", "dusk"][s % 2]))
        })
        .collect();
    environment.write("a.csv", &format!("question,sample,correct,moon\u{1b}\n{rows}"));
    let out = environment.done(&["audit", "run", "compute", "--from", "a.csv", "--quiet"]);
    assert!(out.contains("not read: moon\\u{1b}; what one of them tells apart is counted together"), "{out}");
    assert_readable(&out, 100);
}

#[test]
fn skipped_files_are_counted_at_the_end_and_where_nothing_is_found() {
    let environment = TestEnvironment::new();
    let calls: String = (0..30).flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, (q + s) % 3 > 0))).collect();
    environment.write("runs/a.jsonl", &calls);
    environment.write("runs/notes.txt", "just words\n");
    environment.write("runs/empty.csv", "");
    let out = environment.done(&["audit", "run", "--from", "runs", "--skip-invalid", "--quiet"]);
    assert!(out.lines().any(|line| line == "2 files skipped, why: candor look runs --skipped"), "{out}");
    environment.write(
        "few/a.jsonl",
        "{\"trial\":{\"unit\":\"q\",\"sample\":0},\"model\":\"m\",\"events\":[{\"output\":{\"text\":\"\",\"answer\":\"B\"}}]}\n",
    );
    environment.write("few/notes.txt", "just words\n");
    let ran = environment.run(&["audit", "run", "--from", "few", "--quiet"]);
    assert_eq!(ran.code, Some(6));
    let err = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains("; 1 file skipped") && err.contains("candor look few says"), "{err}");
}

#[test]
fn reasons_are_plain_words_and_a_positive_number_never_says_that_something_falls() {
    let environment = TestEnvironment::new();
    own_calls(&environment);
    for arguments in [&["audit", "run", "--quiet"][..], &["audit", "run", "compute", "--from", "my runs", "--quiet"]] {
        let out = environment.done(arguments);
        for flag in 1..=8 {
            let (bare, code) = (out.matches(&format!("V{flag}")).count(), out.matches(&format!("(V{flag})")).count());
            assert_eq!(bare, code, "V{flag} stands without its words in\n{out}");
        }
        assert!(!out.contains("accuracy falls"), "{out}");
    }
}
