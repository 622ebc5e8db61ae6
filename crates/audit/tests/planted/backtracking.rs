//! The backtracking audit on planted chains: rates, classes, positions, changes of the candidate answer, the association within questions and
//! its null, labelled sections, and what is lost. No file is read.
use candor_audit::audits::backtracking::AUDIT;
use candor_audit::{Audit, Figure, Report, Settings};
use candor_llm::{Finish, Provenance, Reasoning};
use candor_stats::{Mark, Seed};
use candor_trace::{Event, Label, LabelValue, Labeller, Question, Trace, Trial};
use candor_verify::Verdict;

use super::reported::{claim, value};

const TURN: &str = "Wait, no, I forgot the last row.";
const FILLER: &str = "We add the boxes of the next row to the sum.";

/// A chain of `before` fillers, `turns` turns and `after` fillers, each a passage of its own.
fn chain(before: usize, turns: usize, after: usize) -> String {
    let mut passages = vec![FILLER; before];
    passages.extend(vec![TURN; turns]);
    passages.extend(vec![FILLER; after]);
    passages.join("\n\n")
}

fn call(unit: usize, sample: u32, chain: &str, right: Option<bool>) -> Trace {
    let mut events = vec![
        Event::Reasoning(Reasoning::raw(chain)),
        Event::Output { text: "B".to_owned(), answer: None, finish: None },
    ];
    if let Some(right) = right {
        events.push(Event::Verdict { verifier: "choice".to_owned(), verdict: Verdict::of(right, "B", "") });
    }
    Trace {
        trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
        model: Some("m".to_owned()),
        events,
        ..Trace::default()
    }
}

fn audit(traces: &[Trace]) -> Option<Report> {
    let mut observer = AUDIT.start(&Settings::default());
    traces.iter().for_each(|trace| observer.see(trace));
    observer.report().unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn rates_are_ratios_of_sums_per_token_and_per_word_where_tokens_are_missing() {
    let mut traces: Vec<Trace> = (0..40)
        .flat_map(|unit| (0..4).map(move |sample| call(unit, sample, &chain(6, 2 * (sample as usize % 2), 6), None)))
        .collect();
    for trace in &mut traces {
        trace.usage.reasoning = Some(if trace.trial.sample % 2 == 1 { 300 } else { 100 });
    }
    let report = audit(&traces).unwrap();
    // Two turns in every second chain; 300 and 100 tokens: 2 in 400.
    let rate = claim(&report, "backtracking.rate[model=m]");
    assert!(close(rate.estimate().unwrap().value(), 5.0), "{rate:?}");
    assert!(rate.statement().contains("reasoning tokens"));
    assert_eq!(rate.estimate().unwrap().size().unwrap().units, 40);
    assert!(close(value(&report, "backtracking.share[model=m]"), 0.5));
    assert!(close(value(&report, "backtracking.rate[model=m,class=retraction]"), 5.0));
    assert!(close(value(&report, "backtracking.count[model=m,class=alternative_attempt]"), 0.0));
    // Without labels of this model's sections no number of places is evidence.
    assert_eq!(claim(&report, "backtracking.share[model=m]").mark(), Some(Mark::Inferred));
    traces[0].usage.reasoning = None;
    let words = audit(&traces).unwrap();
    let rate = claim(&words, "backtracking.rate[model=m]");
    // 12 fillers of 11 words in every chain, two turns of 7 in every second.
    assert!(close(rate.estimate().unwrap().value(), 2000.0 / 278.0), "{rate:?}");
    assert!(rate.statement().contains("words") && words.notes.iter().any(|note| note.contains("words")));
}

#[test]
fn positions_and_late_bursts_are_where_they_were_planted() {
    let late: Vec<Trace> = (0..40).map(|unit| call(unit, 0, &chain(30, 3, 0), None)).collect();
    let report = audit(&late).unwrap();
    assert!(close(value(&report, "backtracking.third[model=m,third=last]"), 1.0));
    assert!(value(&report, "backtracking.position[model=m]") > 0.9);
    assert!(close(value(&report, "backtracking.late_burst[model=m]"), 1.0));
    // Three places: by chance all late in 0.8 %.
    let excess = claim(&report, "backtracking.late_burst_excess[model=m]");
    assert!(close(excess.estimate().unwrap().value(), 0.992), "{excess:?}");
    let early: Vec<Trace> = (0..40).map(|unit| call(unit, 0, &chain(0, 3, 30), None)).collect();
    let report = audit(&early).unwrap();
    assert!(close(value(&report, "backtracking.third[model=m,third=first]"), 1.0));
    assert!(close(value(&report, "backtracking.late_burst[model=m]"), 0.0));
    assert!(claim(&report, "backtracking.late_burst_excess[model=m]").estimate().is_err());
}

#[test]
fn the_candidate_answer_is_compared_across_the_place_and_with_the_right_one() {
    let stated = |before: &str, after: &str| {
        format!("So the answer is {before}.\n\n{TURN}\n\n{FILLER}\n\nTherefore the answer is {after}.")
    };
    let gold = |mut trace: Trace| {
        trace.question = Question { gold: Some("B".to_owned()), options: Some(4) };
        trace
    };
    let traces = [
        gold(call(0, 0, &stated("A", "B"), None)),
        gold(call(1, 0, &stated("B", "C"), None)),
        gold(call(2, 0, &stated("A", "A"), None)),
        call(3, 0, &stated("A", "D"), None),
        call(4, 0, &chain(2, 1, 2), None),
    ];
    let report = audit(&traces).unwrap();
    assert!(close(value(&report, "backtracking.places[model=m]"), 5.0));
    assert!(close(value(&report, "backtracking.changed[model=m]"), 0.75));
    assert!(close(value(&report, "backtracking.righted[model=m]"), 1.0 / 3.0));
    assert!(close(value(&report, "backtracking.wronged[model=m]"), 1.0 / 3.0));
}

/// 100 questions with rates of their own, 6 samples each; `change` is added to the rate of samples that turn.
pub(crate) fn planted(change: f64, seed: u64) -> Vec<Trace> {
    let mut stream = Seed(seed).stream("planted");
    let mut traces = Vec::new();
    for unit in 0..100 {
        let (rate, turning) = (0.3 + 0.5 * stream.unit(), 0.2 + 0.6 * stream.unit());
        for sample in 0..6 {
            let turns = stream.chance(turning);
            let right = stream.chance((rate + if turns { change } else { 0.0 }).clamp(0.0, 1.0));
            traces.push(call(unit, sample, &chain(3, usize::from(turns), 3), Some(right)));
        }
    }
    traces
}

#[test]
fn a_planted_association_is_found_and_is_called_nothing_more() {
    let report = audit(&planted(-0.25, 4)).unwrap();
    let found = claim(&report, "backtracking.right_difference[model=m]");
    let interval = *found.estimate().unwrap().interval().unwrap();
    assert!(found.negated() && interval.high() < 0.0 && interval.contains(-0.25), "{found:?}");
    assert!(found.statement().contains("association only"), "{}", found.statement());
    let title = report
        .figures
        .iter()
        .find_map(|figure| match figure {
            Figure::Table(table) if table.name == "backtracking.right" => Some(&table.title),
            _ => None,
        })
        .unwrap();
    assert!(title.contains("association only"));
    assert!(report.findings[0].sentence.contains("right less often"), "{:?}", report.findings);
    assert!(report.limits.iter().any(|limit| limit.contains("insufficient as evidence of a mechanism")));
}

#[test]
fn without_an_association_hardly_any_world_shows_one() {
    let alarms = (0..20)
        .filter(|world| {
            let report = audit(&planted(0.0, 100 + world)).unwrap();
            let found = claim(&report, "backtracking.right_difference[model=m]");
            let interval = *found.estimate().unwrap().interval().unwrap();
            interval.low() > 0.0 || interval.high() < 0.0
        })
        .count();
    // 5 % of 20 worlds is one; more than four has a probability of 0.3 %.
    assert!(alarms <= 4, "{alarms} of 20 worlds");
}

#[test]
fn chains_that_are_not_whole_are_counted_and_not_read() {
    let with = |unit: usize, reasoning: Reasoning| {
        let mut trace = call(unit, 0, FILLER, None);
        trace.events[0] = Event::Reasoning(reasoning);
        trace
    };
    let of = |provenance: Provenance, text: &str| Reasoning { text: text.to_owned(), provenance };
    let mut cut = call(5, 0, TURN, None);
    cut.events[1] = Event::Output { text: String::new(), answer: None, finish: Some(Finish::Length) };
    let traces = [
        call(0, 0, &chain(2, 1, 2), None),
        call(0, 0, &chain(2, 1, 2), None),
        with(1, of(Provenance::Truncated, TURN)),
        with(2, of(Provenance::Summary, TURN)),
        with(3, of(Provenance::Redacted, "")),
        with(4, Reasoning::absent()),
        cut,
    ];
    let report = audit(&traces).unwrap();
    let losses = &report.attrition[0];
    assert_eq!((losses.seen, losses.used, losses.lost.values().sum::<u64>()), (7, 1, 6), "{losses:?}");
    assert_eq!(losses.lost["cut off: no answer, not a wrong one"], 2);
    assert_eq!(losses.lost["the same sample stands twice"], 1);
    assert!(close(value(&report, "backtracking.places[model=m]"), 1.0));
    // One of seven read, with a place: six that nobody read may all be without.
    assert!(report.notes.iter().any(|note| note.contains("between 14.3 and 100.0 %")), "{:?}", report.notes);
    assert!(audit(&traces[2..]).is_none(), "nothing that can be read is nothing to report");
}

#[test]
fn what_nothing_was_found_for_stays_undefined() {
    let traces: Vec<Trace> = (0..40).map(|unit| call(unit, 0, &chain(4, 0, 0), Some(true))).collect();
    let report = audit(&traces).unwrap();
    let rate = claim(&report, "backtracking.rate[model=m]").estimate().unwrap();
    assert!(close(rate.value(), 0.0) && rate.interval().is_err(), "{rate:?}");
    for what in ["position", "third", "changed", "righted"] {
        let place = if what == "third" { "model=m,third=last" } else { "model=m" };
        assert!(claim(&report, &format!("backtracking.{what}[{place}]")).estimate().is_err(), "{what}");
    }
    assert!(report.claim("backtracking.right_difference[model=m]").is_none());
    let share = claim(&report, "backtracking.share[model=m]").estimate().unwrap();
    assert!(close(share.value(), 0.0) && share.interval().unwrap().high() > 0.05);
}

#[test]
fn labelled_sections_give_counts_and_scores_by_response() {
    let labelled = |unit: usize, turns: usize| {
        let mut text = format!("[\"initializing\"]{FILLER}[\"end-section\"]");
        (0..turns).for_each(|_| text += &format!("[\"backtracking\"]{TURN}[\"end-section\"]"));
        // One that the detector takes for backtracking and the labels do not, one that it misses.
        text += &format!("[\"deduction\"]{TURN}[\"end-section\"][\"backtracking\"]{FILLER}[\"end-section\"]");
        let mut trace = call(unit, 0, FILLER, None);
        let number = |name: &str, value: f64| {
            Event::Label(Label {
                name: name.to_owned(),
                value: LabelValue::Number(value),
                by: Labeller::Source,
                who: None,
                note: None,
            })
        };
        trace.events.push(Event::Label(Label {
            name: "sections".to_owned(),
            value: LabelValue::Text(text),
            by: Labeller::Judge,
            who: None,
            note: None,
        }));
        // The source counts one section more than its text holds; `quality` is no label of a section.
        trace.events.extend([
            number("backtracking", turns as f64 + 2.0),
            number("deduction", 1.0),
            number("initializing", 1.0),
            number("quality", 9.0),
        ]);
        trace
    };
    let traces: Vec<Trace> = (0..20).map(|unit| labelled(unit, 3)).collect();
    let report = audit(&traces).unwrap();
    let sections = |what: &str, by: &str| value(&report, &format!("sections.{what}[model=m,by={by}]"));
    assert!(close(sections("all", "text"), 120.0) && close(sections("backtracking", "text"), 80.0));
    assert!(close(sections("all", "count"), 140.0) && close(sections("backtracking", "count"), 100.0));
    assert!(close(sections("responses", "text"), 20.0) && close(sections("responses", "count"), 20.0));
    assert!(close(value(&report, "sections.precision[reader=detector,model=m]"), 0.75));
    assert!(close(value(&report, "sections.recall[reader=keywords,model=m]"), 0.75));
    let precision = claim(&report, "sections.precision[reader=detector,model=m]").estimate().unwrap();
    assert_eq!(precision.size().unwrap().units, 20);
}
