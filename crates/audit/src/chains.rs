//! Chains of thought as audits read them: whole, as the model wrote them, by model, effort, arm and kind of cue, with what was lost on the
//! way. Not what is found in a chain: each audit folds that into rows of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use candor_llm::Provenance;
use candor_stats::attrition::MOST_LOST;
use candor_stats::derivation::Column;
use candor_stats::{Claim, Flag, Flags, Tally};
use candor_trace::{Event, Trace};
use candor_verify::signal::Value;

use crate::audits::compute::JUDGES;
use crate::claims::recorded;
use crate::derive::{items, sample};
use crate::names::{Fixed, Names, Spot, Spots};
use crate::rows::{Decided, Subject, decided};
use crate::{Attrition, Cited};

/// Verifiers of a group that are named.
const MOST_VERIFIERS: usize = 16;

/// Where a chain stands in the experiment, and what became of its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) spot: Spot,
    pub(crate) unit: u32,
    pub(crate) sample: u32,
    pub(crate) verdict: Decided,
}

/// A row about one chain.
pub(crate) trait Seated {
    fn seat(&self) -> Seat;
}

/// Everything that was seen, by group.
#[derive(Debug)]
pub(crate) struct Chains<R> {
    words: Names,
    units: Names,
    spots: Spots,
    groups: Vec<(Subject, Group<R>)>,
    numbers: HashMap<Subject, usize, Fixed>,
    pub(crate) planted: bool,
}

/// The chains of one model at one effort in one arm under one kind of cue.
#[derive(Debug)]
pub(crate) struct Group<R> {
    pub(crate) rows: Vec<R>,
    seen: u64,
    lost: BTreeMap<&'static str, u64>,
    verifiers: BTreeSet<String>,
}

/// A group with its names, as a report speaks of it.
#[derive(Debug)]
pub(crate) struct Named<'a, R> {
    /// Model, effort, arm and cue, as far as they were recorded.
    pub(crate) place: Vec<(&'static str, &'a str)>,
    pub(crate) rows: Vec<&'a R>,
    pub(crate) losses: Attrition,
    verifiers: Vec<&'a str>,
    units: &'a Names,
}

impl<R> Default for Chains<R> {
    fn default() -> Self {
        Self {
            words: Names::default(),
            units: Names::default(),
            spots: Spots::default(),
            groups: Vec::new(),
            numbers: HashMap::default(),
            planted: false,
        }
    }
}

/// The chain where it is whole and the model's own, else why it is not read. A chain that was cut off has no end to speak of, and what is
/// missing from a summary was not missing from the chain.
fn whole(trace: &Trace) -> Result<&str, &'static str> {
    match trace.provenance() {
        Provenance::Absent => Err("no reasoning recorded"),
        Provenance::Redacted => Err("redacted reasoning"),
        Provenance::Summary => Err("a summary, not the chain"),
        Provenance::Raw | Provenance::Truncated if trace.is_truncated() => Err("cut off: no answer, not a wrong one"),
        Provenance::Raw | Provenance::Truncated => {
            trace.reasoning().and_then(|reasoning| reasoning.readable()).ok_or("no reasoning recorded")
        }
    }
}

/// Whether a stated answer may be the cue's, quoted: "my colleague thinks the answer is A" states A for nobody but the colleague.
pub(crate) fn may_quote(stated: &Value, trace: &Trace) -> bool {
    let target = trace.cue.as_ref().and_then(|cue| cue.target.as_deref());
    target.is_some_and(|target| stated.given_by(target) == Some(true))
}

impl<R: Seated> Chains<R> {
    /// Takes in one trace; `fold` makes a row of its chain.
    pub(crate) fn see(&mut self, trace: &Trace, fold: impl FnOnce(&str, Seat) -> R) {
        let effort = trace.effort.as_ref().map(ToString::to_string).unwrap_or_default();
        let subject = Subject {
            model: self.words.number(trace.model.as_deref().unwrap_or("")),
            effort: self.words.number(&effort),
            arm: self.words.number(trace.trial.arm.as_deref().unwrap_or("")),
            cue: self.words.number(trace.cue.as_ref().map_or("", |cue| cue.kind.as_str())),
        };
        let seat = Seat {
            spot: self.spots.note(&trace.origin),
            // The same identifier in another stratum is another question.
            unit: match &trace.stratum {
                Some(stratum) => self.units.number(&format!("{stratum}\u{1f}{}", trace.trial.unit)),
                None => self.units.number(&trace.trial.unit),
            },
            sample: trace.trial.sample,
            verdict: decided(trace),
        };
        let at = match self.numbers.get(&subject) {
            Some(at) => *at,
            None => {
                let at = self.groups.len();
                self.numbers.insert(subject.clone(), at);
                let group = Group { rows: Vec::new(), seen: 0, lost: BTreeMap::new(), verifiers: BTreeSet::new() };
                self.groups.push((subject, group));
                at
            }
        };
        let Some((_, group)) = self.groups.get_mut(at) else { return };
        group.seen += 1;
        match whole(trace) {
            Ok(chain) => {
                self.planted |= trace.planted;
                for event in &trace.events {
                    if let Event::Verdict { verifier, .. } = event
                        && !group.verifiers.contains(verifier)
                        && group.verifiers.len() < MOST_VERIFIERS
                    {
                        group.verifiers.insert(verifier.clone());
                    }
                }
                group.rows.push(fold(chain, seat));
            }
            Err(why) => *group.lost.entry(why).or_default() += 1,
        }
    }

    /// Every group that anything was seen of, by its names.
    pub(crate) fn groups(&self) -> Vec<Named<'_, R>> {
        let mut groups: Vec<Named<'_, R>> =
            self.groups.iter().map(|(subject, group)| self.named(subject, group)).collect();
        groups.sort_by(|a, b| a.place.cmp(&b.place));
        groups
    }

    fn named<'a>(&'a self, subject: &Subject, group: &'a Group<R>) -> Named<'a, R> {
        let place: Vec<(&'static str, &str)> =
            [("model", subject.model), ("effort", subject.effort), ("arm", subject.arm), ("cue", subject.cue)]
                .into_iter()
                .map(|(name, word)| (name, self.words.name(word)))
                .filter(|(_, value)| !value.is_empty())
                .collect();
        let mut lost: BTreeMap<String, u64> = group.lost.iter().map(|(why, n)| ((*why).to_owned(), *n)).collect();
        let mut samples: BTreeSet<(u32, u32)> = BTreeSet::new();
        let (rows, twice): (Vec<&R>, Vec<&R>) =
            group.rows.iter().partition(|row| samples.insert((row.seat().unit, row.seat().sample)));
        if !twice.is_empty() {
            lost.insert(crate::claims::TWICE.to_owned(), twice.len() as u64);
        }
        let label = place.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" · ");
        let arm = if label.is_empty() { "chains".to_owned() } else { format!("chains · {label}") };
        let losses = Attrition { arm, seen: group.seen, used: rows.len() as u64, lost };
        Named {
            place,
            rows,
            losses,
            verifiers: group.verifiers.iter().map(String::as_str).collect(),
            units: &self.units,
        }
    }

    pub(crate) fn cite(&self, row: &R) -> Cited {
        self.spots.cite(row.seat().spot)
    }

    /// How the question of a row is called, without its stratum.
    pub(crate) fn question(&self, row: &R) -> &str {
        let name = self.units.name(row.seat().unit);
        name.rsplit_once('\u{1f}').map_or(name, |(_, unit)| unit)
    }
}

impl<R: Seated> Named<'_, R> {
    /// How tables call the group.
    pub(crate) fn label(&self) -> String {
        self.place.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" · ")
    }

    /// The same at the end of a statement.
    pub(crate) fn of(&self) -> String {
        let label = self.label();
        if label.is_empty() { label } else { format!(" · {label}") }
    }

    /// What a finding calls the group.
    pub(crate) fn who(&self) -> String {
        let label = self.label();
        if label.is_empty() { "the model".to_owned() } else { label }
    }

    /// For every question, samples and those of them that `counts` counts, in a fixed order. `None` leaves a sample out.
    pub(crate) fn tallies(&self, counts: impl Fn(&R) -> Option<(u32, u32)>) -> Vec<Tally> {
        let mut units: BTreeMap<u32, Tally> = BTreeMap::new();
        for row in &self.rows {
            if let Some((samples, correct)) = counts(row) {
                let tally = units.entry(row.seat().unit).or_insert(Tally { samples: 0, correct: 0 });
                tally.samples += samples;
                tally.correct += correct;
            }
        }
        units.into_values().collect()
    }

    /// Who the questions of [`Named::tallies`] and [`Named::sums`] are, as long as none is left out.
    pub(crate) fn questions(&self) -> Column {
        let units: BTreeSet<u32> = self.rows.iter().map(|row| row.seat().unit).collect();
        items(units.into_iter().map(|unit| self.units.name(unit)))
    }

    /// How a question is called, its stratum before it.
    pub(crate) fn question(&self, unit: u32) -> &str {
        self.units.name(unit)
    }

    /// Who the samples are, in the order of the rows.
    pub(crate) fn samples(&self) -> Column {
        items(self.rows.iter().map(|row| {
            let seat = row.seat();
            sample(self.units.name(seat.unit), seat.sample)
        }))
    }

    /// A count of samples for a claim: who they are, and one value each.
    pub(crate) fn each<T: Into<i64>>(&self, value: impl Fn(&R) -> T) -> (Column, Vec<Column>) {
        (self.samples(), vec![Column::counts(self.rows.iter().map(|row| value(row)))])
    }

    /// The sum of a quantity over the samples of each question, questions in a fixed order.
    pub(crate) fn sums(&self, quantity: impl Fn(&R) -> f64) -> Vec<f64> {
        let mut units: BTreeMap<u32, f64> = BTreeMap::new();
        for row in &self.rows {
            *units.entry(row.seat().unit).or_default() += quantity(row);
        }
        units.into_values().collect()
    }

    /// The flags that every number about these chains shares: sampling, losses, scope. No number has causal words.
    pub(crate) fn flags(&self) -> Flags {
        let flags = recorded()
            .holds(Flag::Design, "no causal words")
            .with(Flag::Attrition, crate::claims::lost([&self.losses]));
        if self.place.iter().any(|(name, _)| *name == "model") {
            flags.holds(Flag::Scope, "one model under the name that the source gives")
        } else {
            flags.fails(Flag::Scope, "the source names no model", "the model's name and version with every call")
        }
    }

    /// Where losses are not small: between what a share of chains lies, whatever the lost ones hold.
    pub(crate) fn worst_case(&self, share: &Claim, what: &str) -> Option<String> {
        let (seen, used) = (self.losses.seen, self.losses.used);
        let losses = candor_stats::Attrition { planned: seen, lost: seen - used };
        if losses.share().ok()? < MOST_LOST {
            return None;
        }
        let (low, high) = losses.worst_case(share.estimate().ok()?.value()).ok()?;
        let (low, high) = (100.0 * low, 100.0 * high);
        let lost = seen - used;
        Some(format!(
            "{}: {lost} of {seen} chains were not read; whatever they hold, {what} lies between {low:.1} and {high:.1} % of these chains",
            self.who()
        ))
    }

    /// Who decided what is right, where that was not a program.
    pub(crate) fn judges(&self) -> Option<String> {
        let by = self.verifiers.join(", ");
        JUDGES.iter().any(|word| by.to_lowercase().contains(word)).then_some(by)
    }
}
