//! A disk that fails or is full: everybody is told, nothing more is taken, nothing that was acknowledged is harmed.

use std::sync::Arc;
use std::time::Duration;

use super::super::disk::Disk;
use super::super::{Error, Journal, Lock, Records, Settings};
use super::crashes::{folder, settings};
use super::simulated::SimulatedDisk;

/// On the simulated disk, with a thread of its own, as callers have it. Never idle, so that a case is the same every time.
fn open(disk: &SimulatedDisk) -> (Journal, tempfile::TempDir) {
    let settings = Settings { idle: Duration::MAX, ..settings() };
    let place = tempfile::tempdir().unwrap();
    let lock = Lock::acquire(&place.path().join("lock")).unwrap();
    let on: Arc<dyn Disk> = Arc::new(disk.clone());
    (Journal::open_on(on, folder(), lock, settings).unwrap(), place)
}

fn payloads(disk: &SimulatedDisk) -> Vec<Vec<u8>> {
    let records = Records::read_on(Arc::new(disk.clone()), folder(), 0).unwrap();
    records.map(|record| record.unwrap().payload).collect()
}

#[test]
fn a_full_disk_is_reported_and_harms_nothing() {
    let disk = SimulatedDisk::new(1);
    let mut written = Vec::new();
    for room in [10_000_usize, 0, 300, 0, 25_000] {
        disk.holds(disk.used().max(212) + room);
        let (journal, _place) = open(&disk);
        assert_eq!(payloads(&disk), written);
        let error = loop {
            let payload = vec![written.len() as u8; 700];
            match journal.append(&payload) {
                Ok(number) => {
                    assert_eq!(number, written.len() as u64);
                    written.push(payload);
                }
                Err(error) => break error,
            }
        };
        let Error::Disk(failed) = &error else { panic!("{error}") };
        assert!(failed.is_full(), "{error}");
        assert!(error.to_string().contains("hint: what was acknowledged is kept; make room"), "{error}");
        // Also a record that would fit: the journal ends with the first failure.
        disk.holds(usize::MAX);
        assert_eq!(journal.append(b"").unwrap_err().to_string(), error.to_string());
        assert_eq!(journal.committed(), written.len() as u64);
        assert_eq!(journal.records(0).unwrap().count(), written.len());
        assert_eq!(journal.close().unwrap_err().to_string(), error.to_string());
    }
    assert!(written.len() > 40);
    disk.holds(usize::MAX);
    let (journal, _place) = open(&disk);
    assert_eq!(journal.append(b"again").unwrap(), written.len() as u64);
    assert_eq!(payloads(&disk).len(), written.len() + 1);
}

#[test]
fn a_failed_sync_ends_the_journal_for_everybody() {
    let disk = SimulatedDisk::new(1);
    let (journal, _place) = open(&disk);
    assert_eq!(journal.append(b"kept").unwrap(), 0);
    disk.fail_syncs(1);
    let errors: Vec<String> = std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8)
            .map(|at| {
                scope.spawn({
                    let journal = &journal;
                    move || journal.append(&[at; 9])
                })
            })
            .collect();
        waiting.into_iter().map(|thread| thread.join().unwrap().unwrap_err().to_string()).collect()
    });
    for error in errors {
        assert_eq!(error, "journal/0000000000000000.segment: expected to sync it, found: the disk does not answer");
    }
    assert!(matches!(journal.submit(b"later"), Err(Error::Disk(_))));
    assert!(matches!(journal.rotate(), Err(Error::Disk(_))));
    assert_eq!(journal.committed(), 1);
    drop(journal);
    // What the system shows now may not be on the disk; once it has been shown after opening, it is.
    let (journal, _place) = open(&disk);
    let shown = journal.committed();
    drop(journal);
    assert_eq!(payloads(&disk.after_crash()).len() as u64, shown);
}

#[test]
fn what_waits_is_bounded() {
    let disk = SimulatedDisk::new(1);
    let (writer, _) = super::super::prepare(Arc::new(disk), folder(), settings()).unwrap();
    let queue = &writer.shared().queue;
    // Nobody writes here, so nothing makes room.
    let mut tickets = Vec::new();
    let error = loop {
        match queue.submit(&[0; 1000]) {
            Ok(ticket) => tickets.push(ticket),
            Err(error) => break error,
        }
    };
    assert_eq!(
        error.to_string(),
        "journal: expected room for a record, found 12524 bytes of 12 records waiting for the disk"
    );
    let one = Settings { batch_records: 0, batch_bytes: 0, ..settings() };
    let (writer, _) = super::super::prepare(Arc::new(SimulatedDisk::new(1)), folder(), one).unwrap();
    let queue = &writer.shared().queue;
    let _first = queue.submit(&[0; 100_000]).unwrap();
    assert!(matches!(queue.submit(b""), Err(Error::Busy { records: 1, .. })));
}
