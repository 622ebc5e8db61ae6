//! Live calls for a command: which models are asked about which questions, the plan in a file and from flags, one sitting with its progress. Not the calls, which
//! are the library's, and not who answers.

mod bill;
mod flags;
mod foreign;
mod judged;
mod model;
mod rescore;
mod sitting;

use candor_audit::live::experiments::Towards;
use candor_audit::live::{Common, Plan, Task, Wanted};
use candor_audit::{Audit, Settings};
use candor_llm::{Effort, Sampling};
use candor_trace::Money;
use serde::{Deserialize, Serialize};

pub(crate) use bill::{cost, costs, total};
pub(crate) use flags::{Flags, money};
pub(crate) use foreign::Foreign;
pub(crate) use judged::Judge;
pub(crate) use model::{Model, Models};
pub(crate) use rescore::{Again, rescore};
pub(crate) use sitting::{Sitting, begin, go_on, sit_in_memory, task};

use crate::problem::Problem;
use crate::runs::Early;

/// Which calls a run makes: the `[live]` part of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The models: `pebble`, or `PROVIDER:MODEL`.
    pub(crate) on: Vec<String>,
    /// The questions: a file of tasks as it was named, or `pebble`.
    pub(crate) task: String,
    /// At most so many of them, the first ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<usize>,
    /// The effort of calls that do not vary it, in the vendor's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) effort: Option<String>,
    /// At most so many tokens of output a call, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_output: Option<u32>,
    /// Temperature in thousandths; the vendor's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<u32>,
    /// Calls on their way at the same time.
    pub(crate) connections: usize,
    /// Money for the whole run, in millionths of a dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ceiling: Option<Money>,
    /// Spend without a ceiling: said, never assumed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) no_ceiling: bool,
    /// Programs that the questions name may run, confined, and decide about answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) allow_programs: bool,
    /// The model that judges replies, where the questions ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judge: Option<String>,
    /// Labelled answers that the judge is held against: a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchors: Option<String>,
    /// The run whose replies these are, where they were judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rescored: Option<String>,
    /// How much is asked.
    #[serde(default)]
    pub(crate) wanted: Wanted,
}

/// Calls on their way at the same time, where nobody says.
const CONNECTIONS: usize = 32;

impl Asked {
    /// Of pebble, on its own questions: hints point where its mistakes usually end, the hardest place.
    pub(crate) fn on_pebble() -> Self {
        Self {
            on: vec![model::PEBBLE.to_owned()],
            task: model::PEBBLE.to_owned(),
            limit: None,
            effort: None,
            max_output: None,
            temperature: None,
            connections: CONNECTIONS,
            ceiling: None,
            no_ceiling: false,
            allow_programs: false,
            judge: None,
            anchors: None,
            rescored: None,
            wanted: Wanted {
                towards: Towards::RunnerUp,
                // The last is one that gains nothing.
                efforts: ["minimal", "low", "medium", "high", "max"].map(str::to_owned).to_vec(),
                ..Wanted::default()
            },
        }
    }

    /// What of it decides which calls are made: neither money nor haste does.
    pub(crate) fn deciding(&self) -> Self {
        Self { ceiling: None, no_ceiling: false, connections: 0, ..self.clone() }
    }

    /// What decides how much is asked, where answers do.
    pub(crate) fn stops_early(&self) -> Option<Early> {
        let until = self.wanted.until.as_ref().map(|_| Early::Until);
        until.or(self.wanted.adaptive.map(|_| Early::Adaptive))
    }

    /// The plan for one of its models.
    pub(crate) fn plan<'a>(
        &self,
        task: &'a Task,
        model: &Model,
        audits: &[&'static dyn Audit],
        settings: &Settings,
    ) -> Result<Plan<'a>, Problem> {
        let common = Common {
            model: model.name.clone(),
            effort: self.effort.as_deref().map(Effort::from_foreign),
            max_output: self.max_output,
            sampling: Sampling { temperature: self.temperature, ..Sampling::default() },
        };
        Plan::new(task, audits, &model.provider, common, self.wanted.clone(), settings.seed, model.planted).map_err(
            |error| match error {
                candor_audit::Error::Asked { .. } if audits.iter().all(|audit| audit.experiment().is_none()) => {
                    Problem::usage(error.to_string()).hint("--from PATH names recorded calls")
                }
                error => Problem::configuration(error.to_string()),
            },
        )
    }
}
