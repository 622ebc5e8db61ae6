//! The audits of chains on recorded outputs of real models, read through the shipped mappings. Expected numbers were computed from the same
//! files by independent scripts. Skipped, saying so, where the data is not on this machine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, also in its own helpers, and says when it was skipped"
)]

use std::ops::ControlFlow;

use candor_audit::audits::{backtracking, consistency};
use candor_audit::{Audit, Report, Settings, recorded};
use candor_testkit::{shared_data, workspace_root};
use candor_trace::import::{Options, Source};
use candor_trace::mapping::Mapping;

/// The report of one audit on a folder of the shared data, read by a shipped mapping.
fn report(audit: &'static dyn Audit, folder: &str, mapping: &str) -> Option<Report> {
    let Some(data) = shared_data() else {
        println!("skipped: the recorded outputs of real models are not on this machine ({folder})");
        return None;
    };
    let text = std::fs::read_to_string(workspace_root().join("mappings").join(mapping)).unwrap();
    let options = Options { mapping: Some(Mapping::parse(&text).unwrap()), ..Options::default() };
    let source = Source::new(data.join(folder));
    let run =
        recorded::run(&source, &options, &[audit], &Settings::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    Some(run.reports.into_iter().next().unwrap())
}

fn value(report: &Report, name: &str) -> f64 {
    report.claim(name).unwrap_or_else(|| panic!("no claim {name}")).estimate().unwrap().value()
}

#[test]
fn the_labelled_sections_of_venhoff_come_out() {
    let folder = "faithfulness/venhoff_backtracking";
    let Some(report) = report(&backtracking::AUDIT, folder, "venhoff_backtracking.toml") else { return };
    let sections =
        |what: &str, model: &str, by: &str| value(&report, &format!("sections.{what}[model={model},by={by}]"));
    for (model, by, expected) in [
        ("deepseek-r1-distill-qwen-14b", "count", [2401.0, 177.0, 45.0]),
        ("deepseek-r1-distill-qwen-14b", "text", [2187.0, 172.0, 41.0]),
        ("qwen2.5-32b-instruct", "count", [1357.0, 7.0, 5.0]),
        ("qwen2.5-32b-instruct", "text", [1319.0, 7.0, 5.0]),
    ] {
        let found = ["all", "backtracking", "responses"].map(|what| sections(what, model, by));
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-9),
            "{model} {found:?}"
        );
    }
    let score =
        |what: &str| value(&report, &format!("sections.{what}[reader=keywords,model=deepseek-r1-distill-qwen-14b]"));
    assert!((score("precision") - 143.0 / 446.0).abs() < 1e-12 && (score("recall") - 143.0 / 172.0).abs() < 1e-12);
}

#[test]
fn the_rules_see_another_thing_than_the_labels_of_bct() {
    let Some(report) = report(&consistency::AUDIT, "faithfulness/bct_human_labels", "bct_human_labels.toml") else {
        return;
    };
    let count = |what: &str| value(&report, &format!("consistency.labels.{what}[reader=against_answer]"));
    assert!((count("true_positive") + count("false_negative") - 30.0).abs() < 1e-9);
    // 77 of another class, 212 coherent ones without a class; `Other (Please specify)` says nothing.
    assert!((count("false_positive") + count("true_negative") - 289.0).abs() < 1e-9);
    assert!(count("recall") < 0.2, "if the rules saw what people meant, the methods page would have to say so");
}

#[test]
fn arithmetic_in_game_of_24_is_near_an_independent_count() {
    let Some(report) = report(&consistency::AUDIT, "compute/tot_game24", "tot_game24_cot.toml") else { return };
    // A script that reads only `a op b = c`: 1,924 of 30,277 do not hold; such replies are right less often by 5.20 points.
    let equations = value(&report, "consistency.equations[model=gpt-4,arm=cot]");
    assert!((equations - 1924.0 / 30277.0).abs() < 0.003, "{equations}");
    let difference = value(&report, "consistency.right_difference[model=gpt-4,arm=cot]");
    assert!((difference + 0.0520).abs() < 0.003, "{difference}");
}
