//! What adaptive stopping saved and what it lost: over all questions as they were left, and, paired, on those that were asked in full. As data, as a sentence and as a
//! report; not the stopping itself.

use candor_stats::clusters::Clusters;
use candor_stats::curve::{Stopping, replay};
use candor_stats::{Asserted, Estimate, Finding, Flag, Flags, Method, Parameter, Size, Undefined};

use super::course::Course;
use super::{Adaptive, Sizes, reads_samples, shown};
use crate::claims::{Claims, Stated, counted as exact, lost, named, one_model};
use crate::live::until::account::decided_by_answers;
use crate::words::{counted, points, thousands};
use crate::{Attrition, Cell, Column, Figure, Limits, Report, Row, Settings, Table};

/// One question of the account.
pub(super) struct Kept {
    pub(super) at: usize,
    pub(super) course: Course,
    pub(super) full: bool,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// When a question is left.
    pub rule: Adaptive,
    /// What it takes.
    pub sizes: Sizes,
    /// Plain samples drawn, those given up among them.
    pub calls: u64,
    /// Samples given up or without a verdict.
    pub lost: u64,
    /// Questions of which samples are still missing.
    pub open: u64,
    /// Of each question: how many samples the rule takes, and the accuracy of the majority there.
    left: Vec<(u32, f64)>,
    /// The accuracy of the majority of all samples, of each question that was asked in full.
    whole: Vec<f64>,
    /// Their samples.
    full: Vec<candor_stats::curve::Adaptive>,
    /// Questions that were asked in full and lost a sample.
    short: u64,
    planted: bool,
    /// The model.
    pub model: String,
}

impl Account {
    pub(super) fn of(rule: Adaptive, sizes: Sizes, kept: Vec<Kept>, planted: bool, model: &str) -> Self {
        let mut account = Self {
            rule,
            sizes,
            calls: 0,
            lost: 0,
            open: 0,
            left: Vec::new(),
            whole: Vec::new(),
            full: Vec::new(),
            short: 0,
            planted,
            model: model.to_owned(),
        };
        for Kept { course, full, .. } in kept {
            account.calls += u64::from(course.drawn());
            account.lost += course.lost;
            let whole = course.drawn() >= sizes.samples;
            let Some(left) = course.left(sizes.samples).filter(|_| !full || whole) else {
                account.open += 1;
                continue;
            };
            account.left.push(left);
            if full && course.lost > 0 {
                account.short += 1;
            } else if full {
                account.whole.push(course.accuracy());
                account.full.push(course.replayed());
            }
        }
        account
    }

    /// Calls that asking every question in full would have made more; `None` while questions are open, since what they take is not known.
    #[must_use]
    pub fn saved(&self) -> Option<u64> {
        (self.open == 0).then(|| self.sizes.most.saturating_sub(self.calls))
    }

    /// `1,904 of 3,840 samples drawn: a question is left when its majority is settled at 95 %, 48 of 240 are asked in full`.
    #[must_use]
    pub fn said(&self) -> String {
        let open = if self.open > 0 { format!("; {} not settled yet", thousands(self.open)) } else { String::new() };
        format!(
            "{} of {} drawn: a question is left when its majority is settled at {} %, {} of {} are asked in full{open}",
            thousands(self.calls),
            counted(self.sizes.most, "sample"),
            shown(self.rule.threshold),
            thousands(self.sizes.in_full),
            thousands(self.sizes.questions),
        )
    }

    /// Accuracy, calls, saving and loss, as tables, and whether the loss is worth the first minute; `several` models follow the plan.
    fn figures(
        &self,
        claims: &mut Claims,
        settings: &Settings,
        several: bool,
    ) -> (Vec<Figure>, Option<crate::Finding>) {
        let (stopped, whole) = (self.stopped(claims), self.in_full(claims));
        let (compared, finding) = self.compared(claims, settings);
        let rows = vec![stopped, whole, compared];
        let size = Size::single(self.sizes.questions);
        let saved = self.saved();
        let counts = [
            ("adaptive.made", "samples drawn", Some(self.calls)),
            ("adaptive.most", "samples where every question is asked in full", Some(self.sizes.most)),
            ("adaptive.saved", "calls saved against it", saved),
        ];
        for (name, statement, count) in counts.into_iter().filter_map(|(name, said, count)| Some((name, said, count?)))
        {
            claims.count(self.name(name), statement, count, size, exact());
        }
        let of = if several { format!("{}: ", self.model) } else { String::new() };
        let figures = vec![
            Figure::Table(Table {
                name: self.name("adaptive.policy"),
                title: format!(
                    "{of}left when the majority is settled at {} %, {} samples at most",
                    shown(self.rule.threshold),
                    self.sizes.samples
                ),
                columns: vec![
                    Column::text(""),
                    Column::number("questions"),
                    Column::number("samples a question"),
                    Column::number("accuracy"),
                    Column::text("mark"),
                ],
                rows,
                notes: vec![
                    "stopped: every question as it was left, those asked in full as they would have been; in full: questions drawn by the seed before any call".to_owned(),
                    format!(
                        "lost: points of accuracy, in full minus stopped on the same samples, over seeded orders; its mark is that of \"loses less than {}\"; what still may be lost is the upper end",
                        points(settings.margin)
                    ),
                    format!("saved: {} / mean samples", self.sizes.samples),
                ],
            }),
            Figure::Table(Table {
                name: self.name("adaptive.calls"),
                title: format!("{of}what it took"),
                columns: ["samples drawn", "in full", "saved"].map(Column::number).into(),
                rows: vec![Row {
                    cells: vec![
                        Cell::Count(self.calls),
                        Cell::Count(self.sizes.most),
                        saved.map_or_else(|| Cell::Absent("questions are still open".to_owned()), Cell::Count),
                    ],
                    remark: None,
                }],
                notes: Vec::new(),
            }),
        ];
        (figures, finding)
    }

    /// A claim's name with the model: several models follow one plan.
    fn name(&self, what: &str) -> String {
        named(what, &[("model", &self.model)])
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.open > 0 {
            notes.push(format!(
                "{} still to be asked and left out: those that are settled first are the easier ones",
                if self.open == 1 {
                    "1 question is".to_owned()
                } else {
                    format!("{} questions are", thousands(self.open))
                },
            ));
        }
        if self.short > 0 {
            notes.push(format!(
                "{} asked in full lost a sample and {} left out of what stopping loses",
                counted(self.short, "question"),
                if self.short == 1 { "is" } else { "are" }
            ));
        }
        notes
    }

    fn attrition(&self) -> Attrition {
        let mut gone = std::collections::BTreeMap::new();
        if self.lost > 0 {
            gone.insert("given up or without a verdict: used a sample, cast no vote".to_owned(), self.lost);
        }
        Attrition { arm: self.model.clone(), seen: self.calls, used: self.calls - self.lost, lost: gone }
    }

    /// All questions, as they were left.
    fn stopped(&self, claims: &mut Claims) -> Row {
        let right: Vec<[f64; 1]> = self.left.iter().map(|(_, right)| [*right]).collect();
        let what = "questions that the majority of an adaptively stopped draw gets right";
        let accuracy = self.share("adaptive.accuracy", what, &right, claims);
        let (low, high) = (1.0, f64::from(self.sizes.samples));
        let drawn = self.left.iter().map(|(drawn, _)| [f64::from(*drawn)]);
        let clusters = Clusters::from_bounded(drawn, low, high);
        let (estimate, interval) = match &clusters {
            Ok(clusters) => (clusters.bounded_mean(low, high, claims.level), clusters.interval_finding()),
            Err(_) => nothing(),
        };
        let calls = self.name("adaptive.calls");
        claims.make(Stated {
            name: calls.clone(),
            statement: "samples a question that adaptive stopping draws".to_owned(),
            parameter: Parameter::NUMBER,
            estimate,
            flags: self.flags().with(Flag::Interval, interval),
        });
        row("stopped", self.left.len() as u64, Cell::claim(calls), accuracy)
    }

    /// The questions that were asked in full, with all their samples.
    fn in_full(&self, claims: &mut Claims) -> Row {
        let right: Vec<[f64; 1]> = self.whole.iter().map(|right| [*right]).collect();
        let what = format!("questions that the majority of {} samples gets right", self.sizes.samples);
        let accuracy = self.share("adaptive.full", &what, &right, claims);
        row("in full", self.whole.len() as u64, Cell::Count(u64::from(self.sizes.samples)), accuracy)
    }

    fn share(&self, name: &str, statement: &str, right: &[[f64; 1]], claims: &mut Claims) -> String {
        let (estimate, interval) = match Clusters::from_values(right) {
            Ok(clusters) => (clusters.proportion(claims.level), clusters.interval_finding()),
            Err(_) => nothing(),
        };
        claims.make(Stated {
            name: self.name(name),
            statement: statement.to_owned(),
            parameter: Parameter::SHARE,
            estimate,
            flags: self.flags().with(Flag::Interval, interval),
        });
        self.name(name)
    }

    /// What stopping saves and loses on the questions that were asked in full, and whether that is worth the first minute.
    fn compared(&self, claims: &mut Claims, settings: &Settings) -> (Row, Option<crate::Finding>) {
        let rule = Stopping::Posterior { threshold: self.rule.threshold };
        let n = self.full.len() as u64;
        let found =
            replay(&self.full, self.sizes.samples, &[rule], settings.compute.orders, settings.level, settings.seed);
        // The rule was chosen beforehand: nothing is chosen on one half and reported on the other.
        let named = |estimate: Result<Estimate, Undefined>| {
            let estimate = estimate?;
            let method = Method::named("replay over seeded orders, t or Gaffke's bound over questions");
            let size = estimate.size().unwrap_or(Size::single(n));
            Estimate::new(estimate.value(), estimate.interval().copied().map_err(Clone::clone), size, method)
        };
        let (saving, loss) = match found {
            Ok(found) => (named(found.saving), named(found.loss)),
            Err(undefined) => (Err(undefined.clone()), Err(undefined)),
        };
        let interval = || {
            if n >= super::FEWEST_IN_FULL as u64 {
                Finding::holds(format!("{n} questions asked in full"))
            } else {
                Finding::fails(
                    format!("{n} questions asked in full: the interval is validated from 30 on"),
                    "at least 30 questions asked in full",
                )
            }
        };
        let stated = |name: &str, statement: String, parameter, estimate| Stated {
            name: self.name(name),
            statement,
            parameter,
            estimate,
            flags: self.flags().with(Flag::Interval, interval()),
        };
        let most = self.sizes.samples;
        claims.assert(
            stated(
                "adaptive.saving",
                format!("adaptive stopping draws fewer samples than always {most}"),
                Parameter::RATIO,
                saving,
            ),
            Asserted::Above { bound: 1.0 },
            &format!("adaptive stopping does not draw fewer samples than always {most}"),
        );
        let margin = settings.margin;
        claims.assert(
            stated(
                "adaptive.loss",
                format!("adaptive stopping loses less than {} of accuracy", points(margin)),
                Parameter::DIFFERENCE,
                loss.clone(),
            ),
            Asserted::Below { bound: margin },
            &format!("adaptive stopping loses {} of accuracy or more", points(margin)),
        );
        claims.assert(
            stated(
                "adaptive.loses",
                "adaptive stopping loses accuracy".to_owned(),
                Parameter::DIFFERENCE,
                loss.clone(),
            ),
            Asserted::Above { bound: 0.0 },
            "adaptive stopping loses no accuracy",
        );
        let shown = loss.as_ref().is_ok_and(|loss| loss.interval().is_ok_and(|interval| interval.low() > 0.0));
        let finding = claims.find(&self.name("adaptive.loses")).filter(|_| shown).map(|claim| crate::Finding {
            weight: crate::Finding::weigh(claim, 100.0 * loss.as_ref().map_or(0.0, Estimate::value)),
            sentence: format!(
                "what leaving questions at {} % loses against always {most} samples",
                super::shown(self.rule.threshold)
            ),
            beside: Vec::new(),
            claim: claim.name().to_owned(),
            trace: None,
            closer: "audit run compute".to_owned(),
        });
        (row("saved, lost", n, Cell::claim(self.name("adaptive.saving")), self.name("adaptive.loss")), finding)
    }

    fn flags(&self) -> Flags {
        let flags = Flags::unexamined()
            .holds(
                Flag::Looks,
                "the rule was part of the plan; each question is one observation, however many samples it took",
            )
            .holds(Flag::Selection, "one rule, chosen beforehand; everything it comes to is printed")
            .holds(Flag::Measurement, "recorded answers compared as texts, and verdicts of a program")
            .holds(Flag::Design, "both readings of the same samples of the same questions")
            .with(
                Flag::Sampling,
                if self.open == 0 {
                    Finding::holds("every question of the task; those asked in full are drawn by the seed")
                } else {
                    Finding::fails(
                        format!("{} are not settled yet, the harder ones among them", counted(self.open, "question")),
                        "candor audit resume",
                    )
                },
            )
            .with(
                Flag::Attrition,
                if self.lost == 0 { Finding::holds("no sample was given up") } else { lost([&self.attrition()]) },
            );
        one_model(flags, &self.model)
    }
}

/// What all models of a plan came to, as one report.
#[must_use]
pub fn report(accounts: &[Account], settings: &Settings) -> Option<Report> {
    let first = accounts.first()?;
    let mut claims = Claims::new(settings.level, first.planted);
    let (mut figures, mut findings) = (Vec::new(), Vec::new());
    for account in accounts {
        let (more, finding) = account.figures(&mut claims, settings, accounts.len() > 1);
        figures.extend(more);
        findings.extend(finding);
    }
    let models: Vec<&str> = accounts.iter().map(|account| account.model.as_str()).collect();
    Some(Report {
        leading: 0,
        audit: "adaptive".to_owned(),
        title: format!("adaptive stopping · {} · {}", models.join(", "), counted(first.sizes.questions, "question")),
        planted: first.planted,
        estimand: "questions like these: the majority of the samples drawn until one answer is settled, against the majority of a fixed number".to_owned(),
        findings,
        claims: claims.made,
        figures,
        attrition: accounts.iter().map(Account::attrition).collect(),
        notes: accounts.iter().flat_map(Account::notes).collect(),
        limits: Limits::new(
            "which answer wins with more samples than the most that are drawn here",
            [
                "the loss is measured on the questions that were asked in full, not on those that were left".to_owned(),
                "samples of questions that were left are no fixed number: no curve is drawn through them, and what else is counted over them is at most inferred".to_owned(),
            ],
        ),
    })
}

/// What was asked, on how many questions, with how many samples, how right it is, and the mark of that.
fn row(what: &str, questions: u64, samples: Cell, accuracy: String) -> Row {
    let cells = vec![Cell::text(what), Cell::Count(questions), samples, Cell::claim(&accuracy), Cell::mark(accuracy)];
    Row { cells, remark: None }
}

fn nothing() -> (Result<Estimate, Undefined>, Finding) {
    (Err(Undefined::no_data("questions")), Finding::fails("no questions", "questions"))
}

/// What leaving questions when they are settled does to the numbers of audits that read such samples: how many there are of a question was decided by their answers. Those of
/// questions that were asked in full stay.
pub(in crate::live) fn stopped(reports: &mut [Report]) {
    for report in reports.iter_mut().filter(|report| reads_samples(&report.audit)) {
        decided_by_answers(
            report,
            |claim| !claim.name().contains("arm=uncued"),
            "the answers decided how many samples of a question were drawn (--adaptive); this interval is one for a fixed number",
            "the same run without --adaptive",
        );
    }
}
