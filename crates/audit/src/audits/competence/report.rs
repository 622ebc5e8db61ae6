//! From rows to a report: the score, and beside it every reading that the data allow, all at one level together.

use candor_stats::{Clusters, Flag, Flags, Level, Parameter};

use super::base::{Base, bases};
use super::structure::Structure;
use super::twins::{self, Arms};
use super::{composition, depth};
use crate::audits::perturbation::rows::Asked;
use crate::claims::{Claims, Stated, lost, measured, one_model, recorded};
use crate::names::{Spot, Spots};
use crate::places::{self, Place};
use crate::rows::Rows;
use crate::shown::Shown;
use crate::values::Measure;
use crate::words::counted as so_many;
use crate::{Attrition, Cell, Column, Error, Figure, Finding, Limits, Report, Row, Settings, Table};

/// What the readings add to.
pub(super) struct Draft<'a> {
    pub(super) settings: &'a Settings,
    pub(super) claims: Claims,
    /// The level of each reading, so that all of them together hold the run's level.
    pub(super) each: Level,
    pub(super) tables: Tables,
    pub(super) attrition: Vec<Attrition>,
    pub(super) notes: Vec<String>,
    shown: Shown,
    findings: Vec<Finding>,
    spots: &'a Spots,
}

/// The rows as they are made; the first cell of each is the model.
#[derive(Default)]
pub(super) struct Tables {
    scores: Vec<Row>,
    pub(super) twins: Vec<Row>,
    pub(super) formats: Vec<Row>,
    pub(super) composed: Vec<Row>,
    pub(super) gaps: Vec<Row>,
    pub(super) depths: Vec<Row>,
}

impl Draft<'_> {
    /// How tables call a place.
    pub(super) fn label(&self, place: &Place) -> String {
        self.shown.name(&places::label(place))
    }

    /// How sentences call its model.
    pub(super) fn who(&self, place: &Place) -> String {
        let model = places::model(place);
        if model.is_empty() { "the model".to_owned() } else { model.to_owned() }
    }

    /// The flags of numbers about a base, without the one on the interval.
    pub(super) fn flags(&self, base: &Base) -> Flags {
        let flags = recorded().holds(Flag::Design, "no causal words").with(Flag::Attrition, lost([&base.losses]));
        one_model(measured(flags, Measure::Verdicts, &base.verifiers), places::model(&base.place))
    }

    /// Adds a finding where the whole interval of a claim lies above 0.
    pub(super) fn find(&mut self, claim: &str, sentence: String, trace: Option<Spot>) {
        let Some(found) = self.claims.find(claim) else { return };
        let Ok(estimate) = found.estimate() else { return };
        if !estimate.interval().is_ok_and(|interval| interval.low() > 0.0) {
            return;
        }
        self.findings.push(Finding {
            weight: Finding::weigh(found, 100.0 * estimate.value()),
            sentence,
            beside: Vec::new(),
            claim: claim.to_owned(),
            trace: trace.map(|spot| self.spots.cite(spot)),
            closer: "audit run competence".to_owned(),
        });
    }

    fn score(&mut self, base: &Base) -> Result<(), Error> {
        let clusters = Clusters::from_values(base.values.questions.values().map(|value| [value.accuracy]))?;
        let name = places::named("competence.score", &base.place, &[]);
        let flags = self.flags(base).with(Flag::Interval, clusters.interval_finding());
        self.claims.make(Stated {
            name: name.clone(),
            statement: format!("accuracy over all questions as they stand{}", places::of(&base.place)),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(self.settings.level),
            flags,
        });
        let label = self.label(&base.place);
        self.tables.scores.push(Row {
            cells: vec![
                Cell::text(label),
                Cell::text("as they stand"),
                Cell::Count(base.values.questions.len() as u64),
                Cell::claim(name.clone()),
                Cell::mark(name),
            ],
            remark: None,
        });
        Ok(())
    }
}

/// The report; `None` where there are no twins, no composed questions and no depths.
pub(super) fn report(rows: &Rows<Asked>, structure: &Structure, settings: &Settings) -> Result<Option<Report>, Error> {
    let mut arms = Arms::of(rows);
    let composed = structure.composed(&rows.units);
    let bases: Vec<Base> = bases(rows, structure, &composed)
        .into_iter()
        .filter(|base| base.is_structured || arms.twins.iter().any(|pair| pair.place == base.place))
        .collect();
    // Formats alone are the perturbation audit's.
    arms.keep_formats_of(|place| bases.iter().any(|base| base.place == *place));
    let readings: usize = arms.readings()
        + bases
            .iter()
            .map(|base| {
                let wholes = if composition::is_composed(base, &composed) { composition::READINGS } else { 0 };
                wholes + depth::readings(&depth::depths(base, structure))
            })
            .sum::<usize>();
    if readings == 0 {
        return Ok(None);
    }
    let models: Vec<&str> = bases.iter().map(|base| places::model(&base.place)).collect();
    let mut draft = Draft {
        settings,
        claims: Claims::new(settings.level, rows.planted),
        each: settings.level.bonferroni(readings),
        tables: Tables::default(),
        attrition: Vec::new(),
        notes: Vec::new(),
        shown: Shown::of(&models),
        findings: Vec::new(),
        spots: &rows.spots,
    };
    for base in &bases {
        draft.score(base)?;
        if base.is_structured || base.losses.used < base.losses.seen {
            draft.attrition.push(base.losses.clone());
        }
    }
    twins::claims(&mut draft, &arms)?;
    for base in &bases {
        if composition::is_composed(base, &composed) {
            composition::claims(&mut draft, base, &composed)?;
        }
        depth::claims(&mut draft, base, structure)?;
    }
    if composed.unresolved > 0 {
        let unresolved = so_many(composed.unresolved, "composed question");
        draft.notes.push(format!("{unresolved} left out: a step names no question, several, or the question itself"));
    }
    if structure.unread() > 0 {
        draft.notes.push(format!(
            "{} with a label `steps` or `depth` that could not be read",
            so_many(structure.unread(), "question")
        ));
    }
    draft.notes.extend(draft.shown.note());
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    let mut attrition: Vec<Attrition> = Vec::new();
    for arm in draft.attrition {
        if !attrition.contains(&arm) {
            attrition.push(arm);
        }
    }
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!(
            "competence · {} · {}",
            places::models(bases.iter().map(|base| &base.place)),
            so_many(readings as u64, "reading")
        ),
        planted: rows.planted,
        estimand: "the mean over questions like these of the probability to be right, and how far it moves on their twins, in other formats, and \
                   from single steps to composed questions"
            .to_owned(),
        findings: draft.findings,
        figures: draft.tables.figures(bases.len() > 1),
        claims: draft.claims.made,
        attrition,
        notes: draft.notes,
        limits: limits(),
    }))
}

impl Tables {
    /// The tables that have rows; without the column of the model where there is one only.
    fn figures(self, several: bool) -> Vec<Figure> {
        let (text, number) = (|title: &str| Column::text(title), |title: &str| Column::number(title));
        let together =
            "differences, spreads and gaps hold together over all tables (Bonferroni); accuracies stand for themselves";
        [
            table(
                "competence.score",
                "The score; what follows reads it, and is no verdict on reasoning",
                vec![text("questions"), number("n"), number("accuracy"), text("mark")],
                self.scores,
                &[],
            ),
            table(
                "competence.twins",
                "Seen instances? The questions against twins of them",
                vec![text("arm"), number("twins"), number("originals"), number("twins"), number("gap"), text("mark")],
                self.twins,
                &["gap: originals minus twins, paired on questions where a twin stands under the name of its original", together],
            ),
            table(
                "competence.formats",
                "Expertise in a format? The same questions in other forms",
                vec![text("change"), number("forms"), number("questions"), number("spread"), text("mark")],
                self.formats,
                &["spread: largest minus smallest accuracy; chance alone makes it positive, so that only its lower end shows one"],
            ),
            table(
                "competence.composed",
                "Composition? Questions against the product of their single steps",
                vec![text("of"), number("questions"), number("composed"), number("product"), number("loss"), text("mark")],
                self.composed,
                &["loss: product of the accuracies of the steps minus the accuracy of the question, paired on composed questions", together],
            ),
            table(
                "competence.gap",
                "Composed questions whose steps are all answered: how many are missed",
                vec![number("questions"), number("missed"), text("mark")],
                self.gaps,
                &["the compositionality gap; a step that is answered by luck counts as known, so that a few draws of each make the gap larger than it is"],
            ),
            table(
                "competence.depth",
                "Accuracy by depth, against single steps to that power",
                vec![text("depth"), number("questions"), number("accuracy"), number("power"), number("loss"), text("mark")],
                self.depths,
                &["power: accuracy at depth 1, multiplied with itself: as if all steps were alike and went wrong by themselves", together],
            ),
        ]
        .into_iter()
        .filter(|table| !table.rows.is_empty())
        .map(|mut table| {
            if several {
                table.columns.insert(0, Column::text("model"));
            } else {
                table.rows.iter_mut().for_each(|row| {
                    row.cells.remove(0);
                });
            }
            Figure::Table(table)
        })
        .collect()
    }
}

fn table(name: &str, title: &str, columns: Vec<Column>, rows: Vec<Row>, notes: &[&str]) -> Table {
    Table {
        name: name.to_owned(),
        title: title.to_owned(),
        columns,
        rows,
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    }
}

fn limits() -> Limits {
    Limits::new(
        "readings of one score, each of one way to come by it: none is a verdict on reasoning, and none excludes the others",
        [
            "a twin may be harder or easier than its original, beyond names and numbers: that is taken on trust",
            "that steps and depth are what the labels say is taken on trust too",
            "a score that stays may rest on patterns that twins share; text repeated word by word, canary strings and overlap with training data are not looked at",
        ]
        .map(str::to_owned),
    )
}
