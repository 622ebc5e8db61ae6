//! What a report says of its plan: registered before its data, or not and why; and every run of that plan, also those not shown.

use serde::{Deserialize, Serialize};

use crate::words::counted;

/// At most this many runs are listed one by one in words; all are in the data.
const MOST_LISTED: usize = 12;

/// Before what the plan was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// Calls of its own: there were no data yet.
    Calls,
    /// Recorded calls, which existed; the run had not read them.
    Recorded,
    /// Replies of that run, which existed.
    RepliesOf(String),
}

/// What the record says of a run's plan. Not a part of a stored report: the record goes on after a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Registered {
    /// It is registered, and the run after it.
    Before(Said),
    /// It is not, and why.
    Not(String),
}

/// A registered plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// SHA-256 of its canonical text.
    pub plan: String,
    /// The leaf that registered it.
    pub leaf: u64,
    /// When, by the operator's clock (UTC).
    pub at: String,
    /// Before what.
    pub data: Data,
    /// Every run of it, in order.
    pub runs: Vec<RunSaid>,
    /// Plans about the same source or the same models and task that the log holds beside this one.
    pub other_plans: u64,
    /// Runs of those.
    pub other_runs: u64,
}

/// A run of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSaid {
    /// Its identifier.
    pub run: String,
    /// Its number among them.
    pub number: u64,
    /// It is the one whose report this is.
    pub shown: bool,
    /// The leaf of its beginning; none where it was begun outside of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<u64>,
    /// The leaf of its last end; none where it never ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// Whether everything was read or asked that the plan wants.
    pub finished: bool,
    /// How often it went on.
    pub resumed: u64,
}

impl Registered {
    /// In sentences: the first says whether, the others list the runs.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let said = match self {
            Self::Not(why) => return vec![format!("plan not registered before its data: {why}")],
            Self::Before(said) => said,
        };
        let before = match &said.data {
            Data::Calls => "its data".to_owned(),
            Data::Recorded => "its data were read".to_owned(),
            Data::RepliesOf(run) => format!("the replies of run {run} were judged again"),
        };
        let mut lines = vec![format!("plan registered before {before}: leaf {}, at {}", said.leaf, said.at)];
        let shown = said.runs.iter().find(|run| run.shown);
        lines.push(match (said.runs.len(), shown) {
            (1, Some(_)) => "the only run of this plan in the record".to_owned(),
            (count, Some(run)) => format!("run {} of {count} of this plan in the record:", run.number),
            (count, None) => format!("{} of this plan in the record:", counted(count as u64, "run")),
        });
        if said.runs.len() > 1 || shown.is_none() {
            lines.extend(said.runs.iter().take(MOST_LISTED).map(RunSaid::line));
            if let Some(more) = said.runs.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
                lines.push(format!("and {} more: --json lists them", counted(more as u64, "run")));
            }
        }
        if said.other_plans > 0 {
            let plans = if said.other_plans == 1 {
                "1 other plan".to_owned()
            } else {
                format!("{} other plans", said.other_plans)
            };
            lines.push(format!("on the same source the record has {plans} with {}", counted(said.other_runs, "run")));
        }
        lines
    }
}

impl RunSaid {
    fn line(&self) -> String {
        let begun =
            self.begun.map_or_else(|| "begun outside of the record".to_owned(), |leaf| format!("begun, leaf {leaf}"));
        let state = match (self.ended, self.finished) {
            (None, _) => "never ended".to_owned(),
            (Some(leaf), true) => format!("ended, leaf {leaf}"),
            (Some(leaf), false) => format!("stopped before its end, leaf {leaf}"),
        };
        let resumed = if self.resumed == 0 { String::new() } else { format!("; went on {}", times(self.resumed)) };
        let shown = if self.shown { "; this one" } else { "" };
        format!("{}. run {}: {begun}; {state}{resumed}{shown}", self.number, self.run)
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_said_and_which_one_is_shown() {
        let run = |number, shown, ended| RunSaid {
            run: format!("r{number}"),
            number,
            shown,
            begun: Some(number * 2),
            ended,
            finished: number != 3,
            resumed: u64::from(number == 3),
        };
        let said = |runs| {
            Registered::Before(Said {
                plan: "ab".into(),
                leaf: 1,
                at: "2026-11-26T18:00:00Z".into(),
                data: Data::Recorded,
                runs,
                other_plans: 1,
                other_runs: 2,
            })
        };
        let lines =
            said(vec![run(1, false, Some(3)), run(2, true, Some(5)), run(3, false, Some(9)), run(4, false, None)])
                .lines();
        assert_eq!(
            lines,
            [
                "plan registered before its data were read: leaf 1, at 2026-11-26T18:00:00Z",
                "run 2 of 4 of this plan in the record:",
                "1. run r1: begun, leaf 2; ended, leaf 3",
                "2. run r2: begun, leaf 4; ended, leaf 5; this one",
                "3. run r3: begun, leaf 6; stopped before its end, leaf 9; went on once",
                "4. run r4: begun, leaf 8; never ended",
                "on the same source the record has 1 other plan with 2 runs",
            ]
        );
        assert_eq!(said(vec![run(1, true, Some(3))]).lines()[1], "the only run of this plan in the record");
        assert_eq!(
            Registered::Not("there is no record here".into()).lines(),
            ["plan not registered before its data: there is no record here"]
        );
    }
}
