//! The same samples read in other ways: pass@k, pass^k, maj@k, best-of-k side by side, and what more questions or samples would help.

use candor_stats::clusters::{Clusters, Tally};
use candor_stats::{Asserted, Finding, Origin, Parameter};

use super::book::Book;
use super::curve::{Reading, share, values};
use super::questions::Questions;
use super::settings::Aggregate;
use crate::{Cell, Column, Row, Table};

/// A table of every reading that the records allow; `None` where one sample per question leaves nothing to compare.
pub(super) fn table(book: &mut Book<'_>, questions: &Questions, paths: &[u32]) -> Option<Table> {
    if questions.longest < 2 {
        return None;
    }
    let mut kinds = vec![
        ("pass", "pass@k: any right", Reading::By(Aggregate::Any)),
        ("pass_hat", "pass^k: all right", Reading::All),
    ];
    if questions.votes {
        kinds.insert(1, ("majority", "maj@k", Reading::By(Aggregate::Majority)));
    }
    if questions.scores {
        kinds.insert(1, ("best", "best-of-k by score", Reading::By(Aggregate::Best)));
    }
    let samples: usize = questions.asked.iter().map(|asked| asked.samples.len()).sum();
    let mut columns = vec![Column::number("paths")];
    let mut cells: Vec<Vec<Cell>> = paths.iter().map(|k| vec![Cell::text(k.to_string())]).collect();
    for (name, title, reading) in kinds {
        let Ok(matrix) = values(questions, paths, reading) else { continue };
        columns.push(Column::number(title));
        for (at, k) in paths.iter().enumerate() {
            let (estimate, clusters) = share(matrix.column(at), samples, book.settings().level);
            let finding = clusters
                .map_or_else(|| Finding::fails("no questions", "questions"), |clusters| clusters.interval_finding());
            let key = book.key(&[("k", k.to_string())]);
            let claim = book.claim_with(
                &format!("{name}[{key}]"),
                format!("{title} with k = {k}"),
                String::new(),
                Parameter::SHARE,
                estimate,
                Asserted::OWN_INTERVAL,
                (Origin::Own, finding),
            );
            if let Some(row) = cells.get_mut(at) {
                row.push(Cell::claim(claim));
            }
        }
    }
    Some(Table {
        name: book.figure("readings"),
        title: book.titled("The same samples, read in other ways"),
        columns,
        rows: cells.into_iter().map(|cells| Row { cells, remark: None }).collect(),
        notes: vec![
            "what lies between any-right and a vote is lost in choosing among the samples, not in finding the answer"
                .to_owned(),
        ],
    })
}

/// Whether more questions or more samples would narrow the intervals.
pub(super) fn components(questions: &Questions) -> Option<String> {
    let tallies = questions.asked.iter().map(|asked| Tally { samples: asked.count(), correct: asked.right });
    let components = Clusters::from_tallies(tallies).ok()?.components().ok()?;
    Some(format!(
        "of the variance of a question's accuracy, {:.0} % would go with more samples per question; the rest only with more questions",
        100.0 * components.removable()
    ))
}
