//! Streamed replies in the protocol's spelling: the side of a server. Whole replies are in `served`.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::said::{call, message, thought};
use super::served::{ended, response};
use crate::protocol::StreamEncoder;
use crate::protocol::json::{Object, event, raw, verbatim_object};
use crate::{Delta, Finish, Protocol, Provenance, Reasoning, Usage};

/// Spells a reply as it is made.
#[derive(Debug, Default)]
pub(super) struct Streaming {
    id: Option<String>,
    model: Option<String>,
    usage: Usage,
    finish: Option<Finish>,
    begun: bool,
    sequence: u64,
    /// The items that are done.
    items: Vec<Box<RawValue>>,
    open: Option<Open>,
}

/// The item in the making.
#[derive(Debug)]
enum Open {
    /// The texts of a message, each with its block.
    Message(Vec<(u32, String)>),
    Reasoning(u32, Reasoning),
    Call {
        block: u32,
        id: String,
        name: String,
        arguments: String,
    },
}

impl Streaming {
    fn event(&mut self, kind: &str, mut data: Object, out: &mut Vec<u8>) {
        data.put("sequence_number", &self.sequence);
        self.sequence += 1;
        out.extend(event(kind, data));
    }

    /// An event of the item in the making.
    fn of_item(&mut self, kind: &str, data: Value, out: &mut Vec<u8>) {
        let mut data = Object::of(data);
        data.put("output_index", &self.items.len());
        data.put("item_id", "");
        self.event(kind, data, out);
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            let begun = response(self.id.as_deref(), self.model.as_deref(), &[], None, self.usage);
            let mut data = Object::default();
            data.put("response", &begun);
            self.event("response.created", data, out);
        }
    }

    fn added(&mut self, item: &Object, out: &mut Vec<u8>) {
        let mut data = Object::default();
        data.put("output_index", &self.items.len());
        data.put("item", item);
        self.event("response.output_item.added", data, out);
    }

    fn done(&mut self, item: Box<RawValue>, out: &mut Vec<u8>) {
        let mut data = Object::default();
        data.put("output_index", &self.items.len());
        data.put("item", &item);
        self.event("response.output_item.done", data, out);
        self.items.push(item);
    }

    /// Ends the item in the making: as what was streamed of it, or as the sealed item that stands for it.
    fn close(&mut self, sealed: Option<Box<RawValue>>, out: &mut Vec<u8>) {
        let item = match self.open.take() {
            None => None,
            Some(Open::Message(texts)) => {
                self.text_done(&texts, out);
                Some(message(&texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>()))
            }
            Some(Open::Reasoning(_, reasoning)) => {
                self.reasoning_done(&reasoning, out);
                thought(&reasoning)
            }
            Some(Open::Call { id, name, arguments, .. }) => {
                self.of_item("response.function_call_arguments.done", json!({ "arguments": arguments }), out);
                Some(call(&id, &name, &arguments))
            }
        };
        if let Some(item) = sealed.or_else(|| item.map(|item| raw(&item))) {
            self.done(item, out);
        }
    }

    fn text_done(&mut self, texts: &[(u32, String)], out: &mut Vec<u8>) {
        if let Some((at, (_, text))) = texts.iter().enumerate().next_back() {
            let part = json!({ "type": "output_text", "text": text, "annotations": [] });
            let done = json!({ "content_index": at, "text": text, "logprobs": [] });
            self.of_item("response.output_text.done", done, out);
            self.of_item("response.content_part.done", json!({ "content_index": at, "part": part }), out);
        }
    }

    fn reasoning_done(&mut self, reasoning: &Reasoning, out: &mut Vec<u8>) {
        let text = &reasoning.text;
        match reasoning.provenance {
            Provenance::Redacted => {}
            Provenance::Summary => {
                let part = json!({ "type": "summary_text", "text": text });
                let done = json!({ "summary_index": 0, "text": text });
                self.of_item("response.reasoning_summary_text.done", done, out);
                self.of_item("response.reasoning_summary_part.done", json!({ "summary_index": 0, "part": part }), out);
            }
            _ => {
                let part = json!({ "type": "reasoning_text", "text": text });
                let done = json!({ "content_index": 0, "text": text });
                self.of_item("response.reasoning_text.done", done, out);
                self.of_item("response.content_part.done", json!({ "content_index": 0, "part": part }), out);
            }
        }
    }

    fn say(&mut self, block: u32, text: &str, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Message(_))) {
            self.close(None, out);
            let mut begun = message(&[]);
            begun.put("status", "in_progress");
            self.added(&begun, out);
            self.open = Some(Open::Message(Vec::new()));
        }
        let Some(Open::Message(mut texts)) = self.open.take() else { return };
        if texts.last().is_none_or(|(of, _)| *of != block) {
            self.text_done(&texts, out);
            texts.push((block, String::new()));
            let part = json!({ "type": "output_text", "text": "", "annotations": [] });
            let at = texts.len() - 1;
            self.of_item("response.content_part.added", json!({ "content_index": at, "part": part }), out);
        }
        let at = texts.len() - 1;
        if let Some((_, so_far)) = texts.last_mut() {
            so_far.push_str(text);
        }
        self.open = Some(Open::Message(texts));
        let delta = json!({ "content_index": at, "delta": text, "logprobs": [] });
        self.of_item("response.output_text.delta", delta, out);
    }

    fn think(&mut self, block: u32, text: &str, provenance: Provenance, out: &mut Vec<u8>) {
        let summary = provenance == Provenance::Summary;
        let goes_on = match &mut self.open {
            Some(Open::Reasoning(of, held)) if *of == block && held.provenance == provenance => {
                held.text.push_str(text);
                true
            }
            _ => false,
        };
        if !goes_on {
            self.close(None, out);
            self.added(&Object::of(json!({ "type": "reasoning", "summary": [] })), out);
            self.open = Some(Open::Reasoning(block, Reasoning { text: text.to_owned(), provenance }));
            if provenance == Provenance::Redacted {
                return;
            }
            let (kind, index, part) = if summary {
                ("response.reasoning_summary_part.added", "summary_index", "summary_text")
            } else {
                ("response.content_part.added", "content_index", "reasoning_text")
            };
            self.of_item(kind, json!({ index: 0, "part": { "type": part, "text": "" } }), out);
        }
        if summary {
            let delta = json!({ "summary_index": 0, "delta": text });
            self.of_item("response.reasoning_summary_text.delta", delta, out);
        } else {
            self.of_item("response.reasoning_text.delta", json!({ "content_index": 0, "delta": text }), out);
        }
    }

    fn sealed(&mut self, block: u32, json: &str, out: &mut Vec<u8>) {
        let Some(sealed) = verbatim_object(json) else { return };
        let item = Object::read(json).unwrap_or_default();
        let stands = match &self.open {
            Some(Open::Message(_)) => item.kind() == "message",
            Some(Open::Reasoning(of, _)) => *of == block && item.kind() == "reasoning",
            _ => false,
        };
        if !stands {
            self.close(None, out);
            self.added(&Object::of(json!({ "type": item.kind() })), out);
        }
        self.close(Some(sealed), out);
    }

    fn content(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            Delta::Reasoning { block, provenance: Provenance::Redacted, .. } => {
                self.think(*block, "", Provenance::Redacted, out);
            }
            Delta::Reasoning { block, text, provenance } if provenance.is_readable() && !text.is_empty() => {
                self.think(*block, text, *provenance, out);
            }
            Delta::Sealed { block, protocol: Protocol::Responses, json } => self.sealed(*block, json, out),
            Delta::Text { block, text } if !text.is_empty() => self.say(*block, text, out),
            Delta::ToolCall { block, id, name } => {
                self.close(None, out);
                let mut begun = call(id, name, "");
                begun.put("status", "in_progress");
                self.added(&begun, out);
                let (id, name) = (id.clone(), name.clone());
                self.open = Some(Open::Call { block: *block, id, name, arguments: String::new() });
            }
            Delta::Arguments { block, text } => {
                if let Some(Open::Call { block: of, arguments, .. }) = &mut self.open
                    && of == block
                {
                    arguments.push_str(text);
                    self.of_item("response.function_call_arguments.delta", json!({ "delta": text }), out);
                }
            }
            // Pieces without text, and sealed pieces of other protocols, say nothing here.
            _ => {}
        }
    }
}

impl StreamEncoder for Streaming {
    fn push(&mut self, delta: &Delta) -> Vec<u8> {
        let mut out = Vec::new();
        match delta {
            Delta::Begin { id, model } => {
                self.id.clone_from(id);
                self.model.clone_from(model);
                self.begin(&mut out);
            }
            Delta::Usage(usage) => self.usage = self.usage.updated(*usage),
            Delta::Finish(finish) => self.finish = Some(finish.clone()),
            content => {
                self.begin(&mut out);
                self.content(content, &mut out);
            }
        }
        out
    }

    fn end(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.begin(&mut out);
        self.close(None, &mut out);
        let ended = ended(self.finish.as_ref());
        let kind = format!("response.{}", ended.0);
        let whole = response(self.id.as_deref(), self.model.as_deref(), &self.items, Some(ended), self.usage);
        let mut data = Object::default();
        data.put("response", &whole);
        self.event(&kind, data, &mut out);
        out
    }
}
