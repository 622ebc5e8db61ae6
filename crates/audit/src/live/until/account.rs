//! What a run decided, after how many calls, and what a fixed plan would have made: as data, as a sentence and as a report. Not the decision itself.

use std::fmt;

use candor_stats::sequential::threshold::Side;
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Finding, Flag, Flags, Interval, Level, Method, Origin, Parameter, Provenance,
    Size, Undefined,
};
use serde::{Deserialize, Serialize};

use super::{About, Sizes, Until};
use crate::claims::{Claims, at_level, counted as exact, lost, named, one_model};
use crate::validity::broken;
use crate::words::{counted, points, thousands};
use crate::{Attrition, Cell, Column, Figure, Limits, Report, Row, Table};

/// What became of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Everything was asked, and neither is shown.
    CannotTell,
    /// Calls are missing: it goes on.
    Open,
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::CannotTell => "cannot tell",
            Self::Open => "open",
        })
    }
}

/// One of the means that the sentence is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Mean {
    /// The cue, or `accuracy`.
    pub name: String,
    /// Questions that count for it.
    pub observations: u64,
    /// The mean so far.
    pub mean: Option<f64>,
    /// The interval that holds at whatever time one stops, all means together; or why there is none.
    pub interval: Result<Interval, Undefined>,
    /// On which side of the threshold it was shown to lie.
    pub answer: Option<Side>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// What was to be decided.
    pub until: Until,
    /// The decision.
    pub answer: Answer,
    /// Calls made, those given up among them.
    pub calls: u64,
    /// Calls given up.
    pub lost: u64,
    /// Questions asked.
    pub questions: u64,
    /// What it takes.
    pub sizes: Sizes,
    /// The means.
    pub means: Vec<Mean>,
    /// The process was planted.
    pub planted: bool,
    /// The model.
    pub model: String,
}

impl Account {
    /// `"any cue moves answers by more than 10 points": yes, after 84 calls where a fixed plan of the same errors makes 990`.
    #[must_use]
    pub fn said(&self) -> String {
        let after = format!("after {}", counted(self.calls, "call"));
        let rest = match self.answer {
            Answer::Yes | Answer::No => {
                format!(", {after} where a fixed plan of the same errors makes {}", thousands(self.sizes.fixed_calls))
            }
            Answer::CannotTell => format!(
                ": {}, {} at most; a fixed plan of the same errors takes {}",
                after,
                thousands(self.sizes.most_calls),
                counted(self.sizes.fixed_questions, "question")
            ),
            Answer::Open => format!(": {after}, {} at most", thousands(self.sizes.most_calls)),
        };
        format!("\"{}\": {}{rest}", self.until.sentence, self.answer)
    }

    /// The decision, the means behind it, and the calls, as a report.
    #[must_use]
    pub fn report(&self) -> Report {
        let level = Level::new(1.0 - self.until.error).unwrap_or_default();
        let mut claims = Claims::new(level, self.planted);
        let rows = self.means.iter().map(|mean| self.row(mean, &mut claims)).collect();
        let size = Size::single(self.questions);
        let saved = self.sizes.fixed_calls.saturating_sub(self.calls);
        for (name, statement, count) in [
            ("until.calls", "calls made", self.calls),
            ("until.fixed", "calls of a fixed plan of the same errors", self.sizes.fixed_calls),
            ("until.saved", "calls saved against it", saved),
            ("until.most", "calls at most", self.sizes.most_calls),
        ] {
            claims.count(name.to_owned(), statement, count, size, exact());
        }
        let calls = [self.calls, self.sizes.fixed_calls, saved, self.sizes.most_calls].map(Cell::Count);
        let figures = vec![
            Figure::Table(Table {
                name: "until.means".to_owned(),
                title: format!("Until {}", self.said()),
                columns: vec![
                    Column::text("asked about"),
                    Column::number("questions"),
                    Column::number("mean"),
                    Column::text(format!("against {}", self.threshold())),
                    Column::text("mark"),
                ],
                rows,
                notes: std::iter::once("the intervals hold at whatever time one stops, and together; a decision needs less than they do")
                    .chain(matches!(self.until.sentence.about, About::Cues(_)).then_some(
                        "questions: those that count, since the first plain draw was not yet at the cue's option",
                    ))
                    .map(str::to_owned)
                    .collect(),
            }),
            Figure::Table(Table {
                name: "until.calls".to_owned(),
                title: "What it took".to_owned(),
                columns: ["calls", "of a fixed plan", "saved", "at most"].map(Column::number).into(),
                rows: vec![Row { cells: calls.into(), remark: None }],
                notes: vec![
                    "the fixed plan asks the smallest number of questions at which a test that is looked at once has the same errors".to_owned(),
                ],
            }),
        ];
        Report {
            leading: 0,
            audit: "until".to_owned(),
            title: format!("until it is decided · {} · {}", self.model, counted(self.questions, "question")),
            planted: self.planted,
            estimand: match self.until.sentence.about {
                About::Cues(_) => {
                    "questions like these, in an order drawn by the seed: answers at the cue's option beyond a second plain draw, where the first was not there yet"
                }
                About::Accuracy => "questions like these, in an order drawn by the seed: the share of right answers",
            }
            .to_owned(),
            findings: Vec::new(),
            claims: claims.made,
            figures,
            attrition: vec![self.attrition()],
            notes: vec![format!(
                "promised: a wrong yes and a wrong no have a probability of {} % at most each; a truth {} from the threshold is decided with {} %, as planned",
                shown(self.until.error),
                points(self.until.detect),
                shown(1.0 - self.until.error)
            )],
            limits: Limits::new(
                "the number of questions was decided by the answers: other numbers of this run have intervals for a fixed number, and are at most inferred",
                [
                    format!("a truth nearer than {} to the threshold may stay undecided", points(self.until.detect)),
                    "the size of the fixed plan rests on a guess of how answers vary; the decision does not".to_owned(),
                ]
                .into_iter()
                .chain(matches!(self.until.sentence.about, About::Cues(_)).then(|| {
                    "a cue is decided over all labels of its option together: the seed draws them, and none is a stream of its own".to_owned()
                })),
            ),
        }
    }

    /// The threshold as the sentence writes it.
    fn threshold(&self) -> String {
        match self.until.sentence.about {
            About::Cues(_) => points(self.until.sentence.threshold),
            About::Accuracy => format!("{} %", shown(self.until.sentence.threshold)),
        }
    }

    fn attrition(&self) -> Attrition {
        let mut gone = std::collections::BTreeMap::new();
        if self.lost > 0 {
            gone.insert("given up: counts against every answer".to_owned(), self.lost);
        }
        Attrition { arm: "calls".to_owned(), seen: self.calls, used: self.calls - self.lost, lost: gone }
    }

    /// The row of one mean, with its two claims: the mean, and on which side it lies.
    fn row(&self, mean: &Mean, claims: &mut Claims) -> Row {
        let (place, parameter) = match self.until.sentence.about {
            About::Cues(_) => (vec![("cue", mean.name.as_str())], Parameter::DIFFERENCE),
            About::Accuracy => (Vec::new(), Parameter::SHARE),
        };
        let what = match self.until.sentence.about {
            About::Cues(_) => format!("the {} cue moves answers to its option", mean.name),
            About::Accuracy => "right answers".to_owned(),
        };
        let size = Size::single(mean.observations);
        let estimate = |interval: Result<Interval, Undefined>| {
            let value = mean.mean.ok_or_else(|| Undefined::no_data("questions"))?;
            Estimate::new(value, interval, size, Method::named("betting, stopped when decided"))
        };
        let name = named("until.mean", &place);
        claims.made.push(self.claim(
            &name,
            (format!("{what}, whenever one stops"), String::new()),
            parameter,
            at_level(estimate(mean.interval.clone()), claims.level),
            Asserted::OWN_INTERVAL,
        ));
        let threshold = self.until.sentence.threshold;
        let level = claims.level;
        // The threshold itself is excluded by a bet against it.
        let (low, high) = match mean.answer {
            Some(Side::Above) => (threshold.next_up(), parameter.high),
            Some(Side::Below) => (parameter.low, threshold.next_down()),
            None => (parameter.low, parameter.high),
        };
        let side = Interval::new(low, high, level).map_err(|_| Undefined::no_data("questions"));
        let decided = named("until.decided", &place);
        let by = self.threshold();
        let (more, less) = match self.until.sentence.about {
            About::Cues(_) => ("by more than", "by less than"),
            About::Accuracy => ("above", "below"),
        };
        claims.made.push(self.claim(
            &decided,
            (format!("{what} {more} {by}"), format!("{what} {less} {by}")),
            parameter,
            estimate(side),
            Asserted::Above { bound: threshold },
        ));
        let said = match mean.answer {
            Some(Side::Above) => "above",
            Some(Side::Below) => "below",
            None if self.answer == Answer::Open || self.answer == Answer::CannotTell => "not decided",
            None => "not needed any more",
        };
        Row {
            cells: vec![
                Cell::text(mean.name.clone()),
                Cell::Count(mean.observations),
                Cell::claim(name),
                Cell::text(said),
                Cell::mark(decided),
            ],
            remark: None,
        }
    }

    fn claim(
        &self,
        name: &str,
        (statement, negation): (String, String),
        parameter: Parameter,
        estimate: Result<Estimate, Undefined>,
        asserted: Asserted,
    ) -> Claim {
        let flags = Flags::unexamined()
            .holds(Flag::Interval, "a bet that is fair whatever the distribution, at any number of questions")
            .holds(Flag::Looks, "an anytime-valid decision: it may stop whenever it likes")
            .holds(Flag::Selection, "every mean that the sentence is about is printed, and shares the error")
            .holds(Flag::Measurement, "recorded answers compared as texts, or verdicts of a program")
            .holds(Flag::Sampling, "questions in an order drawn by the seed")
            .holds(Flag::Design, "a control arm: a second plain draw, or no causal words")
            .with(
                Flag::Attrition,
                if self.lost == 0 { Finding::holds("no call was given up") } else { lost([&self.attrition()]) },
            );
        let origin = if self.planted { Origin::Planted } else { Origin::Own };
        broken::claim(Draft {
            name: name.to_owned(),
            negation: if negation.is_empty() { format!("not so: {statement}") } else { negation },
            statement,
            parameter,
            estimate,
            asserted,
            provenance: Provenance::new(origin, "the calls of this run"),
            flags: one_model(flags, &self.model),
            derived_from: Vec::new(),
        })
    }
}

/// A share in per cent, without a tail of rounding.
fn shown(share: f64) -> String {
    format!("{}", (share * 1e8).round() / 1e6)
}

/// What a stopped run does to every other number of its reports: its interval is one for a fixed number of questions.
pub(in crate::live) fn stopped(reports: &mut [Report]) {
    for report in reports {
        decided_by_answers(
            report,
            |_| true,
            "the answers decided how many questions were asked (--until); this interval is one for a fixed number",
            "the same run without --until",
        );
    }
}

/// Lowers V2 of those claims of a report, and the weight of findings whose mark falls with it.
pub(in crate::live) fn decided_by_answers(
    report: &mut Report,
    concerns: impl Fn(&Claim) -> bool,
    because: &str,
    raise: &str,
) {
    let mut fallen = Vec::new();
    report.claims = std::mem::take(&mut report.claims)
        .into_iter()
        .map(|claim| {
            // What was counted was counted, however it came to be asked.
            let is_count = claim.estimate().is_ok_and(|estimate| *estimate.method() == Method::named("count"));
            if is_count || !concerns(&claim) {
                return claim;
            }
            let before = claim.mark();
            let claim = claim.with_finding(Flag::Looks, Finding::fails(because, raise));
            if claim.mark() < before {
                fallen.push(claim.name().to_owned());
            }
            claim
        })
        .collect();
    for finding in &mut report.findings {
        if fallen.contains(&finding.claim) {
            finding.weight *= 0.5;
        }
    }
}
