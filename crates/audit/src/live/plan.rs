//! Every call of a run, known before one is made. Not the money: what tokens cost is for whoever has a price list.

use std::sync::Arc;

use candor_record::Digest;
use candor_stats::Seed;

use super::experiments::{Experiment, Wanted};
use super::probe::{Common, Probe};
use super::programs::{self, Programs};
use super::task::{Item, Task, write_task};
use super::{judge, named, runner};
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
        wanted: Wanted,
        seed: Seed,
        planted: bool,
    ) -> Result<Self, Error> {
        let wants = |experiment: &&'static dyn Experiment| {
            audits.iter().filter_map(|audit| audit.experiment()).any(|wanted| wanted.name() == experiment.name())
        };
        let experiments: Vec<&'static dyn Experiment> = super::experiments::ALL.iter().copied().filter(wants).collect();
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
        Ok(Self { task, provider: provider.to_owned(), common, wanted, seed, planted, experiments, programs: None })
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

    /// Every call, in order.
    pub fn probes(&self) -> impl Iterator<Item = Probe> + '_ {
        self.experiments.iter().flat_map(move |experiment| {
            // Every item's verifier was tried when the plan was made.
            self.task.items.iter().flat_map(move |item| {
                let program = self.programs.as_deref().and_then(|programs| programs.for_item(item));
                let asked = experiment.asks(item, &self.wanted, &self.common, self.seed).unwrap_or_default();
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
            for item in &self.task.items {
                let probes = experiment.asks(item, &self.wanted, &self.common, self.seed).unwrap_or_default();
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
