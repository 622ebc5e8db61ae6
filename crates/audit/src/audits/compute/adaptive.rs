//! Adaptive stopping, replayed on what was recorded: claims and a table. The rules themselves stand in the statistics.

use candor_stats::curve::adaptive::{THRESHOLDS, WINDOWS};
use candor_stats::curve::{Adaptive, Replay, Stopping, replay};
use candor_stats::ratio::fieller::Means;
use candor_stats::{Asserted, Estimate, Parameter, Undefined};

use super::book::Book;
use super::questions::{Asked, Questions};
use crate::rows::Decided;
use crate::{Cell, Column, Row, Table};

/// Replays both kinds of rules; `None` where votes cannot be counted or nothing could be saved.
pub(super) fn table(book: &mut Book<'_>, questions: &Questions) -> Option<Table> {
    if !questions.votes || questions.longest < 3 {
        return None;
    }
    let k = questions.longest;
    let asked: Vec<Adaptive> = questions.asked.iter().map(adaptive).collect();
    let kinds = [
        ("adaptive-consistency", THRESHOLDS.map(|threshold| Stopping::Posterior { threshold }).to_vec()),
        ("esc", WINDOWS.iter().filter(|width| **width < k).map(|width| Stopping::Window { width: *width }).collect()),
    ];
    let tokens = asked.iter().all(|question| question.tokens.is_some());
    let mut rows = Vec::new();
    for (rule, rules) in kinds {
        let settings = book.settings();
        let found = replay(&asked, k, &rules, settings.compute.orders, settings.level, settings.seed);
        rows.push(row(book, rule, k, found, tokens));
    }
    let mut columns = vec![Column::text("rule"), Column::text("parameter"), Column::number("samples saved")];
    if tokens {
        columns.push(Column::number("tokens saved"));
    }
    columns.extend([Column::number("accuracy lost"), Column::text("mark")]);
    Some(Table {
        name: book.figure("adaptive"),
        title: book.titled(&format!("Stopping early instead of always drawing {k}: replayed on the recorded samples")),
        columns,
        rows,
        notes: vec![
            "saved: K / mean samples drawn, not the mean of ratios; the parameter is chosen on one half of the questions and reported on the other".to_owned(),
            "the loss that still is possible is the upper end of its interval; the mark is that of \"loses less than the margin\"".to_owned(),
        ],
    })
}

fn adaptive(asked: &Asked) -> Adaptive {
    let silent = |kept: &crate::rows::Kept| !kept.answered || kept.verdict == Decided::NoAnswer;
    let tokens = asked.samples.iter().all(|kept| kept.tokens != u32::MAX);
    Adaptive {
        answers: asked.samples.iter().map(|kept| (!silent(kept)).then_some(kept.answer)).collect(),
        right: asked.samples.iter().map(|kept| kept.verdict == Decided::Correct).collect(),
        tokens: tokens.then(|| asked.samples.iter().map(|kept| f64::from(kept.tokens)).collect()),
    }
}

fn row(book: &mut Book<'_>, rule: &str, k: u32, found: Result<Replay, Undefined>, known: bool) -> Row {
    let (chosen, saving, loss, tokens) = match found {
        Ok(found) => {
            let tokens = tokens(book, &found);
            (describe(found.chosen), found.saving, found.loss, tokens)
        }
        Err(undefined) => ("-".to_owned(), Err(undefined.clone()), Err(undefined.clone()), Err(undefined)),
    };
    let margin = book.settings().margin;
    let saved = book.claim(
        &format!("adaptive.saving[{}]", book.key(&[("rule", rule.to_owned())])),
        format!("{rule} draws fewer samples than always {k}"),
        format!("{rule} does not draw fewer samples than always {k}"),
        Parameter::RATIO,
        saving,
        Asserted::Above { bound: 1.0 },
    );
    let tokens = known.then(|| {
        book.claim(
            &format!("adaptive.tokens[{}]", book.key(&[("rule", rule.to_owned())])),
            format!("{rule} uses fewer tokens than always {k} samples"),
            format!("{rule} does not use fewer tokens than always {k} samples"),
            Parameter::RATIO,
            tokens,
            Asserted::Above { bound: 1.0 },
        )
    });
    let lost = book.claim(
        &format!("adaptive.loss[{}]", book.key(&[("rule", rule.to_owned())])),
        format!("{rule} loses less than {} points of accuracy", margin * 100.0),
        format!("{rule} loses {} points of accuracy or more", margin * 100.0),
        Parameter::DIFFERENCE,
        loss,
        Asserted::Below { bound: margin },
    );
    let mut cells = vec![Cell::text(rule), Cell::text(chosen), Cell::claim(saved)];
    cells.extend(tokens.map(Cell::claim));
    cells.extend([Cell::claim(&lost), Cell::mark(lost)]);
    Row { cells, remark: None }
}

fn tokens(book: &Book<'_>, found: &Replay) -> Result<Estimate, Undefined> {
    let Some((full, stopped)) = &found.tokens else {
        return Err(Undefined::NotRecorded { what: "the tokens of every sample".into() });
    };
    let means = Means::of(full, stopped).map_err(|_| Undefined::NotRecorded { what: "finite token counts".into() })?;
    let level = book.settings().level;
    let ratio = means.estimate(full.len() as u64, level)?;
    Ok(ratio.derived(|| Means::derivation(full, stopped, level)))
}

fn describe(chosen: [Stopping; 2]) -> String {
    let [one, other] = chosen.map(|rule| match rule {
        Stopping::Posterior { threshold } => format!("{threshold}"),
        Stopping::Window { width } => format!("window {width}"),
    });
    if one == other { one } else { format!("{one} and {other}") }
}
