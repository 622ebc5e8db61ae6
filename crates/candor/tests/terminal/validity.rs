//! `candor validity`: the table that came with this version, single rows, and making it again in small.

use crate::environment::TestEnvironment;

#[test]
fn the_table_is_shown_at_once_and_fits() {
    let environment = TestEnvironment::new();
    let out = environment.done(&["validity"]);
    for line in out.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for row in ["compute.gain", "faithfulness.normalised", "mention.combined.f1", "proportion.wilson"] {
        assert!(out.contains(row), "{row}");
    }
    let json: serde_json::Value = serde_json::from_str(&environment.done(&["validity", "--json"])).expect("JSON");
    assert!(json["lines"].as_array().is_some_and(|lines| lines.len() >= 40), "about forty rows");
    assert!(environment.done(&["validity", "--md"]).starts_with("# Promised and delivered"));
}

#[test]
fn a_row_is_shown_in_every_regime_and_an_unknown_one_is_a_slip() {
    let environment = TestEnvironment::new();
    let out = environment.done(&["validity", "lift.gain.test"]);
    for regime in ["as assumed", "clustered", "drifting", "tied", "10 % wrong labels", "n = 20"] {
        assert!(out.contains(regime), "{regime}: {out}");
    }
    assert!(out.contains("power") && !out.contains("compute."), "{out}");
    let ran = environment.run(&["validity", "no.such.row"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("no.such.row") && ran.err.contains("candor validity"), "{}", ran.err);
}

#[test]
fn a_part_is_made_again_with_its_draws() {
    let environment = TestEnvironment::new();
    let arguments = ["validity", "lift.gain", "--regenerate", "--size", "20", "--regime", "tied", "--quiet"];
    let out = environment.done(&[&arguments[..], &["--out", "made", "--draws", "made"]].concat());
    assert!(out.contains("tied") && out.contains("20 replications"), "{out}");
    for file in ["table.json", "validity.md", "draws.csv", "exact.csv"] {
        assert!(environment.path("made").join(file).exists(), "{file}");
    }
    let again = environment.done(&arguments);
    assert_eq!(out, again, "the same plan, the same table");
    for slip in [&["--size", "none"][..], &["--regime", "hot"], &["--size", "0"]] {
        let ran = environment.run(&[&arguments[..3], slip].concat());
        assert_eq!(ran.code, Some(2), "{slip:?}");
    }
}
