//! Sessions of coding agents made up for measurements: the same bytes for the same number. Not a model of what agents do.

use std::io::{self, Write};

/// In which form sessions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    ClaudeCode,
    Codex,
    Otlp,
}

/// Every form with its name.
pub(crate) const FORMS: [(&str, Form); 3] =
    [("claude-code", Form::ClaudeCode), ("codex", Form::Codex), ("otlp", Form::Otlp)];

/// Calls of tools between two requests.
const STEPS: u64 = 12;

/// Writes sessions until at least `bytes` are written; gives how many requests.
pub(crate) fn write(form: Form, bytes: u64, out: &mut dyn Write) -> io::Result<u64> {
    let thought =
        "therefore the number of lines follows from seven times six, wait, let me check that again\\n".repeat(6);
    let listing = "   42→    let total = \\\"items\\\".len() + 1; // counted twice before\\n".repeat(30);
    let mut written = 0;
    let mut turn = 0;
    if form == Form::Codex {
        let meta = r#"{"timestamp":"2025-10-29T00:59:38.317Z","type":"session_meta","payload":{"id":"c","cli_version":"1","cwd":"/work"}}"#;
        writeln!(out, "{meta}")?;
    }
    while written < bytes {
        let text = match form {
            Form::ClaudeCode => claude_code(turn, &thought, &listing),
            Form::Codex => codex(turn, &thought, &listing),
            Form::Otlp => otlp(turn, &thought, &listing),
        };
        out.write_all(text.as_bytes())?;
        written += text.len() as u64;
        turn += 1;
    }
    Ok(turn)
}

fn claude_code(turn: u64, thought: &str, listing: &str) -> String {
    let head = format!(
        r#""isSidechain":false,"userType":"external","cwd":"/work/adder","sessionId":"s{}","version":"2.0.49","gitBranch":"main","timestamp":"2025-11-23T04:53:42.362Z""#,
        turn / 20
    );
    let mut text = format!(
        "{{\"parentUuid\":\"p\",{head},\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":\"request {turn}: {thought}\"}},\"uuid\":\"u{turn}\"}}\n"
    );
    for step in 0..STEPS {
        let message = format!(
            r#""id":"msg_{turn}_{step}","type":"message","role":"assistant","model":"claude-made-up","stop_reason":null,"usage":{{"input_tokens":5,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"cache_creation":{{"ephemeral_5m_input_tokens":100}},"output_tokens":60,"service_tier":"standard"}}"#
        );
        text.push_str(&format!(
            "{{\"parentUuid\":\"p\",{head},\"type\":\"assistant\",\"message\":{{{message},\"content\":[{{\"type\":\"thinking\",\"thinking\":\"{thought}\",\"signature\":\"EosOCkYICRgCKkCp\"}}]}},\"requestId\":\"r\",\"uuid\":\"a\"}}\n"
        ));
        text.push_str(&format!(
            "{{\"parentUuid\":\"p\",{head},\"type\":\"assistant\",\"message\":{{{message},\"content\":[{{\"type\":\"tool_use\",\"id\":\"toolu_{step}\",\"name\":\"Read\",\"input\":{{\"file_path\":\"/work/adder/src/lib.rs\",\"limit\":30}}}}]}},\"requestId\":\"r\",\"uuid\":\"b\"}}\n"
        ));
        text.push_str(&format!(
            "{{\"parentUuid\":\"b\",{head},\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":[{{\"tool_use_id\":\"toolu_{step}\",\"type\":\"tool_result\",\"content\":\"{listing}\"}}]}},\"uuid\":\"c\",\"toolUseResult\":{{\"type\":\"text\",\"file\":{{\"filePath\":\"/work/adder/src/lib.rs\",\"content\":\"{listing}\",\"numLines\":30}}}}}}\n"
        ));
    }
    text.push_str(&format!(
        "{{\"parentUuid\":\"c\",{head},\"type\":\"assistant\",\"message\":{{\"id\":\"msg_{turn}\",\"model\":\"claude-made-up\",\"content\":[{{\"type\":\"text\",\"text\":\"done\"}}],\"stop_reason\":\"end_turn\"}},\"uuid\":\"d\"}}\n"
    ));
    text
}

fn codex(turn: u64, thought: &str, listing: &str) -> String {
    let line = |kind: &str, payload: &str| {
        format!("{{\"timestamp\":\"2025-10-29T00:59:39.522Z\",\"type\":\"{kind}\",\"payload\":{payload}}}\n")
    };
    let said = |role: &str, kind: &str, text: &str| {
        line(
            "response_item",
            &format!(r#"{{"type":"message","role":"{role}","content":[{{"type":"{kind}","text":"{text}"}}]}}"#),
        )
    };
    let mut text = said("user", "input_text", &format!("request {turn}: {thought}"));
    text.push_str(&line("turn_context", r#"{"cwd":"/work","model":"made-up","effort":"high"}"#));
    for step in 0..STEPS {
        text.push_str(&line(
            "response_item",
            &format!(r#"{{"type":"reasoning","id":"rs","summary":[{{"type":"summary_text","text":"{thought}"}}],"content":null,"encrypted_content":"{}"}}"#, "gAAAAAB".repeat(60)),
        ));
        text.push_str(&line("event_msg", &format!(r#"{{"type":"agent_reasoning","text":"{thought}"}}"#)));
        text.push_str(&line(
            "response_item",
            &format!(r#"{{"type":"function_call","name":"shell","arguments":"{{\"command\":[\"cat\",\"lib.rs\"]}}","call_id":"call_{step}"}}"#),
        ));
        text.push_str(&line(
            "response_item",
            &format!(
                r#"{{"type":"function_call_output","call_id":"call_{step}","output":"Exit code: 0\nWall time: 0.1 seconds\nOutput:\n{listing}"}}"#
            ),
        ));
        let tokens = (turn * STEPS + step) * 100;
        text.push_str(&line(
            "event_msg",
            &format!(
                r#"{{"type":"token_count","info":{{"total_token_usage":{{"input_tokens":{tokens},"cached_input_tokens":0,"output_tokens":{tokens},"reasoning_output_tokens":9,"total_tokens":{tokens}}},"last_token_usage":{{"input_tokens":100,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":9,"total_tokens":200}}}}}}"#
            ),
        ));
    }
    text.push_str(&said("assistant", "output_text", "done"));
    text
}

fn otlp(turn: u64, thought: &str, listing: &str) -> String {
    let text = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
    // A value within a value is escaped once more.
    let inner = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let input =
        inner(&format!(r#"[{{"role":"user","parts":[{{"type":"text","content":"request {turn}: {thought}"}}]}}]"#));
    let output = inner(&format!(
        r#"[{{"role":"assistant","parts":[{{"type":"reasoning","content":"{thought}"}},{{"type":"text","content":"{listing}"}}],"finish_reason":"stop"}}]"#
    ));
    let attributes = [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "made-up"),
        text("gen_ai.request.model", "made-up"),
        text("gen_ai.input.messages", &input),
        text("gen_ai.output.messages", &output),
        r#"{"key":"gen_ai.usage.output_tokens","value":{"intValue":"20"}}"#.to_owned(),
    ]
    .join(",");
    format!(
        "{{\"resourceSpans\":[{{\"resource\":{{}},\"scopeSpans\":[{{\"scope\":{{}},\"spans\":[{{\"traceId\":\"{turn:032x}\",\"spanId\":\"00f067aa0ba902b7\",\"name\":\"chat\",\"startTimeUnixNano\":\"1748000000000000000\",\"attributes\":[{attributes}]}}]}}]}}]}}\n"
    )
}
