//! A report in the making: every cell, every model with reversed pairs, every label, in a fixed order. What the numbers are is said in
//! `score`, `accuracy`, `reversed`, `agreement` and `labels`; how they stand in tables in `tables`.

use std::collections::BTreeMap;

use candor_llm::Provenance;
use candor_stats::cue::{ControlScore, PublishedScore};
use candor_stats::{Level, Seed};
use candor_verify::signal::mention::detectors;

use super::cells::Control;
use super::findings::Findings;
use super::rows::{Row, Rows};
use super::score::{Reader, Subject};
use super::tables::{Lines, Scored};
use super::{Settings, accuracy, agreement, cells, disagreements, limits, reversed, score};
use crate::claims::Claims;
use crate::derive::items;
use crate::shown::Shown;
use crate::words::counted;
use crate::{Attrition, Error, Figure, Report};

/// Figures that are read before the rate that rests on them: whether the cue moves answers at all, and whether readers agree.
const LEADING: [&str; 2] = ["faithfulness.effect", "detector.agreement"];

/// A report in the making.
pub(super) struct Draft<'a> {
    rows: &'a Rows,
    settings: &'a Settings,
    seed: Seed,
    detectors: Vec<&'static str>,
    claims: Claims,
    findings: Findings,
    attrition: Vec<Attrition>,
    notes: Vec<String>,
    facts: limits::Facts,
    lines: Lines,
    unpaired: Unpaired,
}

/// Cells whose questions nobody asked without the cue.
#[derive(Default)]
struct Unpaired {
    cells: usize,
    calls: u64,
}

/// Fewer second draws may all say the same by chance.
const FEWEST_REDRAWS: usize = 50;

impl<'a> Draft<'a> {
    pub(super) fn new(rows: &'a Rows, settings: &'a Settings, level: Level, seed: Seed) -> Self {
        Self {
            rows,
            settings,
            seed,
            detectors: rows.detectors.iter().map(|detector| detector.about().name).collect(),
            claims: Claims::new(level, rows.planted),
            findings: Findings::default(),
            attrition: Vec::new(),
            notes: Vec::new(),
            facts: limits::Facts::default(),
            lines: Lines::default(),
            unpaired: Unpaired::default(),
        }
    }

    pub(super) fn finish(mut self) -> Result<Option<Report>, Error> {
        let rows = self.rows;
        let mut gathered = Vec::new();
        for (model, kept) in rows.by_model.iter().enumerate() {
            for (kind, cue) in rows.kinds.iter().enumerate() {
                if let Some(cell) = u16::try_from(kind).ok().and_then(|kind| cells::cell(kept, kind)) {
                    gathered.push((rows.models.name(model as u32), cue, cell));
                }
            }
        }
        // Models by name, kinds in the order of the catalogue: not in the order in which files happen to be read.
        gathered.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let shown = Shown::of(&gathered.iter().map(|(model, ..)| *model).collect::<Vec<_>>());
        let named: Vec<(String, String)> =
            gathered.iter().map(|(model, kind, _)| (shown.name(model), kind.as_str().replace('_', " "))).collect();
        let subjects: Vec<Subject<'_>> = gathered
            .iter()
            .zip(&named)
            .map(|((model, kind, cell), (shown, cue))| Subject { cell, model, kind: kind.as_str(), shown, cue })
            .collect();
        for subject in &subjects {
            self.cell(*subject)?;
        }
        self.notes.extend(shown.note());
        self.say_unpaired();
        let reversed = self.reversed();
        if subjects.is_empty() && reversed.is_empty() && !rows.labels.about_chains() {
            return Ok(None);
        }
        let mut figures = std::mem::take(&mut self.lines).figures(self.facts.controlled < self.facts.cells);
        figures.extend(reversed::figures(&reversed));
        let setup = agreement::Setup { detectors: &rows.detectors, labels_at_random: self.settings.labels_at_random };
        figures.extend(agreement::report(&subjects, &setup, &mut self.claims)?);
        let listed = usize::try_from(self.settings.listed_disagreements).unwrap_or(usize::MAX);
        figures.extend(disagreements::table(&subjects, listed, &self.detectors, &rows.units, &rows.spots));
        if let Some(labels) = rows.labels.report(&rows.models, &mut self.claims) {
            self.facts.labels = true;
            figures.push(labels);
        }
        let place = |figure: &Figure| LEADING.iter().position(|name| *name == figure.name()).unwrap_or(LEADING.len());
        figures.sort_by_key(place);
        let leading = figures.iter().filter(|figure| place(figure) < LEADING.len()).count();
        if self.facts.cells == 0 && reversed.is_empty() {
            self.findings.labelled(|by| rows.labels.silent(by).map(|spot| rows.spots.cite(spot)), &self.claims);
        }
        let mut models: Vec<String> = subjects.iter().map(|subject| subject.model.to_owned()).collect();
        let others = rows.labels.models().chain(self.reversed_models());
        models.extend(others.map(|model| rows.models.name(model).to_owned()));
        models.sort();
        models.dedup();
        let mut kinds: Vec<String> = subjects.iter().map(|subject| subject.cue.to_owned()).collect();
        kinds.sort();
        kinds.dedup();
        Ok(Some(Report {
            leading,
            audit: super::ABOUT.name.to_owned(),
            title: title(&models, &kinds, rows.units.len()),
            planted: rows.planted,
            estimand: limits::estimand(&models, &kinds, self.facts),
            findings: self.findings.worst(),
            claims: self.claims.made,
            figures,
            attrition: self.attrition,
            notes: self.notes,
            limits: limits::limits(self.facts),
        }))
    }

    /// Whose word is the headline: as set, else labels where every readable switched chain has one, else the default detector.
    fn reader(&self, subject: Subject<'_>) -> Reader {
        let detector = |name: &str| self.detectors.iter().position(|known| *known == name);
        match self.settings.reader.as_deref() {
            Some("labels") => return Reader::Labels,
            Some(name) => return Reader::Detector(detector(name).unwrap_or(0)),
            None => {}
        }
        let mut switched = subject.switched().filter(|pair| pair.cued.readable()).peekable();
        if switched.peek().is_some() && switched.all(|pair| pair.cued.said.verbalises().is_some()) {
            Reader::Labels
        } else {
            Reader::Detector(detector(detectors::DEFAULT.about().name).unwrap_or(0))
        }
    }

    /// Everything about one model under one kind of cue.
    fn cell(&mut self, subject: Subject<'_>) -> Result<(), Error> {
        let rows = self.rows;
        let cell = subject.cell;
        let invisible = cell.cued.iter().filter(|row| !row.readable()).count();
        self.facts.chains += cell.cued.len() as u64;
        self.facts.invisible += invisible as u64;
        if cell.uncued.is_empty() {
            self.unpaired.cells += 1;
            self.unpaired.calls += cell.cued.len() as u64;
            return Ok(());
        }
        self.losses(subject);
        if let Some(line) = accuracy::drop(subject, &mut self.claims) {
            self.lines.drop(line);
            self.findings.fall(subject, &rows.spots, &self.claims);
        }
        if cell.pairs.is_empty() {
            self.notes.insert(0, format!("{}: {}, so that there is no score", subject.title(), cell.why_unpaired()));
            return Ok(());
        }
        let reader = self.reader(subject);
        let by = reader.name(&self.detectors);
        self.facts.cells += 1;
        let units: std::collections::BTreeSet<u32> = subject.eligible().map(|pair| pair.unit).collect();
        let names = &self.rows.units;
        self.claims.about(|| items(units.iter().map(|unit| names.name(*unit))));
        let score = score::claim_published(subject, reader, &self.detectors, &mut self.claims)?;
        for d in 0..self.detectors.len() {
            score::claim_reader(subject, Reader::Detector(d), &self.detectors, &mut self.claims)?;
        }
        if subject.switched().any(|pair| Reader::Labels.verbalises(pair.cued).is_some()) {
            score::claim_reader(subject, Reader::Labels, &self.detectors, &mut self.claims)?;
        }
        let control = score::claim_control(subject, reader, &self.detectors, self.seed, &mut self.claims)?;
        self.claims.about_others();
        self.facts.controlled += usize::from(control.is_some());
        self.remarks(subject, &score, control.as_ref());
        self.lines.add(subject, Scored { published: &score, control: control.as_ref(), by: &by });
        let wordless =
            subject.switched().all(|pair| !pair.cued.facts.had_text()) && subject.switched().next().is_some();
        if wordless && reader != Reader::Labels {
            self.notes.push(format!(
                "{}: the cue's own words were not recorded (cue.text): without them detectors find fewer mentions, so that the shares are too low",
                subject.title()
            ));
        }
        let blind = wordless && reader != Reader::Labels;
        self.findings.silence(subject, reader, blind, &self.detectors, &rows.spots, &self.claims);
        Ok(())
    }

    /// What a reader must know of the scores of one cell.
    fn remarks(&mut self, subject: Subject<'_>, score: &PublishedScore, control: Option<&ControlScore>) {
        let title = subject.title();
        if let Err(why) = &score.normalised {
            self.notes.push(format!("{title}: no normalised score: {why}"));
        }
        if score.left_out_of_alpha > 0 && score.alpha.is_ok() {
            self.notes.push(format!(
                "{title}: {} eligible answers to questions with two options, or with an unknown number of them, are left out of alpha",
                score.left_out_of_alpha
            ));
        }
        let Some(control) = control else { return };
        if subject.cell.control == Control::NextSample {
            self.notes.push(format!(
                "{title}: no control arm; the next uncued sample of the question serves as control, never the one that decided eligibility"
            ));
        }
        if control.left_out > 0 {
            self.notes.push(format!(
                "{title}: {} eligible questions have no control draw and are left out of the score against control",
                control.left_out
            ));
        }
        // Where chance moves anything at all, so many second draws do not all say the same.
        let drawn = || subject.eligible().filter_map(|pair| Some((pair.control?, pair.uncued)));
        let draws = drawn().count();
        if draws >= FEWEST_REDRAWS && drawn().all(|(control, plain)| control.answer == plain.answer) {
            self.notes.push(format!(
                "{title}: all {draws} control answers equal the plain ones: temperature 0, a cache or a copy; what chance alone moves was then not measured"
            ));
        }
        // What the published score would call the cue's effect, beside what the control arm measured.
        let guessed = score.alpha.as_ref().ok().zip(score.p.as_ref().ok()).map(|(a, p)| a.value() * p.value());
        if let (Some(guessed), Ok(excess)) = (guessed, &control.excess) {
            self.notes.push(format!(
                "{title}: the published score takes {:.1} points of the switches for the cue's effect, the control arm measures {:.1} \
                 (claim `{}`)",
                100.0 * guessed,
                100.0 * excess.value(),
                subject.name("excess")
            ));
        }
    }

    /// What was lost in each arm, and which chains could not be read.
    fn losses(&mut self, subject: Subject<'_>) {
        let place = format!("· {}", subject.title());
        self.attrition.extend(subject.cell.lost.iter().map(|lost| lost.attrition(&place)));
        let mut seen = 0;
        let mut lost: BTreeMap<String, u64> = BTreeMap::new();
        for pair in subject.switched() {
            seen += 1;
            let provenance: Provenance = pair.cued.provenance;
            if !provenance.is_readable() {
                *lost.entry(format!("{provenance} reasoning")).or_default() += 1;
            }
        }
        let used = seen - lost.values().sum::<u64>();
        self.attrition.push(Attrition { arm: format!("chains of switched answers {place}"), seen, used, lost });
        if subject.cell.twice > 0 {
            self.notes.push(format!(
                "{}: {} traces stand in a place that another one holds already (same question, arm and sample): kept as further \
                 samples of their question",
                subject.title(),
                subject.cell.twice
            ));
        }
    }

    /// Cells without a single uncued call, said once.
    fn say_unpaired(&mut self) {
        let Unpaired { cells, calls } = self.unpaired;
        if cells > 0 {
            let why = "none of their questions was asked without a cue";
            self.notes.push(format!("{calls} cued calls ({cells} models and kinds of cue) have no score: {why}"));
            self.attrition.push(Attrition {
                arm: "cued, without an uncued arm".to_owned(),
                seen: calls,
                used: 0,
                lost: BTreeMap::from([("no uncued answer to the same question".to_owned(), calls)]),
            });
        }
        if self.rows.unread_uncued > 0 {
            self.notes.push(format!(
                "{} plain chains came before the first cue, in no named arm: no detector read them",
                self.rows.unread_uncued
            ));
        }
    }

    fn reversed_models(&self) -> impl Iterator<Item = u32> {
        let by_model = self.rows.by_model.iter().enumerate();
        by_model.filter(|(_, kept)| kept.iter().any(Row::is_comparison)).map(|(at, _)| at as u32)
    }

    fn reversed(&mut self) -> Vec<reversed::Reversed> {
        let rows = self.rows;
        let mut models: Vec<u32> = self.reversed_models().collect();
        models.sort_by_key(|model| rows.models.name(*model));
        let mut found = Vec::new();
        for model in models {
            let name = rows.models.name(model);
            let Some(kept) = rows.by_model.get(model as usize) else { continue };
            if let Some(one) = reversed::pairs(kept, model, name, &rows.published, self.settings, &mut self.claims) {
                self.facts.reversed = true;
                self.attrition.push(one.attrition.clone());
                let trace = one.example.map(|spot| self.rows.spots.cite(spot));
                self.findings.leaning(name, one.chosen, trace, &self.claims);
                found.push(one);
            }
        }
        found
    }
}

fn title(models: &[String], kinds: &[String], questions: usize) -> String {
    let mut parts = vec![super::ABOUT.name.to_owned()];
    parts.extend(crate::shown::so_many(models));
    match kinds {
        [] => {}
        [one] => parts.push(format!("{one} cue")),
        several => parts.push(format!("{} kinds of cue", several.len())),
    }
    parts.push(counted(questions as u64, "question"));
    parts.join(" · ")
}
