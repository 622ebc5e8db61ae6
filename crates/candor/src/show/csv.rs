//! A run as CSV for programs: one line per claim, in full precision. Not for reading aloud.

use candor_audit::Run;
use candor_stats::{Claim, Unit};

use super::text;

/// The columns, in order.
const COLUMNS: [&str; 15] = [
    "audit",
    "name",
    "value",
    "low",
    "high",
    "level",
    "units",
    "samples",
    "method",
    "unit",
    "mark",
    "origin",
    "negated",
    "sentence",
    "undefined",
];

/// All claims of a run.
pub(crate) fn run(run: &Run) -> String {
    let mut out = String::new();
    record(&COLUMNS.map(str::to_owned), &mut out);
    for report in &run.reports {
        for claim in &report.claims {
            record(&line(&report.audit, claim), &mut out);
        }
    }
    out
}

fn line(audit: &str, claim: &Claim) -> [String; 15] {
    let estimate = claim.estimate();
    let interval = estimate.ok().and_then(|estimate| estimate.interval().ok());
    let size = estimate.ok().and_then(candor_stats::Estimate::size);
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x}"));
    let undefined = match estimate {
        Err(why) => why.to_string(),
        Ok(estimate) => estimate.interval().err().map_or_else(String::new, |why| format!("no interval: {why}")),
    };
    [
        words(audit),
        words(claim.name()),
        number(estimate.ok().map(candor_stats::Estimate::value)),
        number(interval.map(candor_stats::Interval::low)),
        number(interval.map(candor_stats::Interval::high)),
        number(interval.map(|interval| interval.level().get())),
        size.map_or_else(String::new, |size| size.units.to_string()),
        size.map_or_else(String::new, |size| size.samples.to_string()),
        words(estimate.map_or("", |estimate| estimate.method().name())),
        unit(claim.parameter().unit).to_owned(),
        claim.standing().to_string(),
        words(&claim.provenance().origin.to_string()),
        claim.negated().to_string(),
        words(claim.sentence()),
        words(&undefined),
    ]
}

/// The unit's name in files.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "share",
        Unit::Points => "difference of shares",
        Unit::Count => "count",
        Unit::Ratio => "ratio",
        Unit::Dollars => "dollars",
        Unit::Tokens => "tokens",
        Unit::Seconds => "seconds",
        _ => "number",
    }
}

/// Foreign words: cleaned, and never a formula to a spreadsheet.
pub(super) fn words(text: &str) -> String {
    let clean = text::clean(text);
    if clean.starts_with(['=', '+', '-', '@']) { format!("'{clean}") } else { clean.into_owned() }
}

/// One record, quoted where RFC 4180 asks for it.
pub(super) fn record(fields: &[String], out: &mut String) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_disarmed() {
        let mut out = String::new();
        record(&["a,b".to_owned(), "say \"so\"".to_owned(), words("=cmd|' /C calc'!A0"), words("x\u{1b}")], &mut out);
        assert_eq!(out, "\"a,b\",\"say \"\"so\"\"\",'=cmd|' /C calc'!A0,x\\u{1b}\n");
    }
}
