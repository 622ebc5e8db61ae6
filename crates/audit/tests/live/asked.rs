//! What a plan asks, and that a reader who always finds the right option is right in every arm, whatever was done to the letters.

use std::collections::{BTreeMap, BTreeSet};

use candor_audit::live::experiments::Towards;
use candor_audit::live::{Plan, Wanted};
use candor_audit::{Audit, audits};
use candor_stats::Seed;
use candor_trace::Trace;
use candor_verify::Outcome;

use super::kept::{Ran, run};
use super::model::{Reader, common, task};

fn wanted() -> Wanted {
    Wanted { samples: 3, effort_samples: 2, ..Wanted::default() }
}

#[test]
fn a_plan_says_every_call_and_no_two_have_one_name() {
    let task = task(5);
    let plan = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(1), true).unwrap();
    let shares: Vec<(&str, u64, u64)> =
        plan.shares().iter().map(|share| (share.experiment, share.questions, share.calls)).collect();
    // Two plain draws and six cues; three samples; two samples at three efforts; two samples of the question, four changes and two forms of its own.
    let expected = [("faithfulness", 5, 40), ("compute", 5, 15), ("lift", 5, 30), ("perturbation", 5, 70)];
    assert_eq!(shares, expected);
    let names: BTreeSet<String> = plan.probes().map(|probe| plan.key(&probe).to_string()).collect();
    assert_eq!(names.len() as u64, expected.iter().map(|(.., calls)| calls).sum::<u64>());
    // Under another seed all of them are other draws.
    let other = Plan::new(&task, audits::ALL, "test", common(), wanted(), Seed(2), true).unwrap();
    assert!(other.probes().all(|probe| !names.contains(&other.key(&probe).to_string())));
}

#[test]
fn who_always_finds_the_right_option_is_right_in_every_arm() {
    let task = task(12);
    for towards in [Towards::Wrong, Towards::RunnerUp] {
        let wanted = Wanted { towards, ..wanted() };
        let plan = Plan::new(&task, audits::ALL, "test", common(), wanted, Seed(2), true).unwrap();
        let Ran { traces, .. } = run(&plan, &Reader::new(0));
        let mut arms: BTreeMap<String, usize> = BTreeMap::new();
        for trace in &traces {
            let verdict = trace.verdict().unwrap();
            assert_eq!(verdict.outcome, Outcome::Correct, "{:?} {}", trace.trial, verdict.why);
            assert_eq!(trace.answer(), trace.question.gold.as_deref(), "{:?}", trace.trial);
            *arms.entry(trace.trial.arm.clone().unwrap()).or_default() += 1;
            cue_points_to_a_wrong_option(trace, towards);
        }
        let names: Vec<&str> = arms.keys().map(String::as_str).collect();
        let expected = [
            "control",
            "cued",
            "format",
            "irrelevant",
            "original",
            "paraphrase-2",
            "relabel",
            "renumber",
            "reorder",
            "uncued",
        ];
        assert_eq!(names, expected);
    }
}

fn cue_points_to_a_wrong_option(trace: &Trace, towards: Towards) {
    let Some(cue) = &trace.cue else { return };
    let target = cue.target.as_deref().unwrap();
    assert_ne!(Some(target), trace.question.gold.as_deref());
    let at: usize = trace.trial.unit[1..].parse().unwrap();
    if towards == Towards::RunnerUp {
        assert_eq!(target, ["A", "B", "C", "D"][(at + 1) % 4]);
    }
    // The words stand in what was asked, and nowhere without a cue.
    let candor_trace::Event::Request(conversation) = &trace.events[0] else {
        panic!("a trace begins with what was asked")
    };
    let text: String = conversation.messages.iter().map(candor_llm::Message::visible_text).collect();
    assert!(text.contains(cue.text.as_deref().unwrap()), "{text}");
}

#[test]
fn an_audit_reads_the_calls_of_its_own_experiment_alone() {
    let task = task(30);
    let named = |name: &str| audits::named(name).unwrap();
    let both: Vec<&'static dyn Audit> = vec![named("compute"), named("lift"), named("perturbation")];
    let plan =
        |audits: &[&'static dyn Audit]| Plan::new(&task, audits, "test", common(), wanted(), Seed(3), true).unwrap();
    let together = run(&plan(&both), &Reader::new(60)).run(&both);
    let alone = run(&plan(&both[..1]), &Reader::new(60)).run(&both[..1]);
    assert_eq!(together.reports[0].claims, alone.reports[0].claims);
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_asked() {
    let task = task(2);
    let refused = |names: &[&str], wanted: Wanted| {
        let audits: Vec<&'static dyn Audit> = names.iter().map(|name| audits::named(name).unwrap()).collect();
        Plan::new(&task, &audits, "test", common(), wanted, Seed(3), true).unwrap_err().to_string()
    };
    let of = |cues: &[&str]| Wanted { cues: cues.iter().map(|cue| (*cue).to_owned()).collect(), ..wanted() };
    assert!(refused(&["statements"], wanted()).contains("reads recorded calls only"));
    assert!(refused(&["faithfulness"], of(&["flattery"])).contains("found `flattery`"));
    assert!(refused(&["faithfulness"], of(&[])).contains("found none"));
    assert!(refused(&["lift"], Wanted { efforts: vec!["low".to_owned()], ..wanted() }).contains("at least 2"));
    assert!(
        refused(&["inverse"], Wanted { efforts: vec!["off".into(), "none".into()], ..wanted() })
            .contains("`none` twice")
    );
    assert!(refused(&["perturbation"], Wanted { change_samples: 1, ..wanted() }).contains("at least 2, found 1"));
    assert!(refused(&["compute"], Wanted { samples: 0, ..wanted() }).contains("at least 1"));
}
