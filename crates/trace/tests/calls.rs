//! Recorded calls in the vendors' shapes: where each puts its reasoning, how samples are told from questions. Made here, not recorded.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::ops::ControlFlow;

use candor_llm::{Effort, Finish, Provenance};
use candor_trace::import::{Format, Options, Source, Summary, read};
use candor_trace::{Error, Event, Money, Trace};
use candor_verify::Outcome;

fn import(lines: &str, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, Error>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    let mut traces = Vec::new();
    let summary = read(&Source::new(file.path()), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

fn traces(lines: &str, format: Format) -> Vec<Trace> {
    let (traces, summary) = import(lines, &Options::default());
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(summary.files[0].format, format);
    traces
}

/// The reasoning and the output of the only trace of a line.
fn said(line: &str, format: Format) -> (Provenance, String, String) {
    let traces = traces(line, format);
    assert_eq!(traces.len(), 1, "{line}");
    let text = traces[0].reasoning().map_or_else(String::new, |reasoning| reasoning.text.clone());
    (traces[0].provenance(), text, traces[0].output().unwrap_or_default().to_owned())
}

fn chat(message: &str) -> String {
    format!(r#"{{"choices":[{{"index":0,"message":{{"role":"assistant",{message}}},"finish_reason":"stop"}}]}}"#)
}

#[test]
fn reasoning_is_found_wherever_openai_like_servers_put_it() {
    let cases = [
        (r#""content":"4""#, Provenance::Absent, "", "4"),
        (r#""content":"4","reasoning_content":"two and two""#, Provenance::Raw, "two and two", "4"),
        (r#""content":"4","reasoning":"two and two""#, Provenance::Raw, "two and two", "4"),
        (r#""content":"4","thinking":"two and two""#, Provenance::Raw, "two and two", "4"),
        (r#""content":"4","reasoning_content":"""#, Provenance::Absent, "", "4"),
        (r#""content":"<think>two and two</think>4""#, Provenance::Raw, "two and two", "4"),
        (r#""content":"<think>two and""#, Provenance::Truncated, "two and", ""),
        (
            r#""content":"4","reasoning":"in short","reasoning_details":[{"type":"reasoning.summary","summary":"in short"}]"#,
            Provenance::Summary,
            "in short",
            "4",
        ),
        (
            r#""content":"4","reasoning":null,"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA"}]"#,
            Provenance::Redacted,
            "",
            "4",
        ),
        (
            r#""content":[{"type":"thinking","thinking":[{"type":"text","text":"two and two"}]},{"type":"text","text":"4"}]"#,
            Provenance::Raw,
            "two and two",
            "4",
        ),
    ];
    for (message, provenance, reasoning, output) in cases {
        let expected = (provenance, reasoning.to_owned(), output.to_owned());
        assert_eq!(said(&chat(message), Format::OpenAi), expected, "{message}");
    }
}

#[test]
fn a_budget_spent_on_thinking_is_truncated_and_hidden_tokens_are_redacted() {
    let line = r#"{"choices":[{"message":{"role":"assistant","content":"","reasoning_content":"so then"},"finish_reason":"length"}]}"#;
    assert_eq!(said(line, Format::OpenAi).0, Provenance::Truncated);
    let line = r#"{"choices":[{"message":{"role":"assistant","content":"4"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":9,"completion_tokens":70,"total_tokens":79,"completion_tokens_details":{"reasoning_tokens":64}}}"#
        .replace('\n', " ");
    assert_eq!(said(&line, Format::OpenAi), (Provenance::Redacted, String::new(), "4".to_owned()));
}

#[test]
fn responses_items_are_summary_raw_or_redacted() {
    let line = |item: &str| {
        format!(
            r#"{{"object":"response","status":"completed","model":"m","output":[{item},{{"type":"message","role":"assistant","content":[{{"type":"output_text","text":"4"}}]}}]}}"#
        )
    };
    let cases = [
        (
            r#"{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"short"}],"encrypted_content":"gA"}"#,
            Provenance::Summary,
            "short",
        ),
        (
            r#"{"type":"reasoning","id":"rs","summary":[],"content":[{"type":"reasoning_text","text":"long"}]}"#,
            Provenance::Raw,
            "long",
        ),
        (r#"{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gA"}"#, Provenance::Redacted, ""),
    ];
    for (item, provenance, text) in cases {
        assert_eq!(said(&line(item), Format::OpenAi), (provenance, text.to_owned(), "4".to_owned()), "{item}");
    }
}

#[test]
fn anthropic_blocks_are_told_apart_by_signature_and_model() {
    let line = |model: &str, blocks: &str| {
        format!(
            r#"{{"type":"message","role":"assistant","model":"{model}","content":[{blocks}{{"type":"text","text":"4"}}],"stop_reason":"end_turn","usage":{{"input_tokens":5,"cache_read_input_tokens":20,"cache_creation_input_tokens":1,"output_tokens":9,"output_tokens_details":{{"thinking_tokens":7}}}}}}"#
        )
    };
    let thinking = r#"{"type":"thinking","thinking":"two and two","signature":"Eq"},"#;
    let cases = [
        ("claude-opus-4-6", thinking, Provenance::Summary, "two and two"),
        ("claude-3-7-sonnet-20250219", thinking, Provenance::Raw, "two and two"),
        ("claude-sonnet-5", r#"{"type":"thinking","thinking":"","signature":"Eq"},"#, Provenance::Redacted, ""),
        ("claude-3-7-sonnet", r#"{"type":"redacted_thinking","data":"x"},"#, Provenance::Redacted, ""),
    ];
    for (model, blocks, provenance, text) in cases {
        let expected = (provenance, text.to_owned(), "4".to_owned());
        assert_eq!(said(&line(model, blocks), Format::Anthropic), expected, "{model}");
    }
    let trace = &traces(&line("claude-opus-4-6", thinking), Format::Anthropic)[0];
    // The three buckets of the prompt are disjoint.
    assert_eq!((trace.usage.input, trace.usage.cached_input, trace.usage.reasoning), (Some(26), Some(20), Some(7)));
    assert_eq!(trace.model.as_deref(), Some("claude-opus-4-6"));
}

#[test]
fn a_pair_of_request_and_response_keeps_both_and_what_stands_beside() {
    let line = r#"{"question_id":"q1","gold":"4","answer":"4","correct":true,"request":{"model":"asked","reasoning_effort":"high","messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"2+2?"}]}]},"response":{"id":"c","object":"chat.completion","created":1700000000,"model":"served","choices":[{"message":{"role":"assistant","content":"four","tool_calls":[{"id":"t1","type":"function","function":{"name":"add","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8},"cost":0.0021}}}"#;
    let trace = &traces(line, Format::OpenAi)[0];
    assert_eq!(trace.trial.unit, "q1");
    assert_eq!(
        (trace.model.as_deref(), trace.effort.clone()),
        (Some("served"), Some(Effort::Level("high".to_owned())))
    );
    assert_eq!((trace.question.gold.as_deref(), trace.answer()), (Some("4"), Some("4")));
    assert_eq!(trace.verdict().unwrap().outcome, Outcome::Correct);
    assert_eq!((trace.usage.input, trace.usage.cached_input, trace.cost), (Some(10), Some(8), Some(Money(2100))));
    assert_eq!(trace.at_ms, Some(1_700_000_000_000));
    let Event::Request(request) = &trace.events[0] else { panic!() };
    assert_eq!(request.messages[1].visible_text(), "2+2?");
    assert!(trace.events.iter().any(
        |event| matches!(event, Event::ToolCall { name, arguments, .. } if name == "add" && arguments == "{\"x\":1}")
    ));
    assert!(trace.events.iter().any(|event| matches!(event, Event::Output { finish: Some(Finish::ToolCalls), .. })));
}

#[test]
fn the_same_request_again_is_another_sample_and_several_choices_are_several_samples() {
    let call = |question: &str, texts: &[&str]| {
        let choices: Vec<String> = texts
            .iter()
            .map(|text| format!(r#"{{"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}"#))
            .collect();
        format!(
            r#"{{"request":{{"messages":[{{"role":"user","content":"{question}"}}]}},"response":{{"choices":[{}],"usage":{{"completion_tokens":7}}}}}}"#,
            choices.join(",")
        )
    };
    let lines = [call("a?", &["1"]), call("b?", &["2", "3", "4"]), call("a?", &["5"])].join("\n");
    let traces = traces(&lines, Format::OpenAi);
    let place: Vec<(bool, u32, u32)> = traces
        .iter()
        .map(|trace| (trace.trial.unit == traces[0].trial.unit, trace.trial.sample, trace.origin.place.part))
        .collect();
    assert_eq!(place, [(true, 0, 0), (false, 0, 0), (false, 1, 1), (false, 2, 2), (true, 1, 0)]);
    // What was billed once is counted once.
    let tokens: u64 = traces[1..4].iter().map(|trace| trace.usage.output.unwrap()).sum();
    assert_eq!(tokens, 7);
    assert_eq!(traces[4].origin.place.record, 3);
}

#[test]
fn batch_outputs_are_unwrapped_and_failed_calls_are_counted() {
    let lines = [
        r#"{"id":"b1","custom_id":"q1","response":{"status_code":200,"body":{"choices":[{"message":{"role":"assistant","content":"4"}}]}},"error":null}"#,
        r#"{"id":"b2","custom_id":"q2","response":{"status_code":500,"body":{"error":{"message":"boom"}}},"error":null}"#,
        r#"{"id":"b3","custom_id":"q3","response":null,"error":{"code":"batch_expired","message":"late"}}"#,
    ]
    .join("\n");
    let (traces, summary) = import(&lines, &Options::default());
    let summary = summary.unwrap();
    assert_eq!((traces.len(), traces[0].trial.unit.as_str()), (1, "q1"));
    let reasons: Vec<(&str, u64)> = summary.set_aside.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(reasons, [("the call failed: batch_expired", 1), ("the call failed: status 500", 1)]);
    let lines = [
        r#"{"custom_id":"q1","result":{"type":"succeeded","message":{"type":"message","content":[{"type":"text","text":"4"}],"stop_reason":"end_turn"}}}"#,
        r#"{"custom_id":"q2","result":{"type":"expired"}}"#,
    ]
    .join("\n");
    let (traces, summary) = import(&lines, &Options::default());
    assert_eq!((traces.len(), traces[0].output(), summary.unwrap().set_aside.len()), (1, Some("4"), 1));
}

#[test]
fn a_list_of_messages_ends_with_its_reply() {
    let line = r#"{"messages":[{"role":"user","content":"list"},{"role":"assistant","content":null,"tool_calls":[{"id":"t","function":{"name":"ls","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t","content":"a.txt"},{"role":"assistant","content":"one file"}]}"#;
    let trace = &traces(line, Format::OpenAi)[0];
    assert_eq!(trace.output(), Some("one file"));
    let kinds: Vec<&str> = trace
        .events
        .iter()
        .map(|event| match event {
            Event::Request(_) => "request",
            Event::ToolCall { .. } => "call",
            Event::ToolResult { .. } => "result",
            Event::Output { .. } => "output",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["request", "call", "result", "output"]);
}

#[test]
fn what_is_no_call_is_named_with_its_line_or_skipped_and_counted() {
    let lines = format!(
        "{}\n{{\"choices\": 7}}\n{{\"choices\":[]}}\nnot json\n{}",
        chat("\"content\":\"1\""),
        chat("\"content\":\"2\"")
    );
    let (_, refused) = import(&lines, &Options::default());
    let error = refused.unwrap_err();
    assert!(error.to_string().contains(":2: "), "{error}");
    let (traces, summary) = import(&lines, &Options { skip_invalid: true, ..Options::default() });
    let summary = summary.unwrap();
    assert_eq!((traces.len(), summary.invalid), (2, 3));
    assert_eq!(summary.listed.iter().map(|invalid| invalid.place.record).collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn samples_are_read_from_lines_lists_and_tables() {
    let lines = "{\"question_id\":7,\"sample\":0,\"answer\":\"A\",\"correct\":true,\"cost\":0.5,\"tokens\":12}\n{\"question_id\":7,\"sample\":1,\"answer\":null,\"correct\":0}\n";
    let list = format!("[{}]", lines.trim().replace('\n', ","));
    let table = "question_id,sample,answer,correct,cost,tokens\n7,0,A,True,0.5,12\n7,1,,0,,\n";
    for text in [lines, &list, table] {
        let traces = traces(text, Format::Samples);
        assert_eq!(traces.len(), 2, "{text}");
        assert_eq!((traces[0].trial.unit.as_str(), traces[1].trial.sample), ("7", 1));
        assert_eq!((traces[0].answer(), traces[1].answer()), (Some("A"), None));
        assert_eq!(traces[0].verdict().unwrap().outcome, Outcome::Correct);
        assert_eq!(traces[1].verdict().unwrap().outcome, Outcome::Wrong);
        assert_eq!((traces[0].cost, traces[1].cost), (Some(Money(500_000)), None));
    }
    let (_, refused) = import(
        "{\"question_id\":1,\"correct\":true}\n{\"question_id\":2,\"correct\":\"maybe\"}\n",
        &Options::default(),
    );
    let error = refused.unwrap_err();
    let invalid = error.invalid().unwrap();
    assert_eq!((invalid.place.record, invalid.found.as_str()), (2, "\"maybe\""));
    assert!(invalid.field.starts_with("correct"), "{}", invalid.field);
}

/// What a server did not take out of the text is none of it, wherever it stands: in the reply, and in what was said before.
#[test]
fn a_chain_between_tags_is_never_text() {
    let history = r#"{"role":"assistant","content":"Sure. <think>SECRET one two</think>I look.","reasoning_content":"SECRET zero"}"#;
    let reply =
        r#"{"role":"assistant","content":"<think>SECRET four</think>Done. <thought>SECRET five six</thought>Bye."}"#;
    let line = format!(
        r#"{{"request":{{"model":"m","messages":[{{"role":"user","content":"Fix it"}},{history},{{"role":"user","content":"And?"}}]}},"response":{{"model":"m","choices":[{{"index":0,"message":{reply}}}]}}}}"#
    );
    let traces = traces(&line, Format::OpenAi);
    let Event::Request(asked) = &traces[0].events[0] else { panic!("{:?}", traces[0].events) };
    assert!(asked.messages.iter().all(|message| !message.visible_text().contains("SECRET")), "{asked:?}");
    assert_eq!(asked.messages[1].visible_text(), "Sure. I look.");
    let chain = traces[0].reasoning().unwrap();
    assert!(chain.text.contains("SECRET four") && chain.text.contains("SECRET five six"), "{}", chain.text);
    assert_eq!(traces[0].output(), Some("Done. Bye."));
}

/// Tools that were called since somebody last spoke, and what they gave back, are a record beside the request.
#[test]
fn tools_of_the_turn_that_is_going_on_are_events() {
    let tool = |content: &str| {
        format!(
            r#"{{"request":{{"model":"m","messages":[{{"role":"user","content":"Old"}},{{"role":"assistant","content":null,"tool_calls":[{{"id":"t0","type":"function","function":{{"name":"bash","arguments":"{{}}"}}}}]}},{{"role":"tool","tool_call_id":"t0","content":"old"}},{{"role":"user","content":"Fix it"}},{{"role":"assistant","content":"I run it","tool_calls":[{{"id":"t1","type":"function","function":{{"name":"bash","arguments":"{{\"cmd\":\"cargo test\"}}"}}}}]}},{{"role":"tool","tool_call_id":"t1","content":{content}}}]}},"response":{{"model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":"All tests pass."}}}}]}}}}"#
        )
    };
    for (content, code) in [
        (r#""{\"exit_code\":101,\"output\":\"1 failed\"}""#, Some(101)),
        (r#""{\"returncode\":1,\"stdout\":\"\",\"stderr\":\"x\"}""#, Some(1)),
        (r#""{\"exit_code\":101}""#, None),
        (r#""the exit_code is 101""#, None),
    ] {
        let traces = traces(&tool(content), Format::OpenAi);
        let events: Vec<&Event> = traces[0].events.iter().collect();
        let [
            Event::Request(_),
            Event::ToolCall { id, name, .. },
            Event::ToolResult { id: of, exit_code, .. },
            Event::Output { .. },
        ] = events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((id.as_str(), name.as_str(), of.as_str(), *exit_code), ("t1", "bash", "t1", code), "{content}");
    }
}

/// Loggers keep how a call was made, what it cost and how it was judged in objects beside it.
#[test]
fn settings_money_and_verdict_beside_a_call_are_read_and_what_is_not_is_named() {
    let asked = r#""messages":[{"role":"user","content":"2+2?"}"#;
    let reply = r#"{"role":"assistant","content":"4"}"#;
    let pair = format!(
        r#"{{"response_cost":0.5,"model_parameters":{{"reasoning_effort":"low","max_tokens":9}},"metadata":{{"passed":true,"team":"a"}},{asked}],"response":{{"object":"chat.completion","model":"served","choices":[{{"message":{reply}}}]}}}}"#
    );
    let list = format!(
        r#"{{"params":{{"model":"m","thinking":{{"budget_tokens":512}}}},{asked},{reply}],"usage":{{"completion_tokens":7,"cost":0.25}},"passed":0,"rep":3}}"#
    );
    let (traces, summary) = import(&format!("{pair}\n{list}"), &Options::default());
    let low = Effort::Level("low".to_owned());
    let read = |trace: &Trace| {
        (
            trace.model.clone().unwrap(),
            trace.effort.clone().unwrap(),
            trace.cost.unwrap(),
            trace.verdict().unwrap().outcome,
        )
    };
    assert_eq!(read(&traces[0]), ("served".to_owned(), low, Money(500_000), Outcome::Correct));
    assert_eq!(read(&traces[1]), ("m".to_owned(), Effort::Budget(512), Money(250_000), Outcome::Wrong));
    assert_eq!(traces[1].usage.output, Some(7));
    assert_eq!(summary.unwrap().unread.names, ["metadata.team", "model_parameters.max_tokens", "rep"]);
    // Two settings that say different things, and words that are no verdict, are not believed.
    let odd = format!(
        r#"{{"params":{{"model":"a"}},"model_parameters":{{"model":"b"}},"metadata":{{"passed":"5 of 7"}},{asked},{reply}]}}"#
    );
    for line in [odd, format!(r#"{{"model_parameters":["x"],"metadata":"none",{asked},{reply}]}}"#)] {
        let (traces, _) = import(&line, &Options::default());
        assert_eq!((traces[0].model.as_deref(), traces[0].verdict()), (None, None), "{line}");
    }
}
