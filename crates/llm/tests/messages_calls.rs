//! Calls in the spelling of Anthropic Messages: exact bodies for each generation of models, refusals, sealed pieces byte for byte, and back.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

use candor_llm::protocol::Codec;
use candor_llm::protocol::messages::Messages;
use candor_llm::{
    Call, Continuation, Conversation, Effort, Error, Message, Part, Protocol, Provenance, Reasoning, Refusal, Role,
    Sampling, Tool, providers,
};
use serde_json::{Value, json};

fn call(model: &str, effort: Option<Effort>) -> Call {
    Call {
        model: model.to_owned(),
        conversation: Conversation { messages: vec![Message::text(Role::User, "2 + 2?")] },
        effort,
        ..Call::default()
    }
}

fn level(name: &str) -> Option<Effort> {
    Some(Effort::Level(name.to_owned()))
}

fn body(call: &Call) -> Value {
    let encoded = Messages.encode_call(providers::by_name("anthropic").unwrap(), call, false).unwrap();
    assert_eq!(encoded.path, "/v1/messages");
    assert_eq!(encoded.headers, [("anthropic-version".to_owned(), "2023-06-01".to_owned())]);
    serde_json::from_slice(&encoded.body).unwrap()
}

fn refusal(call: &Call) -> Refusal {
    match Messages.encode_call(providers::by_name("anthropic").unwrap(), call, false) {
        Err(Error::Refused { provider, refusal }) if provider == "anthropic" => refusal,
        other => panic!("{other:?}"),
    }
}

/// The body of a call with nothing in it but effort.
fn plain(model: &str, limit: u32, more: &Value) -> Value {
    let mut body =
        json!({ "model": model, "max_tokens": limit, "messages": [{ "role": "user", "content": "2 + 2?" }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn every_generation_of_models_is_asked_in_its_own_way() {
    let adaptive = json!({ "type": "adaptive" });
    let shown = json!({ "type": "adaptive", "display": "summarized" });
    let off = json!({ "type": "disabled" });
    let effort = |level: &str| json!({ "effort": level });
    let enabled = |tokens: u32| json!({ "type": "enabled", "budget_tokens": tokens });
    let cases = [
        ("claude-3-5-sonnet-20241022", None, 16_384, json!({})),
        ("claude-3-5-sonnet-20241022", Some(Effort::Off), 16_384, json!({})),
        ("claude-3-7-sonnet-20250219", None, 16_384, json!({})),
        ("claude-3-7-sonnet-20250219", Some(Effort::Off), 16_384, json!({ "thinking": off })),
        ("claude-sonnet-4-5", Some(Effort::Budget(2048)), 18_432, json!({ "thinking": enabled(2048) })),
        (
            "claude-opus-4-5-20251101",
            level("high"),
            16_384,
            json!({ "thinking": enabled(16_383), "output_config": effort("high") }),
        ),
        ("claude-opus-4-6", None, 16_384, json!({})),
        ("claude-opus-4-6", level("max"), 16_384, json!({ "thinking": adaptive, "output_config": effort("max") })),
        ("claude-sonnet-4-6", Some(Effort::Budget(1024)), 17_408, json!({ "thinking": enabled(1024) })),
        ("claude-opus-4-7", None, 16_384, json!({})),
        ("claude-opus-4-8", Some(Effort::Off), 16_384, json!({ "thinking": off })),
        ("claude-opus-4-8", level("xhigh"), 16_384, json!({ "thinking": shown, "output_config": effort("xhigh") })),
        ("claude-sonnet-5", None, 16_384, json!({ "thinking": shown })),
        ("claude-opus-5", Some(Effort::Off), 16_384, json!({ "thinking": off })),
        ("claude-sonnet-5-5", Some(Effort::Off), 16_384, json!({ "thinking": { "type": "between_tools" } })),
        ("claude-haiku-5.5", Some(Effort::Off), 16_384, json!({ "thinking": off })),
        ("claude-opus-5-5", level("low"), 16_384, json!({ "thinking": shown, "output_config": effort("low") })),
        ("claude-fable-5-1", None, 16_384, json!({ "thinking": shown })),
        ("claude-nobody-knows-9", level("max"), 16_384, json!({ "thinking": shown, "output_config": effort("max") })),
    ];
    for (model, effort, limit, more) in cases {
        let call = call(model, effort.clone());
        assert_eq!(body(&call), plain(model, limit, &more), "{model} {effort:?}");
        let (read, stream) = Messages.decode_call(&serde_json::to_vec(&body(&call)).unwrap()).unwrap();
        assert!(!stream);
        assert_eq!(read.max_output, Some(limit));
        assert_eq!(read.effort, effort.filter(|_| !model.contains("3-5")), "{model}: read back");
    }
}

#[test]
fn efforts_that_a_model_does_not_know_are_refused_with_those_it_knows() {
    let mut with_tools = call("claude-sonnet-5-5", Some(Effort::Off));
    with_tools.tools = vec![Tool { name: "f".to_owned(), description: String::new(), parameters: "{}".to_owned() }];
    let budget = Some(Effort::Budget(4096));
    let all = "low, medium, high, xhigh, max";
    let cases = [
        (call("claude-3-opus-20240229", level("high")), "off".to_owned()),
        (call("claude-sonnet-4", level("high")), "off, a budget of at least 1024 tokens".to_owned()),
        (call("claude-sonnet-4", Some(Effort::Budget(1023))), "off, a budget of at least 1024 tokens".to_owned()),
        (
            call("claude-opus-4-6", level("xhigh")),
            "off, low, medium, high, max, a budget of at least 1024 tokens".to_owned(),
        ),
        (call("claude-opus-4-7", budget.clone()), format!("off, {all}")),
        (call("claude-opus-5-5", Some(Effort::Off)), all.to_owned()),
        (call("claude-unknown", budget), all.to_owned()),
        (with_tools.clone(), format!("between_tools, {all}")),
    ];
    for (call, expected) in cases {
        let Refusal::Effort { known, .. } = refusal(&call) else { panic!("{call:?}") };
        assert_eq!(known, expected, "{}", call.model);
    }
    with_tools.effort = level("between_tools");
    assert_eq!(body(&with_tools)["thinking"], json!({ "type": "between_tools" }));

    let mut small = call("claude-sonnet-4-5", Some(Effort::Budget(2048)));
    small.max_output = Some(2048);
    assert!(matches!(refusal(&small), Refusal::Parameter(_)), "the budget is part of the output");
    small.max_output = Some(2049);
    assert_eq!(body(&small)["thinking"]["budget_tokens"], 2048);
}

#[test]
fn sampling_parameters_travel_only_where_the_model_takes_them() {
    let with = |model: &str, effort: Option<Effort>, sampling: Sampling| Call { sampling, ..call(model, effort) };
    let warm = Sampling { temperature: Some(700), ..Sampling::default() };
    let narrow = Sampling { top_p: Some(940), ..Sampling::default() };
    let wide = Sampling { top_p: Some(950), ..Sampling::default() };
    assert_eq!(body(&with("claude-opus-4-6", None, warm))["temperature"], json!(0.7));
    assert_eq!(body(&with("claude-opus-4-6", level("low"), wide))["top_p"], json!(0.95));
    let usual = Sampling { temperature: Some(1000), ..Sampling::default() };
    assert_eq!(body(&with("claude-sonnet-5", None, usual))["temperature"], json!(1.0));
    let refused = [
        with("claude-opus-4-6", level("low"), warm),
        with("claude-opus-4-6", Some(Effort::Budget(2000)), narrow),
        with("claude-opus-4-7", None, warm),
        with("claude-opus-4-7", Some(Effort::Off), wide),
        with("claude-sonnet-5", None, narrow),
        with("claude-sonnet-4", None, Sampling { seed: Some(1), ..Sampling::default() }),
    ];
    for call in refused {
        assert!(matches!(refusal(&call), Refusal::Parameter(_)), "{} {:?}", call.model, call.sampling);
    }
}

#[test]
fn an_answer_can_be_begun_for_older_models_that_do_not_think_and_a_chain_for_none() {
    let begun = |model: &str, effort: Option<Effort>, reasoning: &str, answer: &str| Call {
        continuation: Some(Continuation { reasoning: reasoning.to_owned(), closed: true, answer: answer.to_owned() }),
        ..call(model, effort)
    };
    let call_45 = begun("claude-sonnet-4-5", Some(Effort::Off), "", "Answer:");
    let encoded = body(&call_45);
    assert_eq!(encoded["messages"][1], json!({ "role": "assistant", "content": "Answer:" }));
    let (read, _) = Messages.decode_call(&serde_json::to_vec(&encoded).unwrap()).unwrap();
    assert_eq!(read, Call { max_output: Some(16_384), ..call_45 });

    let trailing = |model: &str| {
        let mut call = call(model, None);
        call.conversation.messages.push(Message::text(Role::Assistant, "Answer:"));
        call
    };
    body(&trailing("claude-sonnet-4-5"));
    for call in [
        begun("claude-sonnet-4-5", None, "so", "Answer:"),
        begun("claude-sonnet-4-5", None, "", "Answer: "),
        begun("claude-sonnet-4-5", Some(Effort::Budget(2000)), "", "Answer:"),
        begun("claude-opus-4-6", None, "", "Answer:"),
        begun("claude-sonnet-5", Some(Effort::Off), "", "Answer:"),
        trailing("claude-opus-5-5"),
    ] {
        assert!(matches!(refusal(&call), Refusal::Continuation(_)), "{}", call.model);
    }
}

#[test]
fn a_tool_loop_goes_back_as_it_came_and_is_read_back() {
    let seal = r#"{"signature":"Eq\u0041+/==","thinking":"Look  it up.","type":"thinking"}"#;
    let redacted = r#"{"data":"Em+/==","type":"redacted_thinking"}"#;
    let sealed = |json: &str| Part::Sealed { protocol: Protocol::Messages, json: json.to_owned() };
    let summary = Reasoning { text: "Look  it up.".to_owned(), provenance: Provenance::Summary };
    let held = Reasoning { text: String::new(), provenance: Provenance::Redacted };
    let result = |id: &str, is_error: Option<bool>| Part::ToolResult {
        id: id.to_owned(),
        content: "4".to_owned(),
        exit_code: None,
        is_error,
    };
    let use_of = |id: &str| Part::ToolCall {
        id: id.to_owned(),
        name: "f".to_owned(),
        arguments: r#"{"b": 1, "a":[ ]}"#.to_owned(),
    };
    let messages = vec![
        Message::text(Role::System, "Be brief."),
        Message::text(Role::User, "2 + 2?"),
        Message {
            role: Role::Assistant,
            parts: vec![
                Part::Reasoning(held),
                sealed(redacted),
                Part::Reasoning(summary),
                sealed(seal),
                Part::Text { text: "I look.".to_owned() },
                use_of("toolu_1"),
                use_of("toolu_2"),
            ],
        },
        Message { role: Role::Tool, parts: vec![result("toolu_1", Some(true)), result("toolu_2", None)] },
        Message::text(Role::User, "And?"),
        Message::text(Role::System, "From here on in French."),
    ];
    let tool =
        Tool { name: "f".to_owned(), description: "Adds.".to_owned(), parameters: r#"{"type": "object"}"#.to_owned() };
    let call = Call {
        conversation: Conversation { messages },
        max_output: Some(3000),
        stop: vec!["END".to_owned()],
        tools: vec![tool],
        ..call("claude-sonnet-4-6", level("low"))
    };
    let encoded = Messages.encode_call(providers::by_name("anthropic").unwrap(), &call, true).unwrap().body;
    let text = String::from_utf8(encoded.clone()).unwrap();
    for verbatim in [seal, redacted, r#"{"b": 1, "a":[ ]}"#, r#"{"type": "object"}"#] {
        assert!(text.contains(verbatim), "byte for byte: {verbatim} in {text}");
    }
    assert!(text.find(redacted) < text.find(seal), "in order");
    let input = json!({ "b": 1, "a": [] });
    let expected = json!({
        "model": "claude-sonnet-4-6", "max_tokens": 3000, "stream": true, "stop_sequences": ["END"],
        "thinking": { "type": "adaptive" }, "output_config": { "effort": "low" }, "system": "Be brief.",
        "tools": [{ "name": "f", "description": "Adds.", "input_schema": { "type": "object" } }],
        "messages": [
            { "role": "user", "content": "2 + 2?" },
            { "role": "assistant", "content": [
                { "type": "redacted_thinking", "data": "Em+/==" },
                { "type": "thinking", "thinking": "Look  it up.", "signature": "EqA+/==" },
                { "type": "text", "text": "I look." },
                { "type": "tool_use", "id": "toolu_1", "name": "f", "input": input },
                { "type": "tool_use", "id": "toolu_2", "name": "f", "input": input },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "toolu_1", "content": "4", "is_error": true },
                { "type": "tool_result", "tool_use_id": "toolu_2", "content": "4" },
            ] },
            { "role": "user", "content": "And?" },
            { "role": "system", "content": "From here on in French." },
        ],
    });
    assert_eq!(serde_json::from_slice::<Value>(&encoded).unwrap(), expected);

    let (mut read, stream) = Messages.decode_call(&encoded).unwrap();
    assert!(stream);
    let Part::Sealed { json, .. } = &mut read.conversation.messages[2].parts[3] else { panic!("{read:?}") };
    assert_eq!(json, r#"{"signature":"EqA+/==","thinking":"Look  it up.","type":"thinking"}"#);
    seal.clone_into(json);
    assert_eq!(read, call);
}

#[test]
fn reasoning_that_nobody_signed_is_not_sent_to_anthropic_and_odd_arguments_are_refused() {
    let mut call = call("claude-sonnet-4-6", None);
    call.conversation.messages.push(Message {
        role: Role::Assistant,
        parts: vec![Part::Reasoning(Reasoning::raw("so 4")), Part::Text { text: "4".to_owned() }],
    });
    call.conversation.messages.push(Message::text(Role::User, "Sure?"));
    assert_eq!(body(&call)["messages"][1], json!({ "role": "assistant", "content": "4" }));
    call.conversation.messages[1].parts.push(Part::ToolCall {
        id: "t".to_owned(),
        name: "f".to_owned(),
        arguments: "{\"a\":".to_owned(),
    });
    assert!(matches!(refusal(&call), Refusal::Parameter(_)));
}

#[test]
fn what_is_no_call_is_said_to_be_none() {
    let odd = r#"{"model":"m","messages":[{"role":"critic","content":"x"}]}"#;
    for text in ["", "[]", "{}", r#"{"model":"m"}"#, r#"{"messages":[]}"#, odd] {
        assert!(matches!(Messages.decode_call(text.as_bytes()), Err(Error::Malformed { .. })), "{text}");
    }
    let image = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image"},{"type":"text","text":"?"}]}]}"#;
    let (call, _) = Messages.decode_call(image.as_bytes()).unwrap();
    assert_eq!(call.conversation.messages[0].visible_text(), "[image]\n?");
}
