//! Traces folded into rows: how many claims stood how, and what stood in results before the answer. Texts are read once; only the first
//! claims at odds are kept in their words, cut. No statistics here.

use std::collections::{BTreeMap, HashMap};

use candor_trace::{Event, Trace};
use candor_verify::signal::statement::{Kind, Support};

use super::Settings;
use crate::Cited;
use crate::account::{Said, Voice, account, is_recorded};
use crate::names::{Fixed, Names, Spot, Spots};

/// What is kept of one trace that has a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) spot: Spot,
    pub(super) unit: u32,
    pub(super) subject: u32,
    /// Checkable claims, and those of them at odds with the record: in the output, in the chain.
    pub(super) output: (u16, u16),
    pub(super) chain: (u16, u16),
    /// Whether the chain could be read.
    pub(super) readable: bool,
    /// The right answer stood in a result before the answer; `None` where none is long enough to be looked for.
    pub(super) gold: Option<bool>,
    pub(super) forbidden: bool,
    /// Whether a person or a source says that the reply contradicts its record.
    pub(super) label: Option<bool>,
}

const _: () = assert!(size_of::<Kept>() <= 64, "a million traces must fit in 64 MB");

/// Claims at odds that are kept with their words, of those contradicted and of those not shown each.
pub(super) const MOST_ODD: usize = 20;
/// Of a claim's sentence, this many characters are kept; of a reason likewise.
const LONGEST_WORDS: usize = 160;

/// A claim at odds with its record, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Odd {
    pub(super) trace: Cited,
    pub(super) subject: u32,
    pub(super) voice: Voice,
    pub(super) said: String,
    pub(super) why: String,
}

/// Claims at odds in the order in which they were read: the first ones with their words, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Odds {
    pub(super) kept: Vec<Odd>,
    pub(super) all: u64,
    last: Option<Odd>,
}

impl Odds {
    /// Several claims of one sentence, at odds for one reason, are one to look at.
    fn see(&mut self, odd: Odd) {
        if self.last.as_ref() == Some(&odd) {
            return;
        }
        self.all += 1;
        if self.kept.len() < MOST_ODD {
            self.kept.push(odd.clone());
        }
        self.last = Some(odd);
    }
}

/// Claims of one kind, by how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) supported: u32,
    pub(super) contradicted: u32,
    pub(super) unsupported: u32,
    pub(super) open: u32,
}

impl Stand {
    pub(super) fn checkable(self) -> u32 {
        self.supported + self.contradicted + self.unsupported
    }

    pub(super) fn at_odds(self) -> u32 {
        self.contradicted + self.unsupported
    }

    fn add(&mut self, support: Support) {
        match support {
            Support::Supported => self.supported += 1,
            Support::Contradicted => self.contradicted += 1,
            Support::Unsupported => self.unsupported += 1,
            Support::NotCheckable => self.open += 1,
        }
    }
}

/// The claims of one kind in one voice of one subject.
type Place = (u32, Voice, Kind);

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) models: Names,
    units: Names,
    pub(super) spots: Spots,
    pub(super) rows: Vec<Kept>,
    /// By kind, the claims of each unit.
    pub(super) kinds: BTreeMap<Place, BTreeMap<u32, Stand>>,
    /// Traces without a tool call or retrieval, per model: no record to compare with.
    pub(super) without: HashMap<u32, u64, Fixed>,
    pub(super) planted: bool,
    pub(super) contradicted: Odds,
    pub(super) not_shown: Odds,
}

impl Rows {
    pub(super) fn see(&mut self, trace: &Trace, settings: &Settings) {
        let subject = self.models.number(trace.model.as_deref().unwrap_or(""));
        if !is_recorded(trace) {
            *self.without.entry(subject).or_default() += 1;
            return;
        }
        self.planted |= trace.planted;
        let unit = match &trace.stratum {
            Some(stratum) => self.units.number(&format!("{stratum}\u{1f}{}", trace.trial.unit)),
            None => self.units.number(&trace.trial.unit),
        };
        let (mut output, mut chain) = ((0_u16, 0_u16), (0_u16, 0_u16));
        for said in account(trace) {
            let place = (subject, said.voice, said.statement.kind);
            self.kinds.entry(place).or_default().entry(unit).or_default().add(said.compared.support);
            if said.is_at_odds() {
                let contradicted = said.compared.support == Support::Contradicted;
                let odds = if contradicted { &mut self.contradicted } else { &mut self.not_shown };
                odds.see(Odd {
                    trace: Cited::at(trace.id(), &trace.origin),
                    subject,
                    voice: said.voice,
                    said: short(sentence(trace, &said)),
                    why: short(&said.compared.why),
                });
            }
            if said.is_checkable() {
                let counts = if said.voice == Voice::Output { &mut output } else { &mut chain };
                counts.0 = counts.0.saturating_add(1);
                counts.1 = counts.1.saturating_add(u16::from(said.is_at_odds()));
            }
        }
        self.rows.push(Kept {
            spot: self.spots.note(&trace.origin),
            unit,
            subject,
            output,
            chain,
            readable: trace.reasoning().is_some_and(|reasoning| reasoning.readable().is_some()),
            gold: gold_seen(trace, settings.shortest_gold),
            forbidden: forbidden(trace, &settings.forbidden),
            label: trace.label("contradicts_record").and_then(candor_trace::LabelValue::as_truth),
        });
    }
}

impl Rows {
    /// How many traces of that model have no record.
    pub(super) fn models_without(&self, model: &str) -> u64 {
        self.without.iter().filter(|(number, _)| self.models.name(**number) == model).map(|(_, count)| *count).sum()
    }
}

/// The sentence in which a claim stands.
fn sentence<'t>(trace: &'t Trace, said: &Said) -> &'t str {
    let text = match trace.events.get(said.event) {
        Some(Event::Output { text, .. }) => text.as_str(),
        Some(Event::Reasoning(reasoning)) => reasoning.text.as_str(),
        _ => "",
    };
    let (before, own) =
        (text.get(..said.statement.start).unwrap_or_default(), text.get(said.statement.start..).unwrap_or_default());
    let end = own.get(said.statement.end.saturating_sub(said.statement.start)..).unwrap_or_default();
    let marks = [". ", "! ", "? ", "; ", "\n"];
    let begin = marks.iter().filter_map(|mark| before.rfind(mark).map(|at| at + mark.len())).max().unwrap_or(0);
    let rest = marks.iter().filter_map(|mark| end.find(mark)).min().map_or(end.len(), |at| at + 1);
    // A claim far into its sentence is shown itself, not what stands before it.
    let begin = if before.len() - begin > LONGEST_WORDS / 2 { before.len() } else { begin };
    text.get(begin..text.len() - end.len() + rest).unwrap_or_default()
}

/// White space made single, cut.
fn short(text: &str) -> String {
    let mut out = String::new();
    for (number, word) in text.split_whitespace().enumerate() {
        if number > 0 {
            out.push(' ');
        }
        out.push_str(word);
        if out.chars().count() > LONGEST_WORDS {
            return out.chars().take(LONGEST_WORDS - 1).chain(['…']).collect();
        }
    }
    out
}

/// Whether the right answer stood in a tool's result or a retrieved document before the last output, and not in what was asked.
fn gold_seen(trace: &Trace, shortest: u32) -> Option<bool> {
    let gold = trace.question.gold.as_deref()?.trim();
    if gold.chars().count() < shortest as usize || asked(trace).any(|text| text.contains(gold)) {
        return None;
    }
    let last = trace.events.iter().rposition(|event| matches!(event, Event::Output { .. }))?;
    let before = trace.events.get(..last)?;
    Some(before.iter().any(|event| match event {
        Event::ToolResult { content, .. } => content.contains(gold),
        Event::Retrieval { documents, .. } => documents.iter().any(|document| document.text.contains(gold)),
        _ => false,
    }))
}

fn asked(trace: &Trace) -> impl Iterator<Item = &str> {
    trace
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Request(conversation) => Some(conversation),
            _ => None,
        })
        .flat_map(|conversation| &conversation.messages)
        .flat_map(|message| &message.parts)
        .filter_map(|part| match part {
            candor_llm::Part::Text { text } => Some(text.as_str()),
            _ => None,
        })
}

/// Whether any call opens a forbidden source.
fn forbidden(trace: &Trace, words: &[String]) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    trace.events.iter().any(|event| match event {
        Event::ToolCall { arguments, .. } => {
            let arguments = squeezed(arguments);
            words.iter().any(|word| !word.trim().is_empty() && arguments.contains(&squeezed(word)))
        }
        _ => false,
    })
}
