//! Live calls: which are made for a task, how they are made and kept, and how the audits read what came back, in the same way as they read recorded calls.
//!
//! A [`Plan`] puts [experiments] on the questions of a [`Task`] and says every call before one is made. The [runner] makes
//! them and keeps each reply in a [ledger]. [`observe`] shows the traces to the audits in the order of the plan, whatever the order in
//! which they came: a run that was killed and resumed reports the same bytes as one that was not.

pub mod cues;
pub mod experiments;
mod judge;
pub mod ledger;
pub mod plan;
mod probe;
mod prompt;
pub mod runner;
pub mod task;
pub mod until;

use std::sync::Arc;

use candor_record::Digest;
use candor_trace::{Origin, Place, Trace};

pub use experiments::{Experiment, Wanted};
pub use ledger::{Ledger, LedgerError};
pub use plan::Plan;
pub use probe::{Common, Probe};
pub use task::Task;
pub use until::Until;

use crate::recorded::{AtWork, Found, assemble, nothing};
use crate::words::counted;
use crate::{Audit, Error, Run, Settings, SourceFile};
use runner::Tariff;

/// The calls of a plan, as far as they are made.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// The plan.
    pub plan: &'a Plan<'a>,
    /// What came back.
    pub ledger: &'a Ledger,
    /// What its tokens cost.
    pub tariff: Tariff<'a>,
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
    let mut accounts = Vec::new();
    for Kept { plan, ledger, tariff } in kept {
        let before = seen;
        let file: Arc<str> = Arc::from(format!("plan {}", &plan.digest().to_string()[..16]));
        let mut rounds = plan.rounds();
        let mut record = 0;
        loop {
            let Some(probe) = rounds.next() else {
                if rounds.advance(ledger)? {
                    continue;
                }
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
            let trace = probe.trace(origin, held.as_ref().map(|held| &held.reply), cost, plan.planted);
            seen += 1;
            at_work.see(&trace);
            each(&trace);
        }
        accounts.extend(plan.account(ledger)?);
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
        return Err(Error::Nothing { what: nothing(&silent, seen) });
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
    if missing > 0 {
        let planned = counted(seen + missing, "call");
        for report in &mut reports {
            report.notes.insert(0, format!("{missing} of {planned} are not made yet: this is what the others say"));
        }
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
