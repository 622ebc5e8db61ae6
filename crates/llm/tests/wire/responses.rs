//! Streams as OpenAI, xAI and compatible servers send them, written from the documentation, cut at every byte: the same pieces wherever the cut
//! is, and the same replies as the whole form. Not recordings.

use std::borrow::Cow;

use candor_llm::protocol::Codec;
use candor_llm::protocol::responses::{Responses, ResponsesDialect};
use candor_llm::transport::Broken;
use candor_llm::{Auth, Delta, Dialect, Error, Provider, Retry, providers};
use proptest::prelude::*;

use crate::cut::{Streams, reply};

/// The stream (`NAME.sse`), who sends it, and with it `NAME.json`, the whole form of the same reply, and `NAME.reply.json`, what both mean.
const STREAMS: [(&str, &str); 7] = [
    ("encrypted", "xai"),
    ("filtered", "openai-responses"),
    ("function_call", "openai-responses"),
    ("incomplete", "compatible"),
    ("raw", "compatible"),
    ("refusal", "openai-responses"),
    ("summary", "openai-responses"),
];

fn provider(name: &str) -> Provider {
    if name != "compatible" {
        return providers::by_name(name).unwrap().clone();
    }
    Provider {
        name: Cow::Borrowed("compatible"),
        base: Cow::Borrowed("http://localhost"),
        auth: Auth::None,
        key_variable: None,
        dialect: Dialect::Responses(ResponsesDialect::COMPATIBLE),
    }
}

const WIRE: Streams = Streams { codec: &Responses, folder: "responses" };

fn read(name: &str) -> Vec<u8> {
    WIRE.read(name)
}

fn pieces<'a>(provider: &Provider, cuts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<(u32, Delta)>, Error> {
    WIRE.pieces(provider, cuts)
}

#[test]
fn every_stream_says_the_same_wherever_it_is_cut_and_as_the_whole_reply() {
    for (name, by) in STREAMS {
        WIRE.is_one_reply(name, &provider(by));
    }
}

#[test]
fn every_file_of_the_folder_is_read_by_a_test() {
    WIRE.are_all(&STREAMS.map(|(name, _)| name));
}

#[test]
fn a_stream_that_ends_before_its_reply_is_broken_and_never_a_short_reply() {
    for (name, by) in STREAMS {
        let provider = provider(by);
        let text = String::from_utf8(read(&format!("{name}.sse"))).unwrap();
        let last = text.rfind("event: response.").unwrap();
        for at in (0..last).filter(|at| text.is_char_boundary(*at)) {
            let cut = pieces(&provider, [&text.as_bytes()[..at]]);
            assert!(matches!(cut, Err(Error::Broken(Broken::Cut(_)))), "{name}: cut at {at}: {cut:?}");
            if text[..at].ends_with("\n\n") {
                let cut = pieces(&provider, [&text.as_bytes()[..at], b"data: [DONE]\n\n"]);
                assert!(matches!(cut, Err(Error::Broken(Broken::Cut(_)))), "{name}: marked as done at {at}: {cut:?}");
            }
        }
    }
}

fn upstream(kind: Option<&str>, message: &str) -> Error {
    Error::Upstream {
        status: 200,
        kind: kind.map(str::to_owned),
        message: message.to_owned(),
        after: None,
        again: None,
    }
}

#[test]
fn a_failure_comes_after_the_pieces_before_it_and_says_what_the_vendor_said() {
    let begun = "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"status\":\"in_progress\"}}\n\n";
    let failed = r#"{"id":"r","status":"failed","error":{"code":"server_error","message":"gone"},"output":[]}"#;
    let cases = [
        (format!(r#"{{"type":"response.failed","response":{failed}}}"#), Some("server_error"), "gone"),
        (r#"{"type":"response.failed","response":{"status":"failed","error":null}}"#.to_owned(), None, "{}"),
        (
            r#"{"type":"error","code":"rate_limit_exceeded","message":"slow","param":null}"#.to_owned(),
            Some("rate_limit_exceeded"),
            "slow",
        ),
        (
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"no"}}"#.to_owned(),
            Some("invalid_request_error"),
            "no",
        ),
    ];
    for (event, kind, message) in cases {
        let mut stream = Responses.decode_stream(&provider("openai-responses"));
        let text = format!("{begun}data: {event}\n\n");
        assert_eq!(stream.push(text.as_bytes()).unwrap().len(), 1, "{event}");
        let error = stream.end().unwrap_err();
        assert_eq!(error, upstream(kind, message), "{event}");
        assert_eq!(error.retry() == Retry::Now, matches!(kind, Some("server_error" | "rate_limit_exceeded")));
    }
    let whole = Responses.decode_reply(&provider("xai"), failed.as_bytes()).unwrap_err();
    assert_eq!(whole, upstream(Some("server_error"), "gone"));
    let envelope = r#"{"error":{"message":"bad","type":"invalid_request_error","param":"input","code":null}}"#;
    let error = Responses.decode_error(400, &[], envelope.as_bytes());
    assert!(matches!(error, Error::Upstream { status: 400, message, .. } if message == "bad"));
}

#[test]
fn what_is_no_reply_is_said_to_be_none() {
    let malformed = [
        "data: nonsense\n\n",
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n",
        "data: {\"type\":\"response.function_call_arguments.delta\",\"output_index\":0,\"delta\":\"x\"}\n\n",
        "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"\\ud83d\"}\n\n",
        "{\"output\":[{\"type\":\"reasoning\",\"summary\":[{\"text\":7}]}]}",
        "{\"output\":\"x\"}",
        "[]",
    ];
    for text in malformed {
        let found = pieces(&provider("openai-responses"), [text.as_bytes()]);
        assert!(matches!(found, Err(Error::Malformed { .. })), "{text}: {found:?}");
    }
    for text in ["", "<html></html>", ": keep-alive\n\n", "data: [DONE]\n\n"] {
        assert!(matches!(pieces(&provider("xai"), [text.as_bytes()]), Err(Error::Broken(_))), "{text}");
    }
}

#[test]
fn a_total_decides_where_reasoning_is_counted() {
    let body = |usage: &str| format!(r#"{{"status":"completed","output":[],"usage":{usage}}}"#);
    let output = |usage: &str| {
        let reply = Responses.decode_reply(&provider("xai"), body(usage).as_bytes()).unwrap().remove(0);
        (reply.usage.output, reply.usage.reasoning)
    };
    let details = r#""input_tokens":10,"output_tokens":20,"output_tokens_details":{"reasoning_tokens":15}"#;
    assert_eq!(output(&format!("{{{details},\"total_tokens\":45}}")), (Some(35), Some(15)), "beside");
    assert_eq!(output(&format!("{{{details},\"total_tokens\":30}}")), (Some(20), Some(15)), "inside");
    assert_eq!(output(&format!("{{{details}}}")), (Some(20), Some(15)), "nobody says that it is beside here");
    assert_eq!(output("{\"output_tokens\":20}"), (Some(20), None));
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic_and_cuts_change_nothing(
        chunks in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..8),
            prop::sample::select(vec![
                "data: {\"type\":\"response.created\",\"response\":{\"id\":7}}\n\n",
                "data: {\"type\":\"response.output_item.added\",\"output_index\":4294967295,\"item\":{\"type\":\"function_call\",\"name\":\"f\"}}\n\n",
                "data: {\"type\":\"response.function_call_arguments.delta\",\"output_index\":4294967295,\"delta\":\"{\"}\n\n",
                "data: {\"type\":\"response.reasoning_summary_text.delta\",\"output_index\":0,\"summary_index\":1,\"delta\":\" \"}\n\n",
                "data: {\"type\":\"response.reasoning_text.delta\",\"output_index\":0,\"content_index\":9,\"delta\":\"x\"}\n\n",
                "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":-1,\"delta\":\"é\"}\n\n",
                "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"reasoning\",\"summary\":[7,{}],\"id\":\"r\"}}\n\n",
                "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"phase\":\"p\",\"content\":[{\"text\":\"éa\"}]}}\n\n",
                "data: {\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":[]}\n\n",
                "data: {\"type\":\"response.incomplete\",\"response\":{\"status\":[],\"output\":[{}],\"usage\":{\"output_tokens\":18446744073709551615,\"output_tokens_details\":{\"reasoning_tokens\":9}}}}\n\n",
                "data: {\"type\":\"error\"}\n\n", "{", "\r", "\n\n",
            ]).prop_map(|text| text.as_bytes().to_vec()),
        ], 0..10),
    ) {
        let bytes = chunks.concat();
        for by in ["openai-responses", "compatible"] {
            let provider = provider(by);
            let whole = pieces(&provider, [bytes.as_slice()]);
            prop_assert_eq!(&pieces(&provider, bytes.chunks(1)), &whole);
            if let Ok(pieces) = &whole {
                let _ = Responses.encode_reply(&reply(pieces));
            }
            let _ = Responses.decode_reply(&provider, &bytes);
            let _ = Responses.decode_call(&bytes);
            let _ = Responses.decode_error(500, &[], &bytes);
        }
    }
}
