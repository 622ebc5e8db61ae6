//! Do answers change under a change of the prompt beyond what asking again changes? The divergence with its test; flips stand beside it and are
//! never tested. For swapped comparisons: does the answer flip?

use candor_stats::derivation::Derivation;
use candor_stats::multiplicity::holm;
use candor_stats::perturbation::{Divergence, Rate, divergence};
use candor_stats::{Asserted, Claim, Estimate, Flag, Flags, Interval, Level, Parameter, Size, Undefined};

use super::changes::Relation;
use super::compared::Compared;
use super::pairs::Pair;
use super::report::Draft;
use crate::claims::{Stated, at_level, enough, one_model, recorded};
use crate::derive::item;
use crate::places;
use crate::words::{chance, p_value};
use crate::{Cell, Error, Row};

/// The claims about the answers of all arms: one family.
pub(super) fn claims(draft: &mut Draft<'_>, pairs: &[Pair]) -> Result<(), Error> {
    let tested: Vec<&Pair> = pairs.iter().filter(|pair| testable(pair)).collect();
    let shown = pairs.iter().filter(|pair| pair.relation != Relation::Flips && pair.compared.is_ok()).count();
    // Every column of the table holds together.
    let each = draft.settings.level.bonferroni(shown);
    let swaps = pairs.iter().filter(|pair| pair.relation == Relation::Flips).count();
    let each_swap = draft.settings.level.bonferroni(swaps);
    let found: Vec<Divergence> = tested
        .iter()
        .filter_map(|pair| pair.compared.as_ref().ok())
        .map(|compared| divergence(&compared.questions, each, draft.settings.seed))
        .collect();
    let raw: Vec<f64> = found.iter().map(|divergence| divergence.test.as_ref().map_or(1.0, |test| test.p)).collect();
    let mut adjusted = holm(&raw)?.into_iter();
    let mut found = found.into_iter();
    for pair in pairs {
        if let Ok(compared) = &pair.compared {
            draft.attrition.extend(compared.losses.iter().cloned());
        }
        if pair.relation == Relation::Flips {
            swapped(draft, pair, each_swap);
            continue;
        }
        let divergence = if testable(pair) { found.next().zip(adjusted.next()) } else { None };
        one(draft, pair, divergence, each);
    }
    Ok(())
}

/// Whether some question has two samples in each arm.
fn testable(pair: &Pair) -> bool {
    let two = |compared: &Compared| {
        compared.questions.iter().any(|answers| {
            let (before, after) = answers.samples();
            before.min(after) > 1
        })
    };
    pair.relation != Relation::Flips && pair.compared.as_ref().is_ok_and(two)
}

fn flags(pair: &Pair) -> Flags {
    let flags = recorded()
        .holds(Flag::Design, "the same model on the same questions, only the change differs")
        .holds(Flag::Measurement, "recorded answers compared as texts, white space at their ends aside");
    let flags = match &pair.compared {
        Ok(compared) => flags.with(Flag::Attrition, compared.lost()),
        Err(_) => flags,
    };
    one_model(flags, places::model(&pair.place))
}

/// What asking again would need.
fn missing(pair: &Pair) -> Undefined {
    match &pair.compared {
        Err(why) => why.clone(),
        Ok(_) => Undefined::too_few("samples of a question in each arm", 1, 2),
    }
}

fn one(draft: &mut Draft<'_>, pair: &Pair, found: Option<(Divergence, f64)>, each: Level) {
    let level = draft.settings.level;
    let under = pair.under();
    let units = pair.compared.as_ref().map_or(&[][..], |compared| &compared.units);
    draft.about(units);
    let names = draft.units;
    let called = |estimate: Result<Estimate, Undefined>| {
        estimate.map(|estimate| {
            estimate.called(|at| {
                let unit = usize::try_from(at).ok().and_then(|at| units.get(at));
                unit.map_or_else(String::new, |unit| item(names.name(*unit)))
            })
        })
    };
    let named = |rate: Rate| rate.map(|estimate| at_level(called(estimate), level));
    let name = pair.name("divergence");
    let varied =
        pair.compared.as_ref().map_or(0, |compared| compared.flips.iter().filter(|flips| **flips > 0.0).count() as u64);
    let (estimate, p, again) = match found {
        Some((found, adjusted)) => (
            at_level(called(found.divergence.clone()), level).and_then(reaching_zero),
            found.test.as_ref().ok().map(|_| adjusted),
            Some((named(found.resampled_first), named(found.resampled_second), named(found.flipped))),
        ),
        None => (Err(missing(pair)), None, None),
    };
    let units = estimate.as_ref().ok().and_then(Estimate::size).map_or(0, |size| size.units);
    let clear = estimate.as_ref().is_ok_and(|estimate| estimate.interval().is_ok_and(|ends| ends.low() > 0.0));
    let mut flags_of = flags(pair).with(Flag::Interval, enough(units, varied));
    if clear && p.is_some_and(|p| p > level.alpha()) {
        flags_of = flags_of.fails(
            Flag::Interval,
            "the interval and the exact permutation test disagree",
            "more questions, until both say the same",
        );
    }
    let test = match p {
        Some(p) => format!(" (permutation {}, Holm)", p_value(p)),
        None => String::new(),
    };
    draft.claims.assert(
        Stated {
            name: name.clone(),
            statement: format!("answers change beyond what asking again changes{test}: {under}"),
            parameter: Parameter::DIFFERENCE,
            estimate,
            flags: flags_of,
        },
        Asserted::Better,
        &format!("answers change less than asking again changes them{test}: {under}"),
    );
    let flips = flip_rate(draft, pair, each, again.as_ref().map(|(.., flipped)| flipped.clone()));
    let mut asked = Vec::new();
    if let Some((before, after, _)) = &again {
        for (what, arm, rate) in [("again_before", pair.base(), before), ("again_after", pair.arm.as_str(), after)] {
            let name = pair.name(what);
            draft.claims.make(Stated {
                name: name.clone(),
                statement: format!(
                    "two answers of one question differ when {} is asked twice: {under}",
                    arm.escape_debug()
                ),
                parameter: Parameter::SHARE,
                estimate: rate.estimate.clone(),
                flags: flags(pair).with(Flag::Interval, rate.finding.clone()),
            });
            asked.push(Cell::claim(name));
        }
    }
    let questions = Cell::Count(pair.compared.as_ref().map_or(0, |compared| compared.questions.len() as u64));
    let mut cells = vec![Cell::text(draft.label(&pair.place)), Cell::text(pair.arm.clone()), questions];
    if let Some(flips) = flips {
        let mut cells = cells.clone();
        cells.push(Cell::claim(flips));
        asked.resize_with(2, || Cell::Absent("two samples of a question in each arm are needed".to_owned()));
        cells.extend(asked);
        draft.tables.flips.push(Row { cells, remark: None });
    }
    cells.push(Cell::claim(name.clone()));
    cells.push(p.map_or_else(|| Cell::Absent("not tested".to_owned()), |p| Cell::text(chance(p))));
    cells.push(Cell::mark(name.clone()));
    draft.tables.answers.push(Row { cells, remark: None });
    if p.is_some_and(|p| p <= level.alpha()) {
        let sharper = again.as_ref().is_some_and(|(before, _, flipped)| {
            matches!((&before.estimate, &flipped.estimate), (Ok(before), Ok(flipped)) if flipped.value() <= before.value())
        });
        let who = draft.who(&pair.place);
        let what = if sharper {
            format!(
                "{who}: answers are distributed otherwise under {}, though no more of them flip than when asked again",
                pair.arm.escape_debug()
            )
        } else {
            format!("{who}: answers change under {} beyond what asking again changes", pair.arm.escape_debug())
        };
        let moved = pair.compared.as_ref().ok().and_then(|compared| compared.moved);
        draft.find(&name, what, |points| points, moved);
    }
}

/// D is never below 0, its unbiased estimate may be: then the upper end is at least what an estimate of 0 would have. This only widens.
fn reaching_zero(estimate: Estimate) -> Result<Estimate, Undefined> {
    let (Ok(interval), Some(size)) = (estimate.interval(), estimate.size()) else { return Ok(estimate) };
    let high = interval.high().max(interval.half_width());
    let ends = Interval::new(interval.low(), high, interval.level()).map_err(|_| Undefined::no_data("questions"));
    // The upper end follows from the interval that the estimate carries.
    let derived = Estimate::new(estimate.value(), ends, size, estimate.method().clone())?;
    Ok(derived.derived(|| Derivation::by("reaching-zero").part(estimate.derivation())))
}

/// The raw flips: of the questions that the divergence rests on, else of all with a sample in each arm. Never tested.
fn flip_rate(draft: &mut Draft<'_>, pair: &Pair, each: Level, of_tested: Option<Rate>) -> Option<String> {
    let compared = pair.compared.as_ref().ok()?;
    let level = draft.settings.level;
    let Rate { estimate, finding } =
        of_tested.unwrap_or_else(|| rate(compared, each).map(|estimate| at_level(estimate, level)));
    let name = pair.name("flipped");
    let beside = if testable(pair) { "" } else { ", asking again not measured" };
    draft.claims.make(Stated {
        name: name.clone(),
        statement: format!(
            "an answer differs from one to the question as it stood; shown, not tested{beside}: {}",
            pair.under()
        ),
        parameter: Parameter::SHARE,
        flags: flags(pair).with(Flag::Interval, finding),
        estimate,
    });
    Some(name)
}

/// Mean over questions of the share of differing pairs.
fn rate(compared: &Compared, level: Level) -> Rate {
    let size = Size { units: compared.flips.len() as u64, samples: compared.samples };
    Rate::of(compared.flips.iter().copied(), level).map_or_else(
        |_| Rate::undefined(Undefined::no_data("questions")),
        |rate| rate.map(|estimate| Ok(estimate?.resized(size))),
    )
}

/// A comparison with its sides exchanged: the answer must flip.
fn swapped(draft: &mut Draft<'_>, pair: &Pair, each: Level) {
    let level = draft.settings.level;
    let (name, again) = (pair.name("flips"), pair.name("again_before"));
    let at = |rate: Rate| rate.map(|estimate| at_level(estimate, level));
    let (flips, resampled) = match &pair.compared {
        Ok(compared) => {
            let divergence = divergence(&compared.questions, each, draft.settings.seed);
            (at(rate(compared, each)), at(divergence.resampled_first))
        }
        Err(why) => (Rate::undefined(why.clone()), Rate::undefined(why.clone())),
    };
    draft.claims.make(Stated {
        name: name.clone(),
        statement: format!("the answer flips when the sides of the comparison are exchanged: {}", pair.under()),
        parameter: Parameter::SHARE,
        estimate: flips.estimate,
        flags: flags(pair).with(Flag::Interval, flips.finding),
    });
    draft.claims.make(Stated {
        name: again.clone(),
        statement: format!("two answers differ when the comparison as it stood is asked twice: {}", pair.under()),
        parameter: Parameter::SHARE,
        flags: flags(pair).with(Flag::Interval, resampled.finding),
        estimate: resampled.estimate,
    });
    draft.tables.swapped.push(Row {
        cells: vec![
            Cell::text(draft.label(&pair.place)),
            Cell::text(pair.arm.clone()),
            Cell::Count(pair.compared.as_ref().map_or(0, |compared| compared.questions.len() as u64)),
            Cell::claim(name.clone()),
            Cell::claim(again),
            Cell::mark(name.clone()),
        ],
        remark: None,
    });
    if draft.claims.find(&name).is_some_and(below_one) {
        let who = draft.who(&pair.place);
        let sentence = format!("{who}: the answer does not always flip when the sides of a comparison are exchanged");
        draft.find(&name, sentence, |points| 100.0 - points, None);
    }
}

fn below_one(claim: &Claim) -> bool {
    claim.estimate().is_ok_and(|estimate| estimate.interval().is_ok_and(|interval| interval.high() < 1.0 - 1e-9))
}
