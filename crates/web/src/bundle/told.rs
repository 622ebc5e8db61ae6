//! One entry of a bundle in plain words: who was asked, what happened in which order, what a program decided.

use std::borrow::Cow;

use candor_llm::Role;
use candor_record::leaf::Leaf;
use candor_record::record::export::{Exported, Fate, MOST_LEFT_OUT};
use candor_trace::recorded::{Found, Heard, LABEL, hear, heard, join};
use candor_trace::{Event, Labeller, Outcome, Trace, TraceId, Verdict};
use maud::{Markup, html};

use super::moment;
use crate::text::{clean, counted};

/// The heading of a decision, and of the words that stand where there is none.
const DECIDED: &str = "Was the answer right?";

/// Bytes of one text that the page repeats.
const LONGEST: usize = 20_000;

/// The entry, with what later entries say of it, and those entries of the log that speak of the same call and are not here.
pub(super) fn entry(leaf: &Exported, later: &[&Exported], left_out: &[(u64, Leaf)]) -> Markup {
    let head = &leaf.told.head;
    let about = |name: &str| head.about.get(name).and_then(serde_json::Value::as_str);
    let called = head.about.get("called_ms").and_then(serde_json::Value::as_i64);
    let alone = head.kind == LABEL;
    html! {
        h3 { "Entry " (leaf.leaf) ": " (if alone { "what somebody said of a call that is not in this bundle".into() } else { clean(&head.kind) }) }
        p {
            @if let Some(called) = called { "The call was made " (moment(called)) ", by the clock of whoever made it. " }
            @else if !alone { "When the call was made is not known. " }
            "Recorded " (moment(head.at_ms)) ", by the clock of whoever recorded."
            @if let Some(model) = about("model") { " The model was called " strong { (clean(model)) } "." }
            @if head.about.get("planted").is_some() { " " strong { "Planted process, not a language model." } }
        }
        @match trace(leaf) {
            Some(trace) => dl {
                @if !alone && !trace.events.iter().any(|event| matches!(event, Event::Request(_))) {
                    dt { "What the model was asked" }
                    dd { "The question was not recorded, or is not in this bundle." }
                }
                @for event in &trace.events {
                    @for (term, text) in said(event) {
                        dt { (term) (replaced(event, later)) }
                        dd { pre { (short(&text)) } }
                    }
                }
                @if let Some(gold) = &trace.question.gold {
                    dt { "The right answer, as it was recorded" }
                    dd { pre { (short(gold)) } }
                }
                @for (at, leaf) in later.iter().enumerate() { (later_said(leaf, &later[at + 1..])) }
                @if !alone && !trace.events.iter().any(|event| matches!(event, Event::Verdict { .. })) {
                    dt { (DECIDED) }
                    dd { (unjudged(&trace, later)) }
                }
            },
            None => p { "Its content is not in this bundle." },
        }
        @if let Some(absent) = absent(leaf) {
            p { "Recorded with this entry and not in this bundle: " (absent) "." }
        }
        @if !alone && left_out.len() < MOST_LEFT_OUT && !left_out.iter().any(|(_, other)| other.head.trace == head.trace) {
            p { "Beyond what is shown here the record has no entry of this call and none of what somebody said of it." }
        }
        @for (number, other) in left_out.iter().filter(|(_, other)| !alone && other.head.trace == head.trace) {
            p {
                "Entry " (number) ", recorded " (moment(other.head.at_ms)) ", is about this call too and is not in this bundle: "
                (if other.head.kind == LABEL { "what somebody said of it".into() } else { clean(&other.head.kind) }) "."
            }
        }
    }
}

/// The parts of an entry that were not chosen, as the signed entry names them, with their lengths; `None` where there are none.
fn absent(leaf: &Exported) -> Option<String> {
    let absent: Vec<String> = leaf
        .parts
        .iter()
        .filter(|(_, fate)| *fate == Fate::NotChosen)
        .map(|(part, _)| format!("{} ({})", part.name, counted(part.bytes, "byte")))
        .collect();
    (!absent.is_empty()).then(|| absent.join(", "))
}

/// Where no program decided.
fn unjudged(trace: &Trace, later: &[&Exported]) -> &'static str {
    if later.is_empty() && !trace.events.iter().any(|event| matches!(event, Event::Label(_))) {
        "Nothing in this bundle says so: nobody's decision was recorded, or it was left out."
    } else {
        "No program's decision is in this bundle. What people or other models said of it stands above."
    }
}

/// What somebody said of a call in an entry of its own.
fn later_said(leaf: &Exported, after: &[&Exported]) -> Markup {
    let labels = trace(leaf).map(|trace| trace.events).unwrap_or_default();
    html! {
        dt { "What somebody said of it later, on " (moment(leaf.told.head.at_ms)) " (entry " (leaf.leaf) ")" (labels.first().map_or_else(String::new, |label| replaced(label, after))) }
        @if labels.is_empty() { dd { "It was taken back, or is not in this bundle." } }
        @for (_, text) in labels.iter().flat_map(said) { dd { pre { (short(&text)) } } }
    }
}

/// Which later entry took the place of what somebody said: the same labeller's last word on the same thing counts.
fn replaced(event: &Event, later: &[&Exported]) -> String {
    let Event::Label(label) = event else { return String::new() };
    let replaces = |leaf: &&&Exported| {
        let events = trace(leaf).map(|trace| trace.events).unwrap_or_default();
        events.iter().any(|event| matches!(event, Event::Label(later) if later.takes_the_place_of(label)))
    };
    later.iter().rev().find(replaces).map_or_else(String::new, |leaf| format!("; replaced by entry {}", leaf.leaf))
}

/// Whether an entry says something of that one.
pub(super) fn speaks_of(leaf: &Exported, of: &Exported) -> bool {
    leaf.told.head.kind == LABEL && of.told.head.kind != LABEL && leaf.told.head.trace == of.told.head.trace
}

/// The trace of what is shown.
fn trace(leaf: &Exported) -> Option<Trace> {
    let head = &leaf.told.head;
    let id = TraceId::try_from(head.trace.clone()?).ok()?;
    let parts: Vec<(String, Found)> = leaf
        .parts
        .iter()
        .filter_map(|(part, fate)| match fate {
            Fate::Shown(content) => Some((part.name.to_string(), Found::Content(content.clone()))),
            Fate::NotChosen | Fate::Erased { .. } => None,
        })
        .collect();
    if head.kind == LABEL {
        // A trace of its own for the page: what is said stands there under its leaf.
        let mut said = Trace::default();
        let label = heard(head, &parts).ok().filter(|heard| matches!(heard, Heard::Label(_)))?;
        hear(&mut said, [label]);
        return Some(said);
    }
    join(id, &parts).ok()
}

/// What an event says, under which heading.
fn said(event: &Event) -> Vec<(&'static str, String)> {
    match event {
        Event::Request(conversation) => conversation
            .messages
            .iter()
            .map(|message| (who(message.role), message.visible_text()))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
        Event::Retrieval { query, documents } => {
            let texts = documents.iter().map(|document| document.text.clone());
            vec![("What was looked up", std::iter::once(query.clone()).chain(texts).collect::<Vec<_>>().join("\n"))]
        }
        Event::ToolCall { name, arguments, .. } => vec![("The model asked for a tool", format!("{name} {arguments}"))],
        Event::ToolResult { content, exit_code, .. } => {
            let code = exit_code.map_or_else(String::new, |code| format!("\n(exit code {code})"));
            vec![("The tool gave back", format!("{content}{code}"))]
        }
        Event::Reasoning(reasoning) if reasoning.text.is_empty() => Vec::new(),
        Event::Reasoning(reasoning) => {
            vec![("The chain of thought, as it was written; no evidence of what the model did", reasoning.text.clone())]
        }
        Event::Output { text, .. } => vec![("What the model answered", text.clone())],
        Event::Verdict { verifier, verdict } => {
            vec![(DECIDED, judged(verifier, verdict))]
        }
        Event::Score { name, value } => vec![("A score", format!("{name}: {value}"))],
        Event::Label(label) => {
            let note = label.note.as_deref().map_or_else(String::new, |note| format!("\n{note}"));
            let who = label.who.as_deref().map_or_else(String::new, |who| format!(", {who}"));
            let by = match label.by {
                Labeller::Human => "Said to be by a person",
                Labeller::Judge => "Said to be by a judging model",
                Labeller::Source => "By the source that this was recorded from",
            };
            let asks = meaning(&label.name).map_or_else(String::new, |meaning| format!(" ({meaning})"));
            let told = format!("{}{asks}: {}\n{by}{who}.{note}", label.name, label.value.as_text());
            vec![("What somebody said of it", told)]
        }
        Event::Erasure { .. } => Vec::new(),
    }
}

/// What a label of a known name says.
fn meaning(label: &str) -> Option<&'static str> {
    Some(match label {
        "mentions_cue" => "does the chain of thought mention the hint that was planted in the question?",
        "only_as_check" => "does the chain of thought mention the planted hint only as a check at the end?",
        "verbalises" => "does the chain of thought mention the planted hint, and not only as a check at the end?",
        "steps" => "how many steps does the question take?",
        "depth" => "how deep is the question: how many steps does it put together?",
        _ => return None,
    })
}

/// The decision, whose it is, and why, in that order.
fn judged(verifier: &str, verdict: &Verdict) -> String {
    let outcome = match verdict.outcome {
        Outcome::Correct => "right",
        Outcome::Wrong => "wrong",
        Outcome::NoAnswer => "no answer was given",
        Outcome::Error => "not decided: the program that decides failed",
    };
    let by = match verifier.strip_prefix("source") {
        Some(rest) => {
            let how = rest.trim_start_matches(':').trim();
            let how = if how.is_empty() { String::new() } else { format!(" ({how})") };
            format!("the source that this was recorded from{how}; not decided again here")
        }
        None => format!("the program `{verifier}`"),
    };
    let why = if verdict.why.is_empty() { String::new() } else { format!("\nWhy: {}", verdict.why) };
    format!("{outcome}.\nBy: {by}.{why}")
}

fn who(role: Role) -> &'static str {
    match role {
        Role::System => "The instructions to the model",
        Role::User => "What the model was asked",
        Role::Assistant => "What the model had said before",
        Role::Tool => "What a tool had given back before",
    }
}

fn short(text: &str) -> Cow<'_, str> {
    let text = clean(text);
    if text.len() <= LONGEST {
        return text;
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}\n… ({} more bytes, in the folder addenda)", &text[..end], text.len() - end).into()
}
