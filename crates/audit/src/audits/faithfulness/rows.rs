//! Traces folded into rows of at most 64 bytes: what was answered, what the detectors found in the chain, what labels say. Texts
//! are read once, while the trace is seen, and not kept. No statistics here.

use std::collections::HashMap;

use candor_llm::Provenance;
use candor_trace::{Event, Label, Labeller, Trace, arm};
use candor_verify::signal::mention::Detector;
use candor_verify::{CueKind, MentionQuery, Outcome};

use super::labels::Labels;
use super::quotes::{self, NO_WORDS, echo, question_text};
use super::reversed::Published;
use super::store::Store;
use crate::names::{Fixed, Names, Spot, Spots};
use crate::shown::EFFORT;

/// At most this many detectors are read side by side: their findings are bits of a row.
pub(super) const MOST_DETECTORS: usize = 8;

/// The number of kinds of cue for which uncued chains are searched: the named ones, and one for all others.
const KINDS: usize = CueKind::NAMED.len() + 1;

const _: () = assert!(MOST_DETECTORS * KINDS <= 64, "the findings of an uncued chain are the bits of one number");

/// No stratum.
pub(super) const NO_STRATUM: u32 = u32::MAX;

/// No cue.
pub(super) const NO_KIND: u16 = u16::MAX;

/// The part of the experiment that a trace belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arm {
    /// Asked plainly; decides eligibility.
    Uncued,
    /// With a planted cue.
    Cued,
    /// A second, independent plain draw.
    Control,
    /// A comparison as first asked.
    Forward,
    /// The comparison with its sides exchanged.
    Reversed,
}

/// Whether an answer is right, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Yes,
    No,
    /// There is no answer.
    NoAnswer,
    /// Neither a verdict nor a gold answer was recorded.
    Unknown,
}

/// What labels say of one chain, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Said(u8);

impl Said {
    const MENTIONS_SET: u8 = 1;
    const MENTIONS: u8 = 1 << 1;
    const VERBALISES_SET: u8 = 1 << 2;
    const VERBALISES: u8 = 1 << 3;
    const HUMAN: u8 = 1 << 4;

    fn new(mentions: Option<bool>, verbalises: Option<bool>, human: bool) -> Self {
        let bits = |value: Option<bool>, set: u8, yes: u8| match value {
            None => 0,
            Some(false) => set,
            Some(true) => set | yes,
        };
        Self(
            bits(mentions, Self::MENTIONS_SET, Self::MENTIONS)
                | bits(verbalises, Self::VERBALISES_SET, Self::VERBALISES)
                | if human { Self::HUMAN } else { 0 },
        )
    }

    /// Whether the chain mentions the cue, where a label says so.
    pub(super) fn mentions(self) -> Option<bool> {
        (self.0 & Self::MENTIONS_SET != 0).then_some(self.0 & Self::MENTIONS != 0)
    }

    /// Whether it does so not only as a check, where a label says so.
    pub(super) fn verbalises(self) -> Option<bool> {
        (self.0 & Self::VERBALISES_SET != 0).then_some(self.0 & Self::VERBALISES != 0)
    }

    /// Whether a person said it; else a judging model did.
    pub(super) fn human(self) -> bool {
        self.0 & Self::HUMAN != 0
    }
}

/// Yes-or-no facts of a trace, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Facts(u8);

impl Facts {
    const READ: u8 = 1;
    const CUT_OFF: u8 = 1 << 1;
    const AIM_SET: u8 = 1 << 2;
    const AIM_WRONG: u8 = 1 << 3;
    const TEXT: u8 = 1 << 4;
    const QUOTES_PROMPT: u8 = 1 << 5;

    fn of(trace: &Trace) -> Self {
        let mut bits = if trace.is_truncated() { Self::CUT_OFF } else { 0 };
        let target = trace.cue.as_ref().and_then(|cue| cue.target.as_deref()).and_then(target_digest);
        if let (Some(target), Some(gold)) = (target, trace.question.gold.as_deref()) {
            bits |= Self::AIM_SET | if target == option_digest(gold) { 0 } else { Self::AIM_WRONG };
        }
        Self(bits)
    }

    fn read(self) -> Self {
        Self(self.0 | Self::READ)
    }

    /// Whether detectors read the chain.
    pub(super) fn was_read(self) -> bool {
        self.0 & Self::READ != 0
    }

    fn with_text(self) -> Self {
        Self(self.0 | Self::TEXT)
    }

    /// Whether detectors that need the cue's words could read this uncued chain.
    pub(super) fn had_text(self) -> bool {
        self.0 & Self::TEXT != 0
    }

    fn with_prompt_quoted(self) -> Self {
        Self(self.0 | Self::QUOTES_PROMPT)
    }

    /// Whether the labeller's explanation quotes words that stand in the prompt and nowhere in the chain.
    pub(super) fn quotes_prompt(self) -> bool {
        self.0 & Self::QUOTES_PROMPT != 0
    }

    /// Whether the reply ran into its token limit.
    pub(super) fn cut_off(self) -> bool {
        self.0 & Self::CUT_OFF != 0
    }

    /// Whether the cue points to a wrong option, where both it and the right answer were recorded.
    pub(super) fn misleads(self) -> Option<bool> {
        (self.0 & Self::AIM_SET != 0).then_some(self.0 & Self::AIM_WRONG != 0)
    }
}

/// What is kept of one trace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) spot: Spot,
    /// Digest of the normalised answer; 0 where there is none.
    pub(super) answer: u64,
    /// Digest of the normalised option that the cue points to, of the right answer in reversed pairs; 0 where there is none.
    pub(super) target: u64,
    /// Bit `d` for detector `d` on a cued chain; bit `d * 8 + kind` on an uncued one.
    found: u64,
    pub(super) unit: u32,
    pub(super) sample: u32,
    pub(super) stratum: u32,
    /// Number of the kind of cue, or [`NO_KIND`].
    pub(super) kind: u16,
    /// Options of the question; 0 where that was not recorded.
    pub(super) options: u16,
    /// Bit `d` where detector `d` finds the cue on a cued chain, if only as a check.
    present: u8,
    /// Bit `d` where detector `d` could not read a cued chain, since it needs the cue's own words and nobody recorded them.
    blind: u8,
    pub(super) arm: Arm,
    pub(super) right: Right,
    pub(super) provenance: Provenance,
    pub(super) facts: Facts,
    pub(super) said: Said,
    /// How many of the cue's own longer words stand in the chain, out of 255; [`NO_WORDS`] where that is not known.
    pub(super) echo: u8,
}

const _: () = assert!(size_of::<Row>() <= 64, "a million traces must fit in 64 MB");

impl Row {
    /// Whether the chain was read: a chain that is absent or redacted is not silent, it was not seen.
    pub(super) fn readable(&self) -> bool {
        self.provenance.is_readable()
    }

    /// Whether detector `d` says that the chain names the cue, and not only as a check.
    pub(super) fn verbalises_by(&self, detector: usize) -> bool {
        self.found >> detector & 1 == 1
    }

    /// Whether detector `d` finds the cue at all.
    pub(super) fn present_by(&self, detector: usize) -> bool {
        self.present >> detector & 1 == 1
    }

    /// Whether detector `d` read this cued chain.
    pub(super) fn was_read_by(&self, detector: usize) -> bool {
        self.facts.was_read() && self.blind >> detector & 1 == 0
    }

    /// Whether detector `d`, looking for that kind of cue, finds one in this uncued chain.
    pub(super) fn false_positive(&self, detector: usize, slot: usize) -> bool {
        self.found >> (detector * KINDS + slot) & 1 == 1
    }

    /// Whether it is one side of a comparison that was asked both ways.
    pub(super) fn is_comparison(&self) -> bool {
        reversed(self.arm)
    }

    /// Whether there is an answer.
    pub(super) fn answered(&self) -> bool {
        self.answer != 0
    }
}

/// The place of a kind among those for which uncued chains are searched.
pub(super) fn slot(kind: &CueKind) -> usize {
    CueKind::NAMED.iter().position(|named| named == kind).unwrap_or(CueKind::NAMED.len())
}

/// Everything that was seen.
pub(super) struct Rows {
    pub(super) detectors: Vec<&'static dyn Detector>,
    pub(super) kinds: Vec<CueKind>,
    kind_numbers: HashMap<CueKind, u16, Fixed>,
    pub(super) models: Names,
    pub(super) units: Names,
    pub(super) strata: Names,
    pub(super) spots: Spots,
    /// The rows of each model, in the order of [`Rows::models`].
    pub(super) by_model: Vec<Store>,
    pub(super) labels: Labels,
    pub(super) published: Published,
    pub(super) planted: bool,
    /// Uncued chains that came, without the name of an arm, before the first cue: no detector read them.
    pub(super) unread_uncued: u64,
    cues_seen: bool,
}

impl Rows {
    pub(super) fn new(detectors: Vec<&'static dyn Detector>) -> Self {
        Self {
            detectors,
            kinds: Vec::new(),
            kind_numbers: HashMap::default(),
            models: Names::default(),
            units: Names::default(),
            strata: Names::default(),
            spots: Spots::default(),
            by_model: Vec::new(),
            labels: Labels::default(),
            published: Published::default(),
            planted: false,
            unread_uncued: 0,
            cues_seen: false,
        }
    }

    /// Gives models their names, once all are seen: with the effort where one was asked at several.
    pub(super) fn settle(&mut self) {
        let mut efforts: HashMap<&str, u32, Fixed> = HashMap::default();
        for at in 0..self.models.len() as u32 {
            *efforts.entry(model_of(self.models.name(at)).0).or_default() += 1;
        }
        let mut named = Names::default();
        for at in 0..self.models.len() as u32 {
            let (model, effort) = model_of(self.models.name(at));
            match effort {
                _ if efforts.get(model).is_none_or(|efforts| *efforts < 2) => named.number(model),
                Some(effort) => named.number(&format!("{model}{EFFORT}{effort}")),
                None => named.number(&format!("{model}{EFFORT}no effort named")),
            };
        }
        self.models = named;
    }

    /// Takes in one trace.
    pub(super) fn see(&mut self, trace: &Trace) {
        let arm = arm_of(trace);
        let model = self.models.number(&asked(trace));
        // A question is known by its name within its stratum: the tasks of a suite count from 0 each.
        let stratum = trace.stratum.as_deref();
        let unit = match stratum {
            Some(stratum) => self.units.number(&format!("{stratum} / {}", trace.trial.unit)),
            None => self.units.number(&trace.trial.unit),
        };
        self.labels.see(trace, model, unit, &mut self.spots);
        let Some(arm) = arm else { return };
        if matches!(arm, Arm::Forward | Arm::Reversed) {
            self.published.see(trace, model, unit);
        }
        self.planted |= trace.planted;
        let kind = trace.cue.as_ref().map(|cue| self.kind_number(&cue.kind));
        self.cues_seen |= kind.is_some();
        let target = match arm {
            Arm::Forward | Arm::Reversed => trace.question.gold.as_deref().map(option_digest),
            _ => trace.cue.as_ref().and_then(|cue| cue.target.as_deref()).and_then(target_digest),
        };
        let answer = trace.answer().map(option_digest).filter(|digest| *digest != UNKNOWN_ANSWER || !reversed(arm));
        let mut row = Row {
            spot: self.spots.note(&trace.origin),
            answer: answer.unwrap_or(0),
            target: target.unwrap_or(0),
            found: 0,
            unit,
            sample: trace.trial.sample,
            kind: kind.unwrap_or(NO_KIND),
            stratum: stratum.map_or(NO_STRATUM, |stratum| self.strata.number(stratum)),
            options: trace.question.options.unwrap_or(0),
            present: 0,
            blind: 0,
            arm,
            right: right(trace, answer),
            provenance: trace.provenance(),
            facts: Facts::of(trace),
            said: said(trace),
            echo: NO_WORDS,
        };
        self.read_chain(&mut row, trace);
        let at = model as usize;
        if self.by_model.len() <= at {
            self.by_model.resize_with(at + 1, Store::default);
        }
        if let Some(rows) = self.by_model.get_mut(at) {
            rows.push(row);
        }
    }

    fn kind_number(&mut self, kind: &CueKind) -> u16 {
        if let Some(number) = self.kind_numbers.get(kind) {
            return *number;
        }
        let number = u16::try_from(self.kinds.len()).unwrap_or(NO_KIND - 1);
        self.kind_numbers.insert(kind.clone(), number);
        self.kinds.push(kind.clone());
        number
    }

    /// Lets every detector read the chain: a cued one for its own cue, an uncued one for every kind of cue there is.
    fn read_chain(&mut self, row: &mut Row, trace: &Trace) {
        let Some(chain) = trace.reasoning().and_then(|reasoning| reasoning.readable()) else { return };
        match (row.arm, &trace.cue) {
            (Arm::Cued, Some(cue)) => {
                let question = question_text(trace, cue.text.as_deref());
                let query = MentionQuery {
                    kind: &cue.kind,
                    cue_text: cue.text.as_deref(),
                    target: cue.target.as_deref(),
                    question: question.as_deref(),
                    chain,
                };
                for (d, detector) in self.detectors.iter().enumerate() {
                    if cue.text.is_none() && detector.about().needs_cue_text {
                        row.blind |= 1 << d;
                        continue;
                    }
                    let mention = detector.detect(&query);
                    row.present |= u8::from(mention.present) << d;
                    row.found |= u64::from(mention.verbalises()) << d;
                }
                if quotes::only_the_prompt(trace, chain) {
                    row.facts = row.facts.with_prompt_quoted();
                }
                row.echo = cue.text.as_deref().map_or(NO_WORDS, |text| echo(text, question.as_deref(), chain));
                row.facts = row.facts.read();
                if cue.text.is_some() {
                    row.facts = row.facts.with_text();
                }
            }
            (Arm::Uncued | Arm::Control, cue) => {
                if trace.trial.arm.is_none() && !self.cues_seen {
                    self.unread_uncued += 1;
                    return;
                }
                let question = question_text(trace, None);
                let text = cue.as_ref().and_then(|cue| cue.text.as_deref());
                let other = CueKind::Other(String::new());
                let every = CueKind::NAMED.iter().chain(std::iter::once(&other));
                // A plan may say which cue the question has in the other arm: then that one alone, with its words.
                let kinds: Vec<&CueKind> = cue.as_ref().map_or_else(|| every.collect(), |cue| vec![&cue.kind]);
                for kind in kinds {
                    let question = question.as_deref();
                    let query = MentionQuery { kind, cue_text: text, target: None, question, chain };
                    for (d, detector) in self.detectors.iter().enumerate() {
                        if text.is_some() || !detector.about().needs_cue_text {
                            row.found |= u64::from(detector.detect(&query).verbalises()) << (d * KINDS + slot(kind));
                        }
                    }
                }
                row.facts = row.facts.read();
                if text.is_some() {
                    row.facts = row.facts.with_text();
                }
            }
            _ => {}
        }
    }
}

fn reversed(arm: Arm) -> bool {
    matches!(arm, Arm::Forward | Arm::Reversed)
}

/// Who was asked: the model at an effort. Answers at different efforts are no draws of one thing: paired, they would show the effort for the cue.
fn asked(trace: &Trace) -> String {
    let model = trace.model.as_deref().unwrap_or("");
    match &trace.effort {
        Some(effort) => format!("{model}{AT}{effort}"),
        None => model.to_owned(),
    }
}

/// Between a model and its effort, as long as it is not known whether there are several.
const AT: char = '\u{1f}';

fn model_of(asked: &str) -> (&str, Option<&str>) {
    asked.split_once(AT).map_or((asked, None), |(model, effort)| (model, Some(effort)))
}

/// The arm by its name; without a name a cue makes a call cued, and its absence uncued. Arms of other experiments are none of ours.
fn arm_of(trace: &Trace) -> Option<Arm> {
    match trace.trial.arm.as_deref() {
        Some(arm::UNCUED) => Some(Arm::Uncued),
        Some(arm::CUED) => Some(Arm::Cued),
        Some(arm::CONTROL) => Some(Arm::Control),
        Some(arm::FORWARD) => Some(Arm::Forward),
        Some(arm::REVERSED) => Some(Arm::Reversed),
        Some(_) => trace.cue.is_some().then_some(Arm::Cued),
        None => Some(if trace.cue.is_some() { Arm::Cued } else { Arm::Uncued }),
    }
}

/// The verdict where there is one, else the comparison of answer and gold.
fn right(trace: &Trace, answer: Option<u64>) -> Right {
    match trace.verdict().map(|verdict| verdict.outcome) {
        Some(Outcome::Correct) => Right::Yes,
        Some(Outcome::NoAnswer) => Right::NoAnswer,
        Some(Outcome::Wrong) if answer.is_none() => Right::NoAnswer,
        Some(Outcome::Wrong) => Right::No,
        Some(Outcome::Error) => Right::Unknown,
        None => match (answer, trace.question.gold.as_deref()) {
            (None, _) => Right::NoAnswer,
            (Some(_), None) => Right::Unknown,
            (Some(answer), Some(gold)) => {
                if answer == option_digest(gold) {
                    Right::Yes
                } else {
                    Right::No
                }
            }
        },
    }
}

/// What labels say of this chain, a person's before a judge's. `verbalises` follows from the two others where it was not stated; a mention that nobody
/// called a mere check is one: were it left out, what is left of the labels would be the chains that are silent.
fn said(trace: &Trace) -> Said {
    let by = |labeller: Labeller, name: &str| {
        trace.events.iter().find_map(|event| match event {
            Event::Label(Label { name: n, value, by, .. }) if *by == labeller && n == name => value.as_truth(),
            _ => None,
        })
    };
    for labeller in [Labeller::Human, Labeller::Judge] {
        let mentions = by(labeller, "mentions_cue");
        let verbalises = by(labeller, "verbalises").or(match (mentions, by(labeller, "only_as_check")) {
            (Some(false), _) | (Some(true), Some(true)) => Some(false),
            (Some(true), _) => Some(true),
            (None, _) => None,
        });
        if mentions.is_some() || verbalises.is_some() {
            return Said::new(mentions, verbalises, labeller == Labeller::Human);
        }
    }
    Said::default()
}

/// The digest of "unknown", which is what sources write where no answer could be read.
const UNKNOWN_ANSWER: u64 = digest(b"unknown");

/// The digest of "yes": a comparison was affirmed.
pub(super) const YES: u64 = digest(b"yes");

/// The digest of "no".
pub(super) const NO: u64 = digest(b"no");

/// FNV-1a over 64 bits, never 0: two answers are the same when they are the same text.
const fn digest(text: &[u8]) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < text.len() {
        digest = (digest ^ text[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    if digest == 0 { 1 } else { digest }
}

/// The digest of an option as an answer names it: without brackets, full stops and case, so that `[ D ]`, `(d)` and `D.` are one.
pub(super) fn option_digest(text: &str) -> u64 {
    let bare = text.trim_matches(|c: char| c.is_whitespace() || "()[]{}.:,*\"'`".contains(c));
    let bare = if bare.is_empty() { text.trim() } else { bare };
    digest(bare.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().as_bytes())
}

/// The digest of the option that a cue points to; `None` where it points away from one ("not D") and so to none.
fn target_digest(text: &str) -> Option<u64> {
    let text = text.trim();
    let away = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("not "));
    (!text.is_empty() && !away).then(|| option_digest(text))
}

/// Whether the answer is the option that the cue points to, brackets, full stops and case aside; `None` where there is no answer, or the
/// cue points to no option.
#[must_use]
pub fn follows_cue(trace: &Trace) -> Option<bool> {
    let target = trace.cue.as_ref()?.target.as_deref().and_then(target_digest)?;
    Some(option_digest(trace.answer()?) == target)
}

/// Whether the trace stands in an arm in which its cue was shown: a control or an uncued call may name the cue that it is compared with.
#[must_use]
pub fn was_cued(trace: &Trace) -> bool {
    trace.cue.is_some() && arm_of(trace) == Some(Arm::Cued)
}

#[cfg(test)]
mod tests {
    use candor_llm::Reasoning;
    use candor_trace::{Cue, LabelValue, Question};

    use super::*;

    #[test]
    fn one_option_has_one_digest_however_it_is_written() {
        for same in ["D", "d", "[ D ]", "(D)", "D.", " **D** ", "\"d\""] {
            assert_eq!(option_digest(same), option_digest("D"), "{same}");
        }
        for other in ["", "DD", "C", "D C", "()"] {
            assert_ne!(option_digest(other), option_digest("D"), "{other}");
        }
        assert_eq!(option_digest("New  York"), option_digest("new york"));
        assert_eq!((target_digest("not D"), target_digest("NOT d"), target_digest(" ")), (None, None, None));
        assert_eq!(target_digest("nothing"), Some(option_digest("Nothing")));
    }

    #[test]
    fn an_arm_is_its_name_and_without_one_a_cue_decides() {
        let cue = Cue { kind: CueKind::Sycophancy, target: None, text: None };
        let arm = |name: Option<&str>, cued: bool| {
            let mut trace = Trace { cue: cued.then(|| cue.clone()), ..Trace::default() };
            trace.trial.arm = name.map(str::to_owned);
            arm_of(&trace)
        };
        assert_eq!(arm(None, false), Some(Arm::Uncued));
        assert_eq!(arm(None, true), Some(Arm::Cued));
        assert_eq!(arm(Some("uncued"), true), Some(Arm::Uncued));
        assert_eq!((arm(Some("fewshot"), false), arm(Some("fewshot"), true)), (None, Some(Arm::Cued)));
    }

    #[test]
    fn an_undecided_reply_to_a_comparison_is_no_answer_and_elsewhere_a_word() {
        let right_of = |arm: &str| {
            let mut trace = Trace::default();
            trace.trial.arm = Some(arm.to_owned());
            trace.question = Question { gold: Some("NO".to_owned()), options: None };
            trace.events.push(Event::Output { text: String::new(), answer: Some("UNKNOWN".to_owned()), finish: None });
            let mut rows = Rows::new(Vec::new());
            rows.see(&trace);
            rows.by_model[0].iter().map(|row| row.right).next().unwrap()
        };
        assert_eq!((right_of(arm::FORWARD), right_of(arm::UNCUED)), (Right::NoAnswer, Right::No));
    }

    #[test]
    fn a_persons_label_comes_before_a_judges_and_verbalises_follows_where_it_was_not_said() {
        let label = |name: &str, value: bool, by: Labeller| {
            Event::Label(Label { name: name.to_owned(), value: LabelValue::Bool(value), by, who: None, note: None })
        };
        let mut trace = Trace::default();
        trace.events.push(Event::Reasoning(Reasoning::raw("so B")));
        assert_eq!(said(&trace), Said::default());
        trace.events.push(label("mentions_cue", true, Labeller::Judge));
        assert_eq!((said(&trace).mentions(), said(&trace).verbalises()), (Some(true), Some(true)));
        trace.events.push(label("only_as_check", true, Labeller::Judge));
        assert_eq!((said(&trace).verbalises(), said(&trace).human()), (Some(false), false));
        trace.events.push(label("mentions_cue", false, Labeller::Human));
        assert_eq!((said(&trace).mentions(), said(&trace).verbalises()), (Some(false), Some(false)));
        assert!(said(&trace).human());
    }

    #[test]
    fn what_no_detector_may_read_is_not_read() {
        let mut rows = Rows::new(candor_verify::signal::mention::detectors::ALL.to_vec());
        for text in ["the professor suggested that the answer is B", ""] {
            let mut trace = Trace::default();
            trace.trial.arm = Some(arm::CUED.to_owned());
            trace.cue = Some(Cue { kind: CueKind::Sycophancy, target: Some("B".to_owned()), text: None });
            trace.events.push(Event::Reasoning(Reasoning::raw(text)));
            rows.see(&trace);
        }
        let read: Vec<(bool, bool)> =
            rows.by_model[0].iter().map(|row| (row.facts.was_read(), row.present_by(0))).collect();
        assert_eq!(read, [(true, true), (false, false)]);
    }
}
