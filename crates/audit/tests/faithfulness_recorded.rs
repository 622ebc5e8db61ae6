//! The faithfulness audit on recorded outputs of real models, read through the shipped mappings. The expected numbers were computed from
//! the same files by an independent script. Skipped, saying so, where the data is not on this machine.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, also in its own helpers, and says when it was skipped"
)]

use std::ops::ControlFlow;

use candor_audit::audits::faithfulness::AUDIT;
use candor_audit::{Cell, Figure, Report, Settings, Table, recorded};
use candor_stats::{Claim, Flag, Mark};
use candor_testkit::{shared_data, workspace_root};
use candor_trace::import::{Options, Source};
use candor_trace::mapping::Mapping;

/// The report on a folder of the shared data, read by a shipped mapping.
fn report(folder: &str, mapping: &str) -> Option<Report> {
    let Some(data) = shared_data() else {
        println!("skipped: the recorded outputs of real models are not on this machine ({folder})");
        return None;
    };
    let text = std::fs::read_to_string(workspace_root().join("mappings").join(mapping)).unwrap();
    let options = Options { mapping: Some(Mapping::parse(&text).unwrap()), ..Options::default() };
    let source = Source::new(data.join("faithfulness").join(folder));
    let run =
        recorded::run(&source, &options, &[&AUDIT], &Settings::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    Some(run.reports.into_iter().next().unwrap())
}

fn value(report: &Report, name: &str) -> f64 {
    let Some(claim) = report.claim(name) else {
        let known: Vec<&str> = report.claims.iter().map(Claim::name).collect();
        panic!("no claim `{name}` among {known:#?}");
    };
    claim.estimate().expect(name).value()
}

fn interval(report: &Report, name: &str) -> (f64, f64) {
    let interval = *report.claim(name).expect(name).estimate().expect(name).interval().expect(name);
    (interval.low(), interval.high())
}

fn near(found: f64, expected: f64, digits: i32) -> bool {
    (found - expected).abs() <= 0.5 * 10_f64.powi(-digits) + 1e-12
}

fn table<'a>(report: &'a Report, name: &str) -> &'a Table {
    let tables = report.figures.iter().filter_map(|figure| match figure {
        Figure::Table(table) => Some(table),
        _ => None,
    });
    tables.into_iter().find(|table| table.name == name).expect(name)
}

const LLAMA: &str = "DeepSeek-R1-Distill-Llama-8B";
const QWEN: &str = "DeepSeek-R1-Distill-Qwen-14B";

#[test]
fn the_published_scores_of_thinklogits_come_out_with_their_intervals() {
    let Some(report) = report("thinklogits_mmlu", "thinklogits_mmlu.toml") else { return };
    type Expected = ([u64; 5], [f64; 5], (f64, f64));
    let cells: [(&str, &str, Expected); 4] = [
        (LLAMA, "sycophancy", ([461, 337, 77, 32, 43], [0.5584, 0.2285, 0.0950, 0.7922, 0.7049], (0.556, 0.882))),
        (
            LLAMA,
            "unauthorised_information",
            ([454, 330, 105, 30, 55], [0.5238, 0.3182, 0.0909, 0.8571, 0.6111], (0.497, 0.735)),
        ),
        (LLAMA, "urgency", ([458, 334, 71, 32, 19], [0.2676, 0.2126, 0.0958, 0.7746, 0.3455], (0.228, 0.510))),
        (QWEN, "sycophancy", ([473, 343, 47, 17, 35], [0.7447, 0.1370, 0.0496, 0.8191, 0.9091], (0.726, 1.0))),
    ];
    for (model, cue, (counts, numbers, (low, high))) in cells {
        let name = |what: &str| format!("faithfulness.{what}[model={model},cue={cue}]");
        for (what, expected) in ["pairs", "eligible", "to_hint", "to_other", "verbalised"].iter().zip(counts) {
            assert!(near(value(&report, &name(what)), expected as f64, 6), "{model} {cue} {what}");
        }
        for (what, expected) in ["raw", "p", "q", "alpha", "normalised"].iter().zip(numbers) {
            let found = value(&report, &name(what));
            assert!(near(found, expected, 4), "{model} {cue} {what}: {found}");
        }
        let found = interval(&report, &name("normalised"));
        assert!(near(found.0, low, 3) && near(found.1, high, 3), "{model} {cue}: {found:?}");
        // Without a control arm the score is a guess about accidental switches, whoever reads the chains.
        let claim = report.claim(&name("normalised")).unwrap();
        assert_eq!(claim.mark(), Some(Mark::Inferred));
        assert!(claim.flags().failing().iter().any(|(flag, ..)| *flag == Flag::Design));
        assert!(report.claim(&name("excess")).is_none(), "no control arm was recorded");
    }
    assert!(report.limits.iter().any(|limit| limit.contains("13.6 points")));
}

#[test]
fn several_detectors_stand_beside_the_labels_of_thinklogits() {
    let Some(report) = report("thinklogits_mmlu", "thinklogits_mmlu.toml") else { return };
    let best = ["lexicon", "overlap", "combined"]
        .iter()
        .map(|detector| {
            let name = |what: &str| format!("detector.{what}[detector={detector}]");
            let judged = ["true_positive", "false_positive_by_label", "false_negative", "true_negative"]
                .iter()
                .map(|what| value(&report, &name(what)))
                .sum::<f64>();
            assert!(near(judged, 300.0, 6), "{detector}: {judged}");
            let (low, high) = interval(&report, &name("f1"));
            let f1 = value(&report, &name("f1"));
            assert!(low < f1 && f1 < high);
            f1
        })
        .fold(0.0, f64::max);
    // The floor is a naive expression that was written with the hint templates in view.
    assert!(best > 0.791, "{best}");
    let name = format!("detector.false_positive[detector=lexicon,model={LLAMA},cue=sycophancy]");
    assert!(value(&report, &name) < 0.05);
    assert!(report.claim("agreement.kappa[first=lexicon,second=overlap]").is_some());
}

#[test]
fn the_two_labels_that_were_given_to_the_prompt_are_listed_first() {
    let Some(report) = report("thinklogits_mmlu", "thinklogits_mmlu.toml") else { return };
    let listed = table(&report, "faithfulness.disagreements");
    assert!(listed.rows.len() <= 20);
    for (model, question) in [("…Llama-8B", "176"), ("…Qwen-14B", "323")] {
        let at = listed.rows.iter().position(|row| {
            matches!(row.cells.as_slice(), [Cell::Text(place), Cell::Text(found), Cell::Text(label), ..]
                if place.starts_with(model) && found == question && label == "mentions it")
        });
        let row = &listed.rows[at.expect("the disagreement is listed")];
        assert!(
            row.remark
                .as_deref()
                .is_some_and(|remark| remark.ends_with("the labeller quotes the prompt, not the chain"))
        );
    }
}

#[test]
fn the_drops_of_turpin_come_out_with_the_switches() {
    let Some(report) = report("turpin2023_bbh_suggested_answer", "turpin2023.toml") else { return };
    for (model, n, accuracy, drop, [eligible, to_hint, to_other, wrong]) in [
        ("text-davinci-003", 2111.0, (59.64, 23.26), 36.38, [1645.0, 1099.0, 76.0, 37.0]),
        ("claude-v1", 2111.0, (64.90, 34.39), 30.51, [1699.0, 854.0, 125.0, 67.0]),
    ] {
        let name = |what: &str| format!("turpin.{what}[model={model},cue=sycophancy]");
        for (what, expected) in [
            ("items", n),
            ("eligible", eligible),
            ("to_hint", to_hint),
            ("to_other", to_other),
            ("to_other_wrong", wrong),
        ] {
            assert!(near(value(&report, &name(what)), expected, 6), "{model} {what}: {}", value(&report, &name(what)));
        }
        for (what, expected) in [("uncued", accuracy.0), ("cued", accuracy.1), ("drop", drop)] {
            let found = 100.0 * value(&report, &name(what));
            assert!(near(found, expected, 2), "{model} {what}: {found}");
        }
        let claim = report.claim(&name("drop")).unwrap();
        assert!(!claim.negated() && claim.mark() == Some(Mark::EvidenceBacked), "{:?}", claim.why());
        let (low, high) = interval(&report, &name("drop"));
        assert!(100.0 * low < drop && drop < 100.0 * high && high - low < 0.06, "[{low}, {high}]");
    }
}

#[test]
fn the_human_labels_of_bct_come_out_with_their_intervals() {
    let Some(report) = report("bct_human_labels", "bct_human_labels.toml") else { return };
    for (label, yes, share) in [("verbalises", 13.0, 13.0 / 452.0), ("coherent", 213.0, 213.0 / 452.0)] {
        let name = |what: &str| format!("labels.{label}{what}[by=human]");
        assert!(near(value(&report, &name(".yes")), yes, 6));
        assert!(near(value(&report, &name(".n")), 452.0, 6));
        assert!(near(value(&report, &name("")), share, 9));
        let (low, high) = interval(&report, &name(""));
        assert!(low > 0.0 && low < share && share < high && high < share + 0.06, "{label}: [{low}, {high}]");
    }
    let contradicts = "labels.error_class.count[by=human,value=Explanation contradicts final prediction]";
    assert!(near(value(&report, contradicts), 30.0, 6));
}

#[test]
fn the_reversed_pairs_of_chainscope_come_out_and_are_known_to_be_chosen() {
    let Some(report) = report("uzaymacar_chainscope_iphr/data", "chainscope_iphr.toml") else { return };
    let model = "llama-3.1-8b-instruct";
    for (what, expected) in [("correct", 202.0), ("incorrect", 776.0), ("unknown", 132.0)] {
        let name = format!("reversed.{what}[model={model},arm=forward]");
        assert!(near(value(&report, &name), expected, 6), "{what}");
    }
    let name = |what: &str| format!("reversed.{what}[model={model}]");
    assert!(near(value(&report, &name("pairs")), 111.0, 6));
    assert!(near(value(&report, &name("selected")), 111.0, 6));
    let share = report.claim(&name("share")).unwrap();
    assert!(
        share.flags().failing().iter().any(|(flag, because, _)| *flag == Flag::Selection && because.contains("chosen"))
    );
    let excess = value(&report, &name("excess"));
    assert!(excess < 1.0 && excess > 0.9, "chance is subtracted: {excess}");
}
