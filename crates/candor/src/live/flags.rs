//! The flags of live calls, and what they change of a plan. Not the plan's own file.

use std::path::PathBuf;

use candor_audit::live::until::Sentence;
use candor_audit::live::{Adaptive, Until};
use candor_audit::words::points_of;
use candor_trace::Money;

use super::Asked;
use crate::problem::Problem;

/// Where the help lists the flags of live calls.
const LIVE: &str = "Live calls";

/// The flags.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Flags {
    /// Ask these models: pebble (a planted process, part of the program), or PROVIDER:MODEL
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',', help_heading = LIVE)]
    pub(crate) on: Vec<String>,
    /// The questions: a JSONL file, a line each with id, question, options, answer
    #[arg(long, value_name = "FILE", help_heading = LIVE)]
    pub(crate) task: Option<PathBuf>,
    /// Ask at most so many questions, the first ones
    #[arg(long, value_name = "N", help_heading = LIVE)]
    limit: Option<usize>,
    /// Samples of each question, in every experiment
    #[arg(long, value_name = "N", help_heading = LIVE)]
    repeat: Option<u32>,
    /// The cues to plant, by kind
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', help_heading = LIVE)]
    cues: Option<Vec<String>>,
    /// The efforts to compare, in rising order: low,medium,high, token budgets, off
    #[arg(long, value_name = "EFFORT,…", value_delimiter = ',', help_heading = LIVE)]
    efforts: Option<Vec<String>>,
    /// The changes to make to each question
    #[arg(long, value_name = "CHANGE,…", value_delimiter = ',', help_heading = LIVE)]
    changes: Option<Vec<String>>,
    /// The effort of calls that do not vary it
    #[arg(long, value_name = "EFFORT", help_heading = LIVE)]
    effort: Option<String>,
    /// At most so many tokens of output a call, reasoning included
    #[arg(long, value_name = "TOKENS", help_heading = LIVE)]
    max_output: Option<u32>,
    /// The temperature, where the model takes one
    #[arg(long, value_name = "T", help_heading = LIVE)]
    temperature: Option<f64>,
    /// Calls on their way at the same time
    #[arg(long, value_name = "N", help_heading = LIVE)]
    max_connections: Option<usize>,
    /// Spend at most so much, such as 5usd: never crossed by more than one call
    #[arg(long, value_name = "MONEY", help_heading = LIVE)]
    ceiling: Option<String>,
    /// Spend whatever the plan costs; without this or --ceiling no call that costs something is made
    #[arg(long, conflicts_with = "ceiling", help_heading = LIVE)]
    no_ceiling: bool,
    /// Stop as soon as this is decided: "any cue moves answers by more than 10 points", "accuracy above 60 %"
    #[arg(long, value_name = "SENTENCE", help_heading = LIVE)]
    until: Option<String>,
    /// How far from its threshold a truth is to be decided [default: 10pt]
    #[arg(long, value_name = "POINTS", help_heading = LIVE)]
    detect: Option<String>,
    /// The probability of each error of the decision [default: 5%]
    #[arg(long, value_name = "PER CENT", help_heading = LIVE)]
    error: Option<String>,
    /// Leave a question when the majority of its samples is settled at so much; a share of the questions is asked in full [default: 95%]
    #[arg(long, value_name = "PER CENT", num_args = 0..=1, require_equals = true, default_missing_value = "95%", help_heading = LIVE)]
    adaptive: Option<String>,
    /// Let programs that the questions name decide, confined: a task from elsewhere is foreign data
    #[arg(long, help_heading = LIVE)]
    pub(crate) allow_programs: bool,
    /// The model that judges, where the questions ask for one: its opinions are scores, not verdicts
    #[arg(long, value_name = "MODEL", help_heading = LIVE)]
    judge: Option<String>,
    /// Answers labelled by people, against which the judge is held
    #[arg(long, value_name = "FILE", requires = "judge", help_heading = LIVE)]
    anchors: Option<PathBuf>,
}

impl Flags {
    /// Whether any of them asks for live calls.
    pub(crate) fn wanted(&self) -> bool {
        !self.on.is_empty() || self.task.is_some() || self.until.is_some()
    }

    /// What they change of a plan's calls.
    pub(crate) fn over(&self, asked: &mut Asked) -> Result<(), Problem> {
        if !self.on.is_empty() {
            asked.on.clone_from(&self.on);
        }
        if let Some(task) = &self.task {
            asked.task = task.to_string_lossy().into_owned();
        }
        asked.limit = self.limit.or(asked.limit);
        if let Some(repeat) = self.repeat {
            if repeat == 0 {
                return Err(Problem::usage("--repeat: expected at least 1, found 0"));
            }
            let wanted = &mut asked.wanted;
            (wanted.samples, wanted.cue_samples, wanted.effort_samples) = (repeat, repeat, repeat);
            // One sample more than nothing cannot tell a change from a second draw.
            wanted.change_samples = repeat.max(2);
        }
        for (given, held) in [
            (&self.cues, &mut asked.wanted.cues),
            (&self.efforts, &mut asked.wanted.efforts),
            (&self.changes, &mut asked.wanted.changes),
        ] {
            if let Some(given) = given {
                held.clone_from(given);
            }
        }
        asked.judge = self.judge.clone().or(asked.judge.take());
        if let Some(anchors) = &self.anchors {
            asked.anchors = Some(anchors.to_string_lossy().into_owned());
        }
        asked.allow_programs |= self.allow_programs;
        asked.effort = self.effort.clone().or(asked.effort.take());
        asked.max_output = self.max_output.or(asked.max_output);
        if let Some(temperature) = self.temperature {
            if !(0.0..=2.0).contains(&temperature) {
                return Err(Problem::usage(format!("--temperature: expected 0 to 2, found {temperature}")));
            }
            asked.temperature = Some((temperature * 1000.0).round() as u32);
        }
        if let Some(connections) = self.max_connections {
            if !(1..=10_000).contains(&connections) {
                return Err(Problem::usage(format!("--max-connections: expected 1 to 10000, found {connections}")));
            }
            asked.connections = connections;
        }
        if let Some(ceiling) = &self.ceiling {
            asked.ceiling = Some(money(ceiling)?);
            asked.no_ceiling = false;
        }
        if self.no_ceiling {
            (asked.ceiling, asked.no_ceiling) = (None, true);
        }
        if let Some(text) = &self.adaptive {
            let threshold = share("--adaptive", text, "per cent between 50 and 100, such as 95%", 100.0)?;
            asked.wanted.adaptive = Some(Adaptive { threshold, ..asked.wanted.adaptive.unwrap_or_default() });
        }
        self.decides(asked)
    }

    /// What is to be decided, and how well.
    fn decides(&self, asked: &mut Asked) -> Result<(), Problem> {
        let example = "--until \"any cue moves answers by more than 10 points\" --detect 10pt --error 5%";
        if let Some(text) = &self.until {
            let sentence =
                Sentence::parse(text).map_err(|error| Problem::usage(format!("--until: {error}")).hint(example))?;
            asked.wanted.until = Some(Until::of(sentence));
            if self.repeat.is_none() {
                // Another question says more than another sample of one.
                (asked.wanted.samples, asked.wanted.cue_samples) = (1, 1);
            }
        }
        if self.error.is_some() && asked.wanted.until.is_none() {
            return Err(Problem::usage("--error: expected --until with what is to be decided").hint(example));
        }
        let detect = self.detect()?;
        if let Some(until) = &mut asked.wanted.until {
            until.detect = detect.unwrap_or(until.detect);
            if let Some(text) = &self.error {
                until.error = share("--error", text, "per cent below 50, such as 5%", 50.0)?;
            }
        }
        Ok(())
    }

    /// The difference that is to be seen, as a share.
    pub(crate) fn detect(&self) -> Result<Option<f64>, Problem> {
        let read = |text: &String| share("--detect", text, "points, such as 10pt", 100.0);
        self.detect.as_ref().map(read).transpose()
    }
}

/// A number of points or of per cent below `most`, as a share.
fn share(flag: &str, text: &str, expected: &str, most: f64) -> Result<f64, Problem> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    points_of(&words).filter(|points| *points > 0.0 && *points < most).map(|points| points / 100.0).ok_or_else(|| {
        Problem::usage(format!("{flag}: expected {expected}, found `{}`", crate::show::text::clean(text)))
    })
}

/// `5usd`, `$5`, `0.50`.
pub(crate) fn money(text: &str) -> Result<Money, Problem> {
    let amount = text.trim().trim_start_matches('$').trim_end_matches(|c: char| c.is_alphabetic()).trim();
    let unit = text.trim().trim_start_matches(|c: char| !c.is_alphabetic()).to_ascii_lowercase();
    amount
        .parse::<f64>()
        .ok()
        .filter(|amount| *amount > 0.0 && matches!(unit.as_str(), "" | "usd"))
        .and_then(Money::from_units)
        .ok_or_else(|| {
            Problem::usage(format!("--ceiling: expected an amount in dollars, found `{text}`")).hint("--ceiling 5usd")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_dollars() {
        assert_eq!(money("5usd").unwrap(), Money(5_000_000));
        assert_eq!(money("$0.50").unwrap(), Money(500_000));
        assert_eq!(money(" 2 USD").unwrap(), Money(2_000_000));
        for nonsense in ["", "0", "-1", "5eur", "usd", "1e99"] {
            assert!(money(nonsense).is_err(), "{nonsense}");
        }
    }
}
