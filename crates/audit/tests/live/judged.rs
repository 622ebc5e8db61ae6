//! A judge of known errors, held against labels of the same model's answers: the corrected rate covers the truth, the judge's own rate does not, and V4 holds only
//! where labels calibrate it.

use std::fmt::Write as _;
use std::time::Duration;

use candor_audit::live::runner::{Answered, Asks, Bounds, Ended, Stop, Unanswered, run as make};
use candor_audit::live::task::{Item, Wording};
use candor_audit::live::{Judging, Kept, Ledger, Opinions, Plan, Task, Wanted, observe};
use candor_audit::{Audit, Run, Settings, audits};
use candor_llm::transport::Boxed;
use candor_llm::{Call, Finish, Message, Reply, Role, Usage};
use candor_stats::{Claim, Flag, Mark, Seed};
use candor_trace::Money;
use candor_verify::judge::Anchors;
use futures_executor::block_on;

use super::model::common;

/// So many of 256 answers are right, at either effort.
const RIGHT: u8 = 128;
/// Of 256 right answers the judge calls so many the same.
const SENSITIVITY: u8 = 230;
/// Of 256 wrong answers the judge calls so many the same.
const FALSE_ALARMS: u8 = 90;
/// What is true, and what the judge says on average.
const TRUTH: f64 = 0.5;

fn questions(count: usize) -> Task {
    let item = |at: usize| Item {
        id: format!("q{at}"),
        wording: Wording { question: format!("Number {at}?"), options: Vec::new(), answer: "well".to_owned() },
        verifier: Some("judge".to_owned()),
        ..Item::default()
    };
    Task { name: "judged".to_owned(), items: (0..count).map(item).collect() }
}

/// Answers, and judges answers with known errors; all by the call's name.
struct Errs;

fn replied(text: &str) -> Answered {
    let reply = Reply {
        id: None,
        model: None,
        message: Message::text(Role::Assistant, text),
        finish: Some(Finish::Stop),
        usage: Usage { input: Some(10), output: Some(20), ..Usage::default() },
    };
    Answered { reply, attempts: 1, took: Duration::from_millis(1), at_ms: Some(1) }
}

impl Asks for Errs {
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        let drawn = u8::from_str_radix(&key[..2], 16).unwrap();
        let text = call.conversation.messages[0].visible_text();
        let said = if call.model != "judge-1" {
            if drawn < RIGHT { "It is well." } else { "It is odd." }
        } else if drawn < if text.contains("It is well.") { SENSITIVITY } else { FALSE_ALARMS } {
            "OPINION: same"
        } else {
            "OPINION: different"
        };
        let answered = replied(said);
        Box::pin(async move { Ok(answered) })
    }
}

/// Labelled answers of a model: every second one is right.
fn anchors(model: &str, labels: usize, at_random: bool, seed: u64) -> Anchors {
    let mut lines = String::new();
    for effort in ["low", "high"] {
        for at in 0..labels {
            let (said, label) = if at % 2 == 0 { ("well", "same") } else { ("odd", "different") };
            let _ = writeln!(
                lines,
                r#"{{"id":"{effort}{at}","question":"Labelled {seed}.{at}?","gold":"well","output":"It is {said}.","label":"{label}","by":"P","model":"{model}","effort":"{effort}","at_random":{at_random}}}"#
            );
        }
    }
    Anchors::of_lines(&lines).unwrap()
}

fn all_of(calls: &dyn candor_audit::live::runner::Calls, ledger: &mut Ledger) {
    let bounds = Bounds { connections: 8, ceiling: None, tariff: &|_| Some(Money(1)), hopeless: 20 };
    let ran = block_on(make(calls, &Errs, ledger, bounds, &Stop::new(), &mut |_| {})).unwrap();
    assert_eq!(ran.0, Ended::Whole);
}

fn judged(count: usize, samples: u32, anchors: Option<&Anchors>, seed: u64) -> Run {
    let task = questions(count);
    let lift: [&'static dyn Audit; 1] = [audits::named("lift").unwrap()];
    let efforts = ["low", "high"].map(str::to_owned).to_vec();
    let wanted = Wanted { efforts, effort_samples: samples, ..Wanted::default() };
    let plan = Plan::new(&task, &lift, "test", common(), wanted, Seed(seed), false).unwrap();
    let mut replies = Ledger::in_memory();
    all_of(&plan, &mut replies);
    let judging = Judging { plan: &plan, replies: &replies, provider: "test", model: "judge-1", anchors };
    let mut said = Ledger::in_memory();
    all_of(&judging, &mut said);
    let opinions = Some(Opinions { judging, ledger: &said });
    let kept = [Kept { plan: &plan, ledger: &replies, tariff: &|_| Some(Money(1)), opinions }];
    let settings = Settings { resamples: 100, ..Settings::default() };
    observe(&kept, &lift, &settings, &mut |_| {}).unwrap()
}

fn claim<'a>(run: &'a Run, name: &str) -> &'a Claim {
    let name = format!("{name}[model=planted-1,effort=low,arm=uncued]");
    run.reports.iter().find_map(|report| report.claim(&name)).unwrap_or_else(|| panic!("no claim {name}"))
}

fn covers(claim: &Claim, truth: f64) -> bool {
    let interval = claim.estimate().unwrap().interval().unwrap();
    (interval.low()..=interval.high()).contains(&truth)
}

fn fails(claim: &Claim, flag: Flag) -> bool {
    claim.flags().failing().iter().any(|(failing, _, _)| *failing == flag)
}

#[test]
fn the_corrected_rate_covers_the_truth_and_the_judges_own_rate_does_not() {
    let (mut corrected, mut own) = (0, 0);
    for seed in 0..60 {
        let anchors = anchors("test:planted-1", 120, true, seed);
        let run = judged(150, 1, Some(&anchors), seed);
        corrected += u32::from(covers(claim(&run, "judge.corrected"), TRUTH));
        own += u32::from(covers(claim(&run, "judge.rate"), TRUTH));
    }
    // The judge says .63 on average. At a coverage of 95 % fewer than 52 of 60 have a probability of 1 in 300.
    assert!(corrected >= 52, "{corrected} of 60");
    assert!(own <= 15, "{own} of 60");
}

#[test]
fn labels_of_this_model_let_the_measurement_hold_and_others_do_not() {
    let run = judged(150, 1, Some(&anchors("test:planted-1", 120, true, 1)), 1);
    let corrected = claim(&run, "judge.corrected");
    assert_eq!(corrected.mark(), Some(Mark::EvidenceBacked), "{:?}", corrected.why());
    assert_eq!(claim(&run, "judge.rate").mark(), Some(Mark::Inferred));
    // Three standard errors of a share of 60 labels.
    for (name, truth, reach) in
        [("judge.sensitivity", 230.0 / 256.0, 0.117), ("judge.specificity", 166.0 / 256.0, 0.185)]
    {
        let found = claim(&run, name).estimate().unwrap();
        assert_eq!(found.size().unwrap().units, 60, "{name}");
        assert!((found.value() - truth).abs() < reach, "{name}: {}", found.value());
    }
    // What the audits make of opinions stays where it was.
    let lift = run.reports.iter().find(|report| report.audit == "lift").unwrap();
    let gains: Vec<&Claim> = lift.claims.iter().filter(|claim| claim.name().starts_with("lift.gain[")).collect();
    assert!(!gains.is_empty() && gains.iter().all(|claim| fails(claim, Flag::Measurement)), "{gains:?}");
    // Nobody said that they were drawn at random.
    let run = judged(150, 1, Some(&anchors("test:planted-1", 120, false, 1)), 1);
    assert!(fails(claim(&run, "judge.corrected"), Flag::Sampling));
    // Labels of another model's answers calibrate nothing here, and how many are missing is said.
    let run = judged(150, 1, Some(&anchors("test:planted-2", 120, true, 1)), 1);
    let corrected = claim(&run, "judge.corrected");
    assert!(fails(corrected, Flag::Measurement) && corrected.estimate().is_err());
    let report = run.reports.iter().find(|report| report.audit == "judge").unwrap();
    assert!(report.notes[0].contains("50 labels more of this model's answers"), "{:?}", report.notes);
    let run = judged(150, 1, Some(&anchors("test:planted-1", 36, true, 1)), 1);
    let report = run.reports.iter().find(|report| report.audit == "judge").unwrap();
    assert!(report.notes[0].contains("14 labels more"), "{:?}", report.notes);
    assert!(fails(claim(&run, "judge.corrected"), Flag::Measurement));
    // Without any label there is a rate, and nothing that corrects it.
    let run = judged(150, 1, None, 1);
    assert!(claim(&run, "judge.corrected").estimate().is_err());
    assert!(claim(&run, "judge.rate").estimate().is_ok());
}

#[test]
fn several_samples_of_a_question_are_not_so_many_questions() {
    let width = |count: usize, samples: u32| {
        let run = judged(count, samples, Some(&anchors("test:planted-1", 400, true, 3)), 3);
        let interval = *claim(&run, "judge.corrected").estimate().unwrap().interval().unwrap();
        interval.high() - interval.low()
    };
    // Here answers are independent within a question, so that four samples are worth nearly four questions; never more.
    assert!(width(100, 4) < width(100, 1));
    assert!(width(100, 4) > 0.9 * width(400, 1));
}
