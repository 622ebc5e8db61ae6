//! What leaves an audit, and what leaves a run of several. Data only: surfaces render it, all from the same claims.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::{Claim, Mark};
use candor_trace::{Origin, TraceId};
use serde::{Deserialize, Serialize};

use crate::derive::Derived;
use crate::digits::Spelling;
use crate::registered::Registered;
use crate::{Figure, Settings};

/// What one audit found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The audit's name.
    pub audit: String,
    /// What was audited, such as "compute · gpt-x · 1,150 questions".
    pub title: String,
    /// The process was planted; every surface says "planted process, not a language model".
    pub planted: bool,
    /// About what the numbers speak: these questions, or questions like these; which model; which arm.
    pub estimand: String,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Every number.
    pub claims: Vec<Claim>,
    /// What to look at, in order.
    pub figures: Vec<Figure>,
    /// How many of them are read before the one that says it in short: a rate is read after what it rests on.
    #[serde(default)]
    pub leading: usize,
    /// What was lost on the way, per arm.
    pub attrition: Vec<Attrition>,
    /// What else a reader must know: fallbacks taken, cells dropped, detectors used.
    pub notes: Vec<String>,
    /// What this audit cannot show.
    pub limits: Limits,
}

impl Report {
    /// The claim of that name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.name() == name)
    }

    /// What is to be read before a finding, one phrase each; what has no value is left out.
    #[must_use]
    pub fn beside(&self, finding: &Finding, spelling: Spelling) -> Vec<String> {
        let phrase = |beside: &Beside| {
            let claim = self.claim(&beside.claim)?;
            let estimate = claim.estimate().ok()?;
            let n =
                estimate.size().map_or_else(String::new, |size| format!(" of {}", crate::words::thousands(size.units)));
            Some(format!("{} {}{n}", beside.what, spelling.sentence(claim.parameter().unit, estimate)))
        };
        finding.beside.iter().filter_map(phrase).collect()
    }
}

/// One thing worth a reader's first minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad, on a scale that is common to all audits: the size of the effect in points, times 1 where it is evidence-backed or
    /// planted, 1/2 where it is inferred, 1/4 where it is hope.
    pub weight: f64,
    /// The finding as a sentence, without its numbers.
    pub sentence: String,
    /// What must be read before the claim: what it was held against and how the readers of the chains differ. Claims of the same report, with a word for each; those
    /// that the report does not have are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// The claim that carries value, interval, n and mark.
    pub claim: String,
    /// One trace to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Cited>,
    /// The command that looks closer: arguments of `candor`, without the source.
    pub closer: String,
}

/// A claim that stands beside the one of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// What it is, in a word or two.
    pub what: String,
    /// Its name.
    pub claim: String,
}

/// Sorted findings, those first that are the heaviest of their kind: the same of another cue or model tells a reader less than something else does.
pub(crate) fn others_first<F, K: Ord>(sorted: Vec<F>, kind: impl Fn(&F) -> K) -> Vec<F> {
    let mut seen = BTreeSet::new();
    let (mut first, again): (Vec<F>, Vec<F>) = sorted.into_iter().partition(|finding| seen.insert(kind(finding)));
    first.extend(again);
    first
}

impl Finding {
    /// What it is about: the claim without its model, cue or setting.
    pub(crate) fn kind(&self) -> &str {
        self.claim.split('[').next().unwrap_or_default()
    }

    /// The weight of `points` of effect that a claim stands for: whole where it is evidence-backed or planted, half where it is inferred,
    /// a quarter where it is hope.
    pub(crate) fn weigh(claim: &Claim, points: f64) -> f64 {
        let factor = match claim.mark() {
            None | Some(Mark::EvidenceBacked) => 1.0,
            Some(Mark::Inferred) => 0.5,
            Some(Mark::Hope) => 0.25,
        };
        points * factor
    }

    /// The same finding about cued calls, a quarter as heavy: what a planted cue did to accuracy or length says little of how the model is used.
    pub(crate) fn of_cued(self, cued: bool) -> Self {
        Self { weight: if cued { 0.25 * self.weight } else { self.weight }, ..self }
    }
}

/// Findings of plain and of cued calls (`true`), the cued ones lighter than any plain one.
pub(crate) fn plain_first(findings: Vec<(bool, Finding)>) -> Vec<Finding> {
    let plain = findings.iter().filter(|(cued, _)| !cued).map(|(_, finding)| finding.weight);
    let lightest = plain.reduce(f64::min);
    findings
        .into_iter()
        .map(|(cued, finding)| match lightest {
            Some(lightest) if cued => {
                let finding = finding.of_cued(cued);
                Finding { weight: finding.weight.min(0.99 * lightest), ..finding }
            }
            _ => finding.of_cued(cued),
        })
        .collect()
}

/// A trace that a report points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Its identifier.
    pub id: TraceId,
    /// Where it was read.
    pub place: String,
}

impl Cited {
    /// Points to the trace that was read there.
    #[must_use]
    pub fn at(id: TraceId, origin: &Origin) -> Self {
        Self { id, place: origin.to_string() }
    }
}

/// What was lost on the way from the traces to the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attrition {
    /// The arm, or the part of the data.
    pub arm: String,
    /// How many were seen.
    pub seen: u64,
    /// How many were used.
    pub used: u64,
    /// Why the rest was not, with counts; they add up to `seen - used`.
    pub lost: BTreeMap<String, u64>,
}

/// What an audit cannot show. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Limits(Vec<String>);

impl Limits {
    /// At least one.
    pub fn new(first: impl Into<String>, more: impl IntoIterator<Item = String>) -> Self {
        let mut limits = vec![first.into()];
        limits.extend(more);
        Self(limits)
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl TryFrom<Vec<String>> for Limits {
    type Error = &'static str;

    fn try_from(limits: Vec<String>) -> Result<Self, Self::Error> {
        if limits.is_empty() { Err("a report without limits is not a report") } else { Ok(Self(limits)) }
    }
}

impl From<Limits> for Vec<String> {
    fn from(limits: Limits) -> Self {
        limits.0
    }
}

/// What a run over one source found. The same source and settings give the same bytes: no clock, no host, no path outside the
/// source is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The version that computed it.
    pub candor: String,
    /// The files, with their digests.
    pub files: Vec<SourceFile>,
    /// Traces that were read.
    pub traces: u64,
    /// Records that could not be read and were skipped, as asked; the first ones are listed.
    pub invalid: u64,
    /// The first of them: where, what was expected, what was found.
    pub invalid_listed: Vec<String>,
    /// Files that were not read, and why.
    pub skipped: Vec<(String, String)>,
    /// With which settings.
    pub settings: Settings,
    /// At most three, worst first, over all reports: name of the audit, and the finding.
    pub findings: Vec<(String, Finding)>,
    /// One per audit that had something to read.
    pub reports: Vec<Report>,
    /// Audits that had nothing to read.
    pub silent: Vec<String>,
    /// Paths of the mapping that were in none of the records: misspelt ones, most often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// Columns and keys of the records that nothing read, escaped: where one of them tells ways of asking apart, their samples are counted together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// What must be known before any number is read, such as that no answer ever equals the right one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
    /// What the claims were computed from. It stands beside the report, not in it.
    #[serde(skip)]
    pub derived: Derived,
    /// What the record says of its plan. Filled where a run is shown, never stored with it: the record goes on after a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Registered>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Relative to the source.
    pub path: String,
    /// The format that was recognised.
    pub format: String,
    /// Bytes.
    pub bytes: u64,
    /// Traces in it.
    pub traces: u64,
    /// SHA-256 of the file.
    pub digest: String,
}

/// At most this many findings stand first.
pub const MOST_FINDINGS: usize = 3;
/// What is only hope stands first from so many questions on.
pub const FEWEST_UNITS: u64 = 10;

/// The worst findings of several reports, worst first; ties in the order of the reports. What is only hope stands behind everything that was measured, however large it looks:
/// the fewer the questions, the larger what chance alone shows. Hope that rests on fewer than [`FEWEST_UNITS`] questions is none: whoever looks for something to say finds it there.
#[must_use]
pub fn worst(reports: &[Report]) -> Vec<(String, Finding)> {
    let hope = |report: &Report, finding: &Finding| {
        report.claim(&finding.claim).is_some_and(|claim| claim.mark() == Some(Mark::Hope))
    };
    let few = |report: &Report, finding: &Finding| {
        let size = report.claim(&finding.claim).and_then(|claim| claim.estimate().ok()?.size());
        hope(report, finding) && size.is_some_and(|size| size.units < FEWEST_UNITS)
    };
    let mut all: Vec<(bool, &str, &Finding)> = reports
        .iter()
        .flat_map(|report| {
            report
                .findings
                .iter()
                .filter(move |finding| !few(report, finding))
                .map(|finding| (hope(report, finding), report.audit.as_str(), finding))
        })
        .collect();
    all.sort_by(|(a, _, first), (b, _, second)| a.cmp(b).then(second.weight.total_cmp(&first.weight)));
    let mut all = others_first(all, |(_, audit, finding)| (*audit, finding.kind()));
    all.truncate(MOST_FINDINGS);
    all.into_iter().map(|(_, audit, finding)| (audit.to_owned(), finding.clone())).collect()
}
