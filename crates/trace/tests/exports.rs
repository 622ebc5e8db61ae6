//! What other tools export, made up here: whole content, the same in every container, damage by its place, what is no call counted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use candor_trace::import::{Format, Options, Source, Summary, read, write};
use candor_trace::{Error, Trace};

fn testdata(name: &str) -> PathBuf {
    candor_testkit::workspace_root().join("crates/trace/testdata/exports").join(name)
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(testdata(name)).unwrap()
}

fn import(text: &str, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, Error>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    std::fs::write(&path, text).unwrap();
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

fn traces(text: &str, format: Format) -> (Vec<Trace>, Summary) {
    let (traces, summary) = import(text, &Options::default());
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(summary.files[0].format, format);
    (traces, summary)
}

/// Every export, and the file with the traces that it should become.
const EXPORTS: [(&str, Format, &str); 10] = [
    ("langfuse_page.json", Format::Langfuse, "langfuse_traces.traces.jsonl"),
    ("langfuse_rows.csv", Format::Langfuse, "langfuse_rows.traces.jsonl"),
    ("langfuse_rows.json", Format::Langfuse, "langfuse_rows.traces.jsonl"),
    ("langfuse_rows.jsonl", Format::Langfuse, "langfuse_rows.traces.jsonl"),
    ("langfuse_traces.json", Format::Langfuse, "langfuse_traces.traces.jsonl"),
    ("langfuse_traces.jsonl", Format::Langfuse, "langfuse_traces.traces.jsonl"),
    ("otlp.json", Format::Otlp, "otlp.traces.jsonl"),
    ("otlp.jsonl", Format::Otlp, "otlp.traces.jsonl"),
    ("promptfoo.json", Format::Promptfoo, "promptfoo.traces.jsonl"),
    ("promptfoo.jsonl", Format::Promptfoo, "promptfoo.traces.jsonl"),
];

fn written(name: &str, format: Format) -> String {
    let mut written = Vec::new();
    for trace in traces(&fixture(name), format).0 {
        write(&trace, &mut written).unwrap();
    }
    String::from_utf8(written).unwrap()
}

#[test]
fn whole_exports_become_the_traces_that_stand_beside_them() {
    for (name, format, beside) in EXPORTS {
        assert_eq!(written(name, format), fixture(beside), "{name}");
    }
}

#[test]
#[ignore = "writes the traces beside the exports anew, to be read before they are committed"]
fn write_the_traces_anew() {
    for (name, format, beside) in EXPORTS {
        std::fs::write(testdata(beside), written(name, format)).unwrap();
    }
}

#[test]
fn an_export_that_is_cut_off_gives_what_came_before_and_says_where_it_ends() {
    for (name, format, _) in EXPORTS {
        let text = fixture(name);
        let whole = traces(&text, format).0;
        let half = text.char_indices().nth(text.chars().count() * 3 / 4).unwrap().0;
        let (before, refused) = import(&text[..half], &Options::default());
        let error = refused.unwrap_err();
        assert!(error.invalid().is_some_and(|invalid| invalid.place.record > 0), "{name}: {error}");
        assert_eq!(before, whole[..before.len()], "{name}");
    }
}

#[test]
fn promptfoo_results_without_output_are_counted_and_damage_is_named() {
    let (traces, summary) = traces(&fixture("promptfoo.jsonl"), Format::Promptfoo);
    assert_eq!(
        summary.set_aside.into_iter().collect::<Vec<_>>(),
        [("the call failed: API error: 500 Internal".to_owned(), 1)]
    );
    // The same test under two prompts and asked again is one question.
    let units: Vec<bool> = traces.iter().map(|trace| trace.trial.unit == traces[0].trial.unit).collect();
    assert_eq!(units, [true, true, false, false, true]);
    let first = fixture("promptfoo.jsonl").lines().next().unwrap().to_owned();
    let cases = [
        (r#""success": true"#, r#""passed": true"#, "success", "nothing"),
        (r#""testIdx": 0"#, r#""testIdx": "zero""#, "testIdx", "string \"zero\""),
        (r#""reasoning": 5"#, r#""reasoning": -5"#, "response.tokenUsage.completionDetails.reasoning", "integer `-5`"),
    ];
    for (from, to, field, found) in cases {
        assert!(first.contains(from), "{from}");
        let (_, refused) = import(&format!("{first}\n{}\n", first.replacen(from, to, 1)), &Options::default());
        let error = refused.unwrap_err();
        let invalid = error.invalid().unwrap();
        assert_eq!((invalid.place.record, invalid.field.as_str(), invalid.found.as_str()), (2, field, found));
    }
}

/// Every reason for which something was set aside, with its count.
fn aside(name: &str, format: Format) -> Vec<(String, u64)> {
    traces(&fixture(name), format).1.set_aside.into_iter().collect()
}

fn counted<const N: usize>(reasons: [(&str, u64); N]) -> Vec<(String, u64)> {
    reasons.map(|(reason, count)| (reason.to_owned(), count)).to_vec()
}

#[test]
fn what_gives_no_trace_is_counted() {
    let spans = [
        ("a span of something else than a model", 1),
        ("steps without a call to a model", 1),
        ("the call failed: 429", 1),
    ];
    assert_eq!(aside("otlp.json", Format::Otlp), counted(spans));
    assert_eq!(aside("otlp.jsonl", Format::Otlp), counted(spans));
    let rows = [("an observation of the kind SPAN", 1), ("the call failed: rate limit", 1)];
    assert_eq!(aside("langfuse_rows.csv", Format::Langfuse), counted(rows));
    let whole = [
        ("a score of which only the identifier is exported", 1),
        ("an observation of the kind SPAN", 1),
        ("steps without a call to a model", 1),
        ("the call failed: rate limit", 1),
    ];
    assert_eq!(aside("langfuse_traces.json", Format::Langfuse), counted(whole));
}

#[test]
fn a_field_of_an_export_that_is_not_what_it_should_be_is_named() {
    let good = |name: &str| fixture(name).lines().next().unwrap().to_owned();
    let spans = "resourceSpans[0].scopeSpans[0].spans[0]";
    let cases = [
        (
            "otlp.jsonl",
            "\"traceId\":\"4bf9",
            "\"traceId\":\"4bg9",
            format!("{spans}.traceId"),
            "4bg92f3577b34da6a3ce929d0e0e4736",
        ),
        (
            "otlp.jsonl",
            "\"startTimeUnixNano\":\"17",
            "\"startTimeUnixNano\":\"x",
            format!("{spans}.startTimeUnixNano"),
            "\"x48000005000000000\"",
        ),
        (
            "otlp.jsonl",
            "{\"intValue\":\"60\"}",
            "{\"intValue\":\"many\"}",
            format!("{spans}.attributes.gen_ai.usage.input_tokens"),
            "{\"intValue\":\"many\"}",
        ),
        (
            "otlp.jsonl",
            "{\"intValue\":\"60\"}",
            "{\"intValue\":\"-6\"}",
            format!("{spans}.attributes.gen_ai.usage.input_tokens"),
            "-6",
        ),
        ("otlp.jsonl", "\"spans\":[", "\"spans\":[7,", spans.to_owned(), "integer `7`"),
        (
            "langfuse_traces.jsonl",
            "2025-03-01T10:00:06",
            "2025-03-41T10:00:06",
            "observations[0].startTime".to_owned(),
            "2025-03-41T10:00:06.000Z",
        ),
        (
            "langfuse_traces.jsonl",
            "\"type\": \"TOOL\"",
            "\"kind\": \"TOOL\"",
            "observations[2].type".to_owned(),
            "nothing",
        ),
        (
            "langfuse_traces.jsonl",
            "{\"input\": 10",
            "{\"input\": \"ten\"",
            "observations[1].usageDetails.input".to_owned(),
            "\"ten\"",
        ),
        ("langfuse_rows.jsonl", "\"trace_id\"", "\"tracing\"", "traceId".to_owned(), "nothing"),
    ];
    for (name, from, to, field, found) in cases {
        let line = good(name);
        assert!(line.contains(from), "{name}: {from}");
        let (_, refused) = import(&format!("{line}\n{}\n", line.replacen(from, to, 1)), &Options::default());
        let error = refused.unwrap_err();
        let invalid = error.invalid().unwrap_or_else(|| panic!("{error}"));
        assert_eq!(
            (invalid.place.record, invalid.field.as_str(), invalid.found.as_str()),
            (2, field.as_str(), found),
            "{to}"
        );
    }
}

#[test]
fn what_must_be_held_is_bounded() {
    let limits = candor_trace::import::Limits { loaded: 500, ..Default::default() };
    for name in ["otlp.json", "otlp.jsonl", "langfuse_rows.jsonl", "langfuse_rows.csv"] {
        let (_, refused) = import(&fixture(name), &Options { limits: limits.clone(), ..Options::default() });
        assert!(matches!(refused, Err(Error::TooLarge { .. })), "{name}: {refused:?}");
    }
}

#[test]
fn files_of_scores_or_of_traces_alone_are_not_taken_for_calls() {
    for text in [
        r#"{"id":"s","timestamp":"2025-03-01 10:00:00.000000","trace_id":"t","name":"rating","value":1,"data_type":"NUMERIC"}"#,
        r#"{"id":"t","timestamp":"2025-03-01T10:00:00.000Z","name":"n","input":"x","output":"y","sessionId":"s","tags":[]}"#,
        r#"{"resourceLogs":[]}"#,
        r#"{"type":"click","sessionId":"s","at":1}"#,
    ] {
        let (_, refused) = import(text, &Options::default());
        assert!(matches!(refused, Err(Error::Unrecognised { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn a_request_in_the_middle_of_a_conversation_keeps_what_came_before() {
    let generation = |at: u32, input: &str, output: &str| {
        format!(
            r#"{{"type":"GENERATION","startTime":"2025-03-01T10:00:0{at}Z","model":"m","input":[{input}],"output":"{output}"}}"#
        )
    };
    let before = r#"{"role":"system","content":"be brief"},{"role":"user","content":"a?"},{"role":"assistant","content":"1"},{"role":"user","content":"b?"}"#;
    let after = format!(r#"{before},{{"role":"assistant","content":"2"}},{{"role":"user","content":"c?"}}"#);
    let text = format!(
        r#"{{"id":"t","timestamp":"2025-03-01T10:00:00Z","observations":[{},{}]}}"#,
        generation(1, before, "2"),
        generation(2, &after, "3")
    );
    let trace = &traces(&text, Format::Langfuse).0[0];
    let asked: Vec<usize> = trace
        .events
        .iter()
        .filter_map(|event| match event {
            candor_trace::Event::Request(conversation) => Some(conversation.messages.len()),
            _ => None,
        })
        .collect();
    assert_eq!((asked, trace.output()), (vec![4, 1], Some("3")));
}
