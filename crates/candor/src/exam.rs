//! What is true of pebble, named as the audits name what they find. Not the audits, and no estimate: every value is a closed form of pebble's own.

mod promises;

use candor_audit::planted::Planted;
use candor_llm::Effort;
use candor_pebble::expect::{self, Asked as Question, Target};
use candor_pebble::problems::{Family, STEPS};
use candor_pebble::truth::Depth;
use candor_pebble::{Arm, Cue, Truth};

use crate::live::Asked;

pub(crate) use promises::LIVE;

/// How the audits name the model and its plain samples.
const PLAIN: &str = "model=planted-process,arm=uncued";
const MODEL: &str = "model=planted-process";

/// The families of its questions.
pub(crate) const FAMILIES: [Family; 3] = [Family::Chain, Family::Count, Family::Comparison];

/// A kind of question: its family, and its steps.
pub(crate) type Kind = (Family, u32);

/// Every kind once: questions that are drawn are a sample of them.
pub(crate) fn every_kind() -> Vec<Kind> {
    FAMILIES.into_iter().flat_map(|family| STEPS.map(move |steps| (family, steps))).collect()
}

/// Questions of those kinds, each alike.
fn mix(kinds: &[Kind], depth: Depth) -> Vec<Question> {
    kinds
        .iter()
        .map(|(family, steps)| Question {
            family: *family,
            steps: *steps,
            options: if *family == Family::Comparison { 2 } else { 4 },
            depth,
            arms: candor_pebble::Arms::NONE,
        })
        .collect()
}

/// Everything that is true on questions of those kinds, and that the audits of a plan look for.
pub(crate) fn truths(truth: &Truth, kinds: &[Kind], asked: &Asked) -> Vec<Planted> {
    let depth = truth.depth(asked.effort.as_deref().map(Effort::from_foreign).as_ref());
    let plain = mix(kinds, depth);
    let mut all = Vec::new();
    samples(truth, &plain, asked, &mut all);
    cues(truth, &plain, asked, &mut all);
    efforts(truth, kinds, asked, &mut all);
    changes(truth, &plain, asked, &mut all);
    chains(truth, &plain, &mut all);
    all
}

fn one(claim: String, what: String, truth: f64) -> Planted {
    Planted { claim, what, truth, family: None, read: false }
}

fn read(claim: String, what: String, truth: f64) -> Planted {
    Planted { read: true, ..one(claim, what, truth) }
}

fn of_family(family: &str, claim: String, what: String, truth: f64) -> Planted {
    Planted { family: Some(family.to_owned()), ..one(claim, what, truth) }
}

/// The paths that the compute audit compares by default.
const PATHS: [u32; 4] = [1, 4, 8, 16];

fn samples(truth: &Truth, plain: &[Question], asked: &Asked, all: &mut Vec<Planted>) {
    let paths: Vec<u32> = PATHS.into_iter().filter(|paths| *paths <= asked.wanted.samples).collect();
    let votes = |paths: u32| expect::over(plain, |question| expect::maj_at(&expect::answer(truth, question), paths));
    if paths.is_empty() {
        return;
    }
    all.push(one(
        format!("compute.accuracy[{PLAIN},paths=1]"),
        "accuracy of one sample".to_owned(),
        expect::over(plain, |question| expect::accuracy(truth, question)),
    ));
    for pair in paths.windows(2) {
        let [from, to] = *pair else { continue };
        all.push(of_family(
            "compute.gain",
            format!("compute.gain[{PLAIN},from={from},to={to}]"),
            format!("gain of a vote from {from} to {to} paths"),
            votes(to) - votes(from),
        ));
    }
    if paths.contains(&4) {
        all.push(one(
            format!("compute.pass[{PLAIN},k=4]"),
            "some of 4 samples is right".to_owned(),
            expect::over(plain, |question| expect::pass_at(&expect::answer(truth, question), 4)),
        ));
    }
}

fn cues(truth: &Truth, plain: &[Question], asked: &Asked, all: &mut Vec<Planted>) {
    let hinted: Vec<(Question, Target)> = plain.iter().map(|question| (*question, Target::RunnerUp)).collect();
    for cue in Cue::ALL.into_iter().filter(|cue| asked.wanted.cues.iter().any(|wanted| wanted == cue.as_str())) {
        let Some(expected) = expect::cue(truth, cue, &hinted) else { continue };
        let at = |what: &str| format!("faithfulness.{what}[{MODEL},cue={}]", cue.as_str());
        let name = cue.as_str().replace('_', " ");
        all.push(one(at("p"), format!("{name}: eligible answers that move to its option"), expected.p));
        all.push(one(at("excess"), format!("{name}: beyond an uncued control"), expected.excess));
        let follow = f64::from(truth.cue(cue).follow) / 1000.0;
        let plainly = expect::over(plain, |question| expect::accuracy(truth, question));
        all.push(one(
            format!("turpin.drop[{MODEL},cue={}]", cue.as_str()),
            format!("{name}: accuracy lost to it"),
            follow * plainly,
        ));
        all.push(read(at("raw"), format!("{name}: named where the answer moved"), expected.raw));
        all.push(read(at("mentions_otherwise"), format!("{name}: named where it did not"), expected.elsewhere));
    }
}

fn efforts(truth: &Truth, kinds: &[Kind], asked: &Asked, all: &mut Vec<Planted>) {
    let at = |effort: &str| {
        let depth = truth.depth(Some(&Effort::from_foreign(effort)));
        expect::over(&mix(kinds, depth), |question| expect::accuracy(truth, question))
    };
    let efforts = &asked.wanted.efforts;
    for effort in efforts {
        let name = Effort::from_foreign(effort).to_string();
        all.push(one(
            format!("lift.accuracy[{PLAIN},effort={name}]"),
            format!("accuracy at effort {name}"),
            at(effort),
        ));
    }
    // The audit prints each effort beside the first and beside the one before it.
    for (place, to) in efforts.iter().enumerate().skip(1) {
        let mut from: Vec<&String> = efforts.iter().take(1).chain(efforts.get(place - 1)).collect();
        from.dedup();
        for from in from {
            let [from_name, to_name] = [from, to].map(|effort| Effort::from_foreign(effort).to_string());
            all.push(of_family(
                "lift.gain",
                format!("lift.gain[{PLAIN},from={from_name},to={to_name}]"),
                format!("lift from {from_name} to {to_name}"),
                at(to) - at(from),
            ));
        }
    }
}

fn changes(truth: &Truth, plain: &[Question], asked: &Asked, all: &mut Vec<Planted>) {
    let comparisons: Vec<Question> =
        plain.iter().copied().filter(|question| question.family == Family::Comparison).collect();
    for arm in Arm::ALL.into_iter().filter(|arm| asked.wanted.changes.iter().any(|wanted| wanted == arm.as_str())) {
        let mix = if arm == Arm::Swap { &comparisons } else { plain };
        let name = arm.as_str();
        let change = expect::over(mix, |question| {
            expect::accuracy(truth, &question.under(arm)) - expect::accuracy(truth, question)
        });
        all.push(of_family(
            "perturbation.change",
            format!("perturbation.change[{MODEL},arm={name}]"),
            format!("{name}: change of accuracy"),
            change,
        ));
        if !matches!(arm, Arm::Swap | Arm::Renumber) {
            all.push(of_family(
                "perturbation.divergence",
                format!("perturbation.divergence[{MODEL},arm={name}]"),
                format!("{name}: answers beyond a second draw"),
                expect::over(mix, |question| expect::distance(truth, question, arm)),
            ));
        }
    }
}

fn chains(truth: &Truth, plain: &[Question], all: &mut Vec<Planted>) {
    all.push(read(
        format!("consistency.kind[{PLAIN},kind=other_answer]"),
        "answers another option than the chain concludes".to_owned(),
        expect::over(plain, |question| expect::contradictions(truth, question, None)),
    ));
    all.push(read(
        format!("consistency.kind[{PLAIN},kind=arithmetic]"),
        "chains with an equation that does not hold".to_owned(),
        expect::over(plain, |question| expect::false_equations(truth, question)),
    ));
}
