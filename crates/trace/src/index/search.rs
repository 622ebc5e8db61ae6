//! Which traces can hold the words of a query: by the full-text index where that cannot miss one, by reading the texts otherwise. Not whether
//! they do: that is [`Query::holds`].
//!
//! A query looks for letters anywhere, `ests pas` in `Tests passed`; the full-text index knows whole words. Between the first and the last
//! word of what is looked for stand whole words, and the last begins one: these are asked for. Where nothing is left to ask for (one word,
//! which may stand within another; letters outside of ASCII, whose case is a matter of opinion) every text is read.

use rusqlite::types::ValueRef;

use super::entry::TEXTS;
use super::{Index, IndexError};
use crate::Query;
use crate::query::contains;

impl Index {
    /// Leaves of the traces that can hold the words that a query looks for, in order: all that do, and perhaps some that do not. `None` where
    /// it looks for no words.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn candidates(&self, query: &Query) -> Result<Option<Vec<u64>>, IndexError> {
        let words: Vec<&str> = query.words().collect();
        if words.is_empty() {
            return Ok(None);
        }
        let asked: Vec<String> = words.iter().filter_map(|words| whole_words(words)).collect();
        self.holding(&words, &asked).map(Some).map_err(IndexError::sqlite(&self.path))
    }

    fn holding(&self, words: &[&str], asked: &[String]) -> rusqlite::Result<Vec<u64>> {
        let columns = TEXTS.join(", ");
        let filter = if asked.is_empty() { "?1 = ''" } else { "texts MATCH ?1" };
        let mut texts = self.connection.prepare(&format!("SELECT rowid, {columns} FROM texts WHERE {filter}"))?;
        let mut rows = texts.query([asked.join(" AND ")])?;
        let mut leaves: Vec<u64> = Vec::new();
        while let Some(row) = rows.next()? {
            let held = |words: &str| {
                (1..=TEXTS.len()).any(|at| match row.get_ref(at) {
                    Ok(ValueRef::Text(text)) => std::str::from_utf8(text).is_ok_and(|text| contains(text, words)),
                    _ => false,
                })
            };
            if words.iter().all(|words| held(words)) {
                leaves.push(row.get(0)?);
            }
        }
        // Of texts that were cut nothing is known beyond the cut.
        let mut cut = self.connection.prepare("SELECT leaf FROM traces WHERE cut IS NOT NULL")?;
        for leaf in cut.query_map([], |row| row.get(0))? {
            leaves.push(leaf?);
        }
        leaves.sort_unstable();
        leaves.dedup();
        Ok(leaves)
    }

    /// Leaves of the traces whose identifier begins so, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn named(&self, beginning: &str) -> Result<Vec<u64>, IndexError> {
        let find = || -> rusqlite::Result<Vec<u64>> {
            let mut find =
                self.connection.prepare("SELECT leaf FROM traces WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY leaf")?;
            let leaves = find.query_map([beginning], |row| row.get(0))?;
            leaves.collect()
        };
        find().map_err(IndexError::sqlite(&self.path))
    }
}

/// What the full-text index can be asked so that no text with these words (in lower case) is missed: a phrase of its language.
fn whole_words(words: &str) -> Option<String> {
    if !words.is_ascii() {
        return None;
    }
    let letters = |c: char| c.is_ascii_alphanumeric();
    let mut tokens: Vec<&str> = words.split(|c| !letters(c)).filter(|token| !token.is_empty()).collect();
    // The first word may be the end of a longer one.
    if words.starts_with(letters) && !tokens.is_empty() {
        tokens.remove(0);
    }
    let open = words.ends_with(letters);
    if let Some(last) = tokens.last_mut().filter(|_| open) {
        // A capital I with a dot is written small as two letters, of which the first is this one.
        *last = last.strip_suffix('i').unwrap_or(last);
        if last.is_empty() {
            tokens.pop();
            return (!tokens.is_empty()).then(|| format!("\"{}\"", tokens.join(" ")));
        }
    }
    (!tokens.is_empty()).then(|| format!("\"{}\"{}", tokens.join(" "), if open { " *" } else { "" }))
}

#[cfg(test)]
mod tests;
