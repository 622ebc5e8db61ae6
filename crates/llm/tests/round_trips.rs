//! What is spelled is read back as the same: replies and calls of Messages and Responses over all that these protocols can say, whole and
//! streamed.

use std::borrow::Cow;

use candor_llm::protocol::messages::{Messages, MessagesDialect};
use candor_llm::protocol::responses::{Responses, ResponsesDialect};
use candor_llm::{
    Assembler, Auth, Call, Codec, Conversation, Delta, Dialect, Effort, Error, Finish, Message, Part, Protocol,
    Provenance, Provider, Reasoning, Reply, Role, Sampling, Tool, Usage,
};
use proptest::prelude::*;

fn provider(protocol: Protocol) -> Provider {
    let dialect = match protocol {
        Protocol::Messages => Dialect::Messages(MessagesDialect::COMPATIBLE),
        _ => Dialect::Responses(ResponsesDialect::COMPATIBLE),
    };
    Provider {
        name: Cow::Borrowed("compatible"),
        base: Cow::Borrowed("http://localhost"),
        auth: Auth::None,
        key_variable: None,
        dialect,
    }
}

fn codec(protocol: Protocol) -> &'static dyn Codec {
    if protocol == Protocol::Messages { &Messages } else { &Responses }
}

fn words() -> impl Strategy<Value = String> {
    "[a-zé\"\\\\\n <>]{0,6}[a-z🙂]"
}

fn reasoning(text: String, provenance: Provenance) -> Part {
    Part::Reasoning(Reasoning { text, provenance })
}

/// The piece that a vendor of the protocol seals reasoning of that text with.
fn seal(protocol: Protocol, text: &str, mark: &str) -> Part {
    let (text, mark) = (serde_json::json!(text).to_string(), serde_json::json!(mark).to_string());
    let json = match (protocol, text.as_str()) {
        (Protocol::Messages, text) => format!(r#"{{"signature":{mark},"thinking":{text},"type":"thinking"}}"#),
        (_, "\"\"") => format!(r#"{{"type":"reasoning","summary":[],"encrypted_content":{mark}}}"#),
        (_, text) => {
            format!(
                r#"{{"type":"reasoning","summary":[{{"type":"summary_text","text":{text}}}],"encrypted_content":{mark}}}"#
            )
        }
    };
    Part::Sealed { protocol, json }
}

fn tool_call() -> impl Strategy<Value = Vec<Part>> {
    let arguments = prop::sample::select(vec!["{}", "{\"a\": [1, 2.50]}", "{\"é\":\"\\u0041\"}"]);
    (words(), words(), arguments)
        .prop_map(|(id, name, arguments)| vec![Part::ToolCall { id, name, arguments: arguments.to_owned() }])
}

/// Parts that belong together.
fn piece(protocol: Protocol) -> impl Strategy<Value = Vec<Part>> {
    prop_oneof![
        words().prop_map(|text| vec![Part::Text { text }]),
        tool_call(),
        (words(), words()).prop_map(move |(text, mark)| {
            vec![reasoning(text.clone(), Provenance::Summary), seal(protocol, &text, &mark)]
        }),
        words()
            .prop_map(move |mark| { vec![reasoning(String::new(), Provenance::Redacted), seal(protocol, "", &mark)] }),
    ]
}

/// Parts that only a reply has: a call would not send them back.
fn unsealed(protocol: Protocol) -> impl Strategy<Value = Vec<Part>> {
    prop_oneof![
        words().prop_map(|text| vec![reasoning(text, Provenance::Raw)]),
        Just(vec![reasoning(String::new(), Provenance::Redacted)]),
        words().prop_map(move |text| {
            // Messages has no word for a summary that nobody signed.
            let summary = if protocol == Protocol::Messages { Provenance::Raw } else { Provenance::Summary };
            vec![reasoning(text, summary)]
        }),
    ]
}

fn finish() -> impl Strategy<Value = Finish> {
    prop_oneof![
        Just(Finish::Stop),
        Just(Finish::Length),
        Just(Finish::Filtered),
        Just(Finish::Other("pause_turn".to_owned())),
    ]
}

fn usage() -> impl Strategy<Value = Usage> {
    let some = || prop::option::of(0u64..1 << 40);
    (some(), some(), some(), some()).prop_map(|(input, cached, output, reasoning)| Usage {
        input,
        cached_input: cached.filter(|cached| input.is_some_and(|input| *cached <= input)),
        output,
        reasoning: reasoning.filter(|reasoning| output.is_some_and(|output| *reasoning <= output)),
    })
}

fn reply(protocol: Protocol) -> impl Strategy<Value = Reply> {
    let pieces = prop::collection::vec(prop_oneof![3 => piece(protocol), 1 => unsealed(protocol)], 0..6);
    let head = (prop::option::of(words()), prop::option::of(words()));
    (head, pieces, finish(), usage()).prop_map(|((id, model), pieces, mut finish, usage)| {
        let mut parts = pieces.concat();
        let called = parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
        let answered = called || parts.iter().any(|part| matches!(part, Part::Text { .. }));
        if called && finish == Finish::Stop {
            finish = Finish::ToolCalls;
        }
        for part in &mut parts {
            if let Part::Reasoning(reasoning) = part
                && reasoning.provenance == Provenance::Raw
                && finish == Finish::Length
                && !answered
            {
                reasoning.provenance = Provenance::Truncated;
            }
        }
        let message = Message { role: Role::Assistant, parts };
        Reply { id, model, message, finish: Some(finish), usage }
    })
}

/// A reply as it would be made, piece by piece.
fn deltas(reply: &Reply, at: usize) -> Vec<Delta> {
    let mut all = vec![Delta::Begin { id: reply.id.clone(), model: reply.model.clone() }];
    let halves = |text: &str| {
        let (head, tail): (Vec<_>, Vec<_>) = text.chars().enumerate().partition(|(place, _)| *place < at);
        [head, tail].map(|half| half.into_iter().map(|(_, letter)| letter).collect::<String>())
    };
    let mut block = 0;
    for part in &reply.message.parts {
        block += u32::from(!matches!(part, Part::Sealed { .. }));
        match part.clone() {
            Part::Text { text } => all.extend(halves(&text).map(|text| Delta::Text { block, text })),
            Part::Reasoning(Reasoning { text, provenance }) if provenance == Provenance::Redacted => {
                all.push(Delta::Reasoning { block, text, provenance });
            }
            Part::Reasoning(Reasoning { text, provenance }) => {
                all.extend(halves(&text).map(|text| Delta::Reasoning { block, text, provenance }));
            }
            Part::ToolCall { id, name, arguments } => {
                all.push(Delta::ToolCall { block, id, name });
                all.extend(halves(&arguments).map(|text| Delta::Arguments { block, text }));
            }
            Part::Sealed { protocol, json } => all.push(Delta::Sealed { block, protocol, json }),
            Part::ToolResult { .. } => {}
        }
    }
    all.extend(reply.finish.clone().map(Delta::Finish));
    all.push(Delta::Usage(reply.usage));
    all
}

fn streamed(protocol: Protocol, reply: &Reply, at: usize) -> Result<Reply, Error> {
    let mut encoder = codec(protocol).encode_stream();
    let mut decoder = codec(protocol).decode_stream(&provider(protocol));
    let mut whole = Assembler::default();
    let mut take = |pieces: Vec<(u32, Delta)>| pieces.into_iter().for_each(|(_, delta)| whole.push(delta));
    for delta in deltas(reply, at) {
        take(decoder.push(&encoder.push(&delta))?);
    }
    take(decoder.push(&encoder.end())?);
    take(decoder.end()?);
    Ok(whole.finish())
}

fn said(role: Role) -> impl Strategy<Value = Message> {
    prop::collection::vec(words(), 1..3)
        .prop_map(move |texts| Message { role, parts: texts.into_iter().map(|text| Part::Text { text }).collect() })
}

/// One turn: what the assistant said, what its tools gave back, and what the user said to it.
fn turn(protocol: Protocol) -> impl Strategy<Value = Vec<Message>> {
    let assistant = prop::collection::vec(piece(protocol), 1..4);
    let failed =
        if protocol == Protocol::Messages { prop::option::of(any::<bool>()).boxed() } else { Just(None).boxed() };
    let results = prop::collection::vec((words(), words(), failed), 0..3);
    (assistant, results, said(Role::User)).prop_map(|(pieces, results, user)| {
        let mut turn = vec![Message { role: Role::Assistant, parts: pieces.concat() }];
        if !results.is_empty() {
            let result = |(id, content, is_error)| Part::ToolResult { id, content, exit_code: None, is_error };
            turn.push(Message { role: Role::Tool, parts: results.into_iter().map(result).collect() });
        }
        turn.push(user);
        turn
    })
}

fn effort(protocol: Protocol) -> BoxedStrategy<Option<Effort>> {
    let level =
        prop::sample::select(vec!["low", "high", "max"]).prop_map(|level| Some(Effort::Level(level.to_owned())));
    let both = prop_oneof![Just(None), Just(Some(Effort::Off)), level];
    match protocol {
        Protocol::Messages => {
            prop_oneof![3 => both, 1 => (1024u32..5000).prop_map(|budget| Some(Effort::Budget(budget)))].boxed()
        }
        _ => both.boxed(),
    }
}

fn call(protocol: Protocol) -> impl Strategy<Value = Call> {
    let messages = (prop::option::of(words()), said(Role::User), prop::collection::vec(turn(protocol), 0..3)).prop_map(
        |(system, user, turns)| {
            let mut messages: Vec<Message> = system.map(|text| Message::text(Role::System, text)).into_iter().collect();
            messages.push(user);
            messages.extend(turns.concat());
            Conversation { messages }
        },
    );
    let tool = (words(), "[a-z]{0,3}").prop_map(|(name, description)| Tool {
        name,
        description,
        parameters: r#"{"type": "object"}"#.to_owned(),
    });
    let thousandths = || prop::option::of(0u32..2000);
    let sampling =
        (thousandths(), thousandths()).prop_map(|(temperature, top_p)| Sampling { temperature, top_p, seed: None });
    let stop = prop::collection::vec(words(), if protocol == Protocol::Messages { 0..3 } else { 0..1 });
    (words(), messages, effort(protocol), 5000u32..9000, sampling, stop, prop::collection::vec(tool, 0..2)).prop_map(
        |(model, conversation, effort, limit, sampling, stop, tools)| Call {
            model,
            conversation,
            effort,
            max_output: Some(limit),
            sampling,
            stop,
            tools,
            continuation: None,
        },
    )
}

fn both() -> impl Strategy<Value = Protocol> {
    prop::sample::select(vec![Protocol::Messages, Protocol::Responses])
}

proptest! {
    #[test]
    fn a_reply_is_read_back_as_it_was_spelled_whole_and_streamed(
        (protocol, reply) in both().prop_flat_map(|protocol| (Just(protocol), reply(protocol))),
        at in 0usize..9,
    ) {
        let body = codec(protocol).encode_reply(&reply);
        let read = codec(protocol).decode_reply(&provider(protocol), &body).unwrap();
        prop_assert_eq!(&read, std::slice::from_ref(&reply), "{}", String::from_utf8_lossy(&body));
        prop_assert_eq!(streamed(protocol, &reply, at), Ok(reply));
    }

    #[test]
    fn a_call_is_read_back_as_it_was_spelled(
        (protocol, call) in both().prop_flat_map(|protocol| (Just(protocol), call(protocol))),
        stream in any::<bool>(),
    ) {
        let encoded = codec(protocol).encode_call(&provider(protocol), &call, stream).unwrap();
        let read = codec(protocol).decode_call(&encoded.body).unwrap();
        prop_assert_eq!(read, (call, stream), "{}", String::from_utf8_lossy(&encoded.body));
    }
}

#[test]
fn arguments_that_are_no_json_reach_the_client_of_a_server() {
    let odd =
        |arguments: &str| Part::ToolCall { id: "c".to_owned(), name: "f".to_owned(), arguments: arguments.to_owned() };
    for protocol in [Protocol::Messages, Protocol::Responses] {
        let reply = Reply {
            id: None,
            model: None,
            message: Message { role: Role::Assistant, parts: vec![odd("{\"a\":"), odd("7")] },
            finish: Some(Finish::ToolCalls),
            usage: Usage::default(),
        };
        let body = codec(protocol).encode_reply(&reply);
        assert_eq!(codec(protocol).decode_reply(&provider(protocol), &body).unwrap(), std::slice::from_ref(&reply));
        assert_eq!(streamed(protocol, &reply, 3), Ok(reply));
    }
}
