//! The tables of submissions, from the rows that were made with their claims. No number is made here.

use super::report::Draft;
use crate::claims::ALONE;
use crate::words::counted as so_many;
use crate::{Column, Figure, Row, Table};

impl Draft<'_> {
    /// The tables of submissions.
    pub(super) fn tables(&mut self, several: bool, cap: u32) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut table =
            |name: &str, title: String, columns: &[(&str, bool)], mut rows: Vec<Row>, notes: Vec<String>| {
                if rows.is_empty() {
                    return;
                }
                let mut columns: Vec<Column> = columns
                    .iter()
                    .map(|(title, numeric)| if *numeric { Column::number(*title) } else { Column::text(*title) })
                    .collect();
                if !several {
                    columns.remove(0);
                    rows.iter_mut().for_each(|row| drop(row.cells.remove(0)));
                }
                figures.push(Figure::Table(Table { name: name.to_owned(), title, columns, rows, notes }));
            };
        const COST: usize = 6;
        let mut columns = vec![
            ("set", false),
            ("submission", false),
            ("solved", true),
            ("strict", true),
            ("by test input", true),
            ("first attempt", true),
            ("$ / task", true),
            ("mark", false),
        ];
        let mut scores = std::mem::take(&mut self.scores);
        if !self.money {
            columns.remove(COST);
            scores.iter_mut().for_each(|row| drop(row.cells.remove(COST)));
        }
        let mark = "the mark is that of the strict score".to_owned();
        let title = format!("What is solved within {}", so_many(u64::from(cap), "attempt"));
        let strict = "strict: tasks of which every test input is solved; by test input: their share, averaged over tasks; first attempt: strict";
        table("arc.scores", title, &columns, scores, vec![ALONE.to_owned(), strict.to_owned(), mark.clone()]);
        let columns = [
            ("set", false),
            ("submission", false),
            ("attempted", true),
            ("missing", true),
            ("strict", true),
            ("by test input", true),
            ("mark", false),
        ];
        let title = "Over attempted tasks alone: not how the benchmark scores".to_owned();
        table("arc.attempted", title, &columns, std::mem::take(&mut self.incomplete), vec![ALONE.to_owned(), mark]);
        let columns = [
            ("set", false),
            ("from", false),
            ("to", false),
            ("by test input", true),
            ("then", true),
            ("gain", true),
            ("tasks +/-", true),
            ("mark", false),
        ];
        let title = "Submissions of one model against each other".to_owned();
        let note = "gains are paired on tasks and simultaneous over the table; shares are not; the mark is that of the gain. What else differs between submissions is not known here";
        table("arc.against", title, &columns, std::mem::take(&mut self.against), vec![note.to_owned()]);
        figures
    }
}
