//! A server of Chat Completions for benchmarks: the same short answer to everything, whole or as a stream, as it is asked. Not a model, and no
//! test: tests script their own. It prints its URL and ends when its standard input is closed.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be served ends")]

use std::io::Write as _;

use candor_testkit::upstream::{Received, Step, Upstream, events, whole};

const ID: &str = r#""id":"chatcmpl-0123456789","created":1764115200,"model":"m""#;
const USAGE: &str = r#""usage":{"prompt_tokens":40,"completion_tokens":8,"total_tokens":48}"#;

fn main() {
    // The runtime is driven on a thread of its own: this one waits for the end of the input.
    let (told, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let upstream = Upstream::forgetful(answer).await;
            told.send(upstream.url()).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    writeln!(std::io::stdout(), "{}/v1", url.recv().expect("a URL")).expect("somebody reads");
    let _ = std::io::stdin().lines().count();
}

fn answer(request: &Received) -> Vec<Step> {
    const WANTED: &[u8] = br#""stream":true"#;
    if !request.body.windows(WANTED.len()).any(|part| part == WANTED) {
        let message = r#""message":{"role":"assistant","content":"The first one it is. Answer: A"}"#;
        let body = format!(
            r#"{{{ID},"object":"chat.completion","choices":[{{"index":0,{message},"finish_reason":"stop"}}],{USAGE}}}"#
        );
        return whole(200, &[("content-type", "application/json")], &body);
    }
    let piece = |delta: &str, finish: &str| {
        format!(
            r#"{{{ID},"object":"chat.completion.chunk","choices":[{{"index":0,"delta":{{{delta}}},"finish_reason":{finish}}}]}}"#
        )
    };
    let mut all: Vec<String> = ["The first one", " it is.", " Answer:", " A"]
        .iter()
        .map(|text| piece(&format!(r#""content":"{text}""#), "null"))
        .collect();
    all.push(piece("", "\"stop\""));
    all.push(format!(r#"{{{ID},"object":"chat.completion.chunk","choices":[],{USAGE}}}"#));
    all.push("[DONE]".to_owned());
    events(&all.iter().map(String::as_str).collect::<Vec<_>>())
}
