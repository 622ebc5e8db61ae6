//! A comparison of two runs, on the terminal and as Markdown: the decision first, then what it stands on. Nothing is decided here.

use std::fmt::Write as _;

use candor_audit::compare::{Comparison, DIFFERENCE, Decided};
use candor_stats::paired::margin::Decision;
use candor_stats::{Claim, Standing};

use super::markdown::escaped;
use super::number;
use super::page::{PLANTED, Page, Tone, Writing};
use super::table::{Field, Grid};
use super::text;

fn planted(comparison: &Comparison) -> bool {
    comparison.claims.iter().any(|claim| claim.standing() == Standing::Planted)
}

/// The sentence that stands first: the decision where one was asked for, else what the difference says.
fn verdict(comparison: &Comparison) -> (String, Tone) {
    match &comparison.decision {
        Some(Decided { decision: Decision::Pass, sentence, .. }) => (sentence.clone(), Tone::Good),
        Some(Decided { decision: Decision::Fail, sentence, .. }) => (sentence.clone(), Tone::Bad),
        Some(Decided { sentence, .. }) => (sentence.clone(), Tone::Strong),
        None => {
            ("no decision was asked for: --fail-if \"accuracy drops by more than 2 points\"".to_owned(), Tone::Faint)
        }
    }
}

/// The names under which a table shows the claims: a difference under one condition by that condition.
fn label(claim: &Claim) -> String {
    let name = claim.name();
    let condition = name.strip_prefix(DIFFERENCE).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
    match name {
        "compare.before" => "before".to_owned(),
        "compare.after" => "after".to_owned(),
        DIFFERENCE => "difference".to_owned(),
        other => condition.map_or_else(|| other.to_owned(), |condition| condition.replace(',', ", ")),
    }
}

fn grid(comparison: &Comparison) -> Grid {
    let mut grid = Grid::new([("", false), ("accuracy", true), ("n", true), ("mark", false)]);
    for claim in &comparison.claims {
        let unit = claim.parameter().unit;
        let (value, units) = match claim.estimate() {
            Ok(estimate) => {
                let note = estimate.interval().err().map(|why| grid.footnote(&format!("no interval: {why}")));
                let decimals = number::decimals(unit, [estimate]);
                let digits = number::digits(unit, estimate, decimals);
                (Field::Estimate(digits, note), estimate.size().map(|size| size.units))
            }
            Err(why) => (Field::Absent(Some(grid.footnote(&why.to_string()))), None),
        };
        let standing = claim.standing();
        grid.row(
            vec![
                Field::words(&label(claim)),
                value,
                units.map_or(Field::Absent(None), Field::count),
                Field::Toned(standing.to_string(), Tone::Standing(standing)),
            ],
            None,
        );
    }
    grid
}

/// On what it stands, one line each.
fn basis(comparison: &Comparison) -> Vec<String> {
    let (gained, lost) = comparison.gained_lost;
    let mut lines = vec![format!(
        "{} that both have; {} gained, {} lost",
        text::counted(comparison.questions, "question"),
        text::thousands(gained),
        text::thousands(lost)
    )];
    for claim in &comparison.claims {
        if let Ok(estimate) = claim.estimate() {
            let level = estimate.interval().map_or_else(|_| String::new(), |interval| format!("{} ", interval.level()));
            lines.push(format!("{}: {level}{}", label(claim), estimate.method()));
        }
        if let (Standing::Marked(mark), false) = (claim.standing(), claim.raise().is_empty()) {
            // How many questions the decision needs stands in the first line, at the power that decisions are planned with.
            let decided = comparison.decision.is_some() && claim.name() == DIFFERENCE;
            let more = |raise: &&String| !(decided && raise.ends_with(candor_stats::claim::MORE_UNITS));
            let raise: Vec<&str> = claim.raise().iter().filter(more).map(String::as_str).collect();
            let raise = if raise.is_empty() { String::new() } else { format!("; raised by {}", raise.join("; ")) };
            // Nobody made the statement in words: it is named where it decides the mark.
            let open = format!("the interval leaves \"{}\" open", claim.statement());
            let why = claim.why().join("; ").replace(candor_stats::claim::OPEN, &open);
            lines.push(format!("{}: {mark} because {why}{raise}", label(claim)));
        }
    }
    lines.extend(comparison.notes.iter().cloned());
    lines
}

/// On the terminal.
pub(crate) fn comparison(comparison: &Comparison, page: Page) -> String {
    let mut writing = Writing::on(page);
    let (sentence, tone) = verdict(comparison);
    writing.toned("", &sentence, Some(tone));
    if planted(comparison) {
        writing.toned("", PLANTED, Some(Tone::Standing(Standing::Planted)));
    }
    writing.gap();
    grid(comparison).write(&mut writing);
    for line in basis(comparison) {
        writing.toned("", &line, Some(Tone::Faint));
    }
    writing.gap();
    writing.heading("what this cannot show", None);
    for limit in comparison.limits.iter() {
        writing.paragraph("  - ", limit);
    }
    writing.finish()
}

/// As Markdown.
pub(crate) fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "**{}**\n", escaped(&verdict(comparison).0));
    if planted(comparison) {
        let _ = writeln!(out, "{PLANTED}\n");
    }
    grid(comparison).markdown(&mut out);
    out.push('\n');
    for line in basis(comparison) {
        let _ = writeln!(out, "- {}", escaped(&line));
    }
    out.push_str("\n**What this cannot show**\n\n");
    for limit in comparison.limits.iter() {
        let _ = writeln!(out, "- {}", escaped(limit));
    }
    out
}
