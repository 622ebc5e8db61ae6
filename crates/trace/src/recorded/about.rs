//! What the leaf of a trace says to everybody who sees the log: codes and counts, never content.

use serde_json::{Map, Value, json};

use crate::{Event, Trace};

/// Longest name of a model, an effort or a verifier that a leaf carries, in bytes; a longer one is content and stays in its part.
const LONGEST: usize = 128;

/// The metadata of a trace. `redactions`: how often something was taken out before anything was written.
///
/// | member | what |
/// |---|---|
/// | `model`, `effort` | as the source names them |
/// | `called_ms` | when the call began, milliseconds since 1970 (UTC) |
/// | `sample` | which of several samples of its question |
/// | `reasoning` | provenance of the chain of thought |
/// | `verdicts` | verifier and outcome, in order |
/// | `tokens` | `input`, `cached_input`, `output`, `reasoning`, as far as they were counted |
/// | `cost_micro` | millionths of a dollar, or of the source's unit |
/// | `planted` | the process was planted, not a language model |
/// | `redactions` | how often something was taken out |
///
/// The name of the question is not among them: whoever asked may have chosen a person's.
#[must_use]
pub fn about(trace: &Trace, redactions: u64) -> Map<String, Value> {
    let mut about = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            about.insert(name.to_owned(), value);
        }
    };
    say("model", trace.model.as_deref().and_then(short));
    say("effort", trace.effort.as_ref().and_then(|effort| short(&effort.to_string())));
    say("called_ms", trace.at_ms.and_then(whole));
    say("sample", Some(trace.trial.sample.into()));
    say("reasoning", Some(trace.provenance().as_str().into()));
    let verdicts: Vec<Value> = trace
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Verdict { verifier, verdict } => Some(
                json!({"verifier": short(verifier).unwrap_or_else(|| "-".into()), "outcome": verdict.outcome.as_str()}),
            ),
            _ => None,
        })
        .collect();
    say("verdicts", (!verdicts.is_empty()).then_some(Value::Array(verdicts)));
    let usage = &trace.usage;
    let counts = [
        ("input", usage.input),
        ("cached_input", usage.cached_input),
        ("output", usage.output),
        ("reasoning", usage.reasoning),
    ];
    let tokens: Map<String, Value> = counts
        .into_iter()
        .filter_map(|(name, count)| Some((name.to_owned(), whole(i64::try_from(count?).ok()?)?)))
        .collect();
    say("tokens", (!tokens.is_empty()).then_some(Value::Object(tokens)));
    say("cost_micro", trace.cost.and_then(|cost| whole(cost.0)));
    say("planted", trace.planted.then_some(Value::Bool(true)));
    say("redactions", (redactions > 0).then(|| i64::try_from(redactions).ok().and_then(whole)).flatten());
    about
}

fn short(text: &str) -> Option<Value> {
    (text.len() <= LONGEST).then(|| text.into())
}

/// A number that canonical bytes can carry; a larger one is nobody's count and stays in the part alone.
fn whole(number: i64) -> Option<Value> {
    (number.unsigned_abs() <= candor_record::Integer::MOST.unsigned_abs()).then(|| number.into())
}
