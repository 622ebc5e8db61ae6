//! Folding: what is new in the record goes into the index, batch by batch, each with the position that it leads to; what was erased goes out
//! first. Not what a leaf says.
//!
//! The position is a number of leaves, the root of the log's tree over them, and the key that signs it. Whatever a leaf before the position
//! tells has been done: erasures of older leaves are applied before the position passes the leaf that tells them, and applied once more
//! where a crash came between.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use candor_record::Digest;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};

use super::entry::Entry;
use super::put::Put;
use super::told::{State, Told};
use super::{IndexError, schema, wipe};

/// How long to wait for readers.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait for readers, or a test's own idea of it.
pub(super) fn patience() -> Duration {
    #[cfg(test)]
    if let Some(patience) = PATIENCE_OF_TESTS.with(std::cell::Cell::get) {
        return patience;
    }
    PATIENCE
}

#[cfg(test)]
thread_local! {
    pub(super) static PATIENCE_OF_TESTS: std::cell::Cell<Option<Duration>> = const { std::cell::Cell::new(None) };
}

/// What a fold did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Leaves that the index has seen now.
    pub through: u64,
    /// Of them, those that it had not seen before.
    pub new: u64,
    /// Older leaves whose erased content was taken out.
    pub erased: u64,
    /// Why it was folded from the first leaf on, where it was.
    pub anew: Option<Anew>,
}

/// Why an index is folded from the first leaf on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anew {
    /// That was asked for.
    Asked,
    /// There was none.
    None,
    /// Another version of the program had made it.
    Version,
    /// It was damaged.
    Damaged(String),
    /// It belonged to a record with another key.
    OtherRecord,
    /// The record has fewer leaves than had been folded, or other ones.
    OtherLeaves {
        /// Leaves that had been folded.
        folded: u64,
        /// Leaves of the record now.
        leaves: u64,
    },
}

impl std::fmt::Display for Anew {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Asked => out.write_str("as asked"),
            Self::None => out.write_str("there was none"),
            Self::Version => out.write_str("another version of the program had made it"),
            Self::Damaged(found) => write!(out, "it was damaged ({})", crate::error::shown(found)),
            Self::OtherRecord => out.write_str("it belonged to a record with another key"),
            Self::OtherLeaves { folded, leaves } if leaves < folded => {
                write!(out, "the record has {leaves} leaves and had {folded}: it was rolled back or replaced")
            }
            Self::OtherLeaves { folded, .. } => {
                write!(
                    out,
                    "the first {folded} leaves of the record are not those that had been folded: it was replaced"
                )
            }
        }
    }
}

/// Waits for its turn: one process at a time folds or opens.
pub(super) fn turn(folder: &Path) -> Result<File, IndexError> {
    let path = folder.join("index.lock");
    let file = File::options().create(true).append(true).open(&path).map_err(IndexError::io(&path, "opening"))?;
    file.lock().map_err(IndexError::io(&path, "waiting for other folds"))?;
    Ok(file)
}

/// Brings the index up to the record's last signed checkpoint.
pub(super) fn fold(folder: &Path, path: &Path, batch: u64, anew: Option<Anew>) -> Result<Folded, IndexError> {
    let mut told = Told::open(folder)?;
    let anew = match anew {
        Some(anew) => anew,
        None => match stand(path, &mut told) {
            Ok(Stand::Continues { through }) => match continued(path, &mut told, batch, through, None) {
                Err(IndexError::Damaged { found, .. }) => Anew::Damaged(found),
                other => return other,
            },
            Ok(Stand::Anew(anew)) => anew,
            Err(IndexError::Damaged { found, .. }) => Anew::Damaged(found),
            Err(error) => return Err(error),
        },
    };
    for file in files(path) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(IndexError::io(&file, "removing")(error)),
            _ => {}
        }
    }
    let connection = writer(path)?;
    schema::create(&connection).map_err(IndexError::sqlite(path))?;
    drop(connection);
    let mut told = Told::open(folder)?;
    continued(path, &mut told, batch, 0, Some(anew))
}

/// The file, its log of writes and the index of that.
fn files(path: &Path) -> [PathBuf; 3] {
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    [with("-wal"), with("-shm"), path.to_owned()]
}

/// How an index stands to its record.
enum Stand {
    Continues { through: u64 },
    Anew(Anew),
}

fn stand(path: &Path, told: &mut Told) -> Result<Stand, IndexError> {
    if !path.exists() {
        return Ok(Stand::Anew(Anew::None));
    }
    let failed = IndexError::sqlite(path);
    let connection = writer(path)?;
    let mark = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if mark("application_id").map_err(&failed)? != schema::APPLICATION
        || mark("user_version").map_err(&failed)? != schema::VERSION
    {
        return Ok(Stand::Anew(Anew::Version));
    }
    let Some((through, root, record)) = position(&connection).map_err(&failed)? else {
        // Made, and stopped before the first batch.
        return Ok(Stand::Anew(Anew::None));
    };
    if record != told.record() {
        return Ok(Stand::Anew(Anew::OtherRecord));
    }
    if !told.continues(through, &root) {
        return Ok(Stand::Anew(Anew::OtherLeaves { folded: through, leaves: told.size() }));
    }
    Ok(Stand::Continues { through })
}

/// Leaves folded, root of their tree, and key of the record.
fn position(connection: &Connection) -> rusqlite::Result<Option<(u64, Digest, String)>> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Digest::from_bytes(row.get(1)?), row.get(2)?));
    connection.query_row("SELECT through, root, record FROM applied", [], read).optional()
}

/// Makes the file where there is none, for its owner alone; what SQLite writes beside it follows.
fn private(path: &Path) -> Result<(), IndexError> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(IndexError::io(path, "making the file"))
}

/// A connection that writes.
fn writer(path: &Path) -> Result<Connection, IndexError> {
    let failed = IndexError::sqlite(path);
    private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.busy_timeout(patience()).map_err(&failed)?;
    // What is deleted is overwritten; nothing is sorted in files that would outlive an erasure. A commit need not reach the disk at once: what
    // is lost is folded once more.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;",
        )
        .map_err(&failed)?;
    Ok(connection)
}

/// Folds the leaves from that one on.
fn continued(path: &Path, told: &mut Told, batch: u64, from: u64, anew: Option<Anew>) -> Result<Folded, IndexError> {
    let size = told.size();
    if from == size && anew.is_none() {
        return Ok(Folded { through: size, new: 0, erased: 0, anew });
    }
    told.read_acts(from)?;
    let mut connection = writer(path)?;
    let failed = IndexError::sqlite(path);
    let mut erased: Vec<u64> = told.acts().erased_since(from).filter(|leaf| *leaf < from).collect();
    erased.sort_unstable();
    erased.dedup();
    for leaves in erased.chunks(usize::try_from(batch).unwrap_or(usize::MAX)) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let mut put = Put::into(&transaction).map_err(&failed)?;
        let mut spoken_of = BTreeSet::new();
        for leaf in leaves {
            let entry = again(told, &mut put, *leaf, &failed)?;
            spoken_of.extend(speaks_of(&entry));
        }
        spoken_again(told, &mut put, &spoken_of, &failed)?;
        drop(put);
        transaction.commit().map_err(&failed)?;
    }
    if !erased.is_empty() {
        wipe::wipe(&connection, path)?;
    }
    let mut at = from;
    // An empty record has a position too.
    while at < size || (at == 0 && size == 0) {
        let end = size.min(at.saturating_add(batch));
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let mut put = Put::into(&transaction).map_err(&failed)?;
        let mut spoken_of = BTreeSet::new();
        for leaf in at..end {
            let entry = entry(told, leaf, &|_| false)?;
            put.put(leaf, &entry).map_err(&failed)?;
            spoken_of.extend(speaks_of(&entry));
        }
        spoken_again(told, &mut put, &spoken_of, &failed)?;
        drop(put);
        transaction.execute("DELETE FROM applied", []).map_err(&failed)?;
        transaction
            .execute(
                "INSERT INTO applied(through, root, record) VALUES(?, ?, ?)",
                params![end, told.root(end)?.as_bytes(), told.record()],
            )
            .map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        if end == size {
            break;
        }
        at = end;
    }
    Ok(Folded { through: size, new: size - from, erased: erased.len() as u64, anew })
}

/// The call that a leaf says something of.
fn speaks_of(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Label(later) => later.head.trace.clone(),
        _ => None,
    }
}

/// Writes the calls anew of which something was said, or erased that was said.
fn spoken_again(
    told: &mut Told,
    put: &mut Put<'_>,
    traces: &BTreeSet<String>,
    failed: &impl Fn(rusqlite::Error) -> IndexError,
) -> Result<(), IndexError> {
    for trace in traces {
        for leaf in put.calls(trace).map_err(failed)? {
            again(told, put, leaf, failed)?;
        }
    }
    Ok(())
}

/// Writes a leaf anew that was written before: without what was erased, a call with what was said of it since.
fn again(
    told: &mut Told,
    put: &mut Put<'_>,
    leaf: u64,
    failed: &impl Fn(rusqlite::Error) -> IndexError,
) -> Result<Entry, IndexError> {
    let known = put.erased(leaf).map_err(failed)?;
    let mut read = entry(told, leaf, &|part| known.contains(part))?;
    if let Entry::Trace(call) = &mut read
        && let Some(trace) = &call.head.trace
    {
        for later in put.later(trace, leaf).map_err(failed)? {
            let known = put.erased(later).map_err(failed)?;
            if let Entry::Label(later) = entry(told, later, &|part| known.contains(part))? {
                call.hear(*later);
            }
        }
    }
    put.remove(leaf).map_err(failed)?;
    put.put(leaf, &read).map_err(failed)?;
    Ok(read)
}

fn entry(told: &mut Told, leaf: u64, known: &dyn Fn(&str) -> bool) -> Result<Entry, IndexError> {
    let bytes = told.entry(leaf).map_err(candor_record::record::RecordError::from)?;
    let entry =
        Entry::read(
            &bytes,
            |part, digest| {
                if known(part.name.as_str()) { Ok(State::Erased) } else { told.part(leaf, part, digest) }
            },
        );
    Ok(entry?)
}
