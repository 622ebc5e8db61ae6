//! Calls as they travel to each vendor of Chat Completions: exact bodies, refusals, and what a server reads of them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

use candor_llm::protocol::Codec;
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::{
    Call, Continuation, Conversation, Effort, Error, Message, Part, Protocol, Provenance, Reasoning, Refusal, Role,
    Sampling, Tool, providers,
};
use serde_json::{Value, json};

fn ask(text: &str) -> Call {
    Call {
        model: "m".to_owned(),
        conversation: Conversation { messages: vec![Message::text(Role::User, text)] },
        ..Call::default()
    }
}

fn encode(provider: &str, call: &Call) -> Result<(String, Value), Error> {
    let encoded = ChatCompletions.encode_call(providers::by_name(provider).unwrap(), call, false)?;
    Ok((encoded.path, serde_json::from_slice(&encoded.body).unwrap()))
}

/// The body without the model and the one question, which every body has.
fn beside_the_question(provider: &str, call: &Call) -> Result<Value, Refusal> {
    match encode(provider, call) {
        Ok((path, mut body)) => {
            assert_eq!(path, "/chat/completions");
            let fields = body.as_object_mut().unwrap();
            assert_eq!(fields.remove("model"), Some(json!("m")));
            assert_eq!(fields.remove("messages"), Some(json!([{ "role": "user", "content": "2 + 2?" }])));
            Ok(body)
        }
        Err(Error::Refused { provider: named, refusal }) => {
            assert_eq!(named, provider);
            Err(refusal)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn each_vendor_is_asked_for_effort_in_its_own_words() {
    let thoughts = json!({ "google": { "thinking_config": { "include_thoughts": true } } });
    let template = |on: bool| json!({ "enable_thinking": on });
    // The provider, and how it is asked to think not at all, at level "high", with a budget of 4096 tokens.
    type Case = (&'static str, Option<Value>, Option<Value>, Option<Value>);
    #[rustfmt::skip]
    let cases: [Case; 14] = [
        ("openai", Some(json!({ "reasoning_effort": "none" })), Some(json!({ "reasoning_effort": "high" })), None),
        ("deepseek", Some(json!({ "thinking": { "type": "disabled" } })),
            Some(json!({ "thinking": { "type": "enabled" }, "reasoning_effort": "high" })), None),
        ("google", Some(json!({ "reasoning_effort": "none" })),
            Some(json!({ "reasoning_effort": "high", "extra_body": thoughts })),
            Some(json!({ "extra_body": { "google": { "thinking_config": { "include_thoughts": true, "thinking_budget": 4096 } } } }))),
        ("openrouter", Some(json!({ "reasoning": { "effort": "none" } })), Some(json!({ "reasoning": { "effort": "high" } })),
            Some(json!({ "reasoning": { "max_tokens": 4096 } }))),
        ("mistral", Some(json!({ "reasoning_effort": "none" })), Some(json!({ "reasoning_effort": "high" })), None),
        ("groq", Some(json!({ "reasoning_effort": "none" })), Some(json!({ "reasoning_effort": "high" })), None),
        ("qwen", Some(json!({ "enable_thinking": false })),
            Some(json!({ "enable_thinking": true, "reasoning_effort": "high" })),
            Some(json!({ "enable_thinking": true, "thinking_budget": 4096 }))),
        ("kimi", Some(json!({ "thinking": { "type": "disabled" } })), Some(json!({ "reasoning_effort": "high" })), None),
        ("glm", Some(json!({ "thinking": { "type": "disabled" } })),
            Some(json!({ "thinking": { "type": "enabled" }, "reasoning_effort": "high" })), None),
        ("vllm", Some(json!({ "chat_template_kwargs": template(false) })),
            Some(json!({ "chat_template_kwargs": template(true), "reasoning_effort": "high" })),
            Some(json!({ "chat_template_kwargs": template(true), "thinking_token_budget": 4096 }))),
        ("sglang", Some(json!({ "chat_template_kwargs": template(false) })),
            Some(json!({ "chat_template_kwargs": template(true), "reasoning_effort": "high" })), None),
        ("llama-cpp", Some(json!({ "chat_template_kwargs": template(false) })),
            Some(json!({ "chat_template_kwargs": template(true), "reasoning_effort": "high" })), None),
        ("ollama", Some(json!({ "reasoning_effort": "none" })), Some(json!({ "reasoning_effort": "high" })), None),
        ("lm-studio", None, None, None),
    ];
    let named: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    for provider in providers::ALL.iter().filter(|provider| provider.protocol() == Protocol::ChatCompletions) {
        assert!(named.contains(&provider.name.as_ref()), "{} has no case here", provider.name);
    }
    let efforts = [Effort::Off, Effort::Level("high".to_owned()), Effort::Budget(4096)];
    for (provider, off, level, budget) in cases {
        let left_open = if provider == "google" { json!({ "extra_body": thoughts }) } else { json!({}) };
        assert_eq!(beside_the_question(provider, &ask("2 + 2?")), Ok(left_open), "{provider}");
        for (effort, expected) in efforts.iter().zip([off, level, budget]) {
            let call = Call { effort: Some(effort.clone()), ..ask("2 + 2?") };
            match (beside_the_question(provider, &call), expected) {
                (Ok(body), Some(expected)) => {
                    assert_eq!(body, expected, "{provider} {effort}");
                    let encoded = encode(provider, &call).unwrap().1.to_string();
                    let (read, _) = ChatCompletions.decode_call(encoded.as_bytes()).unwrap();
                    assert_eq!(read.effort.as_ref(), Some(effort), "{provider}: what a server reads");
                }
                (Err(Refusal::Effort { effort: asked, .. }), None) => assert_eq!(asked, effort.to_string()),
                other => panic!("{provider} {effort}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_level_that_a_vendor_would_map_to_another_is_refused_with_those_there_are() {
    let call = Call { effort: Some(Effort::Level("medium".to_owned())), ..ask("2 + 2?") };
    let refused = beside_the_question("deepseek", &call).unwrap_err();
    assert_eq!(refused.to_string(), "effort medium is not one of off, low, high, max");
    let refused = beside_the_question("lm-studio", &call).unwrap_err();
    assert_eq!(refused.to_string(), "effort medium is not one of none: this provider takes no effort");
}

#[test]
fn parameters_travel_under_the_vendors_names_or_are_refused_and_never_dropped() {
    let call = Call {
        max_output: Some(900),
        sampling: Sampling { temperature: Some(800), top_p: Some(950), seed: Some(7) },
        stop: vec!["END".to_owned()],
        ..ask("2 + 2?")
    };
    let usual = json!({ "max_tokens": 900, "temperature": 0.8, "top_p": 0.95, "seed": 7, "stop": ["END"] });
    assert_eq!(beside_the_question("vllm", &call), Ok(usual));
    let openai = json!({ "max_completion_tokens": 900, "temperature": 0.8, "top_p": 0.95, "seed": 7, "stop": ["END"] });
    assert_eq!(beside_the_question("openai", &call), Ok(openai));
    let mistral = json!({ "max_tokens": 900, "temperature": 0.8, "top_p": 0.95, "random_seed": 7, "stop": ["END"] });
    assert_eq!(beside_the_question("mistral", &call), Ok(mistral));

    let warm = Call { sampling: Sampling { temperature: Some(800), ..Sampling::default() }, ..ask("2 + 2?") };
    let refused = beside_the_question("deepseek", &warm).unwrap_err();
    assert_eq!(refused.to_string(), "temperature has no effect unless the effort is off");
    let off = Call { effort: Some(Effort::Off), ..warm.clone() };
    let sent = json!({ "thinking": { "type": "disabled" }, "temperature": 0.8 });
    assert_eq!(beside_the_question("deepseek", &off), Ok(sent));
    assert_eq!(beside_the_question("kimi", &warm).unwrap_err().to_string(), "temperature cannot be set");
}

#[test]
fn a_stream_is_asked_for_with_its_counts_where_they_do_not_come_by_themselves() {
    let body = |provider: &str| -> Value {
        let provider = providers::by_name(provider).unwrap();
        let encoded = ChatCompletions.encode_call(provider, &ask("2 + 2?"), true).unwrap();
        assert!(ChatCompletions.decode_call(&encoded.body).unwrap().1, "a server sees that a stream is asked for");
        serde_json::from_slice(&encoded.body).unwrap()
    };
    let question = json!([{ "role": "user", "content": "2 + 2?" }]);
    let asked =
        json!({ "model": "m", "messages": question, "stream": true, "stream_options": { "include_usage": true } });
    assert_eq!(body("openai"), asked);
    assert_eq!(body("deepseek"), json!({ "model": "m", "messages": question, "stream": true }));
}

/// A question, a reply with reasoning and a tool call, and the result of the tool.
fn with_tools(reply: Vec<Part>) -> Call {
    let result = Part::ToolResult { id: "c1".to_owned(), content: "4".to_owned(), exit_code: None, is_error: None };
    let mut call = ask("2 + 2?");
    call.conversation.messages.insert(0, Message::text(Role::System, "Be short."));
    call.conversation.messages.push(Message { role: Role::Assistant, parts: reply });
    call.conversation.messages.push(Message { role: Role::Tool, parts: vec![result] });
    call.tools = vec![Tool {
        name: "add".to_owned(),
        description: "Adds.".to_owned(),
        parameters: r#"{"type":"object", "properties":{"b":{},"a":{}}}"#.to_owned(),
    }];
    call
}

fn tool_call() -> Part {
    Part::ToolCall { id: "c1".to_owned(), name: "add".to_owned(), arguments: r#"{"a": 2}"#.to_owned() }
}

fn sealed(json: &str) -> Part {
    Part::Sealed { protocol: Protocol::ChatCompletions, json: json.to_owned() }
}

#[test]
fn a_conversation_with_tools_travels_whole() {
    let call = with_tools(vec![Part::Reasoning(Reasoning::raw("Add.")), tool_call()]);
    let function = json!({ "name": "add", "arguments": "{\"a\": 2}" });
    let expected = json!({
        "model": "m",
        "messages": [
            { "role": "system", "content": "Be short." },
            { "role": "user", "content": "2 + 2?" },
            { "role": "assistant", "content": null, "reasoning_content": "Add.",
              "tool_calls": [{ "id": "c1", "type": "function", "function": function }] },
            { "role": "tool", "tool_call_id": "c1", "content": "4" },
        ],
        "tools": [{ "type": "function", "function": {
            "name": "add", "description": "Adds.", "parameters": { "type": "object", "properties": { "a": {}, "b": {} } },
        } }],
    });
    let (path, body) = encode("deepseek", &call).unwrap();
    assert_eq!((path.as_str(), body), ("/chat/completions", expected));
    let encoded = ChatCompletions.encode_call(providers::by_name("deepseek").unwrap(), &call, false).unwrap();
    let text = String::from_utf8(encoded.body).unwrap();
    assert!(text.contains(r#"{"type":"object", "properties":{"b":{},"a":{}}}"#), "the schema is sent byte for byte");

    let odd = Call {
        tools: vec![Tool { name: "x".to_owned(), description: String::new(), parameters: "{".to_owned() }],
        ..ask("2 + 2?")
    };
    assert!(matches!(beside_the_question("openai", &odd), Err(Refusal::Parameter(_))));
}

/// The assistant's message, without what all vendors get alike.
fn replayed(provider: &str, call: &Call) -> Value {
    let (_, body) = encode(provider, call).unwrap();
    let mut message =
        body["messages"].as_array().unwrap().iter().find(|one| one["role"] == "assistant").unwrap().clone();
    let fields = message.as_object_mut().unwrap();
    fields.remove("role");
    fields.remove("tool_calls");
    message
}

#[test]
fn raw_reasoning_goes_back_where_the_vendor_wants_it_and_a_summary_never_does() {
    let raw = with_tools(vec![Part::Reasoning(Reasoning::raw("Add.")), tool_call()]);
    let without = with_tools(vec![tool_call()]);
    let summary = Reasoning { text: "Adding".to_owned(), provenance: Provenance::Summary };
    let summary = with_tools(vec![Part::Reasoning(summary), tool_call()]);
    let field = |name: &str| json!({ "content": null, name: "Add." });
    let thinking = json!({ "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": "Add." }] }] });
    let nothing = json!({ "content": null });
    let cases = [
        ("openai", nothing.clone()),
        ("groq", nothing.clone()),
        ("google", nothing.clone()),
        ("deepseek", field("reasoning_content")),
        ("openrouter", field("reasoning")),
        ("mistral", thinking),
        ("kimi", field("reasoning_content")),
        ("glm", field("reasoning_content")),
        ("vllm", field("reasoning")),
        ("sglang", field("reasoning_content")),
        ("llama-cpp", field("reasoning_content")),
        ("ollama", field("reasoning")),
    ];
    for (provider, expected) in cases {
        assert_eq!(replayed(provider, &raw), expected, "{provider}");
        // DeepSeek refuses a call with tools in which a message lacks the field.
        let empty =
            if provider == "deepseek" { json!({ "content": null, "reasoning_content": "" }) } else { nothing.clone() };
        assert_eq!(replayed(provider, &without), empty, "{provider}");
        assert_eq!(replayed(provider, &summary), empty, "{provider}: a summary is not what the model thought");
    }
    let mut plain = ask("2 + 2?");
    let answer = vec![Part::Reasoning(Reasoning::raw("Add.")), Part::Text { text: "4".to_owned() }];
    plain.conversation.messages.push(Message { role: Role::Assistant, parts: answer });
    assert_eq!(replayed("deepseek", &plain), json!({ "content": "4" }), "without tools it is left out");
}

#[test]
fn sealed_pieces_go_back_byte_for_byte_to_the_vendor_that_made_them() {
    let detail = r#"{ "type":"reasoning.text","text":"Add.","signature":"Eq\u002b=","n":1e2 }"#;
    let details = sealed(&format!(r#"{{"reasoning_details":[{detail}]}}"#));
    let call = with_tools(vec![Part::Reasoning(Reasoning::raw("Add.")), details, tool_call()]);
    let bytes = |provider: &str| {
        let encoded = ChatCompletions.encode_call(providers::by_name(provider).unwrap(), &call, false).unwrap();
        String::from_utf8(encoded.body).unwrap()
    };
    assert!(bytes("openrouter").contains(&format!(r#""reasoning_details":[{detail}]"#)));
    assert!(!bytes("openrouter").contains(r#""reasoning":"#), "the details stand for the reasoning");
    assert!(!bytes("deepseek").contains("reasoning_details"));

    let extra = r#"{"google":{"thought_signature":"C\/+="}}"#;
    let signed = sealed(&format!(r#"{{"tool_calls":[{{"id":"c1","extra_content":{extra}}}]}}"#));
    let call = with_tools(vec![tool_call(), signed, sealed(&format!(r#"{{"extra_content":{extra}}}"#))]);
    let encoded = ChatCompletions.encode_call(providers::by_name("google").unwrap(), &call, false).unwrap();
    let text = String::from_utf8(encoded.body).unwrap();
    assert_eq!(text.matches(&format!(r#""extra_content":{extra}"#)).count(), 2, "{text}");
    let foreign = Part::Sealed { protocol: Protocol::Messages, json: r#"{"extra_content":1}"#.to_owned() };
    let (_, body) = encode("google", &with_tools(vec![foreign, tool_call()])).unwrap();
    assert_eq!(body["messages"][2].get("extra_content"), None, "another vendor's seal stays here");
}

fn begun(reasoning: &str, closed: bool, answer: &str) -> Call {
    let continuation = Continuation { reasoning: reasoning.to_owned(), closed, answer: answer.to_owned() };
    Call { continuation: Some(continuation), ..ask("2 + 2?") }
}

#[test]
fn a_chain_goes_on_in_the_vendors_own_words() {
    let open = begun("First,", false, "");
    let closed = begun("First, 4.", true, "Answer:");
    let beyond = |provider: &str, call: &Call| {
        let (path, mut body) = encode(provider, call).unwrap();
        let last = body["messages"].as_array_mut().unwrap().pop().unwrap();
        let settings: Value = body
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| name.contains('_'))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        let text = body.to_string();
        assert!(!text.contains("First"), "the chain stands in the last message alone");
        let (read, _) = ChatCompletions.decode_call(encode(provider, call).unwrap().1.to_string().as_bytes()).unwrap();
        assert_eq!(read.continuation, call.continuation, "{provider}: what a server reads");
        assert_eq!(read.conversation, call.conversation, "{provider}");
        (path, last, settings)
    };
    let chat = || "/chat/completions".to_owned();

    let prefix = |reasoning: &str, answer: &str| json!({ "role": "assistant", "prefix": true, "reasoning_content": reasoning, "content": answer });
    let beta = || "/beta/chat/completions".to_owned();
    assert_eq!(beyond("deepseek", &open), (beta(), prefix("First,", ""), json!({})));
    assert_eq!(beyond("deepseek", &closed), (beta(), prefix("First, 4.", "Answer:"), json!({})));

    let thinking = |text: &str, closed: bool| json!({ "type": "thinking", "thinking": [{ "type": "text", "text": text }], "closed": closed });
    let last = json!({ "role": "assistant", "prefix": true, "content": [thinking("First,", false)] });
    assert_eq!(beyond("mistral", &open), (chat(), last, json!({})));
    let content = json!([thinking("First, 4.", true), { "type": "text", "text": "Answer:" }]);
    let last = json!({ "role": "assistant", "prefix": true, "content": content });
    assert_eq!(beyond("mistral", &closed), (chat(), last, json!({})));

    let settings = json!({ "continue_final_message": true, "add_generation_prompt": false });
    let last = |content: &str| json!({ "role": "assistant", "content": content });
    assert_eq!(beyond("vllm", &open), (chat(), last("<think>\nFirst,"), settings.clone()));
    let whole = "<think>\nFirst, 4.\n</think>\n\nAnswer:";
    assert_eq!(beyond("vllm", &closed), (chat(), last(whole), settings));
    assert_eq!(beyond("sglang", &open).2, json!({ "continue_final_message": true }));

    let named = |field: &str| json!({ "continue_final_message": field, "add_generation_prompt": false });
    let last = |reasoning: &str, answer: &str| json!({ "role": "assistant", "reasoning_content": reasoning, "content": answer });
    assert_eq!(beyond("llama-cpp", &open), (chat(), last("First,", ""), named("reasoning_content")));
    assert_eq!(beyond("llama-cpp", &closed), (chat(), last("First, 4.", "Answer:"), named("content")));
}

#[test]
fn a_vendor_that_cannot_go_on_from_a_chain_says_why() {
    for provider in ["openai", "google", "openrouter", "groq", "qwen", "kimi", "glm", "ollama", "lm-studio"] {
        let refused = beside_the_question(provider, &begun("First,", false, "")).unwrap_err();
        assert!(matches!(refused, Refusal::Continuation(reason) if reason.len() > 10), "{provider}: {refused}");
    }
    let unsayable = [
        ("vllm", begun("First,", false, "Answer:")),
        ("vllm", begun("a</think>b", false, "")),
        ("deepseek", begun("First, 4.", true, "")),
    ];
    for (provider, call) in unsayable {
        let refused = beside_the_question(provider, &call);
        assert!(matches!(refused, Err(Refusal::Continuation(_))), "{provider}: {refused:?}");
    }
}

#[test]
fn a_server_reads_what_clients_send_and_refuses_what_is_no_call() {
    let body = json!({
        "model": "m", "unknown": { "deep": [1] }, "max_tokens": 5, "stop": "END", "temperature": 0.7, "stream": null,
        "messages": [
            { "role": "developer", "content": [{ "type": "text", "text": "a" }, { "type": "image_url", "image_url": {} }] },
            { "role": "assistant", "content": "<think>x</think>y", "name": "n" },
            { "role": "tool", "content": "out" },
        ],
        "tools": [{ "type": "web_search" }, { "type": "function", "function": { "name": "f" } }],
    });
    let (call, stream) = ChatCompletions.decode_call(body.to_string().as_bytes()).unwrap();
    let text = |text: &str| Part::Text { text: text.to_owned() };
    let messages = &call.conversation.messages;
    assert_eq!(messages[0], Message { role: Role::System, parts: vec![text("a"), text("[image_url]")] });
    assert_eq!(messages[1].parts, [text("<think>x</think>y")], "a caller's tags are the caller's text");
    assert!(
        matches!(&messages[2].parts[..], [Part::ToolResult { id, content, .. }] if id.is_empty() && content == "out")
    );
    assert_eq!((call.max_output, call.stop, call.sampling.temperature), (Some(5), vec!["END".to_owned()], Some(700)));
    assert_eq!((call.tools.len(), call.tools[0].parameters.as_str(), stream), (1, "{}", false));

    for wrong in [
        "",
        "[]",
        "{}",
        r#"{"model":"m"}"#,
        r#"{"messages":[]}"#,
        r#"{"model":"m","messages":[{"role":"wizard","content":"x"}]}"#,
        r#"{"model":"m","messages":[{"content":"x"}]}"#,
        r#"{"model":"m","messages":["x"]}"#,
    ] {
        assert!(matches!(ChatCompletions.decode_call(wrong.as_bytes()), Err(Error::Malformed { .. })), "{wrong}");
    }
}

#[test]
fn a_provider_of_another_protocol_is_not_asked_in_this_one() {
    let mut provider = providers::compatible("http://localhost:1/v1").unwrap();
    provider.dialect = candor_llm::Dialect::Messages(candor_llm::protocol::messages::MessagesDialect::default());
    let refused = ChatCompletions.encode_call(&provider, &ask("2 + 2?"), false);
    assert!(matches!(refused, Err(Error::Configured { .. })), "{refused:?}");
}
