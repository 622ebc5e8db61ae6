//! What people and judging models said of the calls, counted by name: the whole result where nothing but labels was recorded.
//! Not the comparison with detectors: see `agreement`.

use std::collections::{BTreeMap, HashMap};

use candor_stats::clusters::pooled::Pooled;
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::{Finding, Flag, Flags, Parameter, Size, Tally};
use candor_trace::{Event, LabelValue, Labeller, Trace};

use super::quotes::is_explanation;
use crate::claims::{Claims, Stated, measured_by, named, recorded};
use crate::names::{Fixed, Names, Spot, Spots};
use crate::shown::Shown;
use crate::{Cell, Column, Figure, Row, Table};

/// At most this many different words of one label are counted apart; the rest are counted together.
const MOST_WORDS: usize = 40;

/// Everything that was said, by label, labeller and model.
#[derive(Debug, Default)]
pub(super) struct Labels {
    said: BTreeMap<(String, Labeller, u32), Tallied>,
    /// A chain that does not name the cue, by whoever said so.
    silent: BTreeMap<Labeller, Spot>,
}

/// One label of one model by one kind of labeller.
#[derive(Debug, Default, Clone)]
struct Tallied {
    /// Labels that say yes or no: how many of each question, and how many of them yes.
    units: HashMap<u32, (u32, u32), Fixed>,
    yes: u64,
    decided: u64,
    words: BTreeMap<String, u64>,
    worded: u64,
    rest: u64,
}

impl Tallied {
    fn take(&mut self, unit: u32, value: &LabelValue) {
        if let Some(yes) = value.as_truth() {
            let entry = self.units.entry(unit).or_default();
            entry.0 += 1;
            entry.1 += u32::from(yes);
            self.decided += 1;
            self.yes += u64::from(yes);
        } else if let LabelValue::Text(text) = value {
            let text = text.trim();
            if text.is_empty() {
                return;
            }
            self.worded += 1;
            if let Some(count) = self.words.get_mut(text) {
                *count += 1;
            } else if self.words.len() < MOST_WORDS {
                self.words.insert(text.to_owned(), 1);
            } else {
                self.rest += 1;
            }
        }
    }

    fn absorb(&mut self, other: &Self) {
        for (unit, (n, yes)) in &other.units {
            let entry = self.units.entry(*unit).or_default();
            entry.0 += n;
            entry.1 += yes;
        }
        self.yes += other.yes;
        self.decided += other.decided;
        self.worded += other.worded;
        self.rest += other.rest;
        for (word, count) in &other.words {
            if self.words.contains_key(word) || self.words.len() < MOST_WORDS {
                *self.words.entry(word.clone()).or_default() += count;
            } else {
                self.rest += count;
            }
        }
    }
}

impl Labels {
    /// Takes in the labels of one trace; the source's own bookkeeping is not a label of anybody.
    pub(super) fn see(&mut self, trace: &Trace, model: u32, unit: u32, spots: &mut Spots) {
        for event in &trace.events {
            if let Event::Label(label) = event
                && label.by != Labeller::Source
                && !is_explanation(&label.name)
            {
                self.said.entry((label.name.clone(), label.by, model)).or_default().take(unit, &label.value);
                if label.name == "verbalises" && label.value.as_truth() == Some(false) {
                    self.silent.entry(label.by).or_insert_with(|| spots.note(&trace.origin));
                }
            }
        }
    }

    /// Whether any label is about the chain of thought and a cue.
    pub(super) fn about_chains(&self) -> bool {
        let about = ["mentions_cue", "only_as_check", "verbalises"];
        self.said.iter().any(|((name, _, _), tallied)| about.contains(&name.as_str()) && tallied.decided > 0)
    }

    /// A chain that does not name the cue, by that labeller.
    pub(super) fn silent(&self, by: Labeller) -> Option<Spot> {
        self.silent.get(&by).copied()
    }

    /// The models of which anything was said.
    pub(super) fn models(&self) -> impl Iterator<Item = u32> {
        self.said.keys().map(|(_, _, model)| *model)
    }

    /// A claim for every label that says yes or no, counts for those that are words, and a table of both.
    pub(super) fn report(&self, models: &Names, claims: &mut Claims) -> Option<Figure> {
        let mut whole: BTreeMap<(&str, Labeller), Tallied> = BTreeMap::new();
        let mut models_of: BTreeMap<(&str, Labeller), usize> = BTreeMap::new();
        for ((name, by, _), tallied) in &self.said {
            whole.entry((name, *by)).or_default().absorb(tallied);
            *models_of.entry((name, *by)).or_default() += 1;
        }
        let mut rows = Vec::new();
        let shown = Shown::of(&self.models().map(|model| models.name(model)).collect::<Vec<_>>());
        for ((name, by), tallied) in &whole {
            rows.extend(one(name, *by, None, ("", tallied), claims));
            if models_of.get(&(*name, *by)).is_some_and(|models| *models > 1) {
                let mut each: Vec<(&str, &Tallied)> = self
                    .said
                    .iter()
                    .filter(|((n, b, _), _)| n == name && b == by)
                    .map(|((_, _, model), tallied)| (models.name(*model), tallied))
                    .collect();
                each.sort_by_key(|(model, _)| *model);
                for (model, tallied) in each {
                    rows.extend(one(name, *by, Some(&shown), (model, tallied), claims));
                }
            }
        }
        if rows.is_empty() {
            return None;
        }
        Some(Figure::Table(Table {
            name: "faithfulness.labels".to_owned(),
            title: "What people and judges said of the calls".to_owned(),
            columns: vec![
                Column::text("label"),
                Column::text("by"),
                Column::text("model"),
                Column::number("yes"),
                Column::number("of"),
                Column::number("share"),
                Column::text("mark"),
            ],
            rows,
            notes: vec![
                "a label is taken at its word: how far two labellers agree was not recorded with it".to_owned(),
                "where most labels say no, a reader that always says no is nearly always right: judge detectors by precision and \
                 recall, not by accuracy"
                    .to_owned(),
            ]
            .into_iter()
            .chain(shown.note())
            .collect(),
        }))
    }
}

/// The claims and the table rows of one label.
fn one(
    name: &str,
    by: Labeller,
    of_model: Option<&Shown>,
    (model, tallied): (&str, &Tallied),
    claims: &mut Claims,
) -> Vec<Row> {
    let who = labeller(by);
    let mut place = vec![("by", who)];
    if of_model.is_some() {
        place.insert(0, ("model", model));
    }
    let shown = Cell::text(of_model.map_or_else(|| "all".to_owned(), |shown| shown.name(model)));
    let mut rows = Vec::new();
    if tallied.decided > 0 {
        let share = named(&format!("labels.{name}"), &place);
        let seen = Size { units: tallied.units.len() as u64, samples: tallied.decided };
        claims.count(
            named(&format!("labels.{name}.yes"), &place),
            format!("`{name}` is said of so many"),
            tallied.yes,
            seen,
            flags(by, None),
        );
        claims.follows(|| Derivation::sum([tallied.by_question(|(_, yes)| *yes)]));
        claims.count(
            named(&format!("labels.{name}.n"), &place),
            format!("so many carry the label `{name}`"),
            tallied.decided,
            seen,
            flags(by, None),
        );
        claims.follows(|| Derivation::sum([tallied.by_question(|(n, _)| *n)]));
        claims.make(Stated {
            name: share.clone(),
            statement: format!("share of labelled calls of which `{name}` is said, by {who} labels"),
            parameter: Parameter::SHARE,
            estimate: tallied.questions().share(claims.level),
            flags: flags(by, Some(tallied.questions().interval_finding())),
        });
        rows.push(Row {
            cells: vec![
                Cell::text(name),
                Cell::text(who),
                shown.clone(),
                Cell::Count(tallied.yes),
                Cell::Count(tallied.decided),
                Cell::claim(share.clone()),
                Cell::mark(share),
            ],
            remark: None,
        });
    }
    // Words are counted over all models: a table of every word of every model is nothing to look at.
    for (word, count) in tallied.words.iter().filter(|_| of_model.is_none()) {
        let mut place = place.clone();
        place.push(("value", word));
        claims.count(
            named(&format!("labels.{name}.count"), &place),
            format!("`{name}` is so often \"{}\"", word.escape_debug()),
            *count,
            Size::single(tallied.worded),
            flags(by, None),
        );
        rows.push(Row {
            cells: vec![
                Cell::text(format!("{name}: {word}")),
                Cell::text(who),
                shown.clone(),
                Cell::Count(*count),
                Cell::Count(tallied.worded),
                Cell::Absent("counted only".to_owned()),
                Cell::Absent("counted only".to_owned()),
            ],
            remark: None,
        });
    }
    rows
}

impl Tallied {
    /// A count of every question that carries such a label, in the order of its number.
    fn by_question(&self, of: impl Fn(&(u32, u32)) -> u32) -> Derived {
        let ordered: BTreeMap<u32, (u32, u32)> = self.units.iter().map(|(unit, counts)| (*unit, *counts)).collect();
        Derived::counts(ordered.values().map(of))
    }

    /// Labels by question, in a fixed order.
    fn questions(&self) -> Pooled {
        let ordered: BTreeMap<u32, (u32, u32)> = self.units.iter().map(|(unit, counts)| (*unit, *counts)).collect();
        Pooled::of(ordered.values().map(|(samples, correct)| Tally { samples: *samples, correct: *correct }))
    }
}

/// The word for who labelled.
pub(super) fn labeller(by: Labeller) -> &'static str {
    match by {
        Labeller::Human => "human",
        Labeller::Judge => "judge",
        Labeller::Source => "source",
    }
}

/// The findings on a labelled share.
fn flags(by: Labeller, interval: Option<Finding>) -> Flags {
    let flags = match interval {
        Some(finding) => recorded().with(Flag::Interval, finding),
        None => recorded().holds(Flag::Interval, "a count"),
    };
    measured_by(flags, by == Labeller::Human)
        .holds(Flag::Design, "no causal words")
        .holds(Flag::Attrition, "the share is that of labelled calls")
        .holds(Flag::Scope, "these labelled calls")
}
