//! The table in words and as docs/validity.md. Numbers as text only here: the surfaces of a terminal take them from here, too.

use std::fmt::Write as _;

use super::delivered::{Delivered, Share, State};
use super::regime::Regime;
use super::row::Kind;
use super::table::{Line, Table};

/// What the markers behind numbers mean.
pub const LEGEND: [(&str, &str); 5] = [
    ("BROKEN", "less than promised: every claim that rests on the row fails V1 and is at most inferred"),
    (
        "unclear",
        "beyond the bounds above by the 95 % interval of the simulation, not by the 99.9 % one: more replications would tell",
    ),
    ("wide", "more than promised: the interval is wider than it need be"),
    ("(V1)", "the audit itself says at this size that its interval does not hold: nothing is promised"),
    ("(-)", "nothing is promised in this regime, and what is delivered there is shown all the same"),
];

/// How the table was made, as a sentence.
#[must_use]
pub fn provenance(table: &Table) -> String {
    let how = match table.size.as_str() {
        "full" => "10,000 replications for coverage, 20,000 for false alarms, 2,000 where a bootstrap stands inside or texts are read, 10,000 where that did not tell".to_owned(),
        "ci" => "1,000 replications a row, judged by their 99.9 % binomial limits".to_owned(),
        replications => format!("{replications} replications a row: for a look only"),
    };
    format!(
        "planted data, through the audits; candor {}; seed {}; {how}; brackets: 95 % of the simulation",
        table.candor, table.seed
    )
}

/// `95.1 [94.7, 95.5]`, with the marker of its state.
#[must_use]
pub fn delivered(cell: &Delivered) -> String {
    let Some(share) = &cell.share else { return "-".to_owned() };
    let marker = match cell.state {
        State::Broken => " BROKEN",
        State::Unclear => " unclear",
        State::Wide => " wide",
        State::Beyond => " (-)",
        State::Unvouched => " (V1)",
        State::Holds | State::Absent | State::Measured => "",
    };
    format!("{}{marker}", percent(share))
}

fn percent(share: &Share) -> String {
    let Share { share, low, high, .. } = share;
    if (high - low).abs() < 1e-12 {
        return format!("{:.1} exactly", 100.0 * share);
    }
    format!("{:.1} [{:.1}, {:.1}]", 100.0 * share, 100.0 * low, 100.0 * high)
}

/// The mean width of an interval, or how often a planted effect is called.
#[must_use]
pub fn width_or_power(kind: Kind, cell: &Delivered) -> String {
    match kind {
        Kind::Test => cell.power.as_ref().map_or_else(|| "-".to_owned(), percent),
        _ => cell.width.map_or_else(|| "-".to_owned(), significant),
    }
}

/// Three significant digits.
fn significant(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (2.0 - value.log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{value:.digits$}")
}

/// The state in words.
#[must_use]
pub fn state(cell: &Delivered) -> String {
    let mut words = match cell.state {
        State::Holds => "kept".to_owned(),
        State::Unclear => "unclear".to_owned(),
        State::Wide => "kept, wider than it need be".to_owned(),
        State::Broken => "BROKEN".to_owned(),
        State::Beyond => "nothing promised".to_owned(),
        State::Unvouched => "not promised at this size".to_owned(),
        State::Absent => "-".to_owned(),
        State::Measured => "measured".to_owned(),
    };
    if !cell.why.is_empty() {
        let _ = write!(words, ": {}", cell.why);
    }
    if cell.undefined > 0.0005 {
        let _ = write!(words, "; undefined in {:.1} %", 100.0 * cell.undefined);
    }
    words
}

/// The regime, among those with a promise, in which the row delivers least of what it promised.
#[must_use]
pub fn worst(line: &Line) -> Option<(Regime, &Delivered)> {
    let promised = |cell: &Delivered| matches!(cell.state, State::Holds | State::Wide | State::Unclear | State::Broken);
    // A promise that may be broken before those that are kept.
    let badness = |cell: &Delivered| {
        let share = cell.share.as_ref().map_or(f64::NEG_INFINITY, |share| share.share);
        let broken = match cell.state {
            State::Broken => 4.0,
            State::Unclear => 2.0,
            _ => 0.0,
        };
        broken + if line.kind == Kind::Test { share } else { -share }
    };
    Regime::ALL
        .into_iter()
        .zip(&line.cells)
        .filter(|(_, cell)| promised(cell))
        .max_by(|(_, a), (_, b)| badness(a).total_cmp(&badness(b)))
}

/// The page.
#[must_use]
pub fn markdown(table: &Table) -> String {
    let mut out = String::from(INTRODUCTION);
    let _ = writeln!(out, "\n{}.\n", provenance(table));
    let (measured, simulated): (Vec<&Line>, Vec<&Line>) =
        table.lines.iter().partition(|line| line.kind == Kind::Measured);
    let broken: Vec<&&Line> = simulated.iter().filter(|line| line.broken().next().is_some()).collect();
    let _ = writeln!(out, "## Broken promises\n");
    if broken.is_empty() {
        let _ = writeln!(out, "None in this version.");
    }
    for line in broken {
        let since = line.since.as_deref().unwrap_or("this version");
        for (regime, cell) in line.broken() {
            let _ =
                writeln!(out, "- **{}** ({}), {}, since {since}: {}.", line.row, line.what, regime.heading(), cell.why);
        }
    }
    let _ = writeln!(out, "\n## Delivered\n\nCoverage of intervals and false alarms of tests, in %.\n");
    grid(&mut out, &simulated, |_, cell| {
        let text = delivered(cell);
        if cell.state == State::Broken { format!("**{text}**") } else { text }
    });
    let _ = writeln!(
        out,
        "\n## At what price: width and power\n\nMean width of the interval; of a test, how often a planted effect is called, in %.\n"
    );
    grid(&mut out, &simulated, width_or_power);
    let _ = writeln!(out, "\n## What is not promised\n");
    for line in &simulated {
        for (regime, cell) in Regime::ALL.into_iter().zip(&line.cells) {
            if cell.state == State::Beyond {
                let _ = writeln!(out, "- {}, {}: {}.", line.row, regime.heading(), cell.why);
            }
        }
    }
    if !measured.is_empty() {
        let _ = writeln!(
            out,
            "\n## Detectors\n\nMeasured on labels, not simulated; in %.\n\n| row | what | measured | n | source |\n|---|---|---|---|---|"
        );
        for line in measured {
            if let Some(cell) = line.in_regime(Regime::AsAssumed) {
                let of = cell.share.as_ref().map_or(0, |share| share.of);
                let _ = writeln!(out, "| {} | {} | {} | {of} | {} |", line.row, line.what, delivered(cell), cell.why);
            }
        }
    }
    out
}

fn grid(out: &mut String, lines: &[&Line], shown: impl Fn(Kind, &Delivered) -> String) {
    let _ = write!(out, "| row | what | kind |");
    for regime in Regime::ALL {
        let _ = write!(out, " {} |", regime.heading());
    }
    let _ = writeln!(out, "\n|---|---|---|---|---|---|---|---|---|");
    for line in lines {
        let _ = write!(out, "| {} | {} | {} |", line.row, line.what, line.kind.word());
        for cell in &line.cells {
            let _ = write!(out, " {} |", shown(line.kind, cell));
        }
        let _ = writeln!(out);
    }
}

const INTRODUCTION: &str = include_str!("introduction.md");
