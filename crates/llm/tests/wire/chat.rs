//! Streams as vendors of Chat Completions send them, written from their documentation, cut at every byte: the same pieces wherever the cut
//! is, and the same replies as the whole form. Not recordings.
use std::collections::BTreeMap;

use candor_llm::protocol::Codec;
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::Broken;
use candor_llm::{Assembler, Delta, Error, Part, Provider, Reply, providers};

use crate::cut::Streams;

/// The stream (`NAME.sse`), who sends it, and with it `NAME.json`, the whole form of the same reply, and `NAME.reply.json`, what both mean.
const STREAMS: [(&str, &str); 19] = [
    ("deepseek", "deepseek"),
    ("glm", "glm"),
    ("google", "google"),
    ("groq", "groq"),
    ("kimi", "kimi"),
    ("llama_cpp", "llama-cpp"),
    ("lm_studio_unclosed", "lm-studio"),
    ("mistral", "mistral"),
    ("mistral_twice", "mistral"),
    ("ollama", "ollama"),
    ("openai", "openai"),
    ("openrouter", "openrouter"),
    ("openrouter_summary", "openrouter"),
    ("outside", "openai"),
    ("qwen_cut", "qwen"),
    ("sglang", "sglang"),
    ("two_choices", "openai"),
    ("vllm", "vllm"),
    ("vllm_in_band", "vllm"),
];

const WIRE: Streams = Streams { codec: &ChatCompletions, folder: "" };

fn read(name: &str) -> Vec<u8> {
    WIRE.read(name)
}

fn pieces<'a>(provider: &Provider, cuts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<(u32, Delta)>, Error> {
    WIRE.pieces(provider, cuts)
}

fn replies(pieces: &[(u32, Delta)]) -> Vec<Reply> {
    let mut all: BTreeMap<u32, Assembler> = BTreeMap::new();
    for (number, delta) in pieces {
        all.entry(*number).or_default().push(delta.clone());
    }
    all.into_values().map(Assembler::finish).collect()
}

#[test]
fn every_stream_says_the_same_wherever_it_is_cut_and_as_the_whole_reply() {
    for (name, provider) in STREAMS {
        let provider = providers::by_name(provider).unwrap();
        let expected: Vec<Reply> = serde_json::from_slice(&read(&format!("{name}.reply.json"))).unwrap();
        let whole = ChatCompletions.decode_reply(provider, &read(&format!("{name}.json"))).unwrap();
        assert_eq!(whole, expected, "{name}: the whole form");

        let uncut = WIRE.is_the_same_wherever_cut(name, provider);
        assert_eq!(replies(&uncut), expected, "{name}: the stream");
        assert!(uncut.iter().filter(|(_, delta)| matches!(delta, Delta::Begin { .. })).count() == expected.len());
    }
}

#[test]
fn every_file_of_the_folder_is_read_by_a_test() {
    WIRE.are_all(&STREAMS.map(|(name, _)| name));
}

#[test]
fn reasoning_comes_out_of_a_stream_as_it_comes_in() {
    let provider = providers::by_name("deepseek").unwrap();
    let bytes = read("deepseek.sse");
    let mut stream = ChatCompletions.decode_stream(provider);
    let first = bytes.windows(6).position(|window| window == b"First,").unwrap();
    let end = first + bytes[first..].iter().position(|byte| *byte == b'\n').unwrap() + 2;
    let early = stream.push(&bytes[..end]).unwrap();
    assert!(matches!(early.last(), Some((0, Delta::Reasoning { text, .. })) if text == "First,"), "{early:?}");
}

#[test]
fn a_stream_that_ends_before_its_reply_is_broken_and_never_a_short_reply() {
    for (name, provider) in STREAMS {
        let provider = providers::by_name(provider).unwrap();
        let bytes = read(&format!("{name}.sse"));
        // Behind the finish only counts and the end mark follow.
        let mark = b"\"finish_reason\":\"";
        let finish = bytes.windows(mark.len()).rposition(|window| window == mark).unwrap();
        for at in 0..finish {
            let cut = pieces(provider, [&bytes[..at]]);
            assert!(matches!(cut, Err(Error::Broken(Broken::Cut(_)))), "{name}: cut at {at}: {cut:?}");
        }
    }
}

fn stream_of(provider: &str, text: &str) -> Result<Vec<(u32, Delta)>, Error> {
    let provider = providers::by_name(provider).unwrap();
    let whole = pieces(provider, [text.as_bytes()]);
    assert_eq!(pieces(provider, text.as_bytes().chunks(1)), whole, "byte by byte: {text}");
    whole
}

#[test]
fn an_error_in_the_midst_of_a_stream_comes_after_the_pieces_before_it() {
    let begun = r#"data: {"id":"a","choices":[{"index":0,"delta":{"content":"x"}}]}"#;
    let error = r#"data: {"id":"a","error":{"code":502,"message":"upstream gone"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#;
    let text = format!("{begun}\n\n{error}\n\n");
    let mut stream = ChatCompletions.decode_stream(providers::by_name("openrouter").unwrap());
    assert_eq!(stream.push(text.as_bytes()).unwrap().len(), 2, "the beginning and the text");
    let expected =
        Error::Upstream { status: 502, kind: None, message: "upstream gone".to_owned(), after: None, again: None };
    assert_eq!(stream.push(b"").unwrap_err(), expected);
    assert_eq!(stream.end().unwrap_err(), expected);
    assert_eq!(stream_of("openrouter", &text).unwrap_err(), expected);

    let others = [
        "event: error\ndata: {\"message\":\"upstream gone\",\"code\":502}\n\n",
        "data: {\"object\":\"error\",\"message\":\"upstream gone\",\"code\":502}\n\n",
        "data: [{\"error\":{\"message\":\"upstream gone\",\"code\":502}}]\n\n",
        "{\"error\":{\"message\":\"upstream gone\",\"code\":502}}",
        "\n[{\"error\":{\"message\":\"upstream gone\",\"code\":502}}]\n",
    ];
    for text in others {
        assert_eq!(stream_of("openai", text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn what_is_no_reply_is_said_to_be_none() {
    let malformed = [
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":\"b\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":5}]}\n\n",
        "data: {\"choices\":\n\n",
        "data: nonsense\n\n",
        "data: [DONE]\n\n",
        "{\"id\":\"x\"}",
        "{}",
    ];
    for text in malformed {
        assert!(matches!(stream_of("openai", text), Err(Error::Malformed { .. })), "{text}");
    }
    for text in ["", "<html></html>", ": keep-alive\n\n"] {
        assert!(matches!(stream_of("openai", text), Err(Error::Broken(_))), "{text}");
    }
}

#[test]
fn what_follows_the_end_mark_is_not_read() {
    let provider = providers::by_name("deepseek").unwrap();
    let bytes = read("deepseek.sse");
    let more = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\ndata: nonsense\n\n";
    let longer = [bytes.as_slice(), more].concat();
    assert_eq!(pieces(provider, [longer.as_slice()]).unwrap(), pieces(provider, [bytes.as_slice()]).unwrap());
}

#[test]
fn a_server_may_answer_a_call_for_a_stream_with_a_whole_reply() {
    for (name, provider) in STREAMS {
        let provider = providers::by_name(provider).unwrap();
        let expected: Vec<Reply> = serde_json::from_slice(&read(&format!("{name}.reply.json"))).unwrap();
        let body = read(&format!("{name}.json"));
        assert_eq!(replies(&pieces(provider, body.chunks(7)).unwrap()), expected, "{name}");
    }
}

#[test]
fn a_stream_that_runs_away_is_stopped() {
    let provider = providers::by_name("openai").unwrap();
    let mut stream = ChatCompletions.decode_stream(provider);
    assert!(stream.push(b"data: ").unwrap().is_empty());
    let megabyte = vec![b'x'; 1024 * 1024];
    let stopped = (0..20).find_map(|_| stream.push(&megabyte).err());
    assert!(matches!(stopped, Some(Error::TooLarge { .. })), "{stopped:?}");

    let calls: String = (0..5000).map(|index| format!(r#"{{"index":{index},"id":"c{index}"}},"#)).collect();
    let calls = calls.trim_end_matches(',');
    let text = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{calls}]}}}}]}}\n\n");
    assert!(matches!(pieces(provider, [text.as_bytes()]), Err(Error::Malformed { .. })));
}

#[test]
fn a_name_that_comes_after_its_call_and_calls_without_numbers_are_understood() {
    let chunks = [
        r#"{"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"arguments":"{"}}]}}]}"#,
        r#"{"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]}}]}"#,
        r#"{"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"id":"c2","function":{"name":"g","arguments":{"a":1}}}]}}]}"#,
        r#"{"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":" "}}]},"finish_reason":"tool_calls"}]}"#,
    ];
    let text: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let reply = replies(&stream_of("openai", &text).unwrap()).remove(0);
    let call = |id: &str, name: &str, arguments: &str| Part::ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    };
    assert_eq!(reply.message.parts, [call("c1", "f", "{}"), call("c2", "g", r#"{"a":1} "#)]);
}
