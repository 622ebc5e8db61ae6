//! The mappings that ship as worked examples, each over the files it was written for. Those files are not part of the project: where
//! they are missing the tests say so and pass.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use candor_llm::Provenance;
use candor_trace::import::{Options, Source, Summary, read};
use candor_trace::{Event, LabelValue, Mapping, Trace};
use candor_verify::Outcome;

fn mapping(name: &str) -> Mapping {
    let path = candor_testkit::workspace_root().join("mappings").join(format!("{name}.toml"));
    Mapping::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Reads a folder of the shared data through a shipped mapping; `None` where the data is missing.
fn traces(name: &str, folder: &str) -> Option<(Vec<Trace>, Summary)> {
    let Some(data) = candor_testkit::shared_data().map(|data| data.join(folder)).filter(|path: &PathBuf| path.exists())
    else {
        println!("skipped: {folder} is not on this machine");
        return None;
    };
    let options = Options { mapping: Some(mapping(name)), ..Options::default() };
    let mut traces = Vec::new();
    let mut sink = |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    };
    let summary = read(&Source::new(data), &options, &mut sink).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(summary.invalid, 0);
    assert_eq!(summary.traces, traces.len() as u64);
    Some((traces, summary))
}

fn count<'t, K: Ord>(traces: &'t [Trace], key: impl Fn(&'t Trace) -> K) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for trace in traces {
        *counts.entry(key(trace)).or_default() += 1;
    }
    counts
}

fn arm(trace: &Trace) -> &str {
    trace.trial.arm.as_deref().unwrap_or("none")
}

fn outcome(trace: &Trace) -> Option<Outcome> {
    trace.verdict().map(|verdict| verdict.outcome)
}

fn is(trace: &Trace, label: &str) -> bool {
    trace.label(label) == Some(&LabelValue::Bool(true))
}

#[test]
fn every_shipped_mapping_compiles() {
    let folder = candor_testkit::workspace_root().join("mappings");
    let mut names = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(mapping(&name).name(), Some(name.as_str()));
            names += 1;
        }
    }
    assert!(names >= 9, "{names}");
}

#[test]
fn thinklogits_has_3000_completions_and_1846_usable_pairs() {
    let Some((traces, summary)) = traces("thinklogits_mmlu", "faithfulness/thinklogits_mmlu") else { return };
    assert_eq!(traces.len(), 3000);
    assert_eq!(count(&traces, arm), BTreeMap::from([("cued", 2000), ("uncued", 1000)]));
    assert_eq!(count(&traces, Trace::provenance)[&Provenance::Truncated], 166);
    assert_eq!(traces.iter().filter(|trace| trace.reasoning().is_none()).count(), 0);
    // The prompt ends where the reply begins, in every one of them.
    for trace in &traces {
        let Some(Event::Request(request)) = trace.events.first() else { panic!("{} has no request", trace.origin) };
        let prompt = request.messages[0].visible_text();
        assert!(prompt.contains("[ D ]") && !prompt.contains("</think>"), "{}", trace.origin);
        if let Some(cue) = &trace.cue {
            let text = cue.text.as_deref().unwrap();
            assert!(prompt.ends_with(text) && !text.is_empty(), "{}: {text}", trace.origin);
        }
    }
    let uncued: BTreeMap<(&str, &str), Option<&str>> = traces
        .iter()
        .filter(|trace| arm(trace) == "uncued")
        .map(|trace| ((trace.model.as_deref().unwrap(), trace.trial.unit.as_str()), trace.answer()))
        .collect();
    let mut cells: BTreeMap<(String, String), [usize; 5]> = BTreeMap::new();
    for trace in traces.iter().filter(|trace| arm(trace) == "cued") {
        let cue = trace.cue.as_ref().unwrap();
        let model = trace.model.as_deref().unwrap();
        let (Some(target), Some(Some(plain)), Some(cued)) =
            (cue.target.as_deref(), uncued.get(&(model, trace.trial.unit.as_str())), trace.answer())
        else {
            continue;
        };
        let cell = cells.entry((model.to_owned(), cue.kind.to_string())).or_default();
        cell[0] += 1;
        if *plain != target {
            cell[1] += 1;
            cell[2] += usize::from(cued == target);
            cell[3] += usize::from(cued != target && cued != *plain);
            cell[4] += usize::from(cued == target && is(trace, "verbalises"));
        }
    }
    let found: Vec<[usize; 5]> = cells.values().copied().collect();
    println!("{cells:?}");
    assert_eq!(
        found,
        [[461, 337, 77, 32, 43], [454, 330, 105, 30, 55], [458, 334, 71, 32, 19], [473, 343, 47, 17, 35]]
    );
    assert_eq!(summary.skipped.iter().filter(|skipped| skipped.name.ends_with("faithfulness_results.json")).count(), 4);
    assert_eq!(summary.files.iter().filter(|file| file.traces == 500).count(), 6);
}

#[test]
fn turpin_has_6598_pairs_and_the_published_drop() {
    let Some((traces, _)) = traces("turpin2023", "faithfulness/turpin2023_bbh_suggested_answer") else { return };
    assert_eq!(count(&traces, arm), BTreeMap::from([("cued", 6598), ("uncued", 6598)]));
    assert_eq!(count(&traces, |trace| trace.stratum.clone()).len(), 13);
    let wrong_target: std::collections::BTreeSet<(String, String)> = traces
        .iter()
        .filter(|trace| trace.cue.as_ref().is_some_and(|cue| cue.target != trace.question.gold))
        .map(|trace| (trace.model.clone().unwrap(), trace.trial.unit.clone()))
        .collect();
    let correct = |model: &str, wanted: &str| {
        traces
            .iter()
            .filter(|trace| trace.model.as_deref() == Some(model) && arm(trace) == wanted)
            .filter(|trace| wrong_target.contains(&(model.to_owned(), trace.trial.unit.clone())))
            .filter(|trace| outcome(trace) == Some(Outcome::Correct))
            .count()
    };
    assert_eq!(wrong_target.len(), 2 * 2111);
    assert_eq!((correct("text-davinci-003", "uncued"), correct("text-davinci-003", "cued")), (1259, 491));
    assert_eq!((correct("claude-v1", "uncued"), correct("claude-v1", "cued")), (1370, 726));
}

#[test]
fn the_human_labels_are_read_from_cells_with_line_breaks() {
    let Some((traces, _)) = traces("bct_human_labels", "faithfulness/bct_human_labels") else { return };
    assert_eq!(traces.len(), 452);
    assert_eq!(traces.iter().filter(|trace| is(trace, "verbalises")).count(), 13);
    assert_eq!(traces.iter().filter(|trace| is(trace, "coherent")).count(), 213);
    let class = LabelValue::Text("Explanation contradicts final prediction".to_owned());
    assert_eq!(traces.iter().filter(|trace| trace.label("error_class") == Some(&class)).count(), 30);
    assert!(traces.iter().all(|trace| trace.provenance() == Provenance::Raw));
}

#[test]
fn chainscope_has_1110_forward_replies_and_their_reversals() {
    let Some((traces, _)) = traces("chainscope_iphr", "faithfulness/uzaymacar_chainscope_iphr") else { return };
    assert_eq!(count(&traces, arm), BTreeMap::from([("forward", 1110), ("reversed", 988)]));
    let forward: Vec<Trace> = traces.iter().filter(|trace| arm(trace) == "forward").cloned().collect();
    assert_eq!(
        count(&forward, outcome),
        BTreeMap::from([(Some(Outcome::Correct), 202), (Some(Outcome::Wrong), 776), (Some(Outcome::NoAnswer), 132)])
    );
    assert_eq!(count(&traces, |trace| trace.trial.unit.clone()).len(), 111);
    let number = |trace: &Trace, name: &str| match trace.label(name) {
        Some(LabelValue::Number(number)) => *number,
        other => panic!("{name}: {other:?}"),
    };
    for trace in &traces {
        assert!(number(trace, "accuracy_diff").abs() >= 0.5);
        assert!((number(trace, "group_p_yes_mean") - 0.5).abs() >= 0.055);
        // `NO` must not have become a truth value on the way.
        assert!(matches!(trace.question.gold.as_deref(), Some("YES" | "NO")));
        let right = trace.answer() == trace.question.gold.as_deref();
        assert_eq!(right, outcome(trace) == Some(Outcome::Correct), "{}", trace.origin);
    }
}

#[test]
fn the_game_of_24_has_100_problems_with_100_samples_and_exact_costs() {
    let cases = [
        ("tot_game24_io", 100, 734, 33, 0.138),
        ("tot_game24_cot", 100, 403, 49, 0.4705),
        ("tot_game24_search", 5, 0, 69, 0.7451),
    ];
    for (name, samples, correct, solved, dollars) in cases {
        let Some((traces, _)) = traces(name, "compute/tot_game24") else { return };
        assert_eq!(traces.len(), 100 * samples, "{name}");
        let units = count(&traces, |trace| trace.trial.unit.clone());
        assert!(units.len() == 100 && units.values().all(|count| *count == samples), "{name}");
        let right: Vec<&Trace> = traces.iter().filter(|trace| outcome(trace) == Some(Outcome::Correct)).collect();
        if correct > 0 {
            assert_eq!(right.len(), correct, "{name}");
        }
        let any: std::collections::BTreeSet<&str> = right.iter().map(|trace| trace.trial.unit.as_str()).collect();
        assert_eq!(any.len(), solved, "{name}");
        let cost: i64 = traces.iter().map(|trace| trace.cost.unwrap().0).sum();
        let per_problem = cost as f64 / 1e6 / 100.0;
        println!("{name}: {per_problem} per problem");
        assert!((per_problem - dollars).abs() < 0.0005, "{name}: {per_problem}");
        assert_eq!(traces.iter().map(|trace| trace.trial.sample as usize).max(), Some(samples - 1), "{name}");
    }
}

#[test]
fn cruxeval_is_joined_by_key() {
    let Some((traces, _)) = traces("cruxeval", "compute/cruxeval_codellama7b") else { return };
    assert_eq!(count(&traces, arm), BTreeMap::from([("input", 8000), ("output", 8000)]));
    let correct = |task: &str| {
        traces.iter().filter(|trace| arm(trace) == task && outcome(trace) == Some(Outcome::Correct)).count()
    };
    assert_eq!((correct("input"), correct("output")), (2876, 2737));
}

#[test]
fn livecodebench_has_two_efforts_where_both_were_measured() {
    let Some((traces, _)) = traces("livecodebench", "compute/livecodebench") else { return };
    let efforts = count(&traces, |trace| trace.effort.as_ref().map(ToString::to_string));
    assert_eq!(efforts[&Some("off".to_owned())], 17_723);
    assert_eq!(efforts[&Some("cot".to_owned())], 17_723 - 2874);
    let models = count(&traces, |trace| trace.model.clone());
    assert_eq!(models.len(), 37);
    let mean = |model: &str, effort: &str| {
        let scores: Vec<f64> = traces
            .iter()
            .filter(|trace| trace.model.as_deref() == Some(model))
            .filter(|trace| trace.effort.as_ref().is_some_and(|seen| seen.to_string() == effort))
            .map(|trace| trace.score(Some("pass@1")).unwrap())
            .collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    };
    assert!((mean("Cllama-13b-Ins", "off") - 0.311_691).abs() < 1e-6);
    assert!((mean("Cllama-13b-Ins", "cot") - 0.180_585).abs() < 1e-6);
    assert!((mean("GPT-4O-2024-05-13", "off") - 0.572_443).abs() < 1e-6);
    assert!((mean("GPT-4O-2024-05-13", "cot") - 0.920_923).abs() < 1e-6);
}

#[test]
fn the_labelled_sections_are_carried_as_labels() {
    let Some((traces, _)) = traces("venhoff_backtracking", "faithfulness/venhoff_backtracking") else { return };
    assert_eq!(count(&traces, |trace| trace.model.clone()).values().copied().collect::<Vec<_>>(), [100, 100]);
    let sum = |model: &str, name: &str| {
        let found = traces.iter().filter(|trace| trace.model.as_deref() == Some(model));
        found
            .map(|trace| if let Some(LabelValue::Number(number)) = trace.label(name) { *number } else { 0.0 })
            .sum::<f64>()
    };
    assert!((sum("deepseek-r1-distill-qwen-14b", "backtracking") - 177.0).abs() < 1e-9);
    assert!((sum("qwen2.5-32b-instruct", "backtracking") - 7.0).abs() < 1e-9);
}
