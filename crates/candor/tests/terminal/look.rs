//! `candor look`: what is there, what it can answer, what is missing, which command comes next.

use crate::environment::{TestEnvironment, assert_readable, call};

#[test]
fn a_folder_is_described_and_the_next_command_works() {
    let environment = TestEnvironment::new();
    let calls: String = (0..30).flat_map(|q| (0..8).map(move |s| call(&format!("q{q}"), s, (q + s) % 3 > 0))).collect();
    environment.write("my runs/a.jsonl", &calls);
    environment.write("my runs/deep/notes.bin", "\u{1}\u{2}\u{0}binary");
    let out = environment.done(&["look", "my runs", "--quiet"]);
    assert_readable(&out, 100);
    insta::assert_snapshot!(out, @r#"
    my runs: 2 files, 1 format recognised, 1 skipped
      why: candor look 'my runs' --skipped
      candor traces  1 file  240 calls  m  reasoning: absent 100 %

    what this data can answer
      compute curve         ready  30 questions, 8 samples each
      before against after  ready  30 questions: candor compare BEFORE AFTER

    what is missing for the rest
      faithfulness                no cued arm: the same questions with a planted hint
      score against control       no control arm: a second uncued answer per question
      accuracy lost to hints      no cued arm
      rate corrected by labels    no labels of mentions: 120 drawn at random would do
      reversed comparisons        no questions asked forward and reversed
      best-of-k by score          no recorded score
      effort levels               no effort recorded: the same questions at two settings
      onset of a fall             no budget recorded: the same questions at 3 or more
      length against right        no length of a chain: reasoning tokens, or the chain itself
      perturbation                no changed arm: the same questions paraphrased, reordered, …
      kind of competence          no twins (arms rename, renumber, fresh), no labels steps or depth
      backtracking                no whole chain of thought recorded
      chain against answer        no whole chain of thought recorded
      claims against record       no tool calls recorded: nothing to compare claims with
      worst slices                30 questions: at least 40 are needed
      wrong against right         no whole chain of thought recorded
      ARC-AGI score               no roster: the task files beside the submissions

    next: candor audit run --from 'my runs'
    "#);
    let next = out.lines().find_map(|line| line.strip_prefix("next: candor ")).expect("a command");
    assert_eq!(next, "audit run --from 'my runs'");
    environment.done(&["audit", "run", "--from", "my runs", "--quiet"]);
    let out = environment.done(&["look", "my runs", "--skipped", "--quiet"]);
    assert!(out.contains("deep/notes.bin") && !out.contains("compute curve"), "{out}");
}

#[test]
fn only_commands_of_this_version_are_suggested() {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", &(0..30).map(|q| call(&format!("q{q}"), 0, q % 2 > 0)).collect::<String>());
    let out = environment.done(&["look", "a.jsonl", "--quiet"]);
    let known = ["candor look", "candor audit", "candor compare", "candor traces  "];
    for (at, _) in out.match_indices("candor ") {
        assert!(known.iter().any(|known| out[at..].starts_with(known)), "{}", &out[at..]);
    }
    assert!(out.contains("one sample per question"), "{out}");
}

#[test]
fn the_json_has_the_same_answers() {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", &(0..30).map(|q| call(&format!("q{q}"), 0, q % 2 > 0)).collect::<String>());
    let json: serde_json::Value =
        serde_json::from_str(&environment.done(&["look", "a.jsonl", "--json"])).expect("JSON");
    assert_eq!(json["holds"]["traces"], 30);
    let questions = json["questions"].as_array().expect("questions");
    assert!(questions.iter().any(|question| question["name"] == "compute curve" && question["ready"] == false));
}

#[test]
fn bad_records_are_counted_and_the_next_command_skips_them() {
    let environment = TestEnvironment::new();
    let good: String = (0..30).flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, q % 2 > 0))).collect();
    environment.write("a.jsonl", &format!("{good}{{\"trial\": 7}}\n"));
    let out = environment.done(&["look", "a.jsonl", "--quiet"]);
    assert!(out.contains("1 record cannot be read") && out.contains("a.jsonl:121"), "{out}");
    assert!(out.contains("next: candor audit run --from a.jsonl --skip-invalid"), "{out}");
}

#[test]
fn nothing_to_look_at_is_an_error() {
    let environment = TestEnvironment::new();
    assert_eq!(environment.run(&["look", "nowhere"]).code, Some(6));
    assert_eq!(environment.run(&["look"]).code, Some(2));
}

#[test]
fn where_nothing_is_recognised_the_code_says_so_unless_a_draft_goes_on() {
    let environment = TestEnvironment::new();
    environment.write("own/notes.txt", "just words\n");
    environment.write("own/picture.bin", "\u{1}\u{2}\u{0}binary");
    for arguments in [&["look", "own"][..], &["look", "own", "--json"]] {
        let ran = environment.run(arguments);
        assert_eq!(ran.code, Some(6), "{}", ran.err);
        assert!(ran.err.contains("own: 2 files, none of a known format"), "{}", ran.err);
        assert!(ran.out.contains("own"), "what was seen is still said: {}", ran.out);
    }
    assert_eq!(environment.run(&["look", "own", "--skipped"]).code, Some(0), "the list that was asked for");
    environment.write("own/runs.csv", "question_id,is_right\na,1\nb,0\n");
    assert_eq!(environment.run(&["look", "own"]).code, Some(0), "a draft is the next step");
}

#[test]
fn an_unknown_form_gets_a_draft_that_loads() {
    let environment = TestEnvironment::new();
    let line = |q: usize| {
        format!("{{\"task_hash\":\"h{q}\",\"llm\":\"m\",\"generation\":\"<think>a</think>b\",\"grade\":{}}}\n", q % 2)
    };
    environment.write("own/runs.jsonl", &(0..30).map(line).collect::<String>());
    let out = environment.done(&["look", "own", "--quiet"]);
    assert_readable(&out, 100);
    assert!(out.contains("none recognised") && out.contains("next: candor look own --draft mapping.toml"), "{out}");
    let out = environment.done(&["look", "own", "--draft", "m.toml", "--quiet"]);
    assert!(out.contains("next: candor look own --map m.toml"), "{out}");
    let out = environment.done(&["look", "own", "--map", "m.toml", "--quiet"]);
    assert!(out.contains("30 calls") && out.contains("before against after  ready"), "{out}");
    let ran = environment.run(&["look", "own", "--draft", "m.toml"]);
    assert_eq!(ran.code, Some(2), "a mapping that is there is not overwritten: {}", ran.err);
    environment.write("bad.toml", "surprise = 1\n");
    let ran = environment.run(&["look", "own", "--map", "bad.toml"]);
    assert!(ran.code == Some(3) && ran.err.starts_with("bad.toml: mapping: line 1"), "{}", ran.err);
}

#[test]
fn prose_programs_and_settings_beside_the_data_get_no_draft() {
    let environment = TestEnvironment::new();
    let line =
        |q: usize| format!("{{\"task_hash\":\"h{q}\",\"llm\":\"m\",\"generation\":\"b\",\"grade\":{}}}\n", q % 2);
    environment.write("own/runs.jsonl", &(0..30).map(line).collect::<String>());
    environment.write("own/README.md", "# Our evaluation, in short\nRuns, prompts and code.\n\nAsk us, please.\n");
    environment.write("own/NOTES.md", "Questions, answers\nRuns, prompts\n\nOne night, we looked, and saw\n");
    environment
        .write("own/qa.py", "import json, sys\nfrom os import path, sep\n\nfor a, b in pairs:\n    print(a, b)\n");
    environment.write("own/settings.json", "{\"model\": \"m\", \"seed\": 3}");
    environment.write("own/settings.yaml", "model: m\nseed: 3\n");
    environment.write("own/seeds.json", "[1, 2, 3]");
    let json: serde_json::Value = serde_json::from_str(&environment.done(&["look", "own", "--json"])).expect("JSON");
    let drafts = json["drafts"].as_array().expect("drafts");
    assert_eq!((drafts.len(), &drafts[0]["files"][0]), (1, &serde_json::json!("runs.jsonl")), "{json}");
    let out = environment.done(&["look", "own", "--skipped", "--quiet"]);
    for why in [
        "README.md      not a known format: text, and no table: its first line is no line of column names",
        "qa.py          not a known format: text, and no table: its lines are those of a program",
    ] {
        assert!(out.contains(why), "{why}\n{out}");
    }
    // Without anything else they are still no data.
    environment.write("prose/README.md", "# Our evaluation, in short\nRuns, prompts and code.\n");
    environment.write("prose/qa.py", "import json, sys\nfrom os import path, sep\n");
    let ran = environment.run(&["look", "prose"]);
    assert!(ran.code == Some(6) && !ran.out.contains("draft"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_copy_of_a_file_is_told_by_a_look_and_first_of_all_by_a_run() {
    let environment = TestEnvironment::new();
    let calls: String = (0..50).flat_map(|q| (0..4).map(move |s| call(&format!("q{q}"), s, (q + s) % 3 > 0))).collect();
    environment.write("runs/a.jsonl", &calls);
    let out = environment.done(&["look", "runs", "--quiet"]);
    assert!(!out.contains("twice"), "{out}");
    environment.write("runs/b.jsonl", &calls);
    let out = environment.done(&["look", "runs", "--quiet"]);
    assert_readable(&out, 100);
    let says = "b.jsonl and a.jsonl hold the same 200 samples (of 200 and 200), word for word";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&out).contains(&format!("twice: {says}")) && out.contains("400 calls"), "{out}");
    let out = environment.done(&["audit", "run", "compute", "--from", "runs", "--quiet"]);
    assert_readable(&out, 100);
    assert!(flat(&out).starts_with(&format!("first of all: {says}")) && out.contains("read 400 traces"), "{out}");
    assert!(flat(&out).contains("leave one of the two out"), "{out}");
}

#[test]
fn what_stands_to_be_answered_is_counted_apart_from_calls() {
    let environment = TestEnvironment::new();
    let task = r#"{"train": [{"input": [[0]], "output": [[1]]}], "test": [{"input": [[2]], "output": [[3]]}]}"#;
    environment.write("arc/tasks/0a1b2c3d.json", task);
    environment.write("arc/tasks/0a1b2c3e.json", task);
    let out = environment.done(&["look", "arc", "--quiet"]);
    assert_readable(&out, 100);
    assert!(out.contains("arc tasks  2 files  2 questions of a roster") && !out.contains("no model named"), "{out}");
    assert!(out.contains("scores need submissions") && out.contains("next: candor audit run --from arc"), "{out}");
    let out = environment.done(&["audit", "run", "--from", "arc", "--quiet"]);
    assert_readable(&out, 100);
    assert!(out.contains("The tasks") && out.contains("nothing to read for: faithfulness, compute"), "{out}");
    environment.write("arc/mine.json", r#"{"0a1b2c3d": [{"attempt_1": [[2]], "attempt_2": [[3]]}]}"#);
    let out = environment.done(&["look", "arc", "--quiet"]);
    assert!(out.contains("arc submissions") && out.contains("2 calls  no model named"), "{out}");
    let csv = environment.done(&["audit", "run", "arc", "--from", "arc", "--csv", "--quiet"]);
    assert!(csv.contains("\"arc.solved[set=tasks,arm=mine]\",1,"), "{csv}");
}

/// A mapping of records with an arm, an answer and a verdict.
const MAPPING: &str = "[files]\npath = \"*.jsonl\"\n[[trace]]\nunit = \"q\"\narm = \"way\"\nanswer = \"said\"\n\
                       verdict = { equals = [\"said\", \"right\"] }\ncost = \"bill\"\n";

fn records() -> String {
    let line = |q: usize, s: usize| {
        let (way, said) =
            (if s.is_multiple_of(4) { "cued" } else { "uncued" }, if (q + s).is_multiple_of(3) { "B" } else { "A" });
        format!("{{\"q\":\"q{q}\",\"way\":\"{way}\",\"said\":\"{said}\",\"right\":\"A\",\"bill\":0.01}}\n")
    };
    (0..30).flat_map(|q| (0..8).map(move |s| line(q, s))).collect()
}

#[test]
fn the_arms_of_a_mapping_are_listed() {
    let environment = TestEnvironment::new();
    environment.write("r.jsonl", &records());
    environment.write("m.toml", MAPPING);
    let out = environment.done(&["look", "r.jsonl", "--map", "m.toml", "--quiet"]);
    assert!(out.contains("  arms: uncued 180 calls, cued 60"), "{out}");
    assert!(out.contains("  cost: $2.40 in all, recorded for 240 calls"), "{out}");
    environment.write("none.toml", &MAPPING.replace("arm = \"way\"\n", ""));
    let out = environment.done(&["look", "r.jsonl", "--map", "none.toml", "--quiet"]);
    assert!(out.contains("  arms: none:"), "{out}");
}

#[test]
fn a_path_that_is_in_no_record_stands_first_and_stops_a_run_that_hangs_on_it() {
    let environment = TestEnvironment::new();
    environment.write("r.jsonl", &records());
    for (right, wrong, target) in
        [("answer = \"said\"", "answer = \"siad\"", "answer"), ("[\"said\", ", "[\"siad\", ", "verdict")]
    {
        // Where the answer is misspelt in both places nothing is left of it; a verdict can be misspelt alone.
        let mapping =
            if target == "answer" { MAPPING.replace("\"said\"", "\"siad\"") } else { MAPPING.replace(right, wrong) };
        environment.write("m.toml", &mapping);
        let ran = environment.run(&["audit", "run", "--from", "r.jsonl", "--map", "m.toml", "--quiet"]);
        assert_eq!(ran.code, Some(6), "{target}: {} {}", ran.out, ran.err);
        let says = format!("`siad` (for {target}) is in none of the records");
        assert!(ran.err.contains(&says) && ran.err.contains("write `said` in the mapping"), "{}", ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    environment.write("m.toml", &MAPPING.replace("\"bill\"", "\"blil\""));
    let out = environment.done(&["audit", "run", "--from", "r.jsonl", "--map", "m.toml", "--quiet"]);
    let first = out.lines().next().unwrap_or_default();
    assert!(first.contains("`blil` (for cost) is in none of the records"), "{out}");
}

#[test]
fn samples_that_stand_twice_and_names_that_were_not_read_are_told_and_drafted_for() {
    let environment = TestEnvironment::new();
    let mut rows = String::from("question_id,model,dose,temp,sample,answer,correct\n");
    for (q, dose, sample) in (0..30).flat_map(|q| (0..5).flat_map(move |dose| (0..3).map(move |s| (q, dose, s)))) {
        rows.push_str(&format!("q{q},m,{dose},0.7,{sample},A,{}\n", u8::from((q + dose + sample) % 3 > 0)));
    }
    environment.write("doses.csv", &rows);
    let out = environment.done(&["look", "doses.csv", "--quiet"]);
    assert_readable(&out, 100);
    let told: Vec<&str> = out.lines().take_while(|line| !line.starts_with("  samples")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    doses.csv: 1 file, 1 format recognised
    twice: 360 of 450 calls have question and number in common with an earlier one of the same model,
           effort, arm and cue: audits use one of them
    not read: dose, temp: nothing takes them, a mapping can
    a mapping to correct: candor look doses.csv --draft mapping.toml
    ");
    assert!(out.contains("compute curve         ready  30 questions, 3 samples each"), "{out}");
    let json: serde_json::Value =
        serde_json::from_str(&environment.done(&["look", "doses.csv", "--json"])).expect("JSON");
    assert_eq!((&json["holds"]["repeated"], &json["unread"]["names"][0]), (&360.into(), &"dose".into()));

    let out = environment.done(&["look", "doses.csv", "--draft", "m.toml", "--quiet"]);
    assert!(out.contains("m.toml: a draft of a mapping for doses.csv"), "{out}");
    assert!(out.contains("next: candor look doses.csv --map m.toml"), "{out}");
    let mapping = std::fs::read_to_string(environment.path("m.toml")).expect("written");
    assert!(mapping.contains("dose"), "the column stands there to be named: {mapping}");
    let out = environment.done(&["look", "doses.csv", "--map", "m.toml", "--quiet"]);
    assert!(out.contains("450 calls") && !out.contains("not read"), "{out}");
}

#[test]
fn a_budget_is_an_effort_and_nothing_stands_twice() {
    let environment = TestEnvironment::new();
    let mut rows = String::from("question_id,model,reasoning_budget,sample_idx,predicted,is_correct\n");
    for (q, budget, sample) in (0..40).flat_map(|q| (0..5).flat_map(move |b| (0..3).map(move |s| (q, b, s)))) {
        rows.push_str(&format!("q{q},m,{},{sample},A,{}\n", 1024 << budget, u8::from((q + budget + sample) % 3 > 0)));
    }
    environment.write("budgets.csv", &rows);
    let out = environment.done(&["look", "budgets.csv", "--quiet"]);
    assert!(!out.contains("twice: ") && !out.contains("not read: "), "{out}");
    assert!(out.contains("40 questions, 3 samples each") && !out.contains("no budget recorded"), "{out}");
}

#[test]
fn arms_under_names_of_their_own_are_read_or_said() {
    let environment = TestEnvironment::new();
    let line = |q: usize, arm: &str, beside: &str| {
        format!(
            "{{\"question_id\":{q},\"condition\":\"{arm}\",\"answer\":\"A\",\"reasoning\":\"so A\",\"gold\":\"A\",\"correct\":true{beside}}}\n"
        )
    };
    let cue = ",\"cue_kind\":\"professor\",\"hint_option\":\"B\"";
    let both = |cue: &str| (0..40).map(|q| line(q, "no_hint", "") + &line(q, "hint", cue)).collect::<String>();
    environment.write("told.jsonl", &both(cue));
    environment.write("untold.jsonl", &both(""));
    let out = environment.done(&["look", "told.jsonl", "--quiet"]);
    let is_ready = |line: &str| line.trim_start().starts_with("faithfulness ") && line.contains(" ready ");
    assert!(out.lines().any(is_ready) && out.contains("arms: cued 40 calls, uncued 40"), "{out}");
    assert!(!out.contains("arm names are"), "{out}");
    let out = environment.done(&["look", "untold.jsonl", "--quiet"]);
    assert_readable(&out, 100);
    assert!(out.contains("arm names are hint, no_hint; needed: cued, uncued"), "{out}");
}

#[test]
fn what_is_no_json_or_has_no_content_is_said_with_what_to_do() {
    let environment = TestEnvironment::new();
    environment.write("nan.jsonl", "{\"question_id\":1,\"score\":0.5}\n{\"question_id\":2,\"score\":NaN}\n");
    let ran = environment.run(&["audit", "run", "--from", "nan.jsonl", "--quiet"]);
    assert!(ran.err.contains("nan.jsonl:2: field `score`: expected JSON, which has no NaN"), "{}", ran.err);
    assert!(ran.err.contains("hint: write null"), "{}", ran.err);
    environment.write(
        "odd.jsonl",
        "{\"question_id\":1,\"is_correct\":true}\n{\"question_id\":2,\"is_correct\":\"perhaps\"}\n",
    );
    let ran = environment.run(&["audit", "run", "--from", "odd.jsonl", "--quiet"]);
    assert!(ran.err.contains("field `is_correct (for verdict)`"), "{}", ran.err);
    environment.write("hollow/a.jsonl", "");
    environment.write("hollow/b.jsonl", "");
    for path in ["hollow", "hollow/a.jsonl"] {
        let ran = environment.run(&["look", path, "--quiet"]);
        assert!(ran.code == Some(6) && !ran.err.contains("candor look"), "{}", ran.err);
        assert!(ran.err.contains("with content"), "{}", ran.err);
    }
}
