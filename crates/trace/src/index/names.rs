//! What is wrong with a question, in our words: which name was expected where, and which ones are near. Not the running of it.

use super::IndexError;
use super::functions::FUNCTIONS;
use super::schema::TABLES;
use crate::error::shown;
use crate::spelling::edits;

/// The error that SQLite words so, with its place in the SQL (bytes from 0) where that is known.
pub(super) fn explained(message: &str, sql: &str, offset: Option<usize>) -> IndexError {
    let place = offset
        .filter(|offset| *offset < sql.len())
        .and_then(|offset| sql.get(..offset))
        .map_or_else(|| "query".to_owned(), |before| format!("query, character {}", before.chars().count() + 1));
    let question = |problem: String, hint: String| IndexError::Question { problem, hint };
    let missing = |kind: &str, expected: &str, known: Vec<&str>| {
        let name = message.strip_prefix(kind)?.trim();
        if let Some(quoted) = name.split_once("\" - should this be").and_then(|(quoted, _)| quoted.strip_prefix('"')) {
            let quoted = shown(quoted);
            let hint = format!("a text stands in single quotes: '{quoted}'");
            return Some(question(format!("{place}: expected {expected}, found `{quoted}`"), hint));
        }
        let plain = name.rsplit('.').next().unwrap_or(name);
        let near = near(plain, &known);
        let hint = if near.is_empty() {
            "--schema lists tables, columns and functions".to_owned()
        } else {
            format!("near it: {}", near.join(", "))
        };
        Some(question(format!("{place}: expected {expected}, found `{}`", shown(name)), hint))
    };
    let columns = || {
        let mut names: Vec<&str> =
            TABLES.iter().flat_map(|(_, _, columns)| columns.iter().map(|(name, _)| *name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let tables = TABLES.map(|(name, ..)| name);
    missing("no such column:", "the name of a column", columns())
        .or_else(|| missing("no such table:", &format!("one of the tables {}", tables.join(", ")), tables.to_vec()))
        .or_else(|| {
            missing("no such function:", "the name of a function", FUNCTIONS.iter().map(|(name, ..)| *name).collect())
        })
        .or_else(|| {
            let found = message.strip_prefix("near \"")?.strip_suffix("\": syntax error")?;
            let hint = "candor trace query \"select model, count(*) from traces group by model\"";
            Some(question(format!("{place}: expected SQL, found `{}`", shown(found)), hint.to_owned()))
        })
        .or_else(|| {
            let found = message.strip_prefix("fts5: ").or((message == "unterminated string").then_some(message))?;
            let hint = r#"words stand in double quotes: texts MATCH '"all tests pass"'"#;
            Some(question(format!("{place}: expected words after MATCH, found {}", shown(found)), hint.to_owned()))
        })
        .unwrap_or_else(|| question(format!("{place}: {}", shown(message)), String::new()))
}

/// The known names that differ from one by little, nearest first; at most three.
fn near<'n>(name: &str, known: &[&'n str]) -> Vec<&'n str> {
    let name: String = name.to_lowercase().chars().take(64).collect();
    let inside = |known: &str| name.len() >= 3 && (known.contains(&name) || known.len() >= 3 && name.contains(known));
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|known| (if inside(known) { 1 } else { edits(&name, known) }, *known))
        .filter(|(differs, known)| *differs <= (known.len() / 3).max(1))
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_near_are_suggested_and_others_are_not() {
        let known = ["model", "outcome", "tokens_output", "tokens_input", "leaf"];
        assert_eq!(near("outcom", &known), ["outcome"]);
        assert_eq!(near("Modle", &known), ["model"]);
        assert_eq!(near("modell", &known), ["model"]);
        assert_eq!(near("tokens", &known), ["tokens_input", "tokens_output"]);
        assert_eq!(near("xyzzy", &known), [""; 0]);
    }
}
