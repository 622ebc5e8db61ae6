//! A run as one HTML file: its findings first, then every report with tables, drawings, claims, losses and limits, then what was
//! read and how. No script, nothing loaded; everything foreign is escaped.

mod claims;
mod figures;
mod findings;
mod origin;
mod table;

use candor_audit::{Report, Run, audits};
use maud::{Markup, html};

use crate::mark::PLANTED;
use crate::prose::prose;
use crate::text::{capital, clean};
use crate::{chart, page, text};
use claims::Claims;

/// A run as one HTML file. The commands that it suggests come without the source of the data; see [`render_from`].
#[must_use]
pub fn render(run: &Run) -> String {
    render_from(run, "")
}

/// A run as one HTML file. `from` are the arguments that lead to the data again, such as `--from runs`, shown behind the
/// commands that look closer.
#[must_use]
pub fn render_from(run: &Run, from: &str) -> String {
    let claims: Vec<Claims<'_>> =
        run.reports.iter().enumerate().map(|(number, report)| Claims::of(number, report)).collect();
    let planted = run.reports.iter().any(|report| report.planted);
    let finding = run.findings.first().map(|(_, finding)| capital(&clean(&finding.sentence)));
    let title = finding.as_deref().unwrap_or("Nothing large enough to stand first");
    let body = html! {
        a.skip href="#reports" { "Skip the findings" }
        header.top {
            p.name { strong { "candor" } " report" }
            @if planted { p.planted { (capital(PLANTED)) } }
        }
        main {
            (findings::findings(run, &claims, from))
            (contents(run))
            div #reports {
                @for (report, claims) in run.reports.iter().zip(&claims) { (section(report, claims)) }
            }
            (origin::origin(run, from))
        }
    };
    let title = if planted { format!("{title} ({PLANTED})") } else { title.to_owned() };
    page::page(&title, &body)
}

/// Where things are, with links.
fn contents(run: &Run) -> Markup {
    html! {
        nav.contents aria-label="on this page" {
            ul {
                @for (number, report) in run.reports.iter().enumerate() {
                    li {
                        a href={ "#r" (number) } { (capital(&clean(&report.title))) }
                        " " span.faint { (text::counted(report.claims.len() as u64, "number")) }
                    }
                }
                li { a href="#origin" { "What was read, and how" } }
            }
        }
    }
}

fn section(report: &Report, claims: &Claims<'_>) -> Markup {
    let part = |name: &str| format!("r{}-{name}", claims.report);
    html! {
        section.report id={ "r" (claims.report) } {
            h2 { (capital(&clean(&report.title))) (planted(report)) }
            p.estimand { strong { "About:" } " " (clean(&report.estimand)) }
            @for figure in &report.figures { (figures::figure(figure, report, claims)) }
            @if !report.attrition.is_empty() {
                section {
                    h3 { "What was seen and used" (planted(report)) }
                    (attrition(report))
                }
            }
            @if !report.notes.is_empty() {
                section {
                    h3 { "Notes" }
                    ul { @for note in &report.notes { li { (clean(note)) } } }
                }
            }
            section.limits id=(part("limits")) {
                h3 { "What this cannot show" }
                ul { @for limit in report.limits.iter() { li { (clean(limit)) } } }
            }
            (claims::all(report, claims))
            @if let Some(audit) = audits::named(&report.audit) {
                details.methods {
                    summary { "Methods: formulas, assumptions, sources" }
                    (prose(audit.about().methods, 3))
                }
            }
        }
    }
}

/// The words that stand on everything from a planted process.
fn planted(report: &Report) -> Markup {
    html! { @if report.planted { " " span.planted { (PLANTED) } } }
}

/// A command, selected whole by one click; it breaks between its words, never inside `--from`.
fn command(text: &str) -> Markup {
    html! {
        code.command {
            @for (number, word) in clean(text).split_whitespace().enumerate() {
                @if number > 0 { " " }
                span { (word) }
            }
        }
    }
}

/// What was lost on the way, per arm.
fn attrition(report: &Report) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="what was seen and used" {
            table.attrition {
                thead {
                    tr {
                        th scope="col" { "arm" }
                        th.number scope="col" { "seen" }
                        th.number scope="col" { "used" }
                        th scope="col" { span.unseen { "share used, drawn" } }
                        th scope="col" { "not used because" }
                    }
                }
                tbody {
                    @for arm in &report.attrition {
                        tr {
                            th scope="row" { (clean(&arm.arm)) }
                            td.number { (text::thousands(arm.seen)) }
                            td.number { (text::thousands(arm.used)) }
                            td.drawn { (chart::share::bar(arm.used, arm.seen)) }
                            td {
                                @if arm.lost.is_empty() { "—" }
                                @for (number, (why, count)) in arm.lost.iter().enumerate() {
                                    @if number > 0 { br; }
                                    (text::thousands(*count)) " " (clean(why))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
