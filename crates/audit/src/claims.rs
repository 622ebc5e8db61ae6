//! How audits word their claims: names, parameters, flags. The marks are computed from them, never chosen.

use candor_stats::clusters::pooled::Pooled;
use candor_stats::derivation::{self, Column, Derivation};
use candor_stats::paired::bounded_difference;
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Finding, Flag, Flags, Interval, Level, Method, Origin, Parameter, Provenance,
    Size, Tally, Undefined,
};

use crate::audits::compute::JUDGES;
use crate::validity::broken;
use crate::values::Measure;

/// Said of every table whose intervals hold one by one.
pub(crate) const ALONE: &str = "each interval stands alone: all of a table together hold less often";

/// The claims of one report, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) made: Vec<Claim>,
    pub(crate) level: Level,
    planted: bool,
    /// Who the questions at hand are, where derivations are kept.
    questions: Option<Column>,
}

/// A claim that is still to be made.
#[derive(Debug)]
pub(crate) struct Stated {
    pub(crate) name: String,
    pub(crate) statement: String,
    pub(crate) parameter: Parameter,
    pub(crate) estimate: Result<Estimate, Undefined>,
    pub(crate) flags: Flags,
}

impl Claims {
    pub(crate) fn new(level: Level, planted: bool) -> Self {
        Self { made: Vec::new(), level, planted, questions: None }
    }

    /// Says who the questions are, in which order, that claims are about from now on; asked for only where derivations are kept. An estimate that says
    /// itself who its items are, or that has another number of them, keeps what it says.
    pub(crate) fn about(&mut self, questions: impl FnOnce() -> Column) {
        self.questions = derivation::is_kept().then(questions);
    }

    /// Says that claims from now on are about other items.
    pub(crate) fn about_others(&mut self) {
        self.questions = None;
    }

    /// Makes a claim about a level: what it asserts is its own interval.
    pub(crate) fn make(&mut self, stated: Stated) {
        self.assert(stated, Asserted::OWN_INTERVAL, "");
    }

    /// Makes a claim that the data can contradict.
    pub(crate) fn assert(&mut self, stated: Stated, asserted: Asserted, negation: &str) {
        let Stated { name, statement, parameter, estimate, flags } = stated;
        let origin = if self.planted { Origin::Planted } else { Origin::Own };
        let estimate = match &self.questions {
            Some(questions) => estimate.map(|estimate| estimate.over(|| questions.clone())),
            None => estimate,
        };
        let negation = if negation.is_empty() { format!("not so: {statement}") } else { negation.to_owned() };
        self.made.push(broken::claim(Draft {
            name,
            statement,
            negation,
            parameter,
            estimate,
            asserted,
            provenance: Provenance::new(origin, "the traces of this run"),
            flags,
            derived_from: Vec::new(),
        }));
    }

    /// Makes a claim that something was counted: `count` among `seen`. A count of what lies in the data has no sampling error, so
    /// that its interval is the count itself.
    pub(crate) fn count(&mut self, name: String, statement: impl Into<String>, count: u64, seen: Size, flags: Flags) {
        let value = count as f64;
        let estimate = match Interval::new(value, value, self.level) {
            Ok(exact) => Estimate::new(value, Ok(exact), seen, Method::named("count")),
            Err(_) => Err(Undefined::no_data("traces")),
        };
        self.make(Stated { name, statement: statement.into(), parameter: Parameter::COUNT, estimate, flags });
    }

    /// Says how the claim that was made last follows, about the questions at hand.
    pub(crate) fn follows(&mut self, derivation: impl FnOnce() -> Derivation) {
        let questions = self.questions.clone();
        self.came_from(|| match &questions {
            Some(questions) => derivation().over(questions),
            None => derivation(),
        });
    }

    /// Says what the claim that was made last was computed from.
    pub(crate) fn came_from(&mut self, derivation: impl FnOnce() -> Derivation) {
        if derivation::is_kept()
            && let Some(claim) = self.made.last_mut()
        {
            claim.came_from(derivation);
        }
    }

    /// Says which items the claim that was made last is a count of, and their columns: it is the sum of their product, such as how many items have
    /// all of the properties.
    pub(crate) fn counts(&mut self, columns: impl FnOnce() -> (Column, Vec<Column>)) {
        self.came_from(|| {
            let (items, columns) = columns();
            Derivation::sum(columns).over(&items)
        });
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Claim> {
        self.made.iter().find(|claim| claim.name() == name)
    }
}

/// A name with its place: `faithfulness.raw[model=a,cue=b]`. What would end a place early is replaced.
pub(crate) fn named(what: &str, place: &[(&str, &str)]) -> String {
    let clean = |text: &str| -> String {
        text.chars().map(|c| if "[],=".contains(c) || c.is_control() { '_' } else { c }).collect()
    };
    let inside: Vec<String> = place.iter().map(|(key, value)| format!("{key}={}", clean(value))).collect();
    if inside.is_empty() { what.to_owned() } else { format!("{what}[{}]", inside.join(",")) }
}

/// The flags that every number of recorded data shares. What is special to a claim is added: the first failure stays.
pub(crate) fn recorded() -> Flags {
    sampled(Finding::holds("every recorded trace was read; how they came to be recorded is stated in the estimand"))
}

/// The same, with another finding on how what was measured had been drawn.
pub(crate) fn sampled(sampling: Finding) -> Flags {
    Flags::unexamined()
        .holds(Flag::Looks, "recorded data, read once as a whole")
        .holds(Flag::Selection, "every model and every kind of cue in the data is printed")
        .with(Flag::Sampling, sampling)
}

/// What was counted in the data, by comparing recorded answers: exact for these traces.
pub(crate) fn counted() -> Flags {
    counted_as("recorded answers compared as texts")
}

/// What was counted in the data in another way: exact for these traces, and for that way of counting.
pub(crate) fn counted_as(how: &str) -> Flags {
    counted_by(Finding::holds(how))
}

/// What was counted in texts that somebody or some program had to read first: exact for these traces as far as the reading is right.
pub(crate) fn counted_by(reading: Finding) -> Flags {
    recorded()
        .holds(Flag::Interval, "a count")
        .with(Flag::Measurement, reading)
        .holds(Flag::Design, "no causal words")
        .holds(Flag::Attrition, "a count of what is there")
        .holds(Flag::Scope, "these traces")
}

/// The finding on V1 for a share of samples in which the question is the unit: five samples of one question are one question.
pub(crate) fn by_question(rows: impl IntoIterator<Item = (u32, u32)>) -> Finding {
    Pooled::of(rows.into_iter().map(|(samples, correct)| Tally { samples, correct })).interval_finding()
}

/// The finding on V1 for a proportion of units that are counted once each: at least 10 of them, at least 5 on each side.
pub(crate) fn sides(yes: u64, n: u64) -> Finding {
    let rarer = yes.min(n.saturating_sub(yes));
    if n < candor_stats::claim::FEWEST_UNITS {
        Finding::fails(format!("{n} units"), format!("at least {} units", candor_stats::claim::FEWEST_UNITS))
    } else if rarer < candor_stats::clusters::FEWEST_MINORITY {
        Finding::fails(
            format!("only {rarer} with the rarer outcome: no interval holds its level there"),
            format!("at least {} with the rarer outcome", candor_stats::clusters::FEWEST_MINORITY),
        )
    } else {
        Finding::holds(format!("{n} units, {rarer} with the rarer outcome"))
    }
}

/// V4 for a label: a person is the reference, a judge is not.
pub(crate) fn measured_by(flags: Flags, human: bool) -> Flags {
    if human {
        flags.holds(Flag::Measurement, "labels by people, taken as the reference; their own error was not measured")
    } else {
        flags.fails(
            Flag::Measurement,
            "labels by a judging model that was not compared with people",
            "about 120 of these chains labelled by people",
        )
    }
}

/// Flags with the finding on who decided what is right.
pub(crate) fn measured(flags: Flags, measure: Measure, verifiers: &[String]) -> Flags {
    match measure {
        Measure::Score => flags.fails(
            Flag::Measurement,
            "a recorded score stands for accuracy, not the verdict of a program",
            "verdicts of a programmatic verifier for every sample",
        ),
        Measure::Verdicts => {
            let by = verifiers.join(", ");
            if JUDGES.iter().any(|word| by.to_lowercase().contains(word)) {
                flags.fails(
                    Flag::Measurement,
                    format!("a model or a person decided what is right ({by})"),
                    "a programmatic verifier, or human labels that calibrate the judge",
                )
            } else {
                flags.holds(Flag::Measurement, format!("verdicts of {by}, as recorded"))
            }
        }
    }
}

/// Flags with the finding on whether one model is known to stand behind the numbers.
pub(crate) fn one_model(flags: Flags, model: &str) -> Flags {
    if model.is_empty() {
        flags.fails(Flag::Scope, "the source names no model", "the model's name and version with every call")
    } else {
        flags.holds(Flag::Scope, "one model under the name that the source gives")
    }
}

/// Why a sample is not used that has the question and the number of another one.
pub(crate) const TWICE: &str = "the same sample stands twice";

/// The finding on V7 from what the arms lost.
pub(crate) fn lost<'a>(arms: impl IntoIterator<Item = &'a crate::Attrition>) -> Finding {
    let arms: Vec<&crate::Attrition> = arms.into_iter().collect();
    let twice: u64 = arms.iter().filter_map(|arm| arm.lost.get(TWICE)).sum();
    let gone: u64 = arms.iter().map(|arm| arm.seen - arm.used).sum();
    if twice * 2 > gone && gone * 20 >= arms.iter().map(|arm| arm.seen).sum::<u64>() {
        return Finding::fails(
            format!("of {gone} samples that are not used, {twice} are a second one of the same question and number"),
            "a field that tells them apart in the mapping (a model, an effort, an arm), or data that has each once",
        );
    }
    let arms: Vec<candor_stats::Attrition> =
        arms.into_iter().map(|arm| candor_stats::Attrition { planned: arm.seen, lost: arm.seen - arm.used }).collect();
    candor_stats::Attrition::finding(&arms)
}

/// The finding on V7 from records that could not be read and were left out as asked: `None` where they are too few to matter. What is broken is seldom
/// broken at random: of verdicts 1, 0 and 0.5 the halves alone would go.
pub(crate) fn unread(records: u64, traces: u64) -> Option<Finding> {
    let share = records as f64 / (records + traces).max(1) as f64;
    (share >= candor_stats::attrition::MOST_LOST).then(|| {
        Finding::fails(
            format!("{:.1} % of the records could not be read and were left out as asked", 100.0 * share),
            "records that can be read: candor look PATH --skipped lists what is wrong with them",
        )
    })
}

/// V1 of a difference: 30 questions, 10 of them changed.
pub(crate) fn enough(questions: u64, changed: u64) -> Finding {
    if questions >= 30 && changed >= 10 {
        Finding::holds(format!("{questions} questions, {changed} of them changed"))
    } else {
        Finding::fails(
            format!("{questions} questions, {changed} of them changed"),
            "at least 30 questions, 10 of them changed",
        )
    }
}

/// The estimate under the level of the whole family that it is printed in: it was made at that family's share of it.
pub(crate) fn at_level(estimate: Result<Estimate, Undefined>, level: Level) -> Result<Estimate, Undefined> {
    let estimate = estimate?;
    let Some(size) = estimate.size() else { return Ok(estimate) };
    let interval = estimate.interval().copied().map_err(Clone::clone).and_then(|interval| {
        Interval::new(interval.low(), interval.high(), level)
            .map_err(|_| Undefined::Unbounded { what: "the interval".into() })
    });
    Ok(estimate.resized(size).bounded(interval))
}

/// V7 of a fall: small and alike losses, or a fall that stays in the worst case. `worst` are per question the smallest falls that the
/// lost samples leave possible: every one before it wrong, every one after it right.
pub(crate) fn in_worst_case(plain: Finding, worst: &[f64], level: Level) -> Finding {
    if matches!(plain, Finding::Holds { .. }) {
        return plain;
    }
    match bounded_difference(worst, level).as_ref().map(Estimate::interval) {
        Ok(Ok(interval)) if interval.low() > 0.0 => {
            Finding::holds("the fall stays if every lost sample before it was wrong and every one after it right")
        }
        _ => plain,
    }
}
