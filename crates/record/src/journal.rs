//! The journal: records are durable here before anybody is told that they are. An append-only log with group commit.
//!
//! Many threads and tasks hand records in; one thread writes them in batches, with one write and one `fdatasync` each, and acknowledges a record only
//! after it. Whatever was handed in while the last sync ran is the next batch: nobody waits for company. Numbers run from 0 without gaps, through all segments.
//!
//! | where | what |
//! |---|---|
//! | `frame`, `header` | the bytes: frames in a hash chain, marks between batches, the head of a segment |
//! | `queue`, `ticket` | what waits for the disk, bounded, and who waits for it |
//! | `writer` | the one thread that writes |
//! | `walk`, `recovery` | reading back: torn tail or damage, and how a writer goes on after a crash |
//! | `records` | the committed records as an iterator |
//! | `lock` | one writer |
//! | `disk` | the one door to files |
//!
//! docs/formats/journal.md has the format byte by byte, the rule of recovery, and what is promised and what not. Not the log that strangers check: a journal is private, and its
//! segments go when their records have been taken over ([`Journal::release`]).

mod disk;
mod error;
mod frame;
mod header;
mod lock;
mod queue;
mod records;
mod recovery;
mod ticket;
mod walk;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use disk::{Disk, LocalDisk};
use error::disk as disk_error;
use header::name;
use queue::Queue;
use recovery::{begin, examine_on, resume, tidy};
use writer::Writer;

pub use error::{DiskError, Error, Finding};
pub use frame::MOST_BYTES;
pub use lock::Lock;
pub use records::{Record, Records};
pub use recovery::{Examination, Torn, examine};
pub use ticket::Ticket;

/// How a journal is written. Nothing here changes what can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Bytes after which a new segment is begun (64 MiB). A segment may be longer by one batch.
    pub segment: u64,
    /// Bytes that may wait to be written, and so the bytes of a batch (4 MiB); the last record may reach beyond it.
    pub batch_bytes: usize,
    /// Records that may wait to be written (4,096).
    pub batch_records: usize,
    /// How long nothing must have happened until a mark is written behind the last record, which shows that it had been synced (200 ms).
    pub idle: Duration,
    /// Records before this number are known to have been acknowledged, say by a signed checkpoint: a journal that ends before it is damaged, not torn (0).
    pub acknowledged: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment: 64 << 20,
            batch_bytes: 4 << 20,
            batch_records: 4096,
            idle: Duration::from_millis(200),
            acknowledged: 0,
        }
    }
}

/// A journal that is open for writing. Shared by reference between threads; dropping it writes what was handed in and waits for it.
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
    found: Examination,
    _lock: Lock,
}

/// What the writer, the readers and the journal know in common.
#[derive(Debug)]
struct Shared {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    queue: Queue,
    /// The first records of the segments, in order.
    segments: Mutex<Vec<u64>>,
    /// One at a time removes.
    releasing: Mutex<()>,
}

impl Shared {
    fn segments(&self) -> MutexGuard<'_, Vec<u64>> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self, below: u64) -> Result<u64, Error> {
        let Self { disk, folder, .. } = self;
        let _alone = self.releasing.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let first = match self.segments()[..] {
                [first, second, ..] if second <= below => first,
                [first, ..] => return Ok(first),
                [] => return Ok(0),
            };
            let path = folder.join(name(first));
            disk.remove(&path).map_err(disk_error("remove", &path))?;
            // One after the other, so that a crash leaves no gap.
            disk.sync_folder(folder).map_err(disk_error("sync", folder))?;
            self.segments().remove(0);
        }
    }
}

impl Journal {
    /// Opens the journal in a folder, which is made where there is none (the one above it must be there). All of it is read; a torn tail is cut.
    ///
    /// The lock is held until the journal and all clones of the lock are gone.
    ///
    /// # Errors
    /// [`Error::Damaged`] with every finding, where what had been synced is damaged: nothing is changed then. [`Error::Disk`].
    pub fn open(folder: &Path, lock: Lock, settings: Settings) -> Result<Self, Error> {
        Self::open_on(Arc::new(LocalDisk), folder, lock, settings)
    }

    fn open_on(disk: Arc<dyn Disk>, folder: &Path, lock: Lock, settings: Settings) -> Result<Self, Error> {
        let (writer, found) = prepare(disk, folder, settings)?;
        let shared = writer.shared();
        let thread = std::thread::Builder::new().name("candor-journal".to_owned());
        let writer = thread.spawn(move || writer.run()).map_err(disk_error("start the writer of", folder))?;
        Ok(Self { shared, writer: Some(writer), found, _lock: lock })
    }

    /// What was found when the journal was opened, before the torn tail was cut.
    #[must_use]
    pub fn found(&self) -> &Examination {
        &self.found
    }

    /// Hands a record in, waits until it is durable, and gives its number.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Closed`], and [`Error::Disk`], after which the record may or may not survive and the journal takes nothing more.
    pub fn append(&self, payload: &[u8]) -> Result<u64, Error> {
        self.shared.queue.submit_waiting(payload)?.wait()
    }

    /// Hands a record in without waiting: records are written in the order in which they were handed in.
    ///
    /// # Errors
    /// As [`Self::append`], and [`Error::Busy`] where as much waits as may ([`Settings::batch_bytes`], [`Settings::batch_records`]).
    pub fn submit(&self, payload: &[u8]) -> Result<Ticket, Error> {
        self.shared.queue.submit(payload)
    }

    /// As [`Self::submit`], for a task: where there is no room, its waker is called when there may be.
    ///
    /// ```no_run
    /// # async fn record(journal: &candor_record::journal::Journal, payload: &[u8]) -> Result<u64, candor_record::journal::Error> {
    /// std::future::poll_fn(|context| journal.poll_submit(context, payload)).await?.await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn poll_submit(&self, context: &Context<'_>, payload: &[u8]) -> Poll<Result<Ticket, Error>> {
        self.shared.queue.poll_submit(context, payload)
    }

    /// The number after the last record that is durable.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.shared.queue.committed()
    }

    /// Waits until the record with that number is durable, the journal ends, or the time is over; then as [`Self::committed`].
    #[must_use]
    pub fn wait_for(&self, number: u64, at_most: Duration) -> u64 {
        self.shared.queue.wait_for(number, at_most)
    }

    /// The committed records from a number on. After its `None` the iterator goes on when more have been committed.
    ///
    /// # Errors
    /// [`Error::Released`] where that one has been released.
    pub fn records(&self, from: u64) -> Result<Records, Error> {
        Records::committed(&self.shared, from)
    }

    /// Begins a new segment, so that everything acknowledged so far can be released. Does nothing where the segment holds no record yet.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn rotate(&self) -> Result<(), Error> {
        self.shared.queue.turn()?.wait().map(drop)
    }

    /// Removes the segments whose records all have numbers below that one, never the segment that is written. Gives the first record that is left.
    ///
    /// The files are deleted, not overwritten.
    ///
    /// # Errors
    /// [`Error::Disk`]; what is left is a whole journal all the same.
    pub fn release(&self, below: u64) -> Result<u64, Error> {
        self.shared.release(below)
    }

    /// Writes what was handed in and a mark behind it, and ends.
    ///
    /// # Errors
    /// With the error of the disk that ended the journal, where one did.
    pub fn close(mut self) -> Result<(), Error> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.shared.queue.close();
        if let Some(writer) = self.writer.take() {
            // A panic there has been told to everybody who waited.
            let _ = writer.join();
        }
        self.shared.queue.outcome()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // `close` is for those who want to know.
        let _ = self.finish();
    }
}

/// The end of the journal in a folder, made ready to be written on, and what was found there.
fn prepare(disk: Arc<dyn Disk>, folder: &Path, settings: Settings) -> Result<(Writer, Examination), Error> {
    disk.make_folder(folder).map_err(disk_error("make", folder))?;
    let (found, tail) = examine_on(&*disk, folder, settings.acknowledged)?;
    if !found.findings.is_empty() {
        return Err(Error::Damaged(found.findings));
    }
    tidy(&*disk, folder)?;
    let resumed = match tail {
        Some(tail) => resume(&*disk, folder, tail)?,
        None => {
            let nonce = disk.nonce().map_err(disk_error("get random bytes for", folder))?;
            begin(&*disk, folder, nonce)?
        }
    };
    let first = resumed.segment.first;
    let segments = recovery::segments(&*disk, folder)?;
    let unsealed = found.sealed < found.records.end;
    let queue = Queue::new(settings, resumed.segment, resumed.next, unsealed);
    let segments = Mutex::new(segments);
    let shared = Arc::new(Shared { disk, folder: folder.to_owned(), queue, segments, releasing: Mutex::new(()) });
    Ok((Writer::new(shared, resumed.file, first), found))
}

#[cfg(test)]
mod tests;
