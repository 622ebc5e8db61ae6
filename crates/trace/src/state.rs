//! What cannot be derived from a record and must not stand in it: who stands behind a pseudonym. A SQLite file of its own beside the record.
//!
//! Not the index, which can be folded anew: what is lost here is lost. Not the record either: what stands here can be taken out without a trace.
//!
//! docs/formats/state.md has the tables.

mod error;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};

pub use error::StateError;

/// The name of the file in the folder of state.
pub const FILE: &str = "state.sqlite";

/// Bytes that an identifier may have.
pub const MOST_IDENTIFIER: usize = 1_024;

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// A person in a record, by a name that says nothing: 128 random bits, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject([u8; 16]);

impl Subject {
    /// Fresh bits of the operating system's generator.
    fn fresh() -> Result<Self, StateError> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| StateError::Randomness { found: error.to_string() })?;
        Ok(Self(bits))
    }

    /// The pseudonym that is written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        crate::TraceId::try_from(text.to_owned())
            .ok()
            .map(|id| Self(id.0))
            .filter(|subject| subject.to_string() == text)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// The file, open.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    connection: Connection,
}

/// What is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The version of its tables.
    pub version: u32,
    /// Persons by record (the verifier key of its log): how many have a pseudonym.
    pub subjects: Vec<(String, u64)>,
}

impl State {
    /// Opens the file in this place, made where there is none, readable for its owner alone; tables of an older version are brought up to
    /// this one.
    ///
    /// # Errors
    /// Where it was written by a newer version or is no such file, others may read it, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        private(path)?;
        let failed = StateError::sqlite(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        // What is forgotten is overwritten, and what is remembered is on the disk before a leaf speaks of it.
        connection
            .execute_batch(
                "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;",
            )
            .map_err(&failed)?;
        schema::migrate(&mut connection, path)?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// As [`State::open`]; `None` where there is no file.
    ///
    /// # Errors
    /// As [`State::open`].
    pub fn existing(path: &Path) -> Result<Option<Self>, StateError> {
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StateError::io(path, "looking at it")(error)),
            Ok(_) => Self::open(path).map(Some),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to name persons of a record; nothing is kept unless [`Naming::keep`] says so.
    ///
    /// # Errors
    /// Where another process writes for long, or the disk refuses.
    pub fn naming(&mut self, record: &str) -> Result<Naming<'_>, StateError> {
        let failed = StateError::sqlite(&self.path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        Ok(Naming { path: self.path.clone(), transaction, record: record.to_owned() })
    }

    /// The pseudonym of a person in a record, where there is one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn find(&self, record: &str, identifier: &str) -> Result<Option<Subject>, StateError> {
        find(&self.connection, record, identifier).map_err(StateError::sqlite(&self.path))
    }

    /// Forgets who stands behind a pseudonym of a record. Whether anything stood there.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn forget(&mut self, record: &str, subject: Subject) -> Result<bool, StateError> {
        let gone = self
            .connection
            .execute("DELETE FROM subjects WHERE record = ? AND pseudonym = ?", params![record, subject.to_string()])
            .map_err(StateError::sqlite(&self.path))?;
        Ok(gone > 0)
    }

    /// What is in it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn contents(&self) -> Result<Contents, StateError> {
        let failed = StateError::sqlite(&self.path);
        let mut counts = self
            .connection
            .prepare("SELECT record, count(*) FROM subjects GROUP BY record ORDER BY record")
            .map_err(&failed)?;
        let rows = counts.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&failed)?;
        let subjects = rows.collect::<Result<_, _>>().map_err(&failed)?;
        Ok(Contents { version: schema::VERSION, subjects })
    }

    /// Copies the file as it is at one moment, whoever writes meanwhile. The copy is for its owner alone, and whole or not there.
    ///
    /// # Errors
    /// Where something stands there already, or the disk refuses.
    pub fn backup(&self, to: &Path) -> Result<(), StateError> {
        let failed = StateError::sqlite(to);
        create_new(to).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StateError::Exists { path: to.to_owned() },
            _ => StateError::io(to, "making the file")(error),
        })?;
        let copied = || -> Result<(), StateError> {
            let mut copy = Connection::open(to).map_err(&failed)?;
            let backup = Backup::new(&self.connection, &mut copy).map_err(&failed)?;
            backup.run_to_completion(1_024, Duration::from_millis(1), None).map_err(&failed)?;
            drop(backup);
            copy.close().map_err(|(_, error)| failed(error))?;
            File::open(to).and_then(|file| file.sync_all()).map_err(StateError::io(to, "making it durable"))
        };
        let done = copied();
        if done.is_err() {
            // It was made here, and half a copy is none.
            let _ = fs::remove_file(to);
        }
        done
    }
}

/// Persons of one record being named.
#[derive(Debug)]
pub struct Naming<'s> {
    path: PathBuf,
    transaction: Transaction<'s>,
    record: String,
}

impl Naming<'_> {
    /// The pseudonym of a person, made where there is none.
    ///
    /// # Errors
    /// Where the identifier is empty or longer than [`MOST_IDENTIFIER`] bytes, the system gives no randomness, or the disk refuses.
    pub fn subject(&self, identifier: &str, now_ms: i64) -> Result<Subject, StateError> {
        if identifier.is_empty() || identifier.len() > MOST_IDENTIFIER {
            return Err(StateError::Identifier { found: identifier.len() });
        }
        let failed = StateError::sqlite(&self.path);
        if let Some(known) = find(&self.transaction, &self.record, identifier).map_err(&failed)? {
            return Ok(known);
        }
        let fresh = Subject::fresh()?;
        self.transaction
            .prepare("INSERT INTO subjects(record, identifier, pseudonym, since_ms) VALUES(?, ?, ?, ?)")
            .and_then(|mut insert| insert.execute(params![self.record, identifier, fresh.to_string(), now_ms]))
            .map_err(&failed)?;
        Ok(fresh)
    }

    /// Keeps all of them: durable when this returns.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn keep(self) -> Result<(), StateError> {
        self.transaction.commit().map_err(StateError::sqlite(&self.path))
    }
}

fn find(connection: &Connection, record: &str, identifier: &str) -> rusqlite::Result<Option<Subject>> {
    let mut find = connection.prepare("SELECT pseudonym FROM subjects WHERE record = ? AND identifier = ?")?;
    let found: Option<String> = find.query_row([record, identifier], |row| row.get(0)).optional()?;
    found
        .map(|text| {
            Subject::parse(&text).ok_or_else(|| {
                let wrong = "expected 32 hexadecimal digits".into();
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, wrong)
            })
        })
        .transpose()
}

fn create_new(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The file for its owner alone; made where there is none.
fn private(path: &Path) -> Result<(), StateError> {
    match create_new(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StateError::io(path, "making the file")(error)),
    }
    #[cfg(unix)]
    {
        let found = fs::metadata(path).map_err(StateError::io(path, "looking at it"))?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(StateError::Open { path: path.to_owned(), mode });
        }
    }
    Ok(())
}
