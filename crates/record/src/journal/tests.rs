//! The journal on the disk of this machine, in what it does for those who call it. Crashes and damage have rooms of their own.

mod crashes;
mod damage;
mod failures;
mod simulated;

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use super::*;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn lock(&self) -> Lock {
        Lock::acquire(&self.folder.path().join("lock")).unwrap()
    }

    fn open(&self, settings: Settings) -> Journal {
        Journal::open(&self.journal(), self.lock(), settings).unwrap()
    }
}

fn payloads(records: Records) -> Vec<(u64, Vec<u8>)> {
    records.map(|record| record.unwrap()).map(|record| (record.number, record.payload)).collect()
}

#[test]
fn what_was_acknowledged_is_read_again_after_reopening() {
    let place = Place::new();
    let mut expected = Vec::new();
    for round in 0_u8..3 {
        let journal = place.open(Settings::default());
        for length in 0..20 {
            let payload = vec![round; length];
            assert_eq!(journal.append(&payload).unwrap(), expected.len() as u64);
            expected.push((expected.len() as u64, payload));
        }
        assert_eq!(journal.committed(), expected.len() as u64);
        assert_eq!(payloads(journal.records(0).unwrap()), expected);
        assert_eq!(payloads(journal.records(7).unwrap()), expected[7..]);
        journal.close().unwrap();
        let found = examine(&place.journal()).unwrap();
        assert_eq!((found.records, found.sealed, found.torn), (0..expected.len() as u64, expected.len() as u64, None));
        assert_eq!(payloads(Records::read(&place.journal(), 3).unwrap()), expected[3..]);
    }
}

#[test]
fn many_threads_get_numbers_without_gaps_and_their_own_order() {
    let place = Place::new();
    let journal = place.open(Settings { segment: 5_000, batch_bytes: 500, ..Settings::default() });
    let numbers: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0_u8..8)
            .map(|thread| {
                let journal = &journal;
                scope.spawn(move || (0_u8..40).map(|at| journal.append(&[thread, at]).unwrap()).collect::<Vec<u64>>())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let records = payloads(journal.records(0).unwrap());
    assert_eq!(records.len(), 320);
    for (thread, numbers) in numbers.iter().enumerate() {
        assert!(numbers.is_sorted());
        for (at, number) in numbers.iter().enumerate() {
            assert_eq!(records[usize::try_from(*number).unwrap()], (*number, vec![thread as u8, at as u8]));
        }
    }
    assert!(journal.shared.segments().len() > 2, "segments rotate");
}

#[test]
fn segments_below_a_record_are_released_and_no_other() {
    let place = Place::new();
    let journal = place.open(Settings { segment: 400, ..Settings::default() });
    for at in 0_u8..20 {
        journal.append(&[at; 50]).unwrap();
    }
    let firsts = journal.shared.segments().clone();
    assert!(firsts.len() > 5);
    assert_eq!(journal.release(0).unwrap(), 0);
    assert_eq!(journal.release(firsts[2] - 1).unwrap(), firsts[1]);
    assert_eq!(journal.release(firsts[2]).unwrap(), firsts[2]);
    assert!(matches!(journal.records(0), Err(Error::Released { asked: 0, first }) if first == firsts[2]));
    assert_eq!(payloads(journal.records(firsts[2]).unwrap()).len() as u64, 20 - firsts[2]);
    // The segment that is written stays, until another one is begun.
    let last = *firsts.last().unwrap();
    let rests = journal.release(u64::MAX).unwrap();
    assert!(rests >= last, "{rests} {last}");
    journal.rotate().unwrap();
    journal.rotate().unwrap();
    assert_eq!(journal.release(20).unwrap(), 20);
    assert_eq!(journal.append(b"after").unwrap(), 20);
    drop(journal);
    let journal = place.open(Settings::default());
    assert_eq!(payloads(journal.records(20).unwrap()), [(20, b"after".to_vec())]);
    assert_eq!(journal.found().records, 20..21);
}

#[test]
fn an_iterator_goes_on_when_more_was_committed() {
    let place = Place::new();
    let journal = place.open(Settings { segment: 300, ..Settings::default() });
    let mut records = journal.records(0).unwrap();
    assert!(records.next().is_none());
    for number in 0..30_u64 {
        journal.append(&number.to_le_bytes()).unwrap();
        assert_eq!(journal.wait_for(number, Duration::from_secs(60)), number + 1);
        let record = records.next().unwrap().unwrap();
        assert_eq!((record.number, record.payload), (number, number.to_le_bytes().to_vec()));
        assert!(records.next().is_none());
    }
}

#[test]
fn the_second_writer_is_refused_and_a_closed_journal_takes_nothing() {
    let place = Place::new();
    let journal = place.open(Settings::default());
    assert!(matches!(Lock::acquire(&place.folder.path().join("lock")), Err(Error::Locked { .. })));
    journal.shared.queue.close();
    assert!(matches!(journal.append(b"x"), Err(Error::Closed)));
    assert!(matches!(journal.submit(&vec![0; MOST_BYTES + 1]), Err(Error::TooLong { .. })));
    journal.close().unwrap();
    place.open(Settings::default());
}

struct Flag(AtomicBool, std::thread::Thread);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}

/// Drives one future to its end on this thread.
fn awaited<F: Future>(future: F) -> F::Output {
    let flag = Arc::new(Flag(AtomicBool::new(false), std::thread::current()));
    let waker = Arc::clone(&flag).into();
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        while !flag.0.swap(false, Ordering::Acquire) {
            std::thread::park();
        }
    }
}

#[test]
fn what_callers_hold_goes_between_threads() {
    fn between<T: Send>() {}
    fn shared<T: Send + Sync>() {}
    shared::<Journal>();
    shared::<Error>();
    between::<Ticket>();
    between::<Records>();
}

#[test]
fn tasks_are_woken_for_room_and_for_durability() {
    let place = Place::new();
    let journal = place.open(Settings { batch_bytes: 200, batch_records: 2, ..Settings::default() });
    std::thread::scope(|scope| {
        for thread in 0_u8..4 {
            let journal = &journal;
            scope.spawn(move || {
                for at in 0_u8..30 {
                    let payload = [thread, at];
                    let number = awaited(async {
                        std::future::poll_fn(|context| journal.poll_submit(context, &payload)).await?.await
                    });
                    assert!(journal.committed() > number.unwrap());
                }
            });
        }
    });
    assert_eq!(payloads(journal.records(0).unwrap()).len(), 120);
}
