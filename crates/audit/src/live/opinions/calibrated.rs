//! A judge's rate beside what labels of the same model's answers make of it: how often the judge errs about that model, each way, and the rate that follows, with an
//! interval that carries the labels' uncertainty too. Not the asking, and no verdict: a corrected rate is one of many replies, never of one.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::clusters::Clusters;
use candor_stats::clusters::pooled::Pooled;
use candor_stats::detector::{ExternalLabels, lang_reiczigel};
use candor_stats::{Estimate, Finding, Flag, Flags, Level, Parameter, Tally, Undefined};
use candor_verify::judge::{Anchor, Anchors, Opinion, Row as Said, Version};

use crate::claims::{Claims, Stated, lost, named, one_model};
use crate::words::counted;
use crate::{Attrition, Cell, Column, Error, Figure, Limits, Report, Row, Settings, Table};

/// So many labels calibrate a judge for one model, effort and arm at least, so many of each kind.
const FEWEST_LABELS: u64 = 50;
const FEWEST_OF_A_KIND: u64 = 10;

/// The replies of one effort and arm, as far as they were judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Judged {
    /// By question: replies, and those that the judge calls the same as the gold.
    units: BTreeMap<String, (u32, u32)>,
    /// Replies without a visible answer.
    pub(super) silent: u64,
    /// Replies about which the judge was not asked, or did not reply.
    pub(super) missing: u64,
    /// Calls that were given up.
    pub(super) lost: u64,
}

impl Judged {
    pub(super) fn take(&mut self, unit: &str, same: bool) {
        if let Some(held) = self.units.get_mut(unit) {
            *held = (held.0 + 1, held.1 + u32::from(same));
        } else {
            self.units.insert(unit.to_owned(), (1, u32::from(same)));
        }
    }

    fn tallies(&self) -> impl Iterator<Item = Tally> {
        self.units.values().map(|(samples, correct)| Tally { samples: *samples, correct: *correct })
    }

    fn used(&self) -> u64 {
        self.units.values().map(|(samples, _)| u64::from(*samples)).sum()
    }

    fn attrition(&self, arm: String) -> Attrition {
        let mut gone = BTreeMap::new();
        for (why, count) in [
            ("no visible answer", self.silent),
            ("the judge was not asked or did not reply", self.missing),
            ("given up", self.lost),
        ] {
            if count > 0 {
                gone.insert(why.to_owned(), count);
            }
        }
        let used = self.used();
        Attrition { arm, seen: used + gone.values().sum::<u64>(), used, lost: gone }
    }
}

/// What a judge said of answers of this model that people labelled.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Labels {
    same: Said,
    different: Said,
    /// Whether each of them was drawn at random, as their file says.
    at_random: bool,
    /// Whether two of them are answers to one question.
    repeated: bool,
}

impl Labels {
    pub(super) fn of(
        anchors: &Anchors,
        judge: &Version,
        said: &BTreeMap<String, Opinion>,
        counts: impl Fn(&Anchor) -> bool,
    ) -> Self {
        // Opinions of one version each: they cannot be mixed.
        let Ok(agreement) = anchors.agreement_on(judge, said, &counts) else { return Self::default() };
        let used: Vec<&Anchor> =
            anchors.items().iter().filter(|anchor| counts(anchor) && said.contains_key(&anchor.id)).collect();
        let questions: BTreeSet<&str> = used.iter().map(|anchor| anchor.question.as_str()).collect();
        Self {
            same: agreement.labelled_same,
            different: agreement.labelled_different,
            at_random: used.iter().all(|anchor| anchor.at_random),
            repeated: questions.len() < used.len(),
        }
    }

    /// Labelled answers about which there is an opinion: those labelled the same, and different.
    fn kinds(&self) -> (u64, u64) {
        let there = |said: Said| said.total() - said.missing;
        (there(self.same), there(self.different))
    }

    /// How many more it takes; `None` where they suffice.
    fn wanted(&self) -> Option<String> {
        let (same, different) = self.kinds();
        let kinds = [(same, "same"), (different, "different")]
            .map(|(have, kind)| (FEWEST_OF_A_KIND.saturating_sub(have), kind));
        let all = FEWEST_LABELS.saturating_sub(same + different).max(kinds.iter().map(|(more, _)| more).sum());
        let of: Vec<String> =
            kinds.iter().filter(|(more, _)| *more > 0).map(|(more, kind)| format!("{more} \"{kind}\"")).collect();
        let of = if of.is_empty() { String::new() } else { format!(", at least {} among them", of.join(" and ")) };
        (all > 0).then(|| format!("{} more of this model's answers at this effort{of}", counted(all, "label")))
    }
}

/// The replies of a model at one effort in one arm, and what calibrates their judge.
#[derive(Debug, Clone)]
pub(in crate::live) struct Calibrated {
    pub(super) model: String,
    pub(super) effort: Option<String>,
    pub(super) arm: String,
    /// The judge's version, where there are several.
    pub(super) version: Option<String>,
    pub(super) judged: Judged,
    pub(super) labels: Labels,
    pub(super) planted: bool,
}

impl Calibrated {
    fn place(&self) -> Vec<(&'static str, &str)> {
        let parts = [
            ("model", Some(self.model.as_str())),
            ("effort", self.effort.as_deref()),
            ("arm", Some(self.arm.as_str())),
            ("judge", self.version.as_deref()),
        ];
        parts.into_iter().filter_map(|(part, value)| Some((part, value?))).collect()
    }

    fn label(&self) -> String {
        self.place().iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" · ")
    }

    /// The claims of it, and its rows: of the rates, and of the judge's errors.
    fn rows(&self, claims: &mut Claims) -> Result<(Row, Row), Error> {
        let (place, label) = (self.place(), self.label());
        let pooled = Pooled::of(self.judged.tallies());
        let by_opinion = named("judge.rate", &place);
        claims.make(Stated {
            name: by_opinion.clone(),
            statement: format!("answers that the judge calls the same as the gold · {label}"),
            parameter: Parameter::SHARE,
            estimate: pooled.share(claims.level),
            flags: self.flags().with(Flag::Interval, pooled.interval_finding()).fails(
                Flag::Measurement,
                "opinions of a model, not corrected by labels",
                "the corrected rate beside it, or verdicts of a program",
            ),
        });
        let corrected = named("judge.corrected", &place);
        claims.make(Stated {
            name: corrected.clone(),
            statement: format!("answers that are right: the judge's rate corrected by labels · {label}"),
            parameter: Parameter::SHARE,
            estimate: self.corrected(claims.level)?,
            flags: self.calibration(self.flags()),
        });
        let (same, different) = (self.labels.same, self.labels.different);
        let (labelled_same, labelled_different) = self.labels.kinds();
        let rates = [
            ("judge.sensitivity", "answers labelled the same that the judge calls the same", labelled_same, same.same),
            (
                "judge.specificity",
                "answers labelled different that the judge does not call the same",
                labelled_different,
                labelled_different.saturating_sub(different.same),
            ),
        ];
        let [sensitivity, specificity] = rates.map(|(name, statement, units, agreed)| {
            let name = named(name, &place);
            let labelled = Pooled::of((0..units).map(|at| Tally { samples: 1, correct: u32::from(at < agreed) }));
            claims.make(Stated {
                name: name.clone(),
                statement: format!("{statement} · {label}"),
                parameter: Parameter::SHARE,
                estimate: labelled.share(claims.level),
                flags: self.calibration(self.flags()).with(Flag::Interval, labelled.interval_finding()),
            });
            Cell::claim(name)
        });
        let rates =
            vec![Cell::text(label.clone()), Cell::claim(by_opinion), Cell::claim(&corrected), Cell::mark(corrected)];
        let errors = vec![Cell::text(label), Cell::Count(labelled_same + labelled_different), sensitivity, specificity];
        Ok((Row { cells: rates, remark: None }, Row { cells: errors, remark: None }))
    }

    /// The rate corrected by Lang and Reiczigel, with as many independent replies as the questions are worth.
    fn corrected(&self, level: Level) -> Result<Result<Estimate, Undefined>, Error> {
        let (positives, negatives) = self.labels.kinds();
        let clusters = Clusters::from_tallies(self.judged.tallies())?;
        let Ok(rate) = clusters.mean() else { return Ok(Err(Undefined::no_data("judged replies"))) };
        // Where all questions are alike there is nothing to measure how much more than one reply each is worth.
        let questions = self.judged.units.len() as f64;
        let trials = clusters.effective_trials().unwrap_or(questions).min(self.judged.used() as f64).floor().max(1.0);
        let labels = ExternalLabels {
            traces: trials as u64,
            flagged: (rate * trials).round().min(trials) as u64,
            positives,
            true_positives: self.labels.same.same,
            negatives,
            true_negatives: negatives.saturating_sub(self.labels.different.same),
        };
        Ok(lang_reiczigel(labels, level)?)
    }

    fn flags(&self) -> Flags {
        let flags = Flags::unexamined()
            .holds(Flag::Looks, "read once as a whole")
            .holds(Flag::Selection, "every model, effort and arm that was judged is printed")
            .holds(Flag::Design, "a share of replies, without causal words")
            .with(Flag::Attrition, lost([&self.judged.attrition(self.label())]));
        one_model(flags, &self.model)
    }

    /// What the labels are worth: V1 their number and independence, V4 whether they calibrate, V5 how they were drawn.
    fn calibration(&self, flags: Flags) -> Flags {
        let (same, different) = self.labels.kinds();
        let questions = self.judged.units.len() as u64;
        let have = format!("{} of this model's answers at this effort", counted(same + different, "label"));
        let flags = match self.labels.wanted() {
            Some(wanted) => flags.fails(Flag::Measurement, format!("a judge with {have}"), wanted.clone()).fails(
                Flag::Interval,
                have.clone(),
                wanted,
            ),
            None => flags.holds(Flag::Measurement, format!("a judge corrected by {have}, taken as the reference")),
        };
        let flags = if self.labels.repeated {
            let because = "several labelled answers to one question are taken as independent";
            flags.fails(Flag::Interval, because, "one labelled answer to each question")
        } else if questions < candor_stats::claim::FEWEST_UNITS {
            flags.fails(Flag::Interval, counted(questions, "question"), "at least 10 questions")
        } else {
            flags.holds(Flag::Interval, have)
        };
        flags.with(
            Flag::Sampling,
            if self.labels.at_random {
                Finding::holds("the labelled answers were drawn at random among the model's, as their file says")
            } else {
                Finding::fails(
                    "nobody said that the labelled answers were drawn at random",
                    "`at_random` in the file of labelled answers, if they were",
                )
            },
        )
    }
}

/// All models, efforts and arms that were judged, as one report; `None` where nothing was.
pub(in crate::live) fn report(all: &[Calibrated], settings: &Settings) -> Result<Option<Report>, Error> {
    let all: Vec<&Calibrated> = all.iter().filter(|one| !one.judged.units.is_empty()).collect();
    let Some(first) = all.first() else { return Ok(None) };
    let mut claims = Claims::new(settings.level, first.planted);
    let (mut rates, mut errors) = (Vec::new(), Vec::new());
    for one in &all {
        let (rate, error) = one.rows(&mut claims)?;
        rates.push(rate);
        errors.push(error);
    }
    let wanted = all
        .iter()
        .filter_map(|one| Some(format!("{}: {} would calibrate the judge", one.label(), one.labels.wanted()?)));
    let notes = wanted.collect();
    Ok(Some(Report {
        leading: 0,
        audit: "judge".to_owned(),
        title: format!("what the judge says, corrected by labels · {}", counted(all.len() as u64, "group of replies")),
        planted: first.planted,
        estimand: "replies with a visible answer to questions like these: the share that is right, as people would label it".to_owned(),
        findings: Vec::new(),
        claims: claims.made,
        figures: vec![
            Figure::Table(Table {
                name: "judge.rates".to_owned(),
                title: "Called the same as the gold, and what labels make of it".to_owned(),
                columns: vec![
                    Column::text("replies"),
                    Column::number("by the judge"),
                    Column::number("corrected"),
                    Column::text("mark"),
                ],
                rows: rates,
                notes: vec![
                    "corrected: (rate + specificity - 1) / (sensitivity + specificity - 1), with Lang and Reiczigel's interval, which carries the labels' uncertainty; the mark is its own".to_owned(),
                ],
            }),
            Figure::Table(Table {
                name: "judge.errors".to_owned(),
                title: "The judge against labels of this model's answers".to_owned(),
                columns: vec![
                    Column::text("replies"),
                    Column::number("labels"),
                    Column::number("sensitivity"),
                    Column::number("specificity"),
                ],
                rows: errors,
                notes: vec![
                    "labels: labelled answers of the same model at the same effort, about which the judge was asked as about any other".to_owned(),
                ],
            }),
        ],
        attrition: all.iter().map(|one| one.judged.attrition(one.label())).collect(),
        notes,
        limits: Limits::new(
            "what other audits compute from opinions is not corrected, and at most inferred",
            [
                "labels calibrate the judge for the model, effort and kind of question that they are of, and for this version of the judge".to_owned(),
                "people who label err too: their error was not measured".to_owned(),
            ],
        ),
    }))
}
