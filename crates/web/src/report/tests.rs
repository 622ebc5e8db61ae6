//! What the page says, that it is well formed and loads nothing, and that foreign text stays text.

mod sample;

use candor_audit::{Figure, Run};
use sample::run;

use super::*;
use crate::wellformed;

/// The page, checked.
fn checked(run: &Run) -> (String, wellformed::Seen) {
    let page = render_from(run, "--from runs");
    let seen = wellformed::page(page.trim_end());
    (page, seen)
}

#[test]
fn the_first_finding_is_the_heading_and_its_numbers_stand_beside_it() {
    let (page, seen) = checked(&run(false));
    assert_eq!(seen.count("h1"), 1);
    let first = page.find("<h1>You pay for 16 paths, but no measured setting above 8").unwrap();
    let numbers = page.find("+0.6 points</strong> <span class=\"interval\">at most +1.7</span>").unwrap();
    let table = page.find("What more paths buy").unwrap();
    assert!(first < numbers && numbers < table);
    for expected in [
        "n = 1,150 (18,400 samples)",
        "<span class=\"mark evidence\">evidence-backed</span>",
        "trace <code>7f7f7f7f</code> in <code>samples.jsonl:812</code>",
        "<span>candor</span> <span>audit</span> <span>run</span> <span>compute</span> <span>--operate</span> <span>paths=8</span> \
         <span>--from</span> <span>runs</span>",
        "Evidence-backed because own data, every flag holds",
        "What this cannot show",
        "another mix of questions has another curve",
        "ba7816bf8f01cfea",
        "seed",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert_eq!(seen.elements.iter().filter(|name| *name == "article").count(), 3);
}

#[test]
fn every_claim_is_listed_with_its_mark_why_and_what_would_raise_it() {
    let run = run(false);
    let (page, _) = checked(&run);
    let claims: Vec<_> = run.reports.iter().flat_map(|report| &report.claims).collect();
    assert_eq!(page.matches("<li class=\"claim\"").count(), claims.len());
    for claim in claims {
        assert!(page.contains(&format!("<code>{}</code>", claim.name())), "{}", claim.name());
        for text in claim.why().iter().chain(claim.raise()) {
            assert!(page.contains(&text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")), "{text}");
        }
    }
}

#[test]
fn undefined_numbers_are_dashes_with_their_reason() {
    let (page, _) = checked(&run(false));
    assert!(page.contains("the cue did not work: the share of switches that followed it is -0.020"));
    assert!(page.contains("16 samples asked for, but every question has only 12"));
    assert!(page.contains("no interval: no n published"));
    assert!(!page.contains("NaN") && !page.contains("inf<"));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let (page, seen) = checked(&run(false));
    for element in ["script", "iframe", "img", "link", "object", "form", "base"] {
        assert_eq!(seen.count(element), 0, "{element}");
    }
    let outside = seen.attributes.iter().filter(|(name, value)| {
        ["src", "action", "srcset", "style"].contains(&name.as_str())
            || name.starts_with("on")
            || (name == "href" && !value.starts_with('#'))
    });
    assert_eq!(outside.count(), 0);
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[test]
fn planted_data_says_so_on_every_title_figure_and_column_and_bears_no_mark() {
    let run = run(true);
    let (page, seen) = checked(&run);
    for word in ["mark evidence\"", "mark inferred\"", "mark hope\""] {
        assert!(!page.contains(word), "{word}");
    }
    let figures: usize = run.reports.iter().map(|report| report.figures.len()).sum();
    let captions: Vec<&str> =
        page.split("<figcaption>").skip(1).map(|rest| rest.split("</figcaption>").next().unwrap()).collect();
    assert_eq!(captions.len(), figures);
    assert!(captions.iter().all(|caption| caption.contains(PLANTED)));
    // Titles of the drawings, of the page and of the reports.
    let titles: Vec<&str> = page.split("<title").skip(1).map(|rest| rest.split("</title>").next().unwrap()).collect();
    assert_eq!(titles.len(), seen.count("title"));
    assert!(titles.len() > 2 && titles.iter().all(|title| title.contains(PLANTED)), "{titles:?}");
    let headings: Vec<&str> = page.split("<h2>").skip(1).map(|rest| rest.split("</h2>").next().unwrap()).collect();
    let of_reports = headings.iter().filter(|heading| heading.contains("model-a") || heading.contains("What was read"));
    assert!(of_reports.clone().count() == 3 && of_reports.clone().all(|heading| heading.contains(PLANTED)));
    for column in page.split("colspan=\"2\">").skip(1).filter(|rest| !rest.starts_with("<")) {
        let head = column.split("</t").next().unwrap();
        if head.contains("accuracy") || head.contains("gain") {
            assert!(head.contains("planted"), "{head}");
        }
    }
    // The same run that is not planted never says it.
    assert!(!checked(&sample::run(false)).0.contains("planted process"));
}

/// Puts a hostile string into every text of a run that comes from outside.
fn hostile(run: &mut Run, text: &str) {
    let text = text.to_owned();
    run.candor.clone_from(&text);
    run.invalid_listed = vec![text.clone()];
    run.skipped = vec![(text.clone(), text.clone())];
    run.silent = vec![text.clone()];
    run.unread = vec![text.clone()];
    for file in &mut run.files {
        file.path.clone_from(&text);
        file.format.clone_from(&text);
        file.digest.clone_from(&text);
    }
    for report in &mut run.reports {
        report.title.clone_from(&text);
        report.estimand.clone_from(&text);
        report.notes = vec![text.clone()];
        report.limits = candor_audit::Limits::new(text.clone(), []);
        for arm in &mut report.attrition {
            arm.arm.clone_from(&text);
            arm.lost.insert(text.clone(), 1);
        }
        for figure in &mut report.figures {
            match figure {
                Figure::Table(table) => {
                    table.title.clone_from(&text);
                    table.notes = vec![text.clone()];
                    for column in &mut table.columns {
                        column.title.clone_from(&text);
                    }
                    for row in &mut table.rows {
                        row.remark = Some(text.clone());
                        row.cells[0] = candor_audit::Cell::Text(text.clone());
                        row.cells[3] = candor_audit::Cell::Absent(text.clone());
                        row.cells[4] = candor_audit::Cell::Claim(text.clone());
                    }
                }
                Figure::Curve(curve) => {
                    curve.title.clone_from(&text);
                    curve.x.label.clone_from(&text);
                    curve.y.label.clone_from(&text);
                    curve.series[0].label.clone_from(&text);
                    curve.series[0].points[0].claim.clone_from(&text);
                    curve.rules[0].label.clone_from(&text);
                }
                Figure::Forest(forest) => {
                    forest.title.clone_from(&text);
                    forest.rows.push((text.clone(), text.clone()));
                    forest.rows[0].0.clone_from(&text);
                }
            }
        }
    }
    for (audit, finding) in &mut run.findings {
        audit.clone_from(&text);
        finding.sentence.clone_from(&text);
        finding.claim.clone_from(&text);
        finding.closer.clone_from(&text);
        finding.trace.as_mut().unwrap().place.clone_from(&text);
    }
}

#[test]
fn foreign_text_stays_text() {
    let plain = checked(&run(false)).1;
    for text in [
        "</title></style><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "<!--",
        "]]>&amp;&#x3c;script&#x3e;",
        "\u{202e}gnp.exe\u{0}\u{1b}[31m\u{200b}",
        "javascript:alert(1)",
        "",
        "汉字 é\n\n| # ` *",
    ] {
        let mut run = run(false);
        hostile(&mut run, text);
        let page = render_from(&run, text);
        let seen = wellformed::page(page.trim_end());
        for element in ["script", "img", "style", "h1", "title"] {
            assert_eq!(seen.count(element), plain.count(element), "{element} in {text:?}");
        }
        let names = |seen: &wellformed::Seen| -> std::collections::BTreeSet<String> {
            seen.attributes.iter().map(|(name, _)| name.clone()).collect()
        };
        assert!(names(&seen).is_subset(&names(&plain)), "new attributes from {text:?}");
        assert!(seen.attributes.iter().all(|(name, value)| name != "href" || value.starts_with('#')));
        assert!(
            !page.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}' || c == '\u{200b}')
        );
    }
}

#[test]
fn the_same_run_gives_the_same_bytes_and_an_empty_one_still_a_page() {
    assert_eq!(render(&run(false)), render(&run(false)));
    let mut empty = run(false);
    empty.findings.clear();
    empty.reports.clear();
    empty.files.clear();
    let (page, _) = checked(&empty);
    assert!(page.contains("<h1>Nothing in these traces is large enough to stand first</h1>"));
}

#[test]
fn numbers_of_a_table_lead_to_what_stands_behind_them() {
    let (page, seen) = checked(&run(false));
    let links = seen.attributes.iter().filter(|(name, value)| name == "href" && value.starts_with("#r1c")).count();
    assert!(links > 20, "{links}");
    assert!(
        page.contains("<td class=\"value\"><a href=\"#r1c7\">+0.6</a></td><td class=\"interval\">[−0.7, +1.9]</td>")
    );
}

#[test]
fn a_prediction_does_not_repeat_the_measured_point_that_it_sets_out_from() {
    let (page, _) = checked(&run(false));
    let predicted = page.split("predicted\">").nth(1).unwrap().split("</g>").next().unwrap();
    assert_eq!(predicted.matches("class=\"marker\"").count(), 1, "{predicted}");
    assert_eq!(predicted.matches("class=\"line\"").count(), 1, "it is joined to the last measured point");
    assert!(page.contains("aria-label=\"fit, paths 32: 79.8 % [77.0, 82.6], n = 1,150, inferred\""));
}
