//! `candor compare`: three outcomes, three exit codes, each of them planted.

use crate::environment::{TestEnvironment, assert_readable, call};

const FAIL_IF: [&str; 2] = ["--fail-if", "accuracy drops by more than 2 points"];

/// `questions` questions, one call each; four in five are right before. After, `lost` of the right ones are wrong and `gained` of the
/// wrong ones right.
fn two_runs(environment: &TestEnvironment, questions: usize, lost: usize, gained: usize) {
    let right = questions * 4 / 5;
    let before = (0..questions).map(|q| call(&format!("q{q}"), 0, q < right));
    let after =
        (0..questions).map(|q| call(&format!("q{q}"), 0, if q < right { q >= lost } else { q < right + gained }));
    environment.write("before.jsonl", &before.collect::<String>());
    environment.write("after.jsonl", &after.collect::<String>());
}

fn compare(environment: &TestEnvironment) -> (Option<i32>, String) {
    let ran = environment.run(&["compare", "before.jsonl", "after.jsonl", "--quiet", FAIL_IF[0], FAIL_IF[1]]);
    assert_readable(&ran.out, 100);
    (ran.code, ran.out)
}

#[test]
fn no_planted_drop_passes() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 1000, 12, 12);
    let (code, out) = compare(&environment);
    insta::assert_snapshot!(out, @r#"
    no drop beyond 2 points (upper bound of the drop 1.0)

                accuracy               n  mark
    before      80.0 [77.4, 82.4]  1,000  evidence-backed
    after       80.0 [77.4, 82.4]  1,000  evidence-backed
    difference   0.0 [-1.0, +1.0]  1,000  evidence-backed
    1,000 questions that both have; 12 gained, 12 lost
    before: 95 % Wilson at n_eff, t(G-1)
    after: 95 % Wilson at n_eff, t(G-1)
    difference: 95 % Newcombe, method 10
    accuracy of one draw: each question's accuracy is the mean over its samples, not a vote

    what this cannot show
      - the questions that both runs share: a drop elsewhere is not seen
      - what changed between the runs (model, prompt, route) is not told apart
      - one draw is compared: a vote over several draws may change otherwise
    "#);
    assert_eq!(code, Some(0));
}

#[test]
fn a_planted_drop_fails() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 1000, 70, 10);
    let (code, out) = compare(&environment);
    insta::assert_snapshot!(out, @r#"
    accuracy drops by more than 2 points (lower bound of the drop 4.3)

                accuracy               n  mark
    before      80.0 [77.4, 82.4]  1,000  evidence-backed
    after       74.0 [71.2, 76.6]  1,000  evidence-backed
    difference  -6.0 [-7.8, -4.3]  1,000  evidence-backed
    1,000 questions that both have; 10 gained, 70 lost
    before: 95 % Wilson at n_eff, t(G-1)
    after: 95 % Wilson at n_eff, t(G-1)
    difference: 95 % Newcombe, method 10
    accuracy of one draw: each question's accuracy is the mean over its samples, not a vote

    what this cannot show
      - the questions that both runs share: a drop elsewhere is not seen
      - what changed between the runs (model, prompt, route) is not told apart
      - one draw is compared: a vote over several draws may change otherwise
    "#);
    assert_eq!(code, Some(1));
}

#[test]
fn too_little_data_is_neither() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 140, 4, 4);
    let (code, out) = compare(&environment);
    insta::assert_snapshot!(out, @r#"
    cannot tell: 140 items, 1,130 needed to pass, if there is no true drop (80 % power); the drop may be
    4.4, 2 are allowed

                accuracy             n  mark
    before      80.0 [72.5, 85.8]  140  evidence-backed
    after       80.0 [72.5, 85.8]  140  evidence-backed
    difference   0.0 [-4.4, +4.4]  140  inferred
    140 questions that both have; 4 gained, 4 lost
    before: 95 % Wilson at n_eff, t(G-1)
    after: 95 % Wilson at n_eff, t(G-1)
    difference: 95 % Newcombe, method 10
    difference: inferred because the interval leaves "no drop by 2.000 points or more" open
    accuracy of one draw: each question's accuracy is the mean over its samples, not a vote

    what this cannot show
      - the questions that both runs share: a drop elsewhere is not seen
      - what changed between the runs (model, prompt, route) is not told apart
      - one draw is compared: a vote over several draws may change otherwise
    "#);
    assert_eq!(code, Some(8));
}

/// 300 questions in arms at efforts, one call each: right in four of five, or in one of five where `fallen` says so.
fn conditions(environment: &TestEnvironment, file: &str, conditions: &[(&str, &str, bool)]) {
    let mut out = String::new();
    for (arm, effort, fallen) in conditions {
        for q in 0..300 {
            let call = call(&format!("q{q}"), 0, if *fallen { q % 5 == 1 } else { q % 5 != 0 });
            let with = if arm.is_empty() { String::new() } else { format!(",\"arm\":\"{arm}\"") };
            let call = call.replace(",\"sample\":0}", &format!(",\"sample\":0{with}}}"));
            let with =
                if effort.is_empty() { String::new() } else { format!(",\"effort\":{{\"level\":\"{effort}\"}}") };
            out += &call.replace(",\"model\":\"m\"", &format!(",\"model\":\"m\"{with}"));
        }
    }
    environment.write(file, &out);
}

#[test]
fn efforts_have_rows_and_a_question_counts_once() {
    let environment = TestEnvironment::new();
    conditions(&environment, "before.jsonl", &[("", "low", false), ("", "high", false)]);
    conditions(&environment, "after.jsonl", &[("", "low", false), ("", "high", true)]);
    let (code, out) = compare(&environment);
    insta::assert_snapshot!(out, @r#"
    accuracy drops by more than 2 points (lower bound of the drop 27.2)

                 accuracy                n  mark
    before        80.0 [ 75.1,  84.2]  300  evidence-backed
    after         50.0 [ 46.4,  53.6]  300  evidence-backed
    difference   -30.0 [-32.8, -27.2]  300  evidence-backed
    effort=high  -60.0 [-65.8, -53.0]  300  evidence-backed
    effort=low     0.0 [ -1.2,  +1.2]  300  evidence-backed
    300 questions that both have; 0 gained, 180 lost
    before: 95 % Wilson at n_eff, t(G-1)
    after: 95 % Wilson at n_eff, t(G-1)
    difference: 95 % paired, CR1, t(G-1)
    effort=high: 95 % Newcombe, method 10
    effort=low: 95 % Newcombe, method 10
    accuracy of one draw: each question's accuracy is the mean over its samples, not a vote
    questions were asked in 2 ways: each counts once, its ways with the same weight; the rows by way
    hold together (Bonferroni), and only the difference over all decides

    what this cannot show
      - the questions that both runs share: a drop elsewhere is not seen
      - what changed between the runs (model, prompt, route) is not told apart
      - one draw is compared: a vote over several draws may change otherwise
    "#);
    assert_eq!(code, Some(1));
    let with = |effort: &str| {
        environment.run(&[
            "compare",
            "before.jsonl",
            "after.jsonl",
            "--quiet",
            FAIL_IF[0],
            FAIL_IF[1],
            "--effort",
            effort,
        ])
    };
    assert_eq!((with("low").code, with("high").code), (Some(0), Some(1)));
    let unknown = with("medium");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("--effort") && unknown.err.contains("high, low"), "{}", unknown.err);
}

#[test]
fn a_drop_under_a_planted_cue_is_no_drop_unless_its_arm_is_asked_for() {
    let environment = TestEnvironment::new();
    conditions(&environment, "before.jsonl", &[("uncued", "", false), ("cued", "", false)]);
    conditions(&environment, "after.jsonl", &[("uncued", "", false), ("cued", "", true)]);
    let (code, out) = compare(&environment);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("300 questions that both have") && out.contains("--arm NAME"), "{out}");
    let ran = environment.run(&[
        "compare",
        "before.jsonl",
        "after.jsonl",
        "--quiet",
        FAIL_IF[0],
        FAIL_IF[1],
        "--arm",
        "cued",
    ]);
    assert_eq!(ran.code, Some(1));
    assert!(environment.run(&["compare", "before.jsonl", "after.jsonl", "--arm", "x"]).err.contains("cued, uncued"));
}

#[test]
fn from_four_answers_a_question_on_the_vote_is_pointed_to() {
    let environment = TestEnvironment::new();
    for samples in [3, 4] {
        let calls: String =
            (0..40).flat_map(|q| (0..samples).map(move |s| call(&format!("q{q}"), s, q % 3 != 0))).collect();
        for file in ["before.jsonl", "after.jsonl"] {
            environment.write(file, &calls);
        }
        let ran = environment.run(&["compare", "before.jsonl", "after.jsonl", "--quiet"]);
        assert_eq!(ran.out.contains("--paths K compares"), samples == 4, "{}", ran.out);
    }
}

#[test]
fn without_a_sentence_nothing_is_decided() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 1000, 70, 10);
    let ran = environment.run(&["compare", "before.jsonl", "after.jsonl"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.starts_with("no decision was asked for"), "{}", ran.out);
}

#[test]
fn markdown_and_json_say_the_same() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 1000, 70, 10);
    let arguments = |form| ["compare", "before.jsonl", "after.jsonl", "--quiet", FAIL_IF[0], FAIL_IF[1], form];
    let ran = environment.run(&arguments("--md"));
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.starts_with("**accuracy drops by more than 2 points"), "{}", ran.out);
    let ran = environment.run(&arguments("--json"));
    assert_eq!(ran.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["questions"], 1000);
}

#[test]
fn stored_runs_are_compared_by_their_names() {
    let environment = TestEnvironment::new();
    two_runs(&environment, 1000, 70, 10);
    for file in ["before.jsonl", "after.jsonl"] {
        // Several samples a question, so that the compute audit has something to say.
        let once = std::fs::read_to_string(environment.path(file)).expect("written");
        environment.write(file, &format!("{once}{}", once.replace("\"sample\":0", "\"sample\":1")));
        environment.done(&["audit", "run", "compute", "--from", file, "--quiet"]);
    }
    let files = environment.run(&["compare", "before.jsonl", "after.jsonl", "--quiet", FAIL_IF[0], FAIL_IF[1]]);
    let runs = environment.run(&["compare", "@prev", "@last", "--quiet", FAIL_IF[0], FAIL_IF[1]]);
    assert_eq!(files.code, Some(1));
    assert_eq!(files, runs, "a stored run is as good as its files");
}

#[test]
fn junit_has_the_decision_as_a_case() {
    let outcomes = [
        (1000, 12, 12, "<system-out>no drop beyond 2 points", "failures=\"0\" skipped=\"0\""),
        (1000, 70, 10, "<failure message=\"accuracy drops by more than 2 points", "failures=\"1\" skipped=\"0\""),
        (
            140,
            4,
            4,
            "<skipped message=\"neither passed nor failed, since the data cannot tell: 140 items",
            "failures=\"0\" skipped=\"1\"",
        ),
    ];
    for (questions, lost, gained, case, counts) in outcomes {
        let environment = TestEnvironment::new();
        two_runs(&environment, questions, lost, gained);
        environment.run(&[
            "compare",
            "before.jsonl",
            "after.jsonl",
            "--quiet",
            "--junit",
            "x.xml",
            FAIL_IF[0],
            FAIL_IF[1],
        ]);
        let xml = std::fs::read_to_string(environment.path("x.xml")).unwrap();
        assert!(xml.contains(case) && xml.contains("tests=\"4\"") && xml.matches(counts).count() == 2, "{xml}");
    }
}

#[test]
fn votes_are_compared_and_one_that_the_samples_do_not_allow_is_refused() {
    let environment = TestEnvironment::new();
    let calls: String =
        (0..40).flat_map(|q| (0..5).map(move |s| call(&format!("q{q}"), s, (q + 2 * s) % 7 > 2))).collect();
    environment.write("a.jsonl", &calls);
    let out = environment.done(&["compare", "a.jsonl", "a.jsonl", "--paths", "3", "--quiet"]);
    assert!(out.contains("accuracy of a majority vote over 3 samples (maj@3)"), "{out}");
    let ran = environment.run(&["compare", "a.jsonl", "a.jsonl", "--paths", "9", "--quiet"]);
    let err = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(ran.code == Some(2) && err.contains("9: 0 of 40 questions have so many; 5 would do"), "{err}");
}

#[test]
fn the_side_without_verdicts_is_named() {
    let environment = TestEnvironment::new();
    let calls: String = (0..40).map(|q| call(&format!("q{q}"), 0, q % 2 > 0)).collect();
    environment.write("before.jsonl", &calls);
    let undecided = calls.replace("\"correct\"", "\"error\"").replace("\"wrong\"", "\"error\"");
    assert_ne!(undecided, calls);
    environment.write("after.jsonl", &undecided);
    let ran = environment.run(&["compare", "before.jsonl", "after.jsonl", "--quiet"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(6), ""));
    insta::assert_snapshot!(ran.err, @r#"
    after.jsonl: no verdicts, so that it has no accuracy to compare
    hint: candor look after.jsonl says what this data can answer and what is missing
    "#);
}

#[test]
fn one_table_that_holds_both_nights_is_compared_as_documented() {
    let environment = TestEnvironment::new();
    let page =
        std::fs::read_to_string(candor_testkit::workspace_root().join("docs/formats/mapping.md")).expect("the page");
    let (_, section) = page.split_once("## One file with both sides of a comparison").expect("its section");
    let block =
        |language: &str| section.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let (table, mapping) = (block("csv").expect("a table"), block("toml").expect("a mapping"));
    // The table as it stands, with more questions of the same kind.
    let more: String = (3..60)
        .flat_map(|q| {
            [("monday", q % 3 > 0), ("tuesday", q % 4 > 0)]
                .map(|(night, right)| format!("q{q},{night},{},A\n", if right { "A" } else { "B" }))
        })
        .collect();
    environment.write("nights.csv", &format!("{table}{more}"));
    environment.write("monday.toml", mapping);
    environment.write("tuesday.toml", &mapping.replacen("is = \"monday\"", "is = \"tuesday\"", 1));
    let command = block("console").expect("a command").trim().strip_prefix("$ candor ").expect("of candor");
    let (words, fail_if) = command.split_once(" --fail-if ").expect("a decision");
    let mut words: Vec<&str> = words.split(' ').collect();
    words.extend(["--fail-if", fail_if.trim_matches('"'), "--quiet"]);
    let ran = environment.run(&words);
    assert!(ran.out.contains("59 questions that both have"), "{}{}", ran.out, ran.err);
    // 20 of 59 are wrong on Monday: every third, and q2. On Tuesday every fourth is.
    assert!(ran.out.contains("before       66.1") && ran.out.contains("after        76.3"), "{}", ran.out);
    // Who names the file twice is told.
    let ran = environment.run(&["compare", "nights.csv", "nights.csv", "--map", "monday.toml"]);
    assert!(ran.err.contains("two mappings with `when`") && ran.err.contains("mapping.md"), "{}", ran.err);
}

#[test]
fn hints_name_the_mapping_that_the_run_needed() {
    let environment = TestEnvironment::new();
    let lines: String =
        (0..40).map(|q| format!("{{\"q\":\"q{q}\",\"said\":\"A\",\"key\":\"{}\"}}\n", ["A", "B"][q % 2])).collect();
    environment.write("own.jsonl", &lines);
    environment
        .write("m.toml", "[[trace]]\nunit = \"q\"\nanswer = \"said\"\nverdict = { equals = [\"said\", \"key\"] }\n");
    environment.write("n.toml", "[[trace]]\nunit = \"q\"\nanswer = \"said\"\n");
    let out = environment.done(&["look", "own.jsonl", "--map", "m.toml", "--quiet"]);
    assert!(out.contains("candor compare BEFORE AFTER --map m.toml"), "{out}");
    let ran = environment.run(&["compare", "own.jsonl", "own.jsonl", "--map", "n.toml", "--quiet"]);
    assert!(ran.err.contains("candor look own.jsonl --map n.toml"), "{}", ran.err);
    let ran = environment.run(&["trace", "show", "abcdef", "--from", "own.jsonl", "--map", "m.toml"]);
    assert!(ran.err.contains("candor trace list --from own.jsonl --map m.toml"), "{}", ran.err);
    // Who leaves the mapping out that a run was made with is reminded of it.
    environment.done(&["audit", "run", "--from", "own.jsonl", "--map", "m.toml", "--quiet"]);
    for arguments in [
        &["trace", "list", "--from", "own.jsonl"][..],
        &["compare", "own.jsonl", "own.jsonl"],
        &["audit", "run", "--from", "own.jsonl"],
    ] {
        let ran = environment.run(arguments);
        assert!(ran.code == Some(6) && ran.err.contains("--map m.toml"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_run_that_stopped_early_does_not_claim_a_fixed_plan() {
    let environment = TestEnvironment::new();
    let pebble = ["audit", "run", "compute", "--on", "pebble", "--quiet"];
    let stored = |more: &[&str]| {
        environment.run(&[&pebble[..], more].concat());
        let mut runs: Vec<String> = environment
            .path(".candor/runs")
            .read_dir()
            .expect("the store")
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        runs.sort();
        runs.pop().expect("a run")
    };
    let fixed = stored(&["--limit", "60", "--repeat", "6"]);
    let until = stored(&["--until", "accuracy above 50 %"]);
    let adaptive = stored(&["--limit", "60", "--repeat", "6", "--adaptive"]);
    let said = |before: &str, after: &str, more: &[&str]| {
        environment.run(&[&["compare", before, after, "--json"], more].concat()).out
    };
    assert!(!said(&fixed, &fixed, &[]).contains("answers decided how many"));
    let both = said(&fixed, &until, &[]);
    assert!(both.contains("the second run: its answers decided how many questions were asked (--until)"), "{both}");
    assert!(said(&until, &fixed, &[]).contains("the first run: its answers decided"));
    // Questions that were asked in full are a fixed plan's; those that were left are not.
    assert!(!said(&fixed, &adaptive, &[]).contains("answers decided how many"));
    assert!(said(&adaptive, &adaptive, &[]).contains("how many samples of a question were drawn (--adaptive)"));
    assert!(!said(&adaptive, &adaptive, &["--arm", "uncued"]).contains("answers decided how many"));
}

#[test]
fn the_calls_of_several_models_are_no_samples_of_one() {
    let environment = TestEnvironment::new();
    // Of two models one falls by 20 points and the other rises by 20: together nothing changed.
    let side = |big: usize, small: usize| -> String {
        let of = |model: &str, right: usize| -> String {
            let calls = (0..400).map(|q| call(&format!("q{q}"), 0, q % 10 < right));
            calls.map(|call| call.replace("\"model\":\"m\"", &format!("\"model\":\"{model}\""))).collect()
        };
        of("big", big) + &of("small", small)
    };
    environment.write("before.jsonl", &side(8, 5));
    environment.write("after.jsonl", &side(6, 7));
    let compare = |more: &[&str]| {
        let mut arguments = vec!["compare", "before.jsonl", "after.jsonl", "--quiet", FAIL_IF[0], FAIL_IF[1]];
        arguments.extend(more);
        environment.run(&arguments)
    };
    let both = compare(&[]);
    assert_eq!((both.code, both.out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(both.err, @r#"
    before.jsonl: setting `--model`: expected the calls of one model, found those of 2: big, small
    hint: --model NAME compares the calls of one; --model-after NAME where the side after has another
          one
    "#);
    assert_eq!((compare(&["--model", "big"]).code, compare(&["--model", "small"]).code), (Some(1), Some(0)));
    let crossed = compare(&["--model", "big", "--model-after", "small"]);
    assert!(
        crossed.code == Some(1) && crossed.out.contains("calls of big alone before, of small after"),
        "{}",
        crossed.out
    );
    let none = compare(&["--model", "huge"]);
    assert!(none.code == Some(2) && none.err.contains("found huge; there are: big, small"), "{}", none.err);
    // Calls that name no model are not those of one that is named.
    let unnamed: String = (0..40).map(|q| call(&format!("q{q}"), 1, true).replace("\"model\":\"m\",", "")).collect();
    environment.write("half.jsonl", &(unnamed + &call("q0", 0, true)));
    let half = environment.run(&["compare", "half.jsonl", "half.jsonl", "--quiet"]);
    assert!(half.code == Some(2) && half.err.contains("those of 2: m, none"), "{}", half.err);
    assert!(environment.done(&["look", "before.jsonl"]).contains("BEFORE AFTER --model"), "look says so");
}
