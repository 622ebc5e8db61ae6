//! What a drawing holds, that it is well formed, and one small drawing byte by byte.

use super::*;
use crate::wellformed;

fn point(x: f64, value: f64, low: f64, high: f64) -> Point {
    Point {
        x,
        y: Some(Value { value, ends: Some((low, high)) }),
        text: format!("{x} paths: {value}"),
        link: Some("#c".into()),
    }
}

fn curve(series: Vec<Series>) -> Curve<'static> {
    Curve {
        id: "c1",
        title: "accuracy against paths",
        x: "paths",
        doublings: true,
        y: "accuracy, %",
        unit: Unit::Share,
        series,
        rules: vec![Rule { x: 8.0, label: "you operate here".into() }],
    }
}

fn measured() -> Series {
    Series {
        label: "majority".into(),
        predicted: false,
        points: vec![point(1.0, 0.6, 0.55, 0.65), point(4.0, 0.7, 0.66, 0.74), point(8.0, 0.75, 0.7, 0.8)],
    }
}

#[test]
fn every_drawing_is_well_formed_and_complete() {
    let predicted = Series { label: "fit".into(), predicted: true, points: vec![point(16.0, 0.77, 0.7, 0.84)] };
    let others = (0..6).map(|i| Series { label: format!("line {i} <&\">"), ..measured() });
    for series in [vec![measured()], vec![measured(), predicted], others.collect()] {
        let points: usize = series.iter().map(|series| series.points.len()).sum();
        let lines = series.len();
        let markup = draw(&curve(series)).into_string();
        let seen = wellformed::drawing(&markup);
        assert_eq!(seen.count("svg"), 2);
        assert_eq!(seen.count("a"), 2 * points, "every point is a link, in both drawings");
        assert_eq!(seen.count("title"), 2);
        assert_eq!(markup.matches("class=\"whisker\"").count(), 2 * points);
        assert!(markup.matches("class=\"line\"").count() >= 2 * lines);
        assert!(!markup.contains("NaN") && !markup.contains("inf"), "{markup}");
    }
}

#[test]
fn a_prediction_is_broken_hollow_and_joined_to_what_it_continues() {
    let predicted = Series { label: "fit".into(), predicted: true, points: vec![point(16.0, 0.77, 0.7, 0.84)] };
    let markup = draw(&curve(vec![measured(), predicted.clone()])).into_string();
    assert!(markup.contains("class=\"series s0 predicted\"") && markup.contains(">fit</text>"));
    // Alone it has one point and nothing to continue: no line, but a marker.
    let alone = draw(&curve(vec![predicted])).into_string();
    assert!(!alone.contains("<path class=\"line\"") && alone.contains("class=\"marker\""));
}

#[test]
fn undefined_points_break_the_line_and_say_why() {
    let mut series = measured();
    series.points[1] = Point { x: 4.0, y: None, text: "4 paths: undefined, no data".into(), link: None };
    let markup = draw(&curve(vec![series])).into_string();
    wellformed::drawing(&markup);
    assert_eq!(markup.matches("<path class=\"line\"").count(), 0, "no line across the hole");
    assert_eq!(markup.matches("class=\"absent\"").count(), 2);
    assert!(markup.contains("tabindex=\"0\" role=\"img\" aria-label=\"4 paths: undefined, no data\""));
}

#[test]
fn infinite_ends_missing_intervals_and_odd_settings_do_not_break_the_drawing() {
    let mut series = measured();
    series.points[0].y = Some(Value { value: 0.6, ends: Some((f64::NEG_INFINITY, f64::INFINITY)) });
    series.points[1].y = Some(Value { value: 0.7, ends: None });
    series.points.push(point(f64::NAN, 0.9, 0.8, 1.0));
    series.points.push(point(0.0, 0.5, 0.4, 0.6));
    let markup = draw(&curve(vec![series])).into_string();
    wellformed::drawing(&markup);
    assert!(!markup.contains("NaN") && !markup.contains("inf"), "{markup}");
    assert!(!markup.contains("equal steps are doublings</text>"), "a setting of 0 has no doublings");
}

#[test]
fn nothing_to_draw_is_said() {
    let mut series = measured();
    for point in &mut series.points {
        point.y = None;
    }
    for curve in [curve(vec![series]), curve(Vec::new())] {
        let markup = draw(&curve).into_string();
        assert!(markup.contains("No point of this curve has a value") && !markup.contains("<svg"));
    }
}

#[test]
fn many_settings_keep_their_labels_apart() {
    let points = (1..=64).map(|k| point(f64::from(k), 0.5, 0.4, 0.6)).collect();
    let series = Series { label: "maj".into(), predicted: false, points };
    let markup = draw(&curve(vec![series])).into_string();
    for setting in ["1", "2", "4", "8", "16", "32", "64"] {
        assert!(markup.contains(&format!("text-anchor=\"middle\">{setting}</text>")), "{setting}");
    }
    assert!(!markup.contains("text-anchor=\"middle\">63</text>"));
}

#[test]
fn the_same_curve_gives_the_same_bytes() {
    let one = draw(&curve(vec![measured()])).into_string();
    assert_eq!(one, draw(&curve(vec![measured()])).into_string());
    let narrow = &one[one.rfind("<svg").unwrap()..one.rfind("</div>").unwrap()];
    insta::assert_snapshot!(narrow.replace("><", ">\n<"));
}
