//! At most three findings, worst first: the sentence, its numbers, one trace, and the command that looks closer.

use candor_audit::digits::Spelling;
use candor_audit::{Finding, Run};
use candor_stats::{Claim, Standing};
use maud::{Markup, html};

use super::claims::{Claims, numbers};
use crate::text::{capital, clean};

/// The first screen. The first finding is the heading of the page.
pub(super) fn findings(run: &Run, claims: &[Claims<'_>], from: &str) -> Markup {
    html! {
        section.findings aria-label="findings" {
            @if run.findings.is_empty() {
                h1 { "Nothing in these traces is large enough to stand first" }
                p { "What was measured stands below." }
            }
            @for (number, (audit, finding)) in run.findings.iter().enumerate() {
                @let at = run.reports.iter().position(|report| report.audit == *audit);
                @let beside = at.and_then(|at| run.reports.get(at)).map(|report| report.beside(finding, Spelling::Typeset));
                (one(number, finding, at.and_then(|at| claims.get(at)), &beside.unwrap_or_default(), from))
            }
        }
    }
}

fn one(number: usize, finding: &Finding, claims: Option<&Claims<'_>>, beside: &[String], from: &str) -> Markup {
    let claim = claims.and_then(|claims| claims.get(&finding.claim));
    let link = claims.and_then(|claims| claims.link(&finding.claim));
    let sentence = capital(&clean(&finding.sentence));
    let from = if finding.closer.contains("--from") { "" } else { from };
    let command = ["candor", finding.closer.as_str(), from].join(" ");
    html! {
        article.finding {
            @if number == 0 { h1 { (sentence) } } @else { h2 { (sentence) } }
            @if !beside.is_empty() { p.why { "Read beside: " (clean(&beside.join("; "))) } }
            @match claim {
                Some(claim) => {
                    p.numbers { (numbers(claim)) }
                    (because(claim, link.as_deref()))
                }
                None => p.numbers { strong.value { "—" } " " span.interval { "the report has no claim " code { (clean(&finding.claim)) } } },
            }
            dl {
                @if let Some(cited) = &finding.trace {
                    dt { "Look at" }
                    dd { "trace " code { (cited.id.short()) } " in " code { (clean(&cited.place)) } }
                }
                dt { "Look closer" }
                dd { (super::command(&command)) }
            }
        }
    }
}

/// Why a marked claim has its mark, with a link to the whole.
fn because(claim: &Claim, link: Option<&str>) -> Markup {
    html! {
        @if let (Standing::Marked(mark), Some(why)) = (claim.standing(), claim.why().first()) {
            p.why {
                (capital(&mark.to_string())) " because " (clean(why))
                @if let Some(link) = link { ". " a href=(link) { "All reasons" } }
            }
        } @else if let Some(link) = link {
            p.why { a href=(link) { "How it was measured" } }
        }
    }
}
