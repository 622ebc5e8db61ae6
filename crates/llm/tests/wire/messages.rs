//! Streams as Anthropic and compatible servers send them, written from the documentation, cut at every byte: the same pieces wherever the cut
//! is, and the same replies as the whole form. Not recordings.

use std::borrow::Cow;
use std::time::Duration;

use candor_llm::protocol::Codec;
use candor_llm::protocol::messages::{Messages, MessagesDialect};
use candor_llm::transport::Broken;
use candor_llm::{Auth, Delta, Dialect, Error, Provenance, Provider, Retry, providers};
use proptest::prelude::*;

use crate::cut::{Streams, reply};

/// The stream (`NAME.sse`), whether Anthropic sends it, and with it `NAME.json`, the whole form of the same reply, and `NAME.reply.json`,
/// what both mean.
const STREAMS: [(&str, bool); 8] = [
    ("cut", true),
    ("omitted", true),
    ("own_text", true),
    ("redacted", true),
    ("refusal", true),
    ("thinking", true),
    ("tool_use", true),
    ("unsigned", false),
];

fn provider(anthropic: bool) -> Provider {
    if anthropic {
        return providers::by_name("anthropic").unwrap().clone();
    }
    Provider {
        name: Cow::Borrowed("compatible"),
        base: Cow::Borrowed("http://localhost"),
        auth: Auth::None,
        key_variable: None,
        dialect: Dialect::Messages(MessagesDialect::COMPATIBLE),
    }
}

const WIRE: Streams = Streams { codec: &Messages, folder: "messages" };

fn read(name: &str) -> Vec<u8> {
    WIRE.read(name)
}

fn pieces<'a>(provider: &Provider, cuts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<(u32, Delta)>, Error> {
    WIRE.pieces(provider, cuts)
}

#[test]
fn every_stream_says_the_same_wherever_it_is_cut_and_as_the_whole_reply() {
    for (name, anthropic) in STREAMS {
        WIRE.is_one_reply(name, &provider(anthropic));
    }
}

#[test]
fn every_file_of_the_folder_is_read_by_a_test() {
    WIRE.are_all(&STREAMS.map(|(name, _)| name));
}

#[test]
fn a_stream_that_ends_before_its_reply_is_broken_and_never_a_short_reply() {
    for (name, anthropic) in STREAMS {
        let provider = provider(anthropic);
        let text = String::from_utf8(read(&format!("{name}.sse"))).unwrap();
        let finish = text.find("\"stop_reason\":\"").unwrap();
        for at in (0..finish).filter(|at| text.is_char_boundary(*at)) {
            let cut = pieces(&provider, [&text.as_bytes()[..at]]);
            assert!(matches!(cut, Err(Error::Broken(Broken::Cut(_)))), "{name}: cut at {at}: {cut:?}");
        }
    }
}

#[test]
fn summaries_are_marked_as_such_from_their_first_piece_on() {
    let bytes = read("thinking.sse");
    let first = bytes.windows(6).position(|window| window == b"Factor").unwrap();
    let end = first + bytes[first..].iter().position(|byte| *byte == b'\n').unwrap() + 2;
    let early = Messages.decode_stream(&provider(true)).push(&bytes[..end]).unwrap();
    let Some((0, Delta::Reasoning { text, provenance, .. })) = early.last() else { panic!("{early:?}") };
    assert_eq!((text.as_str(), *provenance), ("Factor n — ", Provenance::Summary));
}

#[test]
fn an_error_in_the_midst_of_a_stream_comes_after_the_pieces_before_it() {
    let begun = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n";
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let text = format!("{begun}{error}");
    let mut stream = Messages.decode_stream(&provider(true));
    assert_eq!(stream.push(text.as_bytes()).unwrap().len(), 1, "the beginning");
    let expected = Error::Upstream {
        status: 200,
        kind: Some("overloaded_error".to_owned()),
        message: "Overloaded".to_owned(),
        after: None,
        again: None,
    };
    assert_eq!(stream.end().unwrap_err(), expected);
    assert_eq!(expected.retry(), Retry::Now);
    let whole = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#;
    assert_eq!(pieces(&provider(true), [whole.as_bytes()]).unwrap_err(), expected);
    assert_eq!(Messages.decode_reply(&provider(true), whole.as_bytes()).unwrap_err(), expected);

    let headers = [("retry-after".to_owned(), "7".to_owned())];
    let limited = Messages.decode_error(429, &headers, whole.as_bytes());
    assert_eq!(limited.retry(), Retry::After(Duration::from_secs(7)));
}

#[test]
fn what_is_no_reply_is_said_to_be_none() {
    let malformed = [
        "data: nonsense\n\n",
        "data: {\"type\":\"message_stop\"}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
        "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\"}}\n\n",
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\\ud83d\"}}\n\n",
        "{\"content\":[{\"type\":\"thinking\",\"thinking\":[]}]}",
        "{\"content\":\"x\"}",
        "[]",
    ];
    for text in malformed {
        let found = pieces(&provider(true), [text.as_bytes()]);
        assert!(matches!(found, Err(Error::Malformed { .. })), "{text}: {found:?}");
    }
    for text in ["", "<html></html>", ": keep-alive\n\n", "data: [DONE]\n\n", "event: ping\ndata: {}\n\n"] {
        assert!(matches!(pieces(&provider(true), [text.as_bytes()]), Err(Error::Broken(_))), "{text}");
    }
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic_and_cuts_change_nothing(
        chunks in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..8),
            prop::sample::select(vec![
                "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"claude-3-7\",\"usage\":{\"input_tokens\":1e9}}}\n\n",
                "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"signature\":7}}\n\n",
                "data: {\"type\":\"content_block_start\",\"index\":4294967295,\"content_block\":{\"type\":\"tool_use\",\"input\":[]}}\n\n",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}}\n\n",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\" \"}}\n\n",
                "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
                "data: {\"type\":\"content_block_start\",\"index\":-1,\"content_block\":[[[[]]]]}\n\n",
                "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"input_tokens\":18446744073709551615,\"cache_read_input_tokens\":5}}\n\n",
                "data: {\"type\":\"message_stop\"}\n\n", "data: {\"type\":\"error\"}\n\n", "{", "\r", "\n\n",
            ]).prop_map(|text| text.as_bytes().to_vec()),
        ], 0..10),
    ) {
        let bytes = chunks.concat();
        for anthropic in [true, false] {
            let provider = provider(anthropic);
            let whole = pieces(&provider, [bytes.as_slice()]);
            prop_assert_eq!(&pieces(&provider, bytes.chunks(1)), &whole);
            if let Ok(pieces) = &whole {
                let _ = Messages.encode_reply(&reply(pieces));
            }
            let _ = Messages.decode_reply(&provider, &bytes);
            let _ = Messages.decode_call(&bytes);
            let _ = Messages.decode_error(500, &[], &bytes);
        }
    }
}
