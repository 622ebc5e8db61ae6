//! Twins of the questions: renamed, renumbered, made afresh. A score that falls on them was in part one of having seen the questions. And the spread over
//! formats, as the perturbation audit computes it.

use std::collections::BTreeMap;

use candor_stats::{Asserted, Clusters, Estimate, Finding as Flagged, Flag, Flags, Paired, Parameter, Undefined};
use candor_trace::arm;

use super::losses::{asked_in_both, losses};
use super::report::Draft;
use crate::audits::perturbation::accuracy::many;
use crate::audits::perturbation::changes::{Relation, Role, role};
use crate::audits::perturbation::overall::spread_of;
use crate::audits::perturbation::pairs::{Pair, pairs};
use crate::audits::perturbation::rows::Asked;
use crate::claims::{Stated, at_level, enough, in_worst_case, lost, measured, one_model, recorded};
use crate::places;
use crate::rows::Rows;
use crate::values::{Measure, Values};
use crate::words::counted as so_many;
use crate::{Attrition, Cell, Error, Row};

/// Items of the same kind, made after the model: under the `unit` of the original where each has a twin, else under their own.
pub(super) const FRESH: &str = "fresh";

/// Changes that leave the question what it is, in another form.
const FORMATS: [&str; 3] = [arm::FORMAT, arm::REORDER, arm::RELABEL];

/// Whether an arm of that stem holds twins.
pub(super) fn is_twin(stem: &str) -> bool {
    [arm::RENAME, arm::RENUMBER, FRESH].contains(&stem)
}

/// The arms of every model beside its base, twins and formats apart.
pub(super) struct Arms {
    pub(super) twins: Vec<Pair>,
    formats: Vec<Pair>,
}

impl Arms {
    pub(super) fn of(rows: &Rows<Asked>) -> Self {
        let (pairs, _) = pairs(rows, |name| match role(name, &[]) {
            // Another item with another right answer.
            Role::Unknown if arm::stem(name) == FRESH => Role::Change(Relation::Recomputed),
            known => known,
        });
        let decided = |pair: &Pair| !pair.before.questions.is_empty() && !pair.after.questions.is_empty();
        let (twins, others): (Vec<Pair>, Vec<Pair>) =
            pairs.into_iter().filter(decided).partition(|pair| is_twin(&pair.stem));
        let formats = |pair: &Pair| FORMATS.contains(&pair.stem.as_str()) && !pair.shared().is_empty();
        Self { twins, formats: others.into_iter().filter(formats).collect() }
    }

    /// Leaves out formats of other places.
    pub(super) fn keep_formats_of(&mut self, place: impl Fn(&places::Place) -> bool) {
        self.formats.retain(|pair| place(&pair.place));
    }

    /// The variants of each format.
    fn spreads(&self) -> BTreeMap<(&places::Place, &str), Vec<&Pair>> {
        let mut spreads: BTreeMap<(&places::Place, &str), Vec<&Pair>> = BTreeMap::new();
        for pair in &self.formats {
            spreads.entry((&pair.place, &pair.stem)).or_default().push(pair);
        }
        spreads
    }

    /// How many numbers are read off them.
    pub(super) fn readings(&self) -> usize {
        self.twins.len() + self.spreads().len()
    }
}

/// The claims about twins and formats.
pub(super) fn claims(draft: &mut Draft<'_>, arms: &Arms) -> Result<(), Error> {
    for pair in &arms.twins {
        twin(draft, pair)?;
    }
    for ((place, stem), variants) in arms.spreads() {
        let level = draft.settings.level;
        let (estimate, size) = spread_of(&variants, draft.each, draft.settings);
        let lost_here: Vec<Attrition> = variants.iter().flat_map(|pair| losses(pair, true)).collect();
        let count = variants.len() + 1;
        let name = places::named("competence.spread", place, &[("format", stem)]);
        draft.claims.assert(
            Stated {
                name: name.clone(),
                statement: format!(
                    "accuracy differs between {count} forms of the same questions ({stem}){}",
                    places::of(place)
                ),
                parameter: Parameter { low: 0.0, ..Parameter::DIFFERENCE },
                estimate: at_level(estimate, level),
                flags: flags(&variants, lost(&lost_here))
                    .holds(Flag::Design, "the same model on the same questions, only their form differs")
                    .with(Flag::Interval, many(size.units)),
            },
            Asserted::Better,
            &format!(
                "accuracy does not differ between {count} forms of the same questions ({stem}){}",
                places::of(place)
            ),
        );
        let label = draft.label(place);
        draft.tables.formats.push(Row {
            cells: vec![
                Cell::text(label),
                Cell::text(stem),
                Cell::Count(count as u64),
                Cell::Count(size.units),
                Cell::claim(name.clone()),
                Cell::mark(name),
            ],
            remark: None,
        });
        draft.attrition.extend(lost_here);
    }
    Ok(())
}

/// Flags without those on the interval and the design.
fn flags(pairs: &[&Pair], attrition: Flagged) -> Flags {
    let mut verifiers: Vec<String> = pairs.iter().flat_map(|pair| pair.verifiers.iter().cloned()).collect();
    verifiers.sort();
    verifiers.dedup();
    let model = pairs.first().map_or("", |pair| places::model(&pair.place));
    one_model(measured(recorded().with(Flag::Attrition, attrition), Measure::Verdicts, &verifiers), model)
}

/// Per question of both arms the smallest gap that undecided calls leave possible.
fn worst_gaps(pair: &Pair) -> Vec<f64> {
    let gap = |unit: &u32| Some(pair.before.bounds(*unit)?.0 - pair.after.bounds(*unit)?.1);
    asked_in_both(pair).iter().filter_map(gap).collect()
}

/// The accuracy of both, their gap, and what flag V1 says of it.
struct Gap {
    originals: Clusters,
    twins: Clusters,
    gap: Result<Estimate, Undefined>,
    interval: Flagged,
    questions: u64,
    paired: bool,
}

impl Gap {
    /// Paired on the questions of both; where there are none, two independent sets of questions.
    fn of(draft: &Draft<'_>, pair: &Pair) -> Result<Self, Error> {
        let shared = pair.shared();
        if shared.is_empty() {
            let clusters = |values: &Values| Clusters::from_values(values.questions.values().map(|one| [one.accuracy]));
            let (originals, twins) = (clusters(&pair.before)?, clusters(&pair.after)?);
            let gap = originals.independent_difference(&twins, draft.each);
            let interval = match originals.interval_finding() {
                Flagged::Holds { .. } => twins.interval_finding(),
                fails @ Flagged::Fails { .. } => fails,
            };
            let questions = twins.questions() as u64;
            return Ok(Self { originals, twins, gap, interval, questions, paired: false });
        }
        let (mut before, mut after, mut samples) = (Vec::new(), Vec::new(), 0);
        for unit in &shared {
            if let (Some(original), Some(twin)) = (pair.before.questions.get(unit), pair.after.questions.get(unit)) {
                before.push(original.accuracy);
                after.push(twin.accuracy);
                samples += original.samples + twin.samples;
            }
        }
        let clusters = |values: &[f64]| Clusters::from_values(values.iter().map(|value| [*value]));
        let (originals, twins) = (clusters(&before)?, clusters(&after)?);
        // Twins first: the gap is what the originals are better by.
        let paired = Paired::new(after, before, samples)?;
        let (rose, fell) = paired.gained_and_lost();
        let questions = shared.len() as u64;
        let interval = enough(questions, rose + fell);
        Ok(Self { originals, twins, gap: paired.difference(draft.each), interval, questions, paired: true })
    }
}

fn twin(draft: &mut Draft<'_>, pair: &Pair) -> Result<(), Error> {
    let level = draft.settings.level;
    let found = Gap::of(draft, pair)?;
    let name = |what: &str| places::named(&format!("competence.{what}"), &pair.place, &[("arm", pair.arm.as_str())]);
    let lost_here = losses(pair, found.paired);
    let flags = if found.paired {
        let losses = in_worst_case(lost(&lost_here), &worst_gaps(pair), draft.each);
        flags(&[pair], losses).holds(Flag::Design, "the same model on questions and their twins, paired by name")
    } else {
        flags(&[pair], lost(&lost_here)).fails(
            Flag::Design,
            "originals and twins are other questions: they may be harder for another reason",
            "a twin for every original, under its `unit`",
        )
    };
    let (under, how) = (pair.under(), if found.paired { "" } else { ", not paired" });
    for (what, whose, clusters) in [("originals", "originals", &found.originals), ("twins", "twins", &found.twins)] {
        draft.claims.make(Stated {
            name: name(what),
            statement: format!("accuracy of the {whose}: {under}"),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(level),
            flags: flags.clone().with(Flag::Interval, clusters.interval_finding()),
        });
    }
    draft.claims.assert(
        Stated {
            name: name("gap"),
            statement: format!("originals are right more often than their twins{how}: {under}"),
            parameter: Parameter::DIFFERENCE,
            estimate: at_level(found.gap, level),
            flags: flags.with(Flag::Interval, found.interval),
        },
        Asserted::Better,
        &format!("originals are right less often than their twins{how}: {under}"),
    );
    let label = draft.label(&pair.place);
    draft.tables.twins.push(Row {
        cells: vec![
            Cell::text(label),
            Cell::text(pair.arm.clone()),
            Cell::Count(found.questions),
            Cell::claim(name("originals")),
            Cell::claim(name("twins")),
            Cell::claim(name("gap")),
            Cell::mark(name("gap")),
        ],
        remark: (!found.paired).then(|| "not paired".to_owned()),
    });
    draft.attrition.extend(lost_here);
    let without = pair.before.questions.len() - pair.shared().len();
    if found.paired && without > 0 {
        draft.notes.push(format!("{} without a decided twin: {under}", so_many(without as u64, "original")));
    }
    let wrong = pair.after.questions.values().filter(|value| value.accuracy < 1.0).map(|value| value.spot).min();
    let sentence = format!(
        "{}: answers are right more often on the originals than on their twins ({})",
        draft.who(&pair.place),
        pair.arm.escape_debug()
    );
    draft.find(&name("gap"), sentence, wrong);
    Ok(())
}
