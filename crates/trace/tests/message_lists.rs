//! Lists of messages that end with a reply, bare and through a mapping, in the spelling of either vendor: what was called, what came back, which question it is. Made
//! here, not recorded.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::ops::ControlFlow;

use candor_llm::{Provenance, Role};
use candor_trace::import::{Options, Source, Summary, read};
use candor_trace::{Event, Mapping, Trace};

fn import(lines: &str, mapping: Option<&str>) -> (Vec<Trace>, Summary) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    let options = Options { mapping: mapping.map(|text| Mapping::parse(text).unwrap()), ..Options::default() };
    let mut traces = Vec::new();
    let summary = read(&Source::new(file.path()), &options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary.unwrap_or_else(|error| panic!("{error}")))
}

/// The events in a word each, with what tools gave back.
fn told(trace: &Trace) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::Request(asked) => format!("request of {}", asked.messages.len()),
        Event::ToolCall { id, name, arguments } => format!("{id} calls {name} {arguments}"),
        Event::ToolResult { id, content, exit_code, is_error } => {
            format!("{id} gave {content} {exit_code:?} {is_error:?}")
        }
        Event::Reasoning(reasoning) => format!("{:?} {}", reasoning.provenance, reasoning.text),
        Event::Output { text, answer, .. } => format!("said {text} {answer:?}"),
        Event::Verdict { .. } => "verdict".to_owned(),
        _ => "other".to_owned(),
    };
    trace.events.iter().map(word).collect()
}

const LIST: &str = r#"[{"role":"user","content":[{"type":"text","text":"Fix it"}]},
  {"role":"assistant","content":[{"type":"thinking","thinking":"I run them.","signature":"s"},{"type":"tool_use","id":"t1","name":"bash","input":{"cmd":"pytest"}}]},
  {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"{\"exit_code\":1,\"output\":\"2 failed\"}","is_error":true}]},
  {"role":"assistant","content":[{"type":"thinking","thinking":"They fail.","signature":"s"},{"type":"text","text":"All tests pass."}]}]"#;

fn line(record: &str) -> String {
    record.replace('\n', " ")
}

#[test]
fn blocks_of_tools_in_a_list_of_messages_are_events() {
    let result = r#"t1 gave {"exit_code":1,"output":"2 failed"} Some(1) Some(true)"#;
    let bare = line(&format!(r#"{{"model":"claude-x","answer":"pass","messages":{LIST}}}"#));
    let mapping = "[[trace]]\nunit = \"id\"\nmodel = \"model\"\nmessages = \"messages\"\nanswer = \"said\"\n";
    let mapped = line(&format!(r#"{{"id":"q","model":"claude-x","said":"pass","messages":{LIST}}}"#));
    for (record, mapping) in [(bare, None), (mapped, Some(mapping))] {
        let (traces, _) = import(&record, mapping);
        let expected = [
            "request of 1",
            "Summary I run them.",
            r#"t1 calls bash {"cmd":"pytest"}"#,
            result,
            "Summary They fail.",
            "said All tests pass. Some(\"pass\")",
        ];
        assert_eq!(told(&traces[0]), expected, "{mapping:?}");
        assert_eq!(traces[0].output(), Some("All tests pass."));
    }
}

#[test]
fn a_model_that_signs_its_own_text_does_so_in_a_list_and_a_mapping_may_say_so_of_any() {
    let provenance = |model: &str, mapping: Option<&str>| {
        let record = line(&format!(r#"{{"id":"q","model":"{model}","messages":{LIST}}}"#));
        let (traces, _) = import(&record, mapping);
        let all = traces[0].events.iter().filter_map(|event| match event {
            Event::Reasoning(reasoning) => Some((reasoning.provenance, reasoning.text.clone())),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    let both = |kind: Provenance| vec![(kind, "I run them.".to_owned()), (kind, "They fail.".to_owned())];
    let plain = "[[trace]]\nunit = \"id\"\nmodel = \"model\"\nmessages = \"messages\"\n";
    let says = format!("{plain}provenance = {{ constant = \"raw\" }}\n");
    assert_eq!(provenance("claude-3-7-sonnet", None), both(Provenance::Raw));
    assert_eq!(provenance("claude-3-7-sonnet", Some(plain)), both(Provenance::Raw));
    assert_eq!(provenance("claude-opus-4", Some(plain)), both(Provenance::Summary));
    assert_eq!(provenance("claude-opus-4", Some(&says)), both(Provenance::Raw));
}

/// Somebody who says something beside what a tool gave back has spoken: what came before is an earlier request, and kept as one.
#[test]
fn words_beside_a_result_are_a_request_of_their_own() {
    let list = LIST.replace(r#""is_error":true}]"#, r#""is_error":true},{"type":"text","text":"Go on."}]"#);
    let (traces, _) = import(&line(&format!(r#"{{"messages":{list}}}"#)), None);
    assert_eq!(told(&traces[0])[0], "request of 4");
    let Event::Request(asked) = &traces[0].events[0] else { panic!() };
    let roles: Vec<Role> = asked.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool, Role::User]);
    assert_eq!(asked.messages[3].visible_text(), "Go on.");
}

#[test]
fn neither_what_tools_gave_back_nor_what_the_model_said_makes_another_question() {
    let of = |question: &str, result: &str, thought: &str, more: &str| {
        let list = LIST.replace("Fix it", question).replace("2 failed", result).replace("I run them.", thought);
        line(&format!(
            r#"{{"messages":{}}}"#,
            list.replace(r#""is_error":true}]"#, &format!(r#""is_error":true}}{more}]"#))
        ))
    };
    let go_on = r#",{"type":"text","text":"Go on."}"#;
    let openai = |said: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"Fix it"}},{{"role":"assistant","content":"{said}"}},{{"role":"user","content":"And now?"}},{{"role":"assistant","content":"Done"}}]}}"#
        )
    };
    let lines = [
        of("Fix it", "2 failed", "I run them.", ""),
        of("Fix it", "3 failed", "Let me see.", ""),
        of("Fix that", "2 failed", "I run them.", ""),
        of("Fix it", "2 failed", "I run them.", go_on),
        of("Fix it", "7 failed", "Hm.", go_on),
        openai("Shall I?"),
        openai("I could."),
    ];
    let (traces, _) = import(&lines.join("\n"), None);
    let first = |at: usize| traces.iter().position(|trace| trace.trial.unit == traces[at].trial.unit).unwrap();
    assert_eq!((0..7).map(first).collect::<Vec<_>>(), [0, 0, 2, 3, 3, 5, 5]);
    let samples: Vec<u32> = traces.iter().map(|trace| trace.trial.sample).collect();
    assert_eq!(samples, [0, 1, 0, 0, 1, 0, 1]);
}

/// What a list holds may be named beside the list itself.
#[test]
fn fields_within_a_list_of_messages_are_read_beside_it() {
    let mapping = "[[trace]]\nunit = \"talk.messages[0].content\"\nmessages = \"talk.messages\"\nanswer = \"talk.messages[1].content[0].text\"\n\
        [[trace]]\neach = [\"talk.messages[*].content\"]\nunit = \"talk.id\"\nsample = { row = true }\nanswer = \"talk.messages[*].role\"\n";
    let record = r#"{"talk":{"id":"t","messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":[{"type":"text","text":"4"}]}]}}"#;
    let (traces, summary) = import(record, Some(mapping));
    assert_eq!((traces[0].trial.unit.as_str(), traces[0].answer(), traces[0].output()), ("2+2?", Some("4"), Some("4")));
    assert_eq!(summary.absent, []);
    let rows: Vec<Option<&str>> = traces[1..].iter().map(Trace::answer).collect();
    assert_eq!(rows, [Some("user"), Some("assistant")]);
    // A path that is in no record is still said to be so.
    let misspelt =
        "[[trace]]\nunit = \"talk.id\"\nmessages = \"talk.messages\"\nanswer = \"talk.messages[1].contend\"\n";
    assert_eq!(import(record, Some(misspelt)).1.absent[0].path, "talk.messages[1].contend");
}
