//! The findings against the label `contradicts_answer`, where somebody said it of the chains. Not agreement of labellers.

use std::collections::BTreeMap;

use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::detector::{Confusion, Score, Scores, scores};
use candor_stats::{Flag, Parameter, Size};

use super::rows::{LABEL, Read};
use crate::chains::{Named, Seated};
use crate::claims::{Claims, Stated, counted_as, measured_by, named, recorded};
use crate::{Cell, Column, Figure, Row, Table};

/// A reader of chains: its name, what it says of one, and in words what that is.
type Reader = (&'static str, fn(&Read) -> bool, &'static str);

const READERS: [Reader; 2] = [
    ("against_answer", Read::against_answer, "another answer stated last, or taken back and given all the same"),
    ("any", Read::inconsistent, "any finding"),
];

/// The table over all groups; nothing where no chain carries the label.
pub(super) fn against(groups: &[&Named<'_, Read>], claims: &mut Claims) -> Option<Figure> {
    let labelled = || {
        let all = groups.iter().flat_map(|group| group.rows.iter());
        all.filter_map(|row| row.label.map(|(says, human)| (*row, says, human)))
    };
    labelled().next()?;
    let human = labelled().all(|(_, _, human)| human);
    let mut rows = Vec::new();
    for (reader, said, says) in READERS {
        let mut questions: BTreeMap<u32, Confusion> = BTreeMap::new();
        for (row, label, _) in labelled() {
            let one = Confusion::one(said(row), label);
            let sum = questions.entry(row.seat().unit).or_default();
            sum.true_positive += one.true_positive;
            sum.false_positive += one.false_positive;
            sum.false_negative += one.false_negative;
            sum.true_negative += one.true_negative;
        }
        let questions: Vec<Confusion> = questions.into_values().collect();
        let found = scores(&questions, claims.level);
        let place = [("reader", reader)];
        let name = |what: &str| named(&format!("consistency.labels.{what}"), &place);
        let samples = found.true_positive + found.false_positive + found.false_negative + found.true_negative;
        let size = Size { units: questions.len() as u64, samples };
        for (what, statement, count) in [
            ("true_positive", "contradictions by label and by finding", found.true_positive),
            ("false_positive", "by finding only", found.false_positive),
            ("false_negative", "by label only", found.false_negative),
            ("true_negative", "by neither", found.true_negative),
        ] {
            claims.count(
                name(what),
                format!("{statement} ({says})"),
                count,
                size,
                counted_as("labels as they were recorded, findings of this version of the rules"),
            );
            claims.follows(|| {
                Derivation::sum([Derived::counts(questions.iter().map(|counts| match what {
                    "true_positive" => counts.true_positive,
                    "false_positive" => counts.false_positive,
                    "false_negative" => counts.false_negative,
                    _ => counts.true_negative,
                }))])
            });
        }
        let flags = measured_by(recorded(), human)
            .holds(Flag::Design, "no causal words")
            .holds(Flag::Attrition, "the labelled chains that could be read whole")
            .holds(Flag::Scope, "these labelled chains, this version of the rules");
        for (what, statement, estimate, which) in [
            (
                "precision",
                "share of chains with a finding that the label calls contradictory",
                found.precision,
                Score::Precision,
            ),
            ("recall", "share of labelled contradictions with a finding", found.recall, Score::Recall),
        ] {
            claims.make(Stated {
                name: name(what),
                statement: format!("{statement} ({says})"),
                parameter: Parameter::SHARE,
                estimate,
                flags: flags.clone().with(Flag::Interval, Scores::finding(&questions, which)),
            });
        }
        rows.push(Row {
            cells: vec![
                Cell::text(says),
                Cell::Count(samples),
                Cell::Count(found.true_positive + found.false_negative),
                Cell::Count(found.true_positive + found.false_positive),
                Cell::claim(name("precision")),
                Cell::claim(name("recall")),
                Cell::mark(name("recall")),
            ],
            remark: None,
        });
    }
    Some(Figure::Table(Table {
        name: "consistency.labels".to_owned(),
        title: "Findings against labels: does the chain contradict the answer?".to_owned(),
        columns: vec![
            Column::text("finding"),
            Column::number("labelled"),
            Column::number("so called"),
            Column::number("found"),
            Column::number("precision"),
            Column::number("recall"),
            Column::text("mark"),
        ],
        rows,
        notes: vec![
            format!("the label `{LABEL}`; the question is the unit of every interval, and each stands alone"),
            "a label may speak of what the chain argues; the rules read only what it states as its answer".to_owned(),
        ],
    }))
}
