//! Text that is no JSON: told apart into tables and YAML by its first lines. Not the reading of either.

use super::{Container, Detected, Format};

/// Says what a text is that does not begin like JSON.
pub(super) fn detect(head: &[u8]) -> Detected {
    let unknown = |looks_like: &str| Detected { container: None, format: None, looks_like: looks_like.to_owned() };
    let Some(text) = valid_prefix(head) else { return unknown("neither text in UTF-8 nor a known binary format") };
    if let Some(names) = names(text.as_bytes()) {
        let has = |name: &str| names.iter().any(|seen| seen == name);
        let format = if super::langfuse::has_columns(has) {
            Some(Format::Langfuse)
        } else {
            super::samples::recognises(has).then_some(Format::Samples)
        };
        let shown: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
        let looks_like = format!("a table with the columns {}", crate::error::shown(&shown.join(", ")));
        return Detected { container: Some(Container::Csv), format, looks_like };
    }
    if looks_like_yaml(text) {
        return Detected { container: Some(Container::Yaml), format: None, looks_like: "YAML".to_owned() };
    }
    unknown("plain text")
}

/// The head as text; a character that is cut at its end does not count against it.
fn valid_prefix(head: &[u8]) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

/// The column names, where the first rows have equally many cells, at least two.
fn names(head: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(head);
    let mut rows = reader.records();
    let first = rows.next()?.ok()?;
    // A cell of a header is short and has no `: `: that would be prose or YAML.
    let is_header = first.len() >= 2
        && first.iter().all(|cell| cell.len() <= 200 && !cell.trim_end().ends_with(':') && !cell.contains(": "));
    let second = rows.next()?.ok()?;
    (is_header && second.len() == first.len()).then(|| first.iter().map(|cell| cell.trim().to_owned()).collect())
}

fn looks_like_yaml(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(first) = lines.next() else { return false };
    if first == "---" || first.starts_with("%YAML") {
        return true;
    }
    let is_key = |line: &str| {
        let line = line.strip_prefix("- ").unwrap_or(line);
        line.split_once(':').is_some_and(|(key, rest)| {
            !key.is_empty()
                && key.len() <= 200
                && (rest.is_empty() || rest.starts_with(' '))
                && !key.contains(['{', '}'])
        })
    };
    // Prose with one colon is not YAML: a second line must look like it too.
    is_key(first)
        && lines.next().is_none_or(|second| is_key(second) || second.starts_with(' ') || second.starts_with("- "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_yaml_and_prose_are_told_apart() {
        let container = |text: &str| detect(text.as_bytes()).container;
        assert_eq!(container("a,b\n1,2\n"), Some(Container::Csv));
        assert_eq!(container("a,b\n\"x\ny\",2\n"), Some(Container::Csv));
        assert_eq!(container("key:\n  inner: 1\n"), Some(Container::Yaml));
        assert_eq!(container("- a: 1\n  b: 2\n"), Some(Container::Yaml));
        assert_eq!(container("Dear all, hello\nthis is a letter: yes\n"), None);
        assert_eq!(container("just words\n"), None);
        assert_eq!(detect(b"\xff\xd8\xff\xe0").container, None);
    }
}
