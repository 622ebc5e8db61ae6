//! A run or a comparison as JUnit XML, for continuous integration that shows test results: one case per claim. A claim that is hope is
//! skipped with its reason, since nothing was measured. A run asserts no threshold, so that nothing fails in it; a comparison has one case
//! more for the decision that was asked for: passed, failed, or skipped where the data cannot tell.

use std::fmt::Write as _;

use candor_audit::Run;
use candor_audit::compare::{Comparison, Decided};
use candor_stats::paired::margin::Decision;
use candor_stats::{Claim, Mark, Standing};

use super::number;
use super::page::PLANTED;
use super::text;

/// The whole run.
pub(crate) fn run(run: &Run) -> String {
    let cases: usize = run.reports.iter().map(|report| report.claims.len()).sum();
    let skipped: usize = run.reports.iter().flat_map(|report| &report.claims).filter(|claim| is_hope(claim)).count();
    let mut out = opened(cases, 0, skipped);
    for report in &run.reports {
        let skipped = report.claims.iter().filter(|claim| is_hope(claim)).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"0\" skipped=\"{skipped}\">",
            escaped(&report.audit),
            report.claims.len(),
        );
        for claim in &report.claims {
            case(&report.audit, claim, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// A comparison: one suite.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    let decision = comparison.decision.as_ref().map(|decided| decided.decision);
    let cases = comparison.claims.len() + usize::from(decision.is_some());
    let failures = usize::from(matches!(decision, Some(Decision::Fail)));
    let skipped = comparison.claims.iter().filter(|claim| is_hope(claim)).count()
        + usize::from(matches!(decision, Some(Decision::CannotTell { .. })));
    let mut out = opened(cases, failures, skipped);
    let _ =
        writeln!(out, "  <testsuite name=\"compare\" tests=\"{cases}\" failures=\"{failures}\" skipped=\"{skipped}\">");
    if let Some(Decided { fail_if, decision, sentence }) = &comparison.decision {
        let asked = format!("no drop of accuracy by more than {}", candor_audit::words::points(fail_if.margin));
        let _ = write!(out, "    <testcase classname=\"compare\" name=\"{}\">", escaped(&asked));
        let sentence = escaped(sentence);
        let _ = match decision {
            Decision::Pass => write!(out, "<system-out>{sentence}</system-out>"),
            Decision::Fail => write!(out, "<failure message=\"{sentence}\"/>"),
            Decision::CannotTell { .. } => {
                write!(out, "<skipped message=\"neither passed nor failed, since the data {sentence}\"/>")
            }
        };
        out.push_str("</testcase>\n");
    }
    for claim in &comparison.claims {
        case("compare", claim, &mut out);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// The head of a document.
fn opened(cases: usize, failures: usize, skipped: usize) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"candor\" tests=\"{cases}\" failures=\"{failures}\" \
         skipped=\"{skipped}\">\n"
    )
}

fn is_hope(claim: &Claim) -> bool {
    claim.standing() == Standing::Marked(Mark::Hope)
}

fn case(audit: &str, claim: &Claim, out: &mut String) {
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\">", escaped(audit), escaped(claim.name()));
    if is_hope(claim) {
        let _ = write!(out, "<skipped message=\"hope: {}\"/>", escaped(&claim.why().join("; ")));
    }
    let value = claim.estimate().map_or_else(
        |why| format!("- ({why})"),
        |estimate| {
            let size = number::size(estimate.size());
            format!("{}, {size}, {}", number::sentence(claim.parameter().unit, estimate), estimate.method())
        },
    );
    let standing = match claim.standing() {
        Standing::Planted => PLANTED.to_owned(),
        Standing::Marked(mark) => mark.to_string(),
    };
    let _ = writeln!(
        out,
        "<system-out>{}</system-out></testcase>",
        escaped(&format!("{}: {value}; {standing}", claim.sentence()))
    );
}

/// Text inside XML: foreign text first made safe (control characters and U+FFFE, U+FFFF are no XML at all), then escaped.
pub(crate) fn escaped(text: &str) -> String {
    let clean = text::clean(text);
    let mut out = String::with_capacity(clean.len());
    for c in clean.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_leave_its_element() {
        assert_eq!(escaped("a]]><b x=\"1\">&\u{0}\u{ffff}"), "a]]&gt;&lt;b x=&quot;1&quot;&gt;&amp;\\u{0}\\u{ffff}");
    }
}
