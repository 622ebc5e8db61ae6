//! A path of a mapping that no record has is said, with the key that is spelt most alike; one that may be absent is not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use candor_trace::import::{Options, Part, Source, read, read_parts};
use candor_trace::{Mapping, Trace};

fn said(files: &[(&str, &str)], mapping: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let options = Options { mapping: Some(Mapping::parse(mapping).unwrap()), ..Options::default() };
    let summary = read(&Source::new(folder.path()), &options, &mut |_| ControlFlow::Continue(())).unwrap();
    summary.absent.iter().map(ToString::to_string).collect()
}

const SHEET: &str = r#"[{"id":"a","out":{"said":"B"},"model":"m"},{"id":"b","out":{"said":null},"note":"late"}]"#;

#[test]
fn a_misspelt_path_is_named_with_the_nearest_one() {
    let mapping = "[files]\npath = \"*.json\"\n[[trace]]\nunit = \"id\"\nanswer = \"out.siad\"\nmodel = \"engine\"\n";
    assert_eq!(
        said(&[("sheet.json", SHEET)], mapping),
        [
            "sheet.json: `engine` (for model) is in none of the records; `default` or `any` say that it may be absent",
            "sheet.json: `out.siad` (for answer) is in none of the records; did you mean `out.said`?",
        ]
    );
}

#[test]
fn what_stands_in_some_record_or_may_be_absent_is_not_named() {
    let mapping = "[files]\npath = \"*.json\"\n[[trace]]\nunit = \"id\"\nanswer = \"out.said\"\nstratum = \"note\"\n\
                   model = { path = \"engine\", default = \"m\" }\nrequest = { any = [\"ask\", \"id\"] }\n";
    assert!(said(&[("sheet.json", SHEET)], mapping).is_empty());
    // A second file has what the first one lacks.
    let mapping = "[files]\npath = \"*.json\"\n[[trace]]\nunit = \"id\"\nanswer = \"final\"\n";
    assert!(said(&[("sheet.json", SHEET), ("z.json", r#"[{"id":"c","final":"A"}]"#)], mapping).is_empty());
}

#[test]
fn a_side_table_is_looked_through_too() {
    let mapping = "[files]\npath = \"sheet.json\"\n[join.key]\npath = \"key.json\"\nformat = \"json\"\nkey = \"id\"\non = \"id\"\n\
                   [[trace]]\nunit = \"id\"\nanswer = \"out.said\"\ngold = { from = \"key\", path = \"rihgt\" }\n";
    let key = r#"[{"id":"a","right":"B"},{"id":"b","right":"C"}]"#;
    assert_eq!(
        said(&[("sheet.json", SHEET), ("key.json", key)], mapping),
        ["key.json: `rihgt` (for gold) is in none of the records; did you mean `right`?"]
    );
}

#[test]
fn a_misspelt_column_of_a_table_is_named_with_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "qkey,picked\nq1,A\n").unwrap();
    for (column, hint) in [("pikced", "did you mean `picked`?"), ("temperature", "`any = [\"a\", \"b\"]` takes")] {
        let toml = format!("[files]\npath = \"*.csv\"\n[[trace]]\nunit = \"qkey\"\nanswer = \"{column}\"\n");
        let options = Options { mapping: Some(Mapping::parse(&toml).unwrap()), ..Options::default() };
        let refused = read(&Source::new(&path), &options, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(refused.hint().is_some_and(|said| said.starts_with(hint)), "{column}: {:?}", refused.hint());
    }
}

#[derive(Debug)]
struct Nobody;

impl Part for Nobody {
    fn see(&mut self, _: &Trace, _numbered: bool) {}
    fn end(self: Box<Self>) {}
}

#[test]
fn several_threads_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..20_000).map(|n| format!("{{\"id\":{n},\"answer_text\":\"A\"}}\n")).collect();
    std::fs::write(folder.path().join("a.jsonl"), lines + "{\"id\":1,\"late\":\"x\"}\n").unwrap();
    let toml = "[files]\npath = \"*.jsonl\"\n[[trace]]\nunit = \"id\"\nanswer = \"answer_txt\"\nstratum = \"late\"\n";
    let options = Options {
        mapping: Some(Mapping::parse(toml).unwrap()),
        threads: NonZeroUsize::new(3),
        limits: candor_trace::import::Limits { chunk: 1 << 14, ..Default::default() },
        ..Options::default()
    };
    let summary = read_parts(&Source::new(folder.path()), &options, &|_| Box::new(Nobody)).unwrap();
    let said: Vec<String> = summary.absent.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["a.jsonl: `answer_txt` (for answer) is in none of the records; did you mean `answer_text`?"]);
}
