//! The claims of one subject while they are written down: names, flags and provenance in one place. No statistics here.

use candor_stats::claim::flag::Finding as FlagFinding;
use candor_stats::derivation::{self, Column, Derivation};
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Flag, Flags, Method, Origin, Parameter, Provenance, Size, Undefined,
};

use crate::Settings;
use crate::validity::broken;

/// Writes down the claims of one subject.
#[derive(Debug)]
pub(super) struct Book<'a> {
    settings: &'a Settings,
    /// `model=…,effort=…,arm=…`: what was recorded of the subject.
    parts: Vec<(&'static str, String)>,
    flags: Flags,
    planted: bool,
    /// How titles call the subject, where there is more than one.
    label: Option<String>,
    claims: Vec<Claim>,
    /// Who the questions are, where derivations are kept.
    questions: Option<Column>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        parts: Vec<(&'static str, String)>,
        flags: Flags,
        planted: bool,
        label: Option<String>,
    ) -> Self {
        Self { settings, parts, flags, planted, label, claims: Vec::new(), questions: None }
    }

    /// Says who the questions are that claims are about from now on; asked for only where derivations are kept.
    pub(super) fn about(&mut self, questions: impl FnOnce() -> Column) {
        self.questions = derivation::is_kept().then(questions);
    }

    pub(super) fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// The subject and more, as it stands between the brackets of a claim's name. Characters that would end a part are replaced.
    pub(super) fn key(&self, more: &[(&str, String)]) -> String {
        let own = self.parts.iter().map(|(name, value)| (*name, value.as_str()));
        let more = more.iter().map(|(name, value)| (*name, value.as_str()));
        own.chain(more)
            .map(|(name, value)| {
                let value: String = value
                    .chars()
                    .map(|c| if matches!(c, ',' | '=' | '[' | ']') || c.is_control() { '_' } else { c })
                    .collect();
                format!("{name}={value}")
            })
            .collect::<Vec<_>>()
            .join(",")
    }

    /// The name of a figure of this subject.
    pub(super) fn figure(&self, name: &str) -> String {
        let key = self.key(&[]);
        if key.is_empty() { format!("compute.{name}") } else { format!("compute.{name}[{key}]") }
    }

    /// A title or sentence with the subject before it, where the data has more than one.
    pub(super) fn titled(&self, title: &str) -> String {
        match &self.label {
            Some(label) => format!("{label}: {}{}", title[..1].to_lowercase(), &title[1..]),
            None => title.to_owned(),
        }
    }

    /// Writes down a claim under `compute.` and returns its full name.
    pub(super) fn claim(
        &mut self,
        name: &str,
        statement: String,
        negation: String,
        parameter: Parameter,
        estimate: Result<Estimate, Undefined>,
        asserted: Asserted,
    ) -> String {
        let questions = estimate.as_ref().ok().and_then(Estimate::size).map_or(0, |size| size.units);
        let finding = if questions >= 30 {
            FlagFinding::holds(format!("{questions} questions"))
        } else {
            FlagFinding::fails(
                format!("{questions} questions: the interval is validated from 30 on"),
                "at least 30 questions",
            )
        };
        self.claim_with(name, statement, negation, parameter, estimate, asserted, (Origin::Own, finding))
    }

    /// The same with another origin and finding on the interval.
    #[expect(
        clippy::too_many_arguments,
        reason = "a claim is made of these parts; a struct of them is `Draft`, which this fills in"
    )]
    pub(super) fn claim_with(
        &mut self,
        name: &str,
        statement: String,
        negation: String,
        parameter: Parameter,
        estimate: Result<Estimate, Undefined>,
        asserted: Asserted,
        (origin, interval): (Origin, FlagFinding),
    ) -> String {
        let name = format!("compute.{name}");
        let estimate = match &self.questions {
            Some(questions) => estimate.map(|estimate| estimate.over(|| questions.clone())),
            None => estimate,
        };
        let origin = if self.planted { Origin::Planted } else { origin };
        self.claims.push(broken::claim(Draft {
            name: name.clone(),
            statement,
            negation,
            parameter,
            estimate,
            asserted,
            provenance: Provenance::new(origin, "recorded traces"),
            flags: self.flags.clone().with(Flag::Interval, interval),
            derived_from: Vec::new(),
        }));
        name
    }

    /// A count of what was seen: exact for this data, so that its interval is a point.
    /// `each` says how many of them every question brings.
    pub(super) fn count(&mut self, name: &str, statement: String, count: u64, each: impl FnOnce() -> Column) -> String {
        let value = count as f64;
        let interval =
            candor_stats::Interval::new(value, value, self.settings.level).map_err(|_| Undefined::no_data("a count"));
        let estimate = Estimate::new(value, interval, Size::single(count.max(1)), Method::named("count"))
            .map(|estimate| estimate.derived(|| Derivation::sum([each()])));
        let name = name.to_owned();
        let negation = format!("not: {statement}");
        self.claim_with(
            &name,
            statement,
            negation,
            Parameter::COUNT,
            estimate,
            Asserted::OWN_INTERVAL,
            (Origin::Own, FlagFinding::holds("a count of what was seen has no sampling error")),
        )
    }

    /// The claim of that full name.
    pub(super) fn find(&self, name: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.name() == name)
    }

    pub(super) fn into_claims(self) -> Vec<Claim> {
        self.claims
    }
}
