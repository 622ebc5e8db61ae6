//! The edge law: which crate may depend on which, and where a source file may stand. Not a style check.
#![expect(clippy::expect_used, reason = "a test fails by panicking, also in its own helpers")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use candor_testkit::workspace_root;
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Crate, and what it may depend on inside the workspace. ARCHITECTURE.md shows the same table.
const LAW: &[(&str, &[&str])] = &[
    ("candor-stats", &[]),
    ("candor-llm", &[]),
    ("candor-pebble", &["candor-llm"]),
    ("candor-record", &[]),
    ("candor-verify", &["candor-llm"]),
    ("candor-trace", &["candor-stats", "candor-llm", "candor-record", "candor-verify"]),
    ("candor-audit", &["candor-stats", "candor-llm", "candor-record", "candor-verify", "candor-trace"]),
    ("candor-web", &["candor-audit", "candor-trace", "candor-record", "candor-stats", "candor-llm"]),
    (
        "candor",
        &[
            "candor-stats",
            "candor-llm",
            "candor-record",
            "candor-verify",
            "candor-trace",
            "candor-audit",
            "candor-web",
            "candor-pebble",
        ],
    ),
    ("candor-testkit", &[]),
];

/// What only tests may use, by any crate.
const FOR_TESTS: &str = "candor-testkit";

#[test]
fn no_crate_depends_on_one_that_the_law_does_not_name() {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace_root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo metadata answers");
    let law: BTreeMap<&str, BTreeSet<&str>> =
        LAW.iter().map(|(name, edges)| (*name, edges.iter().copied().collect())).collect();
    let mut seen = BTreeSet::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        seen.insert(name.to_owned());
        let allowed = law.get(name).unwrap_or_else(|| panic!("{name} has no line in the law"));
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            if !(to == "candor" || to.starts_with("candor-")) {
                continue;
            }
            let for_tests = to == FOR_TESTS && dependency.kind == DependencyKind::Development;
            assert!(allowed.contains(to) || for_tests, "{name} depends on {to}; the law allows {allowed:?}");
        }
    }
    let named: BTreeSet<String> = law.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(seen, named, "every crate has a line in the law, and every line a crate");
}

#[test]
fn every_source_file_says_what_it_is_and_is_one_room() {
    let mut files = Vec::new();
    collect(&workspace_root().join("crates"), &mut files);
    assert!(files.len() > 40, "the walk found {} files", files.len());
    for file in files {
        let shown = file.display();
        let text = std::fs::read_to_string(&file).expect("a source file is text");
        assert!(text.starts_with("//!"), "{shown} does not open with `//!`");
        assert!(text.lines().count() <= 700, "{shown} is more than one room: {} lines", text.lines().count());
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        for bad in ["core", "common", "utils", "util", "types", "helpers", "manager"] {
            assert_ne!(stem, bad, "{shown} has a name that says nothing");
        }
    }
}

fn collect(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}
