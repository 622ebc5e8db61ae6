//! The tail audit on planted processes: a weak slice, slices that are all equal, settings that are slices and settings that are none. No file is
//! read.
use candor_audit::audits::tail::AUDIT;
use candor_audit::{Audit, Error, Figure, Report, Settings};
use candor_llm::{Conversation, Message, Role};
use candor_stats::{Mark, Seed, Stream};
use candor_trace::{Event, Inventory, Label, LabelValue, Labeller, Question, Trace, Trial};
use candor_verify::{Outcome, Verdict};

use super::reported::{most, value, whole};

const SUBJECTS: usize = 12;

/// One call of a question: its subject, the right answer and the length of its prompt are drawn from the number of the question.
fn call(unit: usize, sample: u32, outcome: Outcome) -> Trace {
    let prompt = "word ".repeat(5 + unit * 7 % 60);
    let label = |name: &str, value: LabelValue| {
        Event::Label(Label { name: name.to_owned(), value, by: Labeller::Source, who: None, note: None })
    };
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        stratum: Some(format!("subject {}", unit % SUBJECTS)),
        model: Some("m".to_owned()),
        question: Question { gold: Some(["A", "B", "C", "D"][unit / SUBJECTS % 4].to_owned()), options: Some(4) },
        events: vec![
            Event::Request(Conversation { messages: vec![Message::text(Role::User, prompt)] }),
            label("difficulty", LabelValue::Number((unit / 5 % 3) as f64)),
            label("source", LabelValue::Text(format!("page {unit}"))),
            label("after", LabelValue::Bool(outcome == Outcome::Wrong)),
            Event::Verdict {
                verifier: "exact".to_owned(),
                verdict: Verdict { outcome, extracted: None, why: String::new() },
            },
        ],
        ..Trace::default()
    }
}

/// Three samples of every question; `drop` is taken from the chance to be right of the questions of one subject.
pub(crate) fn planted(questions: usize, weak: usize, drop: f64, stream: &mut Stream) -> Vec<Trace> {
    let mut traces = Vec::new();
    for unit in 0..questions {
        let chance = 0.5 + 0.4 * stream.unit() - if unit % SUBJECTS == weak { drop } else { 0.0 };
        for sample in 0..3 {
            traces.push(call(unit, sample, if stream.chance(chance) { Outcome::Correct } else { Outcome::Wrong }));
        }
    }
    traces
}

fn audit_with(traces: &[Trace], settings: &Settings) -> Result<Option<Report>, Error> {
    let mut observer = AUDIT.start(settings);
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report()
}

fn audit(traces: &[Trace]) -> Option<Report> {
    audit_with(traces, &Settings::default()).unwrap()
}

#[test]
fn a_planted_weak_slice_is_confirmed_with_its_gap_and_its_accuracy() {
    let report = whole(audit(&planted(1_200, 4, 0.35, &mut Seed(1).stream("planted"))).unwrap());
    let gap = report.claim("tail.gap[model=m,slice=category: subject 4]").unwrap();
    assert_eq!((gap.mark(), gap.negated()), (Some(Mark::EvidenceBacked), false), "{gap:?}");
    assert!(gap.estimate().unwrap().interval().unwrap().contains(-0.35), "{gap:?}");
    let mean = report.claim("tail.slice_accuracy[model=m,slice=category: subject 4]").unwrap();
    assert!(mean.estimate().unwrap().interval().unwrap().contains(0.35), "{mean:?}");
    let size = mean.estimate().unwrap().size().unwrap();
    assert!((30..=70).contains(&size.units) && size.samples >= size.units, "half of 100 questions: {size:?}");
    assert!(report.findings[0].sentence.contains("where category is subject 4"), "{:?}", report.findings);
    assert!(report.findings[0].trace.is_some());
    assert!((value(&report, "tail.accuracy[model=m]") - (0.7 - 0.35 / 12.0)).abs() < 0.03);
    assert!(value(&report, "tail.confirmed[model=m]") >= 1.0);
    let Figure::Table(table) = &report.figures[0] else { panic!("a table stands first") };
    assert_eq!(table.rows[1].remark.as_deref(), Some("confirmed"));
    let notes = report.notes.join("\n");
    assert!(notes.contains("category, difficulty, prompt, right answer"), "{notes}");
    assert!(notes.contains("a value of its own: source"), "{notes}");
}

#[test]
fn among_equal_slices_hardly_any_is_called_a_finding() {
    let worlds = if cfg!(feature = "slow") { 2000 } else { 100 };
    let mut alarms = 0;
    for world in 0..worlds {
        let report = audit(&planted(600, SUBJECTS, 0.0, &mut Seed(world).stream("null"))).unwrap();
        alarms += u32::from(!report.findings.is_empty());
        assert!(value(&report, "tail.slices[model=m]") > 15.0);
    }
    println!("{alarms} of {worlds} worlds without a weak slice have a finding");
    assert!(f64::from(alarms) <= most(worlds, 0.05), "{alarms} of {worlds} worlds");
}

#[test]
fn labels_about_the_reply_are_no_slices_unless_somebody_names_them() {
    let traces = planted(400, SUBJECTS, 0.0, &mut Seed(5).stream("planted"));
    let after =
        |report: &Report| report.notes.iter().any(|note| note.contains("known before") && note.contains("after,"));
    assert!(!after(&audit(&traces).unwrap()));
    let mut settings = Settings::default();
    settings.tail.labels = vec!["after".to_owned()];
    assert!(after(&audit_with(&traces, &settings).unwrap().unwrap()));
    settings.tail.most = 0;
    assert!(matches!(audit_with(&traces, &settings), Err(Error::Setting { name: "tail.most", .. })));
}

#[test]
fn a_setting_is_a_slice_only_where_no_question_was_asked_under_two_of_its_values() {
    let mut stream = Seed(6).stream("planted");
    let mut traces = planted(600, SUBJECTS, 0.0, &mut stream);
    for (at, trace) in traces.iter_mut().enumerate() {
        // Every third question to another model, which is much worse.
        if at / 3 % 3 == 0 {
            trace.model = Some("routed".to_owned());
            if let Some(Event::Verdict { verdict, .. }) = trace.events.last_mut()
                && stream.chance(0.6)
            {
                verdict.outcome = Outcome::Wrong;
            }
        }
    }
    let report = audit(&traces).unwrap();
    let gap = report.claim("tail.gap[slice=model: routed]").unwrap();
    assert!(gap.estimate().unwrap().interval().unwrap().high() < 0.0, "{gap:?}");
    assert_eq!(gap.mark(), Some(Mark::Inferred), "several models stand behind it");
    // The same question to both: each model has its own tail.
    let twice: Vec<Trace> = traces
        .iter()
        .flat_map(|trace| ["m", "routed"].map(|model| Trace { model: Some(model.to_owned()), ..trace.clone() }))
        .collect();
    let report = audit(&twice).unwrap();
    assert!(report.claim("tail.accuracy[model=m]").is_some() && report.claim("tail.accuracy[model=routed]").is_some());
    assert!(report.claims.iter().all(|claim| !claim.name().contains("slice=model")));
}

#[test]
fn losses_are_counted_and_few_questions_stay_undefined() {
    let mut traces = planted(30, SUBJECTS, 0.0, &mut Seed(7).stream("planted"));
    traces.push(call(900, 0, Outcome::Error));
    traces.push(call(0, 0, Outcome::Correct));
    let report = audit(&traces).unwrap();
    let losses = &report.attrition[0];
    assert_eq!((losses.seen, losses.used), (92, 90));
    assert_eq!((losses.lost["no verdict"], losses.lost["the same sample stands twice"]), (1, 1));
    let gap = report.claim("tail.gap[model=m]").unwrap();
    assert!(gap.estimate().is_err() && gap.mark() == Some(Mark::Hope), "{gap:?}");
    assert!(report.findings.is_empty());
    let undecided: Vec<Trace> = (0..50).map(|unit| call(unit, 0, Outcome::Error)).collect();
    assert!(audit(&undecided).is_none());
}

#[test]
fn scores_stand_for_accuracy_and_the_order_of_calls_changes_nothing() {
    let mut traces = planted(300, 4, 0.35, &mut Seed(8).stream("planted"));
    for trace in &mut traces {
        if let Some(Event::Verdict { verdict, .. }) = trace.events.pop() {
            let value = if verdict.outcome == Outcome::Correct { 0.9 } else { 0.1 };
            trace.events.push(Event::Score { name: "reward".to_owned(), value });
        }
    }
    let report = audit(&traces).unwrap();
    assert_ne!(report.claim("tail.accuracy[model=m]").unwrap().mark(), Some(Mark::EvidenceBacked));
    traces.reverse();
    let reversed = audit(&traces).unwrap();
    let claims = |report: &Report| {
        let mut all: Vec<String> =
            report.claims.iter().map(|claim| format!("{} {:?}", claim.name(), claim.estimate())).collect();
        all.sort();
        all
    };
    assert_eq!(claims(&report), claims(&reversed));
}

#[test]
fn readiness_asks_for_verdicts_and_questions() {
    let says = |traces: &[Trace]| {
        let mut holds = Inventory::default();
        traces.iter().for_each(|trace| holds.see(trace));
        let one = AUDIT.readiness(&holds).remove(0);
        (one.ready, one.says)
    };
    let traces = planted(60, SUBJECTS, 0.0, &mut Seed(9).stream("planted"));
    let found = says(&traces);
    assert!(found.0 && found.1.contains("60 questions; 12 categories, 2 labels"), "{found:?}");
    let few = says(&traces[..60]);
    assert!(!few.0 && few.1.contains("20 questions: at least 40"), "{few:?}");
    let undecided: Vec<Trace> = (0..60).map(|unit| call(unit, 0, Outcome::Error)).collect();
    assert!(!says(&undecided).0);
}
