//! Read-only SQL on an index, within bounds of time, rows and memory. Not what the tables mean, and not how an answer is shown.
//!
//! Four things keep a question from doing harm: the file is open for reading only; an authorizer refuses every statement that is not a plain
//! `select`; a handler asks every few thousand steps whether to stop; and lengths, depths and memory are limited.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Index, IndexError, functions, names};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;

/// The longest value, in bytes.
const LONGEST: i32 = 256 << 20;

/// Memory that SQLite may take in this process, in bytes.
const MEMORY: i64 = 2 << 30;

/// What an answer may take.
pub struct Bounds {
    /// Rows.
    pub rows: usize,
    /// Bytes of all values together, give or take a row.
    pub bytes: usize,
    /// Asked every now and then: whether to stop.
    pub stop: Box<dyn FnMut() -> bool + Send>,
}

impl std::fmt::Debug for Bounds {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Bounds").field("rows", &self.rows).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more, and which bound left them out.
    pub cut: Option<Cut>,
}

/// Which bound an answer met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Rows.
    Rows,
    /// Bytes.
    Bytes,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number; never one that is not a number: SQLite has none.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A connection that can only read, with the functions of the domain.
pub(super) fn connection(path: &Path) -> Result<Connection, IndexError> {
    let failed = IndexError::sqlite(path);
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(super::fold::patience())?;
        connection.execute_batch(&format!(
            "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA hard_heap_limit = {MEMORY};"
        ))?;
        for (config, on) in [
            // A misspelt column in double quotes is an error and not a text.
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        ] {
            connection.set_db_config(config, on)?;
        }
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
            (Limit::SQLITE_LIMIT_COLUMN, 200),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        ] {
            connection.set_limit(limit, most)?;
        }
        functions::add(&connection)?;
        Ok(connection)
    };
    open().map_err(failed)
}

/// Whether a statement may do this: read, and nothing else.
fn may(action: AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            // Neither runs code of a file nor tells of the process.
            !["load_extension", "fts3_tokenizer", "sqlite_log"].contains(&function_name.to_ascii_lowercase().as_str())
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            const ABOUT_TABLES: [&str; 5] = ["table_info", "table_xinfo", "index_list", "index_info", "index_xinfo"];
            let name = pragma_name.to_ascii_lowercase();
            // Full-text search asks for the version of the data itself.
            ABOUT_TABLES.contains(&name.as_str())
                || (["table_list", "data_version"].contains(&name.as_str()) && pragma_value.is_none())
        }
        _ => false,
    }
}

/// In words what was refused.
fn refused(action: &AuthAction<'_>) -> String {
    match action {
        AuthAction::Pragma { pragma_name, .. } => format!("pragma {pragma_name}"),
        AuthAction::Function { function_name } => format!("the function {function_name}"),
        AuthAction::Attach { .. } => "attach".to_owned(),
        AuthAction::Insert { table_name } => format!("a change of {table_name}"),
        AuthAction::Update { table_name, .. } => format!("a change of {table_name}"),
        AuthAction::Delete { table_name } => format!("a change of {table_name}"),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => "a transaction".to_owned(),
        _ => "a statement that changes something".to_owned(),
    }
}

impl Index {
    /// Asks in SQL.
    ///
    /// # Errors
    /// [`IndexError::Question`] where the SQL does more than read, cannot be read itself, or fails; [`IndexError::Stopped`] where
    /// [`Bounds::stop`] said so; [`IndexError::Damaged`].
    pub fn ask(&mut self, sql: &str, bounds: Bounds) -> Result<Table, IndexError> {
        let Bounds { rows, bytes, stop } = bounds;
        let denied: Arc<Mutex<Option<String>>> = Arc::default();
        let noted = Arc::clone(&denied);
        let hook = move |context: AuthContext<'_>| {
            if may(context.action) {
                return Authorization::Allow;
            }
            noted.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| refused(&context.action));
            Authorization::Deny
        };
        let failed = IndexError::sqlite(&self.path);
        self.connection.authorizer(Some(hook)).map_err(&failed)?;
        self.connection.progress_handler(STEPS, Some(stop)).map_err(&failed)?;
        let answer = answer(&self.connection, sql, rows, bytes);
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(&failed)?;
        self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(&failed)?;
        let denied = denied.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.map_err(|error| self.explained(error, sql, denied))
    }

    fn explained(&self, error: rusqlite::Error, sql: &str, denied: Option<String>) -> IndexError {
        let question = |problem: String, hint: &str| IndexError::Question { problem, hint: hint.to_owned() };
        const READS: &str = "--schema lists tables, columns and functions";
        if let Some(denied) = denied {
            return question(format!("query: expected one select, found {}", crate::error::shown(&denied)), READS);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => return IndexError::Stopped,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                return IndexError::Damaged { path: self.path.clone(), found: error.to_string() };
            }
            Some(ErrorCode::OutOfMemory | ErrorCode::TooBig) => {
                return question("query: expected an answer that fits into memory, found a larger one".into(), "");
            }
            _ => {}
        }
        match error {
            rusqlite::Error::SqlInputError { msg, offset, .. } => {
                names::explained(&msg, sql, usize::try_from(offset).ok())
            }
            rusqlite::Error::Empty => question("query: expected one select, found nothing".into(), READS),
            rusqlite::Error::MultipleStatement => {
                question("query: expected one select, found several statements".into(), "")
            }
            rusqlite::Error::SqliteFailure(_, Some(msg)) => names::explained(&msg, sql, None),
            other => IndexError::Sqlite { path: self.path.clone(), source: other },
        }
    }
}

fn answer(connection: &Connection, sql: &str, most_rows: usize, most_bytes: usize) -> rusqlite::Result<Table> {
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut table = Table { columns, rows: Vec::new(), cut: None };
    let mut bytes = 0;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if table.rows.len() >= most_rows {
            table.cut = Some(Cut::Rows);
            break;
        }
        if bytes >= most_bytes {
            table.cut = Some(Cut::Bytes);
            break;
        }
        let mut values = Vec::with_capacity(table.columns.len());
        for at in 0..table.columns.len() {
            let value = row.get_ref(at)?;
            bytes += size_of::<Value>();
            values.push(match value {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Real(number) => Value::Real(number),
                ValueRef::Text(text) => {
                    bytes += text.len();
                    Value::Text(String::from_utf8_lossy(text).into_owned())
                }
                ValueRef::Blob(found) => {
                    bytes += found.len();
                    Value::Bytes(found.to_vec())
                }
            });
        }
        table.rows.push(values);
    }
    Ok(table)
}

#[cfg(test)]
mod tests;
