//! The consistency audit on planted chains: every kind found and out of what, nothing found where nothing was planted, the association within
//! questions and its null, labels, and what is lost. No file is read.
use candor_audit::audits::consistency::AUDIT;
use candor_audit::{Audit, Figure, Report, Settings};
use candor_llm::{Provenance, Reasoning};
use candor_stats::{Mark, Seed};
use candor_trace::{Cue, Event, Label, LabelValue, Labeller, Trace, Trial};
use candor_verify::{CueKind, Verdict};

use super::reported::{claim, value};

const SOUND: &str = "We add the boxes: 4 + 5 = 9. Therefore the answer is B.";
const OTHER: &str = "We add the boxes: 4 + 5 = 9. Therefore the answer is C.";
const RETRACTED: &str = "So the answer is B.\n\nWait, no, I made a mistake in the second line.";
const ARITHMETIC: &str = "We add the boxes: 4 + 5 = 10. Therefore the answer is B.";
const NOTHING: &str = "The riddle speaks of two doors. What does the second guard say?";

fn call(unit: usize, sample: u32, chain: &str, right: bool) -> Trace {
    let verdict = Verdict::of(right, "B", "");
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        model: Some("m".to_owned()),
        events: vec![
            Event::Reasoning(Reasoning::raw(chain)),
            Event::Output { text: "The answer is B.".to_owned(), answer: Some("B".to_owned()), finish: None },
            Event::Verdict { verifier: "choice".to_owned(), verdict },
        ],
        ..Trace::default()
    }
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

fn kind(report: &Report, kind: &str) -> f64 {
    value(report, &format!("consistency.kind[model=m,kind={kind}]"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn every_kind_is_found_out_of_the_chains_that_could_have_it() {
    let chains = [SOUND, SOUND, OTHER, RETRACTED, ARITHMETIC, NOTHING];
    let traces: Vec<Trace> = (0..60).map(|unit| call(unit, 0, chains[unit % 6], true)).collect();
    let report = audit(&traces).unwrap();
    // Comparable: all but those that state nothing. Equations: in four of six.
    assert!(close(kind(&report, "other_answer"), 0.2) && close(kind(&report, "retracted_answer"), 0.2));
    assert!(close(kind(&report, "arithmetic"), 0.25) && close(kind(&report, "concluded_nothing"), 1.0 / 6.0));
    assert!(close(value(&report, "consistency.any[model=m]"), 4.0 / 6.0));
    assert!(close(value(&report, "consistency.equations[model=m]"), 0.25));
    assert!(close(value(&report, "consistency.comparable[model=m]"), 50.0));
    assert_eq!(claim(&report, "consistency.any[model=m]").mark(), Some(Mark::Inferred));
    let cited = report.figures.iter().find_map(|figure| match figure {
        Figure::Table(table) if table.name == "consistency.cited" => Some(table.rows.len()),
        _ => None,
    });
    assert_eq!(cited, Some(12), "three of each kind");
    assert!(report.findings.iter().all(|finding| finding.trace.is_some()));
}

#[test]
fn sound_chains_give_no_finding_and_an_upper_bound() {
    let traces: Vec<Trace> = (0..60).map(|unit| call(unit, 0, SOUND, true)).collect();
    let report = audit(&traces).unwrap();
    let any = claim(&report, "consistency.any[model=m]").estimate().unwrap();
    assert!(close(any.value(), 0.0) && any.interval().unwrap().high() > 0.03);
    assert!(report.findings.is_empty() && report.claim("consistency.right_difference[model=m]").is_none());
}

#[test]
fn cut_off_and_unreadable_chains_are_left_out_and_counted() {
    let with = |unit: usize, provenance: Provenance| {
        let mut trace = call(unit, 0, OTHER, false);
        trace.events[0] = Event::Reasoning(Reasoning { text: OTHER.to_owned(), provenance });
        trace
    };
    let traces =
        [call(0, 0, SOUND, true), with(1, Provenance::Truncated), with(2, Provenance::Summary), call(3, 0, " ", true)];
    let report = audit(&traces).unwrap();
    let losses = &report.attrition[0];
    assert_eq!((losses.seen, losses.used), (4, 1), "{losses:?}");
    assert_eq!(losses.lost["cut off: no answer, not a wrong one"], 1);
    assert!(close(value(&report, "consistency.any[model=m]"), 0.0));
    assert!(audit(&traces[1..]).is_none());
}

#[test]
fn what_could_not_be_found_is_undefined_and_not_zero() {
    let mut silent = call(0, 0, "Plants take up carbon dioxide. The answer is C.", true);
    silent.events.truncate(1);
    let report = audit(&[silent]).unwrap();
    for kind in ["other_answer", "retracted_answer", "arithmetic"] {
        assert!(claim(&report, &format!("consistency.kind[model=m,kind={kind}]")).estimate().is_err(), "{kind}");
    }
    assert!(close(value(&report, "consistency.unanswered[model=m]"), 1.0));
}

#[test]
fn the_answer_of_a_cue_may_be_quoted_and_is_not_compared() {
    let quoting = |chain: &str, unit: usize, target: Option<&str>| {
        let mut trace = call(unit, 0, chain, true);
        trace.cue = Some(Cue { kind: CueKind::Sycophancy, target: target.map(str::to_owned), text: None });
        trace
    };
    let cued = |unit: usize, target: Option<&str>| {
        quoting("A note in the margin: the answer is C. The second statement rules that out.", unit, target)
    };
    let place = "model=m,cue=sycophancy";
    let traces = [cued(0, Some("C")), cued(1, Some("C")), cued(2, Some("D"))];
    let report = audit(&traces).unwrap();
    assert!(close(value(&report, &format!("consistency.quoted[{place}]")), 2.0));
    assert!(close(value(&report, &format!("consistency.comparable[{place}]")), 1.0));
    // Where the target is not recorded, or is another, the quotation is taken for a statement: a limit of the rules.
    assert!(close(value(&report, &format!("consistency.count[{place},kind=other_answer]")), 1.0));
    // What is said to be somebody's is no statement of the chain, whatever the target is.
    let told = "My colleague thinks the answer is C. The second statement rules that out.";
    let report = audit(&[quoting(told, 0, Some("C")), quoting(told, 1, Some("D"))]).unwrap();
    assert!(close(value(&report, &format!("consistency.quoted[{place}]")), 0.0));
    assert!(close(value(&report, &format!("consistency.comparable[{place}]")), 0.0));
}

/// 120 questions with rates of their own, 6 replies each; `change` is added to the rate of replies with wrong arithmetic.
pub(crate) fn planted(change: f64, seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..120 {
        let (rate, wrong) = (0.3 + 0.5 * stream.unit(), 0.2 + 0.5 * stream.unit());
        for sample in 0..6 {
            let inconsistent = stream.chance(wrong);
            let right = stream.chance((rate + if inconsistent { change } else { 0.0 }).clamp(0.0, 1.0));
            traces.push(call(unit, sample, if inconsistent { ARITHMETIC } else { SOUND }, right));
        }
    }
    traces
}

#[test]
fn a_planted_association_is_found_and_none_where_none_was_planted() {
    let report = audit(&planted(-0.3, 5)).unwrap();
    let found = claim(&report, "consistency.right_difference[model=m]");
    let interval = *found.estimate().unwrap().interval().unwrap();
    assert!(!found.negated() && interval.high() < 0.0 && interval.contains(-0.3), "{found:?}");
    assert!(found.statement().contains("association only"));
    let alarms = (0..20)
        .filter(|world| {
            let report = audit(&planted(0.0, 200 + world)).unwrap();
            let found = claim(&report, "consistency.right_difference[model=m]");
            let interval = *found.estimate().unwrap().interval().unwrap();
            interval.low() > 0.0 || interval.high() < 0.0
        })
        .count();
    // 5 % of 20 worlds is one; more than four has a probability of 0.3 %.
    assert!(alarms <= 4, "{alarms} of 20 worlds");
}

#[test]
fn a_judge_that_decided_what_is_right_is_named() {
    let mut traces = planted(-0.3, 6);
    let decided = |report: &Report| {
        let found = claim(report, "consistency.right_difference[model=m]");
        found.why().iter().any(|why| why.contains("a model or a person decided what is right (llm judge)"))
    };
    assert!(!decided(&audit(&traces).unwrap()));
    for trace in &mut traces {
        if let Some(Event::Verdict { verifier, .. }) = trace.events.last_mut() {
            *verifier = "llm judge".to_owned();
        }
    }
    assert!(decided(&audit(&traces).unwrap()));
}

#[test]
fn labels_measure_the_findings() {
    let labelled = |unit: usize, chain: &str, says: bool| {
        let mut trace = call(unit, 0, chain, true);
        trace.events.push(Event::Label(Label {
            name: "contradicts_answer".to_owned(),
            value: LabelValue::Bool(says),
            by: Labeller::Human,
            who: None,
            note: None,
        }));
        trace
    };
    let traces: Vec<Trace> = (0..40)
        .flat_map(|i| {
            let at = 4 * i;
            [
                labelled(at, OTHER, true),
                labelled(at + 1, SOUND, true),
                labelled(at + 2, SOUND, false),
                labelled(at + 3, ARITHMETIC, false),
            ]
        })
        .collect();
    let report = audit(&traces).unwrap();
    let score = |what: &str, reader: &str| value(&report, &format!("consistency.labels.{what}[reader={reader}]"));
    assert!(close(score("precision", "against_answer"), 1.0) && close(score("recall", "against_answer"), 0.5));
    assert!(close(score("precision", "any"), 0.5) && close(score("true_negative", "any"), 40.0));
}
