//! The validity table on a terminal: in short with every row's worst regime, or some rows in every regime. Not the page in the documentation.

use candor_audit::validity::{Cell, Kind, Line, Regime, State, Table, page};

use super::page::{Page, Tone, Writing};
use super::table::{Field, Grid};
use super::text;
use crate::settings::program;

/// The table, or all regimes of its rows.
pub(crate) fn table(table: &Table, every_regime: bool, page: Page) -> String {
    let mut writing = Writing::on(page);
    if every_regime {
        for line in &table.lines {
            one(line, &mut writing);
        }
    } else {
        short(table, &mut writing);
    }
    writing.paragraph("", &page::provenance(table));
    let again = table.lines.first().filter(|_| every_regime).map_or("ROW", |line| line.row.as_str());
    writing.paragraph("made again by: ", &format!("{} validity {again} --regenerate", program()));
    for (marker, meaning) in page::LEGEND {
        writing.toned(&format!("{marker}: "), meaning, Some(Tone::Faint));
    }
    writing.finish()
}

/// One table for each kind of promise, so that a row fits a line.
fn short(table: &Table, writing: &mut Writing) {
    let count =
        |wanted: State| table.lines.iter().filter(|line| line.cells.iter().any(|cell| cell.state == wanted)).count();
    let (broken, unclear) = (count(State::Broken), count(State::Unclear));
    let rows = text::counted(table.lines.len() as u64, "row");
    let told = match (broken, unclear) {
        (0, 0) => format!("{rows}: no promise is broken, and none is unclear"),
        (0, unclear) => format!("{rows}: no promise is broken; {} unclear", text::counted(unclear as u64, "row")),
        (broken, _) => format!("{rows}: {} with a broken promise", text::counted(broken as u64, "row")),
    };
    writing.toned("", &told, Some(if broken > 0 { Tone::Bad } else { Tone::Strong }));
    writing.gap();
    for (kind, title) in [
        (Kind::Nominal, "intervals that promise to cover 95 %: kept from 94 to 96 %"),
        (Kind::Conservative, "intervals that promise at least 95 %, and pay with width: kept from 94.5 %"),
        (Kind::Test, "tests that promise at most 5 % false alarms: kept up to 5.5 %"),
        (Kind::Measured, "detectors, as measured on labels"),
    ] {
        let lines: Vec<&Line> = table.lines.iter().filter(|line| line.kind == kind).collect();
        if lines.is_empty() {
            continue;
        }
        writing.heading(title, None);
        let mut columns = vec![("row", false), ("delivered, %", false)];
        if kind == Kind::Measured {
            columns.push(("of", true));
        } else {
            columns.extend([("at worst, %", false), ("where", false)]);
        }
        let mut grid = Grid::new(columns);
        for line in lines {
            grid.row(fields(line), line.broken().next().map(|_| broken_since(line)).as_deref());
        }
        grid.write(writing);
        writing.gap();
    }
}

fn fields(line: &Line) -> Vec<Field> {
    let first = line.in_regime(Regime::AsAssumed).filter(|cell| cell.share.is_some());
    let mut fields = vec![Field::words(&line.row), first.map_or(Field::Absent(None), field)];
    if line.kind == Kind::Measured {
        fields.push(Field::count(first.and_then(|cell| cell.share).map_or(0, |share| share.of)));
    } else {
        let worst = page::worst(line);
        fields.push(worst.map_or(Field::Absent(None), |(_, cell)| field(cell)));
        fields.push(worst.map_or_else(|| Field::words(""), |(regime, _)| Field::words(regime.heading())));
    }
    fields
}

fn broken_since(line: &Line) -> String {
    match &line.since {
        Some(since) => format!("BROKEN PROMISE since {since}"),
        None => "BROKEN PROMISE".to_owned(),
    }
}

fn one(line: &Line, writing: &mut Writing) {
    writing.heading(&format!("{} - {}", line.row, line.what), None);
    let mut grid = Grid::new([
        ("regime", false),
        ("delivered, %", false),
        (if line.kind == Kind::Test { "power, %" } else { "width" }, false),
        ("state", false),
    ]);
    for (regime, cell) in Regime::ALL.into_iter().zip(&line.cells) {
        if cell.state == State::Absent && cell.power.is_none() {
            continue;
        }
        grid.row(
            vec![
                Field::words(regime.heading()),
                if cell.share.is_some() { field(cell) } else { Field::Absent(None) },
                Field::words(&page::width_or_power(line.kind, cell)),
                toned(cell, &page::state(cell)),
            ],
            None,
        );
    }
    let rests = match line.claims.as_slice() {
        [] => String::new(),
        claims => format!("; claims that rest on it: {}", claims.join(", ")),
    };
    writing.paragraph("", &format!("{}: {}{rests}", line.kind.word(), line.kind.promise()));
    grid.write(writing);
    writing.gap();
}

fn field(cell: &Cell) -> Field {
    toned(cell, &page::delivered(cell))
}

fn toned(cell: &Cell, text: &str) -> Field {
    match cell.state {
        State::Broken => Field::Toned(text.to_owned(), Tone::Bad),
        State::Unclear => Field::Toned(text.to_owned(), Tone::Strong),
        State::Beyond | State::Unvouched => Field::Toned(text.to_owned(), Tone::Faint),
        _ => Field::words(text),
    }
}
