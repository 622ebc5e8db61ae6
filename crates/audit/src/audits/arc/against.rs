//! Submissions of one model at one set against each other: single shots beside a refinement loop, one effort beside another. Paired on tasks.

use candor_stats::curve::simultaneous::{Bound, Matrix, simultaneous};
use candor_stats::derivation::{Column, Derivation};
use candor_stats::{Asserted, Estimate, Flag, Interval, Level, Method, Parameter, Size};

use super::report::{Draft, Scored, flags};
use crate::claims::{Stated, counted, enough};
use crate::{Cell, Finding, Row};

/// Every submission of a model against the first, by effort and then by name.
pub(super) fn against(draft: &mut Draft<'_>, scored: &[&Scored], level: Level) {
    let Some((first, others)) = scored.split_first() else { return };
    let mut matrix = Matrix::new(scored.len());
    for task in first.outcomes.keys() {
        // The tasks of a set are the same for all of them; one that was not attempted is not solved.
        matrix.push(scored.iter().map(|one| one.outcomes.get(task).map_or(0.0, super::score::Outcome::share)));
    }
    let pairs: Vec<(usize, usize)> = (1..scored.len()).map(|to| (0, to)).collect();
    let settings = draft.settings;
    let family = simultaneous(&matrix, &pairs, level, settings.resamples, settings.seed);
    let samples = scored.iter().flat_map(|one| one.outcomes.values()).map(|outcome| outcome.attempts).sum();
    let size = Size { units: first.outcomes.len() as u64, samples };
    for (at, other) in others.iter().enumerate() {
        let found = family.as_ref().ok().and_then(|family| Some((family, family.contrasts.get(at)?)));
        let changed = found.map_or((0, 0), |(_, contrast)| (contrast.rose, contrast.fell));
        let estimate = match (&family, found) {
            (Err(undefined), _) => Err(undefined.clone()),
            (Ok(_), None) => Err(candor_stats::Undefined::no_data("tasks")),
            (Ok(_), Some((family, contrast))) => {
                let (low, high) = family.ends(contrast);
                let ends = Interval::new(low.max(-1.0), high.min(1.0), draft.claims.level).map_err(|_| {
                    candor_stats::Undefined::NoVariation { what: "differences between submissions".into() }
                });
                Estimate::new(contrast.value, ends, size, Method::named(family.method_of(contrast)))
                    .map(|estimate| estimate.derived(|| family.derivation(&matrix, contrast, Bound::Ends)))
            }
        };
        let name = |what: &str| {
            let mut place = other.place.clone();
            place.retain(|(part, _)| ["set", "model"].contains(part));
            place.push(("from", first.setting()));
            place.push(("to", other.setting()));
            super::report::named(what, &place)
        };
        let (from, to) = (first.setting(), other.setting());
        let gain = name("gain");
        draft.claims.assert(
            Stated {
                name: gain.clone(),
                statement: format!("{to} solves more than {from}"),
                parameter: Parameter::DIFFERENCE,
                estimate,
                flags: flags(other).with(Flag::Interval, enough(size.units, changed.0 + changed.1)),
            },
            Asserted::Better,
            &format!("{to} solves less than {from}"),
        );
        for (what, statement, count) in [
            ("gained", format!("tasks of which {to} solves more than {from}"), changed.0),
            ("lost", format!("tasks of which {to} solves less than {from}"), changed.1),
        ] {
            draft.claims.count(name(what), statement, count, size, counted());
            draft.claims.follows(|| {
                let column = |at| Column::reals(matrix.column(at));
                let by = if what == "gained" { "rose" } else { "fell" };
                Derivation::by(by).column(column(0)).column(column(at + 1))
            });
        }
        draft.against.push(Row {
            cells: vec![
                Cell::text(other.set_name.clone()),
                Cell::text(draft.shown.name(&from)),
                Cell::text(draft.shown.name(&to)),
                Cell::claim(first.named("pairs")),
                Cell::claim(other.named("pairs")),
                Cell::claim(gain.clone()),
                Cell::text(format!("{} / {}", changed.0, changed.1)),
                Cell::mark(gain.clone()),
            ],
            remark: None,
        });
        let Some(claim) = draft.claims.find(&gain) else { continue };
        let shown = claim
            .estimate()
            .ok()
            .filter(|estimate| estimate.interval().is_ok_and(|interval| interval.high() < 0.0 || interval.low() > 0.0));
        if let Some(estimate) = shown {
            let points = 100.0 * estimate.value();
            let finding = Finding {
                weight: Finding::weigh(claim, points.abs()),
                sentence: format!("{to} solves {} than {from}", if points > 0.0 { "more" } else { "less" }),
                beside: Vec::new(),
                claim: gain,
                trace: draft.cite(other),
                closer: "audit run arc".to_owned(),
            };
            draft.findings.push(finding);
        }
    }
}
