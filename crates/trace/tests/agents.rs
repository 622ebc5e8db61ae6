//! Sessions of coding agents, made up here: whole content, requests and their parts, exit codes where they are recorded, reasoning by where it
//! comes from, tokens once, damage by its place, logs that are cut off anywhere.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use candor_llm::Provenance;
use candor_trace::import::{Format, Options, Source, Summary, read, write};
use candor_trace::{Error, Event, Trace};

fn import(text: &str, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, Error>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.jsonl");
    std::fs::write(&path, text).unwrap();
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

fn testdata(name: &str) -> PathBuf {
    candor_testkit::workspace_root().join("crates/trace/testdata/agents").join(name)
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(testdata(name)).unwrap()
}

fn traces(text: &str, format: Format) -> Vec<Trace> {
    let (traces, summary) = import(text, &Options::default());
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(summary.files[0].format, format);
    traces
}

/// The agents that write line by line, with a session of each.
const AGENTS: [(&str, Format); 4] = [
    ("claude_code.jsonl", Format::ClaudeCode),
    ("codex.jsonl", Format::Codex),
    ("gemini_cli.jsonl", Format::GeminiCli),
    ("open_hands.jsonl", Format::OpenHands),
];

/// Sessions that are one document.
const DOCUMENTS: [(&str, Format); 3] = [
    ("gemini_cli_older.json", Format::GeminiCli),
    ("made__up-1.traj", Format::SweAgent),
    ("open_hands.json", Format::OpenHands),
];

/// What a session becomes, as lines, and the file that holds what it should become.
fn written(name: &str, format: Format) -> (String, PathBuf) {
    let mut written = Vec::new();
    for trace in traces(&fixture(name), format) {
        write(&trace, &mut written).unwrap();
    }
    (String::from_utf8(written).unwrap(), testdata(&format!("{name}.traces.jsonl")))
}

#[test]
fn whole_sessions_become_the_traces_that_stand_beside_them() {
    for (name, format) in AGENTS.into_iter().chain(DOCUMENTS) {
        let (written, beside) = written(name, format);
        assert_eq!(written, std::fs::read_to_string(&beside).unwrap(), "{name}");
    }
}

#[test]
#[ignore = "writes the traces beside the sessions anew, to be read before they are committed"]
fn write_the_traces_anew() {
    for (name, format) in AGENTS.into_iter().chain(DOCUMENTS) {
        let (written, beside) = written(name, format);
        std::fs::write(beside, written).unwrap();
    }
}

#[test]
fn a_session_that_is_cut_off_at_any_line_still_imports() {
    for (name, format) in AGENTS {
        let text = fixture(name);
        let lines: Vec<&str> = text.lines().collect();
        let whole = traces(&text, format);
        for cut in 1..lines.len() {
            let before = traces(&lines[..cut].join("\n"), format);
            // What had ended before the cut is what it was; only the last request of each chain lacks its end.
            for (number, trace) in before.iter().enumerate() {
                let full = whole.iter().find(|full| full.origin.place == trace.origin.place).unwrap();
                assert!(trace == full || trace.events.len() <= full.events.len(), "{name}: {cut}: {number}");
            }
            // The lines of Gemini CLI say only together with the first what they are.
            if format != Format::GeminiCli {
                let behind = traces(&lines[cut..].join("\n"), format);
                assert!(behind.len() <= whole.len(), "{name}: {cut}");
            }
        }
    }
}

#[test]
fn a_line_that_is_cut_off_is_named_and_the_rest_is_read() {
    for (name, format) in AGENTS {
        let text = fixture(name);
        let lines = text.lines().count();
        for number in 0..lines {
            let damaged: Vec<String> = text
                .lines()
                .enumerate()
                .map(|(at, line)| if at == number { line[..line.len() / 2].to_owned() } else { line.to_owned() })
                .collect();
            let damaged = damaged.join("\n");
            let (_, refused) = import(&damaged, &Options::default());
            if number == 0 {
                // A first line that is no JSON is no session of anybody.
                assert!(refused.is_err(), "{name}");
                continue;
            }
            let error = refused.unwrap_err();
            assert_eq!(error.invalid().unwrap().place.record, number as u64 + 1, "{name}");
            let (traces, summary) = import(&damaged, &Options { skip_invalid: true, ..Options::default() });
            let summary = summary.unwrap();
            assert_eq!((summary.invalid, summary.files[0].format), (1, format), "{name}");
            assert!(!traces.is_empty(), "{name}");
        }
    }
}

#[test]
fn a_field_that_is_not_what_it_should_be_is_named() {
    let user = r#"{"type":"user","sessionId":"s","uuid":"u","message":{"role":"user","content":"x"}}"#;
    let meta =
        r#"{"timestamp":"2025-10-29T00:59:38.317Z","type":"session_meta","payload":{"id":"c","cli_version":"1"}}"#;
    let gemini = r#"{"sessionId":"g","projectHash":"p"}"#;
    let hands = r#"{"id":0,"timestamp":"2025-07-18T17:01:36.799608","source":"user","message":"","action":"message","args":{"content":"x"}}"#;
    let cases = [
        (user, r#"{"type":"assistant","sessionId":"s"}"#, "message", "nothing"),
        (user, r#"{"type":"user","sessionId":"s","timestamp":"yesterday","message":{}}"#, "timestamp", "yesterday"),
        (user, r#"{"sessionId":"s"}"#, "type", "nothing"),
        (
            user,
            r#"{"type":"assistant","sessionId":"s","message":{"content":[{"type":"text","text":7}]}}"#,
            "message.content[0].text",
            "integer `7`",
        ),
        (
            user,
            r#"{"type":"assistant","sessionId":"s","message":{"content":[{"type":"tool_use","id":"t"}]}}"#,
            "message.content[0].name",
            "nothing",
        ),
        (
            user,
            r#"{"type":"user","sessionId":"s","message":{"content":[{"type":"tool_result","content":"x"}]}}"#,
            "message.content[0].tool_use_id",
            "nothing",
        ),
        (meta, r#"{"timestamp":"2025-10-29T00:59:38Z","type":"response_item"}"#, "payload", "nothing"),
        (
            meta,
            r#"{"timestamp":"2025-10-29T00:59:38Z","type":"response_item","payload":{"type":5}}"#,
            "payload.type",
            "integer `5`",
        ),
        (
            meta,
            r#"{"timestamp":"2025-10-29T00:59:38Z","type":"response_item","payload":{"type":"message","role":"narrator"}}"#,
            "payload.role",
            "\"narrator\"",
        ),
        (
            meta,
            r#"{"timestamp":"2025-10-29T00:59:38Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c"}}"#,
            "payload.output",
            "nothing",
        ),
        (meta, r#"{"timestamp":"2025-10-29T00:59:38Z"}"#, "type", "nothing"),
        (gemini, r#"{"id":"m","content":"x"}"#, "type", "nothing"),
        (gemini, r#"{"id":"m","type":"gemini","toolCalls":[{"id":"t"}]}"#, "toolCalls[0].name", "nothing"),
        (gemini, r#"{"id":"m","type":"user","timestamp":"noon","content":"x"}"#, "timestamp", "noon"),
        (hands, r#"{"id":1,"source":"agent"}"#, "action", "nothing"),
        (hands, r#"{"id":"one","source":"agent","action":"run"}"#, "id", "string \"one\""),
    ];
    for (first, line, field, found) in cases {
        let (_, refused) = import(&format!("{first}\n{line}\n"), &Options::default());
        let error = refused.unwrap_err();
        let invalid = error.invalid().unwrap_or_else(|| panic!("{line}: {error}"));
        assert_eq!((invalid.place.record, invalid.field.as_str(), invalid.found.as_str()), (2, field, found), "{line}");
        assert!(!invalid.expected.is_empty() && error.hint().is_some());
    }
}

#[test]
fn what_gives_no_trace_is_counted() {
    let (_, summary) = import(&fixture("claude_code.jsonl"), &Options::default());
    let aside: Vec<(String, u64)> = summary.unwrap().set_aside.into_iter().collect();
    let wanted = [
        ("a line of the agent's bookkeeping", 3),
        ("a message that the agent wrote in the model's place", 1),
        ("a request that nothing answers", 1),
    ];
    assert_eq!(aside, wanted.map(|(reason, count)| (reason.to_owned(), count)));
    let unknown = r#"{"type":"user","sessionId":"s","message":{"content":"x"}}
{"type":"novelty","sessionId":"s"}
{"type":"assistant","sessionId":"s","message":{"content":"y"}}"#;
    let (traces, summary) = import(unknown, &Options::default());
    assert_eq!(traces.len(), 1);
    assert_eq!(summary.unwrap().set_aside["a line of a kind that is not known: novelty"], 1);
}

#[test]
fn sessions_that_are_printed_as_they_run_are_read_too() {
    let printed = r#"{"type":"system","subtype":"init","session_id":"p-1","uuid":"a","model":"m","tools":["Bash"]}
{"type":"assistant","session_id":"p-1","uuid":"b","parent_tool_use_id":null,"message":{"id":"m1","model":"m","content":[{"type":"text","text":"done"}],"stop_reason":"end_turn"}}
{"type":"assistant","session_id":"p-1","uuid":"c","parent_tool_use_id":"toolu_1","message":{"id":"m2","model":"m","content":[{"type":"text","text":"below"}]}}
{"type":"result","subtype":"success","session_id":"p-1","uuid":"d","is_error":false,"total_cost_usd":0.25,"result":"done"}"#;
    let traces = traces(printed, Format::ClaudeCode);
    let seen: Vec<_> =
        traces.iter().map(|trace| (trace.trial.unit.as_str(), trace.output(), trace.stratum.as_deref())).collect();
    assert_eq!(seen, [("p-1", Some("done"), None), ("p-1", Some("below"), Some("subagent"))]);
    assert_eq!(traces[0].cost, Some(candor_trace::Money(250_000)));
}

#[test]
fn older_rollouts_are_read() {
    let text = r#"{"id":"o-1","timestamp":"2025-08-01T10:00:00.000Z","instructions":null,"git":null}
{"record_type":"state"}
{"type":"message","id":null,"role":"user","content":[{"type":"input_text","text":"hello"}]}
{"type":"reasoning","id":"rs","summary":[],"content":[{"type":"reasoning_text","text":"they greet"}]}
{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"hello"}]}"#;
    let traces = traces(text, Format::Codex);
    assert_eq!((traces.len(), traces[0].trial.unit.as_str(), traces[0].output()), (1, "o-1", Some("hello")));
    assert_eq!((traces[0].provenance(), traces[0].reasoning().unwrap().text.as_str()), (Provenance::Raw, "they greet"));
}

#[test]
fn two_agents_below_that_run_through_one_another_stay_apart() {
    let line = |uuid: &str, parent: &str, kind: &str, text: &str| {
        let parent = if parent.is_empty() { "null".to_owned() } else { format!("\"{parent}\"") };
        format!(
            r#"{{"type":"{kind}","sessionId":"s","isSidechain":true,"uuid":"{uuid}","parentUuid":{parent},"message":{{"content":"{text}"}}}}"#
        )
    };
    let text = [
        line("a1", "", "user", "first task"),
        line("b1", "", "user", "second task"),
        line("b2", "b1", "assistant", "second answer"),
        line("a2", "a1", "assistant", "first answer"),
        line("a3", "a2", "assistant", "first end"),
    ]
    .join("\n");
    let traces = traces(&text, Format::ClaudeCode);
    let outputs: Vec<Vec<&str>> = traces
        .iter()
        .map(|trace| {
            let texts = trace.events.iter().filter_map(|event| match event {
                Event::Output { text, .. } => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        })
        .collect();
    assert_eq!(outputs, [vec!["first answer", "first end"], vec!["second answer"]]);
}

#[test]
fn a_request_without_end_is_bounded() {
    let mut text = r#"{"type":"user","sessionId":"s","message":{"content":"x"}}"#.to_owned();
    for _ in 0..200 {
        text.push_str("\n{\"type\":\"assistant\",\"sessionId\":\"s\",\"message\":{\"content\":\"again and again\"}}");
    }
    text.push_str("\n{\"type\":\"user\",\"sessionId\":\"s\",\"message\":{\"content\":\"next\"}}");
    text.push_str("\n{\"type\":\"assistant\",\"sessionId\":\"s\",\"message\":{\"content\":\"yes\"}}");
    let limits = candor_trace::import::Limits { record: 2_000, ..Default::default() };
    let (traces, summary) =
        import(&text, &Options { skip_invalid: true, limits: limits.clone(), ..Options::default() });
    assert_eq!((traces.len(), traces[0].output(), summary.unwrap().invalid), (1, Some("yes"), 1));
    let (_, refused) = import(&text, &Options { limits, ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("at most 2000 bytes from one request to the next"));
}

#[test]
fn damage_to_a_session_that_is_one_document_is_named() {
    let cases = [
        ("made__up-1.traj", "\"action\": \"bad\"", "\"acted\": \"bad\"", "trajectory[1].action"),
        (
            "gemini_cli_older.json",
            "\"name\": \"read_file\",\n     \"args\"",
            "\"args\"",
            "messages[1].toolCalls[0].name",
        ),
        ("open_hands.json", "\"exit_code\": 2", "\"exit_code\": 2,,", ""),
    ];
    for (name, from, to, field) in cases {
        let text = fixture(name);
        assert!(text.contains(from), "{name}");
        let (_, refused) = import(&text.replacen(from, to, 1), &Options::default());
        let error = refused.unwrap_err();
        let invalid = error.invalid().unwrap_or_else(|| panic!("{error}"));
        assert!(invalid.field.starts_with(field) && invalid.place.record > 0, "{name}: {invalid}");
    }
}

/// What is thought in a tool made for it, or between tags, is a chain of thought: it is never recorded beside what was done.
#[test]
fn thoughts_in_tools_and_between_tags_are_chains() {
    let printed = r#"{"type":"system","subtype":"init","session_id":"p-1","uuid":"a","model":"m","tools":["Bash"]}
{"type":"assistant","session_id":"p-1","uuid":"b","parent_tool_use_id":null,"message":{"id":"m1","model":"m","content":[{"type":"tool_use","id":"t1","name":"think","input":{"thought":"SECRET one"}},{"type":"tool_use","id":"t2","name":"mcp__steps__sequentialthinking","input":{"thought":"SECRET two","totalThoughts":3}},{"type":"tool_use","id":"t3","name":"think","input":{"about":"nothing"}},{"type":"text","text":"<think>SECRET three</think>Done."},{"type":"text","text":"Well. <think>SECRET four five</think>Bye."}],"stop_reason":"end_turn"}}
{"type":"user","session_id":"p-1","uuid":"c","parent_tool_use_id":null,"message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"SECRET two again"},{"type":"tool_result","tool_use_id":"t3","content":"about it"}]}}"#;
    let traces = traces(printed, Format::ClaudeCode);
    let (mut chains, mut others) = (Vec::new(), Vec::new());
    for event in &traces[0].events {
        match event {
            Event::Reasoning(reasoning) => chains.push(reasoning.text.as_str()),
            other => others.push(format!("{other:?}")),
        }
    }
    assert_eq!(chains, ["SECRET one", "SECRET two", "SECRET three", "SECRET four five", "SECRET two again"]);
    assert!(!others.concat().contains("SECRET") && others.concat().contains("about"), "{others:?}");
    assert_eq!(traces[0].output(), Some("Well. Bye."));
}

/// A session of requests, each one call and a reply, as Claude Code writes it.
fn claude(requests: &[(&str, &str, &str)], first_parent: Option<&str>) -> String {
    let mut out = String::new();
    let mut line = |kind: &str, message: serde_json::Value, more: serde_json::Value| {
        let number = out.lines().count();
        let parent = if number == 0 { first_parent.map(str::to_owned) } else { Some(format!("u-{}", number - 1)) };
        let mut value = serde_json::json!({
            "type": kind, "sessionId": "s", "uuid": format!("u-{number}"), "parentUuid": parent,
            "timestamp": "2026-01-01T00:00:00.000Z", "message": message,
        });
        value.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        out.push_str(&format!("{value}\n"));
    };
    for (number, (asked, command, reply)) in requests.iter().enumerate() {
        let summary = serde_json::json!({ "isCompactSummary": asked.starts_with("This session is being continued") });
        line("user", serde_json::json!({ "role": "user", "content": asked }), summary);
        let id = format!("toolu_{number}");
        let call =
            serde_json::json!([{ "type": "tool_use", "id": id, "name": "Bash", "input": { "command": command } }]);
        line("assistant", serde_json::json!({ "id": format!("m{number}"), "content": call }), serde_json::Value::Null);
        let result = serde_json::json!([{ "type": "tool_result", "tool_use_id": id, "content": "14 passed", "is_error": false }]);
        line("user", serde_json::json!({ "role": "user", "content": result }), serde_json::Value::Null);
        let said = serde_json::json!([{ "type": "text", "text": reply }]);
        line("assistant", serde_json::json!({ "id": format!("r{number}"), "content": said }), serde_json::Value::Null);
    }
    out
}

/// What each request holds of earlier ones: their calls and results; whether it is marked as cut; its own calls.
fn carried(traces: &[Trace]) -> Vec<(usize, bool, usize)> {
    let of = |trace: &Trace| {
        let parts = trace.events.iter().filter_map(|event| match event {
            Event::Request(conversation) => Some(conversation.messages.iter().flat_map(|message| &message.parts)),
            _ => None,
        });
        let earlier = parts
            .flatten()
            .filter(|part| matches!(part, candor_llm::Part::ToolCall { .. } | candor_llm::Part::ToolResult { .. }))
            .count();
        let own = trace.events.iter().filter(|event| matches!(event, Event::ToolCall { .. })).count();
        (earlier, trace.label("session_cut").is_some(), own)
    };
    traces.iter().map(of).collect()
}

#[test]
fn what_earlier_requests_called_stands_before_what_is_asked() {
    let three =
        [("Fix it.", "pytest -q", "Fixed."), ("Commit it.", "git commit", "Done."), ("Push.", "git push", "Pushed.")];
    let whole = traces(&claude(&three, None), Format::ClaudeCode);
    assert_eq!(carried(&whole), [(0, false, 1), (2, false, 1), (4, false, 1)]);
    let Some(Event::Request(asked)) = whole[1].events.first() else { panic!("{:?}", whole[1].events) };
    assert_eq!(asked.messages.last().unwrap().visible_text(), "Commit it.");
    // Places, and with them identifiers, are those of the requests; the same file gives the same traces.
    assert_eq!(whole.iter().map(|trace| trace.origin.place.record).collect::<Vec<_>>(), [1, 5, 9]);
    assert_eq!(whole, traces(&claude(&three, None), Format::ClaudeCode));
}

#[test]
fn a_session_that_was_cut_is_marked_from_there_on() {
    let two = [("Fix it.", "pytest -q", "Fixed."), ("Commit it.", "git commit", "Done.")];
    let resumed = traces(&claude(&two, Some("elsewhere")), Format::ClaudeCode);
    assert_eq!(carried(&resumed), [(0, true, 1), (2, true, 1)]);
    let middle = claude(&two, None).lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(carried(&traces(&middle, Format::ClaudeCode)), [(0, true, 1), (2, true, 1)]);
    let compacted = [
        ("Fix it.", "pytest -q", "Fixed."),
        ("This session is being continued from a previous one.", "git status", "I go on."),
        ("Commit it.", "git commit", "Done."),
    ];
    let compacted = traces(&claude(&compacted, None), Format::ClaudeCode);
    assert_eq!(carried(&compacted), [(0, false, 2), (4, true, 1)]);
}
