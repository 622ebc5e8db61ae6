//! What was read, with digests, with which settings, and how to do it again.

use candor_audit::{Run, SourceFile};
use maud::{Markup, html};

use crate::mark::PLANTED;
use crate::text::{clean, counted, thousands};

/// Files that could not be read are listed up to this many; the rest is counted.
const MOST_SKIPPED: usize = 40;

/// The last section of the page.
pub(super) fn origin(run: &Run, from: &str) -> Markup {
    let planted = run.reports.iter().any(|report| report.planted);
    html! {
        section.origin id="origin" {
            h2 { "What was read, and how" @if planted { " " span.planted { (PLANTED) } } }
            p { (counted(run.traces, "trace")) " from " (counted(run.files.len() as u64, "file")) "." }
            @if !run.files.is_empty() { (files(&run.files)) }
            @if run.invalid > 0 {
                p { (counted(run.invalid, "record")) " could not be read and " @if run.invalid == 1 { "was" } @else { "were" } " left out, as asked. The first:" }
                ul { @for line in &run.invalid_listed { li { (clean(line)) } } }
            }
            @if !run.skipped.is_empty() {
                p { (counted(run.skipped.len() as u64, "file")) " not read:" }
                ul {
                    @for (file, why) in run.skipped.iter().take(MOST_SKIPPED) { li { code { (clean(file)) } ": " (clean(why)) } }
                    @if run.skipped.len() > MOST_SKIPPED { li { "and " (thousands((run.skipped.len() - MOST_SKIPPED) as u64)) " more" } }
                }
            }
            @if !run.unread.is_empty() {
                p {
                    "Columns and keys that were not read: " (clean(&run.unread.iter().take(MOST_SKIPPED).map(String::as_str).collect::<Vec<_>>().join(", ")))
                    @if run.unread.len() > MOST_SKIPPED { " and " (thousands((run.unread.len() - MOST_SKIPPED) as u64)) " more" }
                    ". What one of them tells apart is counted together; a mapping takes it."
                }
            }
            @if !run.silent.is_empty() { p { "Nothing to read for: " (clean(&run.silent.join(", "))) "." } }
            @if let Some(registered) = &run.registered {
                section.registered {
                    h3 { "The plan, and every run of it" }
                    ul { @for line in registered.lines() { li { (clean(&line)) } } }
                    p.faint { "As the record stands now: this part grows with it." }
                }
            }
            dl.settings {
                dt { "seed" } dd { (run.settings.seed) }
                dt { "level" } dd { (run.settings.level) "" }
                dt { "margin" } dd { (points(run.settings.margin)) " points: the smallest difference that matters" }
                dt { "resamples" } dd { (thousands(u64::from(run.settings.resamples))) }
                dt { "candor" } dd { (clean(&run.candor)) }
                @if !from.is_empty() { dt { "again" } dd { (super::command(&format!("candor audit run {from}"))) } }
            }
            p.faint {
                "The same files and settings give this page again, byte for byte. It loads nothing and runs nothing. "
                "A mark speaks of the measurement: " em { "evidence-backed" } " is own data, every validity flag holding and the interval inside what is asserted; "
                em { "inferred" } " is measured but open, fitted, published elsewhere or with a failing flag; " em { "hope" } " is everything else."
            }
        }
    }
}

/// A share as points, without zeros at its end.
fn points(share: f64) -> String {
    format!("{:.3}", 100.0 * share).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn files(files: &[SourceFile]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="files that were read" {
            table.files {
                thead {
                    tr {
                        th scope="col" { "file" }
                        th scope="col" { "format" }
                        th.number scope="col" { "bytes" }
                        th.number scope="col" { "traces" }
                        th scope="col" { "SHA-256" }
                    }
                }
                tbody {
                    @for file in files {
                        tr {
                            th scope="row" { (clean(&file.path)) }
                            td { (clean(&file.format)) }
                            td.number { (thousands(file.bytes)) }
                            td.number { (thousands(file.traces)) }
                            td.digest { code { (clean(&file.digest)) } }
                        }
                    }
                }
            }
        }
    }
}
