//! Tasks of ARC-AGI and attempts at them: what is read, how it is named, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::ops::ControlFlow;
use std::path::Path;

use candor_llm::{Effort, Provenance};
use candor_trace::import::{Format, Options, Source, Summary, detect, read};
use candor_trace::{Error, Inventory, LabelValue, Money, Trace, arm};
use candor_verify::Outcome;
use proptest::prelude::*;

const TASK: &str = r#"{"train": [{"input": [[0, 1]], "output": [[1, 0]]}, {"input": [[2, 0]], "output": [[0, 2]]}],
 "test": [{"input": [[3, 0]], "output": [[0, 3]]}, {"input": [[4, 0]], "output": [[0, 4], [0, 0]]}]}"#;

fn import(path: &Path, skip_invalid: bool) -> (Vec<Trace>, Result<Summary, Error>) {
    let mut traces = Vec::new();
    let options = Options { skip_invalid, ..Options::default() };
    let summary = read(&Source::new(path), &options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

/// The traces of some files, by their names.
fn files(files: &[(&str, &str)]) -> (Vec<Trace>, Summary) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (traces, summary) = import(folder.path(), false);
    (traces, summary.unwrap())
}

/// Unit, set, right answer and examples of an entry.
fn entry(trace: &Trace) -> (&str, Option<&str>, Option<&str>, Option<f64>) {
    assert_eq!(trace.trial.arm.as_deref(), Some(arm::ROSTER));
    let examples = match trace.label("train_pairs") {
        Some(LabelValue::Number(examples)) => Some(*examples),
        _ => None,
    };
    (&trace.trial.unit, trace.stratum.as_deref(), trace.question.gold.as_deref(), examples)
}

#[test]
fn a_task_gives_an_entry_for_each_test_input_and_its_folder_is_the_set() {
    let (traces, summary) = files(&[("data/evaluation/0a1b2c3d.json", TASK)]);
    assert_eq!(summary.files[0].format, Format::ArcTasks);
    let set = Some("data/evaluation");
    assert_eq!(
        traces.iter().map(entry).collect::<Vec<_>>(),
        [("0a1b2c3d#0", set, Some("[[0,3]]"), Some(2.0)), ("0a1b2c3d#1", set, Some("[[0,4],[0,0]]"), Some(2.0))]
    );
    assert_ne!(traces[0].id(), traces[1].id());
    let mut holds = Inventory::default();
    traces.iter().for_each(|trace| holds.see(trace));
    assert_eq!((holds.traces, holds.roster, holds.depth(), holds.arms.len()), (0, 2, None, 0));
}

#[test]
fn both_halves_of_a_set_are_one_set_and_a_half_without_outputs_has_no_right_answer() {
    let challenges = r#"{"0a1b2c3d": {"test": [{"input": [[3, 0]]}], "train": [{"input": [[0]], "output": [[1]]}]}}"#;
    let solutions = r#"{"0a1b2c3d": [[[0, 3]]]}"#;
    let (traces, _) =
        files(&[("k/arc_evaluation_challenges.json", challenges), ("k/arc_evaluation_solutions.json", solutions)]);
    let set = Some("k/arc_evaluation");
    assert_eq!(
        traces.iter().map(entry).collect::<Vec<_>>(),
        [("0a1b2c3d#0", set, None, Some(1.0)), ("0a1b2c3d#0", set, Some("[[0,3]]"), None)]
    );
}

#[test]
fn a_submission_gives_every_attempt_under_its_number() {
    let submission = r#"{"0a1b2c3d": [{"attempt_1": [[3, 0]], "attempt_2": [[0, 3]], "attempt_3": []},
        {"attempt_2": null, "attempt_1": [[0]], "note": 1}], "other": [{"attempt_1": [[1]]}]}"#;
    let (traces, summary) = files(&[("team/first.json", submission)]);
    assert_eq!(summary.files[0].format, Format::ArcSubmissions);
    let seen: Vec<_> =
        traces.iter().map(|trace| (trace.trial.unit.as_str(), trace.trial.sample, trace.answer())).collect();
    assert_eq!(
        seen,
        [
            ("0a1b2c3d#0", 0, Some("[[3,0]]")),
            ("0a1b2c3d#0", 1, Some("[[0,3]]")),
            ("0a1b2c3d#0", 2, None),
            ("0a1b2c3d#1", 1, None),
            ("0a1b2c3d#1", 0, Some("[[0]]")),
            ("other#0", 0, Some("[[1]]")),
        ]
    );
    assert!(traces.iter().all(|trace| trace.trial.arm.as_deref() == Some("team/first") && trace.verdict().is_none()));
    assert_eq!(summary.set_aside.values().sum::<u64>(), 1);
    let mut ids: Vec<_> = traces.iter().map(Trace::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), traces.len());
}

#[test]
fn what_the_benchmark_records_of_a_call_is_read() {
    let pairs = r#"[
      {"attempt_1": {"answer": [[0, 3]], "correct": true, "metadata": {"model": "made-up", "provider": "p", "start_timestamp": "2025-01-01T00:00:00Z",
        "choices": [{"index": 0, "message": {"role": "user", "content": "solve it"}}, {"index": 1, "message": {"role": "assistant", "content": "It is [[0, 3]]"}}],
        "kwargs": {"reasoning": {"effort": "high"}, "stream": true},
        "usage": {"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": 40, "completion_tokens_details": {"reasoning_tokens": 20}},
        "cost": {"prompt_cost": 0.1, "completion_cost": 0.15, "reasoning_cost": null, "total_cost": 0.25}, "task_id": "0a1b2c3d", "pair_index": 1, "test_id": "made-up-high"}},
       "attempt_2": null},
      {"attempt_1": {"answer": "[[5]]", "metadata": {}}, "attempt_2": {"answer": "no idea"}}]"#;
    let (traces, _) = files(&[("runs/ffffffff.json", pairs)]);
    let first = &traces[0];
    assert_eq!((first.trial.unit.as_str(), first.trial.arm.as_deref()), ("0a1b2c3d#1", Some("made-up-high")));
    assert_eq!((first.model.as_deref(), first.cost), (Some("made-up"), Some(Money(250_000))));
    assert_eq!(first.effort, Some(Effort::Level("high".to_owned())));
    assert_eq!((first.usage.input, first.usage.output, first.usage.reasoning), (Some(10), Some(30), Some(20)));
    assert_eq!((first.output(), first.answer()), (Some("It is [[0, 3]]"), Some("[[0,3]]")));
    assert_eq!(first.verdict().map(|verdict| verdict.outcome), Some(Outcome::Correct));
    assert_eq!((first.provenance(), first.at_ms), (Provenance::Redacted, Some(1_735_689_600_000)));
    let rest: Vec<_> = traces[1..]
        .iter()
        .map(|trace| (trace.trial.unit.as_str(), trace.trial.arm.as_deref(), trace.answer(), trace.cost))
        .collect();
    assert_eq!(
        rest,
        [
            ("ffffffff#0", Some("runs"), None, None),
            ("ffffffff#1", Some("runs"), Some("[[5]]"), None),
            ("ffffffff#1", Some("runs"), Some("no idea"), None),
        ]
    );
}

#[test]
fn what_is_no_grid_is_an_error_with_its_place_and_takes_nothing_else_with_it() {
    let refused = |name: &str, text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        import(&path, false).1.unwrap_err().to_string()
    };
    let cases = [
        (
            TASK.replace("[[2, 0]]", "[[2, 12]]"),
            "t.json:1: field `train[1].input[0][1]`: expected a digit from 0 to 9, found 12",
        ),
        (
            TASK.replace("[0, 4], [0, 0]", "[0, 4], [0]"),
            "field `test[1].output[1]`: expected 2 cells, as in the first row, found 1 cells",
        ),
        (TASK.replace("\"output\": [[0, 2]]", "\"size\": 2"), "field `train[1].output`: expected a grid"),
        (TASK.replace("\"test\"", "\"tests\""), "field `test`: expected a value, found nothing"),
        (format!("{TASK}\n{TASK}"), "t.json:2: expected one task in the file, found another"),
    ];
    for (text, expected) in cases {
        let found = refused("t.json", &text);
        assert!(found.contains(expected), "{found}");
    }
    let submission = format!(
        r#"{{"a": [{{"attempt_1": [{}], "attempt_2": [[1]], "attempt_2": [[2]]}}], "b": [{{"attempt_1": "x"}}], "c": 7}}"#,
        vec!["[0]"; 31].join(",")
    );
    let found = refused("s.json", &submission);
    assert!(found.contains("s.json:1: field `[0].attempt_1`: expected a grid") && found.contains("31 rows"), "{found}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    std::fs::write(&path, submission).unwrap();
    let (traces, summary) = import(&path, true);
    let seen: Vec<_> = traces.iter().map(|trace| (trace.trial.unit.as_str(), trace.trial.sample)).collect();
    assert_eq!(seen, [("a#0", 1), ("b#0", 0)]);
    let summary = summary.unwrap();
    let fields: Vec<&str> = summary.listed.iter().map(|invalid| invalid.field.as_str()).collect();
    assert_eq!((summary.invalid, fields), (3, vec!["[0].attempt_1", "[0].attempt_2", ""]));
}

#[test]
fn the_documented_examples_are_read() {
    let page = std::fs::read_to_string(candor_testkit::workspace_root().join("docs/formats/arc.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("json\n")).collect();
    let (traces, summary) = files(&[("0a1b2c3d.json", blocks[0]), ("sub/mission.json", blocks[1])]);
    let formats: Vec<Format> = summary.files.iter().map(|file| file.format).collect();
    assert_eq!((traces.len(), formats), (3, vec![Format::ArcTasks, Format::ArcSubmissions]));
    assert_eq!(traces[0].question.gold.as_deref(), traces[2].answer());
}

#[test]
fn the_published_sets_are_read_as_they_are() {
    let folder = candor_testkit::workspace_root().join("../shared/data/arc");
    if !folder.is_dir() {
        eprintln!("skipped: no ../shared/data/arc beside the checkout");
        return;
    }
    let (traces, summary) = import(&folder.join("arc_agi_2/data/evaluation"), false);
    assert_eq!((summary.unwrap().files.len(), traces.len()), (120, 167));
    assert!(traces.iter().all(|trace| trace.question.gold.is_some() && trace.stratum.is_none()));
}

proptest! {
    #[test]
    fn whatever_follows_a_recognised_beginning_never_panics(
        start in prop::sample::select(vec![TASK, r#"{"a": [{"attempt_1": [[1]], "attempt_2": "#, r#"[{"attempt_1": {"answer": [[1"#, r#"{"0a1b2c3d": [[[0, "#]),
        cut in 0_usize..200,
        rest in ".{0,60}",
    ) {
        let text = format!("{}{rest}", start.chars().take(cut).collect::<String>());
        let _ = detect(text.as_bytes());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.json");
        std::fs::write(&path, &text).unwrap();
        for skip in [false, true] {
            let (traces, _) = import(&path, skip);
            prop_assert!(traces.len() <= text.len());
        }
    }
}
