//! From rows to a report: every changed arm beside its base.

use super::changes::role;
use super::pairs::pairs;
use super::rows::Asked;
use super::tables::Tables;
use super::{accuracy, answers, overall, scalar};
use crate::claims::Claims;
use crate::derive::items;
use crate::names::{Names, Spot, Spots};
use crate::places::{self, Place};
use crate::rows::Rows;
use crate::shown::Shown;
use crate::words::counted as so_many;
use crate::{Attrition, Error, Finding, Limits, Report, Settings};

/// What the parts of the audit add to.
pub(super) struct Draft<'a> {
    pub(super) settings: &'a Settings,
    pub(super) claims: Claims,
    pub(super) attrition: Vec<Attrition>,
    pub(super) tables: Tables,
    shown: Shown,
    findings: Vec<Finding>,
    spots: &'a Spots,
    /// What questions are called.
    pub(super) units: &'a Names,
}

impl Draft<'_> {
    /// Says which questions claims are about from now on.
    pub(super) fn about(&mut self, units: &[u32]) {
        let names = self.units;
        self.claims.about(|| items(units.iter().map(|unit| names.name(*unit))));
    }

    /// How tables call a place.
    pub(super) fn label(&self, place: &Place) -> String {
        self.shown.name(&places::label(place))
    }

    /// How sentences call its model.
    pub(super) fn who(&self, place: &Place) -> String {
        let model = places::model(place);
        if model.is_empty() { "the model".to_owned() } else { model.to_owned() }
    }

    /// Adds a finding about a claim that has a value; `points` makes its weight of that value in points.
    pub(super) fn find(&mut self, claim: &str, sentence: String, points: impl Fn(f64) -> f64, trace: Option<Spot>) {
        let Some(found) = self.claims.find(claim) else { return };
        let Ok(estimate) = found.estimate() else { return };
        self.findings.push(Finding {
            weight: Finding::weigh(found, points(100.0 * estimate.value())),
            sentence,
            beside: Vec::new(),
            claim: claim.to_owned(),
            trace: trace.map(|spot| self.spots.cite(spot)),
            closer: "audit run perturbation".to_owned(),
        });
    }
}

/// The report; `None` where no arm changes a question that also stands unchanged.
pub(super) fn report(rows: &Rows<Asked>, settings: &Settings) -> Result<Option<Report>, Error> {
    let own = &settings.perturbation;
    let (pairs, notes) = pairs(rows, |arm| role(arm, &own.same));
    if pairs.is_empty() {
        return Ok(None);
    }
    let mut models: Vec<&Place> = pairs.iter().map(|pair| &pair.place).collect();
    models.dedup();
    let mut draft = Draft {
        settings,
        claims: Claims::new(settings.level, rows.planted),
        attrition: Vec::new(),
        tables: Tables::default(),
        shown: Shown::of(&models.iter().map(|place| places::model(place)).collect::<Vec<_>>()),
        findings: Vec::new(),
        spots: &rows.spots,
        units: &rows.units,
    };
    let counted = match (&own.score, own.numeric) {
        (_, true) => "the answer".to_owned(),
        (Some(score), _) => score.escape_debug().to_string(),
        (None, _) => match rows.score_names.name(0) {
            "" => "the score".to_owned(),
            name => name.escape_debug().to_string(),
        },
    };
    answers::claims(&mut draft, &pairs)?;
    accuracy::claims(&mut draft, &pairs)?;
    overall::claims(&mut draft, &pairs);
    scalar::claims(&mut draft, &pairs, &counted)?;
    let mut notes = notes;
    if rows.score_names.len() > 1 && own.score.is_none() && !own.numeric {
        notes.push(format!("several scores were recorded; taken: {counted} (setting `perturbation.score`)"));
    }
    notes.extend(draft.shown.note());
    let mut attrition: Vec<Attrition> = Vec::new();
    for arm in std::mem::take(&mut draft.attrition) {
        if !attrition.contains(&arm) {
            attrition.push(arm);
        }
    }
    let label = |place: &&Place| draft.label(place);
    let title = format!(
        "perturbation · {} · {}",
        places::models(models.iter().copied()),
        so_many(pairs.len() as u64, "changed arm")
    );
    let several = models.iter().map(label).collect::<std::collections::BTreeSet<_>>().len() > 1;
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title,
        planted: rows.planted,
        estimand: "the mean over questions like these of how far the answers (and the probability to be right) move, when the same model is asked \
                   the changed question"
            .to_owned(),
        findings: draft.findings,
        claims: draft.claims.made,
        figures: draft.tables.figures(several, &counted),
        attrition,
        notes,
        limits: limits(),
    }))
}

fn limits() -> Limits {
    Limits::new(
        "whether a change keeps the meaning is taken on trust, apart from a right answer that was recorded and moved",
        [
            "answers are compared as texts: two wordings of one answer are two answers unless a verifier extracted them",
            "these changes and these questions: other wordings may move more",
            "answers that stay say nothing of how they come about",
        ]
        .map(str::to_owned),
    )
}
