//! From rows to the report: one section per subject, put together. The sections stand in `section.rs`.

use candor_stats::{Flag, Flags};

use super::book::Book;
use super::questions::{Questions, gather};
use super::section::{self, Section};
use crate::derive::items;
use crate::live::adaptive;
use crate::places::is_cued;
use crate::report::plain_first;
use crate::rows::{Kept, Rows, Subject};
use crate::words::counted;
use crate::{Attrition, Error, Figure, Finding, Limits, Report, Settings};

/// The report; `None` where nothing was decided by any verdict.
pub(super) fn report(rows: Rows, settings: &Settings) -> Result<Option<Report>, Error> {
    check(settings)?;
    let Rows { words, units, spots, subjects, planted, score_names, verifiers, .. } = rows;
    let mut attrition: Vec<Attrition> = Vec::new();
    let (mut findings, mut claims, mut figures, mut notes) =
        (Vec::<(bool, Finding)>::new(), Vec::new(), Vec::new(), Vec::new());
    let mut titles = Vec::new();
    if score_names.len() > 1 && settings.compute.score.is_none() {
        notes.push(format!(
            "{} different scores are recorded, so that best-of-k has none to choose by: name one with --score NAME",
            score_names.len()
        ));
    }
    let mut gathered: Vec<(Parts, String, Questions, Vec<String>)> = Vec::new();
    let mut undecided: Vec<Attrition> = Vec::new();
    let mut left: Vec<Attrition> = Vec::new();
    for ((subject, kept), verifiers) in subjects.into_iter().zip(verifiers) {
        let parts = parts(&subject, &words);
        let label = label(&parts);
        if words.name(subject.arm) == adaptive::ARM {
            // How many samples there are was decided by their answers: pass@k and maj@k of them are those of no plan.
            left.push(unread(&kept, label));
            continue;
        }
        let mut questions = gather(&kept, label.clone());
        if score_names.len() > 1 && settings.compute.score.is_none() {
            // Which score chose would differ from sample to sample.
            questions.scores = false;
        }
        if questions.asked.is_empty() {
            undecided.push(questions.attrition);
        } else {
            gathered.push((parts, label, questions, verifiers));
        }
    }
    // The longest curve first; a subject with one sample per question has no curve and stands in one table with its like.
    gathered.sort_by_key(|(_, _, questions, _)| std::cmp::Reverse(questions.longest));
    let several = gathered.len() > 1;
    let mut single = Vec::new();
    for (parts, label, questions, verifiers) in &gathered {
        attrition.push(questions.attrition.clone());
        let flags = flags(verifiers, questions, parts);
        let mut book = Book::new(settings, parts.clone(), flags, planted, several.then(|| label.clone()));
        book.about(|| items(questions.units.iter().map(|unit| units.name(*unit))));
        titles.push(format!("{label}: {}", counted(questions.asked.len() as u64, "question")));
        if questions.longest < questions.fewest_for_a_curve(settings.compute.aggregate) {
            single.push(section::single(&mut book, label, questions));
        } else {
            let Section { figures: more, findings: found, notes: told } =
                section::section(&mut book, questions, &spots);
            figures.extend(more);
            findings.extend(found.into_iter().map(|finding| (is_cued(parts), finding)));
            notes.extend(told.into_iter().map(|note| if several { format!("{label}: {note}") } else { note }));
        }
        claims.extend(book.into_claims());
    }
    if !single.is_empty() {
        figures.push(Figure::Table(section::singles(single)));
        notes
            .push("one sample per question shows no curve, and two cast no majority: draw 4 or more of each to see what more paths buy".to_owned());
    }
    if attrition.is_empty() {
        return Ok(None);
    }
    notes.extend(undecided.iter().map(|one| {
        let why: Vec<&str> = one.lost.keys().map(String::as_str).collect();
        format!("{}: none of {} samples can be used: {}", one.arm, one.seen, why.join(", "))
    }));
    notes.extend(left.iter().map(|one| {
        format!(
            "{}: {} of questions that were left when their majority was settled stand in no curve; what leaving them saves and loses is said by the report of their run",
            one.arm,
            counted(one.seen, "sample")
        )
    }));
    attrition.extend(undecided.into_iter().chain(left));
    let mut findings = plain_first(findings);
    findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    Ok(Some(Report {
        leading: 0,
        audit: "compute".to_owned(),
        title: title(&titles),
        planted,
        estimand: "the mean over questions like these of the probability that the answer is right; every value averages over all subsets of the recorded samples".to_owned(),
        findings,
        claims,
        figures,
        attrition,
        notes,
        limits: limits(),
    }))
}

/// Samples that no curve is drawn through.
fn unread(kept: &[Kept], arm: String) -> Attrition {
    let seen = kept.len() as u64;
    let lost = [("drawn until the majority was settled: no fixed number of samples".to_owned(), seen)].into();
    Attrition { arm, seen, used: 0, lost }
}

/// Names a few subjects; many are counted.
fn title(subjects: &[String]) -> String {
    match subjects {
        [one, other] => format!("Test-time compute · {one} · {other}"),
        [one] => format!("Test-time compute · {one}"),
        many => format!("Test-time compute · {} subjects", many.len()),
    }
}

fn check(settings: &Settings) -> Result<(), Error> {
    let compute = &settings.compute;
    if compute.paths.as_ref().is_some_and(|paths| paths.is_empty() || paths.contains(&0)) {
        return Err(Error::Setting {
            name: "paths",
            expected: "whole numbers from 1 on",
            found: format!("{:?}", compute.paths),
        });
    }
    if compute.operate == Some(0) {
        return Err(Error::Setting {
            name: "operate",
            expected: "paths=N with N from 1 on",
            found: "paths=0".to_owned(),
        });
    }
    if !(settings.margin > 0.0 && settings.margin < 1.0) {
        return Err(Error::Setting {
            name: "margin",
            expected: "points between 0 and 100",
            found: format!("{}", settings.margin * 100.0),
        });
    }
    Ok(())
}

/// What was recorded of a subject.
type Parts = Vec<(&'static str, String)>;

fn parts(subject: &Subject, words: &crate::names::Names) -> Parts {
    [("model", subject.model), ("effort", subject.effort), ("arm", subject.arm), ("cue", subject.cue)]
        .into_iter()
        .map(|(name, word)| (name, words.name(word).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn label(parts: &[(&'static str, String)]) -> String {
    if parts.is_empty() {
        return "all samples".to_owned();
    }
    parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" · ")
}

/// Words in a verifier's name that speak of a model or a person who decided, not of a program.
pub(crate) const JUDGES: [&str; 9] =
    ["judge", "model_graded", "llm", "gpt", "claude", "gemini", "autograder", "human", "annotator"];

fn flags(verifiers: &[String], questions: &Questions, parts: &[(&'static str, String)]) -> Flags {
    let verifier = verifiers.join(", ");
    let judged = JUDGES.iter().any(|word| verifier.to_lowercase().contains(word));
    let mut flags = Flags::unexamined()
        .holds(Flag::Looks, "recorded before it was read, and read once")
        .holds(Flag::Selection, "every measured setting is shown; gains and the wall are simultaneous over the curve")
        .holds(Flag::Sampling, "every recorded sample is used")
        .holds(Flag::Design, "all settings are computed on the same samples of the same questions");
    flags = if judged {
        flags.fails(
            Flag::Measurement,
            format!("a model decided what is right ({verifier})"),
            "a programmatic verifier, or human labels that calibrate the judge",
        )
    } else if questions.contradictory > 0 {
        flags.fails(
            Flag::Measurement,
            format!("{} with one answer called right and wrong", counted(questions.contradictory, "question")),
            "verdicts that agree on equal answers",
        )
    } else {
        flags.holds(Flag::Measurement, format!("verdicts of {verifier}, as recorded"))
    };
    flags = flags.with(Flag::Attrition, crate::claims::lost([&questions.attrition]));
    if parts.iter().any(|(name, _)| *name == "model") {
        flags.holds(Flag::Scope, "one model as recorded; the claim speaks of it and of questions like these")
    } else {
        flags.fails(Flag::Scope, "the data does not name the model", "records that name the model")
    }
}

fn limits() -> Limits {
    Limits::new(
        "these questions and questions like them: another mix of questions has another curve",
        [
            "samples beyond those recorded are a fit, not a measurement",
            "pass@k is what a verifier without error would reach; a product without one does not reach it",
            "a gain from more samples says nothing about longer reasoning, another effort setting or another model",
        ]
        .map(str::to_owned),
    )
}
