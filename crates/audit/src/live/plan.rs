//! Every call of a run, known before one is made. Not the money: what tokens cost is for whoever has a price list.

use std::ops::Range;
use std::sync::Arc;

use candor_record::Digest;
use candor_stats::Seed;
use candor_trace::arm;

use super::adaptive::waves::Waves;
use super::experiments::{Experiment, Wanted};
use super::ledger::{Ledger, LedgerError};
use super::probe::{Common, Probe};
use super::programs::{self, Programs};
use super::rounds::Rounds;
use super::task::{Item, Task, write_task};
use super::until::deciding::{Deciding, order};
use super::until::{Account, Sizes};
use super::{adaptive, experiments, judge, named, opinions, runner};
use crate::{Audit, Error};

/// The experiments that are put on a task, for one model.
#[derive(Clone)]
pub struct Plan<'a> {
    /// The questions.
    pub task: &'a Task,
    /// Who serves the model.
    pub provider: String,
    /// What all calls have in common.
    pub common: Common,
    /// How much is asked.
    pub wanted: Wanted,
    /// Where every random choice begins.
    pub seed: Seed,
    /// The model is a planted process, not a language model.
    pub planted: bool,
    experiments: Vec<&'static dyn Experiment>,
    programs: Option<Arc<Programs>>,
    /// The questions of a run that stops when something is decided, in the order in which they are asked.
    deciding: Option<(Vec<usize>, Sizes)>,
    /// Whether each question is asked in full, where others are left when their majority is settled.
    in_full: Option<Vec<bool>>,
}

impl std::fmt::Debug for Plan<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Plan")
            .field("provider", &self.provider)
            .field("common", &self.common)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

/// How many calls an experiment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The experiment.
    pub experiment: &'static str,
    /// Questions that it fits.
    pub questions: u64,
    /// Calls.
    pub calls: u64,
    /// Tokens of all its prompts, at most.
    pub input: u64,
    /// Tokens of all its replies, at most; `None` where no limit is set.
    pub output: Option<u64>,
}

impl<'a> Plan<'a> {
    /// The plan for these audits: each experiment once, however many audits read it.
    ///
    /// # Errors
    /// [`Error::Asked`] where the settings or an item cannot be asked for, or none of the audits makes calls.
    pub fn new(
        task: &'a Task,
        audits: &[&'static dyn Audit],
        provider: &str,
        common: Common,
        mut wanted: Wanted,
        seed: Seed,
        planted: bool,
    ) -> Result<Self, Error> {
        let wants = |experiment: &&'static dyn Experiment| {
            audits.iter().filter_map(|audit| audit.experiment()).any(|wanted| wanted.name() == experiment.name())
        };
        let experiments: Vec<&'static dyn Experiment> = experiments::ALL.iter().copied().filter(wants).collect();
        if experiments.is_empty() {
            let names: Vec<&str> = audits.iter().map(|audit| audit.about().name).collect();
            return Err(Error::Asked { what: format!("{} reads recorded calls only", names.join(" and ")) });
        }
        if let Some(what) = experiments.iter().find_map(|experiment| experiment.fault(&wanted)) {
            return Err(Error::Asked { what });
        }
        for item in &task.items {
            let labels = judge::usual(item.wording.options.len());
            judge::decides(item, &item.wording, &labels)
                .map_err(|error| Error::Asked { what: format!("question `{}`: {error}", item.id) })?;
        }
        let until = wanted.until.clone();
        let foreign = |item: &&Item| programs::asks(item) || opinions::asks(item);
        if let (Some(until), Some(item)) = (&until, task.items.iter().find(foreign)) {
            // A decision reads verdicts round by round, while calls are being made: neither waits for foreign code.
            let what = format!(
                "--until \"{}\" decides by what candor decides by itself, found question `{}` with another verifier",
                until.sentence, item.id
            );
            return Err(Error::Asked { what });
        }
        if let Some(adaptive) = &wanted.adaptive {
            let sampled = experiments.iter().any(|one| one.name() == experiments::SAMPLES.name());
            if let Some(what) = adaptive.fault(&wanted, sampled, task.items.iter().find(foreign)) {
                return Err(Error::Asked { what });
            }
        }
        if let Some(until) = &until {
            let (needed, named) = (until.experiment().name(), |one: &&dyn Experiment| one.name());
            if let Some(other) = experiments.iter().map(named).find(|name| *name != needed) {
                let what = format!("--until \"{}\" decides calls of {needed} alone, found {other}", until.sentence);
                return Err(Error::Asked { what });
            }
            until.narrow(&mut wanted);
        }
        let wanted_adaptive = wanted.adaptive;
        let mut plan = Self {
            task,
            provider: provider.to_owned(),
            common,
            wanted,
            seed,
            planted,
            experiments,
            programs: None,
            deciding: None,
            in_full: wanted_adaptive.map(|adaptive| adaptive.in_full(task.items.len(), seed)),
        };
        if let Some(until) = until {
            let mut asked = order(task.items.len(), seed);
            asked.retain(|at| task.items.get(*at).is_some_and(|item| !plan.about(item).is_empty()));
            let design = until.design(&plan.wanted)?;
            let sizes = until.sizes(&design, &plan.wanted, asked.len() as u64);
            asked.truncate(usize::try_from(sizes.most_questions).unwrap_or(usize::MAX));
            plan.deciding = Some((asked, sizes));
            // What cannot be decided is refused here, so that every later try succeeds.
            Deciding::new(&plan, &until, sizes)?;
        }
        Ok(plan)
    }

    /// The same plan, with programs of its task that may run.
    #[must_use]
    pub fn with_programs(self, programs: Arc<Programs>) -> Self {
        Self { programs: Some(programs), ..self }
    }

    /// The programs that may run; `None` where the task names none.
    ///
    /// # Errors
    /// [`Error::Asked`] where it names one and nobody has allowed it.
    pub(super) fn programs(&self) -> Result<Option<&Programs>, Error> {
        let refused = |item: &Item| Error::Asked {
            what: format!("question `{}` names a program that decides, and nobody has allowed it to run", item.id),
        };
        let asking = self.task.items.iter().find(|item| programs::asks(item));
        match (asking, self.programs.as_deref()) {
            (None, _) => Ok(None),
            (Some(item), None) => Err(refused(item)),
            (Some(_), Some(programs)) => {
                let strange = |item: &&Item| programs::asks(item) && programs.for_item(item).is_none();
                self.task.items.iter().find(strange).map_or(Ok(Some(programs)), |item| Err(refused(item)))
            }
        }
    }

    /// How many questions and calls a decision takes, where the run stops when it is made.
    #[must_use]
    pub fn sizes(&self) -> Option<Sizes> {
        self.deciding.as_ref().map(|(_, sizes)| *sizes)
    }

    /// What the replies so far decide; `None` where the plan decides nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn account(&self, ledger: &Ledger) -> Result<Option<Account>, LedgerError> {
        self.deciding().map(|deciding| deciding.account(ledger)).transpose()
    }

    /// A decision, before any call.
    pub(super) fn deciding(&self) -> Option<Deciding<'_>> {
        let (until, (_, sizes)) = (self.wanted.until.as_ref()?, self.deciding.as_ref()?);
        // It was tried when the plan was made.
        Deciding::new(self, until, *sizes).ok()
    }

    /// The calls in the order in which they can be made.
    pub(super) fn rounds(&self) -> Rounds<'_> {
        Rounds::of(self)
    }

    /// The questions in the order in which they are asked.
    fn items(&self) -> impl Iterator<Item = &Item> + Send {
        let (all, some) = match &self.deciding {
            None => (Some(&self.task.items), None),
            Some((asked, _)) => (None, Some(asked.iter().filter_map(|at| self.task.items.get(*at)))),
        };
        all.into_iter().flatten().chain(some.into_iter().flatten())
    }

    /// How many questions a run that stops asks at most.
    pub(super) fn questions(&self) -> usize {
        self.deciding.as_ref().map_or(0, |(asked, _)| asked.len())
    }

    /// Every call about one of them, by its place in the order.
    pub(super) fn asks(&self, question: usize) -> Vec<Probe> {
        let item = self.deciding.as_ref().and_then(|(asked, _)| self.task.items.get(*asked.get(question)?));
        item.map(|item| self.about(item)).unwrap_or_default()
    }

    /// Every call about one question.
    fn about(&self, item: &Item) -> Vec<Probe> {
        self.experiments.iter().flat_map(|experiment| self.of(*experiment, item)).collect()
    }

    /// Every call of an experiment about one question.
    fn of(&self, experiment: &dyn Experiment, item: &Item) -> Vec<Probe> {
        // Every item's verifier was tried when the plan was made.
        experiment.asks(item, &self.wanted, &self.common, self.seed).unwrap_or_default()
    }

    /// Draws of a question, by its place in the task, that is left when its majority is settled.
    pub(super) fn draws(&self, question: usize, samples: Range<u32>) -> Vec<Probe> {
        let arm = if self.is_asked_in_full(question) { arm::UNCUED } else { adaptive::ARM };
        let item = self.task.items.get(question);
        item.and_then(|item| experiments::SAMPLES.draws(item, arm, samples, &self.common).ok()).unwrap_or_default()
    }

    /// Whether every sample of the question at that place of the task is drawn, whatever they say.
    pub(super) fn is_asked_in_full(&self, question: usize) -> bool {
        self.in_full.as_ref().is_none_or(|in_full| in_full.get(question).copied().unwrap_or(true))
    }

    /// The waves of a plan that leaves questions when they are settled, before any call.
    pub(super) fn waves(&self) -> Option<Waves<'_>> {
        Some(Waves::of(self, self.wanted.adaptive.filter(|_| self.in_full.is_some())?))
    }

    /// How many calls adaptive stopping makes; `None` where every question is asked in full.
    #[must_use]
    pub fn adaptive(&self) -> Option<adaptive::Sizes> {
        let (adaptive, in_full) = (self.wanted.adaptive?, self.in_full.as_ref()?);
        let full = in_full.iter().filter(|full| **full).count() as u64;
        Some(adaptive.sizes(self.wanted.samples, full, in_full.len() as u64 - full))
    }

    /// What adaptive stopping saved and lost so far; `None` where every question is asked in full.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn stopping(&self, ledger: &Ledger) -> Result<Option<adaptive::Account>, LedgerError> {
        let Some(sizes) = self.adaptive() else { return Ok(None) };
        let Some(mut waves) = self.waves() else { return Ok(None) };
        waves.account(sizes, ledger).map(Some)
    }

    /// Every call, in order; of a run that stops when something is decided, every call that it may come to.
    pub fn probes(&self) -> impl Iterator<Item = Probe> + Send + '_ {
        self.experiments.iter().flat_map(move |experiment| {
            let adaptive = self.in_full.is_some() && experiment.name() == experiments::SAMPLES.name();
            self.items().enumerate().flat_map(move |(at, item)| {
                let program = self.programs.as_deref().and_then(|programs| programs.for_item(item));
                let asked = if adaptive { self.draws(at, 0..self.wanted.samples) } else { self.of(*experiment, item) };
                asked.into_iter().map(move |probe| match program {
                    Some(program) => probe.decided_by(program),
                    None => probe,
                })
            })
        })
    }

    /// The name of a call in the ledger.
    #[must_use]
    pub fn key(&self, probe: &Probe) -> Digest {
        probe.key(&self.provider, self.seed)
    }

    /// What it comes to, by experiment.
    #[must_use]
    pub fn shares(&self) -> Vec<Share> {
        let mut shares = Vec::new();
        for experiment in &self.experiments {
            let mut share = Share { experiment: experiment.name(), questions: 0, calls: 0, input: 0, output: Some(0) };
            for item in self.items() {
                let probes = self.of(*experiment, item);
                share.questions += u64::from(!probes.is_empty());
                share.calls += probes.len() as u64;
                for probe in probes {
                    share.input += runner::worst(&probe.call).input.unwrap_or(0);
                    share.output = share.output.zip(probe.call.max_output).map(|(sum, most)| sum + u64::from(most));
                }
            }
            shares.push(share);
        }
        shares
    }

    /// The name of the plan: a digest of the questions and of everything that decides what is asked, with the bytes of
    /// programs that decide about answers.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let settings = format!(
            "{}\n{}\n{}\n{}\n{}",
            self.provider,
            serde_json::to_string(&self.wanted).unwrap_or_default(),
            self.seed,
            serde_json::to_string(&self.common).unwrap_or_default(),
            self.planted
        );
        let names: Vec<&str> = self.experiments.iter().map(|experiment| experiment.name()).collect();
        let (names, task) = (names.join(" "), write_task(self.task));
        let programs = self.programs.as_ref().map(|programs| programs.digest().to_string());
        let parts: Vec<&str> = [names.as_str(), &settings, &task].into_iter().chain(programs.as_deref()).collect();
        named("candor plan 2", &parts)
    }
}
