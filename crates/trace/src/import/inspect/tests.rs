//! Logs made here: deflated and zstd archives, attachments, interrupted runs, bombs, damage.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use candor_llm::Provenance;
use candor_verify::Outcome;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::import::{Format, Limits, Options, Source, read};
use crate::{Error, Event, Trace};

const START: &str = r#"{"version":2,"eval":{"task":"sums","model":"mock/m","model_generate_config":{"reasoning_effort":"high"}},"plan":{}}"#;

fn sample(id: u32, value: &str) -> String {
    let hash = "d41d8cd98f00b204e9800998ecf8427e";
    format!(
        r#"{{"id":{id},"epoch":2,"input":"1+1?","target":"2","choices":null,
        "messages":[{{"role":"user","content":"1+1?"}},
          {{"role":"assistant","content":[{{"type":"reasoning","reasoning":"attachment://{hash}","redacted":false}},{{"type":"text","text":"2"}}],
            "tool_calls":[{{"id":"t1","function":"bash","arguments":{{"cmd":"ls"}}}}]}},
          {{"role":"tool","content":"a.txt","tool_call_id":"t1"}},
          {{"role":"assistant","content":"<think>done</think>2"}}],
        "output":{{"choices":[{{"message":{{"role":"assistant","content":"2"}},"stop_reason":"max_tokens"}}],
          "usage":{{"input_tokens":5,"output_tokens":7,"reasoning_tokens":6}}}},
        "scores":{{"match":{{"value":{value},"answer":"2","explanation":"equal"}}}},
        "attachments":{{"{hash}":"one and one\nis two"}},"error":null}}"#
    )
}

fn archive(method: CompressionMethod, members: &[(&str, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn import(bytes: &[u8], options: &Options<'_>) -> (Vec<Trace>, Result<crate::import::Summary, Error>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, bytes).unwrap();
    let mut traces = Vec::new();
    let summary = read(&Source::new(&path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

fn check(trace: &Trace) {
    assert_eq!((trace.model.as_deref(), trace.stratum.as_deref()), (Some("mock/m"), Some("sums")));
    assert_eq!((trace.trial.unit.as_str(), trace.trial.sample), ("7", 1));
    assert_eq!(trace.effort.as_ref().map(ToString::to_string).as_deref(), Some("high"));
    let reasoning = trace.reasoning().unwrap();
    assert_eq!((reasoning.text.as_str(), reasoning.provenance), ("one and one\nis two", Provenance::Raw));
    assert_eq!(trace.output(), Some("2"));
    assert_eq!(trace.verdict().unwrap().outcome, Outcome::Correct);
    assert!(trace.is_truncated(), "the vendor said that the limit was reached");
    assert_eq!(trace.usage.reasoning, Some(6));
    assert!(trace.events.iter().any(|event| matches!(event, Event::ToolResult { content, .. } if content == "a.txt")));
    assert!(trace.events.iter().any(
        |event| matches!(event, Event::ToolCall { name, arguments, .. } if name == "bash" && arguments.contains("ls"))
    ));
}

#[test]
fn both_compressions_and_the_single_object_give_the_same_trace() {
    let members = [("header.json", START.to_owned()), ("samples/7_epoch_2.json", sample(7, "\"C\""))];
    for method in [CompressionMethod::Deflated, CompressionMethod::Zstd, CompressionMethod::Stored] {
        let (traces, summary) = import(&archive(method, &members), &Options::default());
        assert_eq!(summary.unwrap().files[0].format, Format::InspectEval);
        assert_eq!(traces.len(), 1);
        check(&traces[0]);
    }
    let object = format!(
        r#"{{"version":2,"status":"success","eval":{{"task":"sums","model":"mock/m","model_generate_config":{{"reasoning_effort":"high"}}}},"samples":[{}]}}"#,
        sample(7, "1.0")
    );
    let (traces, summary) = import(object.as_bytes(), &Options::default());
    assert_eq!(summary.unwrap().files[0].format, Format::InspectJson);
    check(&traces[0]);
}

#[test]
fn an_interrupted_log_is_recovered_and_says_so() {
    let members = [("_journal/start.json", START.to_owned()), ("samples/7_epoch_2.json", sample(7, "\"C\""))];
    let (traces, summary) = import(&archive(CompressionMethod::Zstd, &members), &Options::default());
    check(&traces[0]);
    assert!(summary.unwrap().set_aside.keys().any(|reason| reason.contains("interrupted")));
}

#[test]
fn scores_are_verdicts_only_where_they_say_right_or_wrong() {
    let outcome = |value: &str| {
        let members = [("header.json", START.to_owned()), ("samples/7_epoch_2.json", sample(7, value))];
        let (traces, _) = import(&archive(CompressionMethod::Deflated, &members), &Options::default());
        (traces[0].verdict().map(|verdict| verdict.outcome), traces[0].score(None))
    };
    assert_eq!(outcome("\"I\""), (Some(Outcome::Wrong), None));
    assert_eq!(outcome("\"N\""), (Some(Outcome::NoAnswer), None));
    assert_eq!(outcome("0"), (Some(Outcome::Wrong), None));
    assert_eq!(outcome("0.4"), (None, Some(0.4)));
    assert_eq!(outcome("\"P\""), (None, Some(0.5)));
}

#[test]
fn a_bomb_is_refused_and_a_damaged_member_is_named() {
    let members = [("header.json", START.to_owned()), ("samples/7_epoch_2.json", " ".repeat(1 << 20))];
    let options = Options { limits: Limits { record: 1 << 16, ..Limits::default() }, ..Options::default() };
    let (_, refused) = import(&archive(CompressionMethod::Deflated, &members), &options);
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
    let members = [
        ("header.json", START.to_owned()),
        ("samples/a.json", "{\"id\":".to_owned()),
        ("samples/b.json", sample(7, "\"C\"")),
    ];
    let bytes = archive(CompressionMethod::Deflated, &members);
    let (_, refused) = import(&bytes, &Options::default());
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let (traces, summary) = import(&bytes, &Options { skip_invalid: true, ..Options::default() });
    assert_eq!((traces.len(), summary.unwrap().invalid), (1, 1));
}

#[test]
fn redacted_reasoning_is_redacted_and_never_its_ciphertext() {
    let text = sample(7, "\"C\"").replace("\"redacted\":false", "\"redacted\":true");
    let members = [("header.json", START.to_owned()), ("samples/7.json", text)];
    let (traces, _) = import(&archive(CompressionMethod::Zstd, &members), &Options::default());
    let reasoning = traces[0].reasoning().unwrap();
    assert_eq!((reasoning.text.as_str(), reasoning.provenance), ("", Provenance::Redacted));
}

proptest::proptest! {
    #[test]
    fn any_damage_to_an_archive_is_an_error_or_fewer_traces_and_never_a_panic(at in 0_usize..700, byte: u8) {
        let members = [("header.json", START.to_owned()), ("samples/7.json", sample(7, "\"C\""))];
        let mut bytes = archive(CompressionMethod::Deflated, &members);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = import(&bytes, &Options { skip_invalid: true, ..Options::default() });
    }
}
