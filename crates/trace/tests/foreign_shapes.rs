//! Files in shapes that people have: each gets a draft that loads, whose claims are right, and that lists what it does not use.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;

use candor_trace::import::{Options, Source, read, survey};
use candor_trace::mapping::draft::{Draft, drafts};
use candor_trace::{Mapping, Trace};
use serde_json::json;

/// The only draft for a folder with one file, and what it reads.
fn of(name: &str, text: &str) -> (Draft, Vec<Trace>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let summary = survey(&Source::new(folder.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let mut found = drafts(&summary.skipped).unwrap();
    assert_eq!(found.len(), 1, "{name}: {:?}", summary.files);
    let draft = found.remove(0);
    let mapping = Mapping::parse(&draft.toml).unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    let mut traces = Vec::new();
    let options = Options { mapping: Some(mapping), ..Options::default() };
    read(&Source::new(&path), &options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    (draft, traces)
}

/// Lines that the draft holds, and beginnings of lines that it must not hold.
fn says(draft: &Draft, lines: &[&str], never: &[&str]) {
    let toml = &draft.toml;
    for line in lines {
        assert!(toml.lines().any(|held| held.starts_with(line)), "{line}\n{toml}");
    }
    for line in never {
        assert!(!toml.lines().any(|held| held.starts_with(line)), "{line}\n{toml}");
    }
}

fn lines(records: impl Iterator<Item = serde_json::Value>) -> String {
    records.map(|record| format!("{record}\n")).collect()
}

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

#[test]
fn an_array_under_a_key_with_options_and_a_number_for_a_name() {
    let takes = (0..25_usize).flat_map(|q| (0..4_usize).map(move |take| (q, take)));
    let results: Vec<serde_json::Value> = takes
        .map(|(q, take)| {
            let menu = [format!("red {q}"), "green".to_owned(), "blue".to_owned(), "grey".to_owned()];
            json!({"puzzle": q + 1, "take": take, "ask": {"text": format!("Pick the colour of item {q}."), "menu": menu},
                   "said": menu[(q + take * (q % 2)) % 4], "right": menu[q % 4], "seconds": 1.5 * take as f64})
        })
        .collect();
    let (draft, traces) =
        of("results.json", &json!({"config": {"model": "m-1", "temperature": 0.7}, "results": results}).to_string());
    says(
        &draft,
        &[
            "records = \"results[*]\"",
            "unit = \"puzzle\"",
            "sample = \"take\"",
            "gold = \"right\"",
            "answer = \"said\"",
            "options = { path = \"ask.menu\", count = true }",
            "# not used: seconds",
        ],
        &["request = \"puzzle\"", "# not used: ask.menu"],
    );
    assert_eq!((traces.len(), traces[0].question.options), (100, Some(4)));
    let right =
        traces.iter().filter(|trace| trace.verdict().is_some_and(|v| v.outcome == candor_verify::Outcome::Correct));
    // Odd questions move on with every take and are right once in four; even ones always.
    assert_eq!(right.count(), 13 * 4 + 12);
}

#[test]
fn rows_of_a_data_set_with_nested_lists() {
    let records = (0..30_usize).map(|q| {
        let reply = |s: usize| format!("<think>take {s}</think>The answer is {}", LETTERS[(q + s * (q % 2)) % 4]);
        json!({"puzzle": q, "question": format!("Which number is the largest of row {q}?"),
               "choices": {"text": ["one", "two", "three", "four"], "label": LETTERS}, "answerKey": LETTERS[q % 4],
               "generations": [reply(0), reply(1), reply(2), reply(3)], "is_correct": (0..4).map(|s| s * (q % 2) % 4 == 0).collect::<Vec<_>>()})
    });
    let (draft, traces) = of("rows.jsonl", &lines(records));
    says(
        &draft,
        &[
            "each = [\"generations[*]\", \"is_correct[*]\"]",
            "reply = \"generations[*]\"",
            "verdict = \"is_correct[*]\"",
            "request = \"question\"",
            "options = { path = \"choices.label\", count = true }",
            "# not used: choices.text (a list of 4: one)",
        ],
        &["request = \"puzzle\""],
    );
    assert_eq!((traces.len(), traces[0].question.options), (120, Some(4)));
    assert!(traces.iter().all(|trace| trace.provenance().is_readable() && trace.verdict().is_some()));
}

#[test]
fn samples_of_an_evaluation_harness() {
    let records = (0..30_usize).map(|q| {
        let (gold, said) = (q % 4, if q % 3 == 0 { q % 4 } else { q * 5 % 4 });
        json!({"doc_id": q, "doc": {"question": format!("Which planet is number {q} in the row of planets?"), "choices": ["Mars", "Venus", "Earth", "Pluto"], "answer": gold},
               "target": gold.to_string(), "arguments": [[format!("Q: {q}"), " A"]], "resps": [[format!("I go for {}", LETTERS[said])]],
               "filtered_resps": [said.to_string()], "acc": f64::from(u8::from(said == gold))})
    });
    let (draft, traces) = of("samples_planets.jsonl", &lines(records));
    says(
        &draft,
        &[
            "unit = \"doc_id\"",
            "verdict = \"acc\"",
            "gold = \"target\"",
            "request = \"doc.question\"",
            "options = { path = \"doc.choices\", count = true }",
        ],
        &["answer = \"doc.answer\""],
    );
    assert_eq!(traces.len(), 30);
    assert!(traces.iter().all(|trace| trace.verdict().is_some()));
}

#[test]
fn rows_of_a_tracing_service() {
    let records = (0..60_usize).map(|n| {
        let (q, model) = (n / 2, ["big", "small"][n % 2]);
        let (said, gold) = (LETTERS[(q + n % 2 * (q % 3)) % 4], LETTERS[q % 4]);
        json!({"id": format!("{n:08x}-aa11-4b22-9c33-{:012x}", n * 7919), "name": "ask", "run_type": "chain", "start_time": format!("2026-03-01T10:00:{:02}", n % 60),
               "inputs": {"question": format!("Which of the colours comes {q}th in the list?")}, "outputs": {"output": format!("I think that the {q}th is {said}."), "answer": said},
               "reference_outputs": {"answer": gold}, "extra": {"metadata": {"ls_model_name": model}}, "prompt_tokens": 100 + q, "completion_tokens": 30 + q, "total_cost": 0.001, "tags": ["night"]})
    });
    let (draft, traces) = of("runs.jsonl", &lines(records));
    says(
        &draft,
        &[
            "request = \"inputs.question\"",
            "reply = \"outputs.output\"",
            "answer = \"outputs.answer\"",
            "gold = \"reference_outputs.answer\"",
            "usage.input = \"prompt_tokens\"",
            "usage.output = \"completion_tokens\"",
            "# not used: tags (a list of 1: night)",
        ],
        &["answer = \"reference_outputs.answer\"", "gold = \"outputs.answer\""],
    );
    let right =
        traces.iter().filter(|trace| trace.verdict().is_some_and(|v| v.outcome == candor_verify::Outcome::Correct));
    assert_eq!((traces.len(), right.count()), (60, 30 + 10));
}

#[test]
fn a_table_of_an_evaluation_service() {
    let rows: String = (0..40_usize)
        .map(|q| {
            let (said, gold) = (LETTERS[q * 3 % 4], LETTERS[q % 4]);
            format!(
                "{:016x},What is the capital of country {q}?,{said},{gold},{},0.{:02},big,{},{}.5\n",
                q * 7919 + 1,
                u8::from(said == gold),
                q + 10,
                120 + q,
                q % 7
            )
        })
        .collect();
    let head =
        "id,input,output,expected,scores.ExactMatch,scores.Factuality,metadata.model,metrics.tokens,metrics.duration\n";
    let (draft, traces) = of("experiment.csv", &format!("{head}{rows}"));
    says(
        &draft,
        &["request = \"input\"", "gold = \"expected\""],
        &["answer = \"'metrics", "gold = \"'scores", "answer = \"'scores"],
    );
    assert_eq!(traces.len(), 40);
    assert!(traces.iter().all(|trace| trace.verdict().is_some()), "{}", draft.toml);
}

#[test]
fn a_batch_joined_with_its_input() {
    let records = (0..20_usize).map(|q| {
        json!({"custom_id": format!("q{q}-s0"), "request": {"model": "m", "messages": [{"role": "user", "content": format!("What is {q}+1, please?")}]},
               "answer": (q + 1 + q % 2).to_string(), "expected": (q + 1).to_string()})
    });
    let (draft, traces) = of("joined.jsonl", &lines(records));
    says(
        &draft,
        &[
            "unit = \"custom_id\"",
            "model = \"request.model\"",
            "answer = \"answer\"",
            "gold = \"expected\"",
            "# not used: request.messages (a list of 1",
        ],
        &[],
    );
    assert_eq!(traces.iter().filter(|trace| trace.verdict().is_some()).count(), 20);
}

#[test]
fn the_requests_of_a_batch_are_no_data_beside_its_replies() {
    let folder = tempfile::tempdir().unwrap();
    let requests = (0..20).map(|q| {
        json!({"custom_id": format!("q{q}"), "method": "POST", "url": "/v1/chat/completions",
               "body": {"model": "m", "messages": [{"role": "user", "content": format!("What is {q}+1?")}]}})
    });
    let replies = (0..20).map(|q| {
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": (q + 1).to_string()}, "finish_reason": "stop"});
        json!({"id": format!("batch_{q}"), "custom_id": format!("q{q}"), "error": null,
               "response": {"status_code": 200, "body": {"object": "chat.completion", "model": "m", "choices": [choice]}}})
    });
    std::fs::write(folder.path().join("input.jsonl"), lines(requests)).unwrap();
    std::fs::write(folder.path().join("output.jsonl"), lines(replies)).unwrap();
    let summary = survey(&Source::new(folder.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((summary.traces, summary.skipped.len()), (20, 1));
    assert!(summary.skipped[0].reason.to_string().contains("the requests of a batch"), "{}", summary.skipped[0].reason);
    assert!(drafts(&summary.skipped).unwrap().is_empty());
}

#[test]
fn results_of_two_efforts_in_two_columns_are_two_traces() {
    let records: Vec<serde_json::Value> = (0..200_usize)
        .flat_map(|item| {
            // What was not measured stands beyond the records that are looked at closely.
            ["big", "small", "old"].map(|model| {
                let cot = if model == "old" && item >= 150 { -1.0 } else { (item * 10 % 101) as f64 };
                json!({"model": model, "sample_id": format!("sample_{item}"), "question_id": 100 + item / 2, "Pass@1": (item * 20 % 101) as f64, "date": 1_683_504_000_000_u64, "Pass@1-COT": cot})
            })
        })
        .collect();
    let (draft, traces) = of("performances.json", &json!({"performances": records}).to_string());
    says(
        &draft,
        &[
            "unit = \"sample_id\"",
            "effort = { constant = \"none\" }",
            "effort = { constant = \"cot\" }",
            "scores.score = { path = \"Pass@1-COT\", scale = 0.01 }",
        ],
        &["answer = ", "gold = ", "# not used: Pass@1-COT"],
    );
    assert_eq!(traces.len(), 600 + 550, "{}", draft.toml);
    assert!(traces.iter().all(|trace| trace.score(None).is_some_and(|score| (0.0..=1.0).contains(&score))));
}

#[test]
fn two_lists_side_by_side_are_two_arms_and_the_one_that_follows_the_suggestion_is_cued() {
    let way = |cued: bool| {
        let said = |n: usize| if cued && n.is_multiple_of(2) { (n + 1) % 4 } else { n % 4 };
        let rows = || 0..40_usize;
        json!({"gen": rows().map(|n| format!("the case {n} is taken apart and leads to {}", said(n))).collect::<Vec<_>>(),
               "y_pred": rows().map(said).collect::<Vec<_>>(), "y_true": rows().map(|n| n % 4).collect::<Vec<_>>(), "random_ans_idx": rows().map(|n| (n + 1) % 4).collect::<Vec<_>>()})
    };
    for outputs in [[way(true), way(false)], [way(false), way(true)]] {
        let (draft, traces) =
            of("run.json", &json!({"config": {"model": "m", "task": "t"}, "outputs": outputs}).to_string());
        let of_arm =
            |arm: &str| traces.iter().filter(|trace| trace.trial.arm.as_deref() == Some(arm)).collect::<Vec<_>>();
        let (cued, uncued) = (of_arm("cued"), of_arm("uncued"));
        assert_eq!((cued.len(), uncued.len()), (40, 40), "{}", draft.toml);
        assert!(
            cued.iter().all(|trace| trace.cue.is_some()) && uncued.iter().all(|trace| trace.cue.is_none()),
            "{}",
            draft.toml
        );
        let followed = |trace: &&&Trace| trace.answer() == trace.cue.as_ref().and_then(|cue| cue.target.as_deref());
        assert_eq!(cued.iter().filter(followed).count(), 20);
    }
}

#[test]
fn counts_of_labels_are_no_answers_and_name_no_question() {
    let records = (0..50_usize).map(|n| {
        let chain = format!("first the case {n} is read, then it is counted again, {} times over", n % 5);
        json!({"response": format!("system\nYou help.\nuser\nHow many are there in case {n}?\nassistant\nThere are {n}."), "thinking_process": chain,
               "label_counts": {"backtracking": n % 3, "deduction": n % 4, "initializing": 1, "example-testing": n % 3}, "annotated_response": format!("[\"deduction\"]{chain}[\"end-section\"]")})
    });
    let (draft, traces) = of("chains.json", &serde_json::Value::Array(records.collect()).to_string());
    says(
        &draft,
        &["reasoning = \"thinking_process\"", "# not used: label_counts.backtracking"],
        &["unit = \"label", "answer = ", "gold = ", "verdict = "],
    );
    assert_eq!(traces[7].output(), Some("There are 7."), "{}", draft.toml);
    let questions: std::collections::BTreeSet<&str> = traces.iter().map(|trace| trace.trial.unit.as_str()).collect();
    assert_eq!(questions.len(), 50, "{}", draft.toml);
}

#[test]
fn replies_in_groups_that_a_draft_does_not_read_are_counted() {
    let group = |from: usize, to: usize| -> serde_json::Map<String, serde_json::Value> {
        (from..to)
            .map(|n| (format!("aaaa{n:08}"), json!({"response": format!("because of {n}"), "answer": "A"})))
            .collect()
    };
    let records = (0..6_usize).map(|q| {
        let pair = json!({"right_ones": group(10 * q, 10 * q + 3), "wrong_ones": group(10 * q + 3, 10 * q + 5 + q), "prompt": "which?"});
        (format!("bbbb{q:08}"), pair)
    });
    let file = serde_json::Value::Object(records.collect());
    let (draft, traces) = of("pairs.json", &file.to_string());
    says(&draft, &["each = [\"right_ones.{key}", "# not read, 27 more rows", "#   wrong_ones.{key}.answer (27)"], &[]);
    assert_eq!(traces.len(), 18);
}
