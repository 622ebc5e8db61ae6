//! The inverse audit on planted processes: curves that fall, peak, drop at the end or stay flat, and wrong answers that merely take longer.
//! No file is read.
use candor_audit::audits::inverse::AUDIT;
use candor_audit::{Audit, Figure, Report, Settings};
use candor_llm::{Effort, Finish, Provenance, Reasoning};
use candor_stats::{Flag, Mark, Seed, Undefined};
use candor_trace::{Event, Inventory, Trace, Trial};
use candor_verify::{Outcome, Verdict};

use super::reported::claim;

fn verdict(right: bool) -> Event {
    let outcome = if right { Outcome::Correct } else { Outcome::Wrong };
    Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict { outcome, extracted: None, why: String::new() } }
}

fn call(model: &str, effort: Option<&str>, unit: usize, sample: u32, right: bool) -> Trace {
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        model: Some(model.to_owned()),
        effort: effort.map(Effort::from_foreign),
        events: vec![verdict(right)],
        ..Trace::default()
    }
}

/// 100 questions with rates of their own, 4 samples at each budget; the change is added to the rate at that budget.
pub(crate) fn planted(model: &str, budgets: &[(&str, f64)], seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..100 {
        let rate = 0.3 + 0.4 * stream.unit();
        for (budget, change) in budgets {
            for sample in 0..4 {
                traces.push(call(model, Some(budget), unit, sample, stream.chance((rate + change).clamp(0.0, 1.0))));
            }
        }
    }
    traces
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings { resamples: 500, ..Settings::default() });
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

#[test]
fn a_fall_an_inverted_u_and_a_drop_at_the_end_are_found_with_their_onset() {
    for (changes, onset, from) in [
        ([0.25, 0.1, -0.05, -0.2], 2048.0, "1024 tokens"),
        ([-0.2, 0.25, 0.2, -0.15], 8192.0, ""),
        ([0.0, 0.0, 0.0, -0.25], 8192.0, ""),
    ] {
        let budgets: Vec<(&str, f64)> =
            ["8192", "1024", "2048", "4096"].into_iter().zip([3, 0, 1, 2].map(|at| changes[at])).collect();
        let report = audit(&planted("m", &budgets, 11)).unwrap();
        let found = claim(&report, "inverse.onset[model=m]");
        let estimate = found.estimate().unwrap_or_else(|why| panic!("{changes:?}: {why}"));
        assert!((estimate.value() - onset).abs() < 1e-9, "{changes:?}: {found:?}");
        assert!(estimate.interval().unwrap().contains(onset) && found.statement().contains(from), "{found:?}");
        let sentence = &report.findings[0].sentence;
        assert!(
            sentence.contains("hurts")
                && sentence.contains("it answers worse at 8192 tokens than at") == (onset > 8000.0),
            "{sentence}"
        );
        let drop = claim(&report, &report.findings[0].claim);
        assert_eq!((drop.mark(), drop.negated()), (Some(Mark::EvidenceBacked), false), "{drop:?}");
        assert!(claim(&report, "inverse.largest_drop[model=m]").negated(), "a fall beyond the margin is shown");
        let Figure::Curve(curve) = report.figures.iter().find(|figure| figure.name() == "inverse.curve").unwrap()
        else {
            panic!("a curve")
        };
        let xs: Vec<f64> = curve.series[0].points.iter().map(|point| point.x).collect();
        assert_eq!(xs, [1024.0, 2048.0, 4096.0, 8192.0]);
    }
}

#[test]
fn flat_and_rising_curves_do_not_alarm_beyond_their_level() {
    let (mut alarms, mut falls) = (0, 0);
    for world in 0..60 {
        let rise = if world % 4 == 3 { 0.06 } else { 0.0 };
        let budgets = [("off", 0.0), ("1024", rise), ("4096", 2.0 * rise), ("16384", 3.0 * rise)];
        let report = audit(&planted("m", &budgets, 1000 + world)).unwrap();
        let onset = claim(&report, "inverse.onset[model=m]");
        alarms += u32::from(onset.estimate().is_ok());
        falls += u32::from(report.findings.iter().any(|finding| finding.sentence.contains("hurts")));
        if onset.estimate().is_err() {
            assert!(
                onset.estimate().unwrap_err().to_string().contains("up to the largest budget measured, 16384 tokens")
            );
            assert!(
                report.findings[0].sentence.contains("no fall along the budgets is found up to"),
                "{:?}",
                report.findings
            );
        }
    }
    // At 5 % three of 60 are expected; more than seven has a probability below 1 %.
    assert!(alarms <= 7 && falls == alarms, "{alarms} onsets, {falls} findings");
}

/// 200 questions x 8 samples without any effect of length: a wrong answer takes 1.3 times as long.
pub(crate) fn wrong_takes_longer(seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..200 {
        let rate = 0.2 + 0.6 * stream.unit();
        let usual = 400.0 + 800.0 * stream.unit();
        for sample in 0..8 {
            let right = stream.chance(rate);
            let mut trace = call("m", None, unit, sample, right);
            let length = usual * (0.7 + 0.6 * stream.unit()) * if right { 1.0 } else { 1.3 };
            trace.usage.reasoning = Some(length as u64);
            traces.push(trace);
        }
    }
    traces
}

#[test]
fn where_wrong_answers_merely_take_longer_only_an_association_is_reported() {
    let report = audit(&wrong_takes_longer(5)).unwrap();
    let ends = claim(&report, "inverse.longest[model=m]");
    assert!(ends.estimate().unwrap().interval().unwrap().high() < -0.1, "the trap is there: {ends:?}");
    assert_eq!(ends.mark(), Some(Mark::Inferred));
    for claim in &report.claims {
        assert!(!claim.statement().contains("hurt") && !claim.name().contains("onset"), "{claim:?}");
        let associates = ["longest", "concordance", "length_line"].iter().any(|what| claim.name().contains(what));
        if associates {
            assert!(claim.statement().starts_with("association only"), "{claim:?}");
            let failing: Vec<Flag> = claim.flags().failing().into_iter().map(|(flag, ..)| flag).collect();
            assert!(failing.contains(&Flag::Design), "{claim:?}");
        }
    }
    let finding = &report.findings[0];
    assert!(finding.sentence.contains("an association, no cause") && !finding.sentence.contains("hurt"), "{finding:?}");
    let Figure::Table(table) = &report.figures[0] else { panic!("a table") };
    assert!(table.title.starts_with("Association only"), "{}", table.title);
    assert!(report.notes.iter().any(|note| note.contains("no budgets that were asked for")), "{:?}", report.notes);
    assert!(report.claim("inverse.length_line_after[model=m]").unwrap().estimate().unwrap().value() < 0.0);
}

#[test]
fn chains_at_the_limit_are_left_out_and_counted_with_the_way_they_may_bias() {
    let mut traces = wrong_takes_longer(6);
    for trace in traces.iter_mut().step_by(20) {
        trace.events =
            vec![Event::Output { text: String::new(), answer: None, finish: Some(Finish::Length) }, verdict(false)];
    }
    let report = audit(&traces).unwrap();
    let cut = claim(&report, "inverse.truncated[model=m]").estimate().unwrap().value();
    assert!((cut - 80.0).abs() < 1e-9, "{cut}");
    let arm = &report.attrition[0];
    assert_eq!((arm.seen, arm.used, arm.lost["cut off by the token limit"]), (1600, 1520, 80));
    let note = report.notes.iter().find(|note| note.contains("80 chains ran into the token limit")).unwrap();
    assert!(
        note.contains("80 called wrong, whose absence makes long chains look better")
            && note.contains("0 called right"),
        "{note}"
    );
}

#[test]
fn lengths_are_words_of_raw_chains_where_no_tokens_were_counted() {
    let chain = |provenance| Event::Reasoning(Reasoning { text: "a b c ".repeat(9), provenance });
    let mut traces = wrong_takes_longer(7);
    for (at, trace) in traces.iter_mut().enumerate() {
        trace.usage.reasoning = None;
        trace.events.push(chain(if at % 2 == 0 { Provenance::Raw } else { Provenance::Summary }));
    }
    let report = audit(&traces).unwrap();
    assert_eq!(report.attrition[0].lost["no length of the chain"], 800, "the words of a summary are no length");
    let alike = claim(&report, "inverse.longest[model=m]").estimate().unwrap_err().clone();
    assert!(matches!(alike, Undefined::NoData { .. }), "chains of one length: {alike}");
}

#[test]
fn losses_at_a_budget_widen_its_worst_case_and_only_a_fall_that_survives_it_is_evidence() {
    let cut = |share: f64, fall: f64| {
        let mut stream = Seed(1).stream("cut");
        let mut traces = planted("m", &[("1024", 0.0), ("4096", 0.0), ("16384", fall)], 21);
        for trace in &mut traces {
            if trace.effort == Some(Effort::Budget(16384)) && stream.chance(share) {
                let cut = Event::Output { text: String::new(), answer: None, finish: Some(Finish::Length) };
                trace.events = vec![cut];
            }
        }
        audit(&traces).unwrap()
    };
    let drop = "inverse.drop[model=m,from=4096 tokens,to=16384 tokens]";
    let (small, large) = (cut(0.1, -0.45), cut(0.5, -0.3));
    assert_eq!(claim(&small, drop).mark(), Some(Mark::EvidenceBacked), "{:?}", claim(&small, drop));
    let doubtful = claim(&large, drop);
    let failing: Vec<Flag> = doubtful.flags().failing().into_iter().map(|(flag, ..)| flag).collect();
    assert_eq!((doubtful.mark(), failing), (Some(Mark::Inferred), vec![Flag::Attrition]), "{doubtful:?}");
    let worst = |name: &str| claim(&large, name).estimate().unwrap().interval().unwrap().width();
    let (whole, lossy) = ("1024 tokens", "16384 tokens");
    assert!(
        worst(&format!("inverse.accuracy_worst_case[model=m,budget={lossy}]"))
            > 0.4 + worst(&format!("inverse.accuracy_worst_case[model=m,budget={whole}]"))
    );
    let arm = large.attrition.iter().find(|arm| arm.arm.contains(lossy)).unwrap();
    assert_eq!(arm.seen, arm.used + arm.lost.values().sum::<u64>());
}

#[test]
fn levels_have_an_order_but_no_tokens_and_unknown_names_have_neither() {
    let levels = [("high", -0.3), ("off", 0.0), ("low", 0.0), ("medium", 0.0), ("step by step", 0.2)];
    let report = audit(&planted("m", &levels, 9)).unwrap();
    let onset = claim(&report, "inverse.onset[model=m]");
    assert!((onset.estimate().unwrap().value() - 4.0).abs() < 1e-9, "{onset:?}");
    assert!(onset.statement().starts_with("high is the first budget that is shown to hurt"), "{onset:?}");
    assert!(report.notes.iter().any(|note| note.contains("step by step")), "{:?}", report.notes);
    assert!(report.figures.iter().any(|figure| figure.name() == "inverse.curve_levels"));
    assert!(report.claim("inverse.budget_line_after[model=m]").is_none(), "three to six budgets have no two lines");
}

#[test]
fn ten_budgets_also_have_two_lines() {
    let names: Vec<String> = (1..=11).map(|at| (1000 * at).to_string()).collect();
    let budgets: Vec<(&str, f64)> =
        names.iter().enumerate().map(|(at, name)| (name.as_str(), 0.28 - 0.011 * (at as f64 - 5.0).powi(2))).collect();
    let report = audit(&planted("m", &budgets, 13)).unwrap();
    let slope = |side: &str| {
        claim(&report, &format!("inverse.budget_line_{side}[model=m]")).estimate().unwrap().interval().copied().unwrap()
    };
    assert!(slope("before").low() > 0.0 && slope("after").high() < 0.0);
}

#[test]
fn fewer_than_three_budgets_and_no_lengths_are_nothing_to_report() {
    assert!(audit(&planted("m", &[("off", 0.0), ("high", -0.5)], 1)).is_none());
    assert!(audit(&[call("m", None, 0, 0, true)]).is_none());
    let few: Vec<Trace> = planted("m", &[("1", 0.0), ("2", 0.0), ("3", 0.0)], 1).into_iter().take(60).collect();
    let report = audit(&few).unwrap();
    let onset = claim(&report, "inverse.onset[model=m]");
    assert_eq!(onset.mark(), Some(Mark::Hope), "five questions carry no onset: {onset:?}");
}

#[test]
fn readiness_counts_budgets_of_one_scale_and_lengths() {
    let says = |traces: &[Trace]| -> Vec<(bool, String)> {
        let mut holds = Inventory::default();
        traces.iter().for_each(|trace| holds.see(trace));
        AUDIT.readiness(&holds).into_iter().map(|one| (one.ready, one.says)).collect()
    };
    let mixed = says(&planted("m", &[("1024", 0.0), ("4096", 0.0), ("low", 0.0)], 1));
    assert_eq!(mixed[0], (false, "2 budgets recorded: at least 3".to_owned()));
    assert!(says(&planted("m", &[("off", 0.0), ("1024", 0.0), ("4096", 0.0)], 1))[0].0);
    assert!(!mixed[1].0 && mixed[1].1.contains("no length of a chain"), "{mixed:?}");
    let lengths = says(&wrong_takes_longer(1));
    assert_eq!(lengths[1], (true, "1,600 chains of known length; association only".to_owned()));
}

#[test]
fn levels_without_an_order_in_their_names_make_a_curve_by_what_their_calls_spent() {
    let mut traces = planted("m", &[("deep", -0.2), ("lean", 0.0), ("mid", 0.0)], 13);
    for trace in &mut traces {
        let effort = trace.effort.as_ref().map(ToString::to_string).unwrap_or_default();
        trace.usage.output =
            Some(["lean", "mid", "deep"].iter().position(|name| *name == effort).unwrap() as u64 * 500);
    }
    let report = audit(&traces).unwrap();
    assert!(report.findings[0].sentence.contains("it answers worse at deep than at"), "{:?}", report.findings);
    let Figure::Table(table) = &report.figures[0] else { panic!("{:?}", report.figures) };
    assert!(table.notes[0].contains("mean output tokens a call (lean 0, mid 500, deep 1,000)"), "{:?}", table.notes);
    let mut holds = Inventory::default();
    traces.iter().for_each(|trace| holds.see(trace));
    assert!(AUDIT.readiness(&holds)[0].says.contains("3 budgets in order"), "{:?}", AUDIT.readiness(&holds));
}
