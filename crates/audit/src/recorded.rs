//! Recorded traces as the source of audits: one pass over the files, every audit's observer sees every trace that the audit takes. Not an importer: files are
//! read by `candor_trace`.

use std::ops::ControlFlow;

use candor_stats::Flag;
use candor_stats::derivation::kept;
use candor_trace::Trace;
use candor_trace::import::{self, Options, Overlap, Source, Summary};

use crate::claims::unread;
use crate::derive::Derived;
use crate::never_right::NeverRight;
use crate::report::worst;
use crate::words::counted;
use crate::{Audit, Error, Observer, Report, Run, Settings, SourceFile};

/// Audits that are at work on traces, from wherever those come.
pub(crate) struct AtWork {
    observers: Vec<(&'static dyn Audit, Box<dyn Observer>)>,
    never_right: NeverRight,
    derive: bool,
    pub(crate) answers: u64,
    pub(crate) verdicts: u64,
}

/// What they found: the reports, who found nothing, and what has to be said first.
pub(crate) struct Found {
    pub(crate) reports: Vec<Report>,
    pub(crate) silent: Vec<String>,
    pub(crate) first: Vec<String>,
}

impl AtWork {
    pub(crate) fn start(audits: &[&'static dyn Audit], settings: &Settings) -> Self {
        let observers = audits.iter().map(|audit| (*audit, audit.start(settings))).collect();
        Self { observers, never_right: NeverRight::default(), derive: settings.derive, answers: 0, verdicts: 0 }
    }

    /// Shows a trace to every audit that takes it.
    pub(crate) fn see(&mut self, trace: &Trace) {
        self.answers += u64::from(trace.answer().is_some());
        self.verdicts += u64::from(trace.verdict().is_some());
        self.never_right.see(trace);
        for (audit, observer) in &mut self.observers {
            if audit.takes(trace) {
                observer.see(trace);
            }
        }
    }

    /// Hears them out.
    pub(crate) fn finish(self) -> Result<Found, Error> {
        let (mut reports, mut silent) = (Vec::new(), Vec::new());
        for (audit, observer) in self.observers {
            match kept(self.derive, || observer.report())? {
                Some(report) => reports.push(report),
                None => silent.push(audit.about().name.to_owned()),
            }
        }
        let first = self.never_right.say();
        for report in &mut reports {
            report.notes.splice(0..0, first.iter().cloned());
        }
        Ok(Found { reports, silent, first })
    }
}

/// Parts that none of the audits looks at.
fn passed_over(audits: &[&'static dyn Audit]) -> Vec<&'static str> {
    let Some((first, others)) = audits.split_first() else { return Vec::new() };
    let by_all = |part: &&&str| others.iter().all(|audit| audit.passes_over().contains(*part));
    first.passes_over().iter().filter(by_all).copied().collect()
}

/// Runs audits over recorded traces in one pass.
///
/// `each` sees every trace as it comes, of exports in columns without the parts that all of the audits pass over, and may stop the reading; a stopped run reports on what was read and says so in its notes. The same
/// files, audits and settings give the same [`Run`].
///
/// # Errors
/// [`Error::Import`] where the source cannot be read, [`Error::Nothing`] where no audit found anything that it is about, and what the
/// audits refuse.
pub fn run(
    source: &Source,
    options: &Options<'_>,
    audits: &[&'static dyn Audit],
    settings: &Settings,
    each: &mut dyn FnMut(&Trace) -> ControlFlow<()>,
) -> Result<Run, Error> {
    let mut at_work = AtWork::start(audits, settings);
    let options = &Options { passes_over: passed_over(audits), ..options.clone() };
    let summary = import::read(source, options, &mut |trace| {
        at_work.see(&trace);
        each(&trace)
    })?;
    // What was in no record is misspelt more often than it is missing: a run without what everything hangs on would look like a finding.
    let lacking = |target: &str| match target {
        "unit" => true,
        "answer" => at_work.answers == 0,
        "verdict" => at_work.verdicts == 0,
        _ => false,
    };
    if let Some(field) = summary.absent.iter().find(|field| lacking(&field.target)) {
        let hint = match &field.nearest {
            Some(nearest) => format!("write `{nearest}` in the mapping, or take the line for `{}` out", field.target),
            None => format!("name another path in the mapping, or take the line for `{}` out", field.target),
        };
        let found = format!("`{}` (for {}) is in none of the records", field.path, field.target);
        return Err(candor_trace::Error::Nothing { path: field.file.clone().into(), found, hint }.into());
    }
    let Found { mut reports, silent, mut first } = at_work.finish()?;
    if reports.is_empty() {
        let absent = summary.absent.iter().map(|field| format!("; {field}"));
        let skipped = match summary.skipped.len() {
            0 => String::new(),
            count => format!("; {} skipped", counted(count as u64, "file")),
        };
        return Err(Error::Nothing { what: nothing(&silent, summary.traces) + &skipped + &absent.collect::<String>() });
    }
    for report in &mut reports {
        // What a mapping misspells is missing from every number; a model that is never right is said before even that.
        report.notes.splice(first.len()..first.len(), summary.absent.iter().map(ToString::to_string));
    }
    if let Some(finding) = unread(summary.invalid, summary.traces) {
        for report in &mut reports {
            let claims = std::mem::take(&mut report.claims);
            report.claims =
                claims.into_iter().map(|claim| claim.with_finding(Flag::Attrition, finding.clone())).collect();
        }
    }
    let twice = twice(&summary.overlaps);
    for report in &mut reports {
        report.notes.splice(first.len()..first.len(), twice.iter().cloned());
    }
    first.extend(twice);
    if summary.stopped {
        for report in &mut reports {
            report.notes.insert(0, format!("stopped after {} traces: the rest was not read", summary.traces));
        }
    }
    Ok(Run { first, ..assemble(&summary, reports, silent, settings) })
}

/// What must be known of files that hold the same samples.
fn twice(overlaps: &[Overlap]) -> Vec<String> {
    const MOST: usize = 3;
    let mut said: Vec<String> = overlaps.iter().take(MOST).map(ToString::to_string).collect();
    match overlaps.len().saturating_sub(MOST) {
        0 => {}
        1 => said.push("1 more pair of files holds the same samples: candor look PATH --json lists it".to_owned()),
        more => {
            said.push(format!("{more} more pairs of files hold the same samples: candor look PATH --json lists them"));
        }
    }
    said
}

/// A run of reports that come from elsewhere than files, such as a published curve.
#[must_use]
pub fn unsourced(reports: Vec<Report>, settings: &Settings) -> Run {
    assemble(&Summary::default(), reports, Vec::new(), settings)
}

pub(crate) fn nothing(silent: &[String], traces: u64) -> String {
    format!("{} found nothing that it is about in {traces} traces", silent.join(" and "))
}

pub(crate) fn assemble(summary: &Summary, reports: Vec<Report>, silent: Vec<String>, settings: &Settings) -> Run {
    Run {
        candor: env!("CARGO_PKG_VERSION").to_owned(),
        files: summary
            .files
            .iter()
            .map(|file| SourceFile {
                path: file.path.clone(),
                format: file.format.to_string(),
                bytes: file.bytes,
                traces: file.traces,
                digest: file.digest.map_or_else(|| "not read to its end".to_owned(), |digest| digest.to_string()),
            })
            .collect(),
        traces: summary.traces,
        invalid: summary.invalid,
        invalid_listed: summary.listed.iter().map(ToString::to_string).collect(),
        skipped: summary.skipped.iter().map(|skipped| (skipped.name.clone(), skipped.reason.to_string())).collect(),
        settings: settings.clone(),
        findings: worst(&reports),
        derived: if settings.derive { Derived::of(&reports) } else { Derived::default() },
        reports,
        silent,
        absent: summary.absent.iter().map(ToString::to_string).collect(),
        unread: summary.unread.names.clone(),
        first: Vec::new(),
        registered: None,
    }
}
