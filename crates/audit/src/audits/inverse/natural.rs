//! Lengths that came about by themselves: a question's own samples, longer against shorter. Association only, and never an onset: where wrong
//! answers merely take longer, this finds a fall without any effect of length.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::derivation::{Column as Derived, is_kept};
use candor_stats::inverse::two_lines::FEWEST_LENGTHS;
use candor_stats::inverse::{Natural, natural};
use candor_stats::{Asserted, Estimate, Finding as Flagged, Flag, Flags, Level, Parameter, Size};

use super::lines;
use super::report::{Draft, question, without_model};
use super::rows::{Chain, Counted, counted};
use crate::claims::{Stated, at_level, counted as exact, lost, measured, one_model, recorded};
use crate::derive::{items, sample};
use crate::efforts::rank;
use crate::names::Spot;
use crate::places::{self, Place};
use crate::rows::Rows;
use crate::values::{CUT_OFF, Measure};
use crate::words::{chance, counted as so_many, p_value};
use crate::{Attrition, Cell, Column, Error, Figure, Row, Table};

/// The samples of one model at one effort in one arm, by question.
pub(super) struct Lengths {
    pub(super) place: Place,
    counted: Counted,
    /// Questions with two samples or more, each with its length and whether it was right.
    questions: Vec<Vec<(f64, bool)>>,
    /// What they are called.
    units: Vec<u32>,
    /// Question, number and whether it was cut off of every sample, where derivations are kept.
    cut: Vec<(u32, u32, bool)>,
    /// A long wrong chain to look at.
    wrong: Option<Spot>,
    attrition: Attrition,
    truncated: Truncated,
    verifiers: Vec<String>,
}

/// Chains that ran into the token limit.
#[derive(Debug, Clone, Copy, Default)]
struct Truncated {
    all: u64,
    right: u64,
    wrong: u64,
}

/// Every subject with questions of several samples whose length is known.
pub(super) fn lengths(rows: &Rows<Chain>) -> Vec<Lengths> {
    let mut found: BTreeMap<Place, Lengths> = BTreeMap::new();
    for (at, (subject, chains)) in rows.subjects.iter().enumerate() {
        let place: Place =
            [("model", subject.model), ("effort", subject.effort), ("arm", subject.arm), ("cue", subject.cue)]
                .into_iter()
                .map(|(name, word)| (name, rows.words.name(word).to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect();
        let verifiers = rows.verifiers.get(at).cloned().unwrap_or_default();
        if let Some(lengths) = of_subject(place.clone(), chains, verifiers) {
            found.insert(place, lengths);
        }
    }
    let mut found: Vec<Lengths> = found.into_values().collect();
    // By their letters 16384 would stand before 4096.
    let of = |place: &Place, part: &str| place.iter().find(|(name, _)| *name == part).map(|(_, value)| value.clone());
    found.sort_by_cached_key(|one| (of(&one.place, "model"), rank(&of(&one.place, "effort").unwrap_or_default())));
    found
}

fn of_subject(place: Place, chains: &[Chain], mut verifiers: Vec<String>) -> Option<Lengths> {
    let counted = counted(chains)?;
    let mut lost: BTreeMap<String, u64> = BTreeMap::new();
    let mut truncated = Truncated::default();
    let mut questions: BTreeMap<u32, Vec<(f64, bool)>> = BTreeMap::new();
    let mut numbers: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut wrong: Option<(f64, Spot)> = None;
    let mut cut = Vec::new();
    for chain in chains {
        let why = if !numbers.insert((chain.kept.unit, chain.kept.sample)) {
            crate::claims::TWICE
        } else if chain.kept.truncated {
            cut.extend(is_kept().then_some((chain.kept.unit, chain.kept.sample, true)));
            truncated.all += 1;
            truncated.right += u64::from(chain.right() == Some(true));
            truncated.wrong += u64::from(chain.right() == Some(false));
            CUT_OFF
        } else {
            cut.extend(is_kept().then_some((chain.kept.unit, chain.kept.sample, false)));
            match (chain.length(counted), chain.right()) {
                (None, _) => "no length of the chain",
                (_, None) => "no verdict",
                (Some(length), Some(right)) => {
                    questions.entry(chain.kept.unit).or_default().push((length, right));
                    if !right && wrong.is_none_or(|(longest, _)| length > longest) {
                        wrong = Some((length, chain.kept.spot));
                    }
                    continue;
                }
            }
        };
        *lost.entry(why.to_owned()).or_default() += 1;
    }
    let alone: u64 = questions.values().filter(|samples| samples.len() < 2).map(|samples| samples.len() as u64).sum();
    if alone > 0 {
        lost.insert("only sample of its question".to_owned(), alone);
    }
    let seen = chains.len() as u64;
    let used = seen - lost.values().sum::<u64>();
    questions.retain(|_, samples| samples.len() > 1);
    let (units, questions): (Vec<u32>, Vec<Vec<(f64, bool)>>) = questions.into_iter().unzip();
    verifiers.sort();
    let label = places::label(&place);
    let arm = if label.is_empty() { "own lengths".to_owned() } else { format!("{label} · own lengths") };
    let attrition = Attrition { arm, seen, used, lost };
    (!questions.is_empty()).then(|| Lengths {
        place,
        counted,
        units,
        questions,
        cut,
        wrong: wrong.map(|(_, spot)| spot),
        attrition,
        truncated,
        verifiers,
    })
}

/// The claims about one subject, and its row; `each` is its share of the run's level.
pub(super) fn claims(draft: &mut Draft<'_>, lengths: &Lengths, each: Level) -> Result<Row, Error> {
    let place = &lengths.place;
    let name = |what: &str| places::named(&format!("inverse.{what}"), place, &[]);
    let of = places::of(place);
    // Two numbers of a row under one level.
    let Natural { longest_minus_shortest, test, concordance, one_length, one_outcome } =
        natural(&lengths.questions, each.bonferroni(2), draft.settings.seed)?;
    let all = lengths.questions.len() as u64;
    let flags =
        recorded().with(Flag::Design, Natural::design_finding()).with(Flag::Attrition, lost([&lengths.attrition]));
    let flags = one_model(measured(flags, Measure::Verdicts, &lengths.verifiers), places::model(place));
    let interval = |units: u64| both(units, all - one_outcome);
    let p = test.as_ref().map_or_else(|_| "-".to_owned(), |test| chance(test.p));
    let says = test.as_ref().map_or_else(|_| "no test".to_owned(), |test| format!("sign-flip {}", p_value(test.p)));
    let (ends, pairs) = (name("longest"), name("concordance"));
    let names = draft.units;
    let called = |mean: Estimate| mean.called(|at| question(names, &lengths.units, at));
    draft.claims.assert(
        Stated {
            name: ends.clone(),
            statement: format!(
                "association only: a question's longest samples are less often right than its shortest ({says}){of}"
            ),
            parameter: Parameter::DIFFERENCE,
            estimate: at_level(longest_minus_shortest.map(called), draft.settings.level),
            flags: flags.clone().with(Flag::Interval, interval(all - one_length)),
        },
        Asserted::Worse,
        &format!("association only: a question's longest samples are more often right than its shortest ({says}){of}"),
    );
    draft.claims.assert(
        Stated {
            name: pairs.clone(),
            statement: format!("association only: the right samples of a question are the shorter ones{of}"),
            parameter: Parameter::AGREEMENT,
            estimate: at_level(concordance.map(called), draft.settings.level),
            flags: flags.clone().with(Flag::Interval, interval(all - one_outcome)),
        },
        Asserted::Worse,
        &format!("association only: the right samples of a question are the longer ones{of}"),
    );
    truncated(draft, lengths, &name("truncated"), &flags);
    let lines: Vec<Vec<(f64, f64)>> = lengths
        .questions
        .iter()
        .map(|question| question.iter().map(|(x, right)| (*x, f64::from(u8::from(*right)))).collect())
        .collect();
    if distinct(&lines) >= FEWEST_LENGTHS {
        lines::claims(draft, (&lengths.units, &lines), place, ("length", lengths.counted.as_str()), &flags, each);
    }
    if draft.claims.find(&ends).is_some_and(below) {
        let label = places::label(place);
        let who = if label.is_empty() { "the model" } else { &label };
        draft.associate(
            &ends,
            places::is_cued(place),
            format!(
                "{who}: longer chains of a question are less often right: an association, no cause, since wrong answers may merely take longer"
            ),
            |points| -0.5 * points,
            lengths.wrong,
        );
    }
    draft.attrition.push(lengths.attrition.clone());
    Ok(Row {
        cells: vec![
            Cell::text(draft.shown.name(&places::label(place))),
            Cell::Count(all),
            Cell::Count(lengths.truncated.all),
            Cell::claim(ends.clone()),
            Cell::claim(pairs),
            Cell::text(p),
            Cell::mark(ends),
        ],
        remark: None,
    })
}

fn below(claim: &candor_stats::Claim) -> bool {
    let interval = claim.estimate().ok().and_then(|estimate| estimate.interval().ok());
    interval.is_some_and(|interval| interval.high() < 0.0)
}

/// V1: 30 questions, 10 of them with a right and a wrong sample.
fn both(units: u64, mixed: u64) -> Flagged {
    let because = format!("{units} questions, {mixed} with a right and a wrong sample");
    if units >= 30 && mixed >= 10 {
        Flagged::holds(because)
    } else {
        Flagged::fails(because, "at least 30 questions, 10 of them with a right and a wrong sample")
    }
}

fn distinct(questions: &[Vec<(f64, f64)>]) -> usize {
    let lengths: BTreeSet<u64> = questions.iter().flatten().map(|(length, _)| length.to_bits()).collect();
    lengths.len()
}

/// How many chains were cut off.
fn truncated(draft: &mut Draft<'_>, lengths: &Lengths, name: &str, flags: &Flags) {
    let all = lengths.truncated.all;
    let seen = Size { units: lengths.questions.len() as u64, samples: lengths.attrition.seen };
    let of = places::of(&lengths.place);
    draft.claims.count(
        name.to_owned(),
        format!("chains that ran into the token limit, left out{of}"),
        all,
        seen,
        flags.finding(Flag::Scope).map_or_else(exact, |scope| exact().with(Flag::Scope, scope.clone())),
    );
    let units = draft.units;
    draft.claims.counts(|| {
        let called = lengths.cut.iter().map(|(unit, number, _)| sample(units.name(*unit), *number));
        (items(called), vec![Derived::flags(lengths.cut.iter().map(|(_, _, cut)| *cut))])
    });
}

/// What a reader must know of the chains that were cut off, over all subjects; `None` where there are none.
pub(super) fn note(lengths: &[Lengths]) -> Option<String> {
    let sum = |of: fn(&Truncated) -> u64| lengths.iter().map(|one| of(&one.truncated)).sum::<u64>();
    let (all, right, wrong) = (sum(|t| t.all), sum(|t| t.right), sum(|t| t.wrong));
    (all > 0).then(|| {
        format!(
            "{} ran into the token limit and left out of own lengths, where they would be the longest: {wrong} called wrong, whose absence \
             makes long chains look better than they are; {right} called right, whose absence makes them look worse; {} not decided",
            so_many(all, "chain"),
            all - right - wrong
        )
    })
}

/// The table of all subjects; nothing where there is none.
pub(super) fn figure(rows: Vec<Row>, several: bool, counted: &str) -> Option<Figure> {
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        Column::text("model"),
        Column::number("questions"),
        Column::number("cut off"),
        Column::number("longest - shortest"),
        Column::number("right is longer"),
        Column::number("p"),
        Column::text("mark"),
    ];
    let (columns, rows) = without_model(columns, rows, several);
    Some(Figure::Table(Table {
        name: "inverse.natural".to_owned(),
        title: "Association only: a question's own samples, longer against shorter".to_owned(),
        columns,
        rows,
        notes: vec![
            format!(
                "length in {counted}; cut off: chains at the token limit, left out; intervals hold for all rows together, p for itself"
            ),
            "longest - shortest: share right among a question's longest samples minus among its shortest".to_owned(),
            "right is longer: share of pairs in which the right one is the longer, minus the shorter (Somers' D)"
                .to_owned(),
            "no cause: where wrong answers merely take longer, both are below 0 without any effect of length"
                .to_owned(),
        ],
    }))
}

impl Lengths {
    /// In what its lengths are counted.
    pub(super) fn counted(&self) -> &'static str {
        self.counted.as_str()
    }

    /// How many questions there are.
    pub(super) fn questions(&self) -> usize {
        self.questions.len()
    }
}
