//! Drafts of mappings for files that nothing knows: each loads, and gives traces.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;
use std::path::Path;

use candor_trace::import::{Options, Source, read, survey};
use candor_trace::mapping::draft::{Draft, draft, drafts};
use candor_trace::{Inventory, Mapping, Outcome};

fn drafted(path: &Path) -> Option<(Draft, Inventory)> {
    let draft = draft(path).unwrap()?;
    let mapping = Mapping::parse(&draft.toml).unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    let mut inventory = Inventory::default();
    let options = Options { mapping: Some(mapping), ..Options::default() };
    read(&Source::new(path), &options, &mut |trace| {
        inventory.see(&trace);
        ControlFlow::Continue(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    Some((draft, inventory))
}

fn of(name: &str, text: &str) -> Option<(Draft, Inventory)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    drafted(&path)
}

#[test]
fn plain_records_are_drafted_and_say_what_is_sure() {
    let lines: String = (0..20)
        .map(|number| {
            format!(
                "{{\"task_hash\":\"h{number}\",\"llm\":\"m\",\"generation\":\"<think>a</think>b\",\"grade\":{}}}\n",
                number % 2
            )
        })
        .collect();
    let (draft, inventory) = of("runs.jsonl", &lines).unwrap();
    assert_eq!((inventory.traces, inventory.verdicts, inventory.readable()), (20, 20, 20), "{}", draft.toml);
    assert_eq!(inventory.models.keys().collect::<Vec<_>>(), ["m"]);
    assert!(draft.toml.contains("# sure") && draft.toml.contains("path = \"runs.jsonl\""), "{}", draft.toml);
}

#[test]
fn parallel_lists_and_running_totals_are_seen() {
    let records: Vec<String> = (0..20)
        .map(|number| {
            format!(r#"{{"idx":{number},"ys":["a","b","c"],"infos":[{{"r":1}},{{"r":0}},{{"r":0}}],"used":{{"cost":{}.5}}}}"#, number * 2 + 1)
        })
        .collect();
    let (draft, inventory) = of("search.json", &format!("[{}]", records.join(","))).unwrap();
    assert_eq!((inventory.traces, inventory.verdicts, inventory.costs), (60, 60, 60), "{}", draft.toml);
    assert!(draft.toml.contains("difference = \"resets\""), "{}", draft.toml);
    assert!(!draft.sure && draft.guesses > 0);
}

#[test]
fn a_table_with_foreign_names_is_drafted() {
    let mut table = "Problem,Solution,Model answer,Engine\n".to_owned();
    (0..10).for_each(|number| table.push_str(&format!("\"what is {number}, plus 1?\",{},{number},m\n", number + 1)));
    let (draft, inventory) = of("table.csv", &table).unwrap();
    assert_eq!((inventory.traces, inventory.answers, inventory.verdicts), (10, 10, 10), "{}", draft.toml);
}

#[test]
fn a_grade_in_words_is_the_verdict_and_tokens_in_are_not_tokens_out() {
    let rows: String = (0..60)
        .map(|number| {
            let (said, grade) = if number % 3 == 0 { ("f(7)", "FAIL") } else { ("f(8)", "PASS") };
            format!("sample_{},m,{},{said},{grade},{},{}\n", number / 4, number % 4, 300 + number, 20 + number % 7)
        })
        .collect();
    let (draft, inventory) =
        of("nightly.csv", &format!("case,engine,attempt,said,grade,tok_in,tok_out\n{rows}")).unwrap();
    assert_eq!((inventory.traces, inventory.verdicts), (60, 60), "{}", draft.toml);
    for line in ["verdict = \"grade\"", "usage.input = \"tok_in\"", "usage.output = \"tok_out\""] {
        assert!(draft.toml.contains(line), "{line}\n{}", draft.toml);
    }
}

#[test]
fn files_of_the_same_name_in_different_folders_are_one_draft() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["m1/none", "m1/hint", "m2/none"] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        let text = r#"[{"task_hash":"a","generation":"x","grade":1},{"task_hash":"b","generation":"y","grade":0}]"#;
        std::fs::write(folder.path().join(name).join("out.json"), text).unwrap();
    }
    let nothing = Options::default();
    let summary = survey(&Source::new(folder.path()), &nothing, &mut |_| ControlFlow::Continue(())).unwrap();
    let found = drafts(&summary.skipped).unwrap();
    assert_eq!((found.len(), found[0].files.len()), (1, 3));
    assert!(found[0].toml.contains("path = \"{folder_1}/{folder_2}/out.json\""), "{}", found[0].toml);
    assert!(found[0].toml.contains("{ capture = \"folder_1\" }"), "{}", found[0].toml);
    let mut models = Inventory::default();
    let options = Options { mapping: Some(Mapping::parse(&found[0].toml).unwrap()), ..Options::default() };
    read(&Source::new(folder.path()), &options, &mut |trace| {
        models.see(&trace);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((models.traces, models.models.len(), models.arms.len()), (6, 2, 2));
}

#[test]
fn objects_under_identifiers_are_rows() {
    let pair = |number: u32| {
        let replies: Vec<String> = (0..3)
            .map(|reply| format!("\"{reply}a4f0c1d2-{number}e\":{{\"response\":\"because\",\"final_answer\":\"YES\"}}"))
            .collect();
        format!("\"{number}c6e0f1a2b3c4\":{{\"replies\":{{{}}},\"meta\":{{\"gold\":\"YES\"}}}}", replies.join(","))
    };
    let text = format!("{{{}}}", (0..6).map(pair).collect::<Vec<_>>().join(","));
    let (draft, inventory) = of("pairs.json", &text).unwrap();
    assert_eq!((inventory.traces, inventory.answers, inventory.verdicts), (18, 18, 18), "{}", draft.toml);
    assert!(draft.toml.contains("records = \"{unit}\""), "{}", draft.toml);
}

#[test]
fn what_holds_no_single_value_gives_no_draft() {
    assert!(of("notes.txt", "just words").is_none());
    assert!(
        of(
            "grid.json",
            r#"{"train":[{"input":[[0,1]],"output":[[1,0]]}],"test":[{"input":[[0,1]],"output":[[1,0]]}]}"#
        )
        .is_none()
    );
}

#[test]
fn every_recorded_set_that_no_importer_reads_gets_a_draft_that_loads() {
    let Some(data) = candor_testkit::shared_data() else {
        println!("skipped: the recorded sets are not on this machine");
        return;
    };
    let cases = [
        ("faithfulness/thinklogits_mmlu/DeepSeek-R1-Distill-Llama-8B/sycophancy/completions_with_500.json", 500),
        (
            "faithfulness/turpin2023_bbh_suggested_answer/20230303-191254-snarks-claude-v1-biastypesuggested_answer-fewshotFalse.json",
            150,
        ),
        ("faithfulness/bct_human_labels/bct-qualitative-analysis.csv", 452),
        ("faithfulness/venhoff_backtracking/reasoning_comparison_qwen2.5-32b-instruct.json", 100),
        ("compute/tot_game24/gpt-4_0.7_naive_cot_sample_100_start900_end1000.json", 10_000),
        ("compute/cruxeval_codellama7b/sample_scored_codellama-7b_temp0.2_input.json", 8000),
        ("compute/livecodebench/performances_execution.json", 17_723),
        ("faithfulness/uzaymacar_chainscope_iphr/data/llama-3.1-8b-instruct/sound-speeds.yaml", 10),
    ];
    for (name, wanted) in cases {
        let path = data.join(name);
        let Some((draft, inventory)) = drafted(&path) else { panic!("{name}: no draft") };
        println!("{name}\n{}{} traces\n", draft.toml, inventory.traces);
        assert!(inventory.traces >= wanted, "{name}: {} traces\n{}", inventory.traces, draft.toml);
    }
    // Tasks are no traces.
    assert!(drafted(&data.join("arc/arc_agi_1/data/evaluation/00576224.json")).is_none());
}

#[test]
fn a_mapping_reads_the_file_that_is_named_with_it_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String =
        (0..20).map(|n| format!("{{\"prompt_no\":{n},\"final\":\"A\",\"is_right\":{}}}\n", n % 3 == 0)).collect();
    let (before, after) = (folder.path().join("before.jsonl"), folder.path().join("after.jsonl"));
    std::fs::write(&before, &lines).unwrap();
    std::fs::write(&after, &lines).unwrap();
    let mapping = Mapping::parse(&draft(&before).unwrap().unwrap().toml).unwrap();
    let options = Options { mapping: Some(mapping), ..Options::default() };
    let count = |path: &Path| read(&Source::new(path), &options, &mut |_| ControlFlow::Continue(())).unwrap().traces;
    assert_eq!(count(&after), 20, "named by somebody");
    assert_eq!(count(folder.path()), 20, "found in a folder: only what the mapping names");
}

/// Three plain samples and one hinted one of each of 12 questions, under some names.
fn hinted(column: &str, plain: &str, cued: &str) -> String {
    let line = |question: usize, way: &str, answer: &str| {
        format!("{{\"question_id\":\"q{question}\",\"{column}\":{way},\"picked\":\"{answer}\",\"right\":\"A\"}}\n")
    };
    (0..12)
        .flat_map(|question| {
            let answers = ["A", ["A", "B"][question % 2], "A"];
            let mut lines: Vec<String> = answers.iter().map(|answer| line(question, plain, answer)).collect();
            lines.push(line(question, cued, ["B", "A", "C"][question % 3]));
            lines
        })
        .collect()
}

#[test]
fn hinted_samples_are_never_drafted_among_the_plain_ones() {
    for (column, plain, cued, kind) in [
        ("condition", "\"plain\"", "\"hint\"", "hint"),
        ("nudged", "false", "true", "nudged"),
        ("cue", "null", "\"metadata\"", "metadata"),
        ("cue", "\"none\"", "\"cued\"", "cued"),
        ("cue", "\"\"", "\"metadata\"", "metadata"),
        ("cue", "missing", "\"metadata\"", "metadata"),
        ("hint_type", "\"none\"", "\"grader_hack\"", "grader_hacking"),
        ("setting", "\"control\"", "\"suggested\"", "suggested"),
        ("prompt_variant", "\"baseline\"", "\"cued\"", "cued"),
        // No name says it, the values do.
        ("setup", "\"plain\"", "\"nudged\"", "nudged"),
    ] {
        let lines = hinted(column, plain, cued).replace("\"cue\":missing,", "");
        let (draft, inventory) = of("runs.jsonl", &lines).unwrap();
        let arms: Vec<(&str, u64)> = inventory.arms.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(arms, [("cued", 12), ("uncued", 36)], "{column}\n{}", draft.toml);
        assert_eq!(inventory.cues.get(kind), Some(&12), "{column}\n{}", draft.toml);
        assert_eq!(inventory.cues.len(), 1, "{column}\n{}", draft.toml);
        assert_eq!(inventory.pairs().cued, 12, "{column}\n{}", draft.toml);
    }
}

#[test]
fn ways_of_asking_without_a_hint_keep_their_names() {
    let (draft, inventory) = of("runs.jsonl", &hinted("variant", "\"original\"", "\"paraphrase\"")).unwrap();
    assert_eq!((inventory.arms.len(), inventory.cues.len()), (2, 0), "{}", draft.toml);
    assert!(inventory.arms.contains_key("paraphrase"), "{}", draft.toml);
}

#[test]
fn a_column_that_only_might_be_an_arm_is_asked_about() {
    let (draft, inventory) = of("runs.jsonl", &hinted("block", "\"x\"", "\"y\"")).unwrap();
    assert!(inventory.arms.is_empty(), "{}", draft.toml);
    assert!(draft.toml.contains("# arm = { path = \"block\" }"), "{}", draft.toml);
    // Every question has one of its values: a category, for all that is known.
    let lines: String = (0..40)
        .map(|n| format!("{{\"qid\":{},\"setting\":\"{}\",\"grade\":{}}}\n", n / 2, ["lab", "field"][n / 2 % 2], n % 2))
        .collect();
    let (draft, inventory) = of("runs.jsonl", &lines).unwrap();
    assert!(inventory.arms.is_empty() && draft.toml.contains("# arm = "), "{}", draft.toml);
    // An answer has as few values, but not every question has them equally often.
    let (draft, _) = of("runs.jsonl", &hinted("condition", "\"plain\"", "\"hint\"")).unwrap();
    assert!(draft.toml.contains("answer = \"picked\"") && !draft.toml.contains("# arm = "), "{}", draft.toml);
}

/// Eight plain samples of each of 120 questions, and then eight hinted ones of each: the hint begins after the first 400 records.
fn in_blocks(nothing: &str) -> String {
    let line = |question: usize, sample: usize, condition: &str, rare: &str| {
        let answer = ["A", "B", "C"][(question + sample * (question % 3)) % 3];
        format!("q{question},{sample},{condition},{answer},{},{rare}\n", ["A", "B", "C"][question % 3])
    };
    let rows = |condition: &'static str| {
        (0..120).flat_map(move |question| {
            let rare = if question == 110 { "late" } else { "" };
            (0..8).map(move |sample| line(question, sample, condition, rare))
        })
    };
    let head = "qid,take,hint,picked,right,note\n".to_owned();
    let nothing = if nothing.is_empty() { "" } else { "none" };
    head + &rows(nothing).collect::<String>() + &rows("metadata").collect::<String>()
}

#[test]
fn an_arm_that_begins_late_in_a_file_is_drafted() {
    for nothing in ["", "none"] {
        let (draft, inventory) = of("runs.csv", &in_blocks(nothing)).unwrap();
        let arms: Vec<(&str, u64)> = inventory.arms.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(arms, [("cued", 960), ("uncued", 960)], "{nothing:?}\n{}", draft.toml);
        assert_eq!((inventory.pairs().cued, inventory.cues.get("metadata")), (120, Some(&960)), "{}", draft.toml);
        assert!(draft.toml.contains("from all 1,920 records"), "{}", draft.toml);
        // What stands late in a column is said, as of every other.
        assert!(draft.toml.contains("note (late)"), "{}", draft.toml);
    }
    // The same as lines of JSON in which plain records lack the key.
    let json: String = in_blocks("none")
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let hint = if cells[2] == "none" { String::new() } else { format!("\"hint\":\"{}\",", cells[2]) };
            format!("{{\"qid\":\"{}\",{hint}\"picked\":\"{}\",\"right\":\"{}\"}}\n", cells[0], cells[3], cells[4])
        })
        .collect();
    let (draft, inventory) = of("runs.jsonl", &json).unwrap();
    assert_eq!((inventory.arms.get("cued"), inventory.arms.get("uncued")), (Some(&960), Some(&960)), "{}", draft.toml);
}

#[test]
fn a_value_that_first_stands_late_in_a_file_is_no_arm_of_its_own() {
    // 60 questions of 10 samples; one of the hints is first given after record 400.
    let mut table = "qid,hint_type,picked,right\n".to_owned();
    for question in 0..60 {
        for sample in 0..10 {
            let hint = match (sample % 2, question) {
                (0, _) => "",
                (_, ..50) => "opinion",
                _ => "margin",
            };
            let answer = ["A", "B"][(question * sample) % 2];
            table.push_str(&format!("q{question},{hint},{answer},A\n"));
        }
    }
    let (draft, inventory) = of("runs.csv", &table).unwrap();
    let arms: Vec<(&str, u64)> = inventory.arms.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(arms, [("cued", 300), ("uncued", 300)], "{}", draft.toml);
    assert_eq!(inventory.cues.len(), 2, "{}", draft.toml);
}

/// Four plain and four nudged samples of each of 60 questions, with the option that the nudge points to.
fn nudged(columns: [&str; 2], setup: bool) -> String {
    let [setup_name, target] = columns;
    let mut table = format!("qkey,take,{setup_name},{target},picked,key_opt,musings,usd\n");
    for question in 0..60 {
        let option = |at: usize| ["A", "B", "C", "D", "E"][at % 5];
        for sample in 0..8 {
            let is_nudged = sample >= 4;
            let (setup, to) = match (is_nudged, setup) {
                (true, true) => ("nudged", option(question + 1)),
                (true, false) => ("x", option(question + 1)),
                (false, true) => ("plain", ""),
                (false, false) => ("x", ""),
            };
            let picked =
                if is_nudged && question % 2 == 0 { option(question + 1) } else { option(question + sample % 3) };
            let chain = format!(
                "first case {question} is taken apart step by step for the {sample}th time then {picked} is left"
            );
            table.push_str(&format!(
                "q{question},{sample},{setup},{to},{picked},{},{chain},0.00{sample}\n",
                option(question)
            ));
        }
    }
    table
}

#[test]
fn a_column_of_options_is_what_a_hint_points_to_and_no_kind_of_hint() {
    for (target, setup) in [
        ("nudge_to", true),
        ("hint_points_to", true),
        // No name says it, but it stands there with a nudge only.
        ("planted", true),
        ("z", true),
        ("nudge_to", false),
        ("hint_option", false),
    ] {
        let (draft, inventory) = of("runs.csv", &nudged(["setup", target], setup)).unwrap();
        let toml = &draft.toml;
        if !setup {
            // The same where a word says that there is none.
            let (worded, other) =
                of("runs.csv", &nudged(["setup", target], setup).replace(",x,,", ",x,none,")).unwrap();
            assert_eq!((other.arms.clone(), other.cue_targets), (inventory.arms.clone(), 240), "{}", worded.toml);
        }
        assert!(toml.contains(&format!("cue.target = \"{target}\"")), "{toml}");
        let arms: Vec<(&str, u64)> = inventory.arms.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(arms, [("cued", 240), ("uncued", 240)], "{toml}");
        let kind = if setup { "nudged" } else { "other" };
        assert_eq!((inventory.cues.get(kind), inventory.cues.len()), (Some(&240), 1), "{toml}");
        assert_eq!((inventory.cue_targets, inventory.pairs().cued), (240, 60), "{toml}");
        // What was not found is offered, with what it buys; the chain of thought is one.
        for offered in ["# model = ", "# options = 5   # seen: A, B, C, D, E", "# cue.text = { path = "] {
            assert!(toml.contains(offered), "{offered}: {toml}");
        }
        assert!(toml.contains("reasoning = \"musings\"") && inventory.readable() == 480, "{toml}");
    }
}

#[test]
fn the_longer_of_two_texts_is_the_chain_of_thought() {
    let mut lines = String::new();
    for question in 0..30 {
        for sample in 0..4 {
            let short = format!("so the {sample}th time I would say it is number {question} of them");
            lines.push_str(&format!(
                "{{\"qid\":\"q{question}\",\"first\":\"{short}\",\"second\":\"{short}, {short}, {short}\",\"picked\":\"{}\",\"gold\":\"A\"}}\n",
                ["A", "B"][(question + sample) % 2]
            ));
        }
    }
    let (draft, inventory) = of("runs.jsonl", &lines).unwrap();
    assert!(
        draft.toml.contains("reasoning = \"second\"") && draft.toml.contains("reply = \"first\""),
        "{}",
        draft.toml
    );
    assert_eq!(inventory.readable(), 120);
}

#[test]
fn how_much_a_model_was_to_think_is_its_effort_and_no_arm() {
    for (column, values) in [
        ("dial", ["lean", "mid", "deep"]),
        ("budget", ["1024", "2048", "4096"]),
        ("thinking", ["off", "low", "high"]),
        ("level", ["low", "medium", "high"]),
        // No name says it, but the values do.
        ("depth", ["brief", "normal", "thorough"]),
        ("mode", ["none", "short", "long"]),
    ] {
        let mut table = format!("item,{column},rep,chosen,solution,usd\n");
        for item in 0..40 {
            for value in values {
                for rep in 0..4 {
                    let chosen = ["A", "B"][(item + rep) % 2];
                    table.push_str(&format!("item-{item},{value},{rep},{chosen},A,0.001\n"));
                }
            }
        }
        let (draft, inventory) = of("runs.csv", &table).unwrap();
        assert_eq!((inventory.efforts.len(), inventory.arms.len()), (3, 0), "{}", draft.toml);
        assert!(!draft.toml.contains("arm = ") && draft.toml.contains("sample = \"rep\""), "{}", draft.toml);
    }
    // How hard a question is stands in a column of such a name too.
    let table: String =
        (0..80).map(|n| format!("item-{},{},{},A\n", n / 4, ["low", "high"][n / 4 % 2], ["A", "B"][n % 2])).collect();
    let (draft, inventory) = of("runs.csv", &format!("item,level,chosen,solution\n{table}")).unwrap();
    assert_eq!((inventory.efforts.len(), inventory.arms.len()), (0, 0), "{}", draft.toml);
}

#[test]
fn what_stands_beside_a_hint_and_is_no_option_is_not_what_it_points_to() {
    let table = nudged(["setup", "note"], true);
    // A remark where an option stood, and an option that stands beside plain samples too.
    let remarks = table.lines().map(|line| line.replace(",nudged,", ",nudged,said ")).collect::<Vec<_>>().join("\n");
    let everywhere = table.replace(",plain,,", ",plain,A,");
    for text in [remarks, everywhere] {
        let (draft, inventory) = of("runs.csv", &text).unwrap();
        assert_eq!(inventory.cue_targets, 0, "{}", draft.toml);
    }
}

#[test]
fn what_the_source_decided_is_the_verdict_whatever_its_column_is_called() {
    let mut lines = String::new();
    for question in 0..30 {
        for sample in 0..4 {
            let pick = ["A", "B", "C"][(question + sample) % 3];
            // An answer that is missing was decided, too: it is wrong.
            let (pick, is_right) =
                if sample == 3 { ("null".to_owned(), false) } else { (format!("\"{pick}\""), pick == "A") };
            lines.push_str(&format!(
                "{{\"qid\":\"q{question}\",\"try\":{sample},\"pick\":{pick},\"truth\":\"A\",\"cached\":{},\"ok\":{is_right}}}\n",
                sample % 2 == 0
            ));
        }
    }
    let (draft, inventory) = of("runs.jsonl", &lines).unwrap();
    assert!(draft.toml.contains("verdict = \"ok\""), "{}", draft.toml);
    assert_eq!(inventory.verdicts, 120);
    // Yes and no about something else are no verdict.
    let (draft, _) = of("runs.jsonl", &lines.replace("\"ok\":true", "\"ok\":false")).unwrap();
    assert!(draft.toml.contains("verdict = { equals"), "{}", draft.toml);
}

#[test]
fn rows_under_keys_are_not_listed_again_as_unused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scored.json");
    let list = |item: &dyn Fn(usize, usize) -> String| -> String {
        let rows = (0..40).map(|question| {
            let samples: Vec<String> = (0..5).map(|sample| item(question, sample)).collect();
            format!("\"sample_{question}\": [{}]", samples.join(", "))
        });
        rows.collect::<Vec<_>>().join(", ")
    };
    let replies = list(&|question, sample| format!("\"answer {question} {}\"", sample % 3));
    let scored = list(&|question, sample| ((question + sample) % 2 == 0).to_string());
    let text = format!("{{\"raw_generations\": {{{replies}}}, \"raw_scored\": {{{scored}}}, \"seeds\": [1, 2, 3]}}");
    std::fs::write(&path, text).unwrap();
    let toml = draft(&path).unwrap().unwrap().toml;
    assert!(toml.contains("raw_generations.{key}[*]"), "{toml}");
    assert!(toml.contains("# not used: seeds") && !toml.contains("# not used: raw"), "{toml}");
}

/// Whatever columns are called: one that says in every row whether two others are the same is the verdict on them.
#[test]
fn three_columns_that_agree_are_answer_right_answer_and_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.csv");
    for (head, words) in [
        ("Frage Nr,Antwort des Modells,Lösung,richtig?,Durchgang", ["ja", "nein"]),
        ("item,resp,key,ok,run", ["pass", "fail"]),
        ("thema,xx,yy,zz,no", ["1", "0"]),
    ] {
        let rows: String = (0..240)
            .map(|row: usize| {
                let (question, sample) = (row / 4, row % 4);
                let right = ["A", "B", "C", "D"][question * 7 % 4];
                let given = ["A", "B", "C", "D"][(question * 7 + usize::from((question + sample) % 3 == 0)) % 4];
                format!("F{question},{given},{right},{},{sample}\n", words[usize::from(given != right)])
            })
            .collect();
        std::fs::write(&path, format!("{head}\n{rows}")).unwrap();
        let toml = draft(&path).unwrap().unwrap().toml;
        let columns: Vec<&str> = head.split(',').collect();
        for (target, column) in [("unit", columns[0]), ("answer", columns[1]), ("gold", columns[2])] {
            assert!(toml.contains(&format!("{target} = \"{column}\"")), "{head}: {target}\n{toml}");
        }
        let mapping = Mapping::parse(&toml).unwrap();
        let options = Options { mapping: Some(mapping), ..Options::default() };
        let mut right = 0;
        let summary = read(&Source::new(&path), &options, &mut |trace| {
            let verdict = trace.verdict().unwrap();
            assert_eq!(verdict.outcome == Outcome::Correct, trace.answer() == trace.question.gold.as_deref());
            right += usize::from(verdict.outcome == Outcome::Correct);
            ControlFlow::Continue(())
        });
        assert_eq!((summary.unwrap().traces, right), (240, 160), "{toml}");
    }
}

/// What stands between the cells of a table need not be said: not for samples, not in a draft, not in a mapping.
#[test]
fn semicolons_and_tabs_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.txt");
    for between in [";", "\t"] {
        let rows: String = (0..80)
            .map(|row: usize| {
                [format!("q{}", row / 4), (row % 4).to_string(), "A, B".into(), row.is_multiple_of(3).to_string()]
                    .join(between)
                    + "\n"
            })
            .collect();
        let head = ["question_id", "sample", "answer", "correct"].join(between);
        std::fs::write(&path, format!("{head}\n{rows}")).unwrap();
        let mut count = 0;
        let summary = read(&Source::new(&path), &Options::default(), &mut |trace| {
            assert_eq!(trace.answer(), Some("A, B"));
            count += 1;
            ControlFlow::Continue(())
        });
        assert_eq!((summary.unwrap().files[0].format, count), (candor_trace::import::Format::Samples, 80));
        let head = ["Aufgabe", "Lauf", "Antwort", "Punkte"].join(between);
        std::fs::write(&path, format!("{head}\n{rows}")).unwrap();
        let (_, inventory) = drafted(&path).unwrap();
        assert_eq!(inventory.traces, 80);
    }
}
