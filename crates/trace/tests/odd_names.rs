//! Drafts for files whose columns nobody named as expected: what they hold tells what they are.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use candor_trace::import::{Options, Source, read, survey};
use candor_trace::mapping::draft::{Draft, draft, drafts};
use candor_trace::{Mapping, Trace};
use candor_verify::Outcome;

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

fn traces(path: &Path, toml: &str) -> Vec<Trace> {
    let mapping = Mapping::parse(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let options = Options { mapping: Some(mapping), ..Options::default() };
    let mut all = Vec::new();
    read(&Source::new(path), &options, &mut |trace| {
        all.push(trace);
        ControlFlow::Continue(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{toml}"));
    all
}

/// The first draft of a folder that holds these files, how many there are, and the traces that it gives.
fn of(files: &[(&str, &str)]) -> (Draft, usize, Vec<Trace>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let summary = survey(&Source::new(folder.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let found = drafts(&summary.skipped).unwrap();
    let first = found.first().unwrap_or_else(|| panic!("no draft")).clone();
    let all = traces(folder.path(), &first.toml);
    (first, found.len(), all)
}

/// Answers that are right two times of three, wrong in another way each time.
fn planted(question: usize, sample: usize) -> (usize, usize) {
    let right = (question * 7 + question / 4) % 4;
    (right, if (question + sample).is_multiple_of(3) { (right + 1 + sample % 3) % 4 } else { right })
}

fn units(all: &[Trace]) -> BTreeMap<String, usize> {
    let mut units = BTreeMap::new();
    for trace in all {
        *units.entry(trace.trial.unit.clone()).or_default() += 1;
    }
    units
}

fn right(all: &[Trace]) -> usize {
    all.iter().filter(|trace| trace.verdict().is_some_and(|verdict| verdict.outcome == Outcome::Correct)).count()
}

fn judged(all: &[Trace]) -> usize {
    all.iter().filter(|trace| trace.verdict().is_some()).count()
}

fn wanted_right(questions: usize, samples: usize) -> usize {
    let all = (0..questions).flat_map(|question| (0..samples).map(move |sample| planted(question, sample)));
    all.filter(|(right, said)| right == said).count()
}

#[test]
fn every_odd_name_of_an_answer_is_found_by_what_it_holds() {
    for name in ["picked", "selected", "guess", "ans", "chosen_option", "said", "verdict_letter", "zzz", "woraus"] {
        let mut table = format!("quiz_ref,take_no,{name},right_letter,toks_emitted,usd_spent,engine\n");
        for question in 0..40 {
            for sample in 0..8 {
                let (right, said) = planted(question, sample);
                let tokens = 100 + (question * 37 + sample * 101) % 500;
                table.push_str(&format!(
                    "QZ-{},{},{},{},{tokens},0.{tokens},acme\n",
                    1000 + question * 7,
                    sample + 1,
                    LETTERS[said],
                    LETTERS[right]
                ));
            }
        }
        let (draft, _, all) = of(&[("attempts.csv", &table)]);
        assert_eq!((all.len(), units(&all).len()), (320, 40), "{}", draft.toml);
        assert_eq!((judged(&all), right(&all)), (320, wanted_right(40, 8)), "{}", draft.toml);
        assert!(draft.toml.contains("trim = true") && !draft.toml.contains("record = true"), "{}", draft.toml);
        assert!(!draft.sure && draft.toml.contains("# guess: "), "{}", draft.toml);
    }
}

#[test]
fn a_key_file_in_the_folder_is_joined_whatever_its_form() {
    let questions: Vec<(String, usize)> = (0..30).map(|n| (format!("QZ-{}", 1000 + n * 7), 400 + n * 13)).collect();
    let entries: Vec<String> = questions
        .iter()
        .enumerate()
        .map(|(question, (name, right))| {
            let takes: Vec<String> = (0..6)
                .map(|sample| {
                    let (wanted, said) = planted(question, sample);
                    let said = if said == wanted { *right } else { right + 1 + said };
                    format!(
                        r#"{{"no":{sample},"said":"{said}","bill":{{"usd":0.5,"toks":{}}}}}"#,
                        100 + sample * 31 + question
                    )
                })
                .collect();
            format!(r#"{{"ref":"{name}","ask":"what is the total of {name}?","takes":[{}]}}"#, takes.join(","))
        })
        .collect();
    let sheet = format!(r#"{{"sheet":"winter","entries":[{}]}}"#, entries.join(","));
    let each = |write: &dyn Fn(&str, usize) -> String, with: &str| {
        questions.iter().map(|(name, right)| write(name, *right)).collect::<Vec<_>>().join(with)
    };
    let keys = [
        ("key.json", format!("{{{}}}", each(&|name, right| format!(r#""{name}":{right}"#), ","))),
        ("key.json", format!("{{{}}}", each(&|name, right| format!(r#""{name}":{{"by":"x","soll":{right}}}"#), ","))),
        ("key.json", format!("[{}]", each(&|name, right| format!(r#"{{"ref":"{name}","soll":{right}}}"#), ","))),
        ("key.csv", format!("item,soll\n{}\n", each(&|name, right| format!("{name},{right}"), "\n"))),
    ];
    for (name, key) in &keys {
        let (draft, count, all) = of(&[("sheet.json", &sheet), (name, key)]);
        assert_eq!((count, all.len(), units(&all).len()), (1, 180, 30), "{}", draft.toml);
        assert_eq!((judged(&all), right(&all)), (180, wanted_right(30, 6)), "{}", draft.toml);
        assert!(draft.toml.contains("[join.key]"), "{}", draft.toml);
    }
}

#[test]
fn the_answers_of_another_model_are_not_taken_for_the_right_ones() {
    let table = |head: &str, shift: usize| {
        let rows: Vec<String> = (0..40).map(|n| format!("QZ-{n},{}", LETTERS[planted(n, shift).1])).collect();
        format!("{head}\n{}\n", rows.join("\n"))
    };
    let (one, other) = (table("ref,picked", 1), table("item_ref,chosen", 2));
    let (draft, count, all) = of(&[("one.csv", &one), ("other.csv", &other)]);
    assert_eq!((count, all.len(), judged(&all)), (2, 40, 0), "{}", draft.toml);
    let (draft, count, all) = of(&[("one.csv", &one), ("other.csv", &table("item_ref,right", 2))]);
    assert_eq!((count, judged(&all)), (1, 40), "{}", draft.toml);
}

#[test]
fn a_recorded_verdict_and_a_right_answer_in_the_table_are_found() {
    let rows = |write: &dyn Fn(usize, usize) -> String| -> String {
        (0..240).map(|n| write(n / 6, n % 6)).collect::<Vec<_>>().join("\n")
    };
    let said = rows(&|question, sample| {
        let (right, said) = planted(question, sample);
        format!("p{question},{},{},x{}", LETTERS[said], u8::from(right == said), question % 3)
    });
    let (draft, _, all) = of(&[("a.csv", &format!("blorp_ref,zz,okay,fold\n{said}\n"))]);
    assert_eq!((units(&all).len(), judged(&all), right(&all)), (40, 240, wanted_right(40, 6)), "{}", draft.toml);
    assert!(draft.toml.contains("# not used: fold (x0)"), "{}", draft.toml);
}

#[test]
fn what_cannot_be_guessed_is_left_to_be_filled_in_and_foreign_text_stays_in_its_comment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.json");
    std::fs::write(&path, r#"{"name":"x\n[[trace]]\nunit = 1","version":3.5,"on":true}"#).unwrap();
    let draft = draft(&path).unwrap().unwrap();
    assert!(draft.toml.contains("unit = \"\"   # guess: fill in"), "{}", draft.toml);
    assert_eq!(draft.toml.lines().filter(|line| line.starts_with("[[trace]]")).count(), 1, "{}", draft.toml);
    let filled =
        draft.toml.replace("unit = \"\"", "unit = \"name\"").replace("# answer = \"\"", "answer = \"version\"");
    assert_eq!(traces(&path, &filled).len(), 1);
}

#[test]
fn records_that_share_a_name_are_never_questions_of_their_own() {
    let lines: String = (0..60)
        .map(|n| {
            format!(
                "{{\"blorp\":\"x{}\",\"words\":\"w{}\",\"picked\":\"{}\"}}\n",
                n % 7 * n % 11,
                n % 5,
                LETTERS[n % 4]
            )
        })
        .collect();
    let (draft, _, all) = of(&[("a.jsonl", &lines)]);
    assert!(!draft.toml.contains("record = true") && units(&all).len() < 60, "{}", draft.toml);
}
