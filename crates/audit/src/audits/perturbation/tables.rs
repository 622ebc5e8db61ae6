//! The tables of the perturbation audit. No statistics here.

use crate::{Column, Figure, Row, Table};

/// The rows as they are made; the first cell of each is the model.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) answers: Vec<Row>,
    pub(super) flips: Vec<Row>,
    pub(super) swapped: Vec<Row>,
    pub(super) accuracy: Vec<Row>,
    pub(super) overall: Vec<Row>,
    pub(super) scalars: Vec<Row>,
}

impl Tables {
    /// The tables that have rows; without the column of the model where there is one only.
    pub(super) fn figures(self, several: bool, counted: &str) -> Vec<Figure> {
        let text = |title: &str| Column::text(title);
        let number = |title: &str| Column::number(title);
        let answers = table(
            "perturbation.answers",
            "Do answers change, beyond what asking again changes?",
            vec![text("arm"), number("questions"), number("change D"), number("p"), text("mark")],
            self.answers,
            &[
                "D = flips - (again: base + again: arm) / 2, of the table below: zero only where the answers are distributed alike; intervals \
                 hold for all rows together, p by permutation within questions, Holm",
            ],
        );
        let flips = table(
            "perturbation.flips",
            "How often two answers to one question differ: between the arms, and within one when it is asked again",
            vec![text("arm"), number("questions"), number("flips"), number("again: base"), number("again: arm")],
            self.flips,
            &["shown, never tested: flips alone are no distance; each column holds for all rows together"],
        );
        let swapped = table(
            "perturbation.swapped",
            "Does the answer flip when the sides of a comparison are exchanged?",
            vec![text("arm"), number("questions"), number("flips"), number("again: base"), text("mark")],
            self.swapped,
            &[
                "again: how often the answer differs when the comparison as it stood is asked twice; each column holds for all rows together",
            ],
        );
        let accuracy = table(
            "perturbation.accuracy",
            "The same questions, changed: accuracy",
            vec![text("arm"), number("base"), number("then"), number("change"), number("items +/-"), text("mark")],
            self.accuracy,
            &[
                "the change is paired on questions and holds for all rows together (Bonferroni); accuracies stand for themselves",
                "items +/-: questions answered better / worse",
            ],
        );
        let overall = table(
            "perturbation.overall",
            "All changes together, and the variants of one",
            vec![text("what"), number("questions"), number("accuracy"), number("flips"), text("mark")],
            self.overall,
            &[
                "on the questions that all of the arms have; accuracy in points, all rows together; the worst and the spread are simultaneous over \
                 the arms that they are taken from",
                "spread: largest minus smallest accuracy; chance alone makes it positive, so that only its lower end shows a spread; flips: mean over the variants",
            ],
        );
        let shift = format!("The mean of {counted} under each change");
        let scalars = table(
            "perturbation.scalars",
            &shift,
            vec![text("arm"), number("units"), number("shift"), number("p"), text("mark")],
            self.scalars,
            &[
                "Welch against the base; intervals hold for all rows together (Bonferroni), p by Holm; units: questions, or the draws of one question",
            ],
        );
        [answers, flips, swapped, accuracy, overall, scalars]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .map(|mut table| {
                if several {
                    table.columns.insert(0, Column::text("model"));
                } else {
                    for row in &mut table.rows {
                        row.cells.remove(0);
                    }
                }
                Figure::Table(table)
            })
            .collect()
    }
}

fn table(name: &str, title: &str, columns: Vec<Column>, rows: Vec<Row>, notes: &[&str]) -> Table {
    Table {
        name: name.to_owned(),
        title: title.to_owned(),
        columns,
        rows,
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    }
}
