//! The figures of budgets that were asked for. No statistics here.

use super::report::without_model;
use crate::efforts::Scale;
use crate::{Axis, Column, Curve, Figure, Row, Rule, Series, Table};

/// What the figures show of all series.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) budgets: Vec<Row>,
    pub(super) losses: Vec<Row>,
    pub(super) series: Vec<Row>,
    pub(super) curves: Vec<(Scale, Series)>,
    pub(super) rules: Vec<(Scale, Rule)>,
    /// From where an order is known that names do not say.
    pub(super) orders: Vec<String>,
}

impl Shown {
    /// The figures of all series; none where there is none.
    pub(super) fn figures(self, several: bool) -> Vec<Figure> {
        if self.series.is_empty() {
            return Vec::new();
        }
        let drop = |columns: Vec<Column>, rows: Vec<Row>| without_model(columns, rows, several);
        let (columns, rows) = drop(
            vec![
                Column::text("model"),
                Column::text("budget"),
                Column::number("questions"),
                Column::number("accuracy"),
                Column::text("from"),
                Column::number("falls by"),
                Column::text("mark"),
            ],
            self.budgets,
        );
        let mut notes = self.orders;
        notes.extend([
            "accuracies are a simultaneous band (Wilson at n_eff, Bonferroni); falls are simultaneous over all pairs of budgets (max-t)".to_owned(),
            "falls by: accuracy at `from` minus accuracy here, from the smaller budget whose bound is largest"
                .to_owned(),
            "the mark is that of the fall, where there is a smaller budget to fall from; else that of the accuracy".to_owned(),
        ]);
        let mut figures = vec![Figure::Table(Table {
            name: "inverse.budgets".to_owned(),
            title: "The same questions at rising budgets that were asked for".to_owned(),
            columns,
            rows,
            notes,
        })];
        if !self.losses.is_empty() {
            let (columns, rows) = drop(
                vec![
                    Column::text("model"),
                    Column::text("budget"),
                    Column::number("samples"),
                    Column::number("lost"),
                    Column::number("accuracy"),
                    Column::number("worst case"),
                ],
                self.losses,
            );
            figures.push(Figure::Table(Table {
                name: "inverse.losses".to_owned(),
                title: "What the lost samples may hide at each budget".to_owned(),
                columns,
                rows,
                notes: vec![
                    "worst case: every lost sample wrong to every one right, with the same band; its middle stands first".to_owned(),
                ],
            }));
        }
        let (columns, rows) = drop(
            vec![
                Column::text("model"),
                Column::number("onset"),
                Column::number("largest fall"),
                Column::number("p rising"),
                Column::number("p peak"),
                Column::text("mark"),
            ],
            self.series,
        );
        figures.push(Figure::Table(Table {
            name: "inverse.onset".to_owned(),
            title: "Where accuracy begins to fall".to_owned(),
            columns,
            rows,
            notes: vec![
                "onset: the first budget with a shown fall; the interval says between which budgets the fall begins".to_owned(),
                "p rising: isotonic test of a curve that never falls; p peak: best budget against the largest, 20 splits. \
                 A large p never shows that nothing falls; each test stands for itself"
                    .to_owned(),
                "the mark is that of \"no fall as large as the margin\"".to_owned(),
            ],
        }));
        for scale in [Scale::Tokens, Scale::Levels] {
            let series: Vec<Series> =
                self.curves.iter().filter(|(on, _)| *on == scale).map(|(_, series)| series.clone()).collect();
            if series.is_empty() {
                continue;
            }
            let (name, label) = match scale {
                Scale::Tokens => ("inverse.curve", "budget, tokens"),
                Scale::Levels => ("inverse.curve_levels", "level, by its place in the order"),
            };
            let positive = series.iter().flat_map(|series| &series.points).all(|point| point.x > 0.0);
            figures.push(Figure::Curve(Curve {
                name: name.to_owned(),
                title: "Accuracy along the budgets, with a simultaneous band".to_owned(),
                x: Axis { label: label.to_owned(), doublings: scale == Scale::Tokens && positive },
                y: Axis { label: "accuracy, %".to_owned(), doublings: false },
                series,
                rules: self.rules.iter().filter(|(on, _)| *on == scale).map(|(_, rule)| rule.clone()).collect(),
                notes: Vec::new(),
            }));
        }
        figures
    }
}
