//! What stands beside the first calls of a file and no field takes: at the first level of a record, and one below in objects that are no vendor's. What stands within
//! request and reply is the vendors' own and not looked at.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::import::keys::Keys;

/// So many records are looked at.
const MOST: usize = 20;

/// What importers of calls read, what vendors put there that tells no call from another, and envelopes whose inside is a vendor's.
const KNOWN: &[&str] = &[
    "answer",
    "arm",
    "body",
    "category",
    "choices",
    "content",
    "correct",
    "cost",
    "created",
    "created_at",
    "custom_id",
    "effort",
    "error",
    "gold",
    "ground_truth",
    "id",
    "incomplete_details",
    "input",
    "instructions",
    "is_correct",
    "item_id",
    "message",
    "messages",
    "method",
    "model",
    "object",
    "output",
    "output_config",
    "passed",
    "planted",
    "prediction",
    "problem_id",
    "prompt",
    "question_id",
    "reasoning",
    "reasoning_effort",
    "reply",
    "request",
    "response",
    "response_cost",
    "result",
    "reward",
    "role",
    "sample",
    "score",
    "service_tier",
    "status",
    "status_code",
    "stop_reason",
    "stop_sequence",
    "stratum",
    "system",
    "system_fingerprint",
    "target",
    "task_id",
    "thinking",
    "type",
    "unit",
    "url",
    "usage",
];

/// Likewise in the objects of which some fields are read.
const WITHIN: &[(&str, &[&str])] = &[
    ("metadata", &["arm", "correct", "gold", "is_correct", "passed", "question_id", "sample", "target"]),
    ("params", SETTINGS),
    ("model_parameters", SETTINGS),
];

const SETTINGS: &[&str] = &["effort", "model", "output_config", "reasoning", "reasoning_effort", "thinking"];

/// Fields that are read where a single value stands there.
const SINGLE: &[&str] = &["answer", "correct", "cost", "gold", "is_correct", "passed", "sample", "score", "target"];

/// The names that nothing reads, in the order of the alphabet; objects by what stands in them. Never fails: what cannot be read ends it.
pub(in crate::import) fn unread(head: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    for _ in 0..MOST {
        let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b',');
        rest = &rest[rest.iter().position(|byte| !between(byte)).unwrap_or(rest.len())..];
        if rest.first() != Some(&b'{') {
            break;
        }
        // Of a record that goes on beyond what is seen, the keys up to there count.
        names.extend(of_record(&Keys::of(rest)));
        let mut records = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
        let Some(Ok(_)) = records.next() else { break };
        rest = &rest[records.byte_offset()..];
    }
    names
}

fn of_record(keys: &Keys) -> Vec<String> {
    let mut names = Vec::new();
    for (path, first) in keys.paths() {
        let is_object = first == b'{';
        let name = match path.split_once('.') {
            None if is_object && !is_taken(path, is_object) => continue,
            None => path,
            // What is deeper stands under the name above it.
            Some((outer, inner)) if !inner.contains('.') && !is_taken(outer, true) => {
                let read = WITHIN.iter().find(|(object, _)| *object == outer).map_or(&[][..], |(_, names)| names);
                if read.contains(&inner) {
                    continue;
                }
                path
            }
            Some(_) => continue,
        };
        if first != b'n' && !is_taken(name, is_object) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a field of the first level is read, or is none of ours.
fn is_taken(name: &str, is_object: bool) -> bool {
    KNOWN.contains(&name) && !(is_object && SINGLE.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_calls_and_is_not_read_is_named() {
        let names = |text: &str| unread(text.as_bytes()).into_iter().collect::<Vec<_>>();
        let known = r#"{"id":"x","messages":[{"a":1}],"params":{"model":"m","thinking":{"effort":"low"}},"metadata":{"passed":true},"response":{"odd":1},"usage":{"x":1},"cost":0.1}"#;
        assert_eq!(names(known), [""; 0]);
        let odd = r#"{"messages":[],"rep":1,"none":null,"item":{"key":"q","deep":{"er":1}},"params":{"model":"m","temperature":1},"cost":{"usd":1}}"#;
        assert_eq!(names(odd), ["cost.usd", "item.deep", "item.key", "params.temperature", "rep"]);
        assert_eq!(names(&format!("[{known},{odd}]")), names(odd));
        assert_eq!(names(&format!("{known}\n{}", &odd[..60])), ["item.key", "rep"]);
        assert_eq!(names("not json"), [""; 0]);
    }
}
