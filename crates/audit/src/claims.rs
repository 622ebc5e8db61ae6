//! How audits word their claims: names, parameters, flags. The marks are computed from them, never chosen.

use candor_stats::clusters::pooled::Pooled;
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Finding, Flag, Flags, Interval, Level, Method, Origin, Parameter, Provenance,
    Size, Tally, Undefined,
};

/// The claims of one report, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) made: Vec<Claim>,
    pub(crate) level: Level,
    planted: bool,
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
        Self { made: Vec::new(), level, planted }
    }

    /// Makes a claim about a level: what it asserts is its own interval.
    pub(crate) fn make(&mut self, stated: Stated) {
        self.assert(stated, Asserted::OWN_INTERVAL, "");
    }

    /// Makes a claim that the data can contradict.
    pub(crate) fn assert(&mut self, stated: Stated, asserted: Asserted, negation: &str) {
        let Stated { name, statement, parameter, estimate, flags } = stated;
        let origin = if self.planted { Origin::Planted } else { Origin::Own };
        let negation = if negation.is_empty() { format!("not so: {statement}") } else { negation.to_owned() };
        self.made.push(Claim::new(Draft {
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
    recorded()
        .holds(Flag::Interval, "a count")
        .holds(Flag::Measurement, "recorded answers compared as texts")
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
