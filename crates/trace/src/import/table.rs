//! Text that is no JSON: told apart into tables and YAML by its first lines. Not the reading of either.

use super::{Container, Detected, Format};

/// What stands between the cells of tables, with its name; the first is the usual one.
const DELIMITERS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs")];

/// What stands between the cells of a table that begins so: whichever of comma, semicolon and tab makes the most columns of it; a comma where none does.
pub(crate) fn delimiter(head: &[u8]) -> u8 {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let Some(text) = valid_prefix(head) else { return b',' };
    let columns = |delimiter: u8| {
        let names = names(text.as_bytes(), delimiter)?;
        // Only the usual one may leave a column without a name, or be met in what might be prose.
        let strict = delimiter == b',' || names.iter().all(|name| !name.is_empty());
        (strict && no_table(text, &names, delimiter).is_none()).then_some(names.len())
    };
    let found = DELIMITERS.iter().filter_map(|(delimiter, _)| Some((columns(*delimiter)?, *delimiter)));
    found.reduce(|best, next| if next.0 > best.0 { next } else { best }).map_or(b',', |(_, delimiter)| delimiter)
}

/// Says what a text is that does not begin like JSON.
pub(super) fn detect(head: &[u8]) -> Detected {
    let unknown = |looks_like: &str| Detected { container: None, format: None, looks_like: looks_like.to_owned() };
    let Some(text) = valid_prefix(head) else { return unknown("neither text in UTF-8 nor a known binary format") };
    let delimiter = delimiter(text.as_bytes());
    if let Some(names) = names(text.as_bytes(), delimiter) {
        let has = |name: &str| names.iter().any(|seen| seen == name);
        let format = if super::langfuse::has_columns(has) {
            Some(Format::Langfuse)
        } else {
            super::samples::recognises(has).then_some(Format::Samples)
        };
        // Columns that an importer knows are a table's; of any other text only its shape can say so.
        if let Some(why) = format.is_none().then(|| no_table(text, &names, delimiter)).flatten() {
            return unknown(&format!("text, and no table: {why}"));
        }
        let shown: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
        let looks_like = format!("a table with the columns {}", crate::error::shown(&shown.join(", ")));
        return Detected { container: Some(Container::Csv), format, looks_like };
    }
    if is_code(text) {
        return unknown("the text of a program");
    }
    if is_front_matter(text) {
        return unknown("prose under a head of YAML");
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
fn names(head: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
    let mut rows = reader.records();
    let first = rows.next()?.ok()?;
    // A cell of a header is short and has no `: `: that would be prose or YAML.
    let is_header = first.len() >= 2
        && first.iter().all(|cell| cell.len() <= 200 && !cell.trim_end().ends_with(':') && !cell.contains(": "));
    let second = rows.next()?.ok()?;
    (is_header && second.len() == first.len()).then(|| first.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// Why a text whose first two lines have equally many commas is no table after all; `None` where it is one. Prose and programs have commas too, but
/// not equally many in every line, and they have empty lines and lines that begin like theirs.
fn no_table(text: &str, names: &[String], delimiter: u8) -> Option<String> {
    /// Rows are looked at up to here; one in twenty may be ragged.
    const MOST_ROWS: u64 = 400;
    /// Fewer rows than these are a table only where nothing in the header reads like a sentence.
    const FEWEST_ROWS: u64 = 3;
    if is_code(text) {
        return Some("its lines are those of a program".to_owned());
    }
    let named = names.iter().filter(|name| !name.is_empty()).count();
    // The index of a data frame has no name.
    if named + 1 < names.len() {
        return Some("its first line names no columns".to_owned());
    }
    let sentence = |name: &String| name.ends_with(['.', ';', '!', '{', '(', '?']) && name.split(' ').count() > 2;
    if text.starts_with("# ") || text.starts_with("<") || names.iter().any(sentence) {
        return Some("its first line is no line of column names".to_owned());
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut rows, mut ragged, mut blank, mut expected) = (0_u64, 0_u64, 0_u64, 1_u64);
    let mut odd = None;
    let mut row = csv::StringRecord::new();
    while rows < MOST_ROWS && reader.read_record(&mut row).unwrap_or(false) {
        // What is seen of a file ends somewhere, and so does the row that stands there.
        let is_last = reader.position().byte() >= text.len() as u64;
        // Empty lines before a row are passed over by the reader, which says where the row ends.
        let breaks: usize = row.iter().map(|cell| cell.matches('\n').count()).sum();
        let next = reader.position().line();
        let line = next.saturating_sub(1 + breaks as u64).max(expected);
        rows += 1;
        if row.len() != names.len() && !is_last {
            ragged += 1;
            odd = odd.or(Some((line, row.len())));
        }
        blank += line.saturating_sub(expected);
        expected = next;
    }
    if let (Some((line, cells)), true) = (odd, ragged * 20 > rows) {
        let between = DELIMITERS.iter().find(|(known, _)| *known == delimiter).map_or("commas", |(_, name)| name);
        return Some(format!("its first line has {} parts between {between}, line {line} has {cells}", names.len()));
    }
    if blank * 10 > rows {
        return Some("it has empty lines between its paragraphs".to_owned());
    }
    let spoken = text.lines().next().is_some_and(|line| {
        line.matches(',').count() == line.matches(", ").count() && line.split(' ').count() > names.len()
    });
    (spoken && rows < FEWEST_ROWS).then(|| "its first line reads like a sentence".to_owned())
}

/// Whether the first lines that are no comments begin like those of a program.
fn is_code(text: &str) -> bool {
    const BEGINNINGS: [&str; 16] = [
        "import ",
        "from ",
        "def ",
        "class ",
        "async def ",
        "#include",
        "#!/",
        "use ",
        "fn ",
        "pub ",
        "package ",
        "const ",
        "let ",
        "function ",
        "export ",
        "//",
    ];
    let begins = |line: &str| BEGINNINGS.iter().any(|word| line.starts_with(word));
    if text.starts_with("#!/") || text.starts_with("\"\"\"") {
        return true;
    }
    let lines =
        text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("//"));
    let mut lines = lines.take(2);
    let Some(first) = lines.next() else { return false };
    let speaks = |line: &str| line.ends_with([';', ':', '{', ')']) || begins(line) || line.starts_with([' ', '\t']);
    begins(first) && lines.next().is_none_or(speaks)
}

/// Whether a head of YAML between two lines of hyphens is followed by something that is none.
fn is_front_matter(text: &str) -> bool {
    let Some((_, after)) = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")) else { return false };
    after.lines().map(str::trim_end).find(|line| !line.is_empty()).is_some_and(|line| {
        line.starts_with("# ") || !line.contains(": ") && !line.ends_with(':') && !line.starts_with("- ")
    })
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
    fn prose_and_programs_with_commas_are_no_tables() {
        let cases = [
            ("# candor, an instrument\nIt reads, and marks.\n\nMore, of it, here.\n", "no line of column names"),
            ("Dear all, hello\nthis is a letter, yes\n", "reads like a sentence"),
            ("Results of the night, in short\nWe asked it, twice\n\nNo change.\n\nBye, all\n", "line 4 has 1"),
            ("import json, sys\nfrom os import path, sep\n\nfor a, b in x:\n    pass\n", "a program"),
            ("#!/bin/sh\necho a, b\necho c, d\n", "a program"),
            ("def ask(q):\n    return q\n", "a program"),
            ("\"\"\"Asks, twice.\"\"\"\nimport json\n", "a program"),
            ("// a, b\nfn main() {\n    go(a, b);\n}\n", "a program"),
            ("---\ntitle: x\ntags: y\n---\n# Notes\n\nProse.\n", "under a head of YAML"),
        ];
        for (text, why) in cases {
            let detected = detect(text.as_bytes());
            assert_eq!(detected.container, None, "{text}");
            assert!(detected.looks_like.contains(why), "{text}: {}", detected.looks_like);
        }
    }

    #[test]
    fn tables_of_many_kinds_stay_tables() {
        let cut_off = format!("id,text\n{}7,\"cut of", "1,\"a, b\nc\"\n".repeat(50));
        let ragged = format!("a,b,c\n{}1,2\n", "1,2,3\n".repeat(30));
        for text in [
            "a,b\n1,2\n",
            "name, age\nann, 3\nbob, 4\n",
            ",question,answer\n0,what?,4\n1,why?,5\n",
            "Problem,Solution,Model answer,Engine\nx,y,z,m\n",
            "use case,from date\na,2026\nb,2027\n",
            "a,b\r\n1,2\r\n\r\n3,4\r\n5,6\r\n7,8\r\n9,1\r\n1,2\r\n3,4\r\n5,6\r\n7,8\r\n",
            "a;b;c\n1;2,5;3\n2;3,5;4\n",
            "a\tb\n1\tx, y\n",
            cut_off.as_str(),
            ragged.as_str(),
        ] {
            let detected = detect(text.as_bytes());
            assert_eq!(detected.container, Some(Container::Csv), "{text}: {}", detected.looks_like);
        }
    }

    #[test]
    fn what_stands_between_cells_is_seen() {
        for (text, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b;c\n1;2,5;3\n2;3,5;4\n", b';'),
            ("\u{feff}a;b\r\n1;2\r\n", b';'),
            ("a\tb\tc\n1\tx, y\t2\n", b'\t'),
            ("a,b;c,d\n1,2;3,4\n", b','),
            ("let a = 1;\nlet b = 2;\n", b','),
            ("just words\n", b','),
        ] {
            assert_eq!(char::from(delimiter(text.as_bytes())), char::from(expected), "{text}");
        }
        assert_eq!(detect(b"let a = 1;\nlet b = 2;\n").container, None);
    }

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
