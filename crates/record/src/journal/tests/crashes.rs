//! Loss of power at any operation, again and again, on a disk that keeps what was synced and nothing else: no acknowledged record is lost, nothing is shown that was never handed in, the
//! order is kept. The journal runs on the test's own thread, so that a case is the same every time.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::super::disk::Disk;
use super::super::writer::Writer;
use super::super::{Error, Examination, Records, Settings, Shared, Ticket, prepare};
use super::simulated::SimulatedDisk;

pub(super) fn folder() -> &'static Path {
    Path::new("journal")
}

pub(super) fn settings() -> Settings {
    Settings { segment: 20_000, batch_bytes: 12_000, batch_records: 20, idle: Duration::ZERO, acknowledged: 0 }
}

/// One thing that is done to a journal.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Records of these lengths are handed in.
    Submit(Vec<usize>),
    /// The next batch is written.
    Write,
    /// A new segment is asked for.
    Rotate,
    /// Some of the durable records, in hundredths, are released.
    Release(u64),
    /// The journal is closed and opened.
    Reopen,
    /// The power goes after so many more operations, and comes back.
    LosePower(usize),
    /// The next sync fails, and the journal is opened again on the same machine.
    FailSync,
}

pub(super) fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    let length = prop_oneof![Just(0), 1_usize..40, 100_usize..900, 3_000_usize..9_000];
    let act = prop_oneof![
        6 => prop::collection::vec(length, 1..8).prop_map(Act::Submit),
        6 => Just(Act::Write),
        1 => Just(Act::Rotate),
        1 => (0_u64..=100).prop_map(Act::Release),
        1 => Just(Act::Reopen),
        3 => (0_usize..25).prop_map(Act::LosePower),
        1 => Just(Act::FailSync),
    ];
    prop::collection::vec(act, 1..most)
}

/// A journal, and what must be in it.
pub(super) struct Run {
    pub(super) disk: SimulatedDisk,
    session: Option<Session>,
    /// What was acknowledged, or shown after reopening.
    pub(super) durable: BTreeMap<u64, Vec<u8>>,
    /// What was ever handed in to become the record with that number.
    candidates: BTreeMap<u64, Vec<Vec<u8>>>,
    released: u64,
    /// Whether the next sync fails.
    failing: bool,
    made: u64,
    pub(super) crashes: usize,
}

struct Session {
    shared: Arc<Shared>,
    writer: Writer,
    waiting: Vec<(u64, Vec<u8>, Ticket)>,
    turns: Vec<Ticket>,
    next: u64,
    unsealed: bool,
}

fn polled(ticket: &mut Ticket) -> Poll<Result<u64, Error>> {
    Future::poll(Pin::new(ticket), &mut Context::from_waker(Waker::noop()))
}

impl Run {
    pub(super) fn new(seed: u64) -> Self {
        let disk = SimulatedDisk::new(seed);
        let mut run = Self {
            disk,
            session: None,
            durable: BTreeMap::new(),
            candidates: BTreeMap::new(),
            released: 0,
            failing: false,
            made: 0,
            crashes: 0,
        };
        run.open();
        run
    }

    /// Opens, if need be after further losses of power, and compares with what must be there.
    fn open(&mut self) {
        loop {
            let on: Arc<dyn Disk> = Arc::new(self.disk.clone());
            match prepare(Arc::clone(&on), folder(), settings()) {
                Ok((writer, found)) => {
                    let shared = writer.shared();
                    // Reading changes nothing: the power stays for it.
                    let fuel = self.disk.fuel(None);
                    self.compare(&shared, &found);
                    self.disk.fuel(fuel);
                    let next = found.records.end;
                    let session = Session {
                        shared,
                        writer,
                        waiting: Vec::new(),
                        turns: Vec::new(),
                        next,
                        unsealed: found.sealed < next,
                    };
                    self.session = Some(session);
                    return;
                }
                Err(error) => {
                    assert!(self.disk.is_dead(), "only a loss of power keeps a journal shut: {error}");
                    self.disk = self.disk.after_crash();
                    self.crashes += 1;
                }
            }
        }
    }

    fn compare(&mut self, shared: &Arc<Shared>, found: &Examination) {
        let first = found.records.start;
        // What was released may be gone or not, and nothing else.
        assert!(first <= self.released);
        self.durable.retain(|number, _| *number >= first);
        assert!(self.durable.last_key_value().is_none_or(|(number, _)| *number < found.records.end), "lost: {found:?}");
        assert!(found.sealed <= found.records.end);
        let records: Vec<_> = Records::committed(shared, first).unwrap().map(Result::unwrap).collect();
        assert_eq!(records.len() as u64, found.records.end - first);
        for (record, number) in records.into_iter().zip(first..) {
            assert_eq!(record.number, number);
            match self.durable.get(&number) {
                Some(payload) => assert_eq!(&record.payload, payload, "record {number} is another one"),
                None => {
                    let candidates = self.candidates.get(&number).map_or(&[][..], Vec::as_slice);
                    assert!(candidates.contains(&record.payload), "record {number} was never handed in");
                    // Shown once, it stays.
                    self.durable.insert(number, record.payload);
                }
            }
        }
    }

    pub(super) fn act(&mut self, act: &Act) {
        let Some(session) = &mut self.session else { return };
        match act {
            Act::Submit(lengths) => {
                for &length in lengths {
                    self.made += 1;
                    let payload: Vec<u8> = self.made.to_le_bytes().into_iter().cycle().take(length).collect();
                    match session.shared.queue.submit(&payload) {
                        Ok(ticket) => {
                            self.candidates.entry(session.next).or_default().push(payload.clone());
                            session.waiting.push((session.next, payload, ticket));
                            session.next += 1;
                        }
                        Err(Error::Busy { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            Act::Write => self.write(),
            Act::Rotate => {
                session.turns.push(session.shared.queue.turn().unwrap());
                // At the latest the batch after the one that waits begins the new segment.
                self.write();
                self.write();
                assert!(self.session.as_ref().is_none_or(|session| session.turns.is_empty()));
            }
            Act::Release(hundredths) => {
                let below = session.shared.queue.committed() * hundredths / 100;
                self.released = self.released.max(below);
                if let Err(error) = session.shared.release(below) {
                    assert!(self.disk.is_dead(), "{error}");
                    self.crash();
                } else {
                    assert!(session.shared.segments()[0] <= self.released);
                }
            }
            Act::Reopen => {
                session.shared.queue.close();
                while session.writer.step() {}
                if self.disk.is_dead() {
                    self.crash();
                } else {
                    self.settle();
                    self.session = None;
                    self.open();
                }
            }
            Act::LosePower(operations) => drop(self.disk.fuel(Some(*operations))),
            Act::FailSync => {
                self.disk.fail_syncs(1);
                self.failing = true;
                self.write();
                self.failing = false;
                self.disk.fail_syncs(0);
            }
        }
    }

    fn write(&mut self) {
        let Some(session) = &mut self.session else { return };
        if session.waiting.is_empty() && session.turns.is_empty() && !session.unsealed {
            return;
        }
        session.unsealed = !session.waiting.is_empty();
        if session.writer.step() {
            self.settle();
            return;
        }
        // Everybody is told, and nothing more is taken.
        for (number, _, ticket) in &mut session.waiting {
            assert!(matches!(polled(ticket), Poll::Ready(Err(Error::Disk(_)))), "record {number}");
        }
        assert!(matches!(session.shared.queue.submit(b"later"), Err(Error::Disk(_))));
        if self.disk.is_dead() {
            self.crash();
        } else {
            assert!(self.failing, "nothing else ends a journal");
            // The disk failed, the machine goes on.
            self.session = None;
            self.open();
        }
    }

    fn settle(&mut self) {
        let Some(session) = &mut self.session else { return };
        session.turns.retain_mut(|ticket| polled(ticket).is_pending());
        let durable = &mut self.durable;
        session.waiting.retain_mut(|(number, payload, ticket)| match polled(ticket) {
            Poll::Ready(Ok(given)) => {
                assert_eq!(given, *number);
                durable.insert(*number, std::mem::take(payload));
                false
            }
            Poll::Ready(Err(error)) => panic!("{error}"),
            Poll::Pending => true,
        });
    }

    pub(super) fn crash(&mut self) {
        self.session = None;
        self.disk = self.disk.after_crash();
        self.crashes += 1;
        self.open();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(feature = "slow") { 20_000 } else { 400 }, ..ProptestConfig::default() })]

    #[test]
    fn no_acknowledged_record_is_lost_and_none_is_invented(seed: u64, acts in acts(60)) {
        let mut run = Run::new(seed);
        for act in &acts {
            run.act(act);
        }
        run.crash();
        run.crash();
    }
}

#[test]
fn the_disk_of_these_tests_does_lose_what_was_not_synced() {
    // Otherwise the property above would hold for a journal that never syncs.
    let mut lost = 0;
    let mut torn = 0;
    for seed in 0..200 {
        let mut run = Run::new(seed);
        run.act(&Act::Submit(vec![500; 10]));
        run.act(&Act::Write);
        run.act(&Act::Submit(vec![700; 10]));
        // The write is done, the sync is not.
        run.act(&Act::LosePower(1));
        run.act(&Act::Write);
        assert_eq!(run.crashes, 1);
        assert!(run.durable.len() >= 10);
        lost += usize::from(run.durable.len() < 20);
        torn += usize::from((11..20).contains(&run.durable.len()));
    }
    assert!(lost > 100 && torn > 20, "{lost} {torn}");
}
