//! Calls in the spelling of OpenAI Responses: exact bodies, refusals, sealed pieces byte for byte, and back.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

use candor_llm::protocol::Codec;
use candor_llm::protocol::responses::Responses;
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

fn body(provider: &str, call: &Call) -> Value {
    let encoded = Responses.encode_call(providers::by_name(provider).unwrap(), call, false).unwrap();
    assert_eq!((encoded.path.as_str(), encoded.headers.len()), ("/responses", 0));
    serde_json::from_slice(&encoded.body).unwrap()
}

fn refusal(provider: &str, call: &Call) -> Refusal {
    match Responses.encode_call(providers::by_name(provider).unwrap(), call, false) {
        Err(Error::Refused { provider: by, refusal }) if by == provider => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn effort_summary_and_the_encrypted_chain_are_asked_for_where_the_model_reasons() {
    let include = json!(["reasoning.encrypted_content"]);
    let cases = [
        ("openai-responses", "gpt-5.6", None, json!({ "reasoning": { "summary": "auto" }, "include": include })),
        (
            "openai-responses",
            "o4-mini",
            level("xhigh"),
            json!({ "reasoning": { "effort": "xhigh", "summary": "auto" }, "include": include }),
        ),
        (
            "openai-responses",
            "gpt-5.6",
            Some(Effort::Off),
            json!({ "reasoning": { "effort": "none" }, "include": include }),
        ),
        ("openai-responses", "gpt-4o", None, json!({})),
        ("openai-responses", "gpt-4o", Some(Effort::Off), json!({})),
        ("xai", "grok-4.7", None, json!({ "include": include })),
        ("xai", "grok-4.5", level("xhigh"), json!({ "reasoning": { "effort": "xhigh" }, "include": include })),
        ("xai", "grok-4.3", Some(Effort::Off), json!({ "reasoning": { "effort": "none" }, "include": include })),
        ("xai", "grok-4-1-fast-reasoning", None, json!({ "include": include })),
    ];
    for (provider, model, effort, more) in cases {
        let call = call(model, effort.clone());
        let mut expected = json!({
            "model": model, "store": false, "input": [{ "type": "message", "role": "user", "content": "2 + 2?" }],
        });
        expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(body(provider, &call), expected, "{model} {effort:?}");
        let (read, stream) = Responses.decode_call(&serde_json::to_vec(&expected).unwrap()).unwrap();
        let silent = model == "gpt-4o";
        assert_eq!((read, stream), (Call { effort: effort.filter(|_| !silent), ..call }, false));
    }
}

#[test]
fn what_the_vendor_cannot_be_asked_for_is_refused() {
    let known = |provider: &str, call: &Call| match refusal(provider, call) {
        Refusal::Effort { known, .. } => known,
        other => panic!("{other}"),
    };
    let budget = Some(Effort::Budget(2048));
    assert_eq!(known("openai-responses", &call("gpt-5", budget)), "off, minimal, low, medium, high, xhigh, max");
    assert_eq!(known("openai-responses", &call("gpt-4.1", level("low"))), "off");
    assert_eq!(known("xai", &call("grok-4.6", Some(Effort::Off))), "low, medium, high, xhigh");
    assert_eq!(known("xai", &call("grok-4.3", level("max"))), "off, low, medium, high");
    assert_eq!(known("xai", &call("grok-4.20-0309", level("low"))), "the vendor's own");

    let begun = Continuation { reasoning: "so".to_owned(), closed: false, answer: String::new() };
    let plain = call("gpt-5", None);
    for provider in ["openai-responses", "xai"] {
        let begun = Call { continuation: Some(begun.clone()), ..plain.clone() };
        assert!(matches!(refusal(provider, &begun), Refusal::Continuation(_)));
        let stop = Call { stop: vec!["END".to_owned()], ..plain.clone() };
        assert!(matches!(refusal(provider, &stop), Refusal::Parameter(_)));
        let seeded = Call { sampling: Sampling { seed: Some(7), ..Sampling::default() }, ..plain.clone() };
        assert!(matches!(refusal(provider, &seeded), Refusal::Parameter(_)));
    }
}

#[test]
fn a_tool_loop_goes_back_as_it_came_and_is_read_back() {
    let reasoning = r#"{"id":"rs_1", "type":"reasoning","summary":[{"type":"summary_text","text":"Look."}],"encrypted_content":"g\u0041+/=="}"#;
    let commentary = r#"{"id":"msg_1","type":"message","role":"assistant","status":"completed", "content":[{"type":"output_text","text":"I look.","annotations":[]}],"phase":"commentary"}"#;
    let sealed = |json: &str| Part::Sealed { protocol: Protocol::Responses, json: json.to_owned() };
    let text = |text: &str| Part::Text { text: text.to_owned() };
    let summary = Reasoning { text: "Look.".to_owned(), provenance: Provenance::Summary };
    let result =
        |id: &str| Part::ToolResult { id: id.to_owned(), content: "4".to_owned(), exit_code: None, is_error: None };
    let use_of =
        |id: &str| Part::ToolCall { id: id.to_owned(), name: "f".to_owned(), arguments: "{\"a\": 1".to_owned() };
    let messages = vec![
        Message::text(Role::System, "Be brief."),
        Message { role: Role::User, parts: vec![text("2 + 2?"), text("Now.")] },
        Message {
            role: Role::Assistant,
            parts: vec![
                Part::Reasoning(summary),
                sealed(reasoning),
                text("I look."),
                sealed(commentary),
                use_of("call_1"),
                use_of("call_2"),
            ],
        },
        Message { role: Role::Tool, parts: vec![result("call_1"), result("call_2")] },
        Message { role: Role::Assistant, parts: vec![text("4"), text("Four.")] },
        Message::text(Role::System, "In French."),
        Message::text(Role::User, "And?"),
    ];
    let tool =
        Tool { name: "f".to_owned(), description: "Adds.".to_owned(), parameters: r#"{"type": "object"}"#.to_owned() };
    let call = Call {
        conversation: Conversation { messages },
        max_output: Some(3000),
        sampling: Sampling { temperature: Some(700), top_p: Some(950), seed: None },
        tools: vec![tool],
        ..call("gpt-5.6", level("low"))
    };
    let provider = providers::by_name("openai-responses").unwrap();
    let encoded = Responses.encode_call(provider, &call, true).unwrap().body;
    let sent = String::from_utf8(encoded.clone()).unwrap();
    for verbatim in [reasoning, commentary, r#"{"type": "object"}"#] {
        assert!(sent.contains(verbatim), "byte for byte: {verbatim} in {sent}");
    }
    let said = |text: &str| json!({ "type": "output_text", "text": text, "annotations": [] });
    let use_of = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{\"a\": 1", "status": "completed" });
    let expected = json!({
        "model": "gpt-5.6", "instructions": "Be brief.", "max_output_tokens": 3000, "temperature": 0.7, "top_p": 0.95,
        "stream": true, "store": false, "include": ["reasoning.encrypted_content"],
        "reasoning": { "effort": "low", "summary": "auto" },
        "tools": [{
            "type": "function", "name": "f", "description": "Adds.", "strict": false, "parameters": { "type": "object" },
        }],
        "input": [
            { "type": "message", "role": "user", "content": [
                { "type": "input_text", "text": "2 + 2?" }, { "type": "input_text", "text": "Now." },
            ] },
            serde_json::from_str::<Value>(reasoning).unwrap(),
            serde_json::from_str::<Value>(commentary).unwrap(),
            use_of("call_1"),
            use_of("call_2"),
            { "type": "function_call_output", "call_id": "call_1", "output": "4" },
            { "type": "function_call_output", "call_id": "call_2", "output": "4" },
            { "type": "message", "role": "assistant", "status": "completed", "content": [said("4"), said("Four.")] },
            { "type": "message", "role": "system", "content": "In French." },
            { "type": "message", "role": "user", "content": "And?" },
        ],
    });
    assert_eq!(serde_json::from_slice::<Value>(&encoded).unwrap(), expected);
    assert_eq!(Responses.decode_call(&encoded).unwrap(), (call, true));
}

#[test]
fn reasoning_that_the_vendor_did_not_seal_stays_here() {
    let mut call = call("gpt-5.6", None);
    let foreign = Part::Sealed { protocol: Protocol::Messages, json: r#"{"type":"thinking"}"#.to_owned() };
    call.conversation.messages.push(Message {
        role: Role::Assistant,
        parts: vec![Part::Reasoning(Reasoning::raw("so 4")), foreign, Part::Text { text: "4".to_owned() }],
    });
    let input = &body("openai-responses", &call)["input"];
    assert_eq!(input.as_array().unwrap().len(), 2);
    assert_eq!(input[1]["content"][0]["text"], "4");
}

#[test]
fn every_form_of_a_call_is_read_and_what_is_none_is_said_to_be_none() {
    let (read, _) = Responses.decode_call(br#"{"model":"m","input":"2 + 2?"}"#).unwrap();
    assert_eq!(read, call("m", None));
    let items = r#"{"model":"m","input":[
        {"role":"developer","content":"Be brief."},
        {"role":"user","content":[{"type":"input_image"},{"type":"input_text","text":"?"}]},
        {"role":"assistant","content":"4"},
        {"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"so"}]},
        {"type":"item_reference","id":"x"},
        {"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"4"}]}]}"#;
    let messages = Responses.decode_call(items.as_bytes()).unwrap().0.conversation.messages;
    assert_eq!(messages[0], Message::text(Role::System, "Be brief."));
    assert_eq!(messages[1].visible_text(), "[input_image]\n?");
    let assistant = vec![Part::Text { text: "4".to_owned() }, Part::Reasoning(Reasoning::raw("so"))];
    assert_eq!(messages[2], Message { role: Role::Assistant, parts: assistant });
    assert!(matches!(&messages[3].parts[0], Part::ToolResult { content, .. } if content == "4"));

    let odd = r#"{"model":"m","input":[{"role":"critic","content":"x"}]}"#;
    for text in ["", "[]", "{}", r#"{"model":"m"}"#, r#"{"input":[]}"#, odd] {
        assert!(matches!(Responses.decode_call(text.as_bytes()), Err(Error::Malformed { .. })), "{text}");
    }
}
