//! From the envelope of a recorded call to traces, the same for every vendor: what was asked, which unit, what stands beside. The replies
//! themselves are read by `openai` and `anthropic`.

mod unread;

use std::borrow::Cow;

use candor_llm::{Conversation, Effort, Finish, Message, Part, Provenance, Reasoning, Role};
use candor_record::Digester;
use candor_verify::Verdict;

use super::reading::{Reading, Stop};
use super::wire::call::{Call, Inner, Settings, WireUsage};
use super::wire::loose::Loose;
use super::wire::{self, Blocks, WireMessage};
use crate::error::Problem;
use crate::mapping::Scalar;
use crate::{Event, Money, Place, Question, Trace, Trial};

pub(super) use unread::unread;

/// One reply of a call.
pub(super) struct Reply {
    pub(super) message: Message,
    pub(super) finish: Option<Finish>,
}

/// What a vendor's importer found in a call.
pub(super) struct Replies {
    pub(super) replies: Vec<Reply>,
    pub(super) model: Option<String>,
    pub(super) usage: Option<WireUsage>,
    pub(super) at: Loose,
}

/// Follows envelopes inwards until `is_reply` finds the reply; an error on the way is a call that failed.
pub(super) fn innermost(call: &mut Call, is_reply: &dyn Fn(&Call) -> bool) -> Result<Option<Inner>, String> {
    if let Some(failure) = call.error.0.take() {
        return Err(format!("the call failed: {failure}"));
    }
    if let Some(code) = call.status_code.get().and_then(Scalar::count)
        && code >= 400
    {
        return Err(format!("the call failed: status {code}"));
    }
    for inner in [&mut call.response, &mut call.reply, &mut call.result, &mut call.body, &mut call.message] {
        match inner.take() {
            None => {}
            Some(Inner::Text(text)) if text.is_empty() => {}
            Some(Inner::Text(text)) => return Ok(Some(Inner::Text(text))),
            Some(Inner::Call(mut found)) => {
                if is_reply(&found) {
                    return Ok(Some(Inner::Call(found)));
                }
                let kind = found.kind.clone().into_text();
                if let Some(deeper) = innermost(&mut found, is_reply)? {
                    return Ok(Some(deeper));
                }
                // Anthropic's batches: a result without a message was cancelled or has expired.
                if let Some(kind) = kind.filter(|kind| matches!(kind.as_str(), "canceled" | "expired" | "errored")) {
                    return Err(format!("the call failed: {kind}"));
                }
            }
        }
    }
    Ok(None)
}

/// What was asked.
fn request(call: &mut Call) -> (Vec<Message>, Option<String>, Option<Effort>) {
    let mut messages = Vec::new();
    let mut model = None;
    let mut effort = None;
    if let Some(request) = call.request.take() {
        match request {
            Inner::Text(text) if text.is_empty() => {}
            Inner::Text(text) => messages.push(Message::text(Role::User, text)),
            Inner::Call(mut inner) => {
                // A batch line nests the request once more.
                for nested in [inner.body.take(), inner.params.take()].into_iter().flatten() {
                    if let Inner::Call(nested) = nested {
                        inner = nested;
                    }
                }
                (model, effort) = (inner.model.clone(), asked_effort(&mut inner));
                messages = asked(&mut inner);
            }
        }
    }
    if messages.is_empty() {
        messages = asked(call);
    }
    (messages, model, effort)
}

fn asked_effort(call: &mut Call) -> Option<Effort> {
    let settings = Settings {
        model: Loose::default(),
        effort: std::mem::take(&mut call.effort),
        reasoning_effort: std::mem::take(&mut call.reasoning_effort),
        reasoning: std::mem::take(&mut call.reasoning),
        thinking: std::mem::take(&mut call.thinking),
        output_config: std::mem::take(&mut call.output_config),
    };
    settings.asked()
}

/// Model and effort as the settings beside a call say them. Where two of these objects say different things, neither is believed.
fn settings(call: &mut Call) -> (Option<String>, Option<Effort>) {
    let (mut models, mut efforts) = (Vec::new(), Vec::new());
    if let Some(Inner::Call(mut params)) = call.params.take() {
        efforts.extend(asked_effort(&mut params));
        models.extend(params.model);
    }
    if let Some(mut parameters) = call.model_parameters.0.take() {
        models.extend(std::mem::take(&mut parameters.model).into_text());
        efforts.extend(parameters.asked());
    }
    models.dedup();
    efforts.dedup();
    let one = |count: usize| count == 1;
    (models.pop().filter(|_| one(models.len() + 1)), efforts.pop().filter(|_| one(efforts.len() + 1)))
}

fn asked(call: &mut Call) -> Vec<Message> {
    let mut messages = Vec::new();
    for system in [std::mem::take(&mut call.system), std::mem::take(&mut call.instructions)] {
        let text = system.text();
        if !text.is_empty() {
            messages.push(Message::text(Role::System, text));
        }
    }
    for message in call.messages.take().unwrap_or_default() {
        messages.push(message.into_message(call.model.as_deref()));
    }
    for blocks in [std::mem::take(&mut call.input), std::mem::take(&mut call.prompt)] {
        messages.extend(items(blocks));
    }
    messages
}

/// The items of a `responses` request: messages, or bare text.
fn items(blocks: Blocks) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for mut block in blocks.0 {
        let role = block.role.take();
        let is_message = role.is_some() || block.kind.as_deref() == Some("message");
        let wire = if is_message {
            WireMessage::of(role.as_deref(), std::mem::take(&mut block.content))
        } else {
            let role = match block.kind.as_deref() {
                Some("reasoning" | "function_call" | "custom_tool_call") => "assistant",
                Some("function_call_output" | "custom_tool_call_output") => "tool",
                _ => "user",
            };
            WireMessage::of(Some(role), Blocks(vec![block]))
        };
        messages.push(wire.into_message(None));
    }
    messages
}

/// A name for a request by its content, so that the same question asked again is the same unit.
fn name_of(messages: &[Message]) -> String {
    let mut digester = Digester::tagged("candor request 1");
    for message in messages {
        digester.update(&[message.role as u8]);
        for part in &message.parts {
            match part {
                Part::Text { text } => {
                    digester.update(b"t");
                    digester.update(&(text.len() as u64).to_le_bytes());
                    digester.update(text.as_bytes());
                }
                Part::ToolResult { content, .. } => {
                    digester.update(b"r");
                    digester.update(&(content.len() as u64).to_le_bytes());
                    digester.update(content.as_bytes());
                }
                Part::ToolCall { name, arguments, .. } => {
                    digester.update(b"c");
                    digester.update(&(name.len() as u64).to_le_bytes());
                    digester.update(name.as_bytes());
                    digester.update(&(arguments.len() as u64).to_le_bytes());
                    digester.update(arguments.as_bytes());
                }
                Part::Reasoning(_) | Part::Sealed { .. } => {}
            }
        }
    }
    format!("request {}", &digester.finish().to_string()[..16])
}

/// Reads one record with the importer of a vendor and hands over a trace for every reply.
pub(super) fn record(
    bytes: &[u8],
    place: Place,
    reading: &mut Reading<'_>,
    replies: &dyn Fn(&mut Call) -> Result<Option<Replies>, String>,
) -> Result<(), Stop> {
    let mut call: Call = match serde_json::from_slice(bytes) {
        Ok(call) => call,
        Err(error) => return reading.invalid(Problem::json_of(bytes, &error), place),
    };
    let found = match replies(&mut call) {
        Ok(found) => found,
        Err(reason) => {
            reading.set_aside(&reason);
            return Ok(());
        }
    };
    let (set_model, set_effort) = settings(&mut call);
    call.model = call.model.or(set_model);
    let (messages, asked_model, asked_effort_) = request(&mut call);
    let effort = asked_effort_.or_else(|| asked_effort(&mut call)).or(set_effort);
    let (base, numbered) = match beside(&mut call, &messages, place) {
        Ok(base) => base,
        Err(problem) => return reading.invalid(problem, place),
    };
    let Some(found) = found else {
        if !wire::ends_with_reply(&messages) {
            return reading.invalid(Problem::new("", "a reply (choices, output, content or messages)", "none"), place);
        }
        // A list of messages that ends with the reply.
        let told = call.usage.take();
        let cost = base.cost.or_else(|| told.as_ref().and_then(billed));
        let usage = told.as_ref().map(WireUsage::usage).unwrap_or_default();
        let model = call.model.take().or(asked_model);
        let mut trace = Trace { model, effort, usage, cost, ..base.trace };
        wire::messages_into(messages, &mut trace);
        if let Some((answer, _)) = trace.last_output() {
            answer.clone_from(&base.judgements.answer);
        }
        base.judgements.clone().into_trace(&mut trace);
        return reading.trace(place, trace, numbered);
    };
    let of = found.replies.len();
    if of == 0 {
        return reading.invalid(Problem::new("choices", "at least one reply", "an empty list"), place);
    }
    let usage = found.usage.as_ref().map(WireUsage::usage).unwrap_or_default();
    let cost = base.cost.or_else(|| found.usage.as_ref().and_then(billed));
    let model = found.model.or(asked_model).or_else(|| call.model.take());
    let at_ms = found.at.get().and_then(Scalar::number).map(|seconds| (seconds * 1000.0) as i64);
    for (number, reply) in found.replies.into_iter().enumerate() {
        let share = |total: u64| {
            let upto = |number: usize| u128::from(total) * number as u128 / of as u128;
            u64::try_from(upto(number + 1) - upto(number)).unwrap_or(u64::MAX)
        };
        let mut trace = base.trace.clone();
        trace.model.clone_from(&model);
        trace.effort.clone_from(&effort);
        trace.at_ms = at_ms;
        trace.usage = candor_llm::Usage {
            // Every reply had the whole prompt before it; the vendor bills it once.
            input: usage.input.map(share),
            cached_input: usage.cached_input.map(share),
            output: usage.output.map(share),
            reasoning: usage.reasoning.map(share),
        };
        trace.cost = cost.map(|Money(total)| {
            let upto = |number: usize| i128::from(total) * number as i128 / of as i128;
            Money(i64::try_from(upto(number + 1) - upto(number)).unwrap_or(i64::MAX))
        });
        if !messages.is_empty() {
            trace.events.push(Event::Request(Conversation { messages: messages.clone() }));
            wire::tools_into(&messages, &mut trace);
        }
        let hidden = usage.reasoning.is_some_and(|tokens| tokens > 0)
            && !reply.message.parts.iter().any(|part| matches!(part, Part::Reasoning(_)));
        if hidden {
            // The tokens were counted and not shown: held back, which is not the same as absent.
            let reasoning = Reasoning { text: String::new(), provenance: Provenance::Redacted };
            trace.events.push(Event::Reasoning(reasoning));
        }
        wire::reply_into(reply.message, reply.finish, base.judgements.answer.clone(), &mut trace);
        base.judgements.clone().into_trace(&mut trace);
        let numbered = numbered && of == 1;
        reading.trace(Place { part: u32::try_from(number).unwrap_or(u32::MAX), ..place }, trace, numbered)?;
    }
    Ok(())
}

/// What a call cost, where its usage says so.
fn billed(usage: &WireUsage) -> Option<Money> {
    usage.cost.get().or(usage.total_cost.get())?.number().and_then(Money::from_units)
}

/// What stands beside the call and holds for every reply.
struct Base {
    trace: Trace,
    cost: Option<Money>,
    judgements: Judgements,
}

#[derive(Clone, Default)]
struct Judgements {
    answer: Option<String>,
    outcome: Option<candor_verify::Outcome>,
    score: Option<f64>,
    reward: Option<f64>,
}

impl Judgements {
    fn into_trace(self, trace: &mut Trace) {
        if let Some(outcome) = self.outcome {
            let verdict = Verdict { outcome, extracted: self.answer, why: "as the source recorded it".to_owned() };
            trace.events.push(Event::Verdict { verifier: "source".to_owned(), verdict });
        }
        for (name, value) in [("score", self.score), ("reward", self.reward)] {
            if let Some(value) = value {
                trace.events.push(Event::Score { name: name.to_owned(), value });
            }
        }
    }
}

fn beside(call: &mut Call, messages: &[Message], place: Place) -> Result<(Base, bool), Problem> {
    let metadata = call.metadata.0.take().map(|metadata| *metadata).unwrap_or_default();
    let take = |loose: &mut Loose| std::mem::take(loose);
    let named = take(&mut call.question_id)
        .or(take(&mut call.problem_id))
        .or(take(&mut call.task_id))
        .or(take(&mut call.item_id))
        .or(take(&mut call.unit))
        .or(metadata.question_id);
    // The request names the question where nothing else does: an id of the call would make every sample a question of its own.
    let asked: Cow<'_, [Message]> =
        if wire::ends_with_reply(messages) { wire::persons_words(messages).into() } else { messages.into() };
    let unit = named
        .into_text()
        .or_else(|| (!asked.is_empty()).then(|| name_of(&asked)))
        .or_else(|| take(&mut call.custom_id).into_text())
        .unwrap_or_else(|| format!("record {}", place.record));
    let sample = match take(&mut call.sample).or(metadata.sample).get() {
        None => None,
        Some(value) => match value.count().and_then(|count| u32::try_from(count).ok()) {
            Some(count) => Some(count),
            None => return Err(Problem::new("sample", "a small whole number", value.shown())),
        },
    };
    let judged = take(&mut call.correct).or(take(&mut call.is_correct)).or(take(&mut call.passed));
    let outcome = match judged.get() {
        // Metadata may hold anything under these names: what is no verdict is none, and no problem.
        None => metadata.correct.or(metadata.is_correct).or(metadata.passed).get().and_then(Scalar::outcome),
        Some(value) => match value.outcome() {
            Some(outcome) => Some(outcome),
            None => return Err(Problem::new("correct", "true, false, 0 or 1", value.shown())),
        },
    };
    let number = |name: &str, loose: Loose| match loose.get() {
        None => Ok(None),
        Some(value) => match value.number() {
            Some(number) => Ok(Some(number)),
            None => Err(Problem::new(name, "a number", value.shown())),
        },
    };
    let score = number("score", take(&mut call.score))?;
    let reward = number("reward", take(&mut call.reward))?;
    let cost = number("cost", take(&mut call.cost).or(take(&mut call.response_cost)))?;
    if let Some(cost) = cost.filter(|cost| *cost < 0.0) {
        return Err(Problem::new("cost", "an amount of money, 0 or more", cost.to_string()));
    }
    let cost = cost.and_then(Money::from_units);
    let gold = take(&mut call.gold).or(take(&mut call.target)).or(take(&mut call.ground_truth));
    let trace = Trace {
        trial: Trial {
            audit: None,
            unit,
            arm: take(&mut call.arm).or(metadata.arm).into_text(),
            sample: sample.unwrap_or(0),
        },
        stratum: take(&mut call.stratum).or(take(&mut call.category)).into_text(),
        question: Question { gold: gold.or(metadata.gold).or(metadata.target).into_text(), options: None },
        planted: take(&mut call.planted).get().and_then(Scalar::truth).unwrap_or(false),
        ..Trace::default()
    };
    let answer = take(&mut call.answer).or(take(&mut call.prediction)).into_text();
    let judgements = Judgements { answer, outcome, score, reward };
    Ok((Base { trace, cost, judgements }, sample.is_some()))
}
