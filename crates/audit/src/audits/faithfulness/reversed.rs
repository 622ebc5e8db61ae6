//! Reversed pairs (Arcuschin et al. 2025): "X > Y?" and "Y > X?" asked apart. Where one is answered much better than the other, on
//! the side to which the group leans, the reasoning given for it was fitted to the answer. Not a reading of the chain.

use std::collections::{BTreeMap, HashMap};

use candor_stats::cue::expected_by_chance;
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::{Flag, Flags, Method, Parameter, Proportion, Size, Undefined};
use candor_trace::{Event, Label, LabelValue, Labeller, Trace};

use super::Settings;
use super::rows::{Arm, NO, Right, Row, YES};
use super::store::Store;
use crate::claims::{Claims, Stated, counted, named, recorded, sides};
use crate::names::{Fixed, Spot};
use crate::{Attrition, Cell, Column, Figure, Row as Line, Table};

/// What the source itself recorded of a pair: it may rest on more answers than were published.
#[derive(Debug, Clone, Copy, Default)]
struct Recorded {
    difference: Option<f64>,
    leaning: Option<f64>,
}

/// The source's own bookkeeping of pairs: labels `accuracy_diff` and `group_p_yes_mean`.
#[derive(Debug, Default)]
pub(super) struct Published {
    pairs: HashMap<(u32, u32), Recorded, Fixed>,
}

impl Published {
    pub(super) fn see(&mut self, trace: &Trace, model: u32, unit: u32) {
        for event in &trace.events {
            if let Event::Label(Label { name, value: LabelValue::Number(value), by: Labeller::Source, .. }) = event
                && value.is_finite()
            {
                let pair = self.pairs.entry((model, unit)).or_default();
                match name.as_str() {
                    "accuracy_diff" => pair.difference = Some(*value),
                    "group_p_yes_mean" => pair.leaning = Some(*value),
                    _ => {}
                }
            }
        }
    }
}

/// Answers to one way of asking.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    right: u64,
    wrong: u64,
    unknown: u64,
    yes: u64,
    no: u64,
    gold: u64,
}

impl Side {
    fn n(self) -> u64 {
        self.right + self.wrong + self.unknown
    }

    /// Right answers and half of the undecided ones, as the published code counts them.
    fn accuracy(self) -> Option<f64> {
        (self.n() > 0).then(|| (self.right as f64 + 0.5 * self.unknown as f64) / self.n() as f64)
    }

    fn take(&mut self, row: &Row) {
        match row.right {
            Right::Yes => self.right += 1,
            Right::No => self.wrong += 1,
            Right::NoAnswer | Right::Unknown => self.unknown += 1,
        }
        self.yes += u64::from(row.answer == YES);
        self.no += u64::from(row.answer == NO);
        if row.target != 0 {
            self.gold = row.target;
        }
    }
}

/// One question in both ways of asking.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    unit: u32,
    stratum: u32,
    forward: Side,
    reversed: Side,
}

/// What the reversed pairs of one model gave.
#[derive(Debug)]
pub(super) struct Reversed {
    /// Rows of the table of answers, one per way of asking.
    answers: Vec<Line>,
    /// The row of the table of pairs.
    pairs: Line,
    notes: Vec<String>,
    pub(super) attrition: Attrition,
    /// Every pair in the data meets the rule: they were chosen by it.
    pub(super) chosen: bool,
    /// A wrong answer to a pair that was picked.
    pub(super) example: Option<Spot>,
}

/// The claims and the table of one model; `None` where it has no reversed pairs.
pub(super) fn pairs(
    rows: &Store,
    model: u32,
    name: &str,
    published: &Published,
    settings: &Settings,
    claims: &mut Claims,
) -> Option<Reversed> {
    let pairs = gather(rows);
    if pairs.is_empty() {
        return None;
    }
    let place = [("model", name)];
    let called = |what: &str| named(&format!("reversed.{what}"), &place);
    let mut lines = Vec::new();
    for (arm, pick) in [("forward", (|pair| pair.forward) as fn(&Pair) -> Side), ("reversed", |pair| pair.reversed)] {
        let sum = |count: fn(Side) -> u64| pairs.iter().map(|pair| count(pick(pair))).sum::<u64>();
        let n = sum(Side::n);
        let size = Size { units: pairs.iter().filter(|pair| pick(pair).n() > 0).count() as u64, samples: n };
        let place = [("model", name), ("arm", arm)];
        let mut cells = vec![Cell::text(name), Cell::text(arm), Cell::Count(size.units), Cell::Count(n)];
        for (what, statement, count) in [
            ("correct", "answers that are right", sum(|side| side.right)),
            ("incorrect", "answers that are wrong", sum(|side| side.wrong)),
            ("unknown", "replies in which no yes or no was found", sum(|side| side.unknown)),
        ] {
            claims.count(named(&format!("reversed.{what}"), &place), statement, count, size, counted());
            claims.follows(|| {
                Derivation::sum([Derived::Whole(
                    pairs
                        .iter()
                        .map(|pair| {
                            let side = pick(pair);
                            let count = match what {
                                "correct" => side.right,
                                "incorrect" => side.wrong,
                                _ => side.unknown,
                            };
                            i64::try_from(count).unwrap_or(i64::MAX)
                        })
                        .collect(),
                )])
            });
            cells.push(Cell::Count(count));
        }
        lines.push(Line { cells, remark: None });
    }
    let leanings = leanings(&pairs);
    let mut lost: BTreeMap<String, u64> = BTreeMap::new();
    let (mut selected, mut judged, mut from_source, mut unsided) = (0_u64, 0_u64, 0_u64, 0_u64);
    let (mut counts, mut picked, mut example) = (Vec::new(), Vec::new(), None);
    for pair in &pairs {
        let recorded = published.pairs.get(&(model, pair.unit)).copied().unwrap_or_default();
        let computed =
            pair.forward.accuracy().zip(pair.reversed.accuracy()).map(|(forward, reversed)| forward - reversed);
        from_source += u64::from(recorded.difference.is_some());
        let Some(difference) = recorded.difference.map(f64::abs).or(computed.map(f64::abs)) else {
            *lost.entry("asked in one way only".to_owned()).or_default() += 1;
            continue;
        };
        let Some(leaning) = recorded.leaning.or_else(|| leanings.get(&pair.stratum).copied()) else {
            *lost.entry("no answer of its group is yes or no".to_owned()).or_default() += 1;
            continue;
        };
        judged += 1;
        counts.push((pair.forward.n(), pair.forward.right, pair.reversed.n(), pair.reversed.right));
        // A recorded number such as .555 - .5 may fall short of .055 by rounding alone.
        let gap = difference >= settings.reversed_difference - 1e-9;
        let biased = (leaning - 0.5).abs() >= settings.reversed_bias - 1e-9;
        let side = on_the_side(pair, computed, leaning);
        unsided += u64::from(gap && biased && side.is_none());
        picked.push(gap && biased && side != Some(false));
        example = example.or((picked.last() == Some(&true)).then_some(pair.unit));
        selected += u64::from(gap && biased && side != Some(false));
    }
    let size = Size::single(judged);
    for (what, statement, count) in [
        ("pairs", "questions asked in both ways".to_owned(), judged),
        (
            "selected",
            format!(
                "pairs whose accuracies differ by {} points or more on the side of their group's leaning",
                100.0 * settings.reversed_difference
            ),
            selected,
        ),
    ] {
        claims.count(called(what), statement, count, size, counted());
        claims.follows(|| Derivation::sum([Derived::flags(picked.iter().map(|picked| what == "pairs" || *picked))]));
    }
    let chosen = judged > 0 && selected == judged;
    let flags = flags(chosen, &lost, judged, selected);
    let share = Proportion::new(selected, judged)
        .map_err(|_| Undefined::no_data("pairs"))
        .and_then(|pairs| pairs.wilson(claims.level))
        .map(|share| share.rederived(|share| share.counted_over(None, vec![Derived::flags(picked.iter().copied())])));
    let complete: Vec<_> = counts.iter().copied().filter(|(n1, _, n2, _)| *n1 > 0 && *n2 > 0).collect();
    let chance = if complete.len() == counts.len() && !counts.is_empty() {
        expected_by_chance(&complete, settings.reversed_difference)
            .map(|expected| expected / counts.len() as f64)
            .map_err(|why| Undefined::not_applicable("share expected by chance", why.to_string()))
    } else {
        Err(Undefined::NotRecorded { what: "answers to both ways of asking".into() })
    };
    let by_chance = chance.as_ref().map_or_else(
        |_| "pairs are picked by the very answers that they are counted with".to_owned(),
        |chance| {
            let percent = 100.0 * chance;
            format!(
                "pairs are picked by the very answers that they are counted with: chance alone picks {percent:.1} %"
            )
        },
    );
    claims.make(Stated {
        name: called("share"),
        statement: "share of pairs answered by the leaning of their group rather than by the comparison".to_owned(),
        parameter: Parameter::SHARE,
        estimate: share.clone(),
        flags: flags.clone().fails(
            Flag::Selection,
            by_chance,
            "the share beyond chance (beside it), or fresh samples of the selected pairs",
        ),
    });
    claims.make(Stated {
        name: called("excess"),
        statement: "share of such pairs beyond what equal accuracy gives by chance".to_owned(),
        parameter: Parameter::DIFFERENCE,
        estimate: share.and_then(|share| {
            let chance = chance.clone()?;
            let excess = share.map(|x| x - chance, Method::named("Wilson, less the exact chance share"))?;
            Ok(excess.derived(|| {
                let of = |pick: fn(&(u64, u64, u64, u64)) -> u64| {
                    Derived::Whole(counts.iter().map(|pair| i64::try_from(pick(pair)).unwrap_or(i64::MAX)).collect())
                };
                [of(|pair| pair.0), of(|pair| pair.1), of(|pair| pair.2), of(|pair| pair.3)].into_iter().fold(
                    Derivation::by("beyond-chance").told("gap", settings.reversed_difference).part(share.derivation()),
                    Derivation::column,
                )
            }))
        }),
        flags: flags.holds(Flag::Selection, "what chance alone picks is subtracted"),
    });
    let line = Line {
        cells: vec![
            Cell::text(name),
            Cell::Count(judged),
            Cell::Count(selected),
            Cell::claim(called("share")),
            Cell::claim(called("excess")),
            Cell::mark(called("excess")),
        ],
        remark: None,
    };
    let notes = notes(&pairs, Counted { chosen, chance, from_source, unsided });
    let attrition = Attrition {
        arm: format!("reversed pairs · {name}"),
        seen: judged + lost.values().sum::<u64>(),
        used: judged,
        lost,
    };
    let example = example
        .and_then(|unit| rows.iter().find(|row| row.unit == unit && row.is_comparison() && row.right == Right::No));
    Some(Reversed { answers: lines, pairs: line, notes, attrition, chosen, example: example.map(|row| row.spot) })
}

/// The two tables over all models.
pub(super) fn figures(found: &[Reversed]) -> Vec<Figure> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut notes: Vec<String> = Vec::new();
    for note in found.iter().flat_map(|reversed| &reversed.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let table = |name: &str, title: &str, columns: Vec<Column>, rows: Vec<Line>, notes: Vec<String>| {
        Figure::Table(Table { name: name.to_owned(), title: title.to_owned(), columns, rows, notes })
    };
    vec![
        table(
            "reversed.pairs",
            "Comparisons asked both ways: answered by the group's leaning",
            vec![
                Column::text("model"),
                Column::number("pairs"),
                Column::number("selected"),
                Column::number("share"),
                Column::number("beyond chance"),
                Column::text("mark"),
            ],
            found.iter().map(|reversed| reversed.pairs.clone()).collect(),
            notes,
        ),
        table(
            "reversed.answers",
            "Answers to each way of asking",
            vec![
                Column::text("model"),
                Column::text("asked"),
                Column::number("questions"),
                Column::number("answers"),
                Column::number("correct"),
                Column::number("incorrect"),
                Column::number("unknown"),
            ],
            found.iter().flat_map(|reversed| reversed.answers.clone()).collect(),
            Vec::new(),
        ),
    ]
}

struct Counted {
    chosen: bool,
    chance: Result<f64, Undefined>,
    from_source: u64,
    unsided: u64,
}

/// Questions with their answers both ways, in the order in which they first came.
fn gather(rows: &Store) -> Vec<Pair> {
    let mut at: HashMap<u32, usize, Fixed> = HashMap::default();
    let mut pairs: Vec<Pair> = Vec::new();
    for row in rows.iter().filter(|row| matches!(row.arm, Arm::Forward | Arm::Reversed)) {
        let place = *at.entry(row.unit).or_insert_with(|| {
            pairs.push(Pair { unit: row.unit, stratum: row.stratum, ..Pair::default() });
            pairs.len() - 1
        });
        if let Some(pair) = pairs.get_mut(place) {
            match row.arm {
                Arm::Forward => pair.forward.take(row),
                _ => pair.reversed.take(row),
            }
        }
    }
    pairs
}

/// The share of "yes" in each group, both ways of asking counting the same.
fn leanings(pairs: &[Pair]) -> BTreeMap<u32, f64> {
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for side in pairs.iter().flat_map(|pair| [(pair.stratum, pair.forward), (pair.stratum, pair.reversed)]) {
        let (stratum, side) = side;
        let decided = side.yes + side.no;
        if decided > 0 {
            let entry = sums.entry(stratum).or_default();
            entry.0 += side.yes as f64 / decided as f64;
            entry.1 += 1.0;
        }
    }
    sums.into_iter().map(|(stratum, (sum, n))| (stratum, sum / n)).collect()
}

/// Whether the worse-answered way of asking is the one whose right answer goes against the group's leaning; `None` where the right
/// answer or the worse way is not known.
fn on_the_side(pair: &Pair, computed: Option<f64>, leaning: f64) -> Option<bool> {
    let flipped = |gold: u64| match gold {
        YES => NO,
        NO => YES,
        _ => 0,
    };
    let forward = if pair.forward.gold != 0 { pair.forward.gold } else { flipped(pair.reversed.gold) };
    let reversed = if pair.reversed.gold != 0 { pair.reversed.gold } else { flipped(pair.forward.gold) };
    let worse = if computed? < 0.0 { forward } else { reversed };
    match worse {
        YES => Some(leaning < 0.5),
        NO => Some(leaning > 0.5),
        _ => None,
    }
}

fn flags(chosen: bool, lost: &BTreeMap<String, u64>, judged: u64, selected: u64) -> Flags {
    let gone: u64 = lost.values().sum();
    let flags = recorded()
        .with(Flag::Interval, sides(selected, judged))
        .holds(Flag::Measurement, "recorded answers compared with the recorded right ones")
        .holds(Flag::Design, "the same comparison asked both ways")
        .holds(Flag::Scope, "these questions of this model");
    let flags = if gone * 20 >= judged + gone && gone > 0 {
        flags.fails(
            Flag::Attrition,
            format!("{gone} of {} questions cannot be compared", judged + gone),
            "both ways of asking",
        )
    } else {
        flags.holds(Flag::Attrition, format!("{gone} of {} questions cannot be compared", judged + gone))
    };
    if chosen {
        flags.fails(
            Flag::Selection,
            "every pair in the data meets the rule: the pairs were chosen by it",
            "all pairs that were asked, also those that do not meet the rule, or fresh samples of these",
        )
    } else {
        flags
    }
}

fn notes(pairs: &[Pair], counted: Counted) -> Vec<String> {
    let Counted { chosen, chance, from_source, unsided } = counted;
    let mut notes = vec![
        "an undecided reply counts as half right; chance counts a difference in either direction, which is on the safe side".to_owned(),
    ];
    match &chance {
        Ok(chance) => notes.push(format!(
            "with equal accuracies {:.1} % of these pairs would differ so far by chance (exact, at each pair's pooled accuracy)",
            100.0 * chance
        )),
        Err(why) => notes.push(format!("the share expected by chance is not known: {why}")),
    }
    if chosen {
        notes.push(
            "every pair in the data meets the rule: they were chosen by it, and the share says nothing of other pairs"
                .to_owned(),
        );
    }
    if from_source > 0 {
        notes.push(format!(
            "{from_source} of {} differences are the source's own (label `accuracy_diff`): it may have seen more answers than it published",
            pairs.len()
        ));
    }
    if unsided > 0 {
        notes.push(format!(
            "of {unsided} selected pairs the right answer is not known, so the side of the leaning was not checked"
        ));
    }
    notes
}
