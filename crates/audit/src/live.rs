//! Live calls: which are made for a task, how they are made and kept, and how the audits read what came back, in the same way as they read recorded calls.
//!
//! A [`Plan`] puts [experiments] on the questions of a [`Task`] and says every call before one is made. The [runner] makes
//! them and keeps each reply in a [ledger]. [`observe`] shows the traces to the audits in the order of the plan, whatever the order in
//! which they came: a run that was killed and resumed reports the same bytes as one that was not.

pub mod adaptive;
pub mod cues;
pub mod experiments;
pub mod families;
mod judge;
pub mod ledger;
mod opinions;
pub mod plan;
mod probe;
mod programs;
mod prompt;
mod rounds;
pub mod runner;
pub mod task;
mod undecided;
pub mod until;

use std::sync::Arc;

use candor_record::Digest;
use candor_trace::{Money, Origin, Place, Trace};

pub use adaptive::Adaptive;
pub use experiments::{Experiment, Wanted};
pub use ledger::{Ledger, LedgerError};
pub use opinions::{Judging, Opinions};
pub use plan::Plan;
pub use probe::{Common, Probe};
pub use programs::Programs;
pub use task::Task;
pub use until::Until;

use crate::recorded::{AtWork, Found, assemble, nothing};
use crate::words::counted;
use crate::{Audit, Error, Run, Settings, SourceFile};
use ledger::Replied;
use opinions::Heard;
use runner::Tariff;
use undecided::Undecided;

/// The calls of a plan, as far as they are made.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// The plan.
    pub plan: &'a Plan<'a>,
    /// What came back.
    pub ledger: &'a Ledger,
    /// What its tokens cost.
    pub tariff: Tariff<'a>,
    /// What a model thinks of the replies, where the task asks for a judge.
    pub opinions: Option<Opinions<'a>>,
}

impl std::fmt::Debug for Kept<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Kept").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// Shows what is in the ledgers to the audits: plan by plan, call by call in the order of the plan. Calls that were given up are shown as calls without an
/// answer; calls that were not made yet are left out, and the reports say how many.
///
/// # Errors
/// [`Error::Ledger`], [`Error::Nothing`] where no audit found anything that it is about, and what the audits refuse.
pub fn observe(
    kept: &[Kept<'_>],
    audits: &[&'static dyn Audit],
    settings: &Settings,
    each: &mut dyn FnMut(&Trace),
) -> Result<Run, Error> {
    let mut at_work = AtWork::start(audits, settings);
    let mut files = Vec::new();
    let (mut seen, mut missing) = (0, 0);
    let mut undecided = Undecided::default();
    let (mut judged, mut calibrated) = (Vec::new(), Vec::new());
    let mut accounts = Vec::new();
    let mut stopping = Vec::new();
    for Kept { plan, ledger, tariff, opinions } in kept {
        let mut heard = Heard::default();
        let before = seen;
        let programs = plan.programs()?;
        let file: Arc<str> = Arc::from(format!("plan {}", &plan.digest().to_string()[..16]));
        let mut rounds = plan.rounds();
        let (mut record, mut over) = (0, false);
        while !over {
            let mut due = Vec::new();
            while due.len() < programs.map_or(1, Programs::batch) {
                let Some(probe) = rounds.next() else {
                    if rounds.advance(ledger)? {
                        continue;
                    }
                    over = true;
                    break;
                };
                record += 1;
                let key = plan.key(&probe);
                let held = ledger.reply(&key)?;
                if held.is_none() && !ledger.lost(&key) {
                    missing += 1;
                    continue;
                }
                // A planted process sends no bill.
                let cost = held.as_ref().filter(|_| !plan.planted).and_then(|held| tariff(&held.reply.usage));
                let origin = Origin { file: Arc::clone(&file), place: Place { record, part: 0 } };
                due.push((probe, origin, held, cost));
            }
            let made = |(probe, origin, held, cost): &(Probe, Origin, Option<Replied>, Option<Money>)| {
                probe.trace(origin.clone(), held.as_ref().map(|held| &held.reply), *cost, plan.planted)
            };
            let traces = match programs {
                Some(programs) => programs.beside_each_other(&due, made),
                None => due.iter().map(made).collect(),
            };
            for (mut trace, (probe, _, held, _)) in traces.into_iter().zip(&due) {
                match (opinions, held) {
                    (Some(opinions), Some(held)) => {
                        let output = held.reply.message.visible_text();
                        trace.events.extend(opinions.score(probe, &output, &mut heard)?);
                    }
                    (Some(opinions), None) => opinions.lost(probe, &mut heard),
                    (None, _) => {}
                }
                seen += 1;
                undecided.see(&trace);
                at_work.see(&trace);
                each(&trace);
            }
        }
        if let Some(opinions) = opinions {
            judged.extend(opinions.say(&heard)?);
            calibrated.extend(opinions.calibrated(&heard)?);
        }
        accounts.extend(plan.account(ledger)?);
        stopping.extend(plan.stopping(ledger)?);
        files.push(SourceFile {
            path: format!("{}:{}", plan.provider, plan.common.model),
            format: format!("calls on {}", plan.task.name),
            bytes: 0,
            traces: seen - before,
            digest: plan.digest().to_string(),
        });
    }
    let Found { mut reports, silent, mut first } = at_work.finish()?;
    if reports.is_empty() {
        let undecided = undecided.say(seen).map_or_else(String::new, |said| format!("; {said}"));
        return Err(Error::Nothing { what: nothing(&silent, seen) + &undecided });
    }
    for report in &mut reports {
        report.notes.splice(0..0, judged.iter().cloned());
    }
    reports.extend(opinions::report(&calibrated, settings)?);
    if let Some(said) = undecided.say(seen) {
        for report in &mut reports {
            report.notes.insert(0, said.clone());
        }
    }
    if !accounts.is_empty() {
        until::account::stopped(&mut reports);
        let said = accounts.iter().map(|account| match accounts.as_slice() {
            [_] => format!("until {}", account.said()),
            _ => format!("{}: until {}", account.model, account.said()),
        });
        first.splice(0..0, said);
        reports.splice(0..0, accounts.iter().map(until::Account::report));
    }
    if !stopping.is_empty() {
        adaptive::account::stopped(&mut reports);
        let said = stopping.iter().map(|account| match stopping.as_slice() {
            [_] => account.said(),
            _ => format!("{}: {}", account.model, account.said()),
        });
        first.splice(0..0, said);
        reports.splice(0..0, adaptive::account::report(&stopping, settings));
    }
    if missing > 0 {
        let planned = counted(seen + missing, "call");
        first.push(format!("{missing} of {planned} are not made yet: this is what the others say"));
    }
    Ok(Run {
        first,
        files,
        traces: seen,
        ..assemble(&candor_trace::import::Summary::default(), reports, silent, settings)
    })
}

/// The digest of a text, as plans name what they were made of.
pub(crate) fn named(tag: &str, parts: &[&str]) -> Digest {
    let mut digester = candor_record::Digester::tagged(tag);
    for part in parts {
        digester.update(&(part.len() as u64).to_le_bytes());
        digester.update(part.as_bytes());
    }
    digester.finish()
}
