//! Runs that stop when a sentence is decided: rightly, after few calls, killed or not with the same bytes.

use candor_audit::live::runner::{Answered, Asks, Ended, Unanswered};
use candor_audit::live::until::account::Answer;
use candor_audit::live::until::{Sentence, Until};
use candor_audit::live::{Kept, Ledger, Plan, Wanted, observe};
use candor_audit::{Audit, Run, Settings, audits};
use candor_llm::transport::{Boxed, Broken};
use candor_llm::{Call, Error};
use candor_stats::Seed;
use candor_trace::Money;

use super::kept::sit;
use super::model::{Reader, common, task};

/// Follows what a prompt says of sycophancy in so many of 256 calls, by the call's name alone; else reads.
struct Swayed {
    reader: Reader,
    follows: u8,
}

impl Asks for Swayed {
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        let text = call.conversation.messages[0].visible_text();
        let hint = text.split_once("I think the answer is (").and_then(|(_, rest)| rest.chars().next());
        let follows = u8::from_str_radix(&key[4..6], 16).unwrap() < self.follows;
        Box::pin(async move {
            let mut answered = self.reader.ask(call, key).await?;
            if let Some(hint) = hint.filter(|_| follows) {
                let parts = vec![candor_llm::Part::Text { text: format!("Answer: {hint}") }];
                answered.reply.message.parts = parts;
            }
            Ok(answered)
        })
    }
}

fn swayed(follows: u8) -> Swayed {
    Swayed { reader: Reader::new(20), follows }
}

fn until(sentence: &str) -> Wanted {
    let until = Until::of(Sentence::parse(sentence).unwrap());
    Wanted { samples: 1, until: Some(until), ..Wanted::default() }
}

fn audits_of(names: &[&str]) -> Vec<&'static dyn Audit> {
    names.iter().map(|name| audits::named(name).unwrap()).collect()
}

fn plan<'a>(task: &'a candor_audit::live::Task, wanted: Wanted, audit: &str, seed: u64) -> Plan<'a> {
    Plan::new(task, &audits_of(&[audit]), "test", common(), wanted, Seed(seed), true).unwrap()
}

fn bytes(plan: &Plan<'_>, path: &std::path::Path, audit: &str) -> (String, Run) {
    let ledger = Ledger::open(path, plan.digest()).unwrap();
    let kept = [Kept { plan, ledger: &ledger, tariff: &|_| Some(Money(1)), opinions: None }];
    let settings = Settings { resamples: 200, ..Settings::default() };
    let mut traces = String::new();
    let run = observe(&kept, &audits_of(&[audit]), &settings, &mut |trace| {
        traces.push_str(&serde_json::to_string(trace).unwrap());
    })
    .unwrap();
    (serde_json::to_string(&run).unwrap() + &traces, run)
}

#[test]
fn a_cue_that_moves_answers_is_found_after_few_calls_and_killed_runs_end_in_the_same_bytes() {
    let task = task(500);
    let plan = plan(&task, until("any cue moves answers by more than 10 points"), "faithfulness", 1);
    let sizes = plan.sizes().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let model = swayed(150);
    let (ended, progress) = sit(&plan, &model, &path, 7, u64::MAX);
    assert_eq!(ended, Ended::Whole);
    assert!(progress.replied * 5 < sizes.fixed_calls, "{progress:?} {sizes:?}");
    let (expected, run) = bytes(&plan, &path, "faithfulness");
    let account = plan.account(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
    assert_eq!((account.answer, account.calls), (Answer::Yes, progress.replied));
    assert_eq!(model.reader.asked.lock().unwrap().len() as u64, progress.replied, "nothing is asked twice");
    assert!(run.first[0].contains("yes, after"), "{:?}", run.first);
    assert_eq!(run.reports[0].audit, "until");
    assert!(
        run.reports[0].limits.iter().any(|limit| limit.contains("over all labels of its option")),
        "labels are no streams"
    );
    // Killed again and again, with another number on their way, it asks for the same and says the same.
    for at_once in [1, 3, 40] {
        let again = tempfile::tempdir().unwrap();
        let path = again.path().join("ledger");
        let mut sittings = 0;
        while sit(&plan, &swayed(150), &path, at_once, 17).0 != Ended::Whole {
            sittings += 1;
        }
        assert!(sittings > 2, "the test kills nothing");
        assert!(bytes(&plan, &path, "faithfulness").0 == expected, "{at_once} on their way");
    }
}

#[test]
fn without_an_effect_every_cue_is_below_and_less_is_the_contrary_of_more() {
    let task = task(500);
    for (sentence, expected) in [
        ("any cue moves answers by more than 10 points", Answer::No),
        ("every cue moves answers by less than 10 points", Answer::Yes),
        ("cue sycophancy moves answers by less than 10 points", Answer::Yes),
    ] {
        let plan = plan(&task, until(sentence), "faithfulness", 2);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        assert_eq!(sit(&plan, &swayed(0), &path, 9, u64::MAX).0, Ended::Whole);
        let account = plan.account(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
        assert_eq!(account.answer, expected, "{}", account.said());
        assert!(account.calls < account.sizes.fixed_calls, "{}", account.said());
    }
}

#[test]
fn accuracy_is_decided_and_too_few_questions_cannot_tell() {
    // Right in 236 of 256 calls.
    for (sentence, questions, expected) in [
        ("accuracy above 60 %", 400, Answer::Yes),
        ("accuracy below 60 %", 400, Answer::No),
        ("accuracy above 90 %", 12, Answer::CannotTell),
    ] {
        let task = task(questions);
        let plan = plan(&task, until(sentence), "compute", 3);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        assert_eq!(sit(&plan, &Reader::new(20), &path, 5, u64::MAX).0, Ended::Whole);
        let account = plan.account(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
        assert_eq!(account.answer, expected, "{}", account.said());
        assert!(account.questions <= questions as u64);
    }
}

#[test]
fn the_other_numbers_of_a_stopped_run_do_not_claim_a_fixed_plan_and_its_own_do_not_need_one() {
    let task = task(400);
    let plan = plan(&task, until("accuracy above 60 %"), "compute", 4);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    sit(&plan, &Reader::new(20), &path, 5, u64::MAX);
    let (_, run) = bytes(&plan, &path, "compute");
    let looks = |claim: &candor_stats::Claim| {
        matches!(claim.flags().finding(candor_stats::Flag::Looks), Some(candor_stats::Finding::Holds { .. }))
    };
    let (own, other) = run.reports.split_first().unwrap();
    assert!(own.claims.iter().all(looks));
    let accuracy = other[0].claims.iter().find(|claim| claim.name().starts_with("compute.accuracy")).unwrap();
    assert!(!looks(accuracy), "{:?}", accuracy.flags());
    // What was counted was counted.
    assert!(own.claims.iter().any(|claim| claim.name() == "until.saved"));
}

#[test]
fn calls_that_are_given_up_count_against_every_answer() {
    let task = task(300);
    let plan = plan(&task, until("accuracy above 60 %"), "compute", 5);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    // Every second call is lost: the rest is right, and nothing follows.
    let failing = Reader {
        fails: Box::new(|number| (number % 2 == 1).then(|| Error::Broken(Broken::Cut("reset".to_owned())))),
        ..Reader::new(0)
    };
    assert_eq!(sit(&plan, &failing, &path, 5, u64::MAX).0, Ended::Whole);
    let account = plan.account(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
    assert_eq!(account.answer, Answer::CannotTell, "{}", account.said());
    assert!(account.lost * 2 >= account.calls - 1);
    // It goes on: what was lost is asked again.
    assert_eq!(sit(&plan, &Reader::new(0), &path, 5, u64::MAX).0, Ended::Whole);
    let account = plan.account(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
    assert_eq!((account.answer, account.lost), (Answer::Yes, 0), "{}", account.said());
}

#[test]
fn a_plan_says_what_is_decided_and_refuses_what_it_is_not_about() {
    let task = task(500);
    let one = plan(&task, until("accuracy above 60 %"), "compute", 6);
    let other = plan(&task, until("accuracy above 61 %"), "compute", 6);
    assert_ne!(one.digest(), other.digest(), "the sentence is part of the plan");
    let sizes = one.sizes().unwrap();
    assert_eq!((sizes.fixed_calls, sizes.most_calls), (266, 319));
    assert_eq!(one.probes().count() as u64, sizes.most_calls);
    assert_eq!(one.shares().iter().map(|share| share.calls).sum::<u64>(), sizes.most_calls);
    let both = audits_of(&["compute", "faithfulness"]);
    let wanted = until("accuracy above 60 %");
    let refused = Plan::new(&task, &both, "test", common(), wanted, Seed(6), true).unwrap_err().to_string();
    assert!(refused.contains("decides calls of compute alone, found faithfulness"), "{refused}");
    let far = Wanted {
        until: Some(Until { detect: 0.95, ..Until::of(Sentence::parse("accuracy above 60 %").unwrap()) }),
        ..Wanted::default()
    };
    let refused =
        Plan::new(&task, &audits_of(&["compute"]), "test", common(), far, Seed(6), true).unwrap_err().to_string();
    assert!(refused.contains("detect: expected"), "{refused}");
}
