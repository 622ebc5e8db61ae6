//! The word list of the design: words that promise more than a measurement can keep are refused in messages, pages and the
//! README. It reads text as text; it does not judge sentences.
#![expect(clippy::expect_used, reason = "a test fails by panicking, also in its own helpers")]

use std::path::Path;

use candor_testkit::workspace_root;

/// Refused anywhere, in any case, as a whole word.
const REFUSED: &[&str] = &[
    "tamper-proof",
    "immutable",
    "guarantee",
    "guarantees",
    "guaranteed",
    "compliant",
    "proves",
    "lawful",
    "lawfully",
    "optimal",
];

/// Files in which the words themselves are the subject.
const ABOUT_THE_WORDS: &[&str] = &["crates/testkit/tests/words.rs", "STYLE.md"];

#[test]
fn no_text_promises_what_a_measurement_cannot_keep() {
    let root = workspace_root();
    let mut checked = 0;
    let mut found = Vec::new();
    visit(&root, &root, &mut |name, text| {
        checked += 1;
        for (number, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            for word in REFUSED {
                if contains_word(&lower, word) {
                    found.push(format!("{name}:{}: `{word}`: {}", number + 1, line.trim()));
                }
            }
            if lower.contains("model is faithful") || lower.contains("faithful model") {
                found.push(format!("{name}:{}: `faithful` of a model: {}", number + 1, line.trim()));
            }
        }
    });
    assert!(checked > 40, "the walk read {checked} files");
    assert!(found.is_empty(), "words that the design refuses:\n{}", found.join("\n"));
}

fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}

fn visit(root: &Path, folder: &Path, see: &mut dyn FnMut(&str, &str)) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).expect("a folder of the project").flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if path.is_dir() {
            if !(name.starts_with("target") || name.starts_with('.') || name == "node_modules") {
                visit(root, &path, see);
            }
        } else if ["rs", "md", "toml", "html", "css"]
            .iter()
            .any(|kind| path.extension().is_some_and(|end| end == *kind))
            && !ABOUT_THE_WORDS.contains(&name.as_str())
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            see(&name, &text);
        }
    }
}

#[test]
fn the_check_sees_words_and_not_parts_of_words() {
    assert!(contains_word("this proves it", "proves"));
    assert!(!contains_word("this improves it", "proves"));
    assert!(!contains_word("suboptimality", "optimal"));
}
