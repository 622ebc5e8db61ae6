//! The examples in docs/formats are read by the code that they describe.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::ops::ControlFlow;

use candor_trace::import::{Format, Options, Source, read};
use candor_trace::{LabelValue, Mapping, Money, Trace};

/// The code blocks of a page in one language.
fn examples(page: &str, language: &str) -> Vec<String> {
    let path = candor_testkit::workspace_root().join("docs/formats").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned)).collect()
}

fn import(path: &std::path::Path, mapping: Option<Mapping>) -> (Vec<Trace>, Format) {
    let mut traces = Vec::new();
    let options = Options { mapping, ..Options::default() };
    let summary = read(&Source::new(path), &options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    })
    .unwrap();
    (traces, summary.files[summary.files.len() - 1].format)
}

fn import_text(text: &str) -> (Vec<Trace>, Format) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    import(file.path(), None)
}

#[test]
fn the_trace_is_a_trace() {
    let page = examples("trace.md", "jsonl");
    let (traces, format) = import_text(&page[0]);
    assert_eq!((traces.len(), format), (1, Format::Candor));
    assert_eq!((traces[0].answer(), traces[0].cost), (Some("C"), Some(Money(2100))));
    assert_eq!(traces[0].label("mentions_cue"), Some(&LabelValue::Bool(true)));
}

#[test]
fn the_samples_are_samples() {
    let lines = import_text(&examples("samples.md", "jsonl")[0]);
    let table = import_text(&examples("samples.md", "csv")[0]);
    assert_eq!((lines.0.len(), lines.1), (3, Format::Samples));
    assert_eq!((table.0.len(), table.1), (2, Format::Samples));
    assert_eq!(table.0[1].trial.sample, 1);
}

#[test]
fn every_format_that_is_read_without_a_mapping_has_its_row() {
    let page = std::fs::read_to_string(candor_testkit::workspace_root().join("docs/formats/trace.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    for format in Format::ALL.iter().filter(|format| **format != Format::Mapped) {
        let words: Vec<&str> = format.as_str().split(' ').collect();
        let has = |row: &&str| words.iter().all(|word| row.to_lowercase().contains(word));
        assert!(rows.iter().any(has), "{format}");
    }
}

#[test]
fn every_name_of_a_sample_is_documented() {
    let page = std::fs::read_to_string(candor_testkit::workspace_root().join("docs/formats/samples.md")).unwrap();
    let mapping = include_str!("../src/import/samples.toml");
    let value: toml::Value = toml::from_str(mapping).unwrap();
    let mut names = Vec::new();
    paths(&value["trace"], &mut names);
    assert!(names.len() > 50, "{}", names.len());
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// Every path in a part of a mapping.
fn paths(value: &toml::Value, names: &mut Vec<String>) {
    match value {
        toml::Value::String(name) => names.push(name.clone()),
        toml::Value::Array(items) => items.iter().for_each(|item| paths(item, names)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                if !matches!(key.as_str(), "by" | "as") {
                    paths(value, names);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_mapping_reads_what_it_describes() {
    let mapping = Mapping::parse(&examples("mapping.md", "toml")[0]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("m1/key.csv", "question,right\n7,B\n8,A\n");
    let cued = r#"{"results":[
        {"id":7,"prompt":"2+2? I think it is C","text":"<think>they say C</think>Answer: C","mentions":"yes","spent":2.5},
        {"id":8,"prompt":"3+3? I think it is D","text":"Answer: A","mentions":"no","spent":0.5}]}"#;
    put("m1/hint/answers.json", cued);
    put("m1/none/answers.json", r#"{"results":[{"id":7,"prompt":"2+2?","text":"Answer: B","spent":1}]}"#);
    let (traces, format) = import(folder.path(), Some(mapping));
    assert_eq!((traces.len(), format), (3, Format::Mapped));
    let seen: Vec<(&str, &str, Option<&str>, Option<&str>)> = traces
        .iter()
        .map(|trace| {
            (
                trace.trial.unit.as_str(),
                trace.trial.arm.as_deref().unwrap(),
                trace.answer(),
                trace.question.gold.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [("7", "cued", Some("C"), Some("B")), ("8", "cued", Some("A"), Some("A")), ("7", "uncued", Some("B"), None)]
    );
    assert_eq!(traces[0].reasoning().unwrap().text, "they say C");
    assert_eq!(traces[0].cue.as_ref().unwrap().target.as_deref(), Some("C"));
    // The running total began again.
    assert_eq!((traces[0].cost, traces[1].cost), (Some(Money(2_500_000)), Some(Money(500_000))));
}
