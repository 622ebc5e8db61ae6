//! The claims of a report: found by name, named on the page, and listed all, each with why it has its mark and what would raise it.

use std::collections::BTreeMap;

use candor_audit::Report;
use candor_stats::{Asserted, Claim, Standing};
use maud::{Markup, html};

use crate::number::Digits;
use crate::text::{capital, clean};
use crate::{mark, number, text};

/// The claims of one report.
#[derive(Debug)]
pub(super) struct Claims<'r> {
    /// The number of the report on the page.
    pub(super) report: usize,
    by_name: BTreeMap<&'r str, (usize, &'r Claim)>,
}

impl<'r> Claims<'r> {
    pub(super) fn of(number: usize, report: &'r Report) -> Self {
        let by_name = report.claims.iter().enumerate().map(|(at, claim)| (claim.name(), (at, claim))).collect();
        Self { report: number, by_name }
    }

    /// The claim of that name.
    pub(super) fn get(&self, name: &str) -> Option<&'r Claim> {
        self.by_name.get(name).map(|(_, claim)| *claim)
    }

    /// Where on the page more is said about it. Names are foreign text, so places are numbered.
    pub(super) fn link(&self, name: &str) -> Option<String> {
        self.by_name.get(name).map(|(at, _)| format!("#r{}c{at}", self.report))
    }
}

/// Every claim, folded.
pub(super) fn all(report: &Report, claims: &Claims<'_>) -> Markup {
    if report.claims.is_empty() {
        return html! {};
    }
    html! {
        details.claims {
            summary {
                "Every number, its mark, why, and what would raise it: " (text::thousands(report.claims.len() as u64))
                (super::planted(report))
            }
            ol { @for (at, claim) in report.claims.iter().enumerate() { (one(claims.report, at, claim)) } }
        }
    }
}

fn one(report: usize, at: usize, claim: &Claim) -> Markup {
    let planted = claim.standing() == Standing::Planted;
    html! {
        li.claim id={ "r" (report) "c" (at) } {
            p.statement { (capital(&clean(claim.sentence()))) }
            p.numbers { (numbers(claim)) }
            @if !planted && !claim.why().is_empty() { p.why { "Why: " (clean(&claim.why().join("; "))) } }
            @if !claim.raise().is_empty() { p.raise { "Raised by: " (clean(&claim.raise().join("; "))) } }
            p.basis {
                code { (clean(claim.name())) }
                @if let Ok(estimate) = claim.estimate() { " · " (clean(estimate.method().name())) }
                @if let Some(level) = claim.estimate().ok().and_then(|estimate| estimate.interval().ok()) {
                    " · " (level.level()) " interval"
                }
                " · " (claim.provenance().origin)
                @if !claim.provenance().source.is_empty() { ": " (clean(&claim.provenance().source)) }
            }
        }
    }
}

/// The interval in words: "[−0.7, +1.9]". Where a bound was asserted and the other end is the end of everything that the parameter can
/// be, the interval is a one-sided bound and says only that: "at most +1.4".
pub(super) fn ends(claim: &Claim, digits: &Digits) -> Option<String> {
    let (low, high) = digits.ends.as_ref()?;
    let interval = claim.estimate().ok().and_then(|estimate| estimate.interval().ok())?;
    let parameter = claim.parameter();
    Some(match claim.asserted() {
        Asserted::Below { .. } if interval.low() <= parameter.low => format!("at most {high}"),
        Asserted::Above { .. } | Asserted::NoWorse { .. } if interval.high() >= parameter.high => {
            format!("at least {low}")
        }
        _ => format!("[{low}, {high}]"),
    })
}

/// Value, interval, n and mark, in one line.
pub(super) fn numbers(claim: &Claim) -> Markup {
    html! {
        @match claim.estimate() {
            Ok(estimate) => {
                @let unit = claim.parameter().unit;
                @let digits = number::digits(unit, estimate, number::decimals(unit, [estimate]));
                strong.value { (digits.value) (number::word(unit)) }
                " "
                span.interval {
                    @match (ends(claim, &digits), estimate.interval()) {
                        (Some(ends), _) => (ends),
                        (None, Err(why)) => { "no interval: " (clean(&why.to_string())) },
                        (None, Ok(_)) => {},
                    }
                }
                " " span.n {
                    @match estimate.size() {
                        Some(size) => {
                            "n = " (text::thousands(size.units))
                            @if size.samples != size.units { " (" (text::thousands(size.samples)) " samples)" }
                        }
                        None => "n unknown",
                    }
                }
            }
            Err(why) => { strong.value { "—" } " " span.interval { "undefined: " (clean(&why.to_string())) } }
        }
        " " (mark::chip(claim.standing()))
    }
}
