//! `reasoning_details`: typed pieces of reasoning, some of which only their vendor can read. What they say is shown; as they came they are
//! kept, to be sent back. Not the plain reasoning fields.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::Provenance;

/// More pieces than any reply has.
const LIMIT: usize = 4096;

/// The details of one reply.
#[derive(Debug, Default)]
pub(super) struct Details {
    pieces: Vec<Piece>,
}

/// One detail, as far as it came.
#[derive(Debug)]
struct Piece {
    kind: String,
    index: Option<u64>,
    fragments: Vec<Box<RawValue>>,
    text: bool,
    signed: bool,
    provenance: Provenance,
}

/// What one fragment shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) provenance: Provenance,
    /// It is the first text of its detail.
    pub(super) opens: bool,
}

impl Details {
    /// Takes in one element of a list. `continues`: it may go on an earlier one, as in a stream.
    pub(super) fn push(&mut self, raw: Box<RawValue>, continues: bool, model: Option<&str>) -> Option<Shown> {
        let fields: Map<String, Value> = serde_json::from_str(raw.get()).ok()?;
        let word = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = word("type");
        if kind == "reasoning.encrypted" && word("data").is_empty() {
            // It says only that reasoning was held back; there is nothing to send back.
            return Some(Shown { text: String::new(), provenance: Provenance::Redacted, opens: false });
        }
        let index = fields.get("index").and_then(Value::as_u64);
        let at = match index {
            Some(_) => self.pieces.iter().rposition(|piece| piece.index == index && piece.kind == kind),
            None => self.pieces.len().checked_sub(1).filter(|last| self.pieces[*last].kind == kind),
        };
        let at = match at.filter(|_| continues) {
            Some(at) => at,
            None if self.pieces.len() >= LIMIT => return None,
            None => {
                self.pieces.push(Piece {
                    kind: kind.to_owned(),
                    index,
                    fragments: Vec::new(),
                    text: false,
                    signed: false,
                    provenance: Provenance::Absent,
                });
                self.pieces.len() - 1
            }
        };
        let piece = self.pieces.get_mut(at)?;
        piece.fragments.push(raw);
        piece.signed |= !word("signature").is_empty();
        let text = match kind {
            "reasoning.text" => word("text"),
            "reasoning.summary" => word("summary"),
            _ => "",
        };
        let opens = !piece.text && !text.is_empty();
        piece.text |= !text.is_empty();
        let before = piece.provenance;
        piece.provenance = match kind {
            "reasoning.text" if !piece.text && piece.signed => Provenance::Redacted,
            "reasoning.text" if !piece.text => Provenance::Absent,
            "reasoning.text" if is_summary(piece.signed, word("format"), model) || before == Provenance::Summary => {
                Provenance::Summary
            }
            "reasoning.text" => Provenance::Raw,
            "reasoning.summary" if piece.text => Provenance::Summary,
            "reasoning.encrypted" => Provenance::Redacted,
            _ => Provenance::Absent,
        };
        let says = !text.is_empty() || (piece.provenance != before && piece.provenance != Provenance::Absent);
        says.then(|| Shown { text: text.to_owned(), provenance: piece.provenance, opens })
    }

    /// The list to be sent back: `{"reasoning_details":[…]}`. What came in one fragment stands there byte for byte; fragments of one
    /// detail are joined, as the vendor joins them.
    pub(super) fn sealed(&mut self) -> Option<String> {
        let pieces = std::mem::take(&mut self.pieces);
        let list: Vec<String> = pieces.iter().filter_map(|piece| joined(&piece.fragments)).collect();
        (!list.is_empty()).then(|| format!(r#"{{"reasoning_details":[{}]}}"#, list.join(",")))
    }
}

/// Whether text of that format is a summary. Anthropic's later models sign a summary and not their own text; Google shows summaries.
fn is_summary(signed: bool, format: &str, model: Option<&str>) -> bool {
    let own = model.is_some_and(|model| model.contains("claude-3-7") || model.contains("claude-3.7"));
    (signed && !own) || format.starts_with("google-gemini")
}

fn joined(fragments: &[Box<RawValue>]) -> Option<String> {
    if let [only] = fragments {
        return Some(only.get().to_owned());
    }
    let mut all = Map::new();
    for fragment in fragments {
        let fields: Map<String, Value> = serde_json::from_str(fragment.get()).ok()?;
        for (name, value) in fields {
            match (all.get_mut(&name), value) {
                (Some(_), Value::Null) => {}
                (Some(Value::String(so_far)), Value::String(more))
                    if matches!(name.as_str(), "text" | "summary" | "data") =>
                {
                    so_far.push_str(&more);
                }
                (_, value) => drop(all.insert(name, value)),
            }
        }
    }
    Some(Value::Object(all).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_signature_that_comes_last_makes_the_text_before_it_a_summary() {
        let mut details = Details::default();
        let first = raw(r#"{"type":"reasoning.text","text":"so","index":0,"signature":null}"#);
        let shown = details.push(first, true, Some("anthropic/claude-sonnet-4.5")).unwrap();
        assert_eq!((shown.text.as_str(), shown.provenance, shown.opens), ("so", Provenance::Raw, true));
        let last = raw(r#"{"type":"reasoning.text","signature":"Eq+/=","index":0}"#);
        let shown = details.push(last, true, Some("anthropic/claude-sonnet-4.5")).unwrap();
        assert_eq!((shown.text.as_str(), shown.provenance, shown.opens), ("", Provenance::Summary, false));
        let sealed = r#"{"reasoning_details":[{"index":0,"signature":"Eq+/=","text":"so","type":"reasoning.text"}]}"#;
        assert_eq!(details.sealed().as_deref(), Some(sealed));
    }

    #[test]
    fn what_came_whole_stays_byte_for_byte() {
        let element = r#"{ "type":"reasoning.encrypted" , "data":"gA\u0041=","z":1,"index":1e0 }"#;
        let mut details = Details::default();
        let shown = details.push(raw(element), true, None).unwrap();
        assert_eq!(shown.provenance, Provenance::Redacted);
        assert_eq!(details.sealed(), Some(format!(r#"{{"reasoning_details":[{element}]}}"#)));
    }

    #[test]
    fn which_text_is_a_summary() {
        let cases = [
            (r#"{"type":"reasoning.text","text":"a"}"#, None, Provenance::Raw),
            (r#"{"type":"reasoning.text","text":"a","signature":"s"}"#, None, Provenance::Summary),
            (
                r#"{"type":"reasoning.text","text":"a","signature":"s"}"#,
                Some("anthropic/claude-3.7-sonnet"),
                Provenance::Raw,
            ),
            (r#"{"type":"reasoning.text","text":"a","format":"google-gemini-v1"}"#, None, Provenance::Summary),
            (r#"{"type":"reasoning.summary","summary":"a"}"#, None, Provenance::Summary),
            (r#"{"type":"reasoning.text","text":"","signature":"s"}"#, None, Provenance::Redacted),
        ];
        for (element, model, provenance) in cases {
            let shown = Details::default().push(raw(element), false, model).unwrap();
            assert_eq!(shown.provenance, provenance, "{element}");
        }
    }
}
