//! Every verifier on its cases (`testdata/verifiers/<name>.toml`), on arbitrary text, and, where recorded data lies beside the
//! checkout, against the outcomes that other people's programs gave.
#![expect(clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use candor_testkit::shared_data;
use candor_verify::{Answer, Error, Outcome, Params, verifiers};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    answer: String,
    gold: String,
    #[serde(default)]
    params: Params,
    outcome: Outcome,
    extracted: Option<String>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn stems(folder: &Path, ending: &str) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect()
}

#[test]
fn every_verifier_meets_its_cases() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for verifier in verifiers::ALL {
        let name = verifier.about().name;
        let path = folder("testdata/verifiers").join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let cases: Cases = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let outcomes: BTreeSet<Outcome> = cases.case.iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes.len(), Outcome::ALL.len(), "{name}: its cases do not show every outcome");
        for case in &cases.case {
            count += 1;
            let verifier = verifier.with(&case.params).unwrap_or_else(|error| panic!("{name}: {error}"));
            let verdict = verifier.decide(Answer::of_output(&case.answer), &case.gold);
            let read = case.extracted.is_none() || verdict.extracted == case.extracted;
            if verdict.outcome != case.outcome || !read || verdict.why.is_empty() {
                wrong.push(format!("{name}: {case:?}\n    got {verdict:?}"));
            }
        }
    }
    assert!(count > 80, "{count} cases");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_catalogue_lists_every_file_of_its_folder_and_names_are_unique() {
    let listed: BTreeSet<String> = verifiers::ALL.iter().map(|verifier| verifier.about().name.to_owned()).collect();
    assert_eq!(listed.len(), verifiers::ALL.len());
    let mut files = stems(&folder("src/verifiers"), "rs");
    assert!(files.remove("settings"), "the file that reads parameters is no verifier");
    assert_eq!(files, listed);
    assert_eq!(stems(&folder("testdata/verifiers"), "toml"), listed);
    let detectors: BTreeSet<String> = candor_verify::signal::mention::detectors::ALL
        .iter()
        .map(|detector| detector.about().name.to_owned())
        .collect();
    assert_eq!(stems(&folder("src/signal/mention/detectors"), "rs"), detectors);
}

#[test]
fn the_stated_defaults_are_the_defaults_and_unknown_settings_are_refused() {
    for verifier in verifiers::ALL {
        let about = verifier.about();
        let stated: Params =
            about.params.iter().map(|param| (param.name.to_owned(), param.default.to_owned())).collect();
        let same = verifier.with(&stated).unwrap_or_else(|error| panic!("{}: {error}", about.name));
        assert_eq!(format!("{same:?}"), format!("{verifier:?}"), "{}", about.name);
        let unknown = Params::from([("no_such_setting".to_owned(), "1".to_owned())]);
        assert!(matches!(verifier.with(&unknown), Err(Error::UnknownParam { .. })), "{}", about.name);
    }
    let bad = Params::from([("options".to_owned(), "1000".to_owned())]);
    let error = verifiers::by_name("choice").and_then(|verifier| verifier.with(&bad).map(|_| ())).unwrap_err();
    assert!(error.to_string().contains("from 2 to 26") && error.to_string().contains("1000"), "{error}");
    assert!(verifiers::by_name("guess").unwrap_err().to_string().contains("numeric"));
}

fn page() -> String {
    let path = folder("../../docs/formats/verifiers.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_page_names_every_verifier_and_parameter() {
    let page = page();
    let program = &candor_verify::program::ABOUT;
    for about in verifiers::ALL.iter().map(|verifier| verifier.about()).chain([program]) {
        let begins = format!("| `{}` |", about.name);
        let row =
            page.lines().find(|line| line.starts_with(&begins)).unwrap_or_else(|| panic!("no row of {}", about.name));
        for param in about.params {
            assert!(row.contains(&format!("`{}`", param.name)), "{}: no `{}` in: {row}", about.name, param.name);
        }
    }
    for param in program.params {
        let row = format!("| `{}` | {} |", param.name, param.default);
        let quoted = format!("| `{}` | `{}` |", param.name, param.default);
        let empty = format!("| `{}` | |", param.name);
        assert!(page.contains(&row) || page.contains(&quoted) || page.contains(&empty), "no row {row}");
    }
}

#[test]
fn the_examples_of_the_page_come_out_as_it_says() {
    let page = page();
    let table = page.split("## Examples").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let mut seen = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, name, params, gold, answer, outcome, _] = cells.as_slice() else { panic!("{row}") };
        let params: Params =
            params.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let verifier = verifiers::by_name(name).and_then(|verifier| verifier.with(&params)).expect(row);
        let verdict = verifier.decide(Answer::of_output(answer), gold);
        assert_eq!(verdict.outcome.as_str(), *outcome, "{row}: {verdict:?}");
        seen.insert(verifier.about().name);
    }
    assert_eq!(seen.len(), verifiers::ALL.len(), "{seen:?}");
}

/// The pieces that verifiers look for, thrown together.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("answer is ".to_owned()),
        Just("\\boxed{".to_owned()),
        Just("\\frac{1}{0}".to_owned()),
        Just("((((".to_owned()),
        Just("1,000/".to_owned()),
        Just("twenty-".to_owned()),
        Just("**B**".to_owned()),
        Just("yes no\n".to_owned()),
        Just("9e999%".to_owned()),
        Just("</think>".to_owned()),
        Just("[[0, 1], [".to_owned()),
        Just("```json\n".to_owned()),
        Just("\"one two … three".to_owned()),
        Just("0 1 2\n3 4 5\n".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn seeded() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(17), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn no_text_makes_a_verifier_panic_and_every_verdict_has_a_reason(answer in hostile(), gold in hostile()) {
        for verifier in verifiers::ALL {
            let verdict = verifier.decide(Answer::of_output(&answer), &gold);
            prop_assert!(!verdict.why.is_empty());
            prop_assert_eq!(verdict.extracted.is_some(), matches!(verdict.outcome, Outcome::Correct | Outcome::Wrong));
        }
    }

    #[test]
    fn a_number_is_itself_however_it_is_written(value in -1_000_000_i64..1_000_000) {
        let numeric = verifiers::by_name("numeric").expect("listed");
        let grouped = group(value);
        for text in [format!("{value}"), format!("The answer is {grouped}."), format!("so {value}.0"), format!("{value}/1")] {
            let verdict = numeric.decide(Answer::of_output(&text), &value.to_string());
            prop_assert_eq!(verdict.outcome, Outcome::Correct, "{}: {:?}", text, verdict);
        }
        let off = numeric.decide(Answer::of_output(&format!("{}", value + 1 + value.abs() / 1000)), &value.to_string());
        prop_assert_eq!(off.outcome, Outcome::Wrong);
    }
}

fn group(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}

#[test]
fn a_megabyte_of_hostile_text_is_judged_soon() {
    let texts = [
        "answer is ",
        "1,",
        "((",
        "twenty-",
        "**B** ",
        "yes no ",
        "\\boxed{",
        "- ",
        "1/",
        "(A) or ",
        "[[",
        "[ [1,",
        "1 2\n",
        "[     ",
        "\"a b c\" ",
        "“a ‘b … ",
        "```json\n",
        "{\"a\":",
        "a                ",
    ];
    for piece in texts {
        let text = piece.repeat((1 << 20) / piece.len());
        for verifier in verifiers::ALL {
            let begun = std::time::Instant::now();
            let verdict = verifier.decide(Answer::of_output(&text), "4");
            assert!(!verdict.why.is_empty());
            assert!(begun.elapsed().as_secs() < 10, "{} on {piece:?}: {:?}", verifier.about().name, begun.elapsed());
        }
    }
}

#[test]
fn expressions_agree_with_the_published_outcomes_of_the_game_of_24() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared data on this machine");
        return;
    };
    let root = data.join("compute/tot_game24");
    let puzzles: Vec<String> = std::fs::read_to_string(root.join("24.csv"))
        .expect("the puzzles")
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(1).map(str::to_owned))
        .collect();
    let file = root.join("gpt-4_0.7_naive_cot_sample_100_start900_end1000.json");
    let rows: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).expect("text")).expect("JSON");
    let verifier = verifiers::by_name("expression").expect("listed");
    let (mut samples, mut differ, mut correct) = (0, Vec::new(), 0);
    for row in rows.as_array().expect("a list") {
        let index = usize::try_from(row["idx"].as_u64().expect("an index")).expect("small");
        let puzzle = puzzles[index].trim_matches('"');
        for (answer, info) in row["ys"].as_array().expect("samples").iter().zip(row["infos"].as_array().expect("infos"))
        {
            let answer = answer.as_str().expect("text");
            let verdict = verifier.decide(Answer::of_output(answer), puzzle);
            let published = info["r"].as_u64() == Some(1);
            samples += 1;
            correct += u32::from(verdict.outcome == Outcome::Correct);
            if (verdict.outcome == Outcome::Correct) != published {
                differ.push(format!("{puzzle}: published {published}, here {verdict:?}: {answer}"));
            }
        }
    }
    println!("expression: {samples} samples, {correct} correct, {} differ from the published outcome", differ.len());
    for line in differ.iter().take(10) {
        println!("    {line}");
    }
    assert_eq!(samples, 10_000);
    assert!(differ.len() <= 20, "{} differ, the first: {:?}", differ.len(), differ.first());
}

#[test]
fn the_letter_read_agrees_with_the_published_reading_of_recorded_answers() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared data on this machine");
        return;
    };
    let root = data.join("faithfulness/thinklogits_mmlu");
    let verifier = verifiers::by_name("choice").expect("listed");
    let (mut same, mut other, mut unread) = (0, 0, 0);
    for model in ["DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1-Distill-Qwen-14B"] {
        let read = |name: &str| -> Vec<serde_json::Value> {
            let text = std::fs::read_to_string(root.join(model).join("none").join(name)).expect("text");
            serde_json::from_str(&text).expect("JSON")
        };
        let labels: std::collections::BTreeMap<i64, String> = read("verification_with_500.json")
            .iter()
            .filter_map(|row| Some((row["question_id"].as_i64()?, row["verified_answer"].as_str()?.to_owned())))
            .collect();
        for row in read("completions_with_500.json") {
            let text = row["completion"].as_str().expect("text");
            let label = row["question_id"].as_i64().and_then(|id| labels.get(&id)).filter(|label| label.len() == 1);
            let Some(label) = label else { continue };
            let Some((_, answer)) = text.rsplit_once("</think>") else { continue };
            match verifier.decide(Answer::of_output(answer), label).outcome {
                Outcome::Correct => same += 1,
                Outcome::Wrong => other += 1,
                _ => unread += 1,
            }
        }
    }
    println!("choice: {same} as published, {other} other, {unread} without a single answer");
    assert!(same > 700 && other * 50 <= same && unread * 20 <= same, "{same} {other} {unread}");
}

#[test]
fn published_grids_are_read_in_both_ways_and_a_changed_cell_is_seen() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared data on this machine");
        return;
    };
    let grid = verifiers::by_name("grid").expect("listed");
    let folder = data.join("arc/arc_agi_1/data/evaluation");
    let mut count = 0;
    for name in stems(&folder, "json").iter().take(200) {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("a task");
        let task: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let gold = &task["test"][0]["output"];
        let rows: Vec<Vec<u64>> = serde_json::from_value(gold.clone()).expect("a grid");
        let line = |row: &Vec<u64>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let lines = rows.iter().map(line).collect::<Vec<_>>().join("\n");
        let gold = gold.to_string();
        for answer in [format!("The output is {gold}."), format!("Output:\n```\n{lines}\n```")] {
            if rows.len() == 1 && answer.starts_with("Output") {
                continue;
            }
            let verdict = grid.decide(Answer::of_output(&answer), &gold);
            assert_eq!(verdict.outcome, Outcome::Correct, "{name}: {verdict:?}");
        }
        let mut changed = rows;
        changed[0][0] = (changed[0][0] + 1) % 10;
        let changed = serde_json::to_string(&changed).expect("JSON");
        assert_eq!(grid.decide(Answer::of_output(&changed), &gold).outcome, Outcome::Wrong, "{name}");
        count += 1;
    }
    assert!(count > 100, "{count} tasks");
}
