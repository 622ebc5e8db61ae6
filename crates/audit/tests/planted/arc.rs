//! The audit of ARC-AGI on planted tasks and attempts: what is solved, by which attempt, what is missing, and what a task cost. No file is read.
use candor_audit::audits::arc::AUDIT;
use candor_audit::audits::compute;
use candor_audit::{Audit, Report, Settings};
use candor_llm::Effort;
use candor_stats::{Mark, Seed};
use candor_trace::{Event, Label, LabelValue, Labeller, Money, Question, Trace, Trial, arm};
use candor_verify::Verdict;

use super::reported::{claim, value};

/// The right grid of a test input: another one for each.
fn right(task: usize, input: usize) -> String {
    format!("[[{},{}],[{},0]]", task % 10, task / 10 % 10, input % 10)
}

fn entry(set: &str, task: usize, input: usize) -> Trace {
    let value = LabelValue::Number(3.0);
    Trace {
        trial: Trial { unit: format!("t{task}#{input}"), arm: Some(arm::ROSTER.to_owned()), ..Trial::default() },
        stratum: (!set.is_empty()).then(|| set.to_owned()),
        question: Question { gold: Some(right(task, input)), options: None },
        events: vec![Event::Label(Label {
            name: "train_pairs".to_owned(),
            value,
            by: Labeller::Source,
            who: None,
            note: None,
        })],
        ..Trace::default()
    }
}

/// The right grid, or another.
fn tried(solves: bool, task: usize, input: usize) -> String {
    if solves { right(task, input) } else { "[[9,9],[9,9]]".to_owned() }
}

/// Tasks 0 to n with one test input each.
fn roster(n: usize) -> Vec<Trace> {
    (0..n).map(|task| entry("", task, 0)).collect()
}

fn attempt(task: usize, input: usize, sample: u32, grid: &str) -> Trace {
    let answer = (!grid.is_empty()).then(|| grid.to_owned());
    Trace {
        trial: Trial { unit: format!("t{task}#{input}"), sample, arm: Some("one".to_owned()), ..Trial::default() },
        model: Some("m".to_owned()),
        events: vec![Event::Output { text: grid.to_owned(), answer, finish: None }],
        ..Trace::default()
    }
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

/// The value of a claim about the submission `one` of model m.
fn of(report: &Report, what: &str) -> f64 {
    value(report, &format!("arc.{what}[model=m,arm=one]"))
}

/// Counts of the submission `one` of model m.
fn counts<const N: usize>(report: &Report, whats: [&str; N]) -> [u64; N] {
    whats.map(|what| of(report, what).round() as u64)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

#[test]
fn the_first_two_attempts_count_and_the_third_is_counted_but_does_not() {
    let mut traces = roster(20);
    for task in 0..20 {
        // Five tasks are solved by the first attempt, five by the second, five by the third, five by none.
        for sample in 0..3 {
            let solves = task / 5 == sample as usize;
            traces.push(attempt(task, 0, sample, &tried(solves, task, 0)));
        }
    }
    let report = audit(&traces).unwrap();
    close(of(&report, "strict"), 0.5);
    close(of(&report, "first"), 0.25);
    close(of(&report, "pairs"), 0.5);
    assert_eq!(counts(&report, ["solved", "beyond", "solved_beyond", "missing"]), [10, 20, 5, 0]);
    let strict = claim(&report, "arc.strict[model=m,arm=one]");
    let (low, high) = strict.estimate().unwrap().interval().map(|i| (i.low(), i.high())).unwrap();
    // Wilson for 10 of 20.
    assert!((low - 0.299_298).abs() < 1e-5 && (high - 0.700_702).abs() < 1e-5, "{low} {high}");
    assert_eq!(strict.mark(), Some(Mark::EvidenceBacked), "{strict:?}");
    let attrition = &report.attrition[0];
    assert_eq!((attrition.seen, attrition.used, attrition.lost["beyond the first 2 attempts"]), (60, 40, 20));
    assert!(report.findings.iter().any(|one| one.claim.starts_with("arc.solved_beyond")), "{:?}", report.findings);
}

#[test]
fn sources_that_count_from_one_and_attempts_that_could_not_be_read_keep_their_numbers() {
    let mut traces = roster(12);
    for task in 0..12 {
        traces.push(attempt(task, 0, 1, "[[9]]"));
        // The second attempt at task 0 is missing: its third must not move up.
        if task > 0 {
            traces.push(attempt(task, 0, 2, &right(task, 0)));
        }
        traces.push(attempt(task, 0, 3, &right(task, 0)));
    }
    close(of(&audit(&traces).unwrap(), "solved"), 11.0);
}

#[test]
fn a_grid_of_another_size_or_none_at_all_is_not_right() {
    let mut traces = roster(12);
    // The same cells in another shape, one row more, one cell else, nothing, words, and a right one in words.
    let tries = ["[[0,0,0,0]]", "[[1,0],[0,0],[0,0]]", "[[2,0],[0,1]]", "", "no grid here", "It is\n5 0\n0 0"];
    for (task, grid) in tries.iter().enumerate() {
        traces.push(attempt(task, 0, 0, grid));
    }
    let report = audit(&traces).unwrap();
    assert_eq!(counts(&report, ["attempted", "solved", "missing"]), [6, 1, 6]);
}

#[test]
fn half_a_task_is_half_by_test_input_and_nothing_strictly() {
    let mut traces = Vec::new();
    for task in 0..20 {
        for input in 0..2 {
            traces.push(entry("", task, input));
            // The second test input of every other task is missed.
            let solves = input == 0 || task % 2 == 0;
            traces.push(attempt(task, input, 0, &tried(solves, task, input)));
        }
    }
    let report = audit(&traces).unwrap();
    close(of(&report, "strict"), 0.5);
    close(of(&report, "pairs"), 0.75);
    let size = claim(&report, "arc.pairs[model=m,arm=one]").estimate().unwrap().size().unwrap();
    assert_eq!((size.units, size.samples), (20, 40), "the task is the unit");
    for (what, count) in [("tasks", 20.0), ("train_pairs", 60.0), ("test_pairs", 40.0)] {
        close(value(&report, &format!("arc.{what}")), count);
    }
}

#[test]
fn missing_tasks_are_unsolved_and_the_other_score_is_named_as_such() {
    let mut traces = roster(40);
    (0..20).for_each(|task| traces.push(attempt(task, 0, 0, &tried(task < 10, task, 0))));
    traces.push(attempt(900, 0, 0, "[[1]]"));
    traces.push(attempt(3, 7, 0, "[[1]]"));
    let report = audit(&traces).unwrap();
    close(of(&report, "strict"), 0.25);
    close(of(&report, "strict_attempted"), 0.5);
    close(of(&report, "missing"), 20.0);
    let attempted = claim(&report, "arc.strict_attempted[model=m,arm=one]");
    assert!(attempted.statement().starts_with("of attempted tasks alone"), "{}", attempted.statement());
    assert_eq!(attempted.mark(), Some(Mark::Inferred), "half of the tasks are lost to it");
    assert_eq!(report.attrition[0].lost["no such test input in the tasks given"], 2);
    assert!(report.findings[0].claim.starts_with("arc.missing"), "{:?}", report.findings);
}

#[test]
fn cost_is_per_attempted_task_with_all_its_attempts_and_unknown_stays_unknown() {
    let mut traces = roster(50);
    for task in 0..40 {
        for sample in 0..3 {
            let cost = Some(Money(100_000 + 1_000 * task as i64));
            traces.push(Trace { cost, ..attempt(task, 0, sample, "[[9]]") });
        }
    }
    let name = "arc.cost[model=m,arm=one]";
    let report = audit(&traces).unwrap();
    let cost = claim(&report, name).estimate().unwrap();
    close(cost.value(), 3.0 * (0.1 + 0.001 * 19.5));
    assert_eq!((cost.size().unwrap().units, cost.interval().unwrap().contains(cost.value())), (40, true));
    traces.last_mut().unwrap().cost = None;
    let report = audit(&traces).unwrap();
    assert!(claim(&report, name).estimate().unwrap_err().to_string().contains("cost of every attempt"));
}

#[test]
fn a_roster_alone_is_counted_and_nothing_is_scored() {
    let report = audit(&roster(7)).unwrap();
    close(value(&report, "arc.test_pairs"), 7.0);
    assert!(report.claims.iter().all(|claim| !claim.name().starts_with("arc.strict")));
    assert!(report.notes.iter().any(|note| note.contains("scores need submissions")), "{:?}", report.notes);
    assert!(audit(&[attempt(0, 0, 0, "[[1]]")]).is_none(), "without a roster nothing can be scored");
}

#[test]
fn a_submission_is_held_against_the_set_that_it_is_meant_for() {
    let mut traces: Vec<Trace> = (0..30).map(|task| entry("v1/evaluation", task, 0)).collect();
    // Another set reuses five of the tasks, and a third has nothing in common.
    traces.extend((25..60).map(|task| entry("v2/training", task, 0)));
    traces.extend((100..110).map(|task| entry("v2/evaluation", task, 0)));
    traces.extend((0..30).map(|task| attempt(task, 0, 0, &right(task, 0))));
    let report = audit(&traces).unwrap();
    close(value(&report, "arc.strict[set=v1/evaluation,model=m,arm=one]"), 1.0);
    assert_eq!(report.claims.iter().filter(|claim| claim.name().starts_with("arc.strict[")).count(), 1);
    assert!(
        report.notes.iter().any(|note| note.contains("5 tasks") && note.contains("v2/training")),
        "{:?}",
        report.notes
    );
    close(value(&report, "arc.tasks[set=v2/training]"), 35.0);
}

#[test]
fn what_is_right_must_be_known_and_of_one_mind() {
    let mut traces = roster(12);
    traces[0].question.gold = None;
    traces.push(Trace { question: Question { gold: Some("[[7]]".to_owned()), options: None }, ..entry("", 1, 0) });
    // The same answer once more is no contradiction.
    traces.push(entry("", 2, 0));
    traces.extend((0..12).map(|task| attempt(task, 0, 0, &right(task, 0))));
    let report = audit(&traces).unwrap();
    close(value(&report, "arc.tasks"), 12.0);
    close(value(&report, "arc.answered"), 10.0);
    close(of(&report, "solved"), 10.0);
    assert_eq!(report.attrition[0].lost["the tasks given do not say what is right"], 2);
}

#[test]
fn recorded_verdicts_that_the_grids_contradict_are_counted() {
    let mut traces = roster(12);
    for task in 0..12 {
        let mut tried = attempt(task, 0, 0, &right(task, 0));
        let verdict = Verdict::of(task != 4, right(task, 0), "");
        tried.events.push(Event::Verdict { verifier: "source".to_owned(), verdict });
        traces.push(tried);
    }
    close(of(&audit(&traces).unwrap(), "contradicted"), 1.0);
}

/// 200 tasks with two test inputs; each submission of a model solves a test input at its own rate.
pub(crate) fn submissions(rates: &[(&str, f64)], seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for task in 0..200 {
        for input in 0..2 {
            traces.push(entry("", task, input));
            for (effort, rate) in rates {
                let grid = tried(stream.chance(*rate), task, input);
                let effort = Some(Effort::from_foreign(effort));
                traces.push(Trace { effort, ..attempt(task, input, 0, &grid) });
            }
        }
    }
    traces
}

#[test]
fn a_planted_gain_between_submissions_is_found_and_a_planted_null_is_not() {
    let report = audit(&submissions(&[("high", 0.6), ("off", 0.3), ("low", 0.3)], 4)).unwrap();
    let gain = |to: &str| claim(&report, &format!("arc.gain[model=m,from=off · one,to={to} · one]")).clone();
    assert_eq!((gain("high").mark(), gain("high").negated()), (Some(Mark::EvidenceBacked), false));
    assert!(gain("high").estimate().unwrap().interval().unwrap().contains(0.3));
    assert_eq!(gain("low").mark(), Some(Mark::Inferred), "{:?}", gain("low"));
}

#[test]
fn the_entries_of_a_roster_are_for_no_other_audit() {
    let entry = entry("", 0, 0);
    let takers: Vec<&str> =
        candor_audit::audits::ALL.iter().filter(|audit| audit.takes(&entry)).map(|audit| audit.about().name).collect();
    assert_eq!(takers, ["arc"]);
    assert!(compute::AUDIT.takes(&attempt(0, 0, 0, "[[1]]")));
}
