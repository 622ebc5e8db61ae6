//! The competence audit on planted processes: a model that has seen the questions, one that has not; steps that compose and steps that do not. No file
//! is read.
use candor_audit::audits::{competence, perturbation};
use candor_audit::{Audit, Error, Report, Settings};
use candor_stats::{Mark, Seed, Stream};
use candor_trace::{Cue, Event, Inventory, Label, LabelValue, Labeller, Trace, Trial};
use candor_verify::{CueKind, Outcome, Verdict};

use super::reported::{most, whole};

fn call(unit: &str, arm: Option<&str>, sample: u32, right: bool) -> Trace {
    let outcome = if right { Outcome::Correct } else { Outcome::Wrong };
    let extracted = Some(if right { "A" } else { "B" }.to_owned());
    Trace {
        trial: Trial { unit: unit.to_owned(), arm: arm.map(str::to_owned), sample, ..Trial::default() },
        model: Some("m".to_owned()),
        events: vec![Event::Verdict {
            verifier: "exact".to_owned(),
            verdict: Verdict { outcome, extracted, why: String::new() },
        }],
        ..Trace::default()
    }
}

fn labelled(mut trace: Trace, name: &str, value: LabelValue) -> Trace {
    trace.events.push(Event::Label(Label {
        name: name.to_owned(),
        value,
        by: Labeller::Source,
        who: None,
        note: None,
    }));
    trace
}

/// Four samples of a question in each arm; the arm's number is added to the chance to be right.
pub(crate) fn twins(questions: usize, arms: &[(&str, f64)], stream: &mut Stream) -> Vec<Trace> {
    let mut traces = Vec::new();
    for unit in 0..questions {
        let chance = 0.4 + 0.4 * stream.unit();
        for (arm, change) in arms {
            for sample in 0..4 {
                traces.push(call(&format!("q{unit}"), Some(arm), sample, stream.chance(chance + change)));
            }
        }
    }
    traces
}

/// Questions of two steps each, the steps asked too; `drop` is taken from the product of the chances of the steps.
pub(crate) fn composed(questions: usize, samples: u32, drop: f64, stream: &mut Stream) -> Vec<Trace> {
    let mut traces = Vec::new();
    for unit in 0..questions {
        let chances = [0.6 + 0.4 * stream.unit(), 0.6 + 0.4 * stream.unit()];
        for sample in 0..samples {
            for (step, chance) in chances.iter().enumerate() {
                traces.push(call(&format!("step {unit}.{step}"), None, sample, stream.chance(*chance)));
            }
            let whole = call(&format!("whole {unit}"), None, sample, stream.chance(chances[0] * chances[1] - drop));
            let steps = LabelValue::Text(format!("step {unit}.0, step {unit}.1"));
            traces.push(labelled(whole, "steps", steps));
        }
    }
    traces
}

/// Questions of depths 1 to 4; `drop` is taken from the chance at depth 4.
pub(crate) fn depths(questions: usize, drop: f64, stream: &mut Stream) -> Vec<Trace> {
    let mut traces = Vec::new();
    for unit in 0..questions {
        let depth = 1 + unit % 4;
        let chance: f64 = (0..depth).map(|_| 0.7 + 0.3 * stream.unit()).product();
        let chance = if depth == 4 { chance - drop } else { chance };
        for sample in 0..2 {
            let trace = call(&format!("deep {unit}"), None, sample, stream.chance(chance));
            traces.push(labelled(trace, "depth", LabelValue::Number(depth as f64)));
        }
    }
    traces
}

fn with(audit: &dyn Audit, traces: &[Trace], settings: &Settings) -> Result<Option<Report>, Error> {
    let mut observer = audit.start(settings);
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report()
}

fn audit(traces: &[Trace]) -> Option<Report> {
    with(&competence::AUDIT, traces, &Settings::default()).unwrap()
}

fn claim<'r>(report: &'r Report, name: &str) -> &'r candor_stats::Claim {
    report.claim(name).unwrap_or_else(|| panic!("no claim {name}"))
}

fn covers(report: &Report, name: &str, truth: f64) -> bool {
    claim(report, name).estimate().unwrap().interval().unwrap().contains(truth)
}

#[test]
fn a_score_that_falls_on_renamed_twins_is_found_and_one_that_stays_is_not() {
    let arms = [("original", 0.15), ("rename", -0.15), ("renumber-1", 0.15)];
    let report = audit(&twins(200, &arms, &mut Seed(1).stream("planted"))).unwrap();
    let gap = claim(&report, "competence.gap[model=m,arm=rename]");
    assert_eq!((gap.mark(), gap.negated()), (Some(Mark::EvidenceBacked), false), "{gap:?}");
    assert!(covers(&report, gap.name(), 0.3) && covers(&report, "competence.gap[model=m,arm=renumber-1]", 0.0));
    assert!(covers(&report, "competence.score[model=m]", 0.75));
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert!(report.findings[0].sentence.contains("rename"));
    let said = format!("{report:?}");
    assert!(said.contains("no verdict on reasoning") && !said.contains("can reason"));
}

#[test]
fn fresh_items_are_paired_where_they_can_be_and_say_so_where_they_cannot() {
    let mut stream = Seed(2).stream("planted");
    let traces = twins(150, &[("original", 0.1), ("fresh", -0.1)], &mut stream);
    let paired = audit(&traces).unwrap();
    let gap = claim(&paired, "competence.gap[model=m,arm=fresh]");
    assert!(gap.mark() == Some(Mark::EvidenceBacked) && covers(&paired, gap.name(), 0.2), "{gap:?}");
    let apart: Vec<Trace> = traces
        .into_iter()
        .map(|mut trace| {
            if trace.trial.arm.as_deref() == Some("fresh") {
                trace.trial.unit = format!("other {}", trace.trial.unit);
            }
            trace
        })
        .collect();
    let report = audit(&apart).unwrap();
    let gap = claim(&report, "competence.gap[model=m,arm=fresh]");
    assert!(gap.statement().contains("not paired") && gap.mark() == Some(Mark::Inferred), "{gap:?}");
    assert!(covers(&report, gap.name(), 0.2));
    assert!(report.attrition.iter().all(|arm| arm.lost.is_empty()), "{:?}", report.attrition);
}

#[test]
fn questions_without_a_twin_are_no_loss_and_undecided_calls_are() {
    let arms = [("original", 0.15), ("rename", -0.15)];
    let mut traces = twins(200, &arms, &mut Seed(10).stream("planted"));
    // Half of the questions have no twin.
    traces.retain(|trace| {
        let number: usize = trace.trial.unit[1..].parse().unwrap();
        number < 100 || trace.trial.arm.as_deref() == Some("original")
    });
    let report = audit(&traces).unwrap();
    let gap = claim(&report, "competence.gap[model=m,arm=rename]");
    assert_eq!(gap.mark(), Some(Mark::EvidenceBacked), "{gap:?}");
    assert!(
        report.notes.iter().any(|note| note.contains("100 originals without a decided twin")),
        "{:?}",
        report.notes
    );
    let undecide = |traces: &mut Vec<Trace>, share: usize| {
        let twins = traces.iter_mut().filter(|trace| trace.trial.arm.as_deref() == Some("rename"));
        for (_, trace) in twins.enumerate().filter(|(at, _)| at % 100 < share) {
            trace.events.clear();
        }
    };
    // A tenth of the twins undecided: the gap stays in the worst case. Two thirds: it does not.
    let few = {
        let mut few = traces.clone();
        undecide(&mut few, 10);
        audit(&few).unwrap()
    };
    assert_eq!(claim(&few, gap.name()).mark(), Some(Mark::EvidenceBacked));
    undecide(&mut traces, 66);
    let many = audit(&traces).unwrap();
    assert_eq!(claim(&many, gap.name()).mark(), Some(Mark::Inferred));
    let twins = many.attrition.iter().find(|arm| arm.arm == "m · rename").unwrap();
    assert!(twins.lost["no verdict"] > 200 && twins.seen == 400, "{twins:?}");
}

#[test]
fn the_spread_over_formats_is_the_one_of_the_perturbation_audit() {
    let arms = [("original", 0.0), ("format-1", -0.2), ("format-2", 0.1), ("rename", 0.0)];
    let traces = twins(120, &arms, &mut Seed(3).stream("planted"));
    let here = whole(audit(&traces).unwrap());
    let there = with(&perturbation::AUDIT, &traces, &Settings::default()).unwrap().unwrap();
    let spread = claim(&here, "competence.spread[model=m,format=format]").estimate().unwrap();
    let same = claim(&there, "perturbation.spread[model=m,change=format]").estimate().unwrap();
    assert!((spread.value() - same.value()).abs() < 1e-12 && spread.value() > 0.2, "{spread:?} {same:?}");
    // Formats alone are that audit's.
    let formats: Vec<Trace> = traces.into_iter().filter(|trace| trace.trial.arm.as_deref() != Some("rename")).collect();
    assert!(audit(&formats).is_none());
}

#[test]
fn steps_that_do_not_compose_are_found() {
    let report = whole(audit(&composed(150, 3, 0.3, &mut Seed(4).stream("planted"))).unwrap());
    let loss = claim(&report, "competence.composition_loss[model=m]");
    assert_eq!((loss.mark(), loss.negated()), (Some(Mark::EvidenceBacked), false), "{loss:?}");
    assert!(covers(&report, loss.name(), 0.3) && covers(&report, "competence.steps_product[model=m]", 0.64));
    let gap = claim(&report, "competence.compositionality_gap[model=m]").estimate().unwrap();
    assert!(gap.value() > 0.5 && gap.size().unwrap().units < 150, "{gap:?}");
    assert!(report.findings[0].sentence.contains("product of their single steps"));
}

#[test]
fn depth_is_set_against_single_steps_to_that_power() {
    let report = whole(audit(&depths(800, 0.3, &mut Seed(5).stream("planted"))).unwrap());
    let loss = claim(&report, "competence.depth_loss[model=m,depth=4]");
    assert_eq!((loss.mark(), loss.negated()), (Some(Mark::EvidenceBacked), false), "{loss:?}");
    assert!(covers(&report, loss.name(), 0.3) && covers(&report, "competence.depth_loss[model=m,depth=2]", 0.0));
    assert!(covers(&report, "competence.single_steps[model=m,depth=3]", 0.85_f64.powi(3)));
    // Without questions of depth 1 there is nothing to set it against.
    let deep: Vec<Trace> = depths(200, 0.0, &mut Seed(5).stream("planted"))
        .into_iter()
        .filter(|trace| !matches!(trace.label("depth"), Some(LabelValue::Number(depth)) if *depth < 2.0))
        .collect();
    let report = audit(&deep).unwrap();
    let undefined = claim(&report, "competence.depth_loss[model=m,depth=2]");
    assert!(undefined.estimate().is_err() && undefined.mark() == Some(Mark::Hope));
}

#[test]
fn where_every_reading_is_null_hardly_any_is_called_a_finding() {
    let worlds = if cfg!(feature = "slow") { 2000 } else { 200 };
    let mut alarms = 0;
    for world in 0..worlds {
        let mut stream = Seed(world).stream("null");
        let mut traces = twins(60, &[("uncued", 0.0), ("rename", 0.0), ("renumber", 0.0), ("fresh", 0.0)], &mut stream);
        for mut trace in composed(60, 2, 0.0, &mut stream).into_iter().chain(depths(200, 0.0, &mut stream)) {
            trace.trial.arm = Some("uncued".to_owned());
            traces.push(trace);
        }
        let report = audit(&traces).unwrap();
        assert!(report.title.contains("8 readings"), "{}", report.title);
        alarms += u32::from(!report.findings.is_empty());
    }
    println!("{alarms} of {worlds} worlds in which every reading is null have a finding");
    assert!(f64::from(alarms) <= most(worlds, 0.025), "{alarms} of {worlds} worlds");
}

#[test]
fn losses_and_labels_that_cannot_be_read_are_counted_and_shared_steps_are_said() {
    let mut traces = composed(40, 1, 0.0, &mut Seed(6).stream("planted"));
    traces.retain(|trace| trace.trial.unit != "step 0.1");
    let hub =
        |unit: &str, steps: &str| labelled(call(unit, None, 0, true), "steps", LabelValue::Text(steps.to_owned()));
    traces.push(hub("nobody", "no such step"));
    traces.push(hub("empty", " , "));
    traces.push(labelled(call("deep", None, 0, true), "depth", LabelValue::Number(0.5)));
    let mut cued = call("whole 1", None, 7, false);
    cued.cue = Some(Cue { kind: CueKind::Sycophancy, target: None, text: None });
    traces.push(cued);
    let mut undecided = call("whole 1", None, 8, false);
    undecided.events.clear();
    traces.push(undecided);
    let report = audit(&traces).unwrap();
    let loss = claim(&report, "competence.composition_loss[model=m]").estimate().unwrap();
    assert_eq!(loss.size().unwrap().units, 39);
    let notes = report.notes.join("\n");
    for said in ["2 composed questions left out: a step names no question", "2 questions with a label"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    assert_eq!(report.attrition[0].lost["no verdict"], 1);
    // All of them share a step.
    let shared: Vec<Trace> = traces
        .into_iter()
        .map(|mut trace| {
            trace.events.iter_mut().for_each(|event| match event {
                Event::Label(label) if label.name == "steps" => {
                    label.value = LabelValue::Text("step 1.0, step 2.0".to_owned());
                }
                _ => {}
            });
            trace
        })
        .collect();
    let report = audit(&shared).unwrap();
    let loss = claim(&report, "competence.composition_loss[model=m]");
    assert!(loss.raise().iter().any(|raise| raise.contains("steps of their own")), "{loss:?}");
}

#[test]
fn without_twins_steps_or_depths_there_is_nothing_to_report() {
    assert!(audit(&twins(20, &[("original", 0.0), ("paraphrase", 0.0)], &mut Seed(7).stream("planted"))).is_none());
    let mut settings = Settings::default();
    settings.competence.answered = 1.0;
    let traces = composed(20, 1, 0.0, &mut Seed(8).stream("planted"));
    assert!(matches!(
        with(&competence::AUDIT, &traces, &settings),
        Err(Error::Setting { name: "competence.answered", .. })
    ));
}

#[test]
fn readiness_asks_for_twins_steps_or_depths() {
    let says = |traces: &[Trace]| {
        let mut holds = Inventory::default();
        traces.iter().for_each(|trace| holds.see(trace));
        let one = competence::AUDIT.readiness(&holds).remove(0);
        (one.ready, one.says)
    };
    let mut stream = Seed(9).stream("planted");
    let twins = says(&twins(10, &[("", 0.0), ("rename-1", 0.0), ("fresh", 0.0)], &mut stream));
    assert_eq!(twins, (true, "2 twin arms".to_owned()));
    assert_eq!(says(&composed(10, 1, 0.0, &mut stream)), (true, "labels steps".to_owned()));
    assert!(!says(&[call("q", Some("format"), 0, true)]).0);
}
