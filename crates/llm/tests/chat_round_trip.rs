//! What is spelled in Chat Completions reads back as what it was; what comes from elsewhere never panics.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

use candor_llm::protocol::Codec;
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::{
    Assembler, Call, Continuation, Conversation, Delta, Effort, Finish, Message, Part, Protocol, Provenance, Provider,
    Reasoning, Reply, Role, Sampling, Tool, Usage, providers,
};
use proptest::prelude::*;

fn word() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "Answer: B", "é → 🙂", "\"quoted\"\n", "data: [DONE]\n\n", " <b> ", "{}"])
        .prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = Part> {
    word().prop_map(|text| Part::Text { text })
}

fn tool_call() -> impl Strategy<Value = Part> {
    (0..9u8, word()).prop_map(|(id, arguments)| Part::ToolCall {
        id: format!("c{id}"),
        name: "f".to_owned(),
        arguments,
    })
}

/// Reasoning, then text, then tool calls: the order in which the protocol can say them.
fn said(texts: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Part>> {
    let reasoning = proptest::option::of(word().prop_map(|text| Part::Reasoning(Reasoning::raw(text))));
    (reasoning, proptest::collection::vec(text(), texts), proptest::collection::vec(tool_call(), 0..3))
        .prop_map(|(reasoning, texts, calls)| reasoning.into_iter().chain(texts).chain(calls).collect())
}

fn message() -> impl Strategy<Value = Message> {
    let result = (0..9u8, word()).prop_map(|(id, content)| Message {
        role: Role::Tool,
        parts: vec![Part::ToolResult { id: format!("c{id}"), content, exit_code: None, is_error: None }],
    });
    let asked = (any::<bool>(), proptest::collection::vec(text(), 0..3))
        .prop_map(|(system, parts)| Message { role: if system { Role::System } else { Role::User }, parts });
    prop_oneof![result, asked, said(0..3).prop_map(|parts| Message { role: Role::Assistant, parts })]
}

fn effort() -> impl Strategy<Value = Option<Effort>> {
    proptest::option::of(prop_oneof![
        Just(Effort::Off),
        Just(Effort::Level("high".to_owned())),
        (1..100_000u32).prop_map(Effort::Budget)
    ])
}

fn call() -> impl Strategy<Value = Call> {
    let sampling = (proptest::option::of(0..3000u32), proptest::option::of(0..1000u32), any::<Option<u64>>())
        .prop_map(|(temperature, top_p, seed)| Sampling { temperature, top_p, seed });
    let schema = proptest::sample::select(vec!["{}", r#"{"b": 1,  "a":[true]}"#]);
    let tool = (word(), schema).prop_map(|(description, parameters)| Tool {
        name: "f".to_owned(),
        description,
        parameters: parameters.to_owned(),
    });
    let continuation = proptest::option::of((word(), proptest::option::of(word())).prop_map(|(reasoning, answer)| {
        Continuation { reasoning, closed: answer.is_some(), answer: answer.unwrap_or_default() }
    }));
    (
        proptest::collection::vec(message(), 0..4),
        effort(),
        any::<Option<u32>>(),
        sampling,
        proptest::collection::vec(word(), 0..3),
        proptest::collection::vec(tool, 0..2),
        continuation,
    )
        .prop_map(|(messages, effort, max_output, sampling, stop, tools, continuation)| Call {
            model: "m".to_owned(),
            conversation: Conversation { messages },
            effort,
            max_output,
            sampling,
            stop,
            tools,
            continuation,
        })
}

fn reply() -> impl Strategy<Value = Reply> {
    let finish = proptest::option::of(prop_oneof![
        Just(Finish::Stop),
        Just(Finish::ToolCalls),
        Just(Finish::Filtered),
        Just(Finish::Other("sensitive".to_owned())),
    ]);
    // Reasoning that is inside of the output, as `Usage` says: else a total would read as reasoning beside it.
    let usage = (any::<Option<u32>>(), any::<Option<u32>>(), any::<Option<u32>>(), any::<Option<u32>>()).prop_map(
        |(input, cached, output, reasoning)| Usage {
            input: input.map(u64::from),
            cached_input: cached.map(u64::from),
            output: output.map(u64::from),
            reasoning: reasoning.map(u64::from),
        },
    );
    let summary = word().prop_map(|text| Part::Reasoning(Reasoning { text, provenance: Provenance::Summary }));
    let redacted = Just(Part::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted }));
    let other = prop_oneof![summary, redacted];
    let parts = prop_oneof![said(0..2), (other, text()).prop_map(|(reasoning, text)| vec![reasoning, text]),];
    (proptest::option::of(Just("r1".to_owned())), parts, finish, usage).prop_map(|(id, parts, finish, usage)| Reply {
        model: id.as_ref().map(|_| "m".to_owned()),
        id,
        message: Message { role: Role::Assistant, parts },
        finish,
        usage,
    })
}

/// A server that takes and sends back everything that can be said.
fn server() -> &'static Provider {
    providers::by_name("vllm").unwrap()
}

/// The pieces of a reply as a model would make them, texts in two halves.
fn pieces(reply: &Reply) -> Vec<Delta> {
    let mut all = vec![Delta::Begin { id: reply.id.clone(), model: reply.model.clone() }];
    // Vendors seal when all is said.
    let mut seals = Vec::new();
    for (block, part) in (0..).zip(&reply.message.parts) {
        let halves = |text: &str| {
            let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            [text[..middle].to_owned(), text[middle..].to_owned()]
        };
        match part {
            Part::Reasoning(Reasoning { text, provenance }) => {
                all.extend(halves(text).map(|text| Delta::Reasoning { block, text, provenance: *provenance }));
            }
            Part::Text { text } => all.extend(halves(text).map(|text| Delta::Text { block, text })),
            Part::ToolCall { id, name, arguments } => {
                all.push(Delta::ToolCall { block, id: id.clone(), name: name.clone() });
                all.extend(halves(arguments).map(|text| Delta::Arguments { block, text }));
            }
            Part::Sealed { protocol, json } => {
                seals.push(Delta::Sealed { block, protocol: *protocol, json: json.clone() });
            }
            Part::ToolResult { .. } => panic!("no reply holds one"),
        }
    }
    all.extend(seals);
    all.push(Delta::Usage(reply.usage));
    all.extend(reply.finish.clone().map(Delta::Finish));
    all
}

fn streamed(reply: &Reply) -> Vec<u8> {
    let mut stream = ChatCompletions.encode_stream();
    let mut bytes = Vec::new();
    for piece in pieces(reply) {
        bytes.extend(stream.push(&piece));
    }
    bytes.extend(stream.end());
    bytes
}

fn read_stream(provider: &Provider, bytes: &[u8], length: usize) -> Result<Reply, candor_llm::Error> {
    let mut stream = ChatCompletions.decode_stream(provider);
    let mut whole = Assembler::default();
    for chunk in bytes.chunks(length) {
        stream.push(chunk)?.into_iter().for_each(|(_, delta)| whole.push(delta));
    }
    stream.end()?.into_iter().for_each(|(_, delta)| whole.push(delta));
    Ok(whole.finish())
}

/// Identifiers of the calls of one reply are different from each other.
fn distinct(mut reply: Reply) -> Reply {
    for (place, part) in reply.message.parts.iter_mut().enumerate() {
        if let Part::ToolCall { id, .. } = part {
            *id = format!("c{place}");
        }
    }
    reply
}

/// Without its seals: a reader keeps details as they came, to send them back.
fn unsealed(mut reply: Reply) -> Reply {
    reply.message.parts.retain(|part| !matches!(part, Part::Sealed { .. }));
    reply
}

proptest! {
    #[test]
    fn a_call_reads_back_as_what_it_was(call in call(), stream: bool) {
        let encoded = ChatCompletions.encode_call(server(), &call, stream).unwrap();
        prop_assert_eq!(ChatCompletions.decode_call(&encoded.body).unwrap(), (call, stream));
    }

    #[test]
    fn a_reply_reads_back_as_what_it_was_whole_and_streamed(reply in reply().prop_map(distinct)) {
        let body = ChatCompletions.encode_reply(&reply);
        let read = ChatCompletions.decode_reply(server(), &body).unwrap();
        prop_assert_eq!(read.into_iter().map(unsealed).collect::<Vec<_>>(), vec![reply.clone()]);
        let bytes = streamed(&reply);
        let read = read_stream(server(), &bytes, usize::MAX).unwrap();
        prop_assert_eq!(read_stream(server(), &bytes, 1).unwrap(), read.clone());
        prop_assert_eq!(unsealed(read), reply);
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in hostile()) {
        for provider in providers::ALL {
            let mut stream = ChatCompletions.decode_stream(provider);
            let _ = stream.push(&bytes);
            let _ = stream.end();
            let _ = ChatCompletions.decode_reply(provider, &bytes);
        }
        let _ = ChatCompletions.decode_call(&bytes);
        prop_assert!(!ChatCompletions.decode_error(500, &[], &bytes).to_string().is_empty());
    }

    #[test]
    fn hostile_fields_never_panic_and_are_read_alike_wherever_they_are_cut(chunks in proptest::collection::vec(chunk(), 0..5)) {
        let text: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        for provider in providers::ALL {
            let whole = read_stream(provider, text.as_bytes(), usize::MAX);
            prop_assert_eq!(read_stream(provider, text.as_bytes(), 5), whole);
        }
    }
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..8),
        proptest::sample::select(vec![
            "data: ",
            "\n\n",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\"choices\"",
            "\"index\":",
            "\"delta\"",
            "\"message\"",
            "\"content\"",
            "\"tool_calls\"",
            "\"error\"",
            "\"messages\"",
            "\"role\"",
            "null",
            "1e999",
            "-1",
            "[DONE]",
            "\\ud800",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A chunk whose fields have any value.
fn chunk() -> impl Strategy<Value = String> {
    let value = proptest::sample::select(vec![
        "null",
        "0",
        "-1",
        "1e99",
        "\"\"",
        "\"</think>\"",
        "\"<think>x\"",
        "[]",
        "{}",
        "true",
        "[null]",
        "[[]]",
        r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]"#,
        r#"[{"id":3,"function":"f"}]"#,
        r#"[{"type":"thinking","thinking":[{"text":"t"}]},{"type":"text","text":"x"},"y"]"#,
        r#"[{"type":"reasoning.text","text":"t","index":0},{"type":"reasoning.encrypted","data":"d"},7]"#,
        r#"{"google":{"thought_signature":"s"}}"#,
    ]);
    let names =
        ["content", "reasoning", "reasoning_content", "reasoning_details", "tool_calls", "refusal", "extra_content"];
    (proptest::sample::subsequence(names.to_vec(), 0..7), proptest::collection::vec(value.clone(), 7), value).prop_map(
        |(names, values, finish)| {
            let fields: Vec<String> =
                names.iter().zip(values).map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!(
                r#"{{"id":"x","choices":[{{"index":0,"delta":{{{}}},"finish_reason":{finish}}}]}}"#,
                fields.join(",")
            )
        },
    )
}

#[test]
fn sealed_pieces_survive_a_server_and_a_client() {
    let seal = |json: &str| Part::Sealed { protocol: Protocol::ChatCompletions, json: json.to_owned() };
    let reply = Reply {
        id: Some("r1".to_owned()),
        model: Some("m".to_owned()),
        message: Message {
            role: Role::Assistant,
            parts: vec![
                Part::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted }),
                seal(r#"{"reasoning_details":[{ "type":"reasoning.encrypted","data":"gA\u0041=" }]}"#),
                Part::ToolCall { id: "c0".to_owned(), name: "f".to_owned(), arguments: "{}".to_owned() },
                seal(r#"{"tool_calls":[{"id":"c0","extra_content":{"google":{"thought_signature":"C+="}}}]}"#),
                Part::ToolCall { id: "c1".to_owned(), name: "f".to_owned(), arguments: "{}".to_owned() },
            ],
        },
        finish: Some(Finish::ToolCalls),
        usage: Usage::default(),
    };
    let openrouter = providers::by_name("openrouter").unwrap();
    let body = ChatCompletions.encode_reply(&reply);
    assert_eq!(ChatCompletions.decode_reply(openrouter, &body).unwrap(), vec![reply.clone()]);
    assert_eq!(read_stream(openrouter, &streamed(&reply), 3).unwrap(), reply);
}
