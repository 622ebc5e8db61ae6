//! A run on the terminal: at most three findings first, then each report with its figures, what was lost, why its marks are what
//! they are, and its limits. Nothing is computed here.

use std::collections::{BTreeMap, BTreeSet};

use candor_audit::digits::Spelling;
use candor_audit::registered::Registered;
use candor_audit::{Attrition, Figure, Finding, Report, Run, Settings};
use candor_stats::Standing;

use super::figure::{self, Claims};
use super::number;
use super::page::{PLANTED, Page, Tone, Writing};
use super::table::{Field, Grid};
use super::text;

const PLANTED_TONE: Tone = Tone::Standing(Standing::Planted);

/// How the reader reached the data, for the commands that are suggested.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// The arguments after a command, such as `--from runs`; empty where there is no data.
    pub(crate) arguments: String,
    /// The run that was stored, as a command names it; the last one where nothing else is said.
    pub(crate) run: Option<String>,
    /// The flags that asked for more than what is usual: with them a closer look sees the same.
    pub(crate) settings: String,
}

impl Source {
    /// With the settings of a run, as far as flags can ask for them.
    pub(crate) fn asked(mut self, settings: &Settings) -> Self {
        let usual = Settings::default();
        let compute = &settings.compute;
        let mut say = |flag: &str, value: Option<String>| {
            if let Some(value) = value {
                self.settings.push_str(&format!(" {flag} {value}"));
            }
        };
        say("--seed", (settings.seed != usual.seed).then(|| settings.seed.0.to_string()));
        say("--level", (settings.level != usual.level).then(|| settings.level.get().to_string()));
        let points = (settings.margin * 1e8).round() / 1e6;
        say("--margin", (settings.margin.to_bits() != usual.margin.to_bits()).then(|| points.to_string()));
        let listed = |paths: &Vec<u32>| paths.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        say("--paths", compute.paths.as_ref().map(listed));
        say("--aggregate", compute.aggregate.map(|aggregate| aggregate.as_str().to_owned()));
        say("--score", compute.score.as_ref().map(|score| text::shell(score)));
        self
    }

    /// The look at the same data.
    pub(crate) fn look(&self, flag: &str) -> String {
        let arguments = self.arguments.strip_prefix("--from ").unwrap_or("PATH");
        // A look counts what cannot be read; it takes no flag for it.
        let arguments = arguments.strip_suffix(" --skip-invalid").unwrap_or(arguments);
        format!("candor look {arguments} {flag}")
    }
}

/// How much of every report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The first figure, and where the others are.
    Brief,
    /// Everything.
    Full,
}

/// The whole run.
pub(crate) fn run(run: &Run, source: &Source, detail: Detail, page: Page) -> String {
    let mut writing = Writing::on(page);
    // What a mapping misspells is missing from every number below.
    for field in &run.absent {
        writing.toned("", field, Some(Tone::Strong));
    }
    if !run.absent.is_empty() {
        writing.gap();
    }
    for caution in &run.first {
        writing.toned("first of all: ", caution, Some(Tone::Bad));
        writing.gap();
    }
    // Planted truths beside what was found claim nothing by themselves: there is nothing that could stand first.
    let claims = run.reports.is_empty() || run.reports.iter().any(|report| !report.claims.is_empty());
    if claims {
        findings(run, source, &mut writing);
    }
    for (at, one) in run.reports.iter().enumerate() {
        if claims || at > 0 {
            writing.gap();
        }
        match detail {
            Detail::Full => report(one, &mut writing),
            Detail::Brief => brief(one, source, &mut writing),
        }
    }
    writing.gap();
    footer(run, source, &mut writing);
    writing.finish()
}

/// At most three findings, worst first.
fn findings(run: &Run, source: &Source, writing: &mut Writing) {
    let planted = run.reports.iter().any(|report| report.planted);
    writing.heading("findings", planted.then_some((PLANTED, PLANTED_TONE)));
    if run.findings.is_empty() {
        writing.paragraph("  ", "none: nothing in these traces is large enough to stand first");
    }
    for (at, (audit, finding)) in run.findings.iter().enumerate() {
        let report = run.reports.iter().find(|report| report.audit == *audit);
        one_finding(at + 1, finding, report, source, writing);
    }
}

fn one_finding(number: usize, finding: &Finding, report: Option<&Report>, source: &Source, writing: &mut Writing) {
    let page = writing.page();
    writing.toned(&format!(" {number}  "), &finding.sentence, Some(Tone::Strong));
    let indent = "    ";
    let beside: Vec<String> = report.map(|report| report.beside(finding, Spelling::Plain)).unwrap_or_default();
    if !beside.is_empty() {
        writing.toned(indent, &format!("read beside: {}", beside.join("; ")), Some(Tone::Faint));
    }
    let claim = report.and_then(|report| report.claim(&finding.claim));
    match claim {
        None => writing.paragraph(indent, &format!("-  the report has no claim `{}`", finding.claim)),
        Some(claim) => {
            let value = match claim.estimate() {
                Ok(estimate) => {
                    let size = number::size(estimate.size());
                    format!("{}   {size}", number::sentence(claim.parameter().unit, estimate))
                }
                Err(why) => format!("-   {why}"),
            };
            let standing = claim.standing();
            let shown = format!("{indent}{value}   {standing}");
            if text::width(&shown) <= page.width {
                let toned = page.tone(Tone::Standing(standing), &standing.to_string());
                writing.line(&format!("{indent}{value}   {toned}"));
            } else {
                writing.paragraph(indent, &value);
                writing.toned(indent, &standing.to_string(), Some(Tone::Standing(standing)));
            }
            if let (Standing::Marked(_), Some(why)) = (standing, claim.why().first()) {
                writing.toned(indent, &format!("because {why}"), Some(Tone::Faint));
            }
        }
    }
    if let Some(cited) = &finding.trace {
        writing.paragraph(indent, &format!("trace {} at {}", cited.id.short(), cited.place));
    }
    let settings = if finding.closer.starts_with("audit run") { source.settings.as_str() } else { "" };
    let command = format!("candor {}{settings} {}", finding.closer, source.arguments);
    writing.command(&format!("{indent}look closer: "), command.trim_end(), None);
}

/// A report's heading: what was audited, and about what its numbers speak.
fn head(report: &Report, writing: &mut Writing) {
    writing.line(&"─".repeat(writing.page().width));
    writing.heading(&report.title, report.planted.then_some((PLANTED, PLANTED_TONE)));
    writing.toned("about: ", &report.estimand, Some(Tone::Faint));
}

/// The figures that stand on a terminal: a curve whose points all stand in a table is drawn in the HTML report and not said twice.
fn shown_here(report: &Report) -> Vec<&Figure> {
    let in_tables: BTreeSet<&str> =
        report.figures.iter().filter(|figure| !matches!(figure, Figure::Curve(_))).flat_map(figure::named).collect();
    let repeats = |figure: &Figure| matches!(figure, Figure::Curve(_)) && figure::named(figure).is_subset(&in_tables);
    report.figures.iter().filter(|figure| !repeats(figure)).collect()
}

fn one_figure(figure: &Figure, claims: &Claims<'_>, planted: bool, writing: &mut Writing) {
    let shown = figure::shown(figure, claims);
    writing.gap();
    writing.heading(&shown.title, planted.then_some((PLANTED, PLANTED_TONE)));
    shown.grid.write(writing);
    for note in &shown.notes {
        writing.toned("", note, Some(Tone::Faint));
    }
}

/// One report, whole.
fn report(report: &Report, writing: &mut Writing) {
    head(report, writing);
    let claims = Claims::of(report);
    for figure in shown_here(report) {
        one_figure(figure, &claims, report.planted, writing);
    }
    attrition(&report.attrition, writing);
    marks(report, writing);
    listed("notes", report.notes.iter().map(String::as_str), writing);
    listed("what this cannot show", report.limits.iter(), writing);
}

/// One report among several: its first figure, its limits, and how to see the rest.
fn brief(report: &Report, source: &Source, writing: &mut Writing) {
    head(report, writing);
    let claims = Claims::of(report);
    let figures = shown_here(report);
    let shown = report.leading + 1;
    for figure in figures.iter().take(shown) {
        one_figure(figure, &claims, report.planted, writing);
    }
    listed("what this cannot show", report.limits.iter(), writing);
    writing.gap();
    let left = [(figures.len().saturating_sub(shown), "figure"), (report.notes.len(), "note")];
    let left: Vec<String> =
        left.iter().filter(|(count, _)| *count > 0).map(|(count, what)| text::counted(*count as u64, what)).collect();
    // What was lost and why marks are no better stands in the whole report alone.
    let left = if left.is_empty() { "the whole report".to_owned() } else { format!("{} more", left.join(" and ")) };
    // What no audit found, such as what a run decided, is in the stored report alone.
    let command = match candor_audit::audits::named(&report.audit) {
        Some(_) => format!("candor audit run {} {}", report.audit, source.arguments),
        None => format!("candor audit report {} --full", source.run.as_deref().unwrap_or("@last")),
    };
    writing.command(&format!("{left}: "), command.trim_end(), None);
}

/// What was lost on the way, per arm; nothing is written where nothing was lost.
fn attrition(arms: &[Attrition], writing: &mut Writing) {
    if arms.iter().all(|arm| arm.lost.is_empty()) {
        return;
    }
    writing.gap();
    writing.heading("what was seen and used", None);
    let mut grid = Grid::new([("", false), ("seen", true), ("used", true), ("not used because", false)]).indented(2);
    for arm in arms {
        let lost: Vec<String> =
            arm.lost.iter().map(|(why, count)| format!("{} {why}", text::thousands(*count))).collect();
        let lost = if lost.is_empty() { Field::Absent(None) } else { Field::words(&lost.join("; ")) };
        grid.row(vec![Field::words(&arm.arm), Field::count(arm.seen), Field::count(arm.used), lost], None);
    }
    grid.write(writing);
}

/// A standing, why it is no better, and what would raise it.
type Reason<'r> = (String, Vec<&'r str>, Vec<&'r str>);

fn numbered<'t>(texts: &[&'t str]) -> Vec<(&'t str, u128)> {
    texts.iter().flat_map(|text| text::by_number(text)).collect()
}

/// Why claims that are not evidence-backed are not, and what would raise them; the same reasons are said once.
fn marks(report: &Report, writing: &mut Writing) {
    let mut reasons: BTreeMap<Reason<'_>, Vec<&str>> = BTreeMap::new();
    for claim in &report.claims {
        if !claim.raise().is_empty() {
            let why = claim.why().iter().map(String::as_str).collect();
            let raise = claim.raise().iter().map(String::as_str).collect();
            reasons.entry((claim.standing().to_string(), why, raise)).or_default().push(claim.name());
        }
    }
    if reasons.is_empty() {
        return;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    // Those with the most claims first, then by their words; numbers in them by their size.
    reasons.sort_by_cached_key(|((standing, why, raise), names)| {
        (std::cmp::Reverse(names.len()), standing.clone(), numbered(why), numbered(raise))
    });
    writing.gap();
    writing.heading("why a number is not evidence-backed, and what would raise it", None);
    let rest = reasons.len().saturating_sub(MOST_REASONS);
    for ((standing, why, raise), names) in reasons.into_iter().take(MOST_REASONS) {
        let example = names.first().copied().unwrap_or_default();
        let example =
            if names.len() == 1 { example.to_owned() } else { format!("{example} and {} more", names.len() - 1) };
        writing.paragraph("  - ", &format!("{standing}: {}", why.join("; ")));
        writing.toned("    ", &format!("raised by {} ({example})", raise.join("; ")), Some(Tone::Faint));
    }
    if rest > 0 {
        writing.paragraph("  - ", &format!("{} more in --json", text::counted(rest as u64, "reason")));
    }
}

/// At most this many groups of reasons stand on the terminal; all are in the JSON.
const MOST_REASONS: usize = 6;

fn listed<'t>(title: &str, items: impl Iterator<Item = &'t str>, writing: &mut Writing) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    writing.gap();
    writing.heading(title, None);
    for item in items {
        writing.paragraph("  - ", item);
    }
}

/// What was read, and with which settings.
fn footer(run: &Run, source: &Source, writing: &mut Writing) {
    writing.line(&"─".repeat(writing.page().width));
    let files = run.files.len() as u64;
    let planted = if run.reports.iter().any(|report| report.planted) { format!("; {PLANTED}") } else { String::new() };
    let read = if run.files.is_empty() {
        "no traces were read".to_owned()
    } else {
        format!("read {} from {}{planted}", text::counted(run.traces, "trace"), text::counted(files, "file"))
    };
    writing.paragraph(
        "",
        &format!(
            "{read}; seed {}, {} intervals; margin {} points; candor {}",
            run.settings.seed,
            run.settings.level,
            trimmed(100.0 * run.settings.margin),
            run.candor,
        ),
    );
    for (at, line) in run.registered.iter().flat_map(Registered::lines).enumerate() {
        writing.paragraph(if at == 0 { "" } else { "  " }, &line);
    }
    if run.invalid > 0 {
        writing.paragraph(
            "",
            &format!("left out as asked, {} that could not be read:", text::counted(run.invalid, "record")),
        );
        for line in &run.invalid_listed {
            writing.paragraph("  - ", line);
        }
    }
    if !run.skipped.is_empty() {
        let skipped = text::counted(run.skipped.len() as u64, "file");
        writing.command(&format!("{skipped} skipped, why: "), &source.look("--skipped"), None);
    }
    if !run.unread.is_empty() {
        const MOST: usize = 5;
        let more = run.unread.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = run.unread.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
        let said =
            format!("not read: {names}{more}; what one of them tells apart is counted together (a mapping takes it)");
        writing.paragraph("", &said);
    }
    if !run.silent.is_empty() {
        writing.paragraph("", &format!("nothing to read for: {}", run.silent.join(", ")));
    }
}

/// A number without the zeros at its end.
fn trimmed(x: f64) -> String {
    format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
pub(crate) mod tests;
