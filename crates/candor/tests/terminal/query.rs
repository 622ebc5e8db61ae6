//! The record asked: in SQL, by words, by identifiers, and as a source of traces like any other; after an erasure, without what was erased.

use crate::environment::{TestEnvironment, assert_readable};

const TRACES: &str = r#"{"recorded_id":"7f3a0000000000000000000000000001","trial":{"unit":"fix","sample":0},"model":"planted-agent","planted":true,"events":[{"tool_call":{"id":"1","name":"shell","arguments":"cargo test"}},{"reasoning":{"text":"One fails, but it is unrelated.","provenance":"raw"}},{"output":{"text":"I fixed the parser. All tests pass.\u001b[2J"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"wrong","extracted":null,"why":"the test fails"}}}]}
{"recorded_id":"7f3b0000000000000000000000000002","trial":{"unit":"other","sample":0},"model":"planted-agent","planted":true,"events":[{"output":{"text":"42","answer":"=42|x"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"correct","extracted":"=42|x","why":""}}}]}
{"recorded_id":"7f3c0000000000000000000000000003","trial":{"unit":"third","sample":0},"model":"another","planted":true,"events":[{"output":{"text":"Overall tests passed","answer":"43"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"wrong","extracted":"43","why":""}}}]}
"#;

fn recorded() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", TRACES);
    environment.done(&["record", "init"]);
    environment.done(&["trace", "import", "a.jsonl", "--quiet"]);
    environment
}

#[test]
fn an_answer_in_every_form() {
    let environment = recorded();
    let sql = "select model, outcome, count(*) as n, wilson_low(count(*), 3) as low, max(answer) as answer from traces group by model, outcome order by n desc, model, outcome";
    let out = environment.done(&["trace", "query", sql]);
    assert_readable(&out, 100);
    insta::assert_snapshot!(out, @r"
    planted process, not a language model
    model          outcome  n       low  answer
    another        wrong    1  0.061492  43
    planted-agent  correct  1  0.061492  =42|x
    planted-agent  wrong    1  0.061492  -
    3 rows
    ");
    let csv = environment.done(&["trace", "query", sql, "--csv"]);
    assert!(csv.starts_with("model,outcome,n,low,answer\nanother,wrong,1,0.06149"), "{csv}");
    assert!(csv.contains(",'=42|x\n"), "a spreadsheet would run it: {csv}");
    let markdown = environment.done(&["trace", "query", sql, "--md"]);
    assert!(
        markdown.starts_with("**planted process, not a language model**\n\n| model | outcome | n | low | answer |\n"),
        "{markdown}"
    );
    assert!(markdown.contains("=42\\|x"), "{markdown}");
    let json: serde_json::Value =
        serde_json::from_str(&environment.done(&["trace", "query", sql, "--json", "--rows", "2"])).expect("JSON");
    assert_eq!((json["rows"].as_array().map(Vec::len), json["cut"].as_str()), (Some(2), Some("rows")));
    assert_eq!((json["rows"][1][4].as_str(), json["traces"].as_u64()), (Some("=42|x"), Some(3)));
    let cut = environment.done(&["trace", "query", sql, "--rows", "1"]);
    assert!(cut.contains("the first 1 row; there are more: --rows N"), "{cut}");
    // Foreign text moves no cursor.
    let hostile =
        environment.done(&["trace", "query", "select output, 'a' as \"\u{1b}[2J\" from texts order by rowid limit 1"]);
    assert!(!hostile.contains('\u{1b}') && hostile.contains("All tests pass."), "{hostile}");
}

#[test]
fn questions_that_cannot_be_asked_say_why() {
    let environment = recorded();
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    for (arguments, code, says) in [
        (
            &["select outcom from traces"][..],
            2,
            "query, character 8: expected the name of a column, found `outcom`\nhint: near it: outcome\n",
        ),
        (&["delete from traces"], 2, "query: expected one select, found a change of traces\nhint: --schema lists"),
        (&[endless, "--seconds", "0.05"], 7, "stopped: the answer takes longer than it may\nhint: --seconds N"),
        (&["select 1", "--seconds", "0"], 2, "--seconds: expected a number above 0, found 0"),
        (&["select 1", "--from", "nowhere"], 6, "nowhere: expected a record, found none"),
        (&[], 2, "SQL"),
    ] {
        let ran = environment.run(&[&["trace", "query"], arguments].concat());
        assert!(ran.code == Some(code) && ran.err.contains(says), "{arguments:?}: {:?} {}", ran.code, ran.err);
    }
    let schema = environment.done(&["trace", "query", "--schema"]);
    assert_readable(&schema, 100);
    for name in ["traces: one call", "tokens_reasoning", "texts MATCH", "maj_at_k(answer, right, k)"] {
        assert!(schema.contains(name), "{name}: {schema}");
    }
}

#[test]
fn an_index_that_was_damaged_is_folded_anew_with_a_word() {
    let environment = recorded();
    let count = ["trace", "query", "select count(*) from traces", "--csv"];
    assert_eq!(environment.done(&count), "count(*)\n3\n");
    environment.write(".candor/record/index.sqlite", &"no database at all ".repeat(500));
    let ran = environment.run(&count);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "count(*)\n3\n"), "{}", ran.err);
    assert!(ran.err.contains("the index of the record was folded anew: it was damaged"), "{}", ran.err);
    assert_eq!(environment.done(&["trace", "query", "--rebuild"]), "3 traces folded anew\n");
}

#[test]
fn words_and_identifiers_find_traces_of_the_record_as_they_do_in_files() {
    let environment = recorded();
    for query in [
        &["all tests pass"][..],
        &["ests pas"],
        &["tests"],
        &["nowhere at all"],
        &["model:planted-agent", "fix"],
        &["-tests"],
        &[],
    ] {
        let list = |from: &[&str]| -> serde_json::Value {
            let out = environment.done(&[&["trace", "list", "--json", "--quiet"][..], from, &["--"], query].concat());
            let mut list: serde_json::Value = serde_json::from_str(&out).expect("JSON");
            for trace in list["traces"].as_array_mut().expect("traces") {
                trace["place"] = "anywhere".into();
            }
            list
        };
        let by_index = list(&[]);
        assert_eq!(by_index, list(&["--from", "a.jsonl"]), "{query:?}");
        assert_eq!(by_index, list(&["--from", ".candor/record"]), "{query:?}");
    }
    let shown = environment.done(&["trace", "show", "7f3a", "--quiet"]);
    assert!(shown.contains("7f3a0000 · a.jsonl:1") && shown.contains("I fixed the parser."), "{shown}");
    assert_eq!(environment.run(&["trace", "show", "0000", "--quiet"]).code, Some(6));
}

#[test]
fn a_record_is_looked_at_and_audited_and_what_was_erased_is_gone() {
    let environment = recorded();
    let look = environment.done(&["look", ".candor/record", "--quiet"]);
    assert!(look.contains("candor record") && look.contains('3'), "{look}");
    let audit = environment.done(&["audit", "run", "compute", "--from", ".candor/record", "--quiet", "--csv"]);
    assert!(audit.starts_with("audit,name,value") && audit.contains("\ncompute,"), "{audit}");
    environment.done(&["trace", "query", "select 1"]);
    environment.done(&["record", "erase", "--trace", "7f3a0000000000000000000000000001", "--basis", "asked for"]);
    for name in ["index.sqlite", "index.sqlite-wal"] {
        let bytes = std::fs::read(environment.path(".candor/record").join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("unrelated") && !text.contains("parser"), "{name}");
    }
    let out =
        environment.done(&["trace", "query", "select id, unit, outcome, unreadable from traces order by leaf limit 1"]);
    assert!(out.contains("1 of 3 traces cannot be read") && out.contains("erased") && !out.contains("fix"), "{out}");
    let list = environment.done(&["trace", "list", "tests", "--quiet"]);
    assert!(list.contains("1 of 2 traces"), "{list}");
}
