//! The claims at odds with their record, one a row, so that a reader can look at each: where it stands, what it says, what the record says.
//! Not a sample, and not a measure: the first ones in reading order, those that the record contradicts before those that it does not show.

use super::rows::{MOST_ODD, Odd, Rows};
use crate::account::Voice;
use crate::shown::Shown;
use crate::words::thousands;
use crate::{Cell, Column, Figure, Row, Table};

/// The table; nothing where no claim is at odds.
pub(super) fn table(rows: &Rows, shown: &Shown) -> Option<Figure> {
    let (contradicted, not_shown) = (&rows.contradicted, &rows.not_shown);
    let first = contradicted.kept.iter().map(|odd| ("contradicted", odd));
    let all = first.chain(not_shown.kept.iter().map(|odd| ("not shown", odd)));
    let several = rows.models.len() > 1;
    let lines: Vec<Row> = all.take(MOST_ODD).map(|(stand, odd)| row(stand, odd, rows, shown, several)).collect();
    if lines.is_empty() {
        return None;
    }
    let mut columns =
        vec![Column::text("trace"), Column::text("stands"), Column::text("claim"), Column::text("the record says")];
    if several {
        columns.push(Column::text("model"));
    }
    let more = contradicted.all + not_shown.all - lines.len() as u64;
    let mut notes =
        vec!["trace show IDENTIFIER sets one beside its record; a claim that is not shown may be true; several claims of one sentence, at odds for one reason, stand once"
            .to_owned()];
    if more > 0 {
        notes.push(format!("{} more, in reading order after these; not a sample", thousands(more)));
    }
    Some(Figure::Table(Table {
        name: "statements.odds".to_owned(),
        title: "Claims to look at".to_owned(),
        columns,
        rows: lines,
        notes,
    }))
}

fn row(stand: &str, odd: &Odd, rows: &Rows, shown: &Shown, several: bool) -> Row {
    let stand = if odd.voice == Voice::Chain { format!("{stand} (chain)") } else { stand.to_owned() };
    let mut cells =
        vec![Cell::text(odd.trace.id.short()), Cell::text(stand), Cell::text(&odd.said), Cell::text(&odd.why)];
    if several {
        cells.push(Cell::text(shown.name(rows.models.name(odd.subject))));
    }
    Row { cells, remark: Some(odd.trace.place.clone()) }
}
