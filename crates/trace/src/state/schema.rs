//! The tables, and the way to them from older ones. Not what stands in them.
//!
//! A migration that was shipped is never changed: files that went through it exist.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::StateError;

/// The application that the file belongs to, in its header: "cnds".
pub(super) const APPLICATION: i64 = 0x636e_6473;

/// What leads from each version to the next; an empty file has version 0.
const MIGRATIONS: [&str; 1] = ["CREATE TABLE subjects(
  record TEXT NOT NULL,
  identifier TEXT NOT NULL,
  pseudonym TEXT NOT NULL UNIQUE,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY(record, identifier)
) WITHOUT ROWID;"];

/// The version that this program reads and writes.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings a file up to this version, whole or not at all.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let failed = StateError::sqlite(path);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let mark = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&failed);
    let (application, version) = (mark("application_id")?, mark("user_version")?);
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(&failed)?;
    let is_new = application == 0 && version == 0 && tables == 0;
    if application != APPLICATION && !is_new {
        return Err(StateError::Foreign { path: path.to_owned() });
    }
    if version > i64::from(VERSION) || version < 0 {
        return Err(StateError::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration).map_err(&failed)?;
    }
    if done < MIGRATIONS.len() {
        transaction
            .execute_batch(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"))
            .map_err(&failed)?;
    }
    transaction.commit().map_err(&failed)
}
