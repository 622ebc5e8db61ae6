//! Adaptive stopping while asking: what it saves and loses is what asking in full and replaying says, where it loses the loss is shown, and no kill changes a byte.

use std::collections::BTreeMap;

use candor_audit::live::runner::{Answered, Asks, Ended, Unanswered};
use candor_audit::live::{Adaptive, Kept, Ledger, Plan, Task, Wanted, observe};
use candor_audit::{Audit, Run, Settings, audits};
use candor_llm::transport::{Boxed, Broken};
use candor_llm::{Call, Error, Part};
use candor_stats::curve::{Adaptive as Samples, Stopping, replay};
use candor_stats::{Claim, Flag, Level, Mark, Seed};
use candor_trace::{Money, Trace};

use super::kept::sit;
use super::model::{Reader, common, task};

/// Right in so many of 256 samples of a question, by the call's name; each question has a rate of its own, by its number.
struct Rated {
    reader: Reader,
    rate: fn(usize) -> u8,
}

impl Asks for Rated {
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        let text = call.conversation.messages[0].visible_text();
        let number = text.split_once("Question ").unwrap().1.split(':').next().unwrap().parse().unwrap();
        let drawn = u8::from_str_radix(&key[8..10], 16).unwrap();
        let slips = drawn >= (self.rate)(number);
        Box::pin(async move {
            let mut answered = self.reader.ask(call, key).await?;
            if slips {
                let said = answered.reply.message.visible_text();
                let letter = said.chars().last().unwrap();
                // Always the same other option: an answer that can win.
                let other = (b'A' + (letter as u8 - b'A' + 1) % 4) as char;
                answered.reply.message.parts = vec![Part::Text { text: format!("Answer: {other}") }];
            }
            Ok(answered)
        })
    }
}

fn rated(rate: fn(usize) -> u8) -> Rated {
    Rated { reader: Reader::new(0), rate }
}

/// Three of four questions are easy, the others go either way.
fn mixed(question: usize) -> u8 {
    if question.is_multiple_of(4) { 150 } else { 245 }
}

/// A little better than chance between two answers: a settled majority is often the wrong one, and the full one less often.
fn hard(_: usize) -> u8 {
    168
}

fn wanted(adaptive: Option<Adaptive>) -> Wanted {
    Wanted { samples: 16, adaptive, ..Wanted::default() }
}

fn named(names: &[&str]) -> Vec<&'static dyn Audit> {
    names.iter().map(|name| audits::named(name).unwrap()).collect()
}

fn plan(task: &Task, wanted: Wanted, seed: u64) -> Plan<'_> {
    Plan::new(task, &named(&["compute"]), "test", common(), wanted, Seed(seed), false).unwrap()
}

fn settings() -> Settings {
    Settings { resamples: 200, ..Settings::default() }
}

fn observed(plan: &Plan<'_>, path: &std::path::Path, audits: &[&str]) -> (Run, Vec<Trace>) {
    let ledger = Ledger::open(path, plan.digest()).unwrap();
    let kept = [Kept { plan, ledger: &ledger, tariff: &|_| Some(Money(1)), opinions: None }];
    let mut traces = Vec::new();
    let run = observe(&kept, &named(audits), &settings(), &mut |trace| traces.push(trace.clone())).unwrap();
    (run, traces)
}

fn bytes((run, traces): &(Run, Vec<Trace>)) -> String {
    serde_json::to_string(run).unwrap() + &serde_json::to_string(traces).unwrap()
}

fn claim<'a>(run: &'a Run, name: &str) -> &'a Claim {
    let with_model = format!("{name}[model=planted-1]");
    let found = run.reports.iter().find_map(|report| report.claim(name).or_else(|| report.claim(&with_model)));
    found.unwrap_or_else(|| panic!("no claim {name}"))
}

fn value(run: &Run, name: &str) -> f64 {
    claim(run, name).estimate().unwrap().value()
}

fn ends(run: &Run, name: &str) -> (f64, f64) {
    let interval = claim(run, name).estimate().unwrap().interval().unwrap();
    (interval.low(), interval.high())
}

/// What the samples of each question say, by question.
fn samples(traces: &[Trace]) -> BTreeMap<String, Samples> {
    let mut by_question: BTreeMap<String, Samples> = BTreeMap::new();
    for trace in traces {
        let held = by_question.entry(trace.trial.unit.clone()).or_insert_with(|| Samples {
            answers: Vec::new(),
            right: Vec::new(),
            tokens: None,
        });
        held.answers.push(trace.answer().map(|answer| u64::from(answer.as_bytes()[0])));
        held.right.push(trace.verdict().unwrap().outcome == candor_verify::Outcome::Correct);
    }
    by_question
}

/// What asking every question in full and replaying says of stopping: saving and loss.
fn replayed(task: &Task, rate: fn(usize) -> u8) -> (f64, f64) {
    let full = plan(task, wanted(None), 7);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    assert_eq!(sit(&full, &rated(rate), &path, 64, u64::MAX).0, Ended::Whole);
    let (_, traces) = observed(&full, &path, &["compute"]);
    let questions: Vec<Samples> = samples(&traces).into_values().collect();
    assert!(questions.iter().all(|question| question.answers.len() == 16));
    let rule = [Stopping::Posterior { threshold: 0.95 }];
    let found = replay(&questions, 16, &rule, 20, Level::P95, Seed(7)).unwrap();
    (found.saving.unwrap().value(), found.loss.unwrap().value())
}

#[test]
fn what_is_saved_and_lost_is_what_asking_in_full_and_replaying_says() {
    let task = task(400);
    let (saving, loss) = replayed(&task, mixed);
    let plan = plan(&task, wanted(Some(Adaptive::default())), 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let model = rated(mixed);
    let (ended, progress) = sit(&plan, &model, &path, 16, u64::MAX);
    assert_eq!(ended, Ended::Whole);
    assert_eq!(model.reader.asked.lock().unwrap().len() as u64, progress.replied, "nothing is asked twice");
    let found = observed(&plan, &path, &["compute"]);
    let run = &found.0;
    let inside = |name: &str, expected: f64| {
        let (low, high) = ends(run, name);
        assert!((low..=high).contains(&expected), "{name}: {expected} in [{low}, {high}]");
    };
    // Over all questions, as they were left; what was saved of them is what a replay of all says.
    inside("adaptive.calls", 16.0 / saving);
    inside("adaptive.saving", saving);
    inside("adaptive.loss", loss);
    // A fifth of them is asked in full: the others make the calls that the rule takes.
    assert_eq!(claim(run, "adaptive.full").estimate().unwrap().size().unwrap().units, 80);
    assert_eq!(claim(run, "adaptive.accuracy").estimate().unwrap().size().unwrap().units, 400);
    assert!((value(run, "adaptive.made") - progress.replied as f64).abs() < 1e-9);
    assert!((value(run, "adaptive.saved") - (6400.0 - progress.replied as f64)).abs() < 1e-9);
    assert!(progress.replied < 3900, "{progress:?}");
    // Each question that was left was left at its first settled sample, and not before.
    let left: Vec<&Trace> =
        found.1.iter().filter(|trace| trace.trial.arm.as_deref() == Some("adaptive-stopping")).collect();
    let mut by_question: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in left {
        by_question.entry(&trace.trial.unit).or_default().push(trace);
    }
    assert_eq!(by_question.len(), 320);
    for (question, traces) in by_question {
        let mut votes: BTreeMap<&str, u32> = BTreeMap::new();
        for (at, trace) in traces.iter().enumerate() {
            assert_eq!(trace.trial.sample as usize, at, "{question}");
            *votes.entry(trace.answer().unwrap()).or_default() += 1;
            let mut counts: Vec<u32> = votes.values().copied().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let second = counts.get(1).copied().unwrap_or(0);
            let settled = candor_stats::curve::settled::is_settled(counts[0], second, 0.95);
            assert_eq!(settled || at == 15, at + 1 == traces.len(), "{question} at {at}");
        }
    }
    // The fixed table is that of the questions asked in full, and of nothing else.
    let paths = claim(run, "compute.accuracy[model=planted-1,arm=uncued,paths=16]");
    assert_eq!(paths.estimate().unwrap().size().unwrap().units, 80);
    assert!((paths.estimate().unwrap().value() - value(run, "adaptive.full")).abs() < 1e-12);
    assert!(
        !run.reports
            .iter()
            .flat_map(|report| &report.claims)
            .any(|claim| { claim.name().starts_with("compute.") && claim.name().contains("adaptive-stopping") })
    );
    assert!(run.first[0].contains("80 of 400 are asked in full"), "{:?}", run.first);
}

#[test]
fn a_rule_that_leaves_too_early_is_shown_as_a_loss() {
    let task = task(300);
    let rule = Adaptive { threshold: 0.75, full: 0.5 };
    let plan = plan(&task, wanted(Some(rule)), 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    assert_eq!(sit(&plan, &rated(hard), &path, 16, u64::MAX).0, Ended::Whole);
    let (run, _) = observed(&plan, &path, &["compute"]);
    let (low, _) = ends(&run, "adaptive.loss");
    // One sample is right in 66 %, a majority of 16 in 90 %.
    assert!(low > 0.1, "{low}");
    assert_eq!(claim(&run, "adaptive.loses").mark(), Some(Mark::EvidenceBacked));
    assert!(claim(&run, "adaptive.loss").negated());
    let (audit, finding) = &run.findings[0];
    assert_eq!((audit.as_str(), finding.claim.as_str()), ("adaptive", "adaptive.loses[model=planted-1]"));
    // What asking in full would have shown over all questions is what was left plus what that lost.
    assert!((value(&run, "adaptive.accuracy") + value(&run, "adaptive.loss") - 0.9).abs() < 0.08);
}

#[test]
fn where_nothing_is_hard_nothing_is_lost_and_no_finding_says_so() {
    let task = task(200);
    let plan = plan(&task, wanted(Some(Adaptive::default())), 3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    assert_eq!(sit(&plan, &rated(|_| 255), &path, 16, u64::MAX).0, Ended::Whole);
    let (run, _) = observed(&plan, &path, &["compute"]);
    let (low, high) = ends(&run, "adaptive.loss");
    assert!(low <= 0.0 && high >= 0.0);
    assert!(!run.findings.iter().any(|(audit, _)| audit == "adaptive"));
}

#[test]
fn killed_again_and_again_it_asks_for_the_same_and_says_the_same() {
    let task = task(120);
    let plan = plan(&task, wanted(Some(Adaptive::default())), 4);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (_, whole) = sit(&plan, &rated(mixed), &path, 7, u64::MAX);
    let expected = bytes(&observed(&plan, &path, &["compute"]));
    for at_once in [1, 3, 40] {
        let again = tempfile::tempdir().unwrap();
        let path = again.path().join("ledger");
        let (mut sittings, mut replied) = (0, 0);
        loop {
            let (ended, progress) = sit(&plan, &rated(mixed), &path, at_once, 97);
            replied += progress.replied;
            if ended == Ended::Whole {
                break;
            }
            sittings += 1;
        }
        assert!(sittings > 5, "the test kills nothing");
        assert_eq!(replied, whole.replied, "{at_once} on their way");
        assert!(bytes(&observed(&plan, &path, &["compute"])) == expected, "{at_once} on their way");
    }
    // In the middle it says what is missing, and claims nothing of it.
    let part = tempfile::tempdir().unwrap();
    let path = part.path().join("ledger");
    sit(&plan, &rated(mixed), &path, 8, 900);
    let (run, _) = observed(&plan, &path, &["compute"]);
    assert!(run.first.iter().any(|said| said.contains("not settled yet")), "{:?}", run.first);
    let accuracy = claim(&run, "adaptive.accuracy");
    assert!(accuracy.flags().failing().iter().any(|(flag, _, _)| *flag == Flag::Sampling), "{:?}", accuracy.flags());
    let claims = run.reports.iter().flat_map(|report| &report.claims);
    assert!(claims.clone().any(|claim| claim.name().starts_with("adaptive.made")));
    assert!(
        !claims.clone().any(|claim| claim.name().starts_with("adaptive.saved")),
        "what is saved is not known before every question is settled"
    );
}

#[test]
fn a_lost_call_uses_a_sample_and_is_counted() {
    let task = task(60);
    let plan = plan(&task, wanted(Some(Adaptive::default())), 5);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let failing = Rated {
        reader: Reader {
            fails: Box::new(|number| (number % 9 == 1).then(|| Error::Broken(Broken::Cut("reset".to_owned())))),
            ..Reader::new(0)
        },
        rate: |_| 255,
    };
    assert_eq!(sit(&plan, &failing, &path, 5, u64::MAX).0, Ended::Whole);
    let account = plan.stopping(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
    assert!(account.lost > 50 && account.open == 0, "{account:?}");
    let (run, _) = observed(&plan, &path, &["compute"]);
    let flags = claim(&run, "adaptive.accuracy").flags().failing();
    assert!(flags.iter().any(|(flag, _, _)| *flag == Flag::Attrition), "{flags:?}");
    // Asked again, they come, and the question is left earlier.
    assert_eq!(sit(&plan, &rated(|_| 255), &path, 5, u64::MAX).0, Ended::Whole);
    let again = plan.stopping(&Ledger::open(&path, plan.digest()).unwrap()).unwrap().unwrap();
    assert_eq!((again.lost, again.open), (0, 0));
    assert!(again.calls < account.calls);
}

#[test]
fn other_audits_of_these_samples_do_not_claim_a_fixed_plan() {
    let task = task(200);
    let both = named(&["compute", "consistency", "backtracking", "tail", "explore"]);
    let plan = Plan::new(&task, &both, "test", common(), wanted(Some(Adaptive::default())), Seed(6), false).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    sit(&plan, &rated(mixed), &path, 16, u64::MAX);
    let (run, _) = observed(&plan, &path, &["compute", "consistency", "backtracking", "tail", "explore"]);
    let mut lowered = 0;
    for report in run.reports.iter().filter(|report| report.audit != "adaptive") {
        for claim in &report.claims {
            let count = claim.estimate().is_ok_and(|estimate| estimate.method().name() == "count");
            let fails = claim.flags().failing().iter().any(|(flag, _, _)| *flag == Flag::Looks);
            assert_eq!(fails, !count && !claim.name().contains("arm=uncued"), "{}", claim.name());
            lowered += u64::from(fails);
        }
    }
    assert!(lowered > 0);
}

#[test]
fn a_plan_says_what_it_takes_and_refuses_what_cannot_be_left() {
    let task = task(240);
    let one = plan(&task, wanted(Some(Adaptive::default())), 8);
    let sizes = one.adaptive().unwrap();
    assert_eq!((sizes.in_full, sizes.questions, sizes.most), (48, 240, 3840));
    assert_eq!(sizes.fewest, 48 * 16 + 192 * 4);
    assert!(sizes.fewest < sizes.expected && sizes.expected < sizes.most, "{sizes:?}");
    assert_eq!(one.probes().count() as u64, sizes.most);
    assert_eq!(one.shares().iter().map(|share| share.calls).sum::<u64>(), sizes.most);
    let few = super::model::task(20);
    assert_eq!(plan(&few, wanted(Some(Adaptive::default())), 8).adaptive().unwrap().in_full, 20);
    assert_ne!(one.digest(), plan(&task, wanted(None), 8).digest(), "the rule is part of the plan");
    let refused = |audit: &str, wanted: Wanted| {
        Plan::new(&task, &named(&[audit]), "test", common(), wanted, Seed(1), false).unwrap_err().to_string()
    };
    let of = |adaptive: Adaptive| wanted(Some(adaptive));
    let usual = Adaptive::default();
    assert!(refused("faithfulness", of(usual)).contains("plain samples"));
    assert!(refused("compute", of(Adaptive { threshold: 0.5, ..usual })).contains("between 50 %"));
    assert!(refused("compute", of(Adaptive { full: 1.0, ..usual })).contains("asked in full"));
    let short = Wanted { samples: 4, ..of(usual) };
    assert!(refused("compute", short).contains("more than 4 samples of each question"));
}

#[test]
fn several_models_stand_in_one_report_and_are_told_apart() {
    let task = task(80);
    let folder = tempfile::tempdir().unwrap();
    let rule = Adaptive { threshold: 0.75, full: 0.5 };
    let of = |model: &str| {
        let common = candor_audit::live::Common { model: model.to_owned(), ..common() };
        Plan::new(&task, &named(&["compute"]), "test", common, wanted(Some(rule)), Seed(9), false).unwrap()
    };
    let plans = [of("easy"), of("hard")];
    for (plan, rate) in plans.iter().zip([(|_| 255) as fn(usize) -> u8, hard]) {
        sit(plan, &rated(rate), &folder.path().join(&plan.common.model), 16, u64::MAX);
    }
    let ledgers =
        plans.each_ref().map(|plan| Ledger::open(&folder.path().join(&plan.common.model), plan.digest()).unwrap());
    let kept: Vec<Kept<'_>> = plans
        .iter()
        .zip(&ledgers)
        .map(|(plan, ledger)| Kept { plan, ledger, tariff: &|_| Some(Money(1)), opinions: None })
        .collect();
    let run = observe(&kept, &named(&["compute"]), &settings(), &mut |_| {}).unwrap();
    let reports: Vec<_> = run.reports.iter().filter(|report| report.audit == "adaptive").collect();
    assert_eq!(reports.len(), 1);
    let loss =
        |model: &str| reports[0].claim(&format!("adaptive.loss[model={model}]")).unwrap().estimate().unwrap().value();
    assert!(loss("easy").abs() < 1e-9 && loss("hard") > 0.1);
    assert_eq!(run.findings[0].1.claim, "adaptive.loses[model=hard]");
    assert!(run.first[0].starts_with("easy: ") && run.first[1].starts_with("hard: "), "{:?}", run.first);
}
