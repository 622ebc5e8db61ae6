//! A run as Markdown with GitHub's tables, for a job summary or a pull request. Foreign text is escaped; nothing is computed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use candor_audit::digits::Spelling;
use candor_audit::{Figure, Report, Run};
use candor_stats::Claim;

use super::figure::{self, Claims};
use super::number;
use super::page::PLANTED;
use super::run::Source;
use super::text;

/// The whole run.
pub(crate) fn run(run: &Run, source: &Source) -> String {
    let mut out = String::from("## candor: findings\n\n");
    for caution in &run.first {
        let _ = writeln!(out, "**First of all:** {}\n", escaped(caution));
    }
    if run.reports.iter().any(|report| report.planted) {
        let _ = writeln!(out, "**{PLANTED}**\n");
    }
    if run.findings.is_empty() {
        out.push_str("None: nothing in these traces is large enough to stand first.\n");
    }
    for (at, (audit, finding)) in run.findings.iter().enumerate() {
        let report = run.reports.iter().find(|report| report.audit == *audit);
        let claim = report.and_then(|report| report.claim(&finding.claim));
        let beside: Vec<String> = report.map(|report| report.beside(finding, Spelling::Plain)).unwrap_or_default();
        let beside =
            if beside.is_empty() { String::new() } else { format!(" Read beside: {}.", escaped(&beside.join("; "))) };
        let _ = writeln!(
            out,
            "{}. **{}**{beside} {}",
            at + 1,
            escaped(&finding.sentence),
            claim.map_or_else(String::new, value)
        );
        if let Some(cited) = &finding.trace {
            let _ = writeln!(out, "   Trace {} at {}.", code(&cited.id.short()), code(&cited.place));
        }
        let command = format!("candor {} {}", finding.closer, source.arguments);
        let _ = writeln!(out, "   Look closer: {}", code(command.trim_end()));
    }
    for one in &run.reports {
        report(one, &mut out);
    }
    if let Some(registered) = &run.registered {
        let _ = writeln!(out, "\n**The plan, and every run of it**\n");
        for line in registered.lines() {
            let _ = writeln!(out, "- {}", escaped(&line));
        }
    }
    let _ = writeln!(
        out,
        "\n<sub>{} from {}; seed {}, {} intervals; candor {}</sub>",
        text::counted(run.traces, "trace"),
        text::counted(run.files.len() as u64, "file"),
        run.settings.seed,
        run.settings.level,
        run.candor,
    );
    out
}

fn value(claim: &Claim) -> String {
    let standing = claim.standing();
    match claim.estimate() {
        Ok(estimate) => {
            let size = number::size(estimate.size());
            format!("{}, {size}, *{standing}*", escaped(&number::sentence(claim.parameter().unit, estimate)))
        }
        Err(why) => format!("- ({}), *{standing}*", escaped(&why.to_string())),
    }
}

fn report(report: &Report, out: &mut String) {
    let planted = if report.planted { format!(" ({PLANTED})") } else { String::new() };
    let _ = writeln!(out, "\n### {}{planted}\n\n{}", escaped(&report.title), escaped(&report.estimand));
    let claims = Claims::of(report);
    let in_tables: BTreeSet<&str> =
        report.figures.iter().filter(|figure| !matches!(figure, Figure::Curve(_))).flat_map(figure::named).collect();
    for one in &report.figures {
        if matches!(one, Figure::Curve(_)) && figure::named(one).is_subset(&in_tables) {
            continue;
        }
        let shown = figure::shown(one, &claims);
        let _ = writeln!(out, "\n**{}**{planted}\n", escaped(&shown.title));
        shown.grid.markdown(out);
        for note in &shown.notes {
            let _ = writeln!(out, "\n{}", escaped(note));
        }
    }
    let limits: Vec<&str> = report.limits.iter().collect();
    for (title, items) in
        [("Notes", report.notes.iter().map(String::as_str).collect::<Vec<_>>()), ("What this cannot show", limits)]
    {
        if !items.is_empty() {
            let _ = writeln!(out, "\n**{title}**\n");
            for item in items {
                let _ = writeln!(out, "- {}", escaped(item));
            }
        }
    }
}

/// Foreign text in Markdown: cleaned, and every character with a meaning there escaped.
pub(crate) fn escaped(text: &str) -> String {
    let clean = text::clean(text);
    let mut out = String::with_capacity(clean.len() + 8);
    for c in clean.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as code; a grave accent in it would end the code, so it becomes an apostrophe.
fn code(text: &str) -> String {
    format!("`{}`", text::clean(text).replace('`', "'").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        assert_eq!(escaped("a|b <img> [x](y) @all"), "a\\|b &lt;img&gt; \\[x\\](y) \\@all");
        assert_eq!(code("a`b"), "`a'b`");
    }
}
