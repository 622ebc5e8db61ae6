//! One reply in the making: what its events and items say, as pieces. Whole replies and streams go through the same code. Not the bytes.

use std::collections::BTreeMap;

use serde_json::json;
use serde_json::value::RawValue;

use super::NAME;
use super::dialect::ResponsesDialect;
use crate::protocol::chat::failure::{inside, not_the_protocol};
use crate::protocol::events::{Reading, State};
use crate::protocol::json::Object;
use crate::{Assembler, Delta, Error, Finish, Part, Protocol, Provenance, Usage};

/// What stands between the parts of one summary, or of one chain.
const BETWEEN: &str = "\n\n";

/// One reply.
#[derive(Debug)]
pub(super) struct Response {
    dialect: ResponsesDialect,
    begun: bool,
    closed: bool,
    called: bool,
    next: u32,
    items: BTreeMap<u32, Item>,
}

/// An output item in the making.
#[derive(Debug, Default)]
struct Item {
    done: bool,
    said: BTreeMap<Channel, Said>,
    /// The block of the tool call that this is.
    call: Option<u32>,
}

/// Where in an item a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Channel {
    /// Visible text: each part of a message is a block of its own.
    Text(u32),
    Arguments,
    Summary,
    Chain,
}

/// What came of a text so far.
#[derive(Debug, Default)]
struct Said {
    block: Option<u32>,
    /// The part that came last.
    part: u32,
    text: String,
    /// More than white space came: that alone may be all that there is of reasoning that is held back.
    shown: bool,
}

/// Items as the parts of an assistant's message.
///
/// # Errors
/// [`Error::Malformed`].
pub(super) fn parts(dialect: ResponsesDialect, items: &[Box<RawValue>]) -> Result<Vec<Part>, Error> {
    let mut response = Response::new(dialect);
    let mut out = Vec::new();
    response.items(items, &mut out)?;
    let mut all = Assembler::default();
    out.into_iter().for_each(|delta| all.push(delta));
    Ok(all.finish().message.parts)
}

/// The text of one part of a content, whatever its type.
pub(super) fn text_of(part: &Object) -> Option<String> {
    part.text("text").or_else(|| part.text("refusal"))
}

/// A text that was said.
fn legible(object: &Object, name: &str) -> Result<String, Error> {
    object.legible(name).ok_or_else(|| not_the_protocol(NAME, "text", object.json().as_bytes()))
}

impl Response {
    pub(super) fn new(dialect: ResponsesDialect) -> Self {
        Self { dialect, begun: false, closed: false, called: false, next: 0, items: BTreeMap::new() }
    }

    fn begin(&mut self, response: &Object, out: &mut Vec<Delta>) {
        if !std::mem::replace(&mut self.begun, true) {
            out.push(Delta::Begin { id: response.named("id"), model: response.named("model") });
        }
    }

    fn items(&mut self, items: &[Box<RawValue>], out: &mut Vec<Delta>) -> Result<(), Error> {
        (0..).zip(items).try_for_each(|(index, item)| self.complete(index, item, out))
    }

    /// More of a text, in that part of it.
    fn say(&mut self, index: u32, channel: Channel, part: u32, text: &str, out: &mut Vec<Delta>) {
        if text.is_empty() {
            return;
        }
        let item = self.items.entry(index).or_default();
        let said = item.said.entry(channel).or_default();
        let reasoning = matches!(channel, Channel::Summary | Channel::Chain);
        let before = said.text.len();
        let held = reasoning && !said.shown;
        said.shown |= !text.trim().is_empty();
        if reasoning && before > 0 && said.part != part {
            said.text.push_str(BETWEEN);
        }
        said.part = part;
        said.text.push_str(text);
        if reasoning && !said.shown {
            return;
        }
        let text = if held { said.text.clone() } else { said.text.get(before..).unwrap_or_default().to_owned() };
        let next = &mut self.next;
        let block = match channel {
            Channel::Arguments => item.call.unwrap_or(u32::MAX),
            _ => *said.block.get_or_insert_with(|| following(next)),
        };
        out.push(match channel {
            Channel::Text(_) => Delta::Text { block, text },
            Channel::Arguments => Delta::Arguments { block, text },
            Channel::Summary => Delta::Reasoning { block, text, provenance: self.dialect.summaries },
            Channel::Chain => Delta::Reasoning { block, text, provenance: Provenance::Raw },
        });
    }

    /// What of a whole text has not come yet.
    fn fill(&mut self, index: u32, channel: Channel, whole: &str, out: &mut Vec<Delta>) {
        let said = self.items.get(&index).and_then(|item| item.said.get(&channel));
        let (so_far, part) = said.map_or(("", 0), |said| (said.text.as_str(), said.part));
        // What was streamed stands, even where the vendor later says something else.
        if let Some(rest) = whole.strip_prefix(so_far) {
            let rest = rest.to_owned();
            self.say(index, channel, part, &rest, out);
        }
    }

    fn call(&mut self, index: u32, item: &Object, out: &mut Vec<Delta>) {
        let Some(name) = item.named("name") else { return };
        let held = self.items.entry(index).or_default();
        if held.call.is_none() {
            self.called = true;
            let block = following(&mut self.next);
            held.call = Some(block);
            let id = item.named("call_id").unwrap_or_else(|| item.words("id"));
            out.push(Delta::ToolCall { block, id, name });
        }
    }

    /// An item that is whole; of what was streamed of it nothing comes twice.
    fn complete(&mut self, index: u32, json: &RawValue, out: &mut Vec<Delta>) -> Result<(), Error> {
        let Some(item) = Object::read(json.get()) else { return Ok(()) };
        if std::mem::replace(&mut self.items.entry(index).or_default().done, true) {
            return Ok(());
        }
        match item.kind().as_str() {
            "message" => {
                if let Some(text) = item.text("content") {
                    self.fill(index, Channel::Text(0), &text, out);
                }
                for (part, content) in (0..).zip(item.objects("content")) {
                    let text = format!("{}{}", legible(&content, "text")?, legible(&content, "refusal")?);
                    self.fill(index, Channel::Text(part), &text, out);
                }
                if item.named("phase").is_some() {
                    self.seal(index, json, out);
                }
            }
            "reasoning" => {
                self.fill(index, Channel::Summary, &joined(&item, "summary")?, out);
                self.fill(index, Channel::Chain, &joined(&item, "content")?, out);
                let named = item.named("id").is_some() || item.named("encrypted_content").is_some();
                let shown = self.last(index).is_some();
                if !shown && (named || item.raw("encrypted_content").is_some()) {
                    let block = following(&mut self.next);
                    let said = Said { block: Some(block), ..Said::default() };
                    self.items.entry(index).or_default().said.insert(Channel::Chain, said);
                    out.push(Delta::Reasoning { block, text: String::new(), provenance: Provenance::Redacted });
                }
                if named {
                    self.seal(index, json, out);
                }
            }
            "function_call" => {
                self.call(index, &item, out);
                if self.items.get(&index).is_some_and(|item| item.call.is_some()) {
                    self.fill(index, Channel::Arguments, &legible(&item, "arguments")?, out);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The last block of an item, where it has one.
    fn last(&self, index: u32) -> Option<u32> {
        self.items.get(&index)?.said.values().filter_map(|said| said.block).max()
    }

    fn seal(&mut self, index: u32, json: &RawValue, out: &mut Vec<Delta>) {
        let block = self.last(index).unwrap_or_else(|| following(&mut self.next));
        out.push(Delta::Sealed { block, protocol: Protocol::Responses, json: json.get().to_owned() });
    }

    fn close(&mut self, response: &Object, fallback: &str, out: &mut Vec<Delta>) -> Result<(), Error> {
        let status = response.named("status").unwrap_or_else(|| fallback.to_owned());
        if let Some(error) = response.raw("error") {
            return Err(inside(error.get()));
        }
        if status == "failed" {
            return Err(inside("{}"));
        }
        self.begin(response, out);
        // Items that were not streamed, or not to their end.
        self.items(&response.elements("output"), out)?;
        let usage = self.usage(&response.object("usage"));
        if !usage.is_empty() {
            out.push(Delta::Usage(usage));
        }
        let reason = response.object("incomplete_details").named("reason");
        let finish = match (status.as_str(), reason) {
            ("completed", _) if self.called => Some(Finish::ToolCalls),
            ("completed", _) => Some(Finish::Stop),
            ("incomplete", Some(reason)) => Some(finish(reason)),
            ("incomplete", None) => Some(Finish::Length),
            ("", _) => None,
            _ => Some(Finish::Other(status)),
        };
        out.extend(finish.map(Delta::Finish));
        self.closed = true;
        Ok(())
    }

    /// The counts under one meaning: reasoning is part of the output.
    ///
    /// A total that only fits reasoning beside the output, or only reasoning inside it, decides; without one the vendor's habit does.
    fn usage(&self, usage: &Object) -> Usage {
        let (input, output) = (usage.count("input_tokens"), usage.count("output_tokens"));
        let reasoning = usage.object("output_tokens_details").count("reasoning_tokens");
        let sum = |outside: u64| input?.checked_add(output?)?.checked_add(outside);
        let outside = match (usage.count("total_tokens"), reasoning) {
            (Some(total), Some(_)) if sum(0) == Some(total) => false,
            (Some(total), Some(thought)) if sum(thought) == Some(total) => true,
            _ => self.dialect.reasoning_outside,
        };
        Usage {
            input,
            cached_input: usage.object("input_tokens_details").count("cached_tokens"),
            output: output.map(|output| output.saturating_add(reasoning.filter(|_| outside).unwrap_or(0))),
            reasoning,
        }
    }
}

impl Reading for Response {
    const PROTOCOL: &'static str = NAME;

    fn event(&mut self, kind: &str, event: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        let item = || {
            event
                .small("output_index")
                .ok_or_else(|| not_the_protocol(NAME, "the number of an output item", event.json().as_bytes()))
        };
        let part = |name: &str| event.small(name).unwrap_or(0);
        match kind {
            "response.created" | "response.queued" | "response.in_progress" => {
                self.begin(&event.object("response"), out);
            }
            "response.output_item.added" => {
                let added = event.object("item");
                if added.kind() == "function_call" {
                    self.call(item()?, &added, out);
                }
            }
            "response.output_text.delta" | "response.refusal.delta" => {
                let part = part("content_index");
                self.say(item()?, Channel::Text(part), part, &legible(event, "delta")?, out);
            }
            "response.reasoning_summary_text.delta" => {
                self.say(item()?, Channel::Summary, part("summary_index"), &legible(event, "delta")?, out);
            }
            "response.reasoning_text.delta" => {
                self.say(item()?, Channel::Chain, part("content_index"), &legible(event, "delta")?, out);
            }
            "response.function_call_arguments.delta" => {
                let index = item()?;
                if self.items.get(&index).is_none_or(|item| item.call.is_none()) {
                    return Err(not_the_protocol(NAME, "a call that has begun", event.json().as_bytes()));
                }
                self.say(index, Channel::Arguments, 0, &legible(event, "delta")?, out);
            }
            "response.output_item.done" => {
                if let Some(whole) = event.raw("item") {
                    self.complete(item()?, whole, out)?;
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                self.close(&event.object("response"), kind.trim_start_matches("response."), out)?;
            }
            "error" if event.raw("error").is_some() => return Err(inside(&event.json())),
            "error" => {
                let said = json!({ "message": event.text("message"), "code": event.text("code") });
                return Err(inside(&said.to_string()));
            }
            _ => {}
        }
        Ok(())
    }

    fn whole(&mut self, body: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        let failed = body.raw("error").is_some() || body.named("status").as_deref() == Some("failed");
        if !failed && !body.raw("output").is_some_and(|output| output.get().starts_with('[')) {
            return Err(not_the_protocol(NAME, "a list `output`", body.json().as_bytes()));
        }
        self.close(body, "", out)
    }

    fn state(&self) -> State {
        match (self.closed, self.begun) {
            (true, _) => State::Closed,
            (false, true) => State::Begun,
            (false, false) => State::Awaited,
        }
    }
}

fn following(next: &mut u32) -> u32 {
    let block = *next;
    *next = next.saturating_add(1);
    block
}

/// The texts of a list of parts, as one.
fn joined(item: &Object, field: &str) -> Result<String, Error> {
    let mut texts = item.objects(field).iter().map(|part| legible(part, "text")).collect::<Result<Vec<_>, _>>()?;
    texts.retain(|text| !text.is_empty());
    Ok(texts.join(BETWEEN))
}

fn finish(reason: String) -> Finish {
    match reason.as_str() {
        "max_output_tokens" => Finish::Length,
        "content_filter" => Finish::Filtered,
        _ => Finish::Other(reason),
    }
}
