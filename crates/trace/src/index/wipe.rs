//! After an erasure: nothing of the text is left in the file or in its log of writes. Not the erasure itself.
//!
//! SQLite overwrites what is deleted (`secure_delete`), and the full-text index takes words out of its pages at once (`secure-delete`). Two
//! places remain. The full-text index finds its pages by the beginnings of words, which stay although the words have gone: where one of
//! them begins no word any more, the full-text index is made anew. And the log of writes holds pages as they were: it is emptied.

use std::path::Path;

use rusqlite::Connection;

use super::IndexError;

/// Leaves nothing behind.
pub(super) fn wipe(connection: &Connection, path: &Path) -> Result<(), IndexError> {
    let failed = IndexError::sqlite(path);
    if stale(connection).map_err(&failed)? {
        connection.execute_batch("INSERT INTO texts(texts) VALUES('rebuild')").map_err(&failed)?;
    }
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(&failed)?;
    if busy == 0 { Ok(()) } else { Err(IndexError::Busy { path: path.to_owned() }) }
}

/// Whether a page is found by the beginning of a word that no text holds any more.
fn stale(connection: &Connection) -> rusqlite::Result<bool> {
    let mut keys = connection.prepare("SELECT DISTINCT term FROM texts_idx")?;
    let mut next = connection.prepare("SELECT term FROM words WHERE term >= ? ORDER BY term LIMIT 1")?;
    let mut rows = keys.query([])?;
    while let Some(row) = rows.next()? {
        let key: Vec<u8> = row.get(0)?;
        // The first byte says which of its indexes; a word may be cut within a character.
        let Some(beginning) = key.get(1..).filter(|beginning| !beginning.is_empty()) else { continue };
        let whole = std::str::from_utf8(beginning).map_or_else(|error| error.valid_up_to(), str::len);
        let from = String::from_utf8_lossy(&beginning[..whole]);
        let found: Option<String> = next.query_map([&*from], |row| row.get(0))?.next().transpose()?;
        if !found.is_some_and(|word| word.as_bytes().starts_with(&beginning[..whole])) {
            return Ok(true);
        }
    }
    Ok(false)
}
