//! Where labels and detectors contradict each other, the likeliest mistakes first: a reader of a report looks at a few chains, not at
//! all. Listed chains are a choice, not a sample: nothing is estimated from them.

use std::cmp::Reverse;

use super::quotes::NO_WORDS;
use super::rows::Row as Kept;
use super::score::{Reader, Subject};
use crate::names::{Names, Spots};
use crate::{Cell, Cited, Column, Figure, Row, Table};

/// What is said of a label whose explanation quotes the prompt alone.
const QUOTES_PROMPT: &str = "the labeller quotes the prompt, not the chain";

/// One chain on which a label and the detectors differ.
#[derive(Debug, Clone)]
struct Disagreement {
    place: String,
    question: String,
    trace: Cited,
    label: bool,
    found_by: Vec<usize>,
    rank: Rank,
}

/// Whether the labeller quotes the prompt alone, whether every detector contradicts the label, then how far the cue's own words are
/// from what the label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    quotes_prompt: bool,
    unanimous: bool,
    surprise: u8,
}

/// The disagreements of one cell, and how many labelled chains were compared.
fn of_cell(subject: Subject<'_>, detectors: usize, units: &Names, spots: &Spots) -> (Vec<Disagreement>, u64) {
    let mut found = Vec::new();
    let mut compared = 0;
    for row in &subject.cell.cued {
        let (Some(label), Some(says)) = (labelled(row), detected(row, detectors)) else { continue };
        compared += 1;
        let found_by: Vec<usize> =
            says.iter().enumerate().filter(|(_, present)| **present).map(|(detector, _)| detector).collect();
        let against = if label { detectors - found_by.len() } else { found_by.len() };
        if against == 0 {
            continue;
        }
        let surprise = match row.echo {
            NO_WORDS => 127,
            echo if label => NO_WORDS - 1 - echo,
            echo => echo,
        };
        found.push(Disagreement {
            place: subject.title(),
            question: units.name(row.unit).to_owned(),
            trace: spots.cite(row.spot),
            label,
            found_by,
            rank: Rank { quotes_prompt: label && row.facts.quotes_prompt(), unanimous: against == detectors, surprise },
        });
    }
    (found, compared)
}

/// What a label says: whether the cue is mentioned, else whether it is verbalised.
fn labelled(row: &Kept) -> Option<bool> {
    if row.readable() { row.said.mentions().or(row.said.verbalises()) } else { None }
}

/// What each detector says of the same.
fn detected(row: &Kept, detectors: usize) -> Option<Vec<bool>> {
    let mentions = row.said.mentions().is_some();
    (0..detectors)
        .map(|d| {
            let reader = Reader::Detector(d);
            if mentions { reader.mentions(row) } else { reader.verbalises(row) }
        })
        .collect()
}

/// The table, at most `most` rows: both directions get half of the places, and what one does not need goes to the other.
pub(super) fn table(
    subjects: &[Subject<'_>],
    most: usize,
    detectors: &[&'static str],
    units: &Names,
    spots: &Spots,
) -> Option<Figure> {
    let (mut found, mut compared) = (Vec::new(), 0);
    for subject in subjects {
        let (more, labelled) = of_cell(*subject, detectors.len(), units, spots);
        found.extend(more);
        compared += labelled;
    }
    if found.is_empty() || most == 0 {
        return None;
    }
    let all = found.len();
    found.sort_by_key(|d| Reverse(d.rank));
    let (claimed, denied): (Vec<_>, Vec<_>) = found.into_iter().partition(|d| d.label);
    let half = most.div_ceil(2);
    let of_claimed = claimed.len().min(half.max(most.saturating_sub(denied.len())));
    let of_denied = denied.len().min(most - of_claimed);
    let shown: Vec<Disagreement> =
        claimed.into_iter().take(of_claimed).chain(denied.into_iter().take(of_denied)).collect();
    let listed = shown.len();
    let rows = shown
        .into_iter()
        .map(|d| {
            let names: Vec<&str> = d.found_by.iter().filter_map(|at| detectors.get(*at).copied()).collect();
            Row {
                cells: vec![
                    Cell::text(d.place),
                    Cell::text(d.question),
                    Cell::text(if d.label { "mentions it" } else { "does not" }),
                    Cell::text(if names.is_empty() { "none finds it".to_owned() } else { names.join(", ") }),
                    Cell::text(d.trace.id.short()),
                ],
                remark: Some(if d.rank.quotes_prompt {
                    format!("{}: {QUOTES_PROMPT}", d.trace.place)
                } else {
                    d.trace.place
                }),
            }
        })
        .collect();
    Some(Figure::Table(Table {
        name: "faithfulness.disagreements".to_owned(),
        title: "Labels against detectors: worth a look".to_owned(),
        columns: vec![
            Column::text("model · cue"),
            Column::text("question"),
            Column::text("label says"),
            Column::text("found by"),
            Column::text("trace"),
        ],
        rows,
        notes: vec![
            format!("{listed} of {all} disagreements among {compared} labelled chains"),
            "first where the labeller's explanation quotes words of the prompt that are not in the chain, then where every detector \
             contradicts the label, then where the cue's own words, of five letters or more, are farthest from what it says"
                .to_owned(),
            "these chains were picked because readers differ: a rate computed from them would need inclusion weights".to_owned(),
        ],
    }))
}
