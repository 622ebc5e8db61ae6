//! Accuracy by depth, against what single steps would make it: the accuracy at depth 1 to the power of the depth, as if every step were as hard as a
//! question of depth 1 and went wrong by itself.

use std::collections::BTreeMap;

use candor_stats::derivation::Derivation;
use candor_stats::{
    Asserted, Clusters, Estimate, Finding as Flagged, Flag, Interval, Level, Method, Parameter, Size, Undefined,
};

use super::base::Base;
use super::report::Draft;
use super::structure::Structure;
use crate::claims::{Stated, at_level};
use crate::places;
use crate::{Cell, Error, Row};

/// The questions of a base by their depth.
pub(super) fn depths(base: &Base, structure: &Structure) -> BTreeMap<u32, Vec<f64>> {
    let mut depths: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (unit, value) in &base.values.questions {
        if let Some(depth) = structure.depth(*unit) {
            depths.entry(depth).or_default().push(value.accuracy);
        }
    }
    depths
}

/// How many numbers are read off them: one for each depth beyond 1.
pub(super) fn readings(depths: &BTreeMap<u32, Vec<f64>>) -> usize {
    depths.keys().filter(|depth| **depth > 1).count()
}

/// The claims about the depths of one base.
pub(super) fn claims(draft: &mut Draft<'_>, base: &Base, structure: &Structure) -> Result<(), Error> {
    let depths = depths(base, structure);
    let level = draft.settings.level;
    let of = places::of(&base.place);
    let flags = draft.flags(base);
    let single = match depths.get(&1) {
        Some(values) => Some(Clusters::from_values(values.iter().map(|value| [*value]))?),
        None => None,
    };
    for (depth, values) in &depths {
        let clusters = Clusters::from_values(values.iter().map(|value| [*value]))?;
        let name = |what: &str| {
            places::named(&format!("competence.{what}"), &base.place, &[("depth", depth.to_string().as_str())])
        };
        let label = draft.label(&base.place);
        draft.claims.make(Stated {
            name: name("accuracy"),
            statement: format!("accuracy at depth {depth}{of}"),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(level),
            flags: flags.clone().with(Flag::Interval, clusters.interval_finding()),
        });
        let mut cells = vec![
            Cell::text(label),
            Cell::text(depth.to_string()),
            Cell::Count(clusters.questions() as u64),
            Cell::claim(name("accuracy")),
        ];
        if *depth == 1 {
            let itself = "depth 1 is what the others are set against";
            cells.extend([
                Cell::Absent(itself.to_owned()),
                Cell::Absent(itself.to_owned()),
                Cell::mark(name("accuracy")),
            ]);
            draft.tables.depths.push(Row { cells, remark: None });
            continue;
        }
        let expected = |level: Level| match &single {
            Some(single) => power(single, *depth, level),
            None => Err(Undefined::no_data("questions of depth 1")),
        };
        let interval = match single.as_ref().map(Clusters::interval_finding) {
            Some(Flagged::Holds { .. }) => clusters.interval_finding(),
            Some(fails) => fails,
            None => Flagged::fails("no questions of depth 1", "at least 10 questions of depth 1"),
        };
        let flags = flags.clone().with(Flag::Interval, interval);
        draft.claims.make(Stated {
            name: name("single_steps"),
            statement: format!("accuracy at depth 1 to the power of {depth}{of}"),
            parameter: Parameter::SHARE,
            estimate: expected(level),
            flags: flags.clone(),
        });
        let loss =
            expected(draft.each).and_then(|expected| minus(&expected, &clusters.proportion(draft.each)?, draft.each));
        draft.claims.assert(
            Stated {
                name: name("depth_loss"),
                statement: format!(
                    "questions of depth {depth} are right less often than single steps to the power of {depth}{of}"
                ),
                parameter: Parameter::DIFFERENCE,
                estimate: at_level(loss, level),
                flags,
            },
            Asserted::Better,
            &format!("questions of depth {depth} are right more often than single steps to the power of {depth}{of}"),
        );
        cells.extend([
            Cell::claim(name("single_steps")),
            Cell::claim(name("depth_loss")),
            Cell::mark(name("depth_loss")),
        ]);
        draft.tables.depths.push(Row { cells, remark: None });
        let sentence = format!(
            "{}: questions of depth {depth} are right less often than single steps would make them",
            draft.who(&base.place)
        );
        let wrong = base
            .values
            .questions
            .iter()
            .filter(|(unit, value)| structure.depth(**unit) == Some(*depth) && value.accuracy < 1.0);
        let wrong = wrong.map(|(_, value)| value.spot).min();
        draft.find(&name("depth_loss"), sentence, wrong);
    }
    Ok(())
}

/// The accuracy to a power, its interval transformed: monotone, so that coverage is kept.
fn power(single: &Clusters, depth: u32, level: Level) -> Result<Estimate, Undefined> {
    let exponent = i32::try_from(depth).unwrap_or(i32::MAX);
    let share = single.proportion(level)?;
    let power = share.map(|share| share.powi(exponent), Method::named("Wilson at n_eff, t(G-1), to a power"))?;
    Ok(power.derived(|| Derivation::by("power").counted("exponent", u64::from(depth)).part(share.derivation())))
}

/// The difference of two estimates from different questions, MOVER: from each value the reach of its own interval (Zou and Donner 2008).
fn minus(first: &Estimate, second: &Estimate, level: Level) -> Result<Estimate, Undefined> {
    let (a, b) = (first.value(), second.value());
    let interval = match (first.interval(), second.interval()) {
        (Ok(x), Ok(y)) => {
            let low = a - b - (a - x.low()).hypot(y.high() - b);
            let high = a - b + (x.high() - a).hypot(b - y.low());
            Interval::new(low.max(-1.0), high.min(1.0), level).map_err(|_| Undefined::no_data("questions"))
        }
        (Err(why), _) | (_, Err(why)) => Err(why.clone()),
    };
    let size = match (first.size(), second.size()) {
        (Some(x), Some(y)) => Size { units: x.units + y.units, samples: x.samples + y.samples },
        _ => return Err(Undefined::no_data("questions")),
    };
    let difference = Estimate::new(a - b, interval, size, Method::named("MOVER on Wilson at n_eff, t(G-1)"))?;
    Ok(difference.derived(|| Derivation::by("mover-difference").part(first.derivation()).part(second.derivation())))
}
