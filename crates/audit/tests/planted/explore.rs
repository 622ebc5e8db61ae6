//! The exploring audit on planted chains: features that go with being wrong, features that go with nothing, features of hard questions only. No file
//! is read.
use candor_audit::audits::explore::AUDIT;
use candor_audit::{Audit, Error, Figure, Report, Settings};
use candor_llm::{Finish, Provenance, Reasoning};
use candor_stats::{Mark, Seed, Stream};
use candor_trace::{Event, Inventory, Trace, Trial};
use candor_verify::{Outcome, Verdict};

use super::reported::{most, value, whole};

fn call(unit: usize, sample: u32, chain: &str, outcome: Outcome) -> Trace {
    let verdict = Verdict { outcome, extracted: Some("12".to_owned()), why: String::new() };
    let reasoning = Reasoning { text: chain.to_owned(), provenance: Provenance::Raw };
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        model: Some("m".to_owned()),
        events: vec![
            Event::Reasoning(reasoning),
            Event::Output { text: "12".to_owned(), answer: Some("12".to_owned()), finish: Some(Finish::Stop) },
            Event::Verdict { verifier: "exact".to_owned(), verdict },
        ],
        ..Trace::default()
    }
}

/// A chain of some words with some turns, hedges, equations and perhaps a stated answer.
fn chain(words: usize, turns: usize, hedges: usize, broken: bool, states: bool) -> String {
    let mut text = "the train goes on and on. ".repeat(words / 6);
    (0..hedges).for_each(|_| text.push_str("It is perhaps the second one. "));
    (0..turns).for_each(|_| text.push_str("\n\nWait, let me think of a different approach. That goes on. "));
    text.push_str(if broken { "\n\n3 + 4 = 8. " } else { "\n\n3 + 4 = 7. " });
    if states {
        text.push_str("So the answer is 12.");
    }
    text
}

/// What wrong chains have more of, and hard questions.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plant {
    wrong_words: usize,
    wrong_turns: f64,
    hard_words: usize,
}

pub(crate) fn planted(questions: usize, samples: u32, plant: Plant, stream: &mut Stream) -> Vec<Trace> {
    let mut traces = Vec::new();
    for unit in 0..questions {
        let chance = 0.3 + 0.5 * stream.unit();
        for sample in 0..samples {
            let right = stream.chance(chance);
            let mut words = 30 + stream.index(60);
            words += ((1.0 - chance) * plant.hard_words as f64) as usize;
            words += if right { 0 } else { plant.wrong_words };
            let turns = stream.index(3) + usize::from(!right && stream.chance(plant.wrong_turns));
            let text = chain(words, turns, stream.index(3), stream.chance(0.1), stream.chance(0.6));
            traces.push(call(unit, sample, &text, if right { Outcome::Correct } else { Outcome::Wrong }));
        }
    }
    traces
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

#[test]
fn planted_features_are_confirmed_and_the_others_are_not() {
    let plant = Plant { wrong_words: 60, wrong_turns: 0.5, hard_words: 0 };
    let report = whole(audit(&planted(200, 6, plant, &mut Seed(1).stream("planted"))).unwrap());
    let words = report.claim("explore.separates[model=m,feature=words]").unwrap();
    assert_eq!((words.mark(), words.negated()), (Some(Mark::EvidenceBacked), false), "{words:?}");
    let more = report.claim("explore.difference[model=m,feature=words]").unwrap().estimate().unwrap();
    assert!(more.value() > 55.0 && more.interval().unwrap().low() > 40.0, "{more:?}");
    let steps = report.claim("explore.separates[model=m,feature=passages]").unwrap();
    assert!(steps.estimate().unwrap().interval().unwrap().low() > 0.0, "{steps:?}");
    assert_eq!(steps.mark(), Some(Mark::Inferred), "what rules find is not measured");
    let Figure::Table(table) = &report.figures[0] else { panic!("a table stands first") };
    assert!(table.title.contains("association only") && table.name == "explore.within", "{table:?}");
    for row in &table.rows {
        let name = format!("{:?}", row.cells[0]);
        let planted = ["words", "passages", "backtracking", "hedges", "equations"].iter().any(|one| name.contains(one));
        // Hedges and equations per 1,000 words fall where words rise.
        assert!(planted || row.remark.as_deref() == Some("not confirmed"), "{row:?}");
    }
    assert!(report.findings[0].sentence.contains("association only") && report.findings[0].trace.is_some());
}

#[test]
fn among_features_that_say_nothing_hardly_any_is_called_a_finding() {
    let worlds = if cfg!(feature = "slow") { 1000 } else { 100 };
    let mut alarms = 0;
    for world in 0..worlds {
        // Hard questions have long chains: within questions that is nothing.
        let plant = Plant { hard_words: 60, ..Plant::default() };
        let report = audit(&planted(60, 4, plant, &mut Seed(world).stream("null"))).unwrap();
        assert!(value(&report, "explore.mixed[model=m]") >= 20.0);
        alarms += u32::from(!report.findings.is_empty());
    }
    println!("{alarms} of {worlds} worlds in which nothing separates have a finding");
    assert!(f64::from(alarms) <= most(worlds, 0.05), "{alarms} of {worlds} worlds");
}

#[test]
fn one_sample_a_question_is_compared_across_questions_and_says_so() {
    let plant = Plant { hard_words: 300, ..Plant::default() };
    let report = whole(audit(&planted(600, 1, plant, &mut Seed(3).stream("planted"))).unwrap());
    let Figure::Table(table) = &report.figures[0] else { panic!("a table stands first") };
    assert!(table.name == "explore.across" && table.title.contains("across questions"), "{table:?}");
    let gap = report.claim("explore.gap[model=m,feature=words]").unwrap();
    assert!(gap.estimate().unwrap().interval().unwrap().high() < 0.0, "{gap:?}");
    let worlds = if cfg!(feature = "slow") { 600 } else { 60 };
    let mut alarms = 0;
    for world in 0..worlds {
        let report = audit(&planted(200, 1, Plant::default(), &mut Seed(world).stream("null"))).unwrap();
        alarms += u32::from(!report.findings.is_empty());
    }
    println!("across questions: {alarms} of {worlds} worlds in which nothing separates have a finding");
    assert!(f64::from(alarms) <= most(worlds, 0.05), "{alarms} of {worlds} worlds");
}

#[test]
fn chains_that_cannot_be_read_are_counted_and_few_questions_stay_undefined() {
    let mut traces = planted(12, 4, Plant::default(), &mut Seed(4).stream("planted"));
    let mut redacted = call(0, 9, "x", Outcome::Wrong);
    redacted.events[0] = Event::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted });
    let mut cut = call(0, 10, "and so", Outcome::Wrong);
    cut.events[1] = Event::Output { text: String::new(), answer: None, finish: Some(Finish::Length) };
    let mut absent = call(0, 11, "x", Outcome::Wrong);
    absent.events.remove(0);
    traces.extend([redacted, cut, absent, call(0, 12, "nobody decided", Outcome::Error)]);
    let report = audit(&traces).unwrap();
    let losses = &report.attrition[0];
    assert_eq!((losses.seen, losses.used), (52, 48));
    for why in ["redacted reasoning", "cut off: no answer, not a wrong one", "no reasoning recorded", "no verdict"] {
        assert_eq!(losses.lost.get(why), Some(&1), "{why}: {losses:?}");
    }
    let claim = report.claim("explore.separates[model=m]").unwrap();
    assert!(claim.estimate().is_err() && claim.mark() == Some(Mark::Hope), "{claim:?}");
    assert!(report.findings.is_empty() && report.figures.is_empty());
    assert!(audit(&[call(0, 0, "nobody decided", Outcome::Error)]).is_none());
}

#[test]
fn the_order_of_calls_changes_nothing_and_no_feature_at_all_is_refused() {
    let mut traces = planted(60, 4, Plant { wrong_words: 30, ..Plant::default() }, &mut Seed(5).stream("planted"));
    let claims = |report: &Report| {
        let mut all: Vec<String> = report
            .claims
            .iter()
            .map(|claim| format!("{} {:.9?}", claim.name(), claim.estimate().map(candor_stats::Estimate::value)))
            .collect();
        all.sort();
        all
    };
    let here = claims(&audit(&traces).unwrap());
    traces.reverse();
    assert_eq!(here, claims(&audit(&traces).unwrap()));
    let mut settings = Settings::default();
    settings.explore.most = 0;
    let mut observer = AUDIT.start(&settings);
    observer.see(&traces[0]);
    assert!(matches!(observer.report(), Err(Error::Setting { name: "explore.most", .. })));
}

#[test]
fn readiness_asks_for_chains_and_verdicts() {
    let says = |traces: &[Trace]| {
        let mut holds = Inventory::default();
        traces.iter().for_each(|trace| holds.see(trace));
        let one = AUDIT.readiness(&holds).remove(0);
        (one.ready, one.says)
    };
    let traces = planted(30, 4, Plant::default(), &mut Seed(9).stream("planted"));
    assert!(says(&traces).1.contains("several to a question"));
    assert!(says(&planted(30, 1, Plant::default(), &mut Seed(9).stream("planted"))).1.contains("at least 40"));
    let single = says(&planted(60, 1, Plant::default(), &mut Seed(9).stream("planted")));
    assert!(single.0 && single.1.contains("across questions only"), "{single:?}");
    let mut bare = traces.clone();
    bare.iter_mut().for_each(|trace| trace.events.truncate(2));
    assert!(!says(&bare).0);
    bare.iter_mut().for_each(|trace| trace.events.clear());
    assert!(says(&bare).1.contains("no whole chain"));
}
