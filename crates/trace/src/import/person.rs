//! Whom a foreign record is about: found by a path in JSON, by a column in a table. Not what is done with the name: it is never written.

use serde_json::Value;

use crate::mapping::path::{Path, Step};

/// The person that a record of JSON names there: a text or a whole number.
pub(super) fn of_json(path: &Path, record: &[u8]) -> Option<String> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let found = path.steps().iter().try_fold(&record, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Item(number) => value.get(number),
        // Many values name nobody.
        Step::Items | Step::Capture(_) => None,
    })?;
    match found {
        Value::String(text) => of_text(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// The column of a table that a path names.
pub(super) fn column(path: &Path, names: &[String]) -> Option<usize> {
    match path.steps() {
        [Step::Field(wanted)] => names.iter().position(|name| name == wanted),
        _ => None,
    }
}

/// The person that a text names; blanks name nobody.
pub(super) fn of_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_whole_numbers_name_somebody_and_nothing_else_does() {
        let of = |path: &str, record: &str| of_json(&Path::parse(path).unwrap(), record.as_bytes());
        let record = r#"{"user":{"id":" jane ","n":7},"all":["a","b"],"x":1.5,"none":null,"blank":" "}"#;
        assert_eq!(of("user.id", record).as_deref(), Some("jane"));
        assert_eq!(of("user.n", record).as_deref(), Some("7"));
        assert_eq!(of("all[1]", record).as_deref(), Some("b"));
        for path in ["all[*]", "all", "x", "none", "blank", "user", "nowhere.at.all", "user.{any}"] {
            assert_eq!(of(path, record), None, "{path}");
        }
        assert_eq!(of("user.id", "{\"user\":"), None);
        let names = ["id".to_owned(), "user".to_owned()];
        assert_eq!(column(&Path::parse("user").unwrap(), &names), Some(1));
        assert_eq!(column(&Path::parse("user.id").unwrap(), &names), None);
    }
}
