//! A small run, and how every surface shows it. Not a real audit: the numbers are typed here.

use std::collections::BTreeMap;

use candor_audit::{
    Attrition, Axis, Cell, Cited, Column, Curve, Figure, Finding, Forest, Limits, Point, Report, Row, Run, Series,
    Settings, SourceFile, Table,
};
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Flag, Flags, Interval, Level, Method, Origin, Parameter, Provenance, Size,
    Undefined,
};
use candor_trace::TraceId;

use super::super::{csv, junit, markdown};
use super::*;

/// Points and intervals in shares: name, value, low, high.
fn claim(name: &str, numbers: Option<(f64, f64, f64)>, parameter: Parameter, origin: Origin) -> Claim {
    let estimate = match numbers {
        Some((value, low, high)) => Estimate::new(
            value,
            Ok(Interval::new(low, high, Level::P95).unwrap()),
            Size::new(1150, 18_400),
            Method::named("Wilson at n_eff, t(G-1)"),
        ),
        None => Err(Undefined::too_few("questions with several answers", 3, 10)),
    };
    let flags = Flag::ALL.into_iter().fold(Flags::unexamined(), |flags, flag| match flag {
        Flag::Measurement => flags.fails(flag, "nobody labelled this model", "120 labels"),
        _ => flags.holds(flag, "typed in a test"),
    });
    Claim::new(Draft {
        name: name.to_owned(),
        statement: "more paths help".to_owned(),
        negation: "more paths do not help".to_owned(),
        parameter,
        estimate,
        asserted: if parameter == Parameter::DIFFERENCE { Asserted::Better } else { Asserted::OWN_INTERVAL },
        provenance: Provenance::new(origin, "a test"),
        flags,
        derived_from: Vec::new(),
    })
}

fn table() -> Table {
    let row = |paths: &str, name: &str, gain: Option<&str>, counts: &str, remark: Option<&str>| Row {
        cells: vec![
            Cell::text(paths),
            Cell::claim(name),
            gain.map_or_else(|| Cell::Absent("nothing smaller was measured".to_owned()), Cell::claim),
            if counts.is_empty() { Cell::Absent(String::new()) } else { Cell::text(counts) },
            Cell::mark(gain.unwrap_or(name)),
        ],
        remark: remark.map(str::to_owned),
    };
    Table {
        name: "compute.table".to_owned(),
        title: "accuracy by number of paths".to_owned(),
        columns: vec![
            Column::number("paths"),
            Column::number("accuracy"),
            Column::number("gain per doubling"),
            Column::number("items gained/lost"),
            Column::text("mark"),
        ],
        rows: vec![
            row("1", "compute.accuracy[paths=1]", None, "", None),
            row("4", "compute.accuracy[paths=4]", Some("compute.gain[paths=4]"), "181 / 44", None),
            row(
                "16",
                "compute.accuracy[paths=16]",
                Some("compute.gain[paths=16]"),
                "31 / 24",
                Some("you operate here"),
            ),
        ],
        notes: vec!["no measured setting above 8 is better by 2 points or more (upper bound 1.7)".to_owned()],
    }
}

/// A report with a table, a curve that repeats it, and a forest.
fn small_report(origin: Origin) -> Report {
    let share = |name: &str, numbers| claim(name, numbers, Parameter::SHARE, origin);
    let gain = |name: &str, numbers| claim(name, numbers, Parameter::DIFFERENCE, origin);
    let point = |x: f64, name: &str| Point { x, claim: name.to_owned() };
    Report {
        leading: 0,
        audit: "compute".to_owned(),
        title: "compute · model \u{1b}[31mx · 1,150 questions".to_owned(),
        planted: origin == Origin::Planted,
        estimand: "questions like these, this model, majority of the sampled answers".to_owned(),
        findings: Vec::new(),
        claims: vec![
            share("compute.accuracy[paths=1]", Some((0.621, 0.593, 0.649))),
            share("compute.accuracy[paths=4]", Some((0.740, 0.714, 0.765))),
            share("compute.accuracy[paths=16]", Some((0.795, 0.771, 0.817))),
            gain("compute.gain[paths=4]", Some((0.060, 0.047, 0.072))),
            gain("compute.gain[paths=16]", Some((0.006, -0.007, 0.019))),
            gain("compute.hidden", None),
        ],
        figures: vec![
            Figure::Table(table()),
            Figure::Curve(Curve {
                name: "compute.curve".to_owned(),
                title: "accuracy against paths".to_owned(),
                x: Axis { label: "paths".to_owned(), doublings: true },
                y: Axis { label: "accuracy, per cent".to_owned(), doublings: false },
                series: vec![Series {
                    label: "majority".to_owned(),
                    points: vec![point(1.0, "compute.accuracy[paths=1]"), point(4.0, "compute.accuracy[paths=4]")],
                    predicted: false,
                }],
                rules: Vec::new(),
                notes: Vec::new(),
            }),
            Figure::Forest(Forest {
                name: "compute.gains".to_owned(),
                title: "gains".to_owned(),
                rows: vec![
                    ("4 paths | against 1".to_owned(), "compute.gain[paths=4]".to_owned()),
                    ("16 paths".to_owned(), "compute.gain[paths=16]".to_owned()),
                    ("never measured".to_owned(), "compute.hidden".to_owned()),
                ],
                reference: Some(0.0),
                notes: Vec::new(),
            }),
        ],
        attrition: vec![
            Attrition {
                arm: "plain".to_owned(),
                seen: 18_420,
                used: 18_400,
                lost: BTreeMap::from([("cut off".to_owned(), 20)]),
            },
            Attrition { arm: "control".to_owned(), seen: 5, used: 5, lost: BTreeMap::new() },
        ],
        notes: vec!["answers were compared as text".to_owned()],
        limits: Limits::new("it says nothing about other questions", []),
    }
}

/// A run over it.
pub(crate) fn small_run(origin: Origin) -> Run {
    let finding = Finding {
        weight: 1.0,
        sentence: "sampling 16 times instead of 8 gains less than 2 points".to_owned(),
        claim: "compute.gain[paths=16]".to_owned(),
        trace: Some(Cited { id: TraceId([0x7f; 16]), place: "a\u{202e}b.jsonl:12".to_owned() }),
        beside: Vec::new(),
        closer: "audit run compute".to_owned(),
    };
    Run {
        candor: "0.1.0".to_owned(),
        files: vec![SourceFile {
            path: "a.jsonl".to_owned(),
            format: "canonical".to_owned(),
            bytes: 12,
            traces: 18_420,
            digest: "00".to_owned(),
        }],
        traces: 18_420,
        invalid: 1,
        invalid_listed: vec!["a.jsonl:17: expected an object, found a list".to_owned()],
        skipped: vec![("b.bin".to_owned(), "no format is recognised in its first bytes".to_owned())],
        settings: Settings::default(),
        findings: vec![("compute".to_owned(), finding)],
        reports: vec![small_report(origin)],
        silent: vec!["faithfulness".to_owned()],
        absent: Vec::new(),
        unread: Vec::new(),
        first: Vec::new(),
        derived: Default::default(),
        registered: None,
    }
}

fn source() -> Source {
    Source { arguments: "--from 'my runs'".to_owned(), run: None, settings: String::new() }
}

fn at(width: usize, run: &Run) -> String {
    let text = super::run(run, &source(), Detail::Full, Page { width, colour: false });
    for line in text.lines() {
        assert!(text::width(line) <= width, "{width}: {line:?}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "foreign text is shown, not obeyed");
    text
}

#[test]
fn a_run_on_a_wide_terminal() {
    insta::assert_snapshot!(at(100, &small_run(Origin::Own)), @r#"
    findings
     1  sampling 16 times instead of 8 gains less than 2 points
        +0.6 points [-0.7, +1.9]   n = 1,150 (18,400 samples)   inferred
        because nobody labelled this model (V4)
        trace 7f7f7f7f at a\u{202e}b.jsonl:12
        look closer: candor audit run compute --from 'my runs'

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    compute · model \u{1b}[31mx · 1,150 questions
    about: questions like these, this model, majority of the sampled answers

    accuracy by number of paths
    paths  accuracy           gain per doubling  items gained/lost  mark
        1  62.1 [59.3, 64.9]     - (1)                           -  inferred
        4  74.0 [71.4, 76.5]  +6.0 [+4.7, +7.2]           181 / 44  inferred
       16  79.5 [77.1, 81.7]  +0.6 [-0.7, +1.9]            31 / 24  inferred  <- you operate here
    (1) nothing smaller was measured
    n = 1,150 (18,400 samples); intervals 95 %; Wilson at n_eff, t(G-1)
    no measured setting above 8 is better by 2 points or more (upper bound 1.7)

    gains
                         value                  n  mark
    4 paths | against 1  +6.0 [+4.7, +7.2]  1,150  inferred    :             [---o---]
    16 paths             +0.6 [-0.7, +1.9]  1,150  inferred  [-:-o---]
    never measured          - (1)               -  hope
    (1) too few questions with several answers: 3, needs 10
    n = 1,150 (18,400 samples); intervals 95 %; Wilson at n_eff, t(G-1)

    what was seen and used
                 seen    used  not used because
      plain    18,420  18,400  20 cut off
      control       5       5  -

    why a number is not evidence-backed, and what would raise it
      - inferred: nobody labelled this model (V4)
        raised by 120 labels (compute.accuracy[paths=1] and 3 more)
      - hope: undefined: too few questions with several answers: 3, needs 10
        raised by at least 10 questions with several answers (compute.hidden)
      - inferred: nobody labelled this model (V4); the interval leaves the statement open
        raised by 120 labels; about 5399 units, if the value stays as it is (50 % power)
        (compute.gain[paths=16])

    notes
      - answers were compared as text

    what this cannot show
      - it says nothing about other questions

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    read 18,420 traces from 1 file; seed 20261124, 95 % intervals; margin 2 points; candor 0.1.0
    left out as asked, 1 record that could not be read:
      - a.jsonl:17: expected an object, found a list
    1 file skipped, why: candor look 'my runs' --skipped
    nothing to read for: faithfulness
    "#);
}

#[test]
fn a_brief_run_keeps_the_limits_and_says_where_the_rest_is() {
    let text = run(&small_run(Origin::Own), &source(), Detail::Brief, Page { width: 100, colour: false });
    assert!(text.contains("it says nothing about other questions") && !text.contains("\ngains\n"), "{text}");
    assert!(text.contains("1 figure and 1 note more: candor audit run compute --from 'my runs'"), "{text}");
}

#[test]
fn a_brief_report_with_nothing_more_to_show_counts_no_zeros() {
    let mut bare = small_run(Origin::Own);
    for report in &mut bare.reports {
        report.notes.clear();
    }
    let text = run(&bare, &source(), Detail::Brief, Page { width: 100, colour: false });
    assert!(text.contains("\n1 figure more: candor audit run compute --from 'my runs'"), "{text}");
    for report in &mut bare.reports {
        report.figures.truncate(1);
    }
    let text = run(&bare, &source(), Detail::Brief, Page { width: 100, colour: false });
    assert!(text.contains("\nthe whole report: candor audit run compute --from 'my runs'"), "{text}");
}

#[test]
fn a_planted_run_says_so_everywhere_and_bears_no_mark() {
    let text = at(100, &small_run(Origin::Planted));
    assert_eq!(text.matches(PLANTED).count(), 5, "findings, report, two figures, footer:\n{text}");
    for mark in ["inferred", "evidence-backed", "hope"] {
        assert!(!text.contains(mark), "{mark}");
    }
}

#[test]
fn every_width_is_kept() {
    for width in 32..=100 {
        at(width, &small_run(Origin::Own));
    }
}

#[test]
fn colour_is_added_and_nothing_else_changes() {
    let run = small_run(Origin::Own);
    let coloured = super::run(&run, &source(), Detail::Full, Page { width: 100, colour: true });
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert_eq!(trimmed.join("\n"), at(100, &run).trim_end());
}

#[test]
fn markdown_csv_and_junit_show_the_same_claims() {
    insta::assert_snapshot!(markdown::run(&small_run(Origin::Own), &source()), @r#"
    ## candor: findings

    1. **sampling 16 times instead of 8 gains less than 2 points** +0.6 points \[-0.7, +1.9\], n = 1,150 (18,400 samples), *inferred*
       Trace `7f7f7f7f` at `a\u{202e}b.jsonl:12`.
       Look closer: `candor audit run compute --from 'my runs'`

    ### compute · model \\u{1b}\[31mx · 1,150 questions

    questions like these, this model, majority of the sampled answers

    **accuracy by number of paths**

    | paths | accuracy | gain per doubling | items gained/lost | mark |  |
    |---:|---:|---:|---:|---|---|
    | 1 | 62.1 \[59.3, 64.9\] | - (1) | - | inferred |  |
    | 4 | 74.0 \[71.4, 76.5\] | +6.0 \[+4.7, +7.2\] | 181 / 44 | inferred |  |
    | 16 | 79.5 \[77.1, 81.7\] | +0.6 \[-0.7, +1.9\] | 31 / 24 | inferred | you operate here |

    (1) nothing smaller was measured

    n = 1,150 (18,400 samples); intervals 95 %; Wilson at n\_eff, t(G-1)

    no measured setting above 8 is better by 2 points or more (upper bound 1.7)

    **gains**

    |  | value | n | mark |
    |---|---:|---:|---|
    | 4 paths \| against 1 | +6.0 \[+4.7, +7.2\] | 1,150 | inferred |
    | 16 paths | +0.6 \[-0.7, +1.9\] | 1,150 | inferred |
    | never measured | - (1) | - | hope |

    (1) too few questions with several answers: 3, needs 10

    n = 1,150 (18,400 samples); intervals 95 %; Wilson at n\_eff, t(G-1)

    **Notes**

    - answers were compared as text

    **What this cannot show**

    - it says nothing about other questions

    <sub>18,420 traces from 1 file; seed 20261124, 95 % intervals; candor 0.1.0</sub>
    "#);
    insta::assert_snapshot!(csv::run(&small_run(Origin::Own)), @r#"
    audit,name,value,low,high,level,units,samples,method,unit,mark,origin,negated,sentence,undefined
    compute,compute.accuracy[paths=1],0.621,0.593,0.649,0.95,1150,18400,"Wilson at n_eff, t(G-1)",share,inferred,own data,false,more paths help,
    compute,compute.accuracy[paths=4],0.74,0.714,0.765,0.95,1150,18400,"Wilson at n_eff, t(G-1)",share,inferred,own data,false,more paths help,
    compute,compute.accuracy[paths=16],0.795,0.771,0.817,0.95,1150,18400,"Wilson at n_eff, t(G-1)",share,inferred,own data,false,more paths help,
    compute,compute.gain[paths=4],0.06,0.047,0.072,0.95,1150,18400,"Wilson at n_eff, t(G-1)",difference of shares,inferred,own data,false,more paths help,
    compute,compute.gain[paths=16],0.006,-0.007,0.019,0.95,1150,18400,"Wilson at n_eff, t(G-1)",difference of shares,inferred,own data,false,more paths help,
    compute,compute.hidden,,,,,,,,difference of shares,hope,own data,false,more paths help,"too few questions with several answers: 3, needs 10"
    "#);
    insta::assert_snapshot!(junit::run(&small_run(Origin::Own)), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="candor" tests="6" failures="0" skipped="1">
      <testsuite name="compute" tests="6" failures="0" skipped="1">
        <testcase classname="compute" name="compute.accuracy[paths=1]"><system-out>more paths help: 62.1 % [59.3, 64.9], n = 1,150 (18,400 samples), Wilson at n_eff, t(G-1); inferred</system-out></testcase>
        <testcase classname="compute" name="compute.accuracy[paths=4]"><system-out>more paths help: 74.0 % [71.4, 76.5], n = 1,150 (18,400 samples), Wilson at n_eff, t(G-1); inferred</system-out></testcase>
        <testcase classname="compute" name="compute.accuracy[paths=16]"><system-out>more paths help: 79.5 % [77.1, 81.7], n = 1,150 (18,400 samples), Wilson at n_eff, t(G-1); inferred</system-out></testcase>
        <testcase classname="compute" name="compute.gain[paths=4]"><system-out>more paths help: +6.0 points [+4.7, +7.2], n = 1,150 (18,400 samples), Wilson at n_eff, t(G-1); inferred</system-out></testcase>
        <testcase classname="compute" name="compute.gain[paths=16]"><system-out>more paths help: +0.6 points [-0.7, +1.9], n = 1,150 (18,400 samples), Wilson at n_eff, t(G-1); inferred</system-out></testcase>
        <testcase classname="compute" name="compute.hidden"><skipped message="hope: undefined: too few questions with several answers: 3, needs 10"/><system-out>more paths help: - (too few questions with several answers: 3, needs 10); hope</system-out></testcase>
      </testsuite>
    </testsuites>
    "#);
}
