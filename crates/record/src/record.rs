//! The record: journal, log and content as one. Durable before it is acknowledged, integrated after, erased under a leaf that says so.
//!
//! ```text
//! append      entry and addenda into the journal; acknowledged after fdatasync: from here on the leaf's number is fixed
//! integrate   addenda into content, entries into the log, checkpoint signed, then the journal lets go
//! erase       a leaf that says what and on which basis, signed; then content rewritten without it
//! ```
//!
//! | in the folder | what |
//! |---|---|
//! | `key`, `lock` | the signing key (mode 0600), and who writes |
//! | `journal/` | what was acknowledged and is not integrated yet |
//! | `log/` | public: checkpoint, tiles, entries |
//! | `content/` | private: the addenda, in packs |
//!
//! Not what a trace is, and not how its parts are cut.

mod erase;
mod error;
pub mod examine;
pub mod export;
mod payload;
mod reader;
pub mod stamps;
pub mod witnesses;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::act::Acts;
use crate::content::Content;
use crate::journal::{Journal, Lock, Ticket};
use crate::leaf::{Head, Leaf, Part};
use crate::log::key::Algorithm;
use crate::log::{self, Log, SigningKey};

pub use erase::{Erased, Held};
pub use error::RecordError;
pub use reader::{Reader, State};
pub use stamps::Stamped;
pub use witnesses::Cosigned;

/// Entries that are integrated under one checkpoint at most, so that memory stays bounded.
const BATCH: usize = 4096;

/// Bytes of records that are integrated at once, give or take one.
const BATCH_BYTES: usize = 64 << 20;

/// How a record is written.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The journal's.
    pub journal: crate::journal::Settings,
    /// The log's.
    pub log: log::Settings,
}

/// A record that is open for writing; one process at a time. Shared by reference between threads.
#[derive(Debug)]
pub struct Record {
    folder: PathBuf,
    journal: Journal,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    log: Log,
    content: Content,
    acts: Acts,
}

/// What is known of a leaf when it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the log.
    pub leaf: u64,
}

/// A record's places.
#[derive(Debug, Clone)]
pub struct Places {
    folder: PathBuf,
}

impl Places {
    /// Those below a folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The private signing key.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// The lock of the one writer.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// The public log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The private content.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.folder.join("content")
    }

    /// Whether a record is there.
    #[must_use]
    pub fn exist(&self) -> bool {
        self.log().join(log::store::VKEY).is_file()
    }
}

impl Record {
    /// Makes a new record whose checkpoints carry this origin, with a key from the system's randomness.
    ///
    /// # Errors
    /// Where something stands there already, the origin cannot stand in a signed note, or the disk refuses.
    pub fn create(folder: &Path, origin: &str) -> Result<(), RecordError> {
        let key = SigningKey::generate(origin, Algorithm::Ed25519)?;
        let places = Places::of(folder);
        fs::create_dir_all(folder).map_err(RecordError::io(folder, "making"))?;
        let _lock = Lock::acquire(&places.lock())?;
        key.create(&places.key())?;
        Log::create(&places.log(), key, log::Settings::default())?;
        Ok(())
    }

    /// Opens a record for writing. What was acknowledged and not integrated is integrated now; an erasure that a crash interrupted is finished.
    ///
    /// # Errors
    /// Where another process writes, something durable is damaged or older than what was signed, or the disk refuses.
    pub fn open(folder: &Path, mut settings: Settings) -> Result<Self, RecordError> {
        let places = Places::of(folder);
        let lock = Lock::acquire(&places.lock())?;
        let key = SigningKey::read(&places.key())?;
        let log = Log::open(&places.log(), key, settings.log)?;
        let content = Content::open(&places.content(), log.size())?;
        settings.journal.acknowledged = log.size();
        let journal = Journal::open(&places.journal(), lock, settings.journal)?;
        let acts = reader::acts(&log.tiles())?;
        let record = Self { folder: folder.to_owned(), journal, inner: Mutex::new(Inner { log, content, acts }) };
        record.integrate(now_ms())?;
        record.finish_erasures()?;
        Ok(record)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a fact with its content, and waits until it is durable. The classes of retention come with the parts.
    ///
    /// # Errors
    /// Where the leaf would not fit, or the journal takes nothing more.
    pub fn append(&self, head: Head, parts: &[(Part, String)]) -> Result<Receipt, RecordError> {
        let payload = payload::encode(&Leaf::of(head, parts)?, parts)?;
        Ok(Receipt { leaf: self.journal.append(&payload)? })
    }

    /// As [`Record::append`], without waiting.
    ///
    /// # Errors
    /// As [`Record::append`], and where as much waits for the disk as may.
    pub fn submit(&self, head: Head, parts: &[(Part, String)]) -> Result<Ticket, RecordError> {
        let payload = payload::encode(&Leaf::of(head, parts)?, parts)?;
        Ok(self.journal.submit(&payload)?)
    }

    /// Records that were acknowledged, integrated or not.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.journal.committed()
    }

    /// Leaves of the signed log.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.inner().log.checkpoint().checkpoint().size()
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Integrates everything acknowledged, signs, and lets the journal go. Returns the leaves of the log.
    ///
    /// # Errors
    /// Where the disk refuses; the record is then to be opened anew.
    pub fn integrate(&self, now_ms: i64) -> Result<u64, RecordError> {
        let mut inner = self.inner();
        self.integrate_into(&mut inner, now_ms)
    }

    fn integrate_into(&self, inner: &mut Inner, now_ms: i64) -> Result<u64, RecordError> {
        let mut records = self.journal.records(inner.log.size())?;
        loop {
            let (mut entries, mut bytes) = (Vec::new(), 0);
            let first = inner.log.size();
            while entries.len() < BATCH && bytes < BATCH_BYTES {
                let Some(record) = records.next() else { break };
                let record = record?;
                bytes += record.payload.len();
                let (entry, addenda) = payload::decode(&record.payload)
                    .map_err(|found| RecordError::Payload { number: record.number, found })?;
                inner.content.append(record.number, &addenda)?;
                entries.push(entry);
            }
            if entries.is_empty() {
                break;
            }
            inner.content.sync(first + entries.len() as u64)?;
            inner.log.integrate(&entries)?;
            inner.log.publish(seconds(now_ms))?;
            for (leaf, entry) in (first..).zip(&entries) {
                inner.acts.fold_entry(leaf, entry)?;
            }
        }
        let size = inner.log.size();
        self.journal.release(size)?;
        Ok(size)
    }

    /// Keeps the current checkpoint, whatever the time, and returns its text: to be mailed, printed or timestamped.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn checkpoint(&self, now_ms: i64) -> Result<String, RecordError> {
        let mut inner = self.inner();
        self.integrate_into(&mut inner, now_ms)?;
        inner.log.keep()?;
        Ok(inner.log.checkpoint().to_string())
    }

    /// Waits for what was handed in, integrates it, and ends.
    ///
    /// # Errors
    /// As [`Record::integrate`].
    pub fn close(self, now_ms: i64) -> Result<u64, RecordError> {
        // Comes behind everything that waits; and what is integrated can then go, whichever segment it is in.
        self.journal.rotate()?;
        let size = self.integrate(now_ms)?;
        self.journal.close()?;
        Ok(size)
    }
}

/// The system's clock, in milliseconds since 1970 (UTC).
#[must_use]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests;
