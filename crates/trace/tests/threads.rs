//! Reading in parts with several threads gives what reading with one gives: the same traces in the same order, the same counts, the same first
//! error. Files are larger than what is held at once, so that threads do begin.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candor_trace::import::{Limits, Options, Part, Source, Summary, read, read_parts, write};
use candor_trace::{Inventory, Mapping, Trace, Trial, inventory};

/// What a line is made of.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Good,
    /// Some are invalid, blank, too long or set aside.
    Mixed,
}

const LONGEST: usize = 4_000;

fn samples(lines: Lines) -> String {
    let mut text = String::new();
    for at in 0..6_000_u32 {
        // A multiplication by an odd number visits every rest: kinds of lines come in no regular order.
        let kind = at.wrapping_mul(2_654_435_761) % 97;
        match kind {
            0 if lines == Lines::Mixed => text.push_str("  \r\n"),
            1 if lines == Lines::Mixed => text.push_str("{\"question_id\": \"broken\n"),
            2 if lines == Lines::Mixed => text.push_str("{\"question_id\":\"q\",\"correct\":\"maybe\"}\n"),
            3 if lines == Lines::Mixed => text.push_str(&format!("{{\"question_id\":\"{}\"}}\n", "x".repeat(LONGEST))),
            4 => text.push_str(&format!("{{\"question_id\":\"q{at}\",\"answer\":\"é\\n{at}\",\"score\":0.{at}}}\n")),
            _ => text.push_str(&format!(
                "{{\"question_id\":\"q{}\",\"model\":\"m{}\",\"answer\":\"{}\",\"correct\":{},\"cost\":0.00{}}}\r\n",
                at / 7 % 500,
                kind % 3,
                kind % 5,
                kind % 2 == 0,
                1 + kind % 8
            )),
        }
    }
    // The last line has no end.
    text.push_str("{\"question_id\":\"last\",\"correct\":true}");
    text
}

fn options(threads: usize, skip_invalid: bool, chunk: usize, mapping: Option<&Mapping>) -> Options<'static> {
    Options {
        skip_invalid,
        mapping: mapping.cloned(),
        limits: Limits { chunk, record: LONGEST, ..Limits::default() },
        threads: NonZeroUsize::new(threads),
        ..Options::default()
    }
}

/// Keeps the traces themselves: what would be lost or come in another order is seen.
struct Kept {
    all: Arc<Mutex<Vec<Trace>>>,
    part: Vec<Trace>,
}

impl Part for Kept {
    fn see(&mut self, trace: &Trace, _numbered: bool) {
        self.part.push(trace.clone());
    }

    fn end(self: Box<Self>) {
        self.all.lock().unwrap().extend(self.part);
    }
}

/// What a reading in parts gave, and how it ended.
fn in_parts(path: &Path, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, String>) {
    let all = Arc::new(Mutex::new(Vec::new()));
    let summary =
        read_parts(&Source::new(path), options, &|_| Box::new(Kept { all: Arc::clone(&all), part: Vec::new() }));
    let all = std::mem::take(&mut *all.lock().unwrap());
    (all, summary.map_err(|error| error.to_string()))
}

/// The same by one trace after another.
fn one_by_one(path: &Path, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, String>) {
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        // Parts number no samples.
        traces.push(Trace { trial: Trial { sample: 0, ..trace.trial.clone() }, ..trace });
        ControlFlow::Continue(())
    });
    (traces, summary.map_err(|error| error.to_string()))
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn traces_counts_and_errors_are_those_of_one_thread() {
    for lines in [Lines::Good, Lines::Mixed] {
        let file = file(&samples(lines));
        for (skip_invalid, chunk) in [(true, 9_000), (true, 50_000), (false, 9_000), (false, 70_000)] {
            let (alone, summary) = one_by_one(file.path(), &options(1, skip_invalid, chunk, None));
            assert_eq!(summary.is_err(), lines == Lines::Mixed && !skip_invalid);
            assert!(!alone.is_empty());
            for threads in [1, 2, 5] {
                let (traces, together) = in_parts(file.path(), &options(threads, skip_invalid, chunk, None));
                let case = format!("{threads} threads, skip {skip_invalid}, chunk {chunk}");
                assert_eq!(together, summary, "{case}");
                // What a part with an error in it has seen is dropped with the import.
                let whole = if threads > 1 || summary.is_ok() { alone.len() } else { 0 };
                assert!(traces == alone[..whole], "{case}");
            }
        }
    }
}

#[test]
fn the_first_error_is_the_first_however_many_threads_read_on() {
    let lines = samples(Lines::Good);
    let count = lines.lines().count();
    for bad in [0, count / 2, count - 1] {
        let mut all: Vec<&str> = lines.lines().collect();
        all[bad] = "{\"question_id\":\"q\",\"correct\":\"maybe\"}";
        all[count - 1] = if bad == count - 1 { all[bad] } else { "{\"question_id\":" };
        let file = file(&all.join("\n"));
        let (traces, summary) = in_parts(file.path(), &options(3, false, 9_000, None));
        assert!(summary.unwrap_err().contains(&format!(":{}: field `correct", bad + 1)));
        assert_eq!(traces.len(), bad);
    }
}

#[test]
fn a_counter_that_goes_on_from_record_to_record_is_read_by_one() {
    let mapping = "[[trace]]\nunit = \"question_id\"\nusage.output = { path = \"total\", difference = \"rises\" }";
    let mapping = Mapping::parse(mapping).unwrap();
    let lines: Vec<String> =
        (1..9_000).map(|at| format!("{{\"question_id\":\"question number {at}\",\"total\":{}}}", at * at)).collect();
    let file = file(&lines.join("\n"));
    let (traces, summary) = in_parts(file.path(), &options(4, false, 9_000, Some(&mapping)));
    assert_eq!(summary.unwrap().traces, 8_999);
    for (at, trace) in (1_u64..).zip(&traces) {
        assert_eq!(trace.usage.output, Some(2 * at - 1));
    }
}

#[test]
fn the_own_form_is_read_by_many_too() {
    let text = file(&samples(Lines::Good));
    let (traces, _) = one_by_one(text.path(), &options(1, false, 9_000, None));
    let mut own = Vec::new();
    traces.iter().for_each(|trace| write(trace, &mut own).unwrap());
    let own = file(std::str::from_utf8(&own).unwrap());
    let (alone, summary) = one_by_one(own.path(), &options(1, false, 9_000, None));
    assert_eq!(alone.len(), traces.len());
    assert_eq!(in_parts(own.path(), &options(3, false, 9_000, None)), (alone, summary));
}

/// Counts into what all parts share.
struct Counting {
    whole: Arc<Mutex<(Inventory, Vec<String>)>>,
    file: String,
    part: inventory::Part,
}

impl Part for Counting {
    fn see(&mut self, trace: &Trace, numbered: bool) {
        self.part.see(trace, numbered);
    }

    fn end(self: Box<Self>) {
        let mut whole = self.whole.lock().unwrap();
        whole.0.add(&self.part);
        whole.1.push(self.file);
    }
}

#[test]
fn parts_together_hold_what_the_traces_hold() {
    let folder = tempfile::tempdir().unwrap();
    let lines = samples(Lines::Mixed);
    std::fs::write(folder.path().join("a.jsonl"), &lines).unwrap();
    std::fs::write(folder.path().join("b.csv"), "question_id,model,correct\nq1,m1,1\nq2,m9,0\n").unwrap();
    let mut alone = Inventory::default();
    let summary = read(&Source::new(folder.path()), &options(1, true, 9_000, None), &mut |trace| {
        alone.see(&trace);
        ControlFlow::Continue(())
    });
    let summary = summary.unwrap();
    assert!(summary.invalid > 0 && alone.traces > 5_000);
    for threads in [1, 2, 5] {
        let whole = Arc::new(Mutex::new((Inventory::default(), Vec::new())));
        let seen = read_parts(&Source::new(folder.path()), &options(threads, true, 9_000, None), &|file| {
            Box::new(Counting { whole: Arc::clone(&whole), file: file.to_owned(), part: inventory::Part::default() })
        });
        assert_eq!(seen.unwrap(), summary, "{threads}");
        let (whole, files) = std::mem::take(&mut *whole.lock().unwrap());
        assert_eq!(serde_json::to_value(&whole).unwrap(), serde_json::to_value(&alone).unwrap(), "{threads}");
        assert_eq!((whole.depth(), whole.pairs()), (alone.depth(), alone.pairs()), "{threads}");
        // Parts end file by file, and with several threads there are many of a file.
        assert!(files.is_sorted() && (files.len() > 20) == (threads > 1), "{threads}: {}", files.len());
    }
}
