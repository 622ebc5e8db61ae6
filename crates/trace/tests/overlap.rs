//! Samples that stand in two files of a source are told with both names and their number; repeats within one file are not, nor are two runs that
//! answer alike in one letter now and then.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;

use candor_trace::Trace;
use candor_trace::import::{Limits, Options, Overlap, Part, Source, read, read_parts};

/// Nothing is counted of it.
struct Nothing;

impl Part for Nothing {
    fn see(&mut self, _: &Trace, _numbered: bool) {}
    fn end(self: Box<Self>) {}
}

/// What is found one trace at a time, and by threads in small blocks: the same.
fn found(folder: &Path) -> Vec<Overlap> {
    let limits = Limits { chunk: 4096, ..Limits::default() };
    let options = Options { limits, threads: NonZeroUsize::new(3), ..Options::default() };
    let one = read(&Source::new(folder), &options, &mut |_| ControlFlow::Continue(())).unwrap();
    let parts = read_parts(&Source::new(folder), &options, &|_| Box::new(Nothing)).unwrap();
    assert_eq!(one.overlaps, parts.overlaps);
    assert_eq!(one.traces, parts.traces, "nothing is dropped");
    one.overlaps
}

fn told(overlap: &Overlap) -> (&str, u64, &str, u64, u64) {
    (&overlap.earlier, overlap.of_earlier, &overlap.file, overlap.of_file, overlap.samples)
}

/// Samples in candor's common names: `samples` of each question, whose reply `reply` says.
fn file(questions: std::ops::Range<u32>, samples: u32, reply: impl Fn(u32, u32) -> String) -> String {
    let mut out = String::new();
    for question in questions {
        for sample in 0..samples {
            let reply = reply(question, sample);
            let _ = writeln!(out, r#"{{"question_id":"q{question}","model":"m","response":"{reply}","correct":true}}"#);
        }
    }
    out
}

fn long(question: u32, sample: u32) -> String {
    format!("of {question} draw {sample}: ").repeat(12)
}

#[test]
fn a_copy_is_told_with_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let lines = file(0..200, 3, long);
    std::fs::write(folder.path().join("a.jsonl"), &lines).unwrap();
    assert!(found(folder.path()).is_empty(), "one file alone");
    std::fs::write(folder.path().join("copy.jsonl"), &lines).unwrap();
    let overlaps = found(folder.path());
    assert_eq!(overlaps.iter().map(told).collect::<Vec<_>>(), [("a.jsonl", 600, "copy.jsonl", 600, 600)]);
    assert_eq!(
        overlaps[0].to_string(),
        "copy.jsonl and a.jsonl hold the same 600 samples (of 600 and 600), word for word: all are read, so that they count twice (numbered ones are used once); \
         unless these are two runs, leave one of the two out"
    );
}

#[test]
fn a_file_that_goes_on_in_another_is_told_with_what_both_hold() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.jsonl"), file(0..100, 1, long)).unwrap();
    std::fs::write(folder.path().join("b.jsonl"), file(80..180, 1, long)).unwrap();
    let overlaps = found(folder.path());
    assert_eq!(overlaps.iter().map(told).collect::<Vec<_>>(), [("a.jsonl", 100, "b.jsonl", 100, 20)]);
    assert!(overlaps[0].to_string().ends_with("take them out of one of the two"), "{}", overlaps[0]);
    std::fs::write(folder.path().join("c.jsonl"), file(80..100, 1, long)).unwrap();
    let overlaps = found(folder.path());
    assert!(overlaps.iter().any(|overlap| overlap.to_string().ends_with("leave c.jsonl out")), "{overlaps:?}");
}

#[test]
fn repeats_within_a_file_are_samples_and_count_as_often_as_both_files_hold_them() {
    let folder = tempfile::tempdir().unwrap();
    // At temperature 0 every sample of a question says the same.
    let greedy = |question, _| long(question, 0);
    std::fs::write(folder.path().join("a.jsonl"), file(0..50, 4, greedy)).unwrap();
    std::fs::write(folder.path().join("other.jsonl"), file(50..100, 4, greedy)).unwrap();
    assert!(found(folder.path()).is_empty(), "repeats within one file");
    std::fs::write(folder.path().join("twice.jsonl"), file(0..50, 3, greedy)).unwrap();
    assert_eq!(found(folder.path()).iter().map(told).collect::<Vec<_>>(), [("a.jsonl", 200, "twice.jsonl", 150, 150)]);
}

#[test]
fn two_runs_that_often_give_the_same_letter_are_no_copies() {
    let folder = tempfile::tempdir().unwrap();
    let letter = |night: u32| {
        move |question: u32, _: u32| ["A", "B"][usize::from((question + night).is_multiple_of(5))].to_owned()
    };
    std::fs::write(folder.path().join("monday.jsonl"), file(0..200, 1, letter(0))).unwrap();
    std::fs::write(folder.path().join("tuesday.jsonl"), file(0..200, 1, letter(1))).unwrap();
    assert!(found(folder.path()).is_empty());
    // Where every one of them agrees that is told, with the words that it may be a second run.
    std::fs::write(folder.path().join("wednesday.jsonl"), file(0..200, 1, letter(0))).unwrap();
    assert_eq!(
        found(folder.path()).iter().map(told).collect::<Vec<_>>(),
        [("monday.jsonl", 200, "wednesday.jsonl", 200, 200)]
    );
}

#[test]
fn samples_that_their_sources_number_or_date_apart_are_none_of_each_other() {
    let line = |question: u32, more: &str| {
        format!("{{\"question_id\":\"q{question}\",{more},\"response\":\"{}\",\"correct\":true}}\n", long(question, 0))
    };
    for (one, other) in [("\"sample\":0", "\"sample\":1"), ("\"model\":\"a\"", "\"model\":\"b\"")] {
        let folder = tempfile::tempdir().unwrap();
        for (name, more) in [("a.jsonl", one), ("b.jsonl", other)] {
            std::fs::write(folder.path().join(name), (0..50).map(|question| line(question, more)).collect::<String>())
                .unwrap();
        }
        assert!(found(folder.path()).is_empty(), "{one} {other}");
    }
}

#[test]
fn a_log_of_inspect_and_the_json_of_the_same_run_are_told() {
    let Some(data) = candor_testkit::shared_data() else {
        println!("skipped: the recorded sets are not on this machine");
        return;
    };
    let overlaps = found(&data.join("inspect"));
    assert_eq!(overlaps.len(), 1, "{overlaps:?}");
    assert_eq!((overlaps[0].samples, overlaps[0].of_file, overlaps[0].of_earlier), (50, 50, 50), "{}", overlaps[0]);
}
