//! Replies are kept before they count: killed anywhere, a run goes on to the same bytes and asks for nothing that it has.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

use candor_audit::live::runner::{Asks, Bounds, Ended, Progress, Stop, run as make};
use candor_audit::live::{Kept, Ledger, Plan, Wanted, observe};
use candor_audit::{Audit, Run, Settings, audits};
use candor_llm::Error;
use candor_llm::transport::Broken;
use candor_stats::Seed;
use candor_trace::{Money, Trace};
use futures_executor::block_on;

use super::model::{Reader, common, task};

/// One sitting, ended after so many replies.
pub(crate) fn sit(plan: &Plan<'_>, asks: &dyn Asks, path: &Path, at_once: usize, most: u64) -> (Ended, Progress) {
    let mut ledger = Ledger::open(path, plan.digest()).unwrap();
    let bounds = Bounds { connections: at_once, ceiling: None, tariff: &|_| Some(Money(1)), hopeless: 20 };
    let stop = Stop::new();
    let mut each = |progress: &Progress| {
        if progress.replied >= most {
            stop.say();
            stop.say();
        }
    };
    block_on(make(plan, asks, &mut ledger, bounds, &stop, &mut each)).unwrap()
}

/// A finished run.
pub(crate) struct Ran<'a> {
    plan: &'a Plan<'a>,
    ledger: Ledger,
    pub(crate) traces: Vec<Trace>,
    _folder: tempfile::TempDir,
}

impl Ran<'_> {
    pub(crate) fn run(&self, audits: &[&'static dyn Audit]) -> Run {
        observe(&[kept(self.plan, &self.ledger)], audits, &quick(), &mut |_| {}).unwrap()
    }
}

fn kept<'a>(plan: &'a Plan<'a>, ledger: &'a Ledger) -> Kept<'a> {
    Kept { plan, ledger, tariff: &|_| Some(Money(5)), opinions: None }
}

fn quick() -> Settings {
    Settings { resamples: 200, ..Settings::default() }
}

fn bounds() -> Bounds<'static> {
    Bounds { connections: 7, ceiling: None, tariff: &|_| Some(Money(5)), hopeless: 20 }
}

pub(crate) fn run<'a>(plan: &'a Plan<'a>, reader: &Reader) -> Ran<'a> {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, ended, progress) = sitting(plan, reader, folder.path(), bounds(), usize::MAX);
    assert_eq!(ended, Ended::Whole);
    assert_eq!(progress.replied, plan.probes().count() as u64);
    let mut traces = Vec::new();
    observe(&[kept(plan, &ledger)], audits::ALL, &quick(), &mut |trace| traces.push(trace.clone())).unwrap();
    Ran { plan, ledger, traces, _folder: folder }
}

/// Runs until so many replies have come, then says stop, twice: whatever is on its way is dropped.
fn sitting(
    plan: &Plan<'_>,
    reader: &Reader,
    folder: &Path,
    bounds: Bounds<'_>,
    until: usize,
) -> (Ledger, Ended, Progress) {
    let mut ledger = Ledger::open(&folder.join("ledger"), plan.digest()).unwrap();
    let stop = Stop::new();
    let mut each = |progress: &Progress| {
        if progress.replied as usize >= until {
            stop.say();
            stop.say();
        }
    };
    let (ended, progress) = block_on(make(plan, reader, &mut ledger, bounds, &stop, &mut each)).unwrap();
    (ledger, ended, progress)
}

fn wanted() -> Wanted {
    Wanted { samples: 4, effort_samples: 2, ..Wanted::default() }
}

fn bytes(plan: &Plan<'_>, ledger: &Ledger) -> (String, Vec<String>) {
    let mut traces = Vec::new();
    let run = observe(&[kept(plan, ledger)], audits::ALL, &quick(), &mut |trace| {
        traces.push(serde_json::to_string(trace).unwrap());
    });
    (serde_json::to_string(&run.unwrap()).unwrap(), traces)
}

/// Compares and shows the first difference alone.
fn same(found: &(String, Vec<String>), expected: &(String, Vec<String>)) {
    for (at, (found, expected)) in found.1.iter().zip(&expected.1).enumerate() {
        assert!(found == expected, "trace {at}:\n{found}\n{expected}");
    }
    assert_eq!(found.1.len(), expected.1.len());
    let at = found.0.bytes().zip(expected.0.bytes()).take_while(|(found, expected)| found == expected).count();
    let near = |text: &str| text[at.saturating_sub(60)..(at + 60).min(text.len())].to_owned();
    assert!(found.0 == expected.0, "report, byte {at}:\n{}\n{}", near(&found.0), near(&expected.0));
}

#[test]
fn killed_at_any_moment_a_run_goes_on_to_the_same_bytes_and_asks_for_nothing_that_it_has() {
    let task = task(12);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(4), true).unwrap();
    let undisturbed = tempfile::tempdir().unwrap();
    let (ledger, ended, _) = sitting(&plan, &Reader::new(60), undisturbed.path(), bounds(), usize::MAX);
    assert_eq!(ended, Ended::Whole);
    let expected = bytes(&plan, &ledger);
    let mut dropped = 0;
    for round in 0..10_u64 {
        let folder = tempfile::tempdir().unwrap();
        let reader = Reader::new(60);
        let mut stream = Seed(round).stream("kills");
        let mut on_the_way = 0;
        let ledger = loop {
            let until = 1 + stream.index(120);
            let (ledger, ended, progress) = sitting(&plan, &reader, folder.path(), bounds(), until);
            assert_eq!(ledger.in_flight, on_the_way, "what was on its way when the last sitting ended");
            on_the_way = progress.in_flight;
            dropped += on_the_way;
            assert!(on_the_way <= 7);
            match ended {
                Ended::Whole => break ledger,
                Ended::Stopped => {}
                other => panic!("{other:?}"),
            }
            // A kill may also cut the last line.
            let path = folder.path().join("ledger");
            let whole = std::fs::read(&path).unwrap();
            let cut = whole.len() - stream.index(30).min(whole.len());
            drop(ledger);
            if round % 2 == 1 {
                std::fs::write(&path, &whole[..cut]).unwrap();
                on_the_way = Ledger::open(&path, plan.digest()).unwrap().in_flight;
            }
        };
        same(&bytes(&plan, &ledger), &expected);
        if round % 2 == 0 {
            let mut times: BTreeMap<String, usize> = BTreeMap::new();
            for key in reader.asked.lock().unwrap().iter() {
                *times.entry(key.clone()).or_default() += 1;
            }
            let again: usize = times.values().map(|times| times - 1).sum();
            assert!(again as u64 <= dropped, "only what was on its way is asked again");
        }
    }
    assert!(dropped > 0, "the test kills nothing");
}

#[test]
fn replies_in_whatever_order_and_however_many_at_once_give_the_same_bytes() {
    let task = task(10);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(5), true).unwrap();
    let of = |connections: usize| {
        let folder = tempfile::tempdir().unwrap();
        let reader = Reader::new(60);
        let (ledger, _, _) = sitting(&plan, &reader, folder.path(), Bounds { connections, ..bounds() }, usize::MAX);
        assert_eq!(reader.most_at_once.load(Ordering::SeqCst), connections);
        bytes(&plan, &ledger)
    };
    same(&of(1), &of(16));
}

#[test]
fn a_ceiling_is_crossed_by_at_most_one_call_and_a_dearer_ceiling_goes_on() {
    let task = task(10);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(6), true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // A reply costs 20 for its 20 tokens of output, and could have cost 50.
    let tariff = |usage: &candor_llm::Usage| usage.output.map(|tokens| Money(tokens as i64));
    for (ceiling, most) in [(205, 11), (410, 21), (411, 21)] {
        let reader = Reader::new(0);
        let bounds = Bounds { ceiling: Some(Money(ceiling)), tariff: &tariff, ..bounds() };
        let (_, ended, progress) = sitting(&plan, &reader, folder.path(), bounds, usize::MAX);
        assert_eq!(ended, Ended::Ceiling);
        let spent = progress.spent.unwrap().0;
        assert_eq!((spent, progress.found + progress.replied), (most * 20, most as u64), "ceiling {ceiling}");
    }
}

#[test]
fn an_unknown_price_and_a_ceiling_do_not_go_together() {
    let task = task(2);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(6), true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { ceiling: Some(Money(1_000)), tariff: &|_| None, ..bounds() };
    let reader = Reader::new(0);
    let (_, ended, _) = sitting(&plan, &reader, folder.path(), bounds, usize::MAX);
    assert_eq!((ended, reader.asked.lock().unwrap().len()), (Ended::Ceiling, 1), "what a call costs is never known");
}

#[test]
fn calls_that_are_given_up_stay_in_the_experiment_and_are_asked_again_when_it_goes_on() {
    let task = task(6);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(7), true).unwrap();
    let planned = plan.probes().count() as u64;
    let folder = tempfile::tempdir().unwrap();
    let failing = Reader {
        fails: Box::new(|number| (number % 5 == 4).then(|| Error::Broken(Broken::Cut("reset".to_owned())))),
        ..Reader::new(0)
    };
    let (ledger, ended, progress) = sitting(&plan, &failing, folder.path(), bounds(), usize::MAX);
    assert_eq!((ended, progress.lost, progress.retries), (Ended::Whole, planned / 5, 2 * (planned / 5)));
    let mut without_answer = 0;
    observe(&[kept(&plan, &ledger)], audits::ALL, &quick(), &mut |trace| {
        without_answer += u64::from(trace.answer().is_none());
    })
    .unwrap();
    assert_eq!(without_answer, progress.lost);
    let (_, ended, progress) = sitting(&plan, &Reader::new(0), folder.path(), bounds(), usize::MAX);
    assert_eq!((ended, progress.replied, progress.found), (Ended::Whole, planned / 5, planned - planned / 5));
}

#[test]
fn who_is_refused_does_not_go_on_asking() {
    let task = task(6);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(8), true).unwrap();
    let refused =
        || Error::Upstream { status: 401, kind: None, message: "no key".to_owned(), after: None, again: None };
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader { fails: Box::new(move |_| Some(refused())), ..Reader::new(0) };
    let (_, ended, _) = sitting(&plan, &reader, folder.path(), bounds(), usize::MAX);
    assert_eq!(ended, Ended::Hopeless(refused()));
    assert!(reader.asked.lock().unwrap().len() <= 7, "no more than were on their way");
    let folder = tempfile::tempdir().unwrap();
    let down =
        Reader { fails: Box::new(|_| Some(Error::Broken(Broken::Refused("down".to_owned())))), ..Reader::new(0) };
    let (_, ended, _) = sitting(&plan, &down, folder.path(), bounds(), usize::MAX);
    assert!(matches!(ended, Ended::Hopeless(_)));
    assert!((20..27).contains(&down.asked.lock().unwrap().len()));
}

#[test]
fn a_refusal_among_replies_is_asked_again_and_one_that_repeats_ends_the_run() {
    let task = task(100);
    let compute: [&'static dyn Audit; 1] = [audits::named("compute").unwrap()];
    let plan = Plan::new(&task, &compute, "test", common(), Wanted { samples: 4, ..wanted() }, Seed(8), true).unwrap();
    let refused =
        |status| Error::Upstream { status, kind: None, message: "not here".to_owned(), after: None, again: None };
    let failing = |fails: Box<dyn Fn(usize) -> Option<Error> + Send + Sync>| Reader { fails, ..Reader::new(0) };
    // One server of several that does not know the key, here and there; the last call of the plan among them.
    let reader = failing(Box::new(move |number| ([150, 151, 280, 399].contains(&number)).then(|| refused(403))));
    let folder = tempfile::tempdir().unwrap();
    let (ledger, ended, progress) = sitting(&plan, &reader, folder.path(), bounds(), usize::MAX);
    assert_eq!((ended, progress.replied, progress.lost), (Ended::Whole, 400, 0));
    assert_eq!(reader.asked.lock().unwrap().len(), 404);
    assert!(progress.retries >= 4, "{progress:?}");
    assert_eq!(ledger.in_flight, 0);
    // From the middle on nobody is let in any more.
    let reader = failing(Box::new(move |number| (number >= 200).then(|| refused(401))));
    let folder = tempfile::tempdir().unwrap();
    let (_, ended, progress) = sitting(&plan, &reader, folder.path(), bounds(), usize::MAX);
    assert_eq!(ended, Ended::Hopeless(refused(401)));
    // Replies that were still on their way begin the count anew.
    assert!(reader.asked.lock().unwrap().len() < 240, "{progress:?}");
    // Gone on with, the first refusal ends it, however much an earlier sitting was answered.
    let reader = failing(Box::new(move |_| Some(refused(404))));
    let (_, ended, progress) = sitting(&plan, &reader, folder.path(), bounds(), usize::MAX);
    assert!(ended == Ended::Hopeless(refused(404)) && progress.found == 200, "{progress:?}");
    assert!(reader.asked.lock().unwrap().len() <= bounds().connections);
}
