//! Chains that somebody else cut into labelled sections: what the labels count, and how the detector and a plain keyword rule do against
//! them, whole responses being the unit. The text of the label `sections` is `["label"] text ["end-section"] …`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use candor_stats::clusters::pooled::Pooled;
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::detector::{Confusion, Score, Scores, scores};
use candor_stats::{Estimate, Flag, Method, Parameter, Size, Tally, Undefined};
use candor_trace::{Event, LabelValue, Labeller, Trace};
use candor_verify::signal::backtrack::{THRESHOLD, section};
use regex::Regex;

use crate::claims::{Claims, Stated, counted_as, measured_by, named, recorded};
use crate::names::Names;
use crate::{Cell, Column, Figure, Row, Table};

/// The label that carries the annotated text.
const SECTIONS: &str = "sections";
/// What the sections of interest are called.
const BACKTRACKING: &str = "backtracking";
/// What ends a section.
const END: &str = "end-section";
/// Labels told apart; sections of further ones are counted, not named.
const MOST_LABELS: usize = 64;
/// The keyword rule looks at so many characters of a section.
const HEAD: usize = 80;

/// How labels are counted.
const LABELS: &str = "labels as they were recorded";

/// The readers compared with the labels, in the order of the table.
const READERS: [(&str, &str); 3] = [
    ("detector", "cue, class and score, as the audit counts places"),
    ("cue", "stage one alone: any cue"),
    ("keywords", "a keyword within the first 80 characters: the floor"),
];

static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\["([A-Za-z0-9_ -]{1,40})"\]"#).ok());

static KEYWORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:wait|hold on|hmm|actually|alternatively|no,|let me (?:re-?check|double-?check|reconsider|go back|try another)|that(?:'s| is) not right|scratch that|on second thought)",
    )
    .ok()
});

/// One section as its annotator cut and called it.
struct Section<'a> {
    label: &'a str,
    text: &'a str,
}

/// The sections of an annotated text, in order.
fn sections(annotated: &str) -> Vec<Section<'_>> {
    let Some(mark) = MARK.as_ref() else { return Vec::new() };
    let marks: Vec<(usize, usize, &str)> = mark
        .captures_iter(annotated)
        .filter_map(|found| Some((found.get(0)?.start(), found.get(0)?.end(), found.get(1)?.as_str())))
        .collect();
    let ends = marks.iter().skip(1).map(|(start, ..)| *start).chain([annotated.len()]);
    marks
        .iter()
        .zip(ends)
        .filter(|((_, _, label), _)| *label != END)
        .filter_map(|((_, start, label), end)| Some(Section { label, text: annotated.get(*start..end)?.trim() }))
        .collect()
}

/// Whether the keyword rule takes a section for backtracking.
fn keywords(text: &str) -> bool {
    let end = text.char_indices().nth(HEAD).map_or(text.len(), |(at, _)| at);
    KEYWORDS.as_ref().zip(text.get(..end)).is_some_and(|(words, head)| words.is_match(head))
}

/// One response: each reader against the labels of its sections.
#[derive(Debug, Clone, Copy)]
struct Response {
    model: u32,
    readers: [Confusion; 3],
}

const _: () = assert!(size_of::<Response>() <= 64, "a million responses must fit in 64 MB");

/// Counts of sections that the source itself recorded, by label.
#[derive(Debug, Default, Clone, Copy)]
struct Recorded {
    sections: u64,
    responses: u64,
    with: u64,
}

/// The labelled responses that were seen.
#[derive(Debug, Default)]
pub(super) struct Sections {
    models: Names,
    responses: Vec<Response>,
    /// The labels that occur in annotated texts, as label names spell them.
    labels: BTreeSet<String>,
    /// Numbers that the source recorded under any name, by model and name: those named like a section's label are counts of sections.
    recorded: BTreeMap<(u32, String), Recorded>,
    human: bool,
    judge: bool,
    pub(super) planted: bool,
}

impl Sections {
    /// Takes in the labels of one trace.
    pub(super) fn see(&mut self, trace: &Trace) {
        let annotated = trace.events.iter().find_map(|event| match event {
            Event::Label(label) if label.name == SECTIONS => match &label.value {
                LabelValue::Text(text) => Some((text, label.by)),
                LabelValue::Bool(_) | LabelValue::Number(_) => None,
            },
            _ => None,
        });
        let model = self.models.number(trace.model.as_deref().unwrap_or(""));
        self.counts(trace, model);
        let Some((text, by)) = annotated else { return };
        let mut readers = [Confusion::default(); 3];
        let mut previous = "";
        for Section { label, text } in sections(text) {
            if self.labels.len() < MOST_LABELS {
                self.labels.insert(label.replace(['-', ' '], "_"));
            }
            let read = section(text, previous);
            let said = [
                read.is_some_and(|(class, score)| class.counts() && score >= THRESHOLD),
                read.is_some(),
                keywords(text),
            ];
            for (confusion, said) in readers.iter_mut().zip(said) {
                add(confusion, Confusion::one(said, label == BACKTRACKING));
            }
            previous = text;
        }
        if readers != [Confusion::default(); 3] {
            self.planted |= trace.planted;
            self.human |= by == Labeller::Human;
            self.judge |= by != Labeller::Human;
            self.responses.push(Response { model, readers });
        }
    }

    fn counts(&mut self, trace: &Trace, model: u32) {
        for event in &trace.events {
            if let Event::Label(label) = event
                && label.by == Labeller::Source
                && let LabelValue::Number(number) = label.value
                && number >= 0.0
                && number.fract().abs() < 1e-9
                && self.recorded.len() < 4 * MOST_LABELS
            {
                let recorded = self.recorded.entry((model, label.name.clone())).or_default();
                recorded.sections += number as u64;
                recorded.responses += 1;
                recorded.with += u64::from(number > 0.0);
            }
        }
    }

    pub(super) fn responses(&self) -> u64 {
        self.responses.len() as u64
    }

    /// What labels count and how readers do against them; nothing where no section was labelled.
    pub(super) fn report(&self, claims: &mut Claims) -> Vec<Figure> {
        let mut models: Vec<u32> = self.responses.iter().map(|response| response.model).collect();
        models.sort_by_key(|model| self.models.name(*model));
        models.dedup();
        let (mut counts, mut readers) = (Vec::new(), Vec::new());
        for model in models {
            let responses: Vec<&Response> = self.responses.iter().filter(|one| one.model == model).collect();
            counts.extend(self.by_text(model, &responses, claims));
            counts.extend(self.by_count(model, claims));
            readers.extend(self.against(model, &responses, claims));
        }
        if counts.is_empty() {
            return Vec::new();
        }
        vec![counted_table(counts), readers_table(readers)]
    }

    fn size_and_tallies(responses: &[&Response]) -> (Size, Vec<Tally>) {
        let tallies: Vec<Tally> = responses
            .iter()
            .filter_map(|response| response.readers.first())
            .map(|seen| {
                let labelled = seen.true_positive + seen.false_negative;
                Tally { samples: labelled + seen.false_positive + seen.true_negative, correct: labelled }
            })
            .collect();
        let samples = tallies.iter().map(|tally| u64::from(tally.samples)).sum();
        (Size { units: responses.len() as u64, samples }, tallies)
    }

    /// By the labels in the annotated text.
    fn by_text(&self, model: u32, responses: &[&Response], claims: &mut Claims) -> Vec<Row> {
        let model = self.models.name(model);
        let place = [("model", model), ("by", "text")];
        let (size, tallies) = Self::size_and_tallies(responses);
        let labelled: u64 = tallies.iter().map(|tally| u64::from(tally.correct)).sum();
        let with = tallies.iter().filter(|tally| tally.correct > 0).count() as u64;
        let name = |what: &str| named(&format!("sections.{what}"), &place);
        for (what, statement, count) in [
            ("all", "labelled sections in the annotated text", size.samples),
            ("backtracking", "of them labelled backtracking", labelled),
            ("responses", "responses with a section labelled backtracking", with),
        ] {
            claims.count(name(what), format!("{statement} · {model}"), count, size, counted_as(LABELS));
            claims.follows(|| {
                Derivation::sum([Derived::counts(tallies.iter().map(|tally| match what {
                    "all" => tally.samples,
                    "backtracking" => tally.correct,
                    _ => u32::from(tally.correct > 0),
                }))])
            });
        }
        let pooled = Pooled::of(tallies);
        claims.make(Stated {
            name: name("share"),
            statement: format!("share of sections labelled backtracking · {model}"),
            parameter: Parameter::SHARE,
            estimate: pooled.share(claims.level),
            flags: measured_by(recorded(), self.human && !self.judge)
                .with(Flag::Interval, pooled.interval_finding())
                .holds(Flag::Design, "no causal words")
                .holds(Flag::Attrition, "the labelled responses")
                .holds(Flag::Scope, "these labelled responses"),
        });
        vec![Row {
            cells: vec![
                Cell::text(model),
                Cell::text("annotated text"),
                Cell::Count(size.units),
                Cell::Count(with),
                Cell::Count(size.samples),
                Cell::Count(labelled),
                Cell::claim(name("share")),
            ],
            remark: None,
        }]
    }

    /// By the numbers that the source recorded under the names of labels: other than the text where the two do not agree.
    fn by_count(&self, model: u32, claims: &mut Claims) -> Option<Row> {
        let of_model = |wanted: &str| self.recorded.get(&(model, wanted.to_owned())).copied();
        let found = of_model(BACKTRACKING)?;
        let all: u64 = self.labels.iter().filter_map(|label| of_model(label)).map(|recorded| recorded.sections).sum();
        let model = self.models.name(model);
        let place = [("model", model), ("by", "count")];
        let name = |what: &str| named(&format!("sections.{what}"), &place);
        let size = Size { units: found.responses, samples: all };
        for (what, statement, count) in [
            ("all", "labelled sections by the source's own counts", all),
            ("backtracking", "of them backtracking by the source's own counts", found.sections),
            ("responses", "responses with a backtracking section by the source's own counts", found.with),
        ] {
            claims.count(name(what), format!("{statement} · {model}"), count, size, counted_as(LABELS));
        }
        let interval = Err(Undefined::not_applicable("interval", "counts by response of all labels are not kept"));
        let estimate = if all > 0 {
            Estimate::new(found.sections as f64 / all as f64, interval, size, Method::named("ratio of sums"))
        } else {
            Err(Undefined::no_data("labelled sections"))
        };
        claims.make(Stated {
            name: name("share"),
            statement: format!("share of sections that are backtracking by the source's own counts · {model}"),
            parameter: Parameter::SHARE,
            estimate,
            flags: counted_as(LABELS),
        });
        Some(Row {
            cells: vec![
                Cell::text(model),
                Cell::text("source's counts"),
                Cell::Count(found.responses),
                Cell::Count(found.with),
                Cell::Count(all),
                Cell::Count(found.sections),
                Cell::claim(name("share")),
            ],
            remark: None,
        })
    }

    /// Precision, recall and F1 of every reader.
    fn against(&self, model: u32, responses: &[&Response], claims: &mut Claims) -> Vec<Row> {
        let model = self.models.name(model);
        let mut rows = Vec::new();
        for (at, (reader, says)) in READERS.iter().enumerate() {
            let seen: Vec<Confusion> = responses.iter().filter_map(|one| one.readers.get(at)).copied().collect();
            let found = scores(&seen, claims.level);
            let place = [("reader", *reader), ("model", model)];
            let name = |what: &str| named(&format!("sections.{what}"), &place);
            let samples = found.true_positive + found.false_positive + found.false_negative + found.true_negative;
            let size = Size { units: seen.len() as u64, samples };
            let both = found.true_positive + found.false_positive;
            claims.count(
                name("found"),
                format!("sections that {reader} takes for backtracking · {model}"),
                both,
                size,
                counted_as("sections that this version of the reader takes for backtracking"),
            );
            claims.follows(|| {
                Derivation::sum([Derived::counts(seen.iter().map(|one| one.true_positive + one.false_positive))])
            });
            let flags = measured_by(recorded(), self.human && !self.judge)
                .holds(Flag::Design, "no causal words")
                .holds(Flag::Attrition, "the labelled responses")
                .holds(Flag::Scope, "these labelled responses, this version of the detector");
            for (what, statement, estimate, which) in [
                ("precision", "share of its finds that the label confirms", found.precision, Score::Precision),
                ("recall", "share of labelled sections that it finds", found.recall, Score::Recall),
                ("f1", "F1 against labels", found.f1, Score::F1),
            ] {
                claims.make(Stated {
                    name: name(what),
                    statement: format!("{reader} ({says}): {statement} · {model}"),
                    parameter: Parameter::SHARE,
                    estimate,
                    flags: flags.clone().with(Flag::Interval, Scores::finding(&seen, which)),
                });
            }
            rows.push(Row {
                cells: vec![
                    Cell::text(model),
                    Cell::text(*reader),
                    Cell::Count(both),
                    Cell::claim(name("precision")),
                    Cell::claim(name("recall")),
                    Cell::mark(name("precision")),
                ],
                remark: None,
            });
        }
        rows
    }
}

fn counted_table(rows: Vec<Row>) -> Figure {
    Figure::Table(Table {
        name: "backtracking.sections".to_owned(),
        title: "Sections that labels call backtracking".to_owned(),
        columns: vec![
            Column::text("model"),
            Column::text("by"),
            Column::number("responses"),
            Column::number("with one"),
            Column::number("sections"),
            Column::number("so called"),
            Column::number("share"),
        ],
        rows,
        notes: vec![
            "the source's counts are those numbers that it recorded under the names of the labels; they need not agree with its text"
                .to_owned(),
        ],
    })
}

fn readers_table(rows: Vec<Row>) -> Figure {
    let mut notes: Vec<String> = READERS.iter().map(|(reader, says)| format!("{reader}: {says}")).collect();
    notes.push(
        "the response is the unit of every interval, and each stands alone; the score's weights were fitted to sections of \
         R1-Distill-Qwen-14B, so that on those very sections the detector's numbers flatter: the methods page has the cross-validated ones"
            .to_owned(),
    );
    Figure::Table(Table {
        name: "backtracking.readers".to_owned(),
        title: "The detector against labelled sections".to_owned(),
        columns: vec![
            Column::text("model"),
            Column::text("reader"),
            Column::number("found"),
            Column::number("precision"),
            Column::number("recall"),
            Column::text("mark"),
        ],
        rows,
        notes,
    })
}

fn add(sum: &mut Confusion, one: Confusion) {
    sum.true_positive += one.true_positive;
    sum.false_positive += one.false_positive;
    sum.false_negative += one.false_negative;
    sum.true_negative += one.true_negative;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_end_at_the_next_label_or_at_the_end() {
        let found = sections(
            r#"before ["initializing"] One. ["end-section"] lost ["backtracking"] Wait, two.["deduction"]Three"#,
        );
        let shown: Vec<(&str, &str)> = found.iter().map(|one| (one.label, one.text)).collect();
        assert_eq!(shown, [("initializing", "One."), ("backtracking", "Wait, two."), ("deduction", "Three")]);
        assert!(sections("no labels at all [\"\"] [\"").is_empty());
    }

    #[test]
    fn the_keyword_rule_looks_at_the_head_of_a_section_only() {
        assert!(keywords("But wait, that is odd.") && keywords("Let me double-check the sum."));
        assert!(!keywords("I know the answer.") && !keywords(&format!("{} wait", "é".repeat(80))));
    }
}
