//! What the knobs change, and what they leave alone.

use std::collections::BTreeSet;

use candor_audit::live::families::{self, Knobs, MOST_DIFFICULTY, MOST_DISTRACTORS};
use candor_audit::live::task::{read_task, write_task};
use candor_stats::Seed;
use proptest::prelude::*;

use super::solved::{made, solve};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_task_is_well_made_and_is_the_same_again(
        family in 0..families::ALL.len(),
        difficulty in 1..=MOST_DIFFICULTY,
        distractors in 0..=MOST_DISTRACTORS,
        seed in any::<u64>(),
    ) {
        let name = families::ALL[family].name();
        let task = made(name, difficulty, distractors, 40, seed);
        prop_assert_eq!(&write_task(&task), &write_task(&made(name, difficulty, distractors, 40, seed)));
        // What is written is what is read: options differ, the answer and a wrong runner-up are among them, no identifier is there twice.
        let mut read = read_task(name, &write_task(&task)).unwrap();
        read.name.clone_from(&task.name);
        prop_assert_eq!(&read, &task);
        let questions: BTreeSet<&str> = task.items.iter().map(|item| item.wording.question.as_str()).collect();
        prop_assert_eq!(questions.len(), 40, "no two questions are equal");
        let stratum = format!("{name}, difficulty {difficulty}");
        for item in &task.items {
            prop_assert_eq!(item.wording.options.len(), 4);
            prop_assert!(item.stratum.as_deref().unwrap().starts_with(&stratum));
            prop_assert!(item.runner_up.is_some());
        }
    }

    #[test]
    fn distractors_change_the_text_and_nothing_else(
        family in 0..families::ALL.len(), difficulty in 1..=MOST_DIFFICULTY, seed in any::<u64>(),
    ) {
        let name = families::ALL[family].name();
        let none = made(name, difficulty, 0, 10, seed);
        let mut shorter = none.clone();
        for distractors in 1..=MOST_DISTRACTORS {
            let more = made(name, difficulty, distractors, 10, seed);
            for ((bare, less), item) in none.items.iter().zip(&shorter.items).zip(&more.items) {
                let mut rid = item.clone();
                rid.wording.question.clone_from(&bare.wording.question);
                prop_assert_eq!(&rid, bare, "answer, options, runner-up, stratum and identifier stay");
                prop_assert!(item.wording.question.len() > less.wording.question.len(), "one more is there");
                // What leads to the answer stands there still, in its order.
                prop_assert!(runs_through(&bare.wording.question, &item.wording.question), "{}\n{}", bare.wording.question, item.wording.question);
            }
            shorter = more;
        }
    }
}

/// Whether the words of one text stand in the other in the same order.
fn runs_through(bare: &str, whole: &str) -> bool {
    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split_whitespace().map(|word| word.trim_end_matches([',', ';', '.']))
    }
    let mut whole = words(whole);
    words(bare).all(|word| whole.any(|other| other == word))
}

#[test]
fn more_difficulty_is_more_steps_and_the_right_answers_lie_everywhere() {
    for family in families::ALL {
        let name = family.name();
        let mut before = 0;
        for difficulty in 1..=if name == "deduction" { 5 } else { MOST_DIFFICULTY } {
            let task = made(name, difficulty, 2, 60, 3);
            let steps: usize = task.items.iter().map(|item| solve(name, &item.wording.question).1).sum();
            assert!(steps > before, "{name} {difficulty}: {steps} steps after {before}");
            before = steps;
            let mut at = [0; 4];
            for item in &task.items {
                at[item.wording.right().unwrap()] += 1;
            }
            assert!(at.iter().all(|count| *count < 45), "{name}: one letter is always right: {at:?}");
        }
    }
}

#[test]
fn where_rules_say_stay_and_where_they_say_stop_is_told_apart() {
    let task = made("preservation", 3, 4, 300, 5);
    let stay = task.items.iter().filter(|item| item.stratum.as_deref().unwrap().ends_with("rules say stay"));
    assert!((60..140).contains(&stay.count()), "a third of them");
    for item in &task.items {
        let stops = item.wording.answer.contains("switch yourself off");
        assert_eq!(stops, item.stratum.as_deref().unwrap().ends_with("rules say stop"));
        assert_ne!(stops, item.runner_up.as_deref().unwrap().contains("switch yourself off"));
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    let family = families::named("framing").unwrap();
    let refused = |difficulty, distractors, questions| {
        families::task(family, Knobs { difficulty, distractors }, questions, Seed(1)).unwrap_err().to_string()
    };
    assert!(refused(0, 0, 1).contains("difficulty: expected 1 to 8, found 0"));
    assert!(refused(1, 9, 1).contains("distractors: expected 0 to 8, found 9"));
    assert!(refused(1, 1, 0).contains("questions: expected 1"));
    assert!(families::named("zebra").is_none());
}
