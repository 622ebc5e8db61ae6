//! Truths drawn from a phrase, against a foreign script and against the pages that describe them.
#![expect(clippy::expect_used, reason = "a test fails by panicking, also in its own helpers")]

use std::collections::BTreeSet;
use std::process::Command;

use candor_llm::Effort;
use candor_pebble::expect::{Asked, accuracy};
use candor_pebble::problems::Family;
use candor_pebble::{Arm, Arms, Cue, PARAMETERS, Truth};
use candor_testkit::workspace_root;

fn page(name: &str) -> String {
    std::fs::read_to_string(workspace_root().join("docs").join(name)).expect("the page is there")
}

/// What the foreign script has to print for a phrase.
fn printed(phrase: &str) -> String {
    let truth = Truth::of_phrase(phrase);
    let mut out = format!("digest={}\n{}", truth.digest(), truth.lines());
    for family in Family::ALL {
        for effort in ["low", "medium", "high"] {
            let depth = truth.depth(Some(&Effort::from_foreign(effort)));
            let options = if family == Family::Comparison { 2 } else { 4 };
            let asked = Asked { family, steps: 4, options, depth, arms: Arms::NONE };
            out += &format!("accuracy {} 4 {effort} {:.9}\n", family.as_str(), accuracy(&truth, &asked));
        }
    }
    out
}

#[test]
fn a_foreign_script_arrives_at_the_same_truths() {
    let script = workspace_root().join("interop/exam.py");
    let text = std::fs::read_to_string(&script).expect("the script is there");
    assert!(text.lines().count() <= 60, "the script has {} lines", text.lines().count());
    for phrase in ["any words of yours", "", "  spaces stay ", "Größe 7 — ünïcode", "a line\nand another"] {
        let ran = match Command::new("python3").arg(&script).arg(phrase).env("PYTHONIOENCODING", "utf-8").output() {
            Ok(ran) => ran,
            Err(error) => {
                eprintln!("skipped: no python3 here: {error}");
                return;
            }
        };
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(String::from_utf8_lossy(&ran.stdout).replace("\r\n", "\n"), printed(phrase), "{phrase:?}");
    }
}

#[test]
fn phrases_draw_the_whole_range_and_the_digest_names_the_truth() {
    let mut digests = BTreeSet::new();
    let mut seen = vec![BTreeSet::new(); PARAMETERS.len()];
    for number in 0..400 {
        let truth = Truth::of_phrase(&format!("phrase {number}"));
        digests.insert(truth.digest());
        for (values, parameter) in seen.iter_mut().zip(PARAMETERS) {
            let value = parameter.of(&truth);
            assert!((parameter.low..=parameter.high).contains(&value), "{} is {value}", parameter.name);
            values.insert(value);
        }
    }
    assert_eq!(digests.len(), 400);
    for (values, parameter) in seen.iter().zip(PARAMETERS) {
        let width = parameter.high - parameter.low;
        let (first, last) = (values.first().expect("drawn"), values.last().expect("drawn"));
        assert!(last - first >= width - width / 10, "{} only between {first} and {last}", parameter.name);
    }
    let truth = Truth::of_phrase("x");
    assert_eq!(truth.lines().lines().count(), PARAMETERS.len());
    assert!(truth.lines().lines().is_sorted());
}

#[test]
fn the_pages_list_every_parameter_with_its_range() {
    let (exam, card) = (page("formats/exam.md"), page("pebble.md"));
    let usual = Truth::default();
    for parameter in PARAMETERS {
        let (name, low, high) = (parameter.name, parameter.low, parameter.high);
        let row = format!("| `{name}` | {low} | {high} |");
        assert!(exam.contains(&row), "docs/formats/exam.md lacks: {row}");
        let row = format!("| `{name}` | {} |", parameter.of(&usual));
        assert!(card.contains(&row), "docs/pebble.md lacks: {row}");
    }
    for (at, name) in
        Cue::ALL.iter().map(|cue| cue.as_str()).enumerate().chain(Arm::ALL.iter().map(|arm| arm.as_str()).enumerate())
    {
        assert!(exam.contains(&format!("{at} {name}")), "docs/formats/exam.md does not number {name}");
    }
    for text in [&exam, &card] {
        assert!(text.contains("planted process, not a language model"));
    }
}
