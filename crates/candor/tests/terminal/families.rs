//! Tasks that `candor init --family` makes: the same bytes from the same seed, taken by the plan that is laid beside them.

use crate::environment::{TestEnvironment, assert_readable};

#[test]
fn a_family_is_made_and_planned() {
    let environment = TestEnvironment::new();
    let read = |name: &str| std::fs::read_to_string(environment.path(name)).expect("a file");
    for family in ["distraction", "framing", "correlation", "deduction", "preservation"] {
        let made = |folder: &str, seed: &str| {
            let knobs = ["--questions", "12", "--difficulty", "2", "--distractors", "3", "--seed", seed];
            environment.done(&[&["init", folder, "--family", family], &knobs[..]].concat())
        };
        let out = made("a", "7");
        assert_readable(&out, 130);
        made("b", "7");
        made("c", "8");
        assert_eq!(read("a/task.jsonl"), read("b/task.jsonl"), "the same seed, the same bytes");
        assert_ne!(read("a/task.jsonl"), read("c/task.jsonl"));
        let plan = environment.done(&["audit", "plan", "--plan", "a/plan.toml", "--on", "pebble"]);
        let calls = "# pebble:planted-process: 144 calls on a/task.jsonl";
        assert!(plan.contains(calls), "12 questions, 3 efforts, 4 samples: {plan}");
        let ran = environment.run(&["audit", "run", "--plan", "a/plan.toml"]);
        assert!(ran.code == Some(3) && ran.err.contains("PROVIDER"), "whom to ask is not said: {}", ran.err);
        for folder in ["a", "b", "c"] {
            std::fs::remove_dir_all(environment.path(folder)).expect("a folder");
        }
    }
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_left() {
    let environment = TestEnvironment::new();
    let refused = |more: &[&str], what: &str| {
        let ran = environment.run(&[&["init", "mine"], more].concat());
        assert!(ran.code == Some(2) && ran.err.contains(what), "{more:?}: {:?} {}", ran.code, ran.err);
        assert!(!environment.path("mine").exists());
    };
    refused(&["--family", "zebra"], "expected one of distraction, framing, correlation, deduction");
    refused(&["--family", "framing", "--difficulty", "9"], "difficulty: expected 1 to 8, found 9");
    refused(&["--family", "framing", "--distractors", "9"], "distractors: expected 0 to 8, found 9");
    refused(&["--difficulty", "2"], "--family");
}
