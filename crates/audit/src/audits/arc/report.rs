//! From outcomes to a report: what the sets hold, what each submission solves of them, what was left out, and what it cost.

use std::collections::BTreeMap;

use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::{Claim, Clusters, Flag, Flags, Parameter, Proportion, Size, Tally, Undefined};

use super::against::against;
use super::rows::Seen;
use super::score::{Attempts, Outcome, Outcomes};
use super::sets::{Set, Task, sets};
use crate::audits::compute::mean_dollars;
use crate::claims::{Claims, Stated, counted, counted_as, one_model, recorded, sides};
use crate::shown::Shown;
use crate::words::counted as so_many;
use crate::{Attrition, Cell, Cited, Column, Error, Figure, Finding, Limits, Report, Row, Settings, Table};

/// What was recorded of a submission, and the set.
pub(super) type Place = Vec<(&'static str, String)>;

/// One submission held against one set.
pub(super) struct Scored {
    pub(super) set_name: String,
    /// Set, model, effort and arm, as far as they are named.
    pub(super) place: Place,
    pub(super) outcomes: Outcomes,
}

/// A report while it is written.
pub(super) struct Draft<'a> {
    pub(super) seen: &'a Seen,
    pub(super) settings: &'a Settings,
    pub(super) claims: Claims,
    pub(super) shown: Shown,
    pub(super) findings: Vec<Finding>,
    /// Rows of the table of submissions against each other.
    pub(super) against: Vec<Row>,
    /// Rows of the table of scores, and of that over attempted tasks alone.
    pub(super) scores: Vec<Row>,
    pub(super) incomplete: Vec<Row>,
    /// Whether any cost is known.
    pub(super) money: bool,
}

/// The name of a claim about a place.
pub(super) fn named(what: &str, place: &Place) -> String {
    let parts: Vec<(&str, &str)> = place.iter().map(|(part, value)| (*part, value.as_str())).collect();
    crate::claims::named(&format!("arc.{what}"), &parts)
}

/// The report; `None` where no roster was given.
pub(super) fn report(seen: &Seen, settings: &Settings) -> Result<Option<Report>, Error> {
    let cap = settings.arc.attempts;
    if cap == 0 {
        return Err(Error::Setting { name: "attempts", expected: "a whole number from 1 on", found: cap.to_string() });
    }
    let sets = sets(seen);
    if sets.is_empty() {
        return Ok(None);
    }
    let mut notes = Vec::new();
    let (scored, attrition) = hold(seen, &sets, cap, &mut notes);
    let labels: Vec<String> = scored.iter().flat_map(|one| [one.label(), one.setting()]).collect();
    let mut draft = Draft {
        seen,
        settings,
        claims: Claims::new(settings.level, seen.attempts.planted),
        shown: Shown::of(&labels.iter().map(String::as_str).collect::<Vec<_>>()),
        findings: Vec::new(),
        against: Vec::new(),
        scores: Vec::new(),
        incomplete: Vec::new(),
        money: false,
    };
    let mut figures = vec![draft.sets(&sets)];
    for one in &scored {
        draft.submission(one, cap)?;
    }
    let mut models: BTreeMap<(&str, &str), Vec<&Scored>> = BTreeMap::new();
    for one in &scored {
        models.entry((one.set_name.as_str(), one.part("model"))).or_default().push(one);
    }
    models.retain(|_, submissions| submissions.len() > 1);
    let level = settings.level.bonferroni(models.len().max(1));
    for submissions in models.values_mut() {
        submissions.sort_by_key(|one| (crate::efforts::rank(one.part("effort")), one.setting()));
        against(&mut draft, submissions, level);
    }
    figures.extend(draft.tables(sets.len() > 1, cap));
    if scored.is_empty() {
        notes.push("no attempt at a task of these sets: scores need submissions beside the tasks".to_owned());
    }
    notes.extend(draft.shown.note());
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    let tasks: u64 = sets.iter().map(|set| set.tasks.len() as u64).sum();
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!(
            "ARC-AGI · {} in {} · {}",
            so_many(tasks, "task"),
            so_many(sets.len() as u64, "set"),
            so_many(seen.attempts.subjects.len() as u64, "submission")
        ),
        planted: seen.attempts.planted,
        estimand: format!(
            "tasks like these: the share that is solved within {} at each test input, a task without an attempt counting as unsolved",
            so_many(u64::from(cap), "attempt")
        ),
        findings: draft.findings,
        claims: draft.claims.made,
        figures,
        attrition,
        notes,
        limits: limits(),
    }))
}

/// Every submission against every set that it is meant for, and what was lost of each.
fn hold(seen: &Seen, sets: &[Set], cap: u32, notes: &mut Vec<String>) -> (Vec<Scored>, Vec<Attrition>) {
    let (mut scored, mut attrition) = (Vec::new(), Vec::new());
    for (subject, kept) in &seen.attempts.subjects {
        let parts: Place = [("model", subject.model), ("effort", subject.effort), ("arm", subject.arm)]
            .into_iter()
            .map(|(part, word)| (part, seen.attempts.words.name(word).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let attempts = Attempts::of(kept);
        let label = label(&parts);
        attrition.push(attempts.attrition(label.clone(), sets, cap));
        let tried = attempts.tasks(seen);
        let shared: Vec<Vec<&str>> = sets
            .iter()
            .map(|set| tried.iter().copied().filter(|task| set.tasks.contains_key(*task)).collect())
            .collect();
        for (at, set) in sets.iter().enumerate() {
            let Some(mine) = shared.get(at).filter(|mine| !mine.is_empty()) else { continue };
            // Sets reuse tasks of each other under the same names: a submission to one is none to the other.
            let meant = shared.iter().zip(sets).find(|(other, _)| {
                other.len() > mine.len() && mine.iter().all(|task| other.binary_search(task).is_ok())
            });
            if let Some((_, other)) = meant {
                notes.push(format!(
                    "{label}: the {} that it attempts of {} are all tasks of {} too, where it attempts more: held against that set alone",
                    so_many(mine.len() as u64, "task"),
                    set.title(),
                    other.title()
                ));
                continue;
            }
            if set.scored() == 0 {
                notes.push(format!("{label}: {} does not say what is right: not scored", set.title()));
                continue;
            }
            let mut place = set.place();
            place.extend(parts.iter().cloned());
            scored.push(Scored { set_name: set.name.clone(), place, outcomes: attempts.against(set, cap) });
        }
    }
    scored.sort_by(|a, b| (&a.set_name, &a.place).cmp(&(&b.set_name, &b.place)));
    attrition.sort_by(|a, b| a.arm.cmp(&b.arm));
    (scored, attrition)
}

/// How a submission is called.
fn label(parts: &[(&'static str, String)]) -> String {
    if parts.is_empty() {
        return "all attempts".to_owned();
    }
    parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" · ")
}

impl Set {
    fn place(&self) -> Place {
        if self.name.is_empty() { Vec::new() } else { vec![("set", self.name.clone())] }
    }

    fn title(&self) -> String {
        if self.name.is_empty() { "the tasks".to_owned() } else { self.name.clone() }
    }
}

impl Scored {
    fn part(&self, wanted: &str) -> &str {
        self.place.iter().find(|(part, _)| *part == wanted).map_or("", |(_, value)| value)
    }

    fn without(&self, parts: &[&str]) -> Place {
        self.place.iter().filter(|(part, _)| !parts.contains(part)).cloned().collect()
    }

    /// How the submission is called, whatever the set.
    fn label(&self) -> String {
        label(&self.without(&["set"]))
    }

    /// What sets it apart from other submissions of its model.
    pub(super) fn setting(&self) -> String {
        label(&self.without(&["set", "model"]))
    }

    pub(super) fn named(&self, what: &str) -> String {
        named(what, &self.place)
    }

    fn count(&self, of: impl Fn(&Outcome) -> bool) -> u64 {
        self.outcomes.values().filter(|outcome| of(outcome)).count() as u64
    }

    fn sum(&self, of: impl Fn(&Outcome) -> u64) -> u64 {
        self.outcomes.values().map(of).sum()
    }
}

/// The flags of every number of a submission, but for its interval.
pub(super) fn flags(one: &Scored) -> Flags {
    let flags = recorded()
        .holds(Flag::Measurement, "grids compared cell by cell with those of the task files, size included")
        .holds(Flag::Design, "no causal words: the same tasks for every submission")
        .holds(Flag::Attrition, "a task without an attempt counts as unsolved, so that none is lost");
    one_model(flags, one.part("model"))
}

/// A property of a task.
type Is = fn(&Outcome) -> bool;

impl Draft<'_> {
    /// An attempt to look at: at a task that is not solved, else any.
    pub(super) fn cite(&self, one: &Scored) -> Option<Cited> {
        let unsolved = one.outcomes.values().filter(|outcome| !outcome.is_solved()).find_map(|outcome| outcome.spot);
        let spot = unsolved.or_else(|| one.outcomes.values().find_map(|outcome| outcome.spot));
        spot.map(|spot| self.seen.attempts.spots.cite(spot))
    }

    /// What the sets hold.
    fn sets(&mut self, sets: &[Set]) -> Figure {
        let mut rows = Vec::new();
        for set in sets {
            let place = set.place();
            let size = Size { units: set.tasks.len() as u64, samples: set.inputs() };
            let flags = || counted_as("tasks and pairs of the task files");
            self.claims.count(named("tasks", &place), "tasks of the set", size.units, size, flags());
            let each = |of: fn(&Task) -> u32| Derivation::sum([Derived::counts(set.tasks.values().map(of))]);
            self.claims.follows(|| each(|_| 1));
            let pairs = named("train_pairs", &place);
            let statement = "examples of all tasks: train pairs";
            match set.train() {
                Some(train) => {
                    self.claims.count(pairs.clone(), statement, train, size, flags());
                    self.claims.follows(|| each(|task| task.train.unwrap_or(0)));
                }
                None => self.claims.make(Stated {
                    name: pairs.clone(),
                    statement: statement.to_owned(),
                    parameter: Parameter::COUNT,
                    estimate: Err(Undefined::NotRecorded { what: "the train pairs of every task".into() }),
                    flags: flags(),
                }),
            }
            let inputs = "test inputs of all tasks: test pairs";
            self.claims.count(named("test_pairs", &place), inputs, set.inputs(), size, flags());
            self.claims.follows(|| each(|task| u32::try_from(task.inputs.len()).unwrap_or(u32::MAX)));
            let right = "tasks whose right answers are given and agree";
            self.claims.count(named("answered", &place), right, set.scored(), size, flags());
            self.claims.follows(|| each(|task| u32::from(task.is_scored())));
            let examples =
                set.train().map_or_else(|| Cell::Absent("not counted for every task".to_owned()), Cell::Count);
            let cells = vec![
                Cell::text(set.title()),
                Cell::Count(size.units),
                examples,
                Cell::Count(set.inputs()),
                Cell::Count(set.scored()),
            ];
            rows.push(Row { cells, remark: None });
        }
        Figure::Table(Table {
            name: "arc.sets".to_owned(),
            title: "The tasks".to_owned(),
            columns: vec![
                Column::text("set"),
                Column::number("tasks"),
                Column::number("train pairs"),
                Column::number("test pairs"),
                Column::number("with answers"),
            ],
            rows,
            notes: Vec::new(),
        })
    }

    /// Makes the claim that so many of `n` tasks are solved.
    fn share(
        &mut self,
        one: &Scored,
        (what, statement): (&str, String),
        ((yes, n), of, is): ((u64, u64), Is, Is),
        flags: Flags,
    ) -> Result<(), Error> {
        let attempts = one.sum(|outcome| outcome.attempts);
        let estimate = Proportion::new(yes, n)?.wilson(self.settings.level).map(|estimate| {
            let estimate = estimate.resized(Size { units: n, samples: attempts.max(n) });
            estimate.rederived(|share| {
                let outcomes = one.outcomes.values().filter(|outcome| of(outcome));
                share.counted_over(None, vec![Derived::flags(outcomes.map(is))])
            })
        });
        let flags = flags.with(Flag::Interval, sides(yes, n));
        self.claims.make(Stated { name: one.named(what), statement, parameter: Parameter::SHARE, estimate, flags });
        Ok(())
    }

    /// Makes the claim about the mean over tasks of the share of test inputs that is solved.
    fn by_pairs<'o>(
        &mut self,
        name: String,
        statement: String,
        outcomes: impl Iterator<Item = &'o Outcome>,
        flags: Flags,
    ) -> Result<(), Error> {
        let tallies = outcomes.map(|outcome| Tally { samples: outcome.inputs, correct: outcome.solved });
        let clusters = Clusters::from_tallies(tallies)?;
        self.claims.make(Stated {
            name,
            statement,
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(self.settings.level),
            flags: flags.with(Flag::Interval, clusters.interval_finding()),
        });
        Ok(())
    }

    /// The claims about one submission at one set, and its rows.
    fn submission(&mut self, one: &Scored, cap: u32) -> Result<(), Error> {
        let tasks = one.outcomes.len() as u64;
        let attempted = one.count(Outcome::is_attempted);
        let solved = one.count(Outcome::is_solved);
        let within = so_many(u64::from(cap), "attempt");
        let strict = ("strict", format!("every test input of a task is solved within {within}"));
        self.share(one, strict, ((solved, tasks), |_| true, Outcome::is_solved), flags(one))?;
        let is_at_once = |outcome: &Outcome| outcome.at_once == outcome.inputs;
        let at_once = one.count(is_at_once);
        let first = ("first", "every test input of a task is solved by the first attempt".to_owned());
        self.share(one, first, ((at_once, tasks), |_| true, is_at_once), flags(one))?;
        let pairs = format!("the share of a task's test inputs that is solved within {within}, averaged over tasks");
        self.by_pairs(one.named("pairs"), pairs, one.outcomes.values(), flags(one))?;
        self.counts(one, (tasks, attempted, solved));
        self.cost(one);
        let mut cells = vec![Cell::text(one.set_name.clone()), Cell::text(self.shown.name(&one.label()))];
        cells.push(Cell::Count(solved));
        cells.extend(["strict", "pairs", "first", "cost"].map(|what| Cell::claim(one.named(what))));
        cells.push(Cell::mark(one.named("strict")));
        self.scores.push(Row { cells, remark: None });
        if attempted < tasks {
            self.attempted(one, (tasks, attempted, solved), &within)?;
        }
        self.find(one, tasks, "strict", "what this submission solves", |_| 1.0);
        self.find(one, tasks, "missing", "tasks without an attempt count as unsolved", |share| 100.0 * share);
        let beyond = format!("attempts beyond the first {cap} solve tasks that do not count as solved");
        self.find(one, tasks, "solved_beyond", &beyond, |share| 100.0 * share);
        let contradicted = "recorded verdicts that the task files contradict";
        self.find(one, tasks, "contradicted", contradicted, |share| 100.0 * share);
        Ok(())
    }

    fn counts(&mut self, one: &Scored, (tasks, attempted, solved): (u64, u64, u64)) {
        let size = Size { units: tasks, samples: one.sum(|outcome| outcome.attempts).max(tasks) };
        let late = one.count(|outcome| !outcome.is_solved() && outcome.at_all == outcome.inputs);
        for (what, statement, count) in [
            ("solved", "tasks solved, every test input of them", solved),
            ("attempted", "tasks with an attempt", attempted),
            ("missing", "tasks without an attempt, counted as unsolved", tasks - attempted),
            ("attempts", "attempts at these tasks", one.sum(|outcome| outcome.attempts)),
            ("beyond", "attempts beyond those that count", one.sum(|outcome| outcome.beyond)),
            ("solved_beyond", "tasks that only attempts beyond those that count would solve", late),
        ] {
            self.claims.count(one.named(what), statement, count, size, counted());
            self.claims.follows(|| {
                let each = one.outcomes.values().map(|outcome| match what {
                    "solved" => u64::from(outcome.is_solved()),
                    "attempted" => u64::from(outcome.is_attempted()),
                    "missing" => u64::from(!outcome.is_attempted()),
                    "attempts" => outcome.attempts,
                    "beyond" => outcome.beyond,
                    _ => u64::from(!outcome.is_solved() && outcome.at_all == outcome.inputs),
                });
                Derivation::sum([Derived::large(each)])
            });
        }
        if one.sum(|outcome| outcome.verdicts) > 0 {
            let statement = "recorded verdicts that the grids of the task files contradict";
            let count = one.sum(|outcome| outcome.contradicted);
            self.claims.count(one.named("contradicted"), statement, count, size, counted());
            self.claims.follows(|| {
                Derivation::sum([Derived::large(one.outcomes.values().map(|outcome| outcome.contradicted))])
            });
        }
    }

    /// What an attempted task cost, all its attempts together.
    fn cost(&mut self, one: &Scored) {
        let attempted: Vec<&Outcome> = one.outcomes.values().filter(|outcome| outcome.is_attempted()).collect();
        let spent: Option<Vec<f64>> = attempted.iter().map(|outcome| outcome.spent).collect();
        let estimate = match spent {
            Some(spent) => mean_dollars(&spent, one.sum(|outcome| outcome.attempts), self.settings.level),
            None => Err(Undefined::NotRecorded { what: "the cost of every attempt".into() }),
        };
        self.money |= estimate.is_ok();
        let units = attempted.len() as u64;
        let finding = if units >= 30 {
            candor_stats::Finding::holds(so_many(units, "task"))
        } else {
            candor_stats::Finding::fails(so_many(units, "task"), "at least 30 tasks")
        };
        self.claims.make(Stated {
            name: one.named("cost"),
            statement: "dollars per attempted task, all recorded attempts together".to_owned(),
            parameter: Parameter::DOLLARS,
            estimate,
            flags: flags(one).with(Flag::Interval, finding),
        });
    }

    /// The same scores over the attempted tasks alone, which is not how the benchmark scores.
    fn attempted(
        &mut self,
        one: &Scored,
        (tasks, attempted, solved): (u64, u64, u64),
        within: &str,
    ) -> Result<(), Error> {
        let lost = candor_stats::Attrition { planned: tasks, lost: tasks - attempted };
        let flags = one_model(
            recorded()
                .holds(Flag::Measurement, "grids compared cell by cell with those of the task files, size included")
                .holds(Flag::Design, "no causal words")
                .with(Flag::Attrition, candor_stats::Attrition::finding(&[lost])),
            one.part("model"),
        );
        let strict = format!("of attempted tasks alone: every test input is solved within {within}");
        self.share(
            one,
            ("strict_attempted", strict),
            ((solved, attempted), Outcome::is_attempted, Outcome::is_solved),
            flags.clone(),
        )?;
        let pairs = format!("of attempted tasks alone: the share of test inputs solved within {within}");
        let outcomes = one.outcomes.values().filter(|outcome| outcome.is_attempted());
        self.by_pairs(one.named("pairs_attempted"), pairs, outcomes, flags)?;
        let mut cells = vec![Cell::text(one.set_name.clone()), Cell::text(self.shown.name(&one.label()))];
        cells.extend([Cell::Count(attempted), Cell::Count(tasks - attempted)]);
        cells.extend(["strict_attempted", "pairs_attempted"].map(|what| Cell::claim(one.named(what))));
        cells.push(Cell::mark(one.named("strict_attempted")));
        self.incomplete.push(Row { cells, remark: None });
        Ok(())
    }

    /// A finding on a claim, as heavy as its share of the tasks makes it; none where nothing was counted.
    fn find(&mut self, one: &Scored, tasks: u64, what: &str, sentence: &str, points: impl Fn(f64) -> f64) {
        let Some(claim) = self.claims.find(&one.named(what)) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        let is_count = claim.parameter() == Parameter::COUNT;
        if is_count && estimate.value() <= 0.0 {
            return;
        }
        let share = if is_count { estimate.value() / tasks.max(1) as f64 } else { estimate.value() };
        let finding = Finding {
            weight: Finding::weigh(claim, points(share)),
            sentence: format!("{}: {sentence}", one.label()),
            beside: Vec::new(),
            claim: Claim::name(claim).to_owned(),
            trace: self.cite(one),
            closer: "audit run arc".to_owned(),
        };
        self.findings.push(finding);
    }
}

fn limits() -> Limits {
    Limits::new(
        "public tasks and their answers can be in what a model was trained on: a score on them bounds nothing on unseen tasks",
        [
            "these tasks and tasks like them, answered as these submissions were made: prompt, tools and search are not recorded here",
            "which of the attempts was meant first is as the source numbers them",
        ]
        .map(str::to_owned),
    )
}
