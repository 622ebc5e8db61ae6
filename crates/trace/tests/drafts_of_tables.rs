//! Drafts for tables as people keep them: ways of asking beside questions, a column for every model, grades in words, sessions with what happened in them. Made here.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;

use candor_trace::import::{Options, Source, read};
use candor_trace::mapping::draft::draft;
use candor_trace::{Inventory, Mapping, Outcome, Trace};

/// The draft of a file, and what it reads of it.
fn of(name: &str, text: &str) -> (String, Vec<Trace>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let toml = draft(&path).unwrap().unwrap().toml;
    let options = Options { mapping: Some(Mapping::parse(&toml).unwrap()), ..Options::default() };
    let mut traces = Vec::new();
    read(&Source::new(&path), &options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{toml}"));
    (toml, traces)
}

fn has(toml: &str, lines: &[&str]) {
    for line in lines {
        assert!(toml.lines().any(|there| there.starts_with(line)), "no `{line}` in\n{toml}");
    }
}

#[test]
fn versions_of_a_prompt_are_ways_of_asking_and_no_questions() {
    let text = |ticket: usize| {
        format!("A customer has ordered {ticket} things, and would like to hear how many units that is.")
    };
    let rows: String = (0..450)
        .map(|at| {
            let (ticket, way, run) = (at / 15, at / 5 % 3, at % 5);
            let said = (ticket * 7 + way * run) % 13;
            let right = ticket * 7 % 13;
            let ok = if said == right { "yes" } else { "no" };
            format!("T-{ticket:03},\"{}\",draft {way},Run {run},{said},{right},{ok},0.00{at}\n", text(ticket))
        })
        .collect();
    let (toml, traces) =
        of("sheet.csv", &format!("Ticket,Customer text,Prompt draft,Run,Bot said,Should be,OK?,Spend $\n{rows}"));
    has(
        &toml,
        &[
            "unit = \"Ticket\"",
            "arm = { path = \"Prompt draft\" }",
            "sample = ",
            "answer = \"Bot said\"",
            "verdict = \"OK?\"",
            "cost = \"Spend $\"",
        ],
    );
    assert!(!toml.contains("reasoning = "), "{toml}");
    let trial = &traces[7].trial;
    assert_eq!((trial.unit.as_str(), trial.arm.as_deref(), trial.sample), ("T-000", Some("draft 1"), 2));
    // A baseline among versions of a prompt keeps its name; beside a hint it is the plain question.
    let table = |ways: [&str; 2]| {
        let rows: String = (0..60).map(|at| format!("q{},{},{},1\n", at / 4, ways[at % 2], at / 2 % 2)).collect();
        of("ways.csv", &format!("case,prompt_version,run,right\n{rows}")).0
    };
    has(&table(["baseline", "v2"]), &["arm = { path = \"prompt_version\" }"]);
    has(&table(["baseline", "with a hint"]), &["arm = { path = \"prompt_version\", map = { \"baseline\" = \"uncued\""]);
}

#[test]
fn a_column_for_every_model_is_no_right_answer() {
    let rows: String = (0..40).map(|at| format!("Q{at},{},{},{}\n", at % 2, at % 3 % 2, at % 5 % 2)).collect();
    let (toml, traces) = of("matrix.csv", &format!("question,gpt-5,claude-4,meta/llama-3\n{rows}"));
    assert!(!toml.contains("gold = ") && !toml.contains("# model"), "{toml}");
    let mut inventory = Inventory::default();
    traces.iter().for_each(|trace| inventory.see(trace));
    assert_eq!((inventory.traces, inventory.verdicts), (120, 120), "{toml}");
    assert_eq!(inventory.models.keys().collect::<Vec<_>>(), ["claude-4", "gpt-5", "meta/llama-3"]);
    // What they said, with what is right.
    let letter = |at: usize| ["A", "B", "C"][at % 3];
    let rows: String =
        (0..40).map(|at| format!("Q{at},{},{},{}\n", letter(at), letter(at * 2), letter(at / 3))).collect();
    let (toml, traces) = of("said.csv", &format!("question,gold,o3,qwen2.5\n{rows}"));
    let right = |model: &str| {
        let of = traces.iter().filter(|trace| trace.model.as_deref() == Some(model));
        of.filter(|trace| trace.verdict().unwrap().outcome == Outcome::Correct).count()
    };
    let same = |of: fn(usize) -> usize| (0..40).filter(|at| letter(*at) == letter(of(*at))).count();
    assert_eq!((right("o3"), right("qwen2.5")), (same(|at| at * 2), same(|at| at / 3)), "{toml}");
    // Columns of 0 and 1 of which nothing says whose they are: nobody can tell.
    let rows: String = (0..40).map(|at| format!("Q{at},{},{},{}\n", at % 2, at % 3 % 2, at % 5 % 2)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bits.csv");
    std::fs::write(&path, format!("question,north,south,west\n{rows}")).unwrap();
    let toml = draft(&path).unwrap().unwrap().toml;
    has(&toml, &["# fill in: nothing tells what came of the question"]);
    assert!(!toml.contains("\nanswer = ") && !toml.contains("\ngold = ") && !toml.contains("\nverdict = "), "{toml}");
}

#[test]
fn grades_in_words_are_a_verdict() {
    let lines: String = (0..60)
        .map(|at| {
            format!("{{\"id\":\"q{at}\",\"output\":\"x\",\"status\":\"{}\"}}\n", ["PASS", "FAIL", "TIMEOUT"][at % 3])
        })
        .collect();
    let (toml, traces) = of("graded.jsonl", &lines);
    let outcomes: Vec<Outcome> = traces.iter().take(3).map(|trace| trace.verdict().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Correct, Outcome::Wrong, Outcome::Wrong], "{toml}");
    // A state that is no grade.
    let lines = lines.replace("PASS", "sent").replace("FAIL", "queued");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("states.jsonl");
    std::fs::write(&path, lines).unwrap();
    assert!(draft(&path).unwrap().unwrap().toml.contains("# not used: status"));
}

#[test]
fn what_happened_in_a_session_is_no_list_of_samples_and_an_exit_code_no_verdict() {
    let sessions: Vec<String> = (0..40)
        .map(|at| {
            let shell = format!(r#"{{"kind":"shell","cmd":"make","exit":{},"out":""}}"#, at % 2);
            let log = [vec![r#"{"kind":"prompt","text":"Fix it."}"#.to_owned()], vec![shell; 1 + at % 4]].concat().join(",");
            format!(r#"{{"session":"s{at:03}","llm":"m","log":[{log},{{"kind":"final","text":"Done, it all works."}}],"final_message":"Done, it all works.","hidden_tests_green":{}}}"#, at % 3 == 0)
        })
        .collect();
    let (toml, traces) =
        of("sessions.json", &format!("{{\"exported\":\"2026\",\"sessions\":[{}]}}", sessions.join(",")));
    has(
        &toml,
        &["unit = \"session\"", "reply = \"final_message\"", "verdict = \"hidden_tests_green\"", "# not used: log"],
    );
    assert_eq!(
        (traces.len(), traces[0].output(), traces[1].trial.unit.as_str()),
        (40, Some("Done, it all works."), "s001")
    );
    let rows: String = (0..40).map(|at| format!("s{at:03},{}\n", at % 2)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.csv");
    std::fs::write(&path, format!("session,exit_code\n{rows}")).unwrap();
    assert!(!draft(&path).unwrap().unwrap().toml.contains("\nverdict = "));
}
