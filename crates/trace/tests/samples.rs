//! Samples under common names: which names are read, what stands there unread, and arms under names of their own. Made here, not recorded.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use candor_llm::Effort;
use candor_trace::import::{Format, Limits, Options, Source, Summary, read};
use candor_trace::mapping::draft;
use candor_trace::{Mapping, Trace};
use candor_verify::CueKind;

fn import(path: &Path, options: &Options<'_>) -> (Vec<Trace>, Summary) {
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary.unwrap())
}

fn samples(text: &str) -> (Vec<Trace>, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples");
    std::fs::write(&path, text).unwrap();
    let (traces, summary) = import(&path, &Options::default());
    assert_eq!(summary.files[0].format, Format::Samples);
    (traces, summary)
}

fn arms(traces: &[Trace]) -> BTreeMap<&str, usize> {
    let mut arms = BTreeMap::new();
    for trace in traces {
        *arms.entry(trace.trial.arm.as_deref().unwrap_or("-")).or_default() += 1;
    }
    arms
}

#[test]
fn a_budget_is_the_effort_under_each_of_its_names() {
    for name in [
        "reasoning_budget",
        "thinking_budget",
        "budget_tokens",
        "max_reasoning_tokens",
        "reasoning_tokens_budget",
        "budget",
    ] {
        let table =
            format!("question_id,{name},sample_idx,is_correct\nq1,1024,0,1\nq1,4096.0,0,0\nq1,0,0,0\nq1,,0,1\n");
        let (traces, summary) = samples(&table);
        let efforts: Vec<Option<Effort>> = traces.into_iter().map(|trace| trace.effort).collect();
        let budgets = [Some(Effort::Budget(1024)), Some(Effort::Budget(4096)), Some(Effort::Off), None];
        assert_eq!(efforts, budgets, "{name}");
        assert!(summary.unread.names.is_empty(), "{name}: {:?}", summary.unread);
        let (traces, _) = samples(&format!("{{\"question_id\":1,\"{name}\":2048,\"correct\":true}}\n"));
        assert_eq!(traces[0].effort, Some(Effort::Budget(2048)), "{name}");

        // A form that nothing recognises gets a draft that names it.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.csv");
        let rows: String = (0..40).map(|at| format!("case{},{},{at},yes\n", at / 4, 512 << (at % 4))).collect();
        std::fs::write(&path, format!("case,{name},took,went well\n{rows}")).unwrap();
        let toml = draft::draft(&path).unwrap().unwrap().toml;
        assert!(toml.lines().any(|line| line.starts_with("effort = ") && line.contains(name)), "{name}:\n{toml}");
        Mapping::parse(&toml).unwrap();
    }
}

#[test]
fn what_is_not_read_is_named_and_what_is_read_is_not() {
    let (_, summary) = samples("question_id,dose,correct,reasoning_effort,budget,\u{1b}[2J\nq1,3,1,high,512,x\n");
    assert_eq!(summary.unread.names, ["\\u{1b}[2J", "budget", "dose"]);
    let many: String = (0..150).map(|at| format!(",\"own{at:03}\":1")).collect();
    let (_, summary) = samples(&format!("{{\"question_id\":1,\"correct\":true{many}}}\n"));
    assert_eq!((summary.unread.names.len(), summary.unread.more), (100, 50));
    assert_eq!(summary.unread.names[0], "own000");
}

#[test]
fn arms_get_the_names_that_audits_look_for_where_the_file_says_what_the_cue_is() {
    let table = "question_id,condition,cue_kind,hint_option,answer,correct\n";
    let rows = "q1,no_hint,,,A,1\nq1,Hint,professor,B,B,0\nq1,control,,,A,1\nq1,Control,,,A,1\nq1,paraphrase,,,A,1\nq1,way 7,,,A,1\n";
    let (traces, _) = samples(&format!("{table}{rows}"));
    let expected = BTreeMap::from([("cued", 1), ("uncued", 1), ("control", 2), ("paraphrase", 1), ("way 7", 1)]);
    assert_eq!(arms(&traces), expected);
    assert_eq!(traces[1].cue.as_ref().map(|cue| cue.target.as_deref()), Some(Some("B")));

    // Nobody says what the hint is: another question may have been asked, and the names stay.
    let (traces, _) = samples("question_id,condition,answer,correct\nq1,no_hint,A,1\nq1,hint,B,0\n");
    assert_eq!(arms(&traces), BTreeMap::from([("hint", 1), ("no_hint", 1)]));
}

#[test]
fn a_cue_that_points_somewhere_is_one_whose_kind_nobody_says() {
    let (traces, _) = samples(
        "{\"question_id\":1,\"arm\":\"baseline\",\"hint_option\":\"\",\"answer\":\"A\",\"correct\":true}\n{\"question_id\":1,\"arm\":\"hinted\",\"hint_option\":\"C\",\"answer\":\"C\",\"correct\":false}\n",
    );
    assert_eq!(arms(&traces), BTreeMap::from([("cued", 1), ("uncued", 1)]));
    assert_eq!(traces[0].cue, None);
    let cue = traces[1].cue.as_ref().unwrap();
    assert_eq!((&cue.kind, cue.target.as_deref()), (&CueKind::from_foreign("other"), Some("C")));
}

#[test]
fn a_file_that_begins_with_all_its_plain_calls_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sorted.jsonl");
    let plain: String = (0..3_000)
        .map(|at| {
            format!(
                "{{\"question_id\":{at},\"condition\":\"no_hint\",\"correct\":true,\"prompt\":\"{}\"}}\n",
                "?".repeat(300)
            )
        })
        .collect();
    let cued: String = (0..3_000)
        .map(|at| {
            format!("{{\"question_id\":{at},\"condition\":\"hint\",\"cue_kind\":\"professor\",\"correct\":false}}\n")
        })
        .collect();
    std::fs::write(&path, format!("{plain}{cued}")).unwrap();
    for chunk in [4 << 10, 512 << 10] {
        let options = Options { limits: Limits { chunk, ..Limits::default() }, ..Options::default() };
        let (traces, _) = import(&path, &options);
        assert_eq!(arms(&traces), BTreeMap::from([("cued", 3_000), ("uncued", 3_000)]), "{chunk}");
    }
}

#[test]
fn words_for_arms_are_known_in_every_spelling() {
    let cued = ["hint", "hinted", "with_hint", "cue", "nudge", "sycophancy", "professor_hint", "biased"];
    let uncued = [
        "no_hint",
        "No-Hint",
        "nohint",
        "unhinted",
        "baseline",
        "clean",
        "without_hint",
        "no_cue_2",
        "unbiased",
        "plain",
    ];
    for (called, words) in [("cued", &cued[..]), ("uncued", &uncued), ("control", &["Control", "no_hint_control"])] {
        for word in words {
            assert_eq!(draft::spelled(word), Some(called), "{word}");
        }
    }
    for own in ["cued", "uncued", "control", "original", "paraphrase", "forward", "swap", "way 7", "fresh"] {
        assert_eq!(draft::spelled(own), None, "{own}");
    }
}

/// Every record of such a table asks about a text of its own with the same words.
#[test]
fn one_prompt_for_many_texts_asks_many_questions() {
    let line = |id: usize, input: &str, n: usize| {
        format!(
            "{{\"id\":\"r{id}\",\"prompt\":\"In a word.\",\"input\":\"{input}\",\"output\":\"yes\",\"tokens\":{n},\"correct\":true}}\n"
        )
    };
    // Two samples of each question, each with an identifier of its own.
    let lines: String = (0..20).map(|at| line(at, &format!("Item {}", at % 10), at)).collect();
    let (traces, summary) = samples(&lines);
    let units: BTreeMap<&str, u32> =
        traces.iter().map(|trace| (trace.trial.unit.as_str(), trace.trial.sample)).collect();
    assert_eq!((units.len(), units["In a word.\n\nItem 3"]), (10, 1));
    assert_eq!(summary.unread.names, ["id"]);
    let candor_trace::Event::Request(asked) = &traces[0].events[0] else { return assert_eq!(traces[0].events, []) };
    assert_eq!(asked.messages[0].visible_text(), "In a word.\n\nItem 0");
    // Samples of one question: nothing but the identifier differs, or what differs only counts something, or the prompt differs too.
    for input in ["\"input\":\"Item\"", "\"input\":%", "\"other\":\"Item %\""] {
        let lines: String = (0..20)
            .map(|at| {
                format!(
                    "{{\"id\":{at},\"prompt\":\"In a word.\",{},\"correct\":true}}\n",
                    input.replace('%', &at.to_string())
                )
            })
            .collect();
        assert_eq!(samples(&lines).0.iter().filter(|trace| trace.trial.unit == "In a word.").count(), 20, "{input}");
    }
    let lines: String = (0..20)
        .map(|at| {
            format!("{{\"id\":{at},\"prompt\":\"In a word {}.\",\"input\":\"{at}x\",\"correct\":true}}\n", at % 4)
        })
        .collect();
    assert_eq!(samples(&lines).0.iter().filter(|trace| trace.trial.unit == "In a word 1.").count(), 5);
}

#[test]
fn a_column_that_numbers_the_samples_is_their_number_whatever_it_is_called() {
    for name in ["run", "repeat", "trial", "rep", "rollout", "seed"] {
        let rows: String = (0..12).map(|at| format!("q{},{},1\n", at / 4, 3 - at % 4)).collect();
        let (traces, summary) = samples(&format!("question_id,{name},correct\n{rows}"));
        let numbers: Vec<u32> = traces.iter().map(|trace| trace.trial.sample).collect();
        assert_eq!((&numbers[..5], summary.unread.names.len()), (&[3, 2, 1, 0, 3][..], 0), "{name}");
    }
    // The same for all, words, or the same twice for one question: something else, and named.
    for values in [["1", "1", "1", "1"], ["a", "b", "c", "d"], ["0", "0", "1", "1"]] {
        let rows: String = (0..12).map(|at| format!("q{},{},1\n", at / 4, values[at % 4])).collect();
        let (traces, summary) = samples(&format!("question_id,run,correct\n{rows}"));
        let numbers: Vec<u32> = traces.iter().map(|trace| trace.trial.sample).collect();
        assert_eq!((&numbers[..5], &summary.unread.names[..]), (&[0, 1, 2, 3, 0][..], &["run".to_owned()][..]));
    }
    // What else stands there further down fails nothing.
    let rows: String = (0..5_000).map(|at| format!("question-{:040},{},1\n", at / 2, at % 2)).collect();
    let (traces, _) = samples(&format!("question_id,run,correct\n{rows}q,last,1\nq,last,0\n"));
    let last: Vec<u32> = traces.iter().rev().take(2).map(|trace| trace.trial.sample).collect();
    assert_eq!(last, [1, 0]);
}

#[test]
fn ways_of_asking_are_arms_where_questions_were_put_in_several() {
    let table = |name: &str, ways: [&str; 2]| {
        let rows: String = (0..12).map(|at| format!("q{},{},{},1\n", at / 4, ways[at / 2 % 2], at % 2)).collect();
        samples(&format!("question_id,{name},run,correct\n{rows}"))
    };
    for name in ["prompt_version", "prompt_variant", "prompt_name", "prompt_template", "variant", "template"] {
        let (traces, summary) = table(name, ["short", "no_hint"]);
        assert_eq!(arms(&traces), BTreeMap::from([("no_hint", 6), ("short", 6)]), "{name}");
        assert_eq!((traces[3].trial.sample, summary.unread.names.len()), (1, 0));
    }
    assert_eq!(arms(&table("prompt_version", ["1", "2"]).0).len(), 2);
    // One way alone, numbers under a name that may number anything, a text: no arms, and named.
    for (name, ways) in [("prompt_version", ["v1", "v1"]), ("variant", ["1", "2"]), ("template", ["\"Say\nit\"", "x"])]
    {
        let (traces, summary) = table(name, ways);
        assert_eq!(arms(&traces), BTreeMap::from([("-", 12)]), "{name}");
        assert!(summary.unread.names.contains(&name.to_owned()), "{name}");
    }
    // A question that was put in one way each: something about the question. And where cues are spoken of, arms are about them.
    for rows in [
        "question_id,variant,correct\nq1,a,1\nq2,b,1\n",
        "question_id,variant,cue,correct\nq1,a,,1\nq1,b,professor,1\n",
    ] {
        assert_eq!(arms(&samples(rows).0), BTreeMap::from([("-", 2)]));
    }
}
