//! Recorded calls made up for measurements: the same bytes for the same number. Not a model of anything.

use std::io::{self, Write};

/// In which form calls are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// candor's own.
    Candor,
    /// OpenAI's: request and response on a line.
    OpenAi,
    /// A form of its own that needs a mapping, on lines.
    ForeignLines,
    /// The same as one JSON list.
    ForeignList,
    /// Short samples: a question, an answer, whether it is right.
    Samples,
}

/// The mapping for the foreign forms.
pub(crate) const MAPPING: &str = r#"
[[trace]]
unit = "item.key"
model = "run.engine"
gold = "item.truth"
request = "item.text"
reply = "said"
answer = "parsed"
verdict = "points"
usage.output = "run.counted.out"
"#;

const WORDS: [&str; 16] = [
    "therefore",
    "the",
    "number",
    "of",
    "wait",
    "let",
    "me",
    "check",
    "again",
    "it",
    "follows",
    "that",
    "seven",
    "times",
    "six",
    "gives",
];

/// About `length` bytes of words; every tenth word ends a line, so that escapes are met as often as in recorded chains.
fn words(state: &mut u64, length: usize, out: &mut String) {
    let end = out.len() + length;
    let mut count = 0_u32;
    while out.len() < end {
        // A linear congruential generator: the text only has to vary, and to be the same everywhere.
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.push_str(WORDS[(*state >> 60) as usize]);
        count += 1;
        out.push_str(if count.is_multiple_of(10) { "\\n" } else { " " });
    }
}

/// Writes calls until at least `bytes` are written; gives how many.
pub(crate) fn write(form: Form, bytes: u64, out: &mut dyn Write) -> io::Result<u64> {
    let mut state = 7;
    let mut written = 0;
    let mut count = 0;
    let mut question = String::new();
    let mut chain = String::new();
    let mut line = String::new();
    if form == Form::ForeignList {
        out.write_all(b"[")?;
    }
    while written < bytes {
        question.clear();
        chain.clear();
        line.clear();
        words(&mut state, 240, &mut question);
        words(&mut state, 1_400, &mut chain);
        let unit = count / 8;
        let answer = state >> 62;
        let right = answer == 1;
        let sample = count % 8;
        line = match form {
            Form::Candor => format!(
                r#"{{"trial":{{"unit":"q{unit}","sample":{sample}}},"model":"made-up","question":{{"gold":"1"}},"events":[{{"request":{{"messages":[{{"role":"user","parts":[{{"type":"text","text":"{question}"}}]}}]}}}},{{"reasoning":{{"text":"{chain}","provenance":"raw"}}}},{{"output":{{"text":"the answer is {answer}","answer":"{answer}"}}}}],"usage":{{"output":350}}}}"#
            ),
            Form::OpenAi => format!(
                r#"{{"question_id":"q{unit}","target":"1","answer":"{answer}","correct":{right},"request":{{"model":"made-up","messages":[{{"role":"user","content":"{question}"}}]}},"response":{{"id":"c{count}","object":"chat.completion","created":1700000000,"model":"made-up","choices":[{{"index":0,"message":{{"role":"assistant","content":"the answer is {answer}","reasoning_content":"{chain}"}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"prompt_tokens":60,"completion_tokens":350,"total_tokens":410,"completion_tokens_details":{{"reasoning_tokens":340}}}}}}}}"#
            ),
            Form::ForeignLines | Form::ForeignList => format!(
                r#"{{"item":{{"key":"q{unit}","truth":"1","text":"{question}","tags":["a","b"]}},"run":{{"engine":"made-up","seed":{sample},"counted":{{"in":60,"out":350}}}},"unused":{{"x":[1,2,3],"y":null}},"said":"<think>{chain}</think>the answer is {answer}","parsed":"{answer}","points":{right}}}"#
            ),
            Form::Samples => format!(
                r#"{{"question_id":"q{unit}","sample":{sample},"answer":"{answer}","correct":{right},"tokens":350}}"#
            ),
        };
        if form == Form::ForeignList && count > 0 {
            out.write_all(b",")?;
            written += 1;
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        count += 1;
    }
    if form == Form::ForeignList {
        out.write_all(b"]\n")?;
    }
    Ok(count)
}
