//! The compute audit on planted processes: what was planted is found, what was not is not. No file is read.
use candor_audit::audits::compute::{AUDIT, Aggregate};
use candor_audit::{Audit, Cell, Figure, Report, Settings};
use candor_llm::Provenance;
use candor_stats::{Mark, Seed, Stream};
use candor_trace::{Event, Money, Question, Trace, Trial};
use candor_verify::{Outcome, Verdict};

use super::reported::value;

fn verdict(outcome: Outcome, extracted: Option<String>) -> Event {
    Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict { outcome, extracted, why: String::new() } }
}

fn sample(unit: usize, at: u32, answer: Option<u64>) -> Trace {
    let outcome = match answer {
        None => Outcome::NoAnswer,
        Some(0) => Outcome::Correct,
        Some(_) => Outcome::Wrong,
    };
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample: at, ..Trial::default() },
        model: Some("planted-process".to_owned()),
        question: Question { gold: Some("0".to_owned()), options: None },
        events: vec![verdict(outcome, answer.map(|answer| answer.to_string()))],
        cost: Some(Money(1_500)),
        ..Trace::default()
    }
}

/// Questions whose right answer comes with the given probability; wrong ones are spread over `spread` others.
pub(crate) fn process(
    questions: usize,
    samples: u32,
    spread: u64,
    seed: u64,
    rate: impl Fn(&mut Stream) -> f64,
) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    (0..questions)
        .flat_map(|unit| {
            let rate = rate(&mut stream);
            (0..samples)
                .map(|at| {
                    let answer = if stream.chance(rate) { 0 } else { 1 + stream.below(spread) };
                    sample(unit, at, Some(answer))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn audit(traces: &[Trace], settings: &Settings) -> Report {
    let mut observer = AUDIT.start(settings);
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap().unwrap()
}

const KEY: &str = "model=planted-process";

#[test]
fn a_planted_plateau_is_a_wall_with_evidence_and_names_the_row_one_operates_at() {
    // Half of the questions are always right, a quarter become right by voting, a quarter are never right: flat from 8 paths on.
    let traces = process(1_600, 16, 6, 1, |stream| match stream.below(4) {
        0 | 1 => 1.0,
        2 => 0.75,
        _ => 0.0,
    });
    let settings = Settings { compute: operate(16), ..Settings::default() };
    let report = audit(&traces, &settings);
    let wall = report.claims.iter().find(|claim| claim.name().starts_with("compute.wall")).unwrap();
    assert_eq!(wall.mark(), Some(Mark::EvidenceBacked), "{wall:?}");
    assert_eq!(wall.name(), format!("compute.wall[{KEY},paths=4]"));
    assert!(
        report.findings[0].sentence.starts_with("you operate at 16 paths, and no measured setting above 4"),
        "{:?}",
        report.findings
    );
    let gain = report.claim(&format!("compute.gain[{KEY},from=1,to=4]")).unwrap();
    assert_eq!((gain.mark(), gain.negated()), (Some(Mark::EvidenceBacked), false));
    // The mark behind a row is that of its gain; one that is open but small is said to be so.
    let Figure::Table(table) = &report.figures[0] else { panic!("{:?}", report.figures) };
    let marks: Vec<&Cell> = table.rows.iter().filter_map(|row| row.cells.last()).take(4).collect();
    let first = Cell::mark(format!("compute.accuracy[{KEY},paths=1]"));
    assert_eq!(marks[..2], [&first, &Cell::mark(gain.name())], "{marks:?}");
    let large = report.claim(&format!("compute.gain_below[{KEY},from=1,to=4]")).unwrap();
    assert_eq!((large.mark(), large.negated()), (Some(Mark::EvidenceBacked), true), "{large:?}");
    let (lost, cost) = (&report.attrition[0].lost, value(&report, &format!("compute.cost[{KEY},paths=16]")));
    assert!(lost.is_empty() && (cost - 0.024).abs() < 1e-12);
}

#[test]
fn an_open_gain_below_the_margin_bears_the_mark_of_being_below_it() {
    // Every question is always right or never: no vote changes anything.
    let report = audit(&process(900, 8, 1, 2, |stream| f64::from(u8::from(stream.chance(0.5)))), &Settings::default());
    let Figure::Table(table) = &report.figures[0] else { panic!("{:?}", report.figures) };
    let name = format!("compute.gain_below[{KEY},from=4,to=8]");
    assert_eq!(table.rows[2].cells.last(), Some(&Cell::mark_of(&name, "gain < 2")));
    let below = report.claim(&name).unwrap();
    assert_eq!((below.mark(), below.negated()), (Some(Mark::EvidenceBacked), false), "{below:?}");
    let gain = report.claim(&format!("compute.gain[{KEY},from=4,to=8]")).unwrap();
    assert_eq!(gain.mark(), Some(Mark::Inferred), "{gain:?}");
    // No question changed: the bound says what questions that were not drawn may bring, and is called so.
    assert_eq!(gain.estimate().unwrap().method().name(), candor_stats::curve::simultaneous::FEW_CHANGED);
    let note = "from 1 to 4, 4 to 8 paths hardly any question changed";
    assert!(report.notes.iter().any(|said| said.contains(note)), "{:?}", report.notes);
}

fn operate(paths: u32) -> candor_audit::audits::compute::Settings {
    candor_audit::audits::compute::Settings { operate: Some(paths), ..Default::default() }
}

#[test]
fn a_planted_flat_curve_has_no_gain_in_all_but_the_promised_share_of_runs() {
    let mut alarms = 0;
    for seed in 0..60 {
        // Every wrong answer is the same one and comes as often as the right one: a vote gains nothing on average.
        let traces = process(60, 8, 1, seed, |_| 0.5);
        let report = audit(&traces, &Settings { resamples: 300, ..Settings::default() });
        alarms +=
            u32::from(report.claims.iter().any(|claim| {
                claim.name().starts_with("compute.gain[") && !claim.undecided() && claim.estimate().is_ok()
            }));
    }
    // 60 runs at 5 %: more than 9 has probability 1e-3.
    assert!(alarms <= 9, "{alarms} of 60 flat curves were called a gain or a loss");
}

#[test]
fn a_curve_that_falls_is_said_to_fall() {
    // Two questions in three have a wrong answer that leads the right one: voting makes them worse.
    let traces = process(900, 16, 1, 3, |stream| if stream.below(3) == 0 { 0.9 } else { 0.4 });
    let report = audit(&traces, &Settings::default());
    assert!(report.findings[0].sentence.contains("are worse than"), "{:?}", report.findings[0]);
}

#[test]
fn few_questions_are_no_wall_and_say_how_many_are_needed() {
    let report = audit(&process(40, 16, 1, 4, |stream| 0.3 + 0.5 * stream.unit()), &Settings::default());
    let walls = report.claims.iter().filter(|claim| claim.name().starts_with("compute.wall"));
    assert!(walls.into_iter().all(|wall| wall.mark() != Some(Mark::EvidenceBacked)));
    assert!(
        report.notes.iter().any(|note| note.contains("questions, if that is the true gain (80 % power); have ")),
        "{:?}",
        report.notes
    );
}

#[test]
fn a_cut_off_reply_is_no_answer_and_a_missing_verdict_is_lost_and_counted() {
    let mut traces = process(40, 4, 3, 5, |_| 0.8);
    for trace in traces.iter_mut().filter(|trace| trace.trial.sample == 0) {
        trace.events = vec![
            Event::Reasoning(candor_llm::Reasoning { text: "so".to_owned(), provenance: Provenance::Truncated }),
            verdict(Outcome::Wrong, None),
        ];
    }
    let report = audit(&traces, &Settings::default());
    let one = value(&report, &format!("compute.majority[{KEY},k=1]"));
    let two = value(&report, &format!("compute.majority[{KEY},k=4]"));
    assert!(one < 0.65 && two > one, "a missing answer casts no vote: {one} {two}");
    for trace in traces.iter_mut().filter(|trace| trace.trial.sample == 1) {
        trace.events.clear();
    }
    let report = audit(&traces, &Settings::default());
    assert_eq!(report.attrition[0].lost.get("no verdict"), Some(&40));
    let accuracy = report.claim(&format!("compute.accuracy[{KEY},paths=1]")).unwrap();
    assert!(accuracy.why().iter().any(|why| why.contains("V7")), "{:?}", accuracy.why());
}

#[test]
fn the_order_of_the_traces_changes_nothing_but_rounding() {
    let traces = process(80, 8, 3, 6, Stream::unit);
    let mut shuffled = traces.clone();
    Seed(1).stream("order").shuffle(&mut shuffled);
    let (one, other) = (audit(&traces, &Settings::default()), audit(&shuffled, &Settings::default()));
    for claim in one
        .claims
        .iter()
        .filter(|claim| claim.name().starts_with("compute.accuracy") || claim.name().starts_with("compute.pass"))
    {
        let (a, b) = (claim.estimate().unwrap().value(), value(&other, claim.name()));
        assert!((a - b).abs() < 1e-12, "{}", claim.name());
    }
}

#[test]
fn without_answers_the_table_says_any_and_never_majority() {
    let mut traces = process(40, 4, 3, 7, |_| 0.5);
    for trace in &mut traces {
        for event in &mut trace.events {
            if let Event::Verdict { verdict, .. } = event {
                verdict.extracted = None;
            }
        }
    }
    let report = audit(&traces, &Settings::default());
    assert!(report.claims.iter().all(|claim| !claim.name().contains("majority")));
    let asked = Settings {
        compute: candor_audit::audits::compute::Settings { aggregate: Some(Aggregate::Majority), ..Default::default() },
        ..Settings::default()
    };
    assert!(audit(&traces, &asked).notes.iter().any(|note| note.contains("final answers not recorded")));
}

#[test]
fn planted_traces_bear_no_mark() {
    let mut traces = process(40, 4, 3, 8, |_| 0.5);
    traces.iter_mut().for_each(|trace| trace.planted = true);
    let report = audit(&traces, &Settings::default());
    assert!(report.planted && report.claims.iter().all(|claim| claim.mark().is_none()));
}

#[test]
fn settings_that_make_no_sense_are_refused_and_nothing_to_audit_is_silent() {
    let refused = |compute| {
        let mut observer = AUDIT.start(&Settings { compute, ..Settings::default() });
        observer.see(&sample(0, 0, Some(0)));
        observer.report().unwrap_err().to_string()
    };
    assert!(refused(operate(0)).contains("operate"));
    let none = candor_audit::audits::compute::Settings { paths: Some(vec![0]), ..Default::default() };
    assert!(refused(none).contains("paths"));
    assert!(AUDIT.start(&Settings::default()).report().unwrap().is_none());
}

#[test]
fn a_trace_that_stands_twice_is_one_sample() {
    let mut traces = process(80, 4, 3, 9, Stream::unit);
    let once = audit(&traces, &Settings::default());
    traces.extend(traces.clone());
    let twice = audit(&traces, &Settings::default());
    assert_eq!(twice.attrition[0].lost.get("the same sample stands twice"), Some(&320));
    let name = format!("compute.accuracy[{KEY},paths=4]");
    assert!((value(&once, &name) - value(&twice, &name)).abs() < 1e-12);
    assert!(twice.claim(&format!("compute.accuracy[{KEY},paths=8]")).is_none());
    // The mark names them: nothing was lost for want of an outcome.
    let why = twice.claim(&name).unwrap().why().join("; ");
    assert!(why.contains("of 320 samples that are not used, 320 are a second one of the same question"), "{why}");
}

#[test]
fn the_same_identifier_in_another_stratum_is_another_question() {
    let mut traces = process(40, 4, 3, 10, Stream::unit);
    let other: Vec<Trace> = process(40, 4, 3, 11, Stream::unit)
        .into_iter()
        .map(|trace| Trace { stratum: Some("b".to_owned()), ..trace })
        .collect();
    traces.iter_mut().for_each(|trace| trace.stratum = Some("a".to_owned()));
    traces.extend(other);
    let report = audit(&traces, &Settings::default());
    assert!((value(&report, &format!("compute.questions[{KEY}]")) - 80.0).abs() < 1e-12);
}

#[test]
fn a_judge_that_decides_and_a_subject_without_verdicts_are_told() {
    let mut traces = process(60, 4, 3, 12, Stream::unit);
    for trace in &mut traces {
        for event in &mut trace.events {
            if let Event::Verdict { verifier, .. } = event {
                "model_graded_qa".clone_into(verifier);
            }
        }
    }
    let silent: Vec<Trace> = traces
        .iter()
        .map(|trace| Trace { model: Some("silent".to_owned()), events: Vec::new(), ..trace.clone() })
        .collect();
    traces.extend(silent);
    let report = audit(&traces, &Settings::default());
    let accuracy = report.claim(&format!("compute.accuracy[{KEY},paths=1]")).unwrap();
    assert!(accuracy.mark() == Some(Mark::Inferred) && accuracy.why().iter().any(|why| why.contains("V4")));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("silent") && note.contains("none of 240 samples can be used: no verdict")),
        "{:?}",
        report.notes
    );
}

#[test]
fn equal_answers_with_different_verdicts_are_as_right_as_their_samples() {
    // An agent says the same every time, and a program judges what it did.
    let mut traces = process(200, 5, 1, 13, |stream| 0.5 + 0.5 * stream.unit());
    let mut right = 0;
    for event in traces.iter_mut().flat_map(|trace| &mut trace.events) {
        if let Event::Verdict { verdict, .. } = event {
            right += u32::from(verdict.outcome == Outcome::Correct);
            verdict.extracted = Some("done".to_owned());
        }
    }
    let report = audit(&traces, &Settings::default());
    let accuracy = f64::from(right) / 1_000.0;
    assert!(accuracy > 0.6 && accuracy < 0.9, "a vote by verdicts would give more: {accuracy}");
    for paths in [1, 3, 5] {
        let found = value(&report, &format!("compute.accuracy[{KEY},paths={paths}]"));
        assert!((found - accuracy).abs() < 1e-12, "{paths}: {found} for {accuracy}");
    }
    assert!(report.attrition[0].lost.is_empty());
    assert!(
        report.notes.iter().any(|note| note.contains("a vote stands for one of the samples")),
        "{:?}",
        report.notes
    );
}

#[test]
fn two_samples_cast_no_majority_and_make_no_wall() {
    let report = audit(&process(300, 2, 4, 9, Stream::unit), &Settings::default());
    assert!(report.claims.iter().all(|claim| !claim.name().starts_with("compute.wall")), "maj@2 = maj@1 by arithmetic");
    assert!(report.findings.is_empty() && report.notes.iter().any(|note| note.contains("cast no majority")));
}

#[test]
fn where_no_wall_is_shown_none_is_claimed_and_the_step_from_where_one_operates_stands_first() {
    let traces = process(400, 8, 6, 10, |stream| 0.35 + 0.4 * stream.unit());
    let report = audit(&traces, &Settings { compute: operate(4), ..Settings::default() });
    assert!(report.claims.iter().all(|claim| !claim.name().starts_with("compute.wall")));
    assert_eq!(report.findings[0].claim, format!("compute.gain[{KEY},from=4,to=8]"));
    assert!(report.findings[0].sentence.starts_with("you operate at 4 paths"), "{:?}", report.findings);
}

/// The cells of the rows of the main table that begin with these numbers of paths, and their remarks.
fn rows_of<'r>(report: &'r Report, paths: &str) -> Vec<&'r candor_audit::Row> {
    let Some(Figure::Table(table)) = report.figures.first() else { panic!("a table") };
    let is = |row: &&candor_audit::Row| matches!(&row.cells[0], Cell::Text(text) if text == paths);
    table.rows.iter().filter(is).collect()
}

#[test]
fn asked_paths_that_were_not_sampled_have_a_row_that_says_so() {
    let traces = process(60, 8, 3, 5, Stream::unit);
    let asked = candor_audit::audits::compute::Settings {
        paths: Some(vec![1, 8, 99]),
        operate: Some(64),
        ..Default::default()
    };
    let report = audit(&traces, &Settings { compute: asked, ..Settings::default() });
    for (paths, remark) in [("64", Some("you operate here")), ("99", None)] {
        let rows = rows_of(&report, paths);
        assert_eq!((rows.len(), rows[0].remark.as_deref()), (1, remark));
        let Cell::Absent(why) = &rows[0].cells[1] else { panic!("a measured row: {:?}", rows[0]) };
        assert_eq!(
            *why,
            format!("{paths} paths need {paths} usable samples of a question: too few questions have more than 8")
        );
    }
    assert_eq!(rows_of(&report, "8").len(), 1);
}

#[test]
fn a_row_beyond_the_samples_is_a_forecast_and_no_invitation() {
    // Half of the questions are always right, a quarter become right by voting, a quarter are never right: flat from 8 paths on.
    let flat = process(1_600, 16, 6, 1, |stream| match stream.below(4) {
        0 | 1 => 1.0,
        2 => 0.75,
        _ => 0.0,
    });
    let rising = process(200, 8, 3, 6, |_| 0.45);
    for (traces, paths, invites) in [(flat, "32 (fit)", false), (rising, "16 (fit)", true)] {
        let report = audit(&traces, &Settings::default());
        let rows = rows_of(&report, paths);
        let remark = rows[0].remark.as_deref().unwrap();
        assert!(remark.starts_with("a forecast, not measured"), "{remark}");
        assert_eq!(!remark.contains("no reason to buy: nothing measured above"), invites, "{remark}");
        let claim = report.claims.iter().find(|claim| claim.name().starts_with("compute.prediction[")).unwrap();
        assert!(claim.mark().is_none_or(|mark| mark < Mark::EvidenceBacked), "{claim:?}");
    }
}

#[test]
fn what_was_not_measured_is_no_evidence_about_where_one_operates() {
    let traces = process(1_600, 16, 6, 1, |stream| if stream.chance(0.5) { 1.0 } else { 0.75 });
    // Where the curve ends next to the wall, the finding says so.
    let short = process(1_600, 10, 6, 1, |stream| if stream.chance(0.5) { 1.0 } else { 0.9 });
    let compute = candor_audit::audits::compute::Settings { paths: Some(vec![1, 8, 10]), ..Default::default() };
    let report = audit(&short, &Settings { compute, ..Settings::default() });
    let sentence = &report.findings[0].sentence;
    assert!(sentence.ends_with("; the largest that was measured is 10"), "{sentence}");
    let report = audit(&traces, &Settings { compute: operate(64), ..Settings::default() });
    let sentence = &report.findings[0].sentence;
    assert!(sentence.starts_with("no measured setting above"), "{sentence}");
    assert!(sentence.contains("64 paths, where you operate, were not measured: the largest is 16"), "{sentence}");
}

#[test]
fn cued_calls_stand_behind_plain_ones() {
    // With the cue voting makes answers worse, which would outweigh everything.
    let mut traces = process(200, 16, 1, 4, |stream| 0.3 + 0.5 * stream.unit());
    traces.iter_mut().for_each(|trace| trace.trial.arm = Some("uncued".to_owned()));
    let mut cued = process(200, 16, 1, 3, |stream| if stream.below(3) == 0 { 0.9 } else { 0.4 });
    cued.iter_mut().for_each(|trace| trace.trial.arm = Some("cued".to_owned()));
    traces.extend(cued);
    let report = audit(&traces, &Settings::default());
    let sentences: Vec<&str> = report.findings.iter().map(|finding| finding.sentence.as_str()).collect();
    assert!(sentences.len() == 2 && sentences[0].contains("uncued") && sentences[1].contains("worse"), "{sentences:?}");
}
