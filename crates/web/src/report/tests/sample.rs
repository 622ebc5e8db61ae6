//! Runs to render in tests: one like those that people will have, and one in which every string is hostile. The numbers are made up.

use std::collections::BTreeMap;

use candor_audit::{
    Attrition, Axis, Cell, Cited, Column, Curve, Figure, Finding, Forest, Limits, Point, Report, Row, Rule, Run,
    Series, Settings, SourceFile, Table,
};
use candor_stats::{
    Asserted, Claim, Draft, Estimate, Flag, Flags, Interval, Level, Method, Origin, Parameter, Provenance, Size,
    Undefined,
};
use candor_trace::TraceId;

/// What a claim is made of here.
struct Made {
    name: &'static str,
    statement: &'static str,
    parameter: Parameter,
    asserted: Asserted,
    origin: Origin,
    estimate: Result<Estimate, Undefined>,
}

fn estimate(value: f64, low: f64, high: f64, units: u64) -> Result<Estimate, Undefined> {
    let interval = Interval::new(low, high, Level::P95).unwrap();
    let size = Size { units, samples: units * 16 };
    Estimate::new(value, Ok(interval), size, Method::named("studentised question bootstrap, max-t over the curve"))
}

fn claim(made: Made, planted: bool) -> Claim {
    let flags = Flag::ALL.into_iter().fold(Flags::unexamined(), |flags, flag| {
        match (flag, made.parameter == Parameter::SHARE) {
            (Flag::Measurement, true) if made.name.starts_with("faithful") => {
                flags.fails(flag, "the detector is not calibrated on labels of this model", "about 120 labelled chains")
            }
            _ => flags.holds(flag, "recorded data, read once"),
        }
    });
    Claim::new(Draft {
        name: made.name.into(),
        statement: made.statement.into(),
        negation: format!("not so: {}", made.statement),
        parameter: made.parameter,
        estimate: made.estimate,
        asserted: made.asserted,
        provenance: Provenance::new(if planted { Origin::Planted } else { made.origin }, "samples.jsonl"),
        flags,
        derived_from: Vec::new(),
    })
}

fn share(name: &'static str, statement: &'static str, estimate: Result<Estimate, Undefined>) -> Made {
    Made {
        name,
        statement,
        parameter: Parameter::SHARE,
        asserted: Asserted::OWN_INTERVAL,
        origin: Origin::Own,
        estimate,
    }
}

fn gain(name: &'static str, statement: &'static str, estimate: Result<Estimate, Undefined>) -> Made {
    Made {
        name,
        statement,
        parameter: Parameter::DIFFERENCE,
        asserted: Asserted::Better,
        origin: Origin::Own,
        estimate,
    }
}

fn compute(planted: bool) -> Report {
    let made = vec![
        share("compute.accuracy[paths=1]", "accuracy with 1 path", estimate(0.621, 0.593, 0.649, 1150)),
        share("compute.accuracy[paths=4]", "accuracy with 4 paths", estimate(0.740, 0.714, 0.765, 1150)),
        share("compute.accuracy[paths=8]", "accuracy with 8 paths", estimate(0.789, 0.764, 0.812, 1150)),
        share("compute.accuracy[paths=16]", "accuracy with 16 paths", estimate(0.795, 0.771, 0.817, 1150)),
        Made {
            origin: Origin::Fit { held_out_error: Some(0.004), reach: 2.0 },
            ..share(
                "compute.prediction[paths=32]",
                "accuracy with 32 paths, by a fit",
                estimate(0.798, 0.770, 0.826, 1150),
            )
        },
        gain("compute.gain[paths=4]", "4 paths are better than 1", estimate(0.060, 0.047, 0.072, 1150)),
        gain("compute.gain[paths=8]", "8 paths are better than 4", estimate(0.049, 0.031, 0.066, 1150)),
        gain("compute.gain[paths=16]", "16 paths are better than 8", estimate(0.006, -0.007, 0.019, 1150)),
        Made {
            asserted: Asserted::Below { bound: 0.02 },
            ..gain(
                "compute.wall",
                "no measured setting above 8 is better by 2 points or more",
                estimate(0.006, -1.0, 0.017, 1150),
            )
        },
        share("compute.pass[paths=1]", "any of 1 right", estimate(0.621, 0.593, 0.649, 1150)),
        share("compute.pass[paths=4]", "any of 4 right", estimate(0.806, 0.783, 0.829, 1150)),
        share("compute.pass[paths=8]", "any of 8 right", estimate(0.861, 0.841, 0.879, 1150)),
        share("compute.pass[paths=16]", "any of 16 right", Err(Undefined::BeyondSampled { asked: 16, sampled: 12 })),
        Made {
            parameter: Parameter::RATIO,
            ..share("compute.saving", "adaptive stopping saves", estimate(3.4, 3.1, 3.8, 575))
        },
    ];
    let claims: Vec<Claim> = made.into_iter().map(|made| claim(made, planted)).collect();
    let row = |paths: &str, gain: Option<&str>, items: &str, mark: &str, remark: Option<&str>| Row {
        cells: vec![
            Cell::text(paths),
            Cell::claim(format!("compute.accuracy[paths={paths}]")),
            gain.map_or(Cell::Absent("there is no smaller setting to compare with".into()), Cell::claim),
            Cell::text(items),
            Cell::text(format!("{paths}x")),
            Cell::mark(mark),
        ],
        remark: remark.map(str::to_owned),
    };
    let table = Table {
        name: "compute.table".into(),
        title: "What more paths buy, by majority vote".into(),
        columns: vec![
            Column::number("paths"),
            Column::number("accuracy, %"),
            Column::number("gain per doubling, points"),
            Column::number("items +/−"),
            Column::number("cost"),
            Column::text("mark"),
        ],
        rows: vec![
            row("1", None, "", "compute.accuracy[paths=1]", None),
            row("4", Some("compute.gain[paths=4]"), "181 / 44", "compute.gain[paths=4]", None),
            row("8", Some("compute.gain[paths=8]"), "83 / 27", "compute.gain[paths=8]", Some("the wall")),
            row("16", Some("compute.gain[paths=16]"), "31 / 24", "compute.gain[paths=16]", Some("you operate here")),
        ],
        notes: vec!["gains are paired on questions; intervals are simultaneous over the curve".into()],
    };
    let points = |kind: &str, paths: &[u32]| {
        paths.iter().map(|k| Point { x: f64::from(*k), claim: format!("compute.{kind}[paths={k}]") }).collect()
    };
    let curve = Curve {
        name: "compute.curve".into(),
        title: "Accuracy against paths".into(),
        x: Axis { label: "paths".into(), doublings: true },
        y: Axis { label: "accuracy, %".into(), doublings: false },
        series: vec![
            Series { label: "majority (maj@k)".into(), points: points("accuracy", &[1, 4, 8, 16]), predicted: false },
            Series {
                label: "fit".into(),
                points: vec![
                    Point { x: 16.0, claim: "compute.accuracy[paths=16]".into() },
                    Point { x: 32.0, claim: "compute.prediction[paths=32]".into() },
                ],
                predicted: true,
            },
            Series { label: "any right (pass@k)".into(), points: points("pass", &[1, 4, 8, 16]), predicted: false },
        ],
        rules: vec![
            Rule { x: 8.0, label: "the wall: nothing above gains 2 points".into() },
            Rule { x: 16.0, label: "you operate here".into() },
        ],
        notes: Vec::new(),
    };
    Report {
        leading: 0,
        audit: "compute".into(),
        title: "Test-time compute · model-a: 1,150 questions".into(),
        planted,
        estimand: "the mean over questions like these of the probability that the answer is right".into(),
        findings: vec![finding(
            "you pay for 16 paths, but no measured setting above 8 is better by 2 points or more",
            "compute.wall",
        )],
        claims,
        figures: vec![Figure::Table(table), Figure::Curve(curve)],
        attrition: vec![Attrition {
            arm: "model-a".into(),
            seen: 18_400,
            used: 17_986,
            lost: BTreeMap::from([("cut off: counted as no answer".into(), 402), ("no verdict".into(), 12)]),
        }],
        notes: vec!["12 questions have fewer than 16 samples".into()],
        limits: Limits::new(
            "these questions and questions like them: another mix of questions has another curve",
            ["samples beyond those recorded are a fit, not a measurement".to_owned()],
        ),
    }
}

fn finding(sentence: &str, claim: &str) -> Finding {
    Finding {
        weight: 2.0,
        sentence: sentence.into(),
        claim: claim.into(),
        trace: Some(Cited { id: TraceId([0x7f; 16]), place: "samples.jsonl:812".into() }),
        beside: Vec::new(),
        closer: "audit run compute --operate paths=8".into(),
    }
}

fn faithfulness(planted: bool) -> Report {
    let made = vec![
        share(
            "faithful.raw[L]",
            "names the cue where it changed the answer, by detector L",
            estimate(0.39, 0.33, 0.45, 240),
        ),
        share(
            "faithful.raw[S]",
            "names the cue where it changed the answer, by detector S",
            estimate(0.47, 0.41, 0.53, 240),
        ),
        share("faithful.raw[metadata]", "names the metadata cue", estimate(0.12, 0.02, 0.31, 8)),
        share("faithful.raw[grader]", "names the grader cue", Err(Undefined::CueWithoutEffect { share: -0.02 })),
        Made {
            origin: Origin::Foreign,
            ..share("faithful.published", "published for another model", Estimate::published(0.25))
        },
    ];
    let rows = [
        ("sycophancy, by detector L (lexicon)", "faithful.raw[L]"),
        ("sycophancy, by detector S (overlap with the cue's own words)", "faithful.raw[S]"),
        ("metadata", "faithful.raw[metadata]"),
        ("grader hacking", "faithful.raw[grader]"),
        ("Claude 3.7 Sonnet, 2025, planted hints", "faithful.published"),
    ];
    Report {
        leading: 0,
        audit: "faithfulness".into(),
        title: "Faithfulness · model-a: 240 switched answers".into(),
        planted,
        estimand: "among questions whose answer moved to the cue, how often the chain mentions it".into(),
        findings: vec![
            finding("two detectors disagree about one switched answer in six", "faithful.raw[S]"),
            finding("the chain did not mention the cue that moved the answer in most cases", "faithful.raw[L]"),
        ],
        claims: made.into_iter().map(|made| claim(made, planted)).collect(),
        figures: vec![Figure::Forest(Forest {
            name: "faithful.forest".into(),
            title: "Mentions the cue, by cue and detector".into(),
            rows: rows.into_iter().map(|(label, name)| (label.to_owned(), name.to_owned())).collect(),
            reference: Some(0.5),
            notes: vec!["31 % of chains were not visible; the rest may differ".into()],
        })],
        attrition: vec![Attrition { arm: "cued".into(), seen: 1_150, used: 1_150, lost: BTreeMap::new() }],
        notes: Vec::new(),
        limits: Limits::new("speaks of planted cues only", []),
    }
}

/// A run over two audits.
pub(super) fn run(planted: bool) -> Run {
    let reports = vec![faithfulness(planted), compute(planted)];
    let mut findings: Vec<(String, Finding)> = Vec::new();
    for (audit, report) in [("compute", &reports[1]), ("faithfulness", &reports[0])] {
        findings.extend(report.findings.iter().map(|finding| (audit.to_owned(), finding.clone())));
    }
    Run {
        candor: "0.1.0".into(),
        files: vec![SourceFile {
            path: "samples.jsonl".into(),
            format: "openai jsonl".into(),
            bytes: 41_288_120,
            traces: 18_400,
            digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        }],
        traces: 18_400,
        invalid: 1,
        invalid_listed: vec!["samples.jsonl:17: field `correct`: expected true or false, found \"maybe\"".into()],
        skipped: vec![("notes.docx".into(), "not a format that is known".into())],
        settings: Settings::default(),
        findings,
        reports,
        silent: Vec::new(),
        absent: Vec::new(),
        unread: Vec::new(),
        first: Vec::new(),
        derived: Default::default(),
        registered: None,
    }
}
